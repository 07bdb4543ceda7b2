//! `enqueue`, `relay`, `queue`: events that survive what happens to the process, on the built binary.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::schema;
use crate::support::check::{expect_bearer, expect_nothing};
use crate::support::common::{history, refused, refused_with, registered_at, wait_until};
use crate::support::receiver::{Answer, DEADLINE, Receiver};
use crate::support::{Home, Output};

fn at(receiver: &Receiver) -> Home {
    registered_at(receiver, &["--auth", "default"], "")
}

fn queue(home: &Home) -> Value {
    let json = home.waypost(&["queue", "--json", "--limit", "1000"]).exits(0).json();
    schema::assert_valid("queue", &json);
    json
}

/// ready, waiting, in flight, dead
fn counts(home: &Home) -> [u64; 4] {
    ["ready", "waiting", "in_flight", "dead"].map(|state| queue(home)["counts"][state].as_u64().unwrap())
}

fn enqueue(home: &Home, body: &str) -> String {
    home.waypost_stdin(&["enqueue", "-"], body).exits(0).stdout.trim().to_owned()
}

/// Fails with that code and message, for people and for scripts. A database that is opened for writing may change its files.
#[track_caller]
fn fails(home: &Home, args: &[&str], stdin: &str, code: i32, says: &str) {
    let plain = home.waypost_stdin(args, stdin).exits(code);
    assert!(plain.stderr.contains(says) && plain.stdout.is_empty(), "{plain:?}");
    let json = home.waypost_stdin(&[args, &["--json"]].concat(), stdin).exits(code);
    let message = json.json()["error"]["message"].as_str().unwrap().to_owned();
    assert!(plain.stderr.contains(&message), "{message} in {}", plain.stderr);
}

/// Whatever events wait for is over.
fn make_due(home: &Home) {
    home.open_database().execute("UPDATE queue SET due_at = 0", []).unwrap();
}

/// A relay that is stopped at the end.
struct Relay {
    child: Child,
    stderr: BufReader<std::process::ChildStderr>,
}

impl Relay {
    fn start(home: &Home, args: &[&str]) -> Self {
        let args = [&["relay"], args].concat();
        let mut relay = Self::spawn(home.command(&args));
        relay.wait_for("Delivering to ");
        relay
    }

    fn spawn(mut command: std::process::Command) -> Self {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        Self { child, stderr }
    }

    /// Reads what it says up to that.
    fn wait_for(&mut self, part: &str) -> String {
        loop {
            let mut line = String::new();
            assert!(self.stderr.read_line(&mut line).unwrap() > 0, "it ended without {part:?}");
            if line.contains(part) {
                return line;
            }
        }
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_raw(self.child.id().cast_signed()).unwrap(), signal).unwrap();
    }

    fn stop(mut self) -> Output {
        self.signal(Signal::TERM);
        let mut stderr = String::new();
        self.stderr.read_to_string(&mut stderr).unwrap();
        let output = self.child.wait_with_output().unwrap();
        Output { stdout: String::from_utf8(output.stdout).unwrap(), stderr, code: output.status.code() }
    }
}

#[test]
fn an_event_is_queued_without_a_destination_and_delivered_once_there_is_one() {
    let receiver = Receiver::start(expect_nothing());
    let home = Home::new();
    let body = "{\"a\" : [1,\n 2]}\n";
    let id = enqueue(&home, body);
    assert!(id.starts_with("msg_"), "{id}");
    let out = home.waypost_stdin(&["enqueue", "-", "--json"], "{}").exits(0);
    schema::assert_valid("enqueue", &out.json());
    assert_eq!(out.json()["duplicate"], false);
    assert_eq!(counts(&home), [2, 0, 0, 0]);
    fails(&home, &["relay"], "", 7, "No destination is registered");
    let ca = receiver.ca().to_str().unwrap();
    home.waypost(&["register", "--url", &receiver.url, "--auth", "default", "--ca-cert", ca]).exits(0);
    let out = home.waypost(&["relay", "--once", "-v"]).exits(0);
    assert!(out.stderr.ends_with("2 delivered; 0 left in the queue.\n"), "{}", out.stderr);
    let requests = receiver.requests();
    let first = requests.iter().find(|request| request.header("webhook-id") == id).unwrap();
    assert_eq!((requests.len(), first.body.as_slice()), (2, body.as_bytes()));
    assert_eq!(counts(&home), [0, 0, 0, 0]);
    let history = history(&home);
    assert_eq!((history.len(), history.iter().filter(|delivery| delivery["id"] == id.as_str()).count()), (2, 1));
    // Nothing is left to do.
    home.waypost(&["relay", "--once", "-v"]).exits(0);
    assert_eq!(receiver.requests().len(), 2);
}

