//! `resend` of several events and of a selection, on the built binary.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::schema;
use crate::support::check::expect_nothing;
use crate::support::common::{history, registered_at};
use crate::support::receiver::{Answer, DEADLINE, Receiver};
use crate::support::{Home, Output};

const ALL: [&str; 5] = ["resend", "--outcome", "failed,refused", "--since", "1h"];

/// A receiver that refuses everything until it is up.
struct Place {
    receiver: Receiver,
    home: Home,
    is_up: Arc<AtomicBool>,
}

impl Place {
    /// With that many events that were refused. A status of the event's own closes no gate.
    fn with(refused: usize) -> Self {
        Self::answering(refused, Duration::ZERO)
    }

    fn answering(refused: usize, after: Duration) -> Self {
        let is_up = Arc::new(AtomicBool::new(false));
        let up = Arc::clone(&is_up);
        let answer = move || if up.load(Ordering::SeqCst) { Answer::status(200).after(after) } else { Answer::status(422) };
        let receiver = Receiver::scripted(expect_nothing(), vec![Answer::chosen(answer)]);
        let home = registered_at(&receiver, &["--auth", "default"], "");
        let lines = (1..=refused).map(|n| format!("{{\"n\": {n}}}\n")).collect::<Vec<_>>().concat();
        if refused > 0 {
            home.waypost_stdin(&["send", "--lines", "-", "--concurrency", "1"], lines).exits(3);
        }
        Self { receiver, home, is_up }
    }

    fn up(&self) {
        self.is_up.store(true, Ordering::SeqCst);
    }

    /// Of the history, the oldest first, each once.
    fn ids(&self) -> Vec<String> {
        let mut once = BTreeSet::new();
        let all = history(&self.home).into_iter().map(|delivery| delivery["id"].as_str().unwrap().to_owned());
        all.filter(|id| once.insert(id.clone())).collect()
    }

    /// The ids and bodies of what came after the first `skip` requests.
    fn came(&self, skip: usize) -> Vec<(String, Vec<u8>)> {
        let requests = self.receiver.requests().into_iter().skip(skip);
        requests.map(|request| (request.header("webhook-id").to_owned(), request.body)).collect()
    }

    fn start(&self, args: &[&str]) -> Child {
        let mut command = self.home.command(args);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }
}

fn all_and<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&ALL[..], more].concat()
}

/// Fails with that code and message, for people and for scripts. A database that is opened may change its files.
#[track_caller]
fn fails(home: &Home, args: &[&str], code: i32, says: &str) {
    let plain = home.waypost(args).exits(code);
    assert!(plain.stderr.contains(says) && plain.stdout.is_empty(), "{plain:?}");
    let json = home.waypost(&[args, &["--json"]].concat()).exits(code).json();
    schema::assert_valid("resend", &json);
    let message = json["error"]["message"].as_str().unwrap();
    assert!(plain.stderr.contains(message), "{message} in {}", plain.stderr);
}

fn end(child: Child) -> Output {
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Output { stdout: text(output.stdout), stderr: text(output.stderr), code: output.status.code() }
}

fn signal(child: &Child, signal: Signal) {
    kill_process(Pid::from_raw(child.id().cast_signed()).unwrap(), signal).unwrap();
}

fn json_lines(out: &Output) -> Vec<Value> {
    let lines: Vec<Value> = out.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for line in &lines {
        schema::assert_valid("resend", line);
    }
    lines
}

