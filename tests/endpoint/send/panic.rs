//! A panic while something is in flight: hold-to row 48. The binary has no way to be made to panic, so each test runs itself a
//! second time, with the real operations and something of its own that panics.

use std::future::pending;
use std::io::Cursor;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;
use waypost::domain::field;

use waypost::domain::delivery::{Delivery, Outcome, Phase};
use waypost::domain::destination::{Destination, DestinationId};
use waypost::domain::draft::Draft;
use waypost::domain::event::BuiltIn;
use waypost::io::fs::paths::Paths;
use waypost::ops::relay::{LineOptions, Options, Streams};
use waypost::ops::{Demo, Step, Waypost};

use super::{Place, SECRET, destination};
use crate::support::receiver::{Answer, Receiver};
use crate::support::{Home, check};

/// `URL CA CONFIG STATE`, set where this program is to be the one that panics.
const PANICS: &str = "WAYPOST_TEST_PANICS";

/// What the one that panics works with.
struct Doomed {
    waypost: Waypost,
    to: Destination,
    runtime: tokio::runtime::Runtime,
}

impl Doomed {
    fn here() -> Option<Self> {
        let given = std::env::var(PANICS).ok()?;
        let given: Vec<&str> = given.split(' ').collect();
        let paths = Paths { config_dir: given[2].into(), state_dir: given[3].into(), key_file_override: None };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Some(Self { waypost: Waypost::new(paths, None), to: destination(given[0], Path::new(given[1])), runtime })
    }
}

/// Runs that test once more as the one that panics; what is in the history then.
#[track_caller]
fn history_after(name: &str, answers: Vec<Answer>) -> Vec<Delivery> {
    let place = Place::new();
    let receiver = Receiver::scripted(check::expect_hmac("hex", "x-signature", SECRET), answers);
    let out = run_again(name, &place.home, &receiver);
    let stderr = String::from_utf8_lossy(&out.stderr);
    assert_eq!(out.status.code(), Some(101), "{stderr}");
    assert!(stderr.contains("on purpose") && !stderr.contains("canary"), "{stderr}");
    place.history()
}

fn run_again(name: &str, home: &Home, receiver: &Receiver) -> Output {
    let ca = receiver.ca().to_str().unwrap();
    let given = [&receiver.url, ca, home.config_dir().to_str().unwrap(), home.state_dir().to_str().unwrap()].join(" ");
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("send::panic::{name}"), "--nocapture"])
        .env(PANICS, given)
        .output()
        .unwrap()
}

#[track_caller]
fn assert_stopped(delivery: &Delivery, attempts: usize) {
    assert_eq!((delivery.outcome(), delivery.attempts.len()), (Outcome::Stopped, attempts), "{delivery:?}");
    let last = delivery.last().unwrap();
    assert!(last.diagnosis.why.contains("an internal error"), "{last:?}");
    assert_eq!(last.request.headers.get("webhook-id"), Some(delivery.id.as_str()), "{last:?}");
}

#[test]
fn h48_a_test_in_flight_is_recorded() {
    if let Some(Doomed { waypost, to, runtime }) = Doomed::here() {
        let step = |step| assert!(!matches!(step, Step::Began(Phase::Wait)), "on purpose");
        runtime.block_on(waypost.test(&to, &BuiltIn::Ping.event(), step, pending()));
        return;
    }
    let history = history_after("h48_a_test_in_flight_is_recorded", vec![Answer::Stall]);
    assert_eq!(history.len(), 1);
    assert_eq!(history[0].event, "ping");
    assert_stopped(&history[0], 1);
}

#[test]
fn h48_a_delivery_whose_report_panics_is_recorded_once() {
    if let Some(Doomed { waypost, to, runtime }) = Doomed::here() {
        let report = |_: &Delivery| panic!("on purpose");
        runtime.block_on(waypost.test_and_report(&to, &BuiltIn::Ping.event(), None, |_| {}, report, pending()));
        return;
    }
    let history = history_after("h48_a_delivery_whose_report_panics_is_recorded_once", vec![Answer::Checked]);
    assert_eq!(history.len(), 1);
    assert_eq!(history[0].outcome(), Outcome::Delivered);
}

#[test]
fn h48_a_delivery_between_two_attempts_is_recorded() {
    if let Some(Doomed { waypost, to, runtime }) = Doomed::here() {
        let options = Options { pause: Arc::new(|_| panic!("on purpose")), ..Options::default() };
        runtime.block_on(waypost.send(&to, &BuiltIn::Ping.event(), &options, |_| {}, pending()));
        return;
    }
    let history = history_after("h48_a_delivery_between_two_attempts_is_recorded", vec![Answer::status(503)]);
    assert_eq!(history.len(), 1);
    assert_eq!((history[0].outcome(), history[0].attempts.len()), (Outcome::Refused, 1));
}

