//! `waypost test --every`.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::support::check::expect_bearer;
use crate::support::common::{SECRET, history, refused_with, registered, registered_at};
use crate::support::pty::Key;
use crate::support::receiver::{Answer, Receiver};

#[test]
fn each_attempt_has_a_line_and_a_change_its_cause() {
    let answers = vec![Answer::Checked, Answer::Checked, Answer::status(503), Answer::status(503), Answer::Checked];
    let receiver = Receiver::scripted(expect_bearer(SECRET), answers);
    let home = registered_at(&receiver, &["--auth", "bearer", "--secret-stdin"], SECRET);
    let mut pty = home.pty(&["test", "--every", "1s"]).env("TZ", "UTC").start();
    receiver.wait_for_requests(5, Duration::from_mins(1));
    pty.wait_until(|screen| screen.contents().matches("200 Test").count() >= 3);
    pty.key(Key::Ctrl('c'));
    assert_eq!(pty.wait_exit().code, Some(130));
    let raw = String::from_utf8_lossy(&pty.raw()).into_owned();
    assert_eq!(raw.matches("503 Test").count(), 2, "{raw}");
    assert_eq!(raw.matches("Why").count(), 1, "the cause is given once: {raw}");
    assert_eq!(raw.matches('\x07').count(), 2, "a bell for each change: {raw}");
    assert!(history(&home).len() >= 5);
    pty.assert_terminal_whole();
}

#[test]
fn as_json_each_attempt_is_a_line() {
    let receiver = Receiver::scripted(expect_bearer(SECRET), vec![Answer::Checked, Answer::status(401), Answer::Checked]);
    let home = registered_at(&receiver, &["--auth", "bearer", "--secret-stdin"], SECRET);
    let mut child = home.command(&["test", "--every", "1", "--json"]).stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().take(3);
    let outcomes: Vec<_> = lines
        .map(|line| serde_json::from_str::<serde_json::Value>(&line.unwrap()).unwrap())
        .map(|json| json["delivery"]["outcome"].as_str().unwrap().to_owned())
        .collect();
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(143));
    assert_eq!(outcomes, ["delivered", "refused", "delivered"]);
}

#[test]
fn nonsense_is_refused_with_the_form() {
    let home = registered();
    for bad in ["", "0", "0s", "-1", "soon", "1.5s", "8d", "99999999999999999999"] {
        let says = if ["0", "0s"].contains(&bad) {
            "less than a second"
        } else if bad == "8d" {
            "7 days"
        } else {
            "30s"
        };
        refused_with(&home, &["test", &format!("--every={bad}")], "", 2, None, says);
    }
}