#[test]
fn a_selection_goes_out_in_order_under_the_same_ids_and_is_not_meant_again() {
    let place = Place::with(4);
    place.home.waypost(&["test"]).exits(3);
    let ids = place.ids();
    place.up();
    place.home.waypost(&["resend", &ids[1]]).exits(0);
    let before = place.receiver.requests().len();

    let dry = place.home.waypost(&all_and(&["--dry-run"])).exits(0);
    let listed: Vec<_> = dry.stdout.lines().map(|line| line.split(' ').nth(3).unwrap()).collect();
    assert_eq!(listed, [&ids[0], &ids[2], &ids[3]]);
    assert!(dry.stdout.lines().next().unwrap().contains(" stdin:1: refused 422: "), "{}", dry.stdout);
    for says in
        ["3 events would be sent to localhost:", "Left out: 1 delivered since.", "Left out: 1 of waypost's own test events."]
    {
        assert!(dry.stderr.contains(says), "{says} in {}", dry.stderr);
    }
    let dry = json_lines(&place.home.waypost(&all_and(&["--dry-run", "--json"])).exits(0));
    assert_eq!((dry.len(), &dry[5]["would_send"], &dry[5]["left_out"]), (6, &3.into(), &2.into()));
    fails(&place.home, &ALL, 2, "there is no terminal to ask on");
    assert_eq!(place.receiver.requests().len(), before, "nothing was sent");

    let lines = json_lines(&place.home.waypost(&all_and(&["--yes", "--json"])).exits(0));
    let summary = lines.last().unwrap();
    assert_eq!((&summary["delivered"], &summary["left_out"], &summary["error"]), (&3.into(), &2.into(), &Value::Null));
    let expected = [(1, 0), (3, 2), (4, 3)].map(|(n, at)| (ids[at].clone(), format!("{{\"n\": {n}}}").into_bytes()));
    assert_eq!(place.came(before), expected);

    let again = place.home.waypost(&all_and(&["--yes"])).exits(0);
    assert!(
        again.stderr.contains("Left out: 4 delivered since.") && again.stderr.contains("Nothing to send again."),
        "{again:?}"
    );
    assert_eq!(place.receiver.requests().len(), before + 3);
    // Each delivery is an entry; the id names the newest.
    let shown = place.home.waypost(&["history", "show", &ids[0], "--json"]).exits(0).json();
    assert_eq!(shown["delivery"]["outcome"], "delivered");
    let both = place.home.waypost(&["history", "--json", "--search", &ids[0]]).exits(0).json();
    assert_eq!(both["deliveries"].as_array().unwrap().len(), 2);
}

#[test]
fn several_ids_are_sent_once_each_without_a_question() {
    let place = Place::with(3);
    let ids = place.ids();
    place.up();
    let short = &ids[0][..ids[0].len() - 1];
    let out = place.home.waypost(&["resend", &ids[2], short, &ids[0]]).exits(0);
    assert!(out.stderr.starts_with("2 events: 2 delivered, 0 refused, 0 failed; 0 retries, "), "{}", out.stderr);
    let came: Vec<_> = place.came(3).into_iter().map(|(id, _)| id).collect();
    assert_eq!(came, [ids[2].clone(), ids[0].clone()]);
    fails(&place.home, &["resend", &ids[0], "msg_none"], 2, "The history has no delivery msg_none");
    assert_eq!(place.receiver.requests().len(), 5);
}

#[test]
fn an_event_that_is_still_refused_says_how_to_continue() {
    let place = Place::with(2);
    let out = place.home.waypost(&all_and(&["--yes", "-v"])).exits(3);
    assert!(out.stderr.contains("2 events: 0 delivered, 2 refused, 0 failed"), "{}", out.stderr);
    assert!(out.stderr.contains("run the same command again") && out.stderr.contains("stdin:1: refused 422"), "{}", out.stderr);
    // What failed again is in the history twice, and meant once.
    place.up();
    let out = place.home.waypost(&all_and(&["--yes"])).exits(0);
    assert!(out.stderr.contains("2 events: 2 delivered"), "{}", out.stderr);
}

#[test]
fn what_is_meant_is_narrowed_and_wrong_options_send_nothing() {
    let place = Place::with(3);
    place.up();
    let before = place.receiver.requests().len();
    for (args, says) in [
        (&["resend"][..], "--outcome failed,refused --since 24h --dry-run"),
        (&["resend", "--since", "1h"], "--outcome"),
        (&["resend", "--outcome", "failed"], "--since"),
        (&["resend", "last", "--outcome", "failed", "--since", "1h"], "cannot be used with"),
        (&["resend", "--outcome", "probe", "--since", "1h", "--yes"], "possible values"),
        (&["resend", "--outcome", "failed", "--since", "soon", "--yes"], "soon"),
        (&["resend", "--outcome", "failed", "--since", "1h", "--search", "status:x", "--yes"], "status"),
        (&["resend", "--outcome", "delivered", "--since", "1h", "--yes"], "--until"),
        (&["resend", "last", "--rate", "0/s"], "Use the form N/s"),
        (&["resend", "last", "--concurrency", "0"], "from 1 to 256"),
    ] {
        let out = place.home.waypost(args).exits(2);
        assert!(out.stderr.contains(says), "{says} in {}", out.stderr);
    }
    fails(&Home::new(), &all_and(&["--yes"]), 7, "No destination");
    let none = ["resend", "--outcome", "failed", "--since", "1h", "--yes"];
    assert!(place.home.waypost(&none).exits(0).stderr.contains("Nothing to send again."));
    let none = all_and(&["--until", "30m", "--yes"]);
    assert!(place.home.waypost(&none).exits(0).stderr.contains("Nothing to send again."));
    assert_eq!(place.receiver.requests().len(), before, "nothing was sent");
    place.home.waypost(&all_and(&["--search", "event:stdin:2 status:422", "--yes"])).exits(0);
    assert_eq!(place.came(before).into_iter().map(|(_, body)| body).collect::<Vec<_>>(), [b"{\"n\": 2}"]);
}