/// As docs/queue.md describes it.
#[test]
fn a_backup_that_was_made_while_a_relay_ran_is_restored() {
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(200)]);
    let home = at(&receiver);
    home.waypost(&["queue", "hold"]).exits(0);
    let mut relay = home.command(&["relay"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    wait_until(DEADLINE, || queue(&home)["relay_running"] == true);
    let id = enqueue(&home, "{}");
    let restored = Home::new();
    for (from, to) in [(home.config_dir(), restored.config_dir()), (home.state_dir(), restored.state_dir())] {
        fs::create_dir(&to).unwrap();
        for name in ["destination.json", "key"] {
            // Of the key and the destination, each has one.
            let _ = fs::copy(from.join(name), to.join(name));
        }
    }
    home.open_database().execute("VACUUM INTO ?1", [restored.database().to_str().unwrap()]).unwrap();
    fs::set_permissions(restored.database(), fs::Permissions::from_mode(0o600)).unwrap();
    kill_process(Pid::from_child(&relay), Signal::KILL).unwrap();
    relay.wait().unwrap();
    assert_eq!(counts(&restored), [0, 1, 0, 0], "it waits for the release");
    restored.waypost(&["queue", "release"]).exits(0);
    restored.waypost(&["relay", "--once"]).exits(0);
    assert_eq!(receiver.requests()[0].header("webhook-id"), id);
    assert_eq!(history(&restored).len(), 1);
}

#[test]
fn the_same_id_twice_is_one_event() {
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(200)]);
    let home = at(&receiver);
    let with = |id: &str, body: &str| home.waypost_stdin(&["enqueue", "-", "--id", id], body);
    assert_eq!(with("order:17.a_b-c", "{}").exits(0).stdout, "order:17.a_b-c\n");
    let again = with("order:17.a_b-c", "{}").exits(0);
    assert_eq!((again.stdout.as_str(), again.stderr.as_str()), ("order:17.a_b-c\n", "It was already queued.\n"));
    fails(&home, &["enqueue", "-", "--id", "order:17.a_b-c"], "[1, 2, 3]", 2, "Its body differs");
    assert_eq!(counts(&home), [1, 0, 0, 0]);
    home.waypost(&["relay", "--once", "-v"]).exits(0);
    assert!(with("order:17.a_b-c", "{}").exits(0).stderr.contains("already delivered"));
    fails(&home, &["enqueue", "-", "--id", "order:17.a_b-c"], "[1, 2, 3]", 2, "Its body differs");
    // Also where the history has only the beginning of the body.
    let long = format!("\"{}\"", "x".repeat(100_000));
    with("long", &long).exits(0);
    home.waypost(&["relay", "--once", "-v"]).exits(0);
    let out = home.waypost_stdin(&["enqueue", "-", "--id", "long", "--json"], &long).exits(0);
    assert_eq!(out.json()["duplicate"], true);
    with("long", "{}").exits(2);
    assert_eq!(receiver.requests().len(), 2);
    for id in ["", "a b", "a/b", "\u{e9}", "a\nb", &"x".repeat(257)] {
        assert!(with(id, "{}").exits(2).stderr.contains("letters, digits"), "{id:?}");
    }
    with(&"x".repeat(256), "{}").exits(0);
}

#[test]
fn a24_an_id_that_looks_like_an_option_is_an_id_after_two_hyphens() {
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(200)]);
    let home = at(&receiver);
    for id in ["-x", "--help", "--", "-", "..", "--json"] {
        assert_eq!(home.waypost_stdin(&["enqueue", "-", "--id", id], "{}").exits(0).stdout, format!("{id}\n"));
        assert!(home.waypost(&["queue", "show", "--", id]).exits(0).stdout.starts_with(&format!("id        {id}\n")));
        home.waypost(&["queue", "retry", "--", id, id]).exits(0);
        home.waypost(&["relay", "--once"]).exits(0);
        home.waypost(&["history", "show", "--", id]).exits(0);
        home.waypost(&["curl", "--", id]).exits(0);
        home.waypost(&["resend", "--", id]).exits(0);
    }
    assert_eq!(receiver.requests().len(), 12);
    for command in [&["queue", "show"][..], &["queue", "retry"], &["queue", "drop"], &["history", "show"], &["curl"], &["resend"]]
    {
        let out = home.waypost(&[command, &["-x"]].concat()).exits(2);
        assert!(out.stderr.contains("There is no option -x. If it is a value, put -- before it."), "{}", out.stderr);
    }
    // Without a value there is nothing that it could be.
    assert!(!home.waypost(&["queue", "hold", "-x"]).exits(2).stderr.contains("If it is a value"));
}

