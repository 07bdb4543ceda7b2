//! Looking back: the history filtered, followed and on a narrow terminal; what changed since it last worked; the numbers.

use serde_json::json;

use crate::schema;
use crate::support::Home;
use crate::support::check::{expect_bearer, expect_hmac, expect_nothing};
use crate::support::common::{history, refused_with, registered_at};
use crate::support::receiver::{Answer, Receiver};

const SECRET: &str = "canary-secret-of-some-length";

/// A home whose deliveries were answered so, the oldest first.
fn answered(answers: Vec<Answer>) -> (Receiver, Home) {
    let count = answers.len();
    let receiver = Receiver::scripted(expect_nothing(), answers);
    let home = registered_at(&receiver, &["--auth", "bearer", "--secret-stdin"], SECRET);
    for number in 0..count {
        home.waypost_stdin(&["test", "--body", "-"], format!("{{\"number\": {number}}}"));
    }
    (receiver, home)
}

fn listed(home: &Home, args: &[&str]) -> Vec<usize> {
    let json = home.waypost(&[&["history", "--json"], args].concat()).exits(0).json();
    schema::assert_valid("history", &json);
    let body = |delivery: &serde_json::Value| delivery["attempts"][0]["request"]["body"].as_str().unwrap().to_owned();
    let number = |body: String| body.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap();
    json["deliveries"].as_array().unwrap().iter().map(|it| number(body(it))).collect()
}

#[test]
fn a_filter_narrows_the_list() {
    let answers = vec![Answer::status(200), Answer::status(401).body("bad \"token\""), Answer::status(503), Answer::Close];
    let (_receiver, home) = answered(answers);
    for (args, expected) in [
        (["--search", "status:5xx"].as_slice(), vec![2]),
        (&["--search", "status:4xx status:5xx"], vec![2, 1]),
        // Three digits alone may also be in an id, which is random.
        (&["--search", "401 auth"], vec![1]),
        (&["--search", "\"token\""], vec![1]),
        (&["--search", "\"\"number\": 3\""], vec![3]),
        (&["--search", "auth refused"], vec![1]),
        (&["--search", "closed by peer"], vec![3]),
        (&["--search", "nothing-like-that"], vec![]),
        (&["--search", "\"stauts:5xx\""], vec![]),
        (&["--search", "duration_ms"], vec![]),
        (&["--outcome", "failed", "--since", "1h"], vec![3]),
        (&["--outcome", "failed,refused"], vec![3, 2, 1]),
        (&["--since", "1h", "--until", "30m"], vec![]),
        (&["--search", "outcome:refused", "--limit", "1"], vec![2]),
        (&["--outcome", "probe"], vec![]),
    ] {
        assert_eq!(listed(&home, args), expected, "{args:?}");
    }
    for (args, says) in [
        (["history", "--since", "soon"].as_slice(), "since: \"soon\" is not valid; expected how long ago (30m, 24h, 7d)"),
        (&["history", "--search", "status:teapot"], "404 or 5xx"),
        (
            &["history", "--search", "stauts:5xx"],
            "unknown filter \"stauts\": did you mean status:? To search for such a word, put it in",
        ),
        (&["history", "--search", "outcome:late"], "delivered, refused, failed, stopped or probe"),
    ] {
        refused_with(&home, args, "", 2, None, says);
    }
}

#[test]
fn last_names_the_newest() {
    let (_receiver, home) = answered(vec![Answer::status(200), Answer::status(401)]);
    let id = history(&home)[1]["id"].clone();
    assert_eq!(home.waypost(&["history", "show", "last", "--json"]).exits(0).json()["delivery"]["id"], id);
    refused_with(&Home::new(), &["history", "show", "last"], "", 2, None, "The history is empty");
}

#[test]
fn eighty_columns_are_enough_and_no_word_is_cut() {
    let (_receiver, home) = answered(vec![Answer::status(200), Answer::status(401), Answer::Close]);
    home.waypost(&["probe", "--yes"]);
    let text = home.run(&["history"], b"", &[("COLUMNS", "80"), ("TZ", "UTC")]).exits(0).stdout;
    let lines: Vec<_> = text.lines().collect();
    assert!(lines.iter().all(|line| line.chars().count() <= 80), "{text}");
    for (line, part) in lines[1..].iter().zip(["probe", "✗ failed", "✗ 401", "✓ 200"]) {
        assert!(line.contains(part), "{text}");
    }
    assert!(text.contains("auth refused") && text.contains("closed by peer"), "{text}");
    // An id that is shown names its delivery.
    let short = lines[3].split_whitespace().find(|word| word.starts_with("msg_")).unwrap();
    assert!(short.len() < 20, "{text}");
    let shown = home.waypost(&["history", "show", short, "--json"]).exits(0).json();
    assert_eq!(shown["delivery"]["id"], history(&home)[1]["id"]);
}

