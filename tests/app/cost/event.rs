//! What an event of `send --lines` costs: allocations, bytes, system calls.

use std::fmt::Write as _;
use std::fs;
use std::future::pending;
use std::io::Cursor;
use std::process::{Command, Stdio};

use allocation_counter::measure;
use waypost::ops::Waypost;
use waypost::ops::relay::{LineOptions, Options, Streams};

use crate::support::answer::Answer;
use crate::support::check::expect_nothing;
use crate::support::receiver::Receiver;
use crate::support::{Home, WAYPOST};

/// Two runs differ by that many events: what a run costs once is in both.
const MORE: u64 = 500;

fn registered() -> (Home, Receiver) {
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(200).body("{\"ok\":true}")]);
    let home = Home::new();
    let ca = receiver.ca().to_str().unwrap();
    let register =
        ["register", "--url", &receiver.url, "--auth", "hmac", "--header-key", "X-Signature", "--ca-cert", ca, "--secret-stdin"];
    home.waypost_stdin(&register, "a signing secret for measuring").exits(0);
    (home, receiver)
}

fn events(count: u64) -> String {
    let mut lines = String::new();
    for number in 10_000..10_000 + count {
        writeln!(lines, "{{\"number\":{number},\"text\":\"{}\"}}", "x".repeat(200)).unwrap();
    }
    lines
}

/// On the thread that sends; the history is written by another.
#[test]
fn an_event_makes_few_allocations() {
    let (home, _receiver) = registered();
    let waypost = Waypost::at(Some(home.config_dir()), Some(home.state_dir())).unwrap();
    let to = waypost.destination().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let run = |count: u64| {
        let how = LineOptions { options: Options::default(), concurrency: 1, name: "test".into() };
        let streams = Streams { input: Cursor::new(events(count)), failed: None };
        let mut delivered = 0;
        let made = measure(|| {
            let sent = runtime.block_on(waypost.send_lines(&to, streams, &how, |_| {}, pending(), pending()));
            delivered = sent.unwrap().tally.delivered;
        });
        assert_eq!(delivered, count);
        made.count_total
    };
    let per_event = (run(100 + MORE) - run(100)) / MORE;
    // Half of them are made by the libraries of HTTP and TLS, and by the runtime.
    assert!(per_event <= 60, "{per_event} allocations an event");
}

#[test]
fn an_event_takes_few_bytes_besides_its_own() {
    let (home, receiver) = registered();
    let file = home.path().join("events.jsonl");
    fs::write(&file, events(3)).unwrap();
    home.waypost(&["send", "-q", "--lines", file.to_str().unwrap()]).exits(0);
    let requests = receiver.requests();
    assert_eq!(requests.len(), 3);
    for request in requests {
        let besides = request.raw.len() - request.body.len();
        assert!(besides <= 300, "{besides} bytes of {}", String::from_utf8_lossy(&request.raw));
    }
}

/// How often each system call is made by a run, as strace counts them.
fn calls(home: &Home, count: u64) -> Vec<(String, u64)> {
    let (file, report) = (home.path().join("events.jsonl"), home.path().join("calls"));
    fs::write(&file, events(count)).unwrap();
    let mut strace = Command::new("strace");
    strace.args(["-f", "-c", "-o", report.to_str().unwrap(), WAYPOST, "send", "-q", "--concurrency", "1", "--lines"]).arg(&file);
    strace.env("WAYPOST_CONFIG_DIR", home.config_dir()).env("WAYPOST_STATE_DIR", home.state_dir());
    assert!(strace.stdin(Stdio::null()).status().unwrap().success());
    let report = fs::read_to_string(report).unwrap();
    let rows = report.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let rows = rows.filter(|row| row.len() >= 5 && row[0].parse::<f64>().is_ok() && row[row.len() - 1] != "total");
    rows.map(|row| (row[row.len() - 1].to_owned(), row[3].parse().unwrap())).collect()
}

#[test]
#[ignore = "needs strace: apt-get install strace"]
fn an_event_makes_few_system_calls() {
    let (home, _receiver) = registered();
    // The first run makes the database.
    calls(&home, 1);
    let (few, many) = (calls(&home, 100), calls(&home, 100 + MORE));
    let count = |calls: &[(String, u64)], names: &[&str]| -> u64 {
        calls.iter().filter(|(name, _)| names.is_empty() || names.contains(&&**name)).map(|(_, count)| count).sum()
    };
    // In hundredths. The receiver writes its answer in two pieces, each of which is waited for. The database is written in groups.
    for (names, most) in [
        (&["write", "writev", "sendto", "sendmsg"][..], 105),
        (&["recvfrom", "read", "recvmsg"], 210),
        (&["epoll_wait"], 330),
        (&["getrandom"], 5),
        (&["pwrite64", "pread64"], 600),
        (&[], 1400),
    ] {
        let per_event = count(&many, names).saturating_sub(count(&few, names)) * 100 / MORE;
        assert!(per_event <= most, "{names:?}: {per_event} for 100 events; {few:?} {many:?}");
    }
}