#[test]
fn a_person_is_asked() {
    let place = Place::with(2);
    place.up();
    let mut pty = place.home.pty(&ALL).start();
    pty.wait_for("Send 2 events again to localhost:");
    pty.type_text("n\r");
    assert_eq!(pty.wait_exit().code, Some(130));
    assert!(pty.screen_text().contains("Nothing was sent."), "{}", pty.screen_text());
    assert_eq!(place.receiver.requests().len(), 2);
    let mut pty = place.home.pty(&ALL).start();
    pty.wait_for("[y/N]");
    pty.type_text("y\r");
    assert_eq!(pty.wait_exit().code, Some(0));
    assert!(pty.screen_text().contains("2 events: 2 delivered"), "{}", pty.screen_text());
    pty.assert_terminal_whole();
}

#[test]
fn attempts_are_spaced_by_the_rate() {
    let place = Place::with(4);
    place.up();
    let began = Instant::now();
    place.home.waypost(&all_and(&["--yes", "--rate", "10/s", "--concurrency", "4"])).exits(0);
    assert!(began.elapsed() >= Duration::from_millis(290), "{:?}", began.elapsed());
    assert_eq!(place.receiver.requests().len(), 8);
}

/// Stopped in the middle, and run again.
fn stopped_by(sig: Signal, code: Option<i32>) -> BTreeMap<String, usize> {
    let place = Place::answering(20, Duration::from_millis(30));
    place.up();
    let child = place.start(&all_and(&["--yes"]));
    place.receiver.wait_for_requests(25, DEADLINE);
    signal(&child, sig);
    let out = end(child);
    assert_eq!(out.code, code, "{out:?}");
    let came = place.came(20).len();
    assert!((5..20).contains(&came), "{came}");
    if code.is_some() {
        assert!(out.stderr.contains("not sent") && out.stderr.contains("run the same command again"), "{}", out.stderr);
    }
    place.home.waypost(&all_and(&["--yes"])).exits(0);
    let mut times = BTreeMap::new();
    for (id, _) in place.came(20) {
        *times.entry(id).or_insert(0) += 1;
    }
    assert_eq!(times.keys().cloned().collect::<BTreeSet<_>>(), place.ids().into_iter().collect());
    assert!(place.home.waypost(&all_and(&["--yes"])).exits(0).stderr.contains("Nothing to send again."));
    times
}

#[test]
fn h140_after_a_signal_the_same_command_goes_on() {
    let times = stopped_by(Signal::INT, Some(130));
    assert!(times.values().all(|times| *times == 1), "{times:?}");
}

#[test]
fn h140_after_a_kill_none_is_lost_and_ids_stay() {
    let times = stopped_by(Signal::KILL, None);
    // What was not in the history yet is sent again, under its id.
    assert!(times.values().all(|times| *times <= 2), "{times:?}");
}

#[test]
fn h141_what_cannot_be_sent_is_named_and_the_rest_is_sent() {
    let place = Place::with(3);
    place.home.waypost_stdin(&["send", "-"], format!("\"{}\"", "x".repeat(70_000))).exits(3);
    let ids = place.ids();
    place.home.waypost_stdin(&["enqueue", "-", "--id", &ids[1]], "{\"n\": 2}").exits(0);
    place.home.open_database().execute("UPDATE deliveries SET record = '{' WHERE id = ?1", [&ids[2]]).unwrap();
    place.up();
    let out = place.home.waypost(&all_and(&["--yes"])).exits(2);
    for says in [
        format!("Left out: 1 waiting in the queue: {}.", ids[1]),
        format!("Cannot be sent: 1 with a body of which the history has only the first 64 KiB: {}.", ids[3]),
        format!("Cannot be sent: 1 with a damaged record: {}.", ids[2]),
        "1 event: 1 delivered".to_owned(),
    ] {
        assert!(out.stderr.contains(&says), "{says} in {}", out.stderr);
    }
    assert_eq!(place.came(4), [(ids[0].clone(), b"{\"n\": 1}".to_vec())]);
    fails(&place.home, &["resend", &ids[1]], 2, "is already on its way");
    fails(&place.home, &["resend", &ids[0], &ids[3]], 2, "64 KiB");
    assert_eq!(place.receiver.requests().len(), 5);
}