#[test]
fn lines_are_queued_in_their_order_and_what_is_no_json_is_left_out() {
    let home = Home::new();
    let out = home.waypost_stdin(&["enqueue", "--lines", "-"], "{\"n\":1}\n\n{\"n\":2}\nnope\n{\"n\":3}").exits(2);
    let ids: Vec<&str> = out.stdout.lines().collect();
    assert_eq!(out.stderr, "line 4: it is not JSON at column 2\n3 events queued, 1 invalid.\n");
    let listed = queue(&home);
    let events = listed["events"].as_array().unwrap();
    assert_eq!(events.iter().map(|event| event["id"].as_str().unwrap()).collect::<Vec<_>>(), ids);
    assert_eq!(
        events.iter().map(|event| event["event"].as_str().unwrap()).collect::<Vec<_>>(),
        ["stdin:1", "stdin:3", "stdin:5"]
    );
    let lines = "{}\n".repeat(5000);
    let out = home.waypost_stdin(&["enqueue", "--lines", "-", "--json"], &lines).exits(0);
    schema::assert_valid("enqueue", &out.json());
    let ids: std::collections::BTreeSet<_> = out.json()["ids"].as_array().unwrap().iter().map(ToString::to_string).collect();
    assert_eq!((ids.len(), &out.json()["safe_to_line"], &out.json()["complete"]), (5000, &5000.into(), &true.into()));
    refused(&home, &["enqueue", "--lines", "none.jsonl"], "", 2, Some("body"));
    refused(&home, &["enqueue", "none.json"], "", 2, Some("body"));
    refused_with(&home, &["enqueue", "-"], "{} {}", 2, Some("body"), "is not JSON");
    refused_with(&home, &["enqueue", "-", "--lines", "--id", "x"], "{}", 2, None, "--id");
}

#[test]
fn a_full_queue_is_an_error_and_drops_nothing() {
    let home = Home::new();
    let body = format!("\"{}\"", "x".repeat(998));
    let most = |text: &'static str| ["enqueue", "-", "--max-queue", text];
    home.waypost_stdin(&most("1500"), &body).exits(0);
    fails(&home, &most("1500"), &body, 5, "The queue is full");
    for size in ["", "x", "-1", "1.5GiB", "999999999TiB"] {
        refused_with(&home, &["enqueue", "-", "--max-queue", size], "{}", 2, None, "use a number of bytes");
    }
    let lines = format!("{body}\n").repeat(10);
    let out = home.waypost_stdin(&["enqueue", "--lines", "-", "--max-queue", "4000"], &lines).exits(5);
    assert_eq!(out.stdout.lines().count(), 2, "{out:?}");
    assert!(out.stderr.contains("All is safe up to line 2; ") && out.stderr.contains("The queue is full"), "{}", out.stderr);
    let out = home.waypost_stdin(&["enqueue", "--lines", "-", "--max-queue", "5500", "--json"], &lines).exits(5);
    schema::assert_valid("enqueue", &out.json());
    assert_eq!(
        (&out.json()["queued"], &out.json()["safe_to_line"], &out.json()["error"]["code"]),
        (&1.into(), &1.into(), &"disk".into())
    );
    assert_eq!(counts(&home), [4, 0, 0, 0]);
}