#[test]
fn a_probe_is_one_line_and_shows_its_requests() {
    let receiver = Receiver::start(expect_bearer(SECRET));
    let home = registered_at(&receiver, &["--auth", "bearer", "--secret-stdin"], SECRET);
    home.waypost(&["probe", "--yes"]).exits(0);
    let text = home.waypost(&["history"]).exits(0).stdout;
    let [_, line] = text.lines().collect::<Vec<_>>()[..] else { panic!("{text}") };
    assert!(line.contains("✓ probe") && line.contains("3/3") && line.ends_with("refuses what it should"), "{text}");
    // Its refusals are as they should be.
    assert_eq!(home.waypost(&["history", "--outcome", "refused"]).exits(0).stdout, "");
    assert!(home.waypost(&["history", "--outcome", "probe"]).exits(0).stdout.contains("✓ probe"));
    let shown = home.waypost(&["history", "show", "last"]).exits(0).stdout;
    assert!(shown.starts_with("probe  3/3  refuses what it should\n"), "{shown}");
    for part in ["\nTime ", "without credentials  refused 401    good\n", "as registered        delivered 200  good\n"] {
        assert!(shown.contains(part), "{part:?} in {shown}");
    }
    assert_eq!(shown.matches("\nRequest\n").count(), 3, "{shown}");
    let json = home.waypost(&["history", "show", "last", "--json"]).exits(0).json();
    schema::assert_valid("test", &json);
    let delivery = &json["delivery"];
    assert_eq!((&delivery["outcome"], &delivery["probe"]["verdict"]), (&json!(null), &json!("good")));
    assert_eq!(home.waypost(&["stats", "--json"]).exits(0).json()["deliveries"]["refused"], 0);
}

#[test]
fn a_failure_says_what_changed_since_it_worked() {
    let receiver = Receiver::start(expect_hmac("hex", "X-Signature", SECRET));
    let hmac = ["--auth", "hmac", "--header-key", "X-Signature", "--secret-stdin"];
    let home = registered_at(&receiver, &hmac, SECRET);
    home.waypost(&["test"]).exits(0);
    home.waypost(&["edit", "--format", "base64"]).exits(0);
    let out = home.run(&["test"], b"", &[("TZ", "UTC")]).exits(3).stdout;
    let line = out.lines().find(|line| line.starts_with("Since")).unwrap_or_else(|| panic!("{out}"));
    assert!(line.contains("it last worked (") && line.ends_with("): Format hex → base64"), "{line}");
    let json = home.waypost(&["history", "show", "last", "--json"]).exits(0);
    schema::assert_valid("test", &json.json());
    let delivery = &json.json()["delivery"];
    assert_eq!(delivery["since_last_delivered"], json!([{ "field": "format", "before": "hex", "after": "base64" }]));
    assert_eq!(delivery["last_delivered_at"], history(&home)[0]["attempts"][0]["started_at"]);
    assert!(home.waypost(&["history", "show", "last"]).exits(0).stdout.contains(line.split_once('(').unwrap().0));

    // Of a secret it says that it changed, and nothing else.
    home.waypost(&["edit", "--format", "hex"]).exits(0);
    home.waypost_stdin(&["edit", "--secret-stdin"], "another-canary-of-some-length").exits(0);
    let json = home.waypost(&["test", "--json"]).exits(3);
    let changed = json!([{ "field": "signing_secret", "before": null, "after": null }]);
    assert_eq!(json.json()["delivery"]["since_last_delivered"], changed);
    assert!(!json.stdout.contains("canary"), "{}", json.stdout);

    // With the old one it works, and then nothing has changed.
    home.waypost_stdin(&["edit", "--secret-stdin"], SECRET).exits(0);
    home.waypost(&["test"]).exits(0);
    let gone = Receiver::scripted(expect_nothing(), vec![Answer::status(200), Answer::status(500)]);
    let home = registered_at(&gone, &["--auth", "default"], "");
    home.waypost(&["test"]).exits(0);
    let out = home.waypost(&["test"]).exits(3).stdout;
    assert!(out.contains("): nothing is known to have changed\n"), "{out}");
}

#[test]
fn each_attempt_has_its_time() {
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(503), Answer::status(200)]);
    let home = registered_at(&receiver, &["--auth", "default"], "");
    home.waypost_stdin(&["send", "-"], "{}").exits(0);
    let shown = home.run(&["history", "show", "last"], b"", &[("TZ", "UTC")]).exits(0).stdout;
    let tries = shown.lines().find(|line| line.starts_with("Tries")).unwrap_or_else(|| panic!("{shown}"));
    assert!(tries.contains("503 at ") && tries.contains(", 200 at ") && tries.matches(':').count() == 4, "{tries}");
    assert!(shown.lines().any(|line| line.starts_with("Time ") && line.ends_with(" UTC")), "{shown}");
    assert!(home.waypost(&["history"]).exits(0).stdout.contains(" ×2  "));
}

