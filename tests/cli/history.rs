//! `history`, `resend` and `curl`, on the built binary.

use std::fs;
use std::process::Command;

use serde_json::json;

use crate::schema;
use crate::support::check::{Check, expect_bearer, expect_hmac, expect_nothing};
use crate::support::common::{disk, history, refused_with, registered, registered_at};
use crate::support::receiver::{Answer, Receiver};
use crate::support::{Home, run};

const SECRET: &str = "canary-secret-of-some-length";

/// A home with three deliveries: delivered, refused, failed.
fn with_three() -> (Receiver, Home) {
    let answers = vec![Answer::status(200), Answer::status(401).body("no\u{9b}\u{202e}"), Answer::Close, Answer::status(200)];
    let receiver = Receiver::scripted(expect_bearer(SECRET), answers);
    let home = registered_at(&receiver, &["--auth", "bearer", "--secret-stdin"], SECRET);
    home.waypost(&["test"]).exits(0);
    home.waypost_stdin(&["test", "--body", "-"], "{\"my\": 1}").exits(3);
    home.waypost(&["test"]).exits(4);
    (receiver, home)
}

fn ids(home: &Home) -> Vec<String> {
    history(home).iter().map(|line| line["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_newest_first_in_columns() {
    let (_receiver, home) = with_three();
    let ids = ids(&home);
    let text = home.waypost(&["history"]).exits(0).stdout;
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 4, "{text}");
    for (line, (outcome, id)) in
        lines[1..].iter().zip([("✗ failed ", &ids[2]), ("✗ refused 401", &ids[1]), ("✓ delivered 200", &ids[0])])
    {
        assert!(line.contains(outcome) && line.contains(id.as_str()) && line.contains(" ms  "), "{line}");
        // Every column begins below its head.
        for (head, cell) in [("OUTCOME", &outcome[..3]), ("ID", id)] {
            let column = |line: &str, part: &str| {
                line.chars().count() - line.split_once(part).unwrap().1.chars().count() - part.chars().count()
            };
            assert_eq!(column(line, cell), column(lines[0], head), "{text}");
        }
    }
    assert!(lines[1].len() > lines[3].len() && lines[2].contains("401") && lines[2].contains("  stdin  "), "{text}");
    assert_eq!(text, home.waypost(&["history", "list"]).exits(0).stdout);
    assert!(lines[1].starts_with("20") && lines[1].chars().nth(10) == Some(' '), "{}", lines[1]);

    let few = home.waypost(&["history", "--limit", "1"]).exits(0);
    assert!(few.stdout.lines().count() == 2 && few.stderr.contains("older"), "{few:?}");
    let refused = home.waypost(&["history", "--outcome", "refused"]).exits(0).stdout;
    assert!(refused.lines().count() == 2 && refused.contains(&ids[1]), "{refused}");
    assert_eq!(home.waypost(&["history", "--outcome", "stopped"]).exits(0).stderr, "No deliveries with the outcome stopped.\n");
    let ascii = home.run(&["history"], b"", &[("LC_ALL", "C")]).exits(0).stdout;
    assert!(ascii.contains("OK delivered 200") && ascii.contains("FAIL refused 401"), "{ascii}");
}

#[test]
fn for_scripts() {
    let (_receiver, home) = with_three();
    let json = home.waypost(&["history", "--json", "--limit", "2"]).exits(0).json();
    schema::assert_valid("history", &json);
    let mut lines = history(&home);
    lines.reverse();
    assert_eq!(json["deliveries"], json!(lines[..2]));
    let none = Home::new().waypost(&["history", "--json"]).exits(0).json();
    assert_eq!(none, json!({ "schema_version": 1, "deliveries": [] }));
}

#[test]
fn h36_records_that_cannot_be_read_are_counted() {
    let (_receiver, home) = with_three();
    let damage = |seqs: &str| {
        let database = home.open_database();
        database.execute(&format!("UPDATE deliveries SET record = 'torn' WHERE seq IN ({seqs})"), []).unwrap();
    };
    for (damaged, readable, note) in [
        ("1", 2, "note: 1 damaged record was passed over, and left as it is.\n"),
        ("1, 3", 1, "note: 2 damaged records were passed over, and left as they are.\n"),
    ] {
        damage(damaged);
        let before = disk(&home);
        for args in [["history"].as_slice(), &["history", "--json"]] {
            assert_eq!(home.waypost(args).exits(0).stderr, note);
        }
        assert_eq!(home.waypost(&["history", "--json"]).exits(0).json()["deliveries"].as_array().unwrap().len(), readable);
        assert_eq!(disk(&home), before);
    }
}

#[test]
fn an_id_can_be_shortened() {
    let (_receiver, home) = with_three();
    let ids = ids(&home);
    let short = &ids[1][..12];
    assert_eq!(home.waypost(&["history", "show", short, "--json"]).exits(0).json()["delivery"]["id"], ids[1].as_str());
    refused_with(&home, &["history", "show", "msg_"], "", 2, None, "More than one ID begins with msg_");
}

#[test]
fn one_with_all_that_is_known() {
    let (_receiver, home) = with_three();
    let ids = ids(&home);
    let text = home.waypost(&["history", "show", &ids[1]]).exits(0).stdout;
    for part in [
        "refused  401",
        "\nWhy ",
        "\nFix ",
        "\nTiming\n",
        "TLS ",
        "\nRequest\nPOST https://",
        "\n\n{\"my\": 1}\n",
        "\nResponse\n",
    ] {
        assert!(text.contains(part), "{part:?} in {text}");
    }
    assert!(text.contains("authorization: Bearer ••••••••") && text.contains("no\\x9b\\u{202e}"), "{text}");
    let json = home.waypost(&["history", "show", &ids[1], "--json"]).exits(0);
    schema::assert_valid("test", &json.json());
    assert_eq!(json.json()["delivery"]["id"], ids[1].as_str());
    assert!(!json.stdout.contains(['\u{9b}', '\u{202e}']) && json.stdout.contains("no\\u009b\\u202e"), "{}", json.stdout);
    refused_with(&home, &["history", "show", "msg_none"], "", 2, None, "The history has no delivery msg_none");
    refused_with(&home, &["history", "show"], "", 2, None, "<ID>");
}

#[test]
fn options_that_do_not_belong() {
    let home = Home::new();
    for (args, says) in [
        (["history", "list", "msg_1"].as_slice(), "Unexpected argument"),
        (&["history", "--yes"], "There is no option --yes"),
        (&["history", "show", "msg_1", "--limit", "3"], "There is no option --limit"),
        (&["history", "clear", "--outcome", "failed", "--yes"], "There is no option --outcome"),
        (&["history", "clear", "msg_1", "--yes"], "Unexpected argument"),
        (&["history", "--search", "x", "show", "msg_1"], "after it"),
    ] {
        refused_with(&home, args, "", 2, None, says);
    }
    refused_with(&home, &["history", "forget"], "", 2, None, "list, show, clear");
    refused_with(&home, &["history", "--limit", "0"], "", 2, None, "from 1 to 100000");
    refused_with(&home, &["history", "--outcome", "late"], "", 2, None, "delivered, refused, failed, stopped");
}

#[test]
fn clear_asks() {
    let (_receiver, home) = with_three();
    refused_with(&home, &["history", "clear"], "", 2, None, "--yes");
    let mut pty = home.pty(&["history", "clear"]).start();
    pty.wait_for("Delete all deliveries? [y/N]");
    pty.type_text("n\r");
    assert_eq!(pty.wait_exit().code, Some(0));
    assert_eq!(history(&home).len(), 3);
    let mut pty = home.pty(&["history", "clear"]).start();
    pty.wait_for("[y/N]");
    pty.type_text("y\r");
    assert_eq!(pty.wait_exit().code, Some(0));
    assert!(pty.screen_text().contains("All deliveries were deleted."), "{}", pty.screen_text());
    assert!(history(&home).is_empty());
    assert!(!fs::read(home.database()).unwrap().windows(8).any(|window| window == b"attempts"), "no text is left");
    let json = home.waypost(&["history", "clear", "--yes", "--json"]).exits(0).json();
    schema::assert_valid("history", &json);
    assert_eq!(json["cleared"], true);
}

#[test]
fn resent_with_the_same_body_under_the_same_id() {
    let (receiver, home) = with_three();
    let old = ids(&home)[1].clone();
    let out = home.waypost(&["resend", &old]).exits(0);
    assert_eq!(ids(&home)[3], old);
    assert!(out.stderr.contains(&format!("Resent {old}.")), "{}", out.stderr);
    assert!(out.stdout.starts_with("delivered  200"), "{}", out.stdout);
    let requests = receiver.requests();
    assert_eq!((requests[3].body.as_slice(), requests[3].header("webhook-id")), (&b"{\"my\": 1}"[..], old.as_str()));
    assert_eq!(history(&home)[3]["event"], "stdin");
    let json = home.waypost(&["resend", &old[..old.len() - 1], "--json"]).exits(0).json();
    schema::assert_valid("test", &json);
    refused_with(&home, &["resend", "msg_none"], "", 2, None, "The history has no delivery msg_none");
    refused_with(&Home::new(), &["resend", "msg_none"], "", 7, None, "No destination");
}

#[test]
fn a_body_that_was_not_stored_whole_is_not_sent_again() {
    let receiver = Receiver::start(expect_nothing());
    let home = registered_at(&receiver, &["--auth", "default"], "");
    home.waypost_stdin(&["test", "--body", "-"], format!("\"{}\"", "x".repeat(70_000))).exits(0);
    let id = ids(&home)[0].clone();
    refused_with(&home, &["resend", &id], "", 2, None, "64 KiB");
    refused_with(&home, &["curl", &id], "", 2, None, "64 KiB");
    assert_eq!(receiver.requests().len(), 1);
    let text = home.waypost(&["history", "show", &id]).exits(0).stdout;
    assert!(text.contains("(the rest of the body was not stored)"), "{}", &text[..500]);
}

/// Runs a printed command with that variable.
fn sh(home: &Home, script: &str, variable: (&str, &str)) {
    let mut shell = Command::new("sh");
    shell.args(["-c", script]).current_dir(home.path()).env(variable.0, variable.1);
    run(&mut shell, b"").exits(0);
}

#[test]
#[ignore = "needs curl and openssl: apt-get install curl openssl"]
fn the_printed_command_makes_the_request() {
    let receiver = Receiver::start(Check::Nothing);
    let home = registered_at(&receiver, &["--auth", "bearer", "--secret-stdin"], SECRET);
    home.waypost_stdin(&["test", "--body", "-"], "{\"it's\": \"$HOME\"}").exits(0);
    let id = ids(&home)[0].clone();
    let out = home.waypost(&["curl", &id]).exits(0);
    assert!(!out.stdout.contains(SECRET) && out.stdout.contains("$WAYPOST_TOKEN"), "{}", out.stdout);
    assert_eq!(out.stderr, "");
    let user_agent = format!("waypost/{}", env!("CARGO_PKG_VERSION"));
    sh(&home, &out.stdout, ("WAYPOST_TOKEN", SECRET));
    let revealed = home.waypost(&["curl", &id, "--reveal"]).exits(0);
    assert!(revealed.stdout.contains(SECRET) && revealed.stderr.contains("the shell's history"), "{revealed:?}");
    assert!(!revealed.stderr.contains(SECRET), "{}", revealed.stderr);
    sh(&home, &revealed.stdout, ("UNUSED", ""));
    let requests = receiver.requests();
    assert_eq!(requests.len(), 3);
    for request in &requests {
        assert_eq!(request.header("authorization"), format!("Bearer {SECRET}"));
        assert_eq!((request.header("webhook-id"), request.header("user-agent")), (id.as_str(), user_agent.as_str()));
        assert_eq!(request.body, requests[0].body);
    }
    sh(&home, &home.waypost(&["curl"]).exits(0).stdout, ("WAYPOST_TOKEN", SECRET));
    assert!(String::from_utf8_lossy(&receiver.requests()[3].body).contains("ping"));
}

#[test]
fn a_probe_is_sent_again_as_a_ping() {
    let receiver = Receiver::start(expect_bearer(SECRET));
    let home = registered_at(&receiver, &["--auth", "bearer", "--secret-stdin"], SECRET);
    home.waypost(&["probe", "--yes"]).exits(0);
    let probe = history(&home).into_iter().find(|line| line["event"] == "probe").unwrap();
    let id = probe["id"].as_str().unwrap();
    let said = home.waypost(&["curl", id]).exits(0).stderr;
    assert!(said.contains("a probe. The command is the valid request") && !said.contains("has changed"), "{said}");
    home.waypost(&["resend", id]).exits(0);
    assert_eq!(history(&home).last().unwrap()["event"], "ping");
}

#[test]
fn a_command_for_the_destination_of_now() {
    let receiver = Receiver::start(expect_hmac("hex", "X-Sig", SECRET));
    let home = registered_at(&receiver, &["--auth", "hmac", "--header-key", "X-Sig", "--secret-stdin"], SECRET);
    home.waypost(&["test"]).exits(0);
    let id = ids(&home)[0].clone();
    // openssl accepts the key in no other way.
    let said = home.waypost(&["curl", &id]).exits(0).stderr;
    assert!(said.contains("process list") && !said.contains("has changed"), "{said}");
    let json = home.waypost(&["curl", &id, "--json"]).exits(0).json();
    schema::assert_valid("curl", &json);
    assert!(json["command"].as_str().unwrap().contains(&id), "{json}");
    let both = home.waypost(&["curl", &id, "--reveal", "--json"]).exits(2);
    assert!(both.stdout.contains("never contains secrets") && !both.stdout.contains(SECRET), "{both:?}");
    refused_with(&home, &["curl", "msg_none"], "", 2, None, "The history has no delivery");
    for change in [["--url", "https://localhost:1/"].as_slice(), &["--auth", "default"]] {
        home.waypost(&[&["edit"], change].concat()).exits(0);
        let out = home.waypost(&["curl", &id]).exits(0);
        assert!(out.stderr.contains("has changed since") && out.stdout.contains("localhost:1/"), "{out:?}");
        assert_eq!(home.waypost(&["curl", &id, "-q"]).exits(0).stderr, "");
    }
    // There is no secret left to reveal.
    assert_eq!(home.waypost(&["curl", "--reveal"]).exits(0).stderr, "");
    refused_with(&Home::new(), &["curl"], "", 7, None, "No destination");
    assert!(registered().waypost(&["curl"]).exits(0).stdout.contains("$WAYPOST_SECRET"));
}