#[test]
fn a_signal_ends_enqueue_and_says_what_is_safe() {
    let home = Home::new();
    let mut child = home
        .command(&["enqueue", "--lines", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(b"{\"n\":1}\n{\"n\":2}\n{\"n\"").unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    for _ in 0..2 {
        stdout.read_line(&mut line).unwrap();
    }
    // What was printed is in the queue, while the input goes on.
    assert_eq!(counts(&home), [2, 0, 0, 0]);
    kill_process(Pid::from_raw(child.id().cast_signed()).unwrap(), Signal::TERM).unwrap();
    let out = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(out.stderr).unwrap();
    assert_eq!(
        (out.status.code(), stderr.as_str()),
        (Some(143), "2 events queued. All is safe up to line 2; - goes on after it.\n")
    );
}

#[test]
fn a_relay_starts_within_a_moment_and_stops_in_good_order() {
    let receiver = Receiver::start(expect_nothing());
    let home = at(&receiver);
    let relay = Relay::start(&home, &[]);
    // The second one gives up.
    fails(&home, &["relay", "--once", "-v"], "", 75, "Another relay");
    assert_eq!(queue(&home)["relay_running"], true);
    for n in 0..5 {
        let id = enqueue(&home, &format!("{{\"n\":{n}}}"));
        let request = receiver.wait_for_requests(n + 1, DEADLINE).pop().unwrap();
        assert_eq!(request.header("webhook-id"), id);
    }
    let stopped = relay.stop().exits(0);
    assert!(
        stopped.stderr.contains("Stopping: ") && stopped.stderr.ends_with("5 delivered; 0 left in the queue.\n"),
        "{stopped:?}"
    );
    for n in 0..5 {
        enqueue(&home, &n.to_string());
    }
    let out = home.waypost(&["relay", "--once", "--json"]).exits(0);
    let ended: Vec<Value> = out.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for line in &ended {
        schema::assert_valid("relay", line);
    }
    assert_eq!((ended.len(), &ended[0]["outcome"], &ended[0]["status"]), (5, &"delivered".into(), &200.into()));
    assert_eq!(counts(&home), [0, 0, 0, 0]);
    assert_eq!(queue(&home)["relay_running"], false);
}

#[test]
fn a_refused_event_is_a_dead_letter_and_can_be_tried_again_or_dropped() {
    let accepts = Arc::new(AtomicU32::new(0));
    let of_answer = Arc::clone(&accepts);
    let answer = move || if of_answer.load(Ordering::SeqCst) > 0 { Answer::Checked } else { Answer::status(422) };
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::chosen(answer)]);
    let home = at(&receiver);
    let (one, two) = (enqueue(&home, "{\"n\":1}"), enqueue(&home, "{\"n\":2}"));
    // Not due: each run tries what is ready. An operator makes it so.
    let out = home.waypost(&["relay", "--once", "-v"]).exits(4);
    assert!(out.stderr.contains("0 delivered; 2 left in the queue, the next due at "), "{}", out.stderr);
    assert_eq!(counts(&home), [0, 2, 0, 0]);
    let due = |line: &str| line.split_whitespace().nth(4).is_some_and(|time| time.matches(':').count() == 2);
    let listed = home.waypost(&["queue"]).exits(0).stdout;
    assert_eq!(listed.lines().filter(|line| line.starts_with("waiting ") && due(line)).count(), 2, "{listed}");
    for code in [4, 3] {
        make_due(&home);
        let out = home.waypost(&["relay", "--once", "-v"]).exits(code);
        assert_eq!(out.stderr.contains("dead letter: "), code == 3, "{}", out.stderr);
    }
    assert_eq!(counts(&home), [0, 0, 0, 2]);
    let dead = &queue(&home)["events"][0];
    assert_eq!((&dead["dead_reason"], &dead["attempts"], &dead["last"]["status"]), (&"refused".into(), &3.into(), &422.into()));
    assert_eq!(history(&home).last().unwrap()["attempts"].as_array().unwrap().len(), 3);
    let shown = home.waypost(&["queue", "show", &one]).exits(0).stdout;
    assert!(shown.contains("refused 422") && shown.ends_with("\n\n{\"n\":1}\n"), "{shown}");
    let shown = home.waypost(&["queue", "show", &one, "--json"]).exits(0).json();
    schema::assert_valid("queue", &shown);
    assert_eq!(shown["event"]["body"], "{\"n\":1}");
    // An unambiguous beginning of the id will do; an ambiguous one changes nothing.
    fails(&home, &["queue", "retry", "msg_"], "", 2, "More than one ID");
    fails(&home, &["queue", "drop", &one, "nothing"], "", 2, "The queue has no event nothing");
    fails(&home, &["queue", "show", ""], "", 2, "The queue has no event");
    let out = home.waypost(&["queue", "drop", &two[..12], "--json"]).exits(0);
    schema::assert_valid("queue", &out.json());
    accepts.store(1, Ordering::SeqCst);
    let out = home.waypost(&["queue", "retry", "--dead", "--json"]).exits(0);
    schema::assert_valid("queue", &out.json());
    assert_eq!((&out.json()["retried"], counts(&home)), (&1.into(), [1, 0, 0, 0]));
    home.waypost(&["relay", "--once", "-v"]).exits(0);
    let all = history(&home);
    let delivered = all.last().unwrap();
    assert_eq!((&delivered["id"], &delivered["outcome"]), (&one.into(), &"delivered".into()));
    assert!(queue(&home)["bytes"] == 0 && receiver.requests().len() == 7);
}

