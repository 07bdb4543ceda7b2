//! A panic inside the loop: hold-to row 48. The binary has no way to be made to panic, so each test runs itself a second time
//! on a terminal, with the real loop and a shell that panics at `^Z`.

use std::path::Path;
use std::sync::Arc;

use crossterm::event::EventStream;
use ratatui::Terminal;
use waypost::io::fs::paths::Paths;
use waypost::ops::Waypost;
use waypost::tui::app::backend::LeanBackend;
use waypost::tui::app::run::{Program, Run, Shell};
use waypost::tui::app::start;
use waypost::tui::app::terminal;
use waypost::tui::app::terminal::Taken;
use waypost::tui::model::Model;
use waypost::tui::msg::Msg;

use super::endings::assert_recorded_as_stopped;
use crate::support::app::{App, Typed};
use crate::support::pty::{Command, Key};
use crate::support::receiver::{Answer, DEADLINE, Receiver};
use crate::support::{Home, check};

/// Set where this program is to be the one that panics.
const PANICS: &str = "WAYPOST_TEST_PANICS";

struct Panics {
    /// On another thread, while this one goes on.
    elsewhere: bool,
}

impl Shell for Panics {
    type Keys = EventStream;

    fn keys(&mut self) -> EventStream {
        EventStream::new()
    }

    fn is_drawn(&self) -> bool {
        true
    }

    async fn drawn(&self) -> std::io::Result<()> {
        Ok(())
    }

    async fn open(&mut self, _program: Program, _file: &Path, _stop: impl Future<Output = ()>) -> Result<(), String> {
        Err("there is no editor here".into())
    }

    fn suspend(&mut self) {
        if self.elsewhere {
            std::thread::spawn(|| panic!("on purpose"));
            return;
        }
        panic!("on purpose");
    }
}

/// Takes the terminal as [`start::start`] does, and runs the loop until it panics.
fn run_until_it_panics(home: &Path, elsewhere: bool) {
    let code = std::panic::catch_unwind(|| run(home, elsewhere)).unwrap_or(101);
    std::process::exit(code.into());
}

fn run(home: &Path, elsewhere: bool) -> u8 {
    let paths = Paths { config_dir: home.join("config"), state_dir: home.join("state"), key_file_override: None };
    let waypost = Waypost::new(paths, None);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let snapshot = waypost.snapshot();
    let (outside, from_outside) = start::outside();
    terminal::give_back_at_panic(move || {
        let _ = outside.send(Msg::Terminate(101));
    });
    let _taken = Taken::take().unwrap();
    let mut terminal = Terminal::new(LeanBackend::new(terminal::Out, terminal::size)).unwrap();
    let model = Model::new((80, 24), crate::screens::driver::environment(), snapshot);
    let run = Run { model, waypost: Arc::new(waypost), terminal: &mut terminal, shell: Panics { elsewhere } };
    runtime.block_on(async { run.run(EventStream::new(), from_outside).await }).unwrap()
}

/// This program once more, as the one that panics while it runs the test of that name.
fn itself(home: &Home, name: &str) -> Command {
    Command::new(std::env::current_exe().unwrap(), home.path())
        .args(&["--exact", name, "--nocapture"])
        .env(PANICS, home.path().to_str().unwrap())
}

#[test]
fn h48_a_panic_restores_the_terminal_before_its_message() {
    if let Some(home) = std::env::var_os(PANICS) {
        return run_until_it_panics(Path::new(&home), false);
    }
    let home = Home::new();
    let name = "terminal::panics::h48_a_panic_restores_the_terminal_before_its_message";
    let mut app = App::start(itself(&home, name));
    assert!(app.is_raw());
    // A secret is in the form when it happens.
    app.open_form();
    app.fill_in("https://typed.example/in", &Typed::Bearer { pasted: "canary-0123456789" });
    app.wait_for("17 chars");
    app.key(Key::Ctrl('z'));
    let exit = app.wait_exit();
    assert_eq!((exit.code, exit.signal), (Some(101), None));
    app.assert_terminal_whole();
    // On the main screen, where it can still be read.
    assert!(app.screen_text().contains("on purpose"), "{}", app.screen_text());
    let written = String::from_utf8_lossy(&app.raw()).into_owned();
    let left = written.rfind("\x1b[?1049l").unwrap();
    assert_eq!(written.matches("\x1b[?1049l").count(), 1, "it is given back once");
    assert!(left < written.find("on purpose").unwrap());
    assert!(!written.contains("canary"), "{written}");
}

/// Runs that test once more as the one that panics, while a delivery is in flight; its terminal at the end.
#[track_caller]
fn panicked_in_flight(home: &Home, name: &str) -> App {
    let receiver = Receiver::scripted(check::expect_nothing(), vec![Answer::Stall]);
    let mut app = App::start(itself(home, name).env("SSL_CERT_FILE", receiver.ca().to_str().unwrap()));
    app.register(&receiver.url, &Typed::Default);
    app.open_test();
    app.key(Key::Enter);
    // Its clock is drawn ten times a second.
    app.wait_for("Esc stop");
    receiver.wait_for_request(DEADLINE);
    app.key(Key::Ctrl('z'));
    let exit = app.wait_exit();
    assert_eq!((exit.code, exit.signal), (Some(101), None), "{}", app.screen_text());
    app.assert_terminal_whole();
    app
}

#[test]
fn h48_a_panic_records_the_delivery_in_flight() {
    if let Some(home) = std::env::var_os(PANICS) {
        return run_until_it_panics(Path::new(&home), false);
    }
    let home = Home::new();
    panicked_in_flight(&home, "terminal::panics::h48_a_panic_records_the_delivery_in_flight");
    let delivery = assert_recorded_as_stopped(&home);
    assert!(delivery["attempts"][0]["why"].as_str().unwrap().contains("an internal error"), "{delivery}");
}

#[test]
fn h48_nothing_is_drawn_after_a_panic_of_another_thread() {
    if let Some(home) = std::env::var_os(PANICS) {
        return run_until_it_panics(Path::new(&home), true);
    }
    let home = Home::new();
    let app = panicked_in_flight(&home, "terminal::panics::h48_nothing_is_drawn_after_a_panic_of_another_thread");
    let written = String::from_utf8_lossy(&app.raw()).into_owned();
    let after = &written[written.find("on purpose").unwrap()..];
    assert!(!after.contains('\u{1b}'), "{after:?}");
    assert_recorded_as_stopped(&home);
}