#[test]
fn h141_a_history_that_cannot_be_read_sends_nothing() {
    let place = Place::with(1);
    fs::write(place.home.database(), "no database").unwrap();
    // A process may end before its log is copied into the database; SQLite reads the whole database from that, then.
    for beside in ["-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{beside}", place.home.database().display()));
    }
    for args in [all_and(&["--yes"]), all_and(&["--dry-run"]), vec!["resend", "a", "b"]] {
        fails(&place.home, &args, 5, "is damaged");
    }
    assert_eq!(place.receiver.requests().len(), 1);
    let none = registered_at(&place.receiver, &["--auth", "default"], "");
    assert!(none.waypost(&all_and(&["--yes"])).exits(0).stderr.contains("Nothing to send again."));
    fails(&none, &["resend", "a", "b"], 2, "The history has no delivery a");
}

#[test]
fn h142_what_another_waypost_does_meanwhile_counts() {
    let place = Place::answering(8, Duration::from_millis(200));
    place.up();
    let ids = place.ids();
    let child = place.start(&all_and(&["--yes"]));
    place.receiver.wait_for_requests(9, DEADLINE);
    // Delivered, and moved: what was confirmed stays the destination of the run.
    place.home.waypost(&["resend", &ids[7]]).exits(0);
    place.home.waypost(&["edit", "--url", "https://localhost:1/"]).exits(0);
    let out = end(child).exits(0);
    assert!(
        out.stderr.contains("7 events: 7 delivered") && out.stderr.contains("Left out: 1 delivered since."),
        "{}",
        out.stderr
    );
    assert_eq!(place.came(8).len(), 8);
}

#[test]
fn h142_a_history_that_is_cleared_meanwhile_sends_no_other_event() {
    let place = Place::answering(6, Duration::from_millis(200));
    place.up();
    let child = place.start(&all_and(&["--yes"]));
    place.receiver.wait_for_requests(7, DEADLINE);
    place.home.waypost(&["history", "clear", "--yes"]).exits(0);
    // They take the places of those that were deleted.
    place.home.waypost_stdin(&["send", "--lines", "-"], "{\"new\": 1}\n{\"new\": 2}\n{\"new\": 3}\n").exits(0);
    let out = end(child).exits(2);
    assert!(out.stderr.contains("deleted from the history in the meantime: msg_"), "{}", out.stderr);
    let new = place.came(6).into_iter().filter(|(_, body)| body.starts_with(b"{\"new\"")).count();
    assert_eq!(new, 3, "each once");
}

#[test]
fn another_destination_is_named_before_anything_goes_there() {
    let place = Place::with(2);
    place.home.waypost(&["remove", "--yes"]).exits(0);
    let url = place.receiver.url.clone();
    let ca = place.receiver.ca().to_str().unwrap().to_owned();
    place.home.waypost(&["register", "--url", &url, "--auth", "default", "--ca-cert", &ca]).exits(0);
    let out = place.home.waypost(&all_and(&["--dry-run"])).exits(0);
    assert!(out.stderr.contains("(sent to another destination before)"), "{}", out.stderr);
}

#[test]
fn a_dead_letter_that_is_delivered_leaves_the_queue() {
    let place = Place::with(0);
    let id = place.home.waypost_stdin(&["enqueue", "-"], "{\"n\": 1}").exits(0).stdout.trim().to_owned();
    for _ in 0..3 {
        place.home.waypost(&["relay", "--once", "-q"]);
        place.home.open_database().execute("UPDATE queue SET due_at = 0", []).unwrap();
    }
    let dead = |place: &Place| place.home.waypost(&["queue", "--json"]).exits(0).json()["counts"]["dead"].clone();
    assert_eq!(dead(&place), 1);
    place.up();
    place.home.waypost(&all_and(&["--yes"])).exits(0);
    assert_eq!(place.came(3), [(id, b"{\"n\": 1}".to_vec())]);
    assert_eq!(dead(&place), 0);
    let size: i64 = place.home.open_database().query_row("SELECT queue_bytes FROM size", [], |row| row.get(0)).unwrap();
    assert_eq!(size, 0);
}