#[test]
fn a_destination_that_is_down_is_asked_once_and_loses_nothing() {
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(503).header("retry-after", "3600"), Answer::Checked]);
    let home = at(&receiver);
    for n in 0..20 {
        enqueue(&home, &n.to_string());
    }
    let out = home.waypost(&["relay", "--once", "--concurrency", "1"]).exits(4);
    assert!(out.stderr.contains("the endpoint asked for it (503 Test)"), "{}", out.stderr);
    assert_eq!((receiver.requests().len(), counts(&home)), (1, [0, 20, 0, 0]));
    // Over a restart as well.
    home.waypost(&["relay", "--once", "-v"]).exits(4);
    assert_eq!(receiver.requests().len(), 1);
    let gate = queue(&home)["gate"].clone();
    assert_eq!((&gate["state"], &gate["why"]), (&"closed".into(), &"asked".into()));
    assert_eq!(gate["reason"], "503 Test");
    let text = home.waypost(&["queue"]).exits(0).stdout;
    let why = ": the destination asked for a pause (503 Test); then one event goes out as a probe\n";
    assert!(text.contains("gate   closed until ") && text.contains(why), "{text}");
    // Their own time has passed: they wait for the probe.
    let gate_line = text.lines().find(|line| line.starts_with("gate ")).unwrap();
    let due =
        |line: &&str| line.starts_with("waiting ") && line.split_whitespace().nth(4).is_some_and(|due| gate_line.contains(due));
    assert_eq!(text.lines().filter(due).count(), 20, "{text}");
    let out = home.waypost(&["queue", "release", "--json"]).exits(0);
    schema::assert_valid("queue", &out.json());
    assert_eq!(out.json()["gate"]["reason"], serde_json::Value::Null);
    make_due(&home);
    home.waypost(&["relay", "--once", "-v"]).exits(0);
    assert_eq!((receiver.requests().len(), counts(&home)), (21, [0, 0, 0, 0]));
}

#[test]
fn held_events_wait_over_restarts_and_a_running_relay_obeys() {
    let receiver = Receiver::start(expect_nothing());
    let home = at(&receiver);
    home.waypost(&["queue", "hold"]).exits(0);
    enqueue(&home, "1");
    home.waypost(&["relay", "--once", "-v"]).exits(4);
    let mut relay = Relay::start(&home, &[]);
    enqueue(&home, "2");
    assert_eq!((queue(&home)["gate"]["state"].as_str(), counts(&home)), (Some("held"), [0, 2, 0, 0]));
    home.waypost(&["queue", "release"]).exits(0);
    receiver.wait_for_requests(2, DEADLINE);
    home.waypost(&["queue", "hold"]).exits(0);
    relay.wait_for("Paused by waypost queue hold");
    enqueue(&home, "3");
    home.waypost(&["queue", "release"]).exits(0);
    receiver.wait_for_requests(3, DEADLINE);
    relay.stop().exits(0);
}

#[test]
fn an_edit_takes_effect_at_once_and_a_wrong_secret_kills_nothing() {
    let receiver = Receiver::start(expect_bearer("right-token-of-some-length"));
    let home = registered_at(&receiver, &["--auth", "bearer", "--secret-stdin"], "wrong-token-of-some-length");
    for n in 0..30 {
        enqueue(&home, &n.to_string());
    }
    let mut relay = Relay::start(&home, &[]);
    relay.wait_for("Paused for ");
    wait_until(DEADLINE, || counts(&home) == [0, 30, 0, 0]);
    let before = receiver.requests().len();
    assert!(before < 14, "{before}");
    // Two edits within one second are two.
    home.waypost(&["edit", "--timeout", "20"]).exits(0);
    home.waypost_stdin(&["edit", "--secret-stdin"], "right-token-of-some-length").exits(0);
    wait_until(DEADLINE, || counts(&home) == [0, 0, 0, 0]);
    // Without a destination nothing goes out, and nothing is lost.
    home.waypost(&["remove", "--yes"]).exits(0);
    relay.wait_for("nothing is delivered");
    let id = enqueue(&home, "\"last\"");
    let ca = receiver.ca().to_str().unwrap();
    let args = ["register", "--url", &receiver.url, "--auth", "bearer", "--secret-stdin", "--ca-cert", ca];
    home.waypost_stdin(&args, "right-token-of-some-length").exits(0);
    wait_until(DEADLINE, || history(&home).last().unwrap()["id"] == id.as_str());
    relay.stop().exits(0);
}

