//! The app as a process: its first frame, and what it has not done by then.

use std::fs;
use std::path::PathBuf;

use rustix::process::Pid;

use super::history;
use crate::support::app::App;
use crate::support::pty;
use crate::support::{Home, WAYPOST};

/// A destination, and `records` deliveries.
fn registered(records: usize) -> Home {
    let home = Home::new();
    history::write(&home, records);
    let register = ["register", "--url", "https://hooks.example.com/in", "--auth", "hmac", "--header-key", "X-Signature"];
    home.waypost_stdin(&[&register[..], &["--secret-stdin"]].concat(), "a signing secret of the test").exits(0);
    home
}

fn bytes_of_first_frame(home: &Home, rows: u16, columns: u16) -> usize {
    let app = App::start_wide(home.pty(&[]).size(rows, columns), columns.into());
    app.raw().len()
}

#[test]
fn the_first_frame_is_short() {
    let empty = Home::new();
    let counts = [(24, 80), (60, 200)].map(|(rows, columns)| bytes_of_first_frame(&empty, rows, columns));
    assert!(counts[0] <= 1600 && counts[1] <= 2350, "{counts:?}");
}

/// A screen full of deliveries is mostly their text: ten at 80x24, 46 at 200x60.
#[test]
fn the_first_frame_of_a_full_screen_is_little_more_than_its_text() {
    let full = registered(100);
    let counts = [(24, 80), (60, 200)].map(|(rows, columns)| bytes_of_first_frame(&full, rows, columns));
    assert!(counts[0] <= 2900 && counts[1] <= 10_300, "{counts:?}");
}

/// The names of the threads of a process.
fn threads(pid: Pid) -> Vec<String> {
    let tasks = fs::read_dir(format!("/proc/{}/task", pid.as_raw_nonzero())).unwrap();
    tasks.map(|task| fs::read_to_string(task.unwrap().path().join("comm")).unwrap().trim().to_owned()).collect()
}

#[test]
fn before_the_first_delivery_there_is_one_worker_in_reserve() {
    let home = registered(100);
    let mut app = App::open(&home);
    app.type_text("e");
    app.wait_for(" Edit destination ");
    let threads = threads(app.pid());
    // The loop, the one that reads keys, the one that writes to the terminal, the one that waits for signals and the hang-up, and a worker
    // that is kept for when the system has no thread left. A second one where the health was read before that had come to rest.
    assert!(threads.len() <= 6, "{threads:?}");
}

fn read_until_first_frame(records: usize) -> u64 {
    let home = registered(records);
    let mut app = App::open(&home);
    // How the destination is doing is read after that.
    app.wait_for("never tested");
    let io = fs::read_to_string(format!("/proc/{}/io", app.pid().as_raw_nonzero())).unwrap();
    io.lines().find_map(|line| line.strip_prefix("rchar: ")).unwrap().parse().unwrap()
}

#[test]
fn a_long_history_is_not_read_to_open() {
    let (short, long) = (read_until_first_frame(100), read_until_first_frame(10_000));
    // The trees of a longer table, of its records and of its index, are a level or two deeper; a page has 8 KiB.
    assert!(short.abs_diff(long) <= 4 * 8192, "{short} and {long} bytes");
}

/// The app, and where strace writes which of those system calls it made.
fn traced(home: &Home, calls: &str, env: &[(&str, &str)]) -> (App, PathBuf) {
    let log = home.path().join("strace.log");
    let trace = format!("trace={calls}");
    let mut terminal = pty::Command::new("strace", home.path())
        .args(&["-f", "-o", log.to_str().unwrap(), "-e", &trace, "-e", "signal=none", WAYPOST])
        .env("WAYPOST_CONFIG_DIR", home.config_dir().to_str().unwrap())
        .env("WAYPOST_STATE_DIR", home.state_dir().to_str().unwrap());
    for (name, value) in env {
        terminal = terminal.env(name, value);
    }
    (App::start(terminal), log)
}

#[test]
#[ignore = "needs strace: apt-get install strace"]
fn a_frame_is_one_write() {
    let home = registered(4);
    let (mut app, log) = traced(&home, "write", &[]);
    // What is read after the first frame, and may be a frame of its own.
    app.wait_for("never tested");
    app.type_text("e");
    app.wait_for(" Edit destination ");
    app.key(pty::Key::Esc);
    app.gone(" Edit destination ");
    app.quit();
    let log = fs::read_to_string(&log).unwrap();
    // The terminal is taken, three or four frames, and it is given back. The first frame may be there before the terminal was taken.
    let writes = log.matches(" write(1, ").count();
    assert!((4..=6).contains(&writes), "{writes}: {log}");
}

#[test]
#[ignore = "needs strace: apt-get install strace"]
fn every_thread_that_is_started_is_kept() {
    let home = registered(4);
    let (mut app, log) = traced(&home, "clone,clone3,fork,vfork", &[]);
    app.type_text("e");
    app.wait_for(" Edit destination ");
    let log = fs::read_to_string(&log).unwrap();
    let started = log.lines().filter(|line| line.contains("clone") && !line.contains("resumed")).count();
    // As many as `before_the_first_delivery_there_is_one_worker_in_reserve` allows, the first of which nobody started.
    assert!((3..=5).contains(&started), "{started}: {log}");
}

#[test]
#[ignore = "needs strace: apt-get install strace"]
fn no_ca_store_is_opened_before_the_first_delivery() {
    let home = registered(4);
    let roots = home.path().join("roots.pem");
    fs::write(&roots, crate::support::ca::Ca::new().pem()).unwrap();
    let (mut app, log) = traced(&home, "open,openat,openat2", &[("SSL_CERT_FILE", roots.to_str().unwrap())]);
    app.type_text("e");
    app.wait_for(" Edit destination ");
    app.key(pty::Key::Esc);
    app.gone(" Edit destination ");
    let before = fs::read_to_string(&log).unwrap();
    assert!(before.contains("destination.json"), "{before}");
    // Nor is the time zone looked for among all that there are.
    for other in ["roots.pem", "/etc/ssl", "/etc/pki", "ca-certificates", "/zoneinfo"] {
        assert!(!before.contains(other), "{other} was opened:\n{before}");
    }
    // The same trace sees it once there is a delivery, or this test could not fail.
    app.send_test();
    let after = fs::read_to_string(&log).unwrap();
    assert!(after.contains("roots.pem"), "{after}");
    app.key(pty::Key::Esc);
}
