//! What other processes do is on the screen by itself.

use std::fs;

use crate::support::Home;
use crate::support::app::App;
use crate::support::check;
use crate::support::pty::Key;
use crate::support::receiver::Receiver;

/// How many times any thread of the app gave up the processor to wait: each is a wakeup.
fn waits(app: &App) -> u64 {
    let tasks = fs::read_dir(format!("/proc/{}/task", app.pid().as_raw_nonzero())).unwrap();
    let of = |status: String| -> u64 {
        status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:")).unwrap().trim().parse().unwrap()
    };
    tasks.filter_map(|task| fs::read_to_string(task.unwrap().path().join("status")).ok()).map(of).sum()
}

/// Issue 15, must not 7.
#[test]
#[cfg(target_os = "linux")]
fn deliveries_and_edits_by_other_processes_appear_by_themselves() {
    let home = Home::new();
    let receiver = Receiver::start(check::expect_nothing());
    let ca = receiver.ca().to_str().unwrap().to_owned();
    home.waypost(&["register", "--url", &receiver.url, "--auth", "default", "--ca-cert", &ca]).exits(0);
    let mut app = App::open(&home);
    app.wait_for("never tested");
    home.waypost(&["test"]).exits(0);
    app.wait_for(" 1 of 1 ");
    app.wait_for("✓ works");
    home.waypost(&["edit", "--timeout", "21"]).exits(0);
    app.wait_for("timeout 21 s");
    // The focus stays on the delivery that it was on.
    app.key(Key::Down);
    app.wait_for("│ > ");
    home.waypost(&["test"]).exits(0);
    app.wait_for(" 2 of 2 ");
    home.waypost(&["remove", "--yes"]).exits(0);
    app.wait_for("No destination is registered.");
    app.quit();
}

/// The numbers are of the history, not of the deliveries that happen to be listed.
#[test]
#[cfg(target_os = "linux")]
fn the_health_follows_other_processes_whatever_is_listed() {
    let home = Home::new();
    let receiver = Receiver::start(check::expect_nothing());
    let ca = receiver.ca().to_str().unwrap().to_owned();
    home.waypost(&["register", "--url", &receiver.url, "--auth", "default", "--ca-cert", &ca]).exits(0);
    let lines = "{}\n".repeat(30);
    home.waypost_stdin(&["send", "--lines", "-"], &lines).exits(0);
    let mut app = App::open(&home);
    app.wait_for("30 of 30 ok");
    app.type_text("/outcome:refused");
    app.wait_for(" 0 of 0 ");
    app.wait_for("30 of 30 ok");
    home.waypost(&["test"]).exits(0);
    app.wait_for("31 of 31 ok");
    app.key(Key::Esc);
    app.wait_for(" of 31 ");
    app.quit();
}

#[test]
#[cfg(target_os = "linux")]
fn while_nothing_happens_nothing_wakes_it() {
    let home = Home::new();
    home.waypost(&["register", "--url", "https://hooks.example.com/in", "--auth", "default"]).exits(0);
    let mut app = App::open(&home);
    // The watch is on: it has reported this.
    home.waypost(&["edit", "--timeout", "21"]).exits(0);
    app.wait_for("timeout 21 s");
    // What follows from that ends by itself; a watch that wakes itself would go on for ever.
    let (mut before, mut same) = (waits(&app), 0);
    let quiet = (0..200).any(|_| {
        // Reads the same files, writes none, and takes its time.
        home.waypost(&["show"]).exits(0);
        let now = waits(&app);
        same = if std::mem::replace(&mut before, now) == now { same + 1 } else { 0 };
        // A timer that was set when something happened may still be under way.
        same == 10
    });
    assert!(quiet, "it never comes to rest");
    for _ in 0..3 {
        home.waypost(&["show"]).exits(0);
        home.waypost(&["history"]).exits(0);
    }
    assert_eq!(waits(&app), before);
    app.quit();
}
