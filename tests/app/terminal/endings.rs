//! Every way out, and the way out for a while: hold-to rows 47 to 49.

use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::Value;

use crate::support::Home;
use crate::support::app::{App, Typed};
use crate::support::check;
use crate::support::common::history;
use crate::support::pty::{self, Exit, Key};
use crate::support::receiver::{Answer, DEADLINE, Receiver};

/// What a debug build may take where the row allows two seconds: a loaded machine schedules late.
pub const TWO_SECONDS: Duration = Duration::from_secs(2);

#[track_caller]
fn assert_hung_up(app: &mut App) {
    let before = app.cpu();
    let begun = Instant::now();
    app.hang_up();
    let Exit { code, signal, cpu } = app.wait_exit();
    assert_eq!((code, signal), (Some(129), None));
    assert!(begun.elapsed() < TWO_SECONDS, "it took {:?}", begun.elapsed());
    let used = cpu.saturating_sub(before);
    assert!(used < Duration::from_millis(200), "it used {used:?} of CPU");
}

/// A destination whose receiver never answers, and a delivery to it in flight.
pub fn in_flight(home: &Home, change: impl FnOnce(pty::Command) -> pty::Command) -> (App, Receiver) {
    let receiver = Receiver::scripted(check::expect_nothing(), vec![Answer::Stall]);
    let terminal = home.pty(&[]).env("SSL_CERT_FILE", receiver.ca().to_str().unwrap());
    let mut app = App::start(change(terminal));
    app.register(&receiver.url, &Typed::Default);
    app.open_test();
    app.key(Key::Enter);
    app.wait_for("Esc stop");
    receiver.wait_for_request(DEADLINE);
    (app, receiver)
}

/// The history holds that one delivery, as stopped.
#[track_caller]
pub fn assert_recorded_as_stopped(home: &Home) -> Value {
    let mut deliveries = history(home);
    assert_eq!(deliveries.len(), 1, "{deliveries:?}");
    assert_eq!(deliveries[0]["outcome"], "stopped", "{deliveries:?}");
    deliveries.remove(0)
}

#[test]
fn h47_a_lost_connection_ends_it() {
    assert_hung_up(&mut App::open(&Home::new()));
}

#[test]
fn h47_a_lost_connection_ends_it_where_hup_is_ignored() {
    let home = Home::new();
    let script = "trap '' HUP; exec \"$0\"";
    let terminal = pty::Command::new("/bin/sh", home.path())
        .args(&["-c", script, crate::support::WAYPOST])
        .env("WAYPOST_CONFIG_DIR", home.config_dir().to_str().unwrap())
        .env("WAYPOST_STATE_DIR", home.state_dir().to_str().unwrap());
    assert_hung_up(&mut App::start(terminal));
}

#[test]
fn h47_a_lost_connection_ends_it_without_any_signal() {
    let home = Home::new();
    assert_hung_up(&mut App::start(home.pty(&[]).without_control()));
}

#[test]
fn h47_a_hangup_signal_alone_ends_it() {
    let home = Home::new();
    let mut app = App::open(&home);
    app.signal(Signal::HUP);
    let exit = app.wait_exit();
    assert_eq!((exit.code, exit.signal), (Some(129), None));
    app.assert_terminal_whole();
}

#[test]
fn h47_a_delivery_in_flight_is_recorded_as_stopped() {
    for change in [|terminal: pty::Command| terminal, pty::Command::without_control] {
        let home = Home::new();
        let (mut app, _receiver) = in_flight(&home, change);
        assert_hung_up(&mut app);
        assert_recorded_as_stopped(&home);
    }
}

#[test]
fn h47_what_was_typed_is_not_saved_by_a_lost_connection() {
    let home = Home::new();
    let mut app = App::open(&home);
    app.open_form();
    app.fill_in("https://hooks.example.com/in", &Typed::Bearer { pasted: "mF_9.B5f-4.1JqM" });
    app.wait_for("15 chars");
    assert_hung_up(&mut app);
    assert!(!home.state_file().exists());
}

#[test]
fn h48_a_signal_ends_it_with_128_and_its_number() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::INT, 130)] {
        let home = Home::new();
        // Also where something is open and typed into: a signal does not ask.
        for form in [false, true] {
            let mut app = App::open(&home);
            assert!(app.is_raw());
            assert!(app.screen(|screen| screen.alternate_screen() && screen.bracketed_paste()));
            if form {
                app.open_form();
                app.type_text("https://typed.example/in");
                app.wait_for("https://typed.example/in");
            }
            app.signal(signal);
            let exit = app.wait_exit();
            assert_eq!((exit.code, exit.signal), (Some(code), None), "{signal:?}");
            app.assert_terminal_whole();
        }
    }
}

#[test]
fn h48_a_signal_stops_the_delivery_and_records_it() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::INT, 130)] {
        let home = Home::new();
        let (mut app, _receiver) = in_flight(&home, |terminal| terminal);
        let begun = Instant::now();
        app.signal(signal);
        let exit = app.wait_exit();
        assert_eq!((exit.code, exit.signal), (Some(code), None), "{signal:?}");
        assert!(begun.elapsed() < TWO_SECONDS, "it took {:?}", begun.elapsed());
        app.assert_terminal_whole();
        assert_recorded_as_stopped(&home);
    }
}

#[test]
fn ctrl_c_quits_with_130_where_nothing_is_lost() {
    let home = Home::new();
    let mut app = App::open(&home);
    app.key(Key::Ctrl('c'));
    let exit = app.wait_exit();
    assert_eq!((exit.code, exit.signal), (Some(130), None));
    app.assert_terminal_whole();
}

/// A space that was drawn and one that was not look the same.
pub fn without_trailing_blanks(text: &str) -> String {
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n").trim_end().to_owned()
}

