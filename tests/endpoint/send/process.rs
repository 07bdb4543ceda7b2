//! `send --lines` as a process: what it holds in memory, and what a kill loses.

use std::collections::HashSet;
use std::fs::{self, File};
use std::process::{Child, Stdio};
use std::time::Duration;

use waypost::domain::delivery::Outcome;
use waypost::io::fs::paths::Paths;
use waypost::ops::Waypost;

use super::endpoint::Endpoint;
use super::lines::numbered;
use crate::support::Home;
use crate::support::check::expect_nothing;
use crate::support::common::{register, registered_at, wait_until};
use crate::support::receiver::{Answer, DEADLINE, Receiver};

fn start(home: &Home, lines: usize, args: &[&str]) -> Child {
    let input = home.path().join("in");
    fs::write(&input, numbered(lines)).unwrap();
    let mut command = home.command(&[&["send", "--lines", "-"], args].concat());
    command.stdin(File::open(input).unwrap()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// The most memory that it ever had, in KiB.
fn peak(child: &Child) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// The most memory of a run in which three of four events are refused with that much, and wait.
fn peak_with(kib: usize) -> u64 {
    let large = "x".repeat(kib * 1024);
    // One of four is accepted, so that the gate stays open.
    let answers = (0..1600).map(|n| match n % 4 {
        3 => Answer::status(200),
        _ => (0..4).fold(Answer::status(503).body(&large), |answer, n| answer.header(&format!("x-{n}"), &large)),
    });
    let receiver = Receiver::scripted(expect_nothing(), answers.collect());
    let home = registered_at(&receiver, &["--auth", "default"], "");
    let mut child = start(&home, 20_000, &["--concurrency", "8", "--retries", "20"]);
    receiver.wait_for_requests(1500, Duration::from_mins(1));
    let peak = peak(&child);
    child.kill().unwrap();
    child.wait().unwrap();
    peak
}

#[test]
fn a01_answers_of_waiting_events_are_not_kept() {
    let (small, large) = (peak_with(0), peak_with(15));
    // A thousand events wait. Each with its answer: 75 MiB more.
    assert!(large < small + 24 * 1024, "KiB: {small}, and with large answers {large}");
}

#[test]
fn a19_a_kill_loses_no_more_of_the_history_than_is_documented() {
    for concurrency in [1_usize, 8, 256] {
        let endpoint = Endpoint::start(0, true);
        let home = Home::new();
        let ca = endpoint.ca();
        register(&home, &endpoint.url(), &["--auth", "default", "--ca-cert", ca.to_str().unwrap()], "");
        let mut child = start(&home, 9000, &["--concurrency", &concurrency.to_string()]);
        wait_until(3 * DEADLINE, || endpoint.requests() > 1500);
        child.kill().unwrap();
        child.wait().unwrap();
        let paths = Paths { config_dir: home.config_dir(), state_dir: home.state_dir(), key_file_override: None };
        let recorded = Waypost::new(paths, None).newest(usize::MAX).unwrap();
        assert_eq!(recorded.unreadable, 0);
        let recorded: HashSet<Vec<u8>> = recorded
            .deliveries
            .into_iter()
            .filter(|delivery| delivery.outcome() == Outcome::Delivered)
            .map(|delivery| delivery.attempts[0].request.body.clone())
            .collect();
        let seen = endpoint.seen();
        let accepted: HashSet<Vec<u8>> = seen.into_iter().filter(|(_, seen)| seen.taken > 0).map(|(body, _)| body).collect();
        assert!(recorded.is_subset(&accepted), "nothing is recorded that was not accepted");
        let missing = accepted.len() - recorded.len();
        // What was in flight, the group that was being written, and the one that was gathered: see docs/scripting.md.
        assert!(missing <= concurrency + 2060, "{missing} of {} with {concurrency} at a time", accepted.len());
    }
}