#[test]
fn the_gate_says_why_the_destination_accepts_nothing() {
    let home = Home::new();
    home.waypost(&["register", "--url", "https://127.0.0.1:1/", "--auth", "default"]).exits(0);
    for n in 0..5 {
        enqueue(&home, &n.to_string());
    }
    let out = home.waypost(&["relay", "--once"]).exits(4);
    assert!(out.stderr.contains(": too many attempts in a row failed (connection refused). Then"), "{}", out.stderr);
    let json = home.waypost(&["queue", "--json"]).exits(0).json();
    schema::assert_valid("queue", &json);
    assert_eq!((&json["gate"]["why"], &json["gate"]["reason"]), (&"down".into(), &"connection refused".into()));
    let text = home.waypost(&["queue"]).exits(0).stdout;
    assert!(text.contains(": the destination accepts nothing (connection refused); then one event"), "{text}");
    // What an operator holds is closed for another reason.
    home.waypost(&["queue", "hold"]).exits(0);
    assert_eq!(queue(&home)["gate"]["reason"], serde_json::Value::Null);
}

#[test]
fn a_retry_makes_no_event_later_than_it_was() {
    let home = Home::new();
    let [first, second, third] = ["1", "2", "3"].map(|body| enqueue(&home, body));
    let database = home.open_database();
    let set = |id: &str, due: i64| database.execute("UPDATE queue SET due_at = ?2 WHERE id = ?1", (id, due)).unwrap();
    set(&first, 1_000);
    set(&second, 2_000);
    // In a minute.
    database.execute("UPDATE queue SET due_at = due_at + 60000 WHERE id = ?1", [&third]).unwrap();
    home.waypost(&["queue", "retry", &first, &third]).exits(0);
    let events = queue(&home)["events"].as_array().unwrap().clone();
    let listed: Vec<_> = events.iter().map(|event| event["id"].as_str().unwrap()).collect();
    assert_eq!(listed, [&first, &second, &third]);
    assert_eq!((&events[0]["due_at"], &events[2]["state"]), (&"1970-01-01T00:00:01Z".into(), &"ready".into()));
}

#[test]
fn gone_waits_for_the_operator() {
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(410), Answer::Checked]);
    let home = at(&receiver);
    enqueue(&home, "1");
    let out = home.waypost(&["relay", "--once", "-v"]).exits(4);
    assert!(out.stderr.contains("410"), "{}", out.stderr);
    let gate = queue(&home)["gate"].clone();
    assert_eq!((&gate["why"], &gate["reason"]), (&"gone".into(), &"410 Test".into()));
    home.waypost(&["relay", "--once", "-v"]).exits(4);
    assert_eq!(receiver.requests().len(), 1);
    home.waypost(&["queue", "release"]).exits(0);
    make_due(&home);
    home.waypost(&["relay", "--once", "-v"]).exits(0);
}

#[test]
fn in_order_if_asked_for() {
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::Checked, Answer::status(400), Answer::Checked]);
    let home = at(&receiver);
    for n in 0..6 {
        enqueue(&home, &n.to_string());
    }
    home.waypost(&["relay", "--once", "--ordered"]).exits(4);
    let bodies =
        || receiver.requests().iter().map(|request| String::from_utf8(request.body.clone()).unwrap()).collect::<String>();
    assert_eq!(bodies(), "01");
    make_due(&home);
    home.waypost(&["relay", "--once", "--ordered"]).exits(0);
    assert_eq!(bodies(), "0112345");
    refused_with(&home, &["relay", "--ordered", "--concurrency", "2"], "", 2, None, "--ordered");
}

#[test]
fn what_is_too_old_is_given_up_when_the_destination_fails() {
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(500), Answer::Checked]);
    let home = at(&receiver);
    for n in 0..5 {
        enqueue(&home, &n.to_string());
    }
    home.open_database().execute("UPDATE queue SET since = since - 7200000 WHERE seq <= 3", []).unwrap();
    home.waypost(&["relay", "--once", "--give-up-after", "1h", "--concurrency", "1"]).exits(3);
    let json = queue(&home);
    let dead = json["events"].as_array().unwrap();
    // One that was leased already may have been delivered.
    assert!((2..=3).contains(&dead.len()) && dead.iter().all(|event| event["dead_reason"] == "too_old"), "{json:#}");
    assert_eq!(receiver.requests().len() + dead.len(), 6);
}