#[test]
fn new_deliveries_appear_while_it_follows() {
    let (_receiver, home) = answered(vec![Answer::status(200)]);
    let mut pty = home.pty(&["history", "--follow"]).start();
    pty.wait_for("stdin");
    home.waypost(&["test"]).exits(0);
    pty.wait_for("ping");
    home.waypost(&["history", "clear", "--yes"]).exits(0);
    home.waypost_stdin(&["test", "--body", "-"], "{}").exits(0);
    pty.type_text("\x03");
    assert_eq!(pty.wait_exit().code, Some(130));
}

#[test]
fn numbers() {
    let (_receiver, home) = answered(vec![Answer::status(200), Answer::status(200), Answer::status(401), Answer::Close]);
    let json = home.waypost(&["stats", "--json"]).exits(0).json();
    schema::assert_valid("stats", &json);
    assert_eq!(json["deliveries"], json!({ "delivered": 2, "refused": 1, "failed": 1, "stopped": 0 }));
    assert_eq!((&json["success_rate"], &json["since"]), (&json!(0.5), &json!(null)));
    let counted: u64 = json["histogram"].as_array().unwrap().iter().map(|it| it["count"].as_u64().unwrap()).sum();
    assert_eq!(counted, 3, "{json}");
    let slowest = json["slowest"].as_array().unwrap();
    let times: Vec<_> = slowest.iter().map(|it| it["duration_ms"].as_f64().unwrap()).collect();
    let longest = json["latency_ms"]["max"].as_f64().unwrap();
    // That of a record is rounded to microseconds.
    assert!(times.len() == 3 && times.is_sorted_by(|a, b| a >= b) && (times[0] - longest).abs() < 0.001, "{json}");
    let text = home.waypost(&["stats"]).exits(0).stdout;
    for part in ["Deliveries    4\n", "Success rate  50 %\n", "p99 ", "█", "\nSlowest\n", "  401 Test  stdin  msg_"] {
        assert!(text.contains(part), "{part:?} in {text}");
    }
    let none = home.waypost(&["stats", "--since", "2100-01-01", "--json"]).exits(0).json();
    schema::assert_valid("stats", &none);
    assert_eq!((&none["success_rate"], &none["histogram"]), (&json!(null), &json!([])));
    assert_eq!(none["slowest"], json!([]));
    assert_eq!(Home::new().waypost(&["stats"]).exits(0).stderr, "No deliveries.\n");
    refused_with(&home, &["stats", "--since", "soon"], "", 2, None, "how long ago");
}

#[test]
fn times_are_shown_and_read_in_the_configured_time_zone() {
    let (_receiver, home) = answered(vec![Answer::status(200)]);
    let write = |text: &str| std::fs::write(home.config_dir().join("config.json"), text).unwrap();
    let run = |args: &[&str]| home.run(args, b"", &[("TZ", "UTC")]).exits(0);
    write("{ \"time_zone\": \"Asia/Tokyo\" }");
    let shown = run(&["history", "show", "last"]);
    assert_eq!(shown.stderr, "");
    let time = shown.stdout.lines().find_map(|line| line.strip_prefix("Time ")).unwrap().trim().strip_suffix(" JST").unwrap();
    assert!(run(&["history"]).stdout.contains(time), "{time}");
    // Nine hours later in UTC: nothing would be found.
    let minute = time[..16].replace(' ', "T");
    assert!(run(&["history", "--since", &minute]).stdout.contains("200"));
    assert!(run(&["history", "--search", &format!("since:{minute}")]).stdout.contains("200"));
    assert!(run(&["stats", "--since", &minute]).stdout.contains("Delivered"));
    let json = run(&["history", "--json", "--since", &minute]).json();
    assert!(json["deliveries"][0]["attempts"][0]["started_at"].as_str().unwrap().ends_with('Z'), "{json}");

    for (text, says) in [
        (
            "{ \"time_zone\": \"Mars/Base\", \"ascii\": 1 }",
            "note: config.json: time_zone: no time zone with that name is installed",
        ),
        ("{ \"time_zone\": \"../../../etc/passwd\" }", "note: config.json: time_zone: no time zone with that name is installed"),
        ("{ \"time_zone\": 1 }", "note: config.json: time_zone: must be a string"),
        ("{", "note: config.json: line 1"),
    ] {
        write(text);
        let out = run(&["history", "--since", "1h"]);
        assert!(out.stderr.starts_with(says) && out.stderr.matches("note:").count() == 1, "{}", out.stderr);
        assert!(out.stdout.contains("200"), "{}", out.stdout);
        assert!(run(&["history", "show", "last"]).stdout.lines().any(|line| line.ends_with(" UTC")));
        assert_eq!(run(&["history", "--quiet"]).stderr, "");
    }
    // What is wrong with the app's own settings does not concern a command.
    write("{ \"theme\": 1 }");
    assert_eq!(run(&["history"]).stderr, "");
}
