//! Every signal that ends a process and can be caught: the terminal is the shell's again, and what was sent is recorded.

use std::fs;
use std::time::Instant;

use rustix::process::Signal;

use super::endings::{TWO_SECONDS, assert_recorded_as_stopped, in_flight};
use crate::support::Home;
use crate::support::app::{App, Typed};
use crate::support::check;
use crate::support::pty::Key;
use crate::support::receiver::{Answer, Receiver};

/// With the code by which a shell reports each.
const SIGNALS: [(Signal, i32); 14] = [
    (Signal::HUP, 129),
    (Signal::INT, 130),
    (Signal::QUIT, 131),
    (Signal::TRAP, 133),
    (Signal::ABORT, 134),
    (Signal::BUS, 135),
    (Signal::USR1, 138),
    (Signal::USR2, 140),
    (Signal::ALARM, 142),
    (Signal::TERM, 143),
    (Signal::XCPU, 152),
    (Signal::VTALARM, 154),
    (Signal::PROF, 155),
    (Signal::SYS, 159),
];

#[test]
fn a13_every_signal_restores_the_terminal() {
    for (signal, code) in SIGNALS {
        let home = Home::new();
        let mut app = App::open(&home);
        app.open_form();
        app.signal(signal);
        let exit = app.wait_exit();
        assert_eq!((exit.code, exit.signal), (Some(code), None), "{signal:?}");
        app.assert_terminal_whole();
    }
}

#[test]
fn a13_what_a_process_ignores_by_default_ends_nothing() {
    let home = Home::new();
    let mut app = App::open(&home);
    for signal in [Signal::CHILD, Signal::URG, Signal::WINCH, Signal::PIPE, Signal::CONT] {
        app.signal(signal);
    }
    app.open_form();
    assert!(app.is_raw());
}

#[test]
fn a13_the_delivery_in_flight_is_recorded() {
    for (signal, code) in [(Signal::QUIT, 131), (Signal::USR1, 138), (Signal::ALARM, 142)] {
        let home = Home::new();
        let (mut app, _receiver) = in_flight(&home, |terminal| terminal);
        app.signal(signal);
        assert_eq!(app.wait_exit().code, Some(code), "{signal:?}");
        app.assert_terminal_whole();
        assert_recorded_as_stopped(&home);
    }
}

/// What is in the state directory and looks like the file of an editor.
fn scratch(home: &Home) -> Vec<String> {
    let names = fs::read_dir(home.state_dir()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.starts_with("edit-")).collect()
}

/// An editor that has the terminal raw, and ends at no word.
fn editing(home: &Home) -> App {
    let script = home.path().join("editor");
    fs::write(
        &script,
        "trap '' TERM INT HUP QUIT USR1 ALRM\nstty raw -echo\nprintf 'editing\\r\\n'\nwhile :; do sleep 1; done\n",
    )
    .unwrap();
    let receiver = Receiver::scripted(check::expect_nothing(), vec![Answer::Checked]);
    let mut app = App::start(home.pty(&[]).env("EDITOR", &format!("sh '{}'", script.display())));
    app.register(&receiver.url, &Typed::Default);
    app.open_test();
    app.key(Key::Ctrl('e'));
    app.wait_for("editing");
    assert_eq!(scratch(home).len(), 1);
    app
}

#[test]
fn a13_with_an_editor_open() {
    for (signal, code) in
        [(Signal::TERM, 143), (Signal::QUIT, 131), (Signal::USR1, 138), (Signal::ALARM, 142), (Signal::HUP, 129)]
    {
        let home = Home::new();
        let mut app = editing(&home);
        let begun = Instant::now();
        app.signal(signal);
        assert_eq!(app.wait_exit().code, Some(code), "{signal:?}");
        assert!(begun.elapsed() < TWO_SECONDS, "{signal:?}: it took {:?}", begun.elapsed());
        app.assert_terminal_whole();
        assert_eq!(scratch(&home), Vec::<String>::new(), "{signal:?}");
    }
}

#[test]
fn a13_what_a_killed_process_left_is_swept_by_the_next() {
    let home = Home::new();
    let app = editing(&home);
    // While the editor is there, its file is in use, whatever else starts.
    drop(App::open(&home));
    assert_eq!(scratch(&home).len(), 1);
    app.signal(Signal::KILL);
    app.wait_end();
    // The hang-up of its terminal is ignored by this editor.
    let left = home.state_dir().join(&scratch(&home)[0]);
    super::endings::kill_users_of(&left);
    let mut next = App::open(&home);
    next.quit();
    assert_eq!(scratch(&home), Vec::<String>::new());
}
