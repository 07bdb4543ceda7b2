//! A terminal that takes nothing: nobody reads it, or it was told to hold its output (^S).

use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::endings::{TWO_SECONDS, assert_recorded_as_stopped, in_flight};
use crate::support::Home;
use crate::support::app::App;
use crate::support::pty::Key;

/// Makes the terminal take nothing, and makes it go on.
type Block = (&'static str, fn(&mut App), fn(&mut App));

const BLOCKS: [Block; 2] = [
    ("unread", |app| app.stop_reading(), |app| app.read_on()),
    ("held", |app| app.hold_output(true), |app| app.hold_output(false)),
];

const SIGNALS: [(Signal, i32); 4] = [(Signal::TERM, 143), (Signal::HUP, 129), (Signal::INT, 130), (Signal::QUIT, 131)];

#[track_caller]
fn assert_ends(app: &App, code: i32, what: &str) {
    let begun = Instant::now();
    let exit = app.wait_end();
    assert_eq!((exit.code, exit.signal), (Some(code), None), "{what}");
    assert!(begun.elapsed() < TWO_SECONDS, "{what}: it took {:?}", begun.elapsed());
    assert!(!app.is_raw(), "{what}");
}

#[test]
fn a05_a_signal_ends_it_while_the_terminal_takes_nothing() {
    for (name, block, _) in BLOCKS {
        for (signal, code) in SIGNALS {
            let home = Home::new();
            let mut app = App::open(&home);
            block(&mut app);
            // Frames that find no room, and a form that would be asked about.
            app.key(Key::Enter);
            app.type_text("https://typed.example/in");
            app.signal(signal);
            assert_ends(&app, code, &format!("{name}, {signal:?}"));
        }
    }
}

#[test]
fn a05_keys_end_it_while_the_terminal_takes_nothing() {
    for (name, block, _) in BLOCKS {
        let home = Home::new();
        let mut app = App::open(&home);
        block(&mut app);
        app.press(&[Key::Ctrl('l'), Key::Ctrl('c')]);
        assert_ends(&app, 130, name);
    }
}

#[test]
fn a05_a_terminal_that_takes_nothing_from_the_first_byte_on() {
    let home = Home::new();
    for (signal, code) in SIGNALS {
        let mut pty = crate::support::pty::Command::new("/bin/sh", home.path())
            .args(&["-c", "echo ready; read line; exec \"$0\"", crate::support::WAYPOST])
            .env("WAYPOST_CONFIG_DIR", home.config_dir().to_str().unwrap())
            .env("WAYPOST_STATE_DIR", home.state_dir().to_str().unwrap())
            .start();
        pty.wait_for("ready");
        pty.hold_output(true);
        pty.send(b"\n");
        pty.wait_raw();
        pty.signal(signal);
        let begun = Instant::now();
        assert_eq!(pty.wait_end().code, Some(code), "{signal:?}");
        assert!(begun.elapsed() < TWO_SECONDS, "{signal:?}: it took {:?}", begun.elapsed());
    }
}

#[test]
fn a05_the_delivery_in_flight_is_recorded() {
    for (name, block, _) in BLOCKS {
        let home = Home::new();
        let (mut app, _receiver) = in_flight(&home, |terminal| terminal);
        block(&mut app);
        app.press(&[Key::Ctrl('l')]);
        app.signal(Signal::TERM);
        assert_ends(&app, 143, name);
        assert_recorded_as_stopped(&home);
    }
}

#[test]
fn a05_what_was_missed_is_drawn_once_and_as_it_is_by_then() {
    for (name, block, unblock) in BLOCKS {
        let home = Home::new();
        let mut app = App::open(&home);
        app.open_form();
        app.settle();
        let before = app.raw().len();
        block(&mut app);
        for letter in "https://many.example/in/the/end/it/is/drawn/once".chars() {
            app.type_text(&letter.to_string());
            app.press(&[Key::Ctrl('l')]);
        }
        // Idle although it has something to draw.
        let cpu = app.cpu();
        std::thread::sleep(Duration::from_millis(300));
        assert!(app.cpu() < cpu + Duration::from_millis(100), "{name}: busy while it waits");
        unblock(&mut app);
        app.wait_for("https://many.example/in/the/end/it/is/drawn/once");
        app.settle();
        let raw = app.raw();
        let drawn = raw[before..].iter().filter(|&&byte| byte != 0).count();
        assert!(drawn < 16 * 1024, "{name}: {drawn} bytes for 47 redrawn screens");
        assert!(app.is_raw());
        app.signal(Signal::TERM);
        assert_eq!(app.wait_exit().code, Some(143));
        app.assert_terminal_whole();
    }
}

#[test]
fn a05_it_is_suspended_and_goes_on_while_the_terminal_takes_nothing() {
    for (_, block, unblock) in BLOCKS {
        let home = Home::new();
        let mut app = App::open(&home);
        block(&mut app);
        app.key(Key::Ctrl('z'));
        app.wait_stop();
        assert!(!app.is_raw());
        app.signal(Signal::CONT);
        app.wait_raw();
        app.key(Key::Enter);
        unblock(&mut app);
        app.wait_for(" Register destination ");
        assert!(app.is_raw());
    }
}