/// What the metrics say.
fn scrape(address: &str) -> String {
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    write!(stream, "GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    assert!(text.starts_with("HTTP/1.1 200 OK\r\n"), "{text}");
    text
}

#[test]
fn metrics_tell_what_happens() {
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(200), Answer::status(410)]);
    let home = at(&receiver);
    let mut relay = Relay::spawn(home.command(&["relay", "--metrics", ":0"]));
    let line = relay.wait_for("Metrics on http://127.0.0.1:");
    let address = line.split("http://").nth(1).unwrap().split('/').next().unwrap().to_owned();
    let has = |line: &str| scrape(&address).lines().any(|found| found == line);
    wait_until(DEADLINE, || has("waypost_gate_open 1"));
    assert!(has("waypost_deliveries_total{outcome=\"delivered\",code_class=\"2xx\"} 0"));
    enqueue(&home, "1");
    wait_until(DEADLINE, || has("waypost_deliveries_total{outcome=\"delivered\",code_class=\"2xx\"} 1"));
    enqueue(&home, "2");
    wait_until(DEADLINE, || has("waypost_gate_open 0") && has("waypost_queue_events{state=\"waiting\"} 1"));
    assert!(has("waypost_attempts_total{outcome=\"refused\",phase=\"\"} 1"));
    // The same port is taken.
    let other = at(&receiver);
    fails(&other, &["relay", "--metrics", &address], "", 2, "cannot be listened on");
    for bad in ["", "x", "localhost:1", "1.2.3.4", "99999"] {
        assert!(home.waypost(&["relay", "--metrics", bad]).exits(2).stderr.contains("--metrics"), "{bad}");
    }
    relay.stop().exits(0);
}

#[test]
fn a_service_manager_hears_that_it_is_ready_and_alive() {
    let receiver = Receiver::start(expect_nothing());
    let home = at(&receiver);
    let path = home.path().join("notify");
    let socket = std::os::unix::net::UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(DEADLINE)).unwrap();
    let mut command = home.command(&["relay"]);
    command.env("NOTIFY_SOCKET", &path).env("WATCHDOG_USEC", "100000");
    let relay = Relay::spawn(command);
    let hear = |wanted: &str| {
        let mut buffer = [0; 4096];
        loop {
            let length = socket.recv(&mut buffer).unwrap();
            let text = String::from_utf8_lossy(&buffer[..length]);
            if text.starts_with(wanted) {
                return text.into_owned();
            }
        }
    };
    hear("READY=1");
    assert!(hear("STATUS=").contains("Delivering to "));
    (0..3).for_each(|_| drop(hear("WATCHDOG=1")));
    relay.signal(Signal::TERM);
    hear("STOPPING=1");
    relay.stop().exits(0);
}

#[test]
fn a27_a_service_manager_that_makes_no_sense_is_no_reason_not_to_deliver() {
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(200)]);
    let home = at(&receiver);
    let (abstract_name, path) = (format!("@{}", "a".repeat(200)), "/a".repeat(100));
    let names = ["", "@", &abstract_name, &path, "relative", "/nonexistent", "/dev/null", "vsock:1:2", "@a\nMAINPID=1"];
    for (at, name) in names.into_iter().enumerate() {
        enqueue(&home, "1");
        for (usec, pid) in [("1", "1"), ("99999999999999999999", "x"), ("-1", "")] {
            let env = [("NOTIFY_SOCKET", name), ("WATCHDOG_USEC", usec), ("WATCHDOG_PID", pid)];
            home.run(&["relay", "--once", "-q"], b"", &env).exits(0);
        }
        assert_eq!(receiver.requests().len(), at + 1, "{name:?}");
    }
}

#[test]
fn an_alert_is_run_once_for_an_outage_and_once_for_its_end() {
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(410), Answer::status(200)]);
    let home = at(&receiver);
    let log = home.path().join("alerts");
    let alert = format!("echo $WAYPOST_ALERT $WAYPOST_ALERT_WHY $WAYPOST_ALERT_DESTINATION >> {}; exit 1", log.display());
    let relay = Relay::start(&home, &["--alert-command", &alert, "--alert-after", "1s"]);
    enqueue(&home, "1");
    let read = || fs::read_to_string(&log).unwrap_or_default();
    wait_until(DEADLINE, || !read().is_empty());
    assert_eq!(read(), format!("closed gone {}\n", receiver.url));
    home.waypost(&["queue", "release"]).exits(0);
    wait_until(DEADLINE, || read().lines().count() == 2);
    assert!(read().ends_with(&format!("open gone {}\n", receiver.url)), "{}", read());
    relay.stop().exits(0);
    refused_with(&home, &["relay", "--alert-after", "1s"], "", 2, None, "--alert-command");
}

