//! What other processes do is on the screen by itself.

use std::fs;

use crate::support::Home;
use crate::support::app::App;
use crate::support::check;
use crate::support::pty::Key;
use crate::support::receiver::{Answer, Receiver};

/// How many times any thread of the app gave up the processor to wait: each is a wakeup.
fn waits(app: &App) -> u64 {
    let tasks = fs::read_dir(format!("/proc/{}/task", app.pid().as_raw_nonzero())).unwrap();
    let of = |status: String| -> u64 {
        status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:")).unwrap().trim().parse().unwrap()
    };
    tasks.filter_map(|task| fs::read_to_string(task.unwrap().path().join("status")).ok()).map(of).sum()
}

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

/// What a row of the list says and what `history` says of the same delivery.
#[test]
fn must_not_5_the_app_and_the_command_line_disagreeing_about_one_delivery() {
    let home = Home::new();
    let receiver = Receiver::scripted(check::expect_nothing(), vec![Answer::status(503), Answer::status(503), Answer::Checked]);
    let ca = receiver.ca().to_str().unwrap().to_owned();
    home.waypost(&["register", "--url", &receiver.url, "--auth", "default", "--ca-cert", &ca]).exits(0);
    home.waypost_stdin(&["send", "-"], "{}").exits(0);
    let listed = home.run(&["history"], b"", &[("TZ", "UTC")]).exits(0).stdout;
    let line = listed.lines().last().unwrap();
    let [time, took] =
        [0, 2].map(|at| line.split("  ").filter(|part| !part.trim().is_empty()).nth(at).unwrap().trim().to_owned());
    // The command line has the date always.
    let (_, time) = time.split_once(' ').unwrap();
    assert!(line.contains(" ×3 "), "{listed}");
    let mut app = App::start(home.pty(&[]).env("TZ", "UTC"));
    app.wait_until(|screen| {
        let shown = screen.contents();
        shown.lines().any(|row| [time, took.as_str(), "200", " ×3"].iter().all(|fact| row.contains(fact)))
    });
    // And opened: each attempt with its time.
    let shown = home.run(&["history", "show", "last"], b"", &[("TZ", "UTC")]).exits(0).stdout;
    let tries = shown.lines().find(|line| line.starts_with("Tries")).unwrap_or_else(|| panic!("{shown}"));
    let times: Vec<String> = tries.split(" at ").skip(1).map(|part| part.chars().take(8).collect()).collect();
    assert_eq!(times.len(), 3, "{tries}");
    app.press(&[Key::Down, Key::Enter]);
    app.wait_for("Tries");
    let opened = app.screen_text();
    for fact in times.iter().chain([&took]) {
        assert!(opened.contains(fact.as_str()), "{fact} in {opened}");
    }
    app.quit();
}