/// Stopped by what `stop` does, and on again: the terminal is the shell's in between, and everything is redrawn afterwards.
#[track_caller]
fn assert_stops_and_goes_on(stop: impl Fn(&mut App)) {
    let home = Home::new();
    let mut app = App::open(&home);
    app.open_form();
    app.type_text("https://stays.example/in");
    app.wait_for("https://stays.example/in");
    let before = without_trailing_blanks(&app.screen_text());
    for _ in 0..2 {
        stop(&mut app);
        app.wait_stopped();
        app.assert_terminal_whole();
        assert!(!app.is_raw());
        assert!(!app.screen_text().contains("stays"), "the shell's screen is shown");
        let written = app.raw().len();
        app.signal(Signal::CONT);
        // The alternate screen comes back empty, so that all of this was drawn again.
        app.wait_until(|screen| without_trailing_blanks(&screen.contents()) == before);
        app.settle();
        assert!(app.is_raw());
        assert!(app.screen(|screen| screen.alternate_screen() && screen.bracketed_paste() && !screen.hide_cursor()));
        let again = String::from_utf8_lossy(&app.raw()[written..]).into_owned();
        assert!(again.contains("\x1b[2J") && again.contains("Register destination"), "{again:?}");
    }
    app.type_text("/more");
    app.wait_for("https://stays.example/in/more");
    app.press(&[Key::Ctrl('c'), Key::Ctrl('c')]);
    assert_eq!(app.wait_exit().code, Some(130));
    app.assert_terminal_whole();
}

#[test]
fn h49_sigtstp_restores_the_terminal_until_it_continues() {
    assert_stops_and_goes_on(|app| app.signal(Signal::TSTP));
}

#[test]
fn h49_ctrl_z_restores_the_terminal_until_it_continues() {
    assert_stops_and_goes_on(|app| app.key(Key::Ctrl('z')));
}

/// The kernel drops a SIGCONT that was not delivered when the next SIGTSTP comes (signal(7)).
#[test]
fn h49_stopped_again_at_once_it_still_takes_the_terminal_back() {
    let home = Home::new();
    let mut app = App::open(&home);
    for _ in 0..20 {
        app.signal(Signal::TSTP);
        app.wait_stopped();
        app.signal(Signal::CONT);
        app.signal(Signal::TSTP);
        app.wait_stopped();
        app.assert_terminal_whole();
        app.signal(Signal::CONT);
        app.wait_raw();
        app.wait_for("No destination is registered.");
    }
    app.quit();
}

/// Signals that come in any moment of an editor's short life.
#[test]
fn h49_stopped_and_continued_while_an_editor_comes_and_goes() {
    let home = Home::new();
    let receiver = Receiver::scripted(check::expect_nothing(), vec![Answer::Checked]);
    let mut app = App::start(home.pty(&[]).env("EDITOR", "true"));
    app.register(&receiver.url, &Typed::Default);
    app.open_test();
    for round in 0..60 {
        app.key(Key::Ctrl('e'));
        for _ in 0..round % 4 {
            app.signal(Signal::CONT);
        }
        app.signal(Signal::TSTP);
        app.wait_stopped();
        app.assert_terminal_whole();
        app.signal(Signal::CONT);
        app.wait_raw();
    }
    app.press(&[Key::Esc, Key::Esc]);
    app.quit();
}

#[test]
fn h49_continued_while_it_ends_it_leaves_the_terminal_whole() {
    let home = Home::new();
    for _ in 0..40 {
        let mut app = App::open(&home);
        app.key(Key::Char('q'));
        app.signal(Signal::TSTP);
        while !app.has_ended() {
            app.signal(Signal::CONT);
            std::thread::yield_now();
        }
        assert_eq!(app.wait_exit().code, Some(0));
        app.assert_terminal_whole();
    }
}

#[test]
fn h49_a_delivery_in_flight_lives_through_a_stop() {
    let home = Home::new();
    let (mut app, receiver) = in_flight(&home, |terminal| terminal);
    app.key(Key::Ctrl('z'));
    app.wait_stopped();
    app.assert_terminal_whole();
    app.signal(Signal::CONT);
    app.wait_for("Esc stop");
    app.key(Key::Esc);
    app.wait_for("■ stopped");
    assert_eq!(receiver.requests().len(), 1);
    app.quit();
    assert_recorded_as_stopped(&home);
}

#[test]
fn h54_without_a_terminal_it_names_the_subcommands() {
    let home = Home::new();
    let output = home.waypost(&[]).exits(2);
    assert!(output.stderr.contains("needs a terminal"), "{}", output.stderr);
    assert!(output.stderr.contains(" demo"), "{}", output.stderr);
    assert_eq!(output.stdout, "");
    assert!(!home.config_dir().exists() && !home.state_dir().exists());
}

/// Kills the processes that have that directory open: by its number in `/proc/PID/fd`, so no other process is meant.
pub fn kill_users_of(dir: &std::path::Path) {
    for process in std::fs::read_dir("/proc").unwrap().filter_map(Result::ok) {
        let Some(pid) = process.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        let Ok(fds) = std::fs::read_dir(process.path().join("fd")) else { continue };
        if fds.filter_map(Result::ok).any(|fd| std::fs::read_link(fd.path()).is_ok_and(|target| target == dir)) {
            let pid = rustix::process::Pid::from_raw(pid).unwrap();
            let _ = rustix::process::kill_process(pid, Signal::KILL);
            while rustix::process::test_kill_process(pid).is_ok()
                && std::fs::read_dir(process.path().join("fd")).is_ok_and(|fds| fds.count() > 0)
            {
                std::thread::yield_now();
            }
        }
    }
}