#[test]
fn h48_lines_that_are_not_written_yet_are_recorded() {
    if let Some(Doomed { waypost, to, runtime }) = Doomed::here() {
        let input = Cursor::new("{\"n\":1}\n".repeat(100));
        let how = LineOptions { options: Options::default(), concurrency: 2, name: "test".into() };
        let streams = Streams { input, failed: None };
        let progress = |tally: &waypost::ops::relay::Tally| assert!(tally.delivered < 3, "on purpose");
        let _ = runtime.block_on(waypost.send_lines(&to, streams, &how, progress, pending(), pending()));
        return;
    }
    let history = history_after("h48_lines_that_are_not_written_yet_are_recorded", vec![Answer::Checked]);
    let (delivered, cut): (Vec<_>, Vec<_>) = history.iter().partition(|delivery| delivery.outcome() == Outcome::Delivered);
    assert_eq!(delivered.len(), 3, "{history:?}");
    // The other lane may have just got its answer, too, and not started the next.
    assert!(cut.len() <= 1, "{history:?}");
    for delivery in cut {
        assert_stopped(delivery, 1);
    }
    let mut events: Vec<&str> = history.iter().map(|delivery| delivery.event.as_str()).collect();
    events.sort_unstable();
    assert_eq!(events, ["test:1", "test:2", "test:3", "test:4"][..history.len()]);
}

#[test]
fn h48_a_line_that_waits_for_its_next_attempt_is_recorded() {
    if let Some(Doomed { waypost, to, runtime }) = Doomed::here() {
        let options = Options { pause: Arc::new(|_| panic!("on purpose")), ..Options::default() };
        let how = LineOptions { options, concurrency: 1, name: "test".into() };
        let streams = Streams { input: Cursor::new("{}\n"), failed: None };
        let _ = runtime.block_on(waypost.send_lines(&to, streams, &how, |_| {}, pending(), pending()));
        return;
    }
    let history = history_after("h48_a_line_that_waits_for_its_next_attempt_is_recorded", vec![Answer::status(503)]);
    assert_eq!(history.len(), 1);
    assert_eq!((history[0].outcome(), history[0].attempts.len()), (Outcome::Refused, 1));
}

#[test]
fn h48_a_line_that_is_due_and_has_no_lane_is_recorded() {
    if let Some(Doomed { waypost, to, runtime }) = Doomed::here() {
        let options = Options { pause: Arc::new(|_| Box::pin(std::future::ready(()))), ..Options::default() };
        let how = LineOptions { options, concurrency: 1, name: "test".into() };
        let streams = Streams { input: Cursor::new("{}\n{}\n"), failed: None };
        // The first line waits for the only lane, which the second has.
        let mut rounds = 0;
        let progress = |tally: &waypost::ops::relay::Tally| {
            rounds += u32::from(tally.waiting == 1 && tally.in_flight == 1);
            assert!(rounds < 2, "on purpose");
        };
        let _ = runtime.block_on(waypost.send_lines(&to, streams, &how, progress, pending(), pending()));
        return;
    }
    let answers = vec![Answer::status(503), Answer::Stall];
    let mut history = history_after("h48_a_line_that_is_due_and_has_no_lane_is_recorded", answers);
    history.sort_by(|one, other| one.event.cmp(&other.event));
    let seen: Vec<_> = history.iter().map(|delivery| (delivery.event.as_str(), delivery.outcome())).collect();
    assert_eq!(seen, [("test:1", Outcome::Refused), ("test:2", Outcome::Stopped)]);
}

#[test]
fn h48_a_demo_leaves_no_files() {
    let name = "h48_a_demo_leaves_no_files";
    if std::env::var_os(PANICS).is_some() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let demo = Demo::start(|_| {}).await.unwrap();
            let settings = Draft::default().with(field::URL, demo.url()).check().unwrap().settings;
            let to =
                Destination::new(DestinationId::new("dst_1"), settings, jiff::Timestamp::UNIX_EPOCH, jiff::Timestamp::UNIX_EPOCH);
            let step = |step| assert!(!matches!(step, Step::Began(Phase::Wait)), "on purpose");
            demo.waypost().test(&to, &BuiltIn::Ping.event(), step, pending()).await;
        });
        return;
    }
    let temporary = tempfile::tempdir().unwrap();
    let out = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("send::panic::{name}"), "--nocapture"])
        .env(PANICS, "demo")
        .env("TMPDIR", temporary.path())
        .output()
        .unwrap();
    assert_eq!(out.status.code(), Some(101), "{}", String::from_utf8_lossy(&out.stderr));
    let left: Vec<_> = std::fs::read_dir(temporary.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(left, Vec::<std::path::PathBuf>::new());
}