#[test]
fn a_hold_and_a_release_in_an_outage_are_no_alert_until_an_event_is_delivered() {
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(410), Answer::status(410), Answer::status(200)]);
    let home = at(&receiver);
    let log = home.path().join("alerts");
    let alert = format!("echo $WAYPOST_ALERT $WAYPOST_ALERT_SINCE >> {}", log.display());
    let mut relay = Relay::start(&home, &["--alert-command", &alert, "--alert-after", "1s"]);
    enqueue(&home, "1");
    let read = || fs::read_to_string(&log).unwrap_or_default();
    wait_until(DEADLINE, || !read().is_empty());
    home.waypost(&["queue", "hold"]).exits(0);
    relay.wait_for("Paused by waypost queue hold");
    home.waypost(&["queue", "release"]).exits(0);
    relay.wait_for("410 (gone)");
    home.waypost(&["queue", "release"]).exits(0);
    wait_until(DEADLINE, || read().lines().count() == 2);
    let said = read();
    let words: Vec<&str> = said.split_whitespace().collect();
    assert_eq!((words[0], words[2], words[1]), ("closed", "open", words[3]), "{said}");
    relay.stop().exits(0);
    assert_eq!((receiver.requests().len(), read()), (3, said));
}

#[test]
fn a26_what_an_alert_is_about_is_never_part_of_its_command() {
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(410)]);
    let home = Home::new();
    let url = format!("{}/$(touch$IFS$9here);a&b?token=a1b2c3d4e5f6a7b8", receiver.url);
    home.waypost(&["register", "--url", &url, "--auth", "default", "--ca-cert", receiver.ca().to_str().unwrap()]).exits(0);
    let alert = "printf '%s\n' \"$0\" \"$#\" $WAYPOST_ALERT_DESTINATION > alert";
    let relay = Relay::start(&home, &["--alert-command", alert, "--alert-after", "1s"]);
    home.waypost_stdin(&["enqueue", "-", "--id", "-x"], "{\"type\":\"$(touch here)\"}").exits(0);
    let read = || fs::read_to_string(home.path().join("alert")).unwrap_or_default();
    wait_until(DEADLINE, || read().lines().count() == 3);
    assert_eq!(read(), format!("sh\n0\n{}\n", url.replace("a1b2c3d4e5f6a7b8", "••••••••")));
    assert!(!home.path().join("here").exists());
    relay.stop().exits(0);
}

#[test]
#[ignore = "needs systemd-analyze: apt-get install systemd"]
fn the_unit_is_one_that_systemd_accepts_and_has_little_exposure() {
    let unit = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/systemd/waypost-relay.service");
    let home = Home::new();
    // The program is elsewhere here.
    let text = fs::read_to_string(unit).unwrap().replace("/usr/bin/waypost", crate::support::WAYPOST);
    let unit = home.path().join("waypost-relay.service");
    fs::write(&unit, text).unwrap();
    let analyze = |args: &[&str]| {
        let mut command = std::process::Command::new("systemd-analyze");
        crate::support::run(command.args(args).arg(&unit), b"")
    };
    let verified = analyze(&["verify", "--man=no"]);
    assert_eq!((verified.code, verified.stderr.contains("waypost-relay")), (Some(0), false), "{verified:?}");
    // In tenths: 2.0 of 10.
    analyze(&["security", "--offline=yes", "--threshold=20"]).exits(0);
}

#[test]
fn usage() {
    let home = Home::new();
    for age in ["", "0", "-5", "1.5h", "x"] {
        assert!(home.waypost(&["relay", "--give-up-after", age]).exits(2).stderr.contains("--give-up-after"), "{age}");
    }
    refused_with(&home, &["relay", "--concurrency", "0"], "", 2, None, "from 1 to 256");
    refused_with(&home, &["relay", "--rate", "5"], "", 2, None, "Use the form N/s");
    refused_with(&home, &["queue", "--state", "dead", "hold"], "", 2, None, "belong to list");
    refused_with(&home, &["queue", "list", "--state", "delivered"], "", 2, None, "possible values");
    refused_with(&home, &["queue", "retry"], "", 2, None, "IDS");
    refused_with(&home, &["queue", "drop"], "", 2, None, "IDS");
    // Nothing is created by looking.
    let json = queue(&home);
    assert_eq!((json["counts"]["ready"].as_u64(), json["gate"]["state"].as_str()), (Some(0), Some("open")));
    assert!(!home.state_dir().exists());
    fs::create_dir(home.state_dir()).unwrap();
    fails(&home, &["queue", "retry", "x"], "", 2, "The queue has no event x");
}
