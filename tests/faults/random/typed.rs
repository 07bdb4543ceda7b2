//! What was typed into the form is there until it is saved, or until a question about it was answered.

use std::fs;
use std::time::Instant;

use super::{Random, end};
use crate::support::Home;
use crate::support::ca::Ca;
use crate::support::common::register;
use crate::support::pty::{Key, Pty};

/// Keys that are not for editing text, and that do not answer a question with "yes".
const KEYS: &[Key] = &[
    Key::Esc,
    Key::Esc,
    Key::Tab,
    Key::BackTab,
    Key::Up,
    Key::Down,
    Key::Left,
    Key::Home,
    Key::End,
    Key::PageUp,
    Key::PageDown,
    Key::Ctrl('o'),
    Key::Ctrl('t'),
    Key::Ctrl('g'),
    Key::Ctrl('p'),
    Key::Ctrl('l'),
    Key::Ctrl('e'),
    Key::Ctrl('c'),
];

const ASKS: &str = "Discard";

/// What became of the text that was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Typed {
    InSight,
    /// A question about it.
    Asked,
    Saved,
    OutOfSight,
}

fn is_saved(home: &Home, text: &str) -> bool {
    fs::read_to_string(home.state_file()).is_ok_and(|file| file.contains(text))
}

fn typed(app: &Pty, home: &Home, text: &str) -> Typed {
    let screen = app.screen_text();
    if is_saved(home, text) {
        Typed::Saved
    } else if screen.contains(ASKS) {
        Typed::Asked
    } else if screen.contains(text) {
        Typed::InSight
    } else {
        Typed::OutOfSight
    }
}

/// Something may cover the text: Esc closes that, and the text has to be there afterwards.
#[track_caller]
fn is_kept(app: &mut Pty, home: &Home, text: &str) -> Typed {
    app.settle();
    for _ in 0..4 {
        if app.has_ended() {
            break;
        }
        match typed(app, home, text) {
            Typed::OutOfSight => {
                let before = app.screen_text();
                app.key(Key::Esc);
                wait_for_change(app, &before);
            }
            known => return known,
        }
    }
    if app.has_ended() && !is_saved(home, text) { Typed::OutOfSight } else { typed(app, home, text) }
}

/// Waits until the screen changes, or for a second if it does not.
fn wait_for_change(app: &mut Pty, before: &str) {
    let deadline = Instant::now() + std::time::Duration::from_secs(1);
    while app.screen_text() == before && Instant::now() < deadline {
        std::thread::yield_now();
    }
    app.settle();
}

#[test]
#[ignore = "takes half a minute: cargo test --test faults random -- --ignored"]
fn h190_random_keys_lose_no_text() {
    let mut random = Random::of_this_run();
    let ca = Ca::new();
    let endpoint = super::keys::endpoint(&ca, random.next());
    let end = end();
    let (mut forms, mut asked, mut saved) = (0, 0, 0);
    while Instant::now() < end {
        let home = Home::new();
        let is_edit = random.one_in(2);
        if is_edit {
            let ca_file = ca.write(home.path());
            register(&home, &endpoint.url, &["--auth", "default", "--timeout", "2", "--ca-cert", ca_file.to_str().unwrap()], "");
        }
        let mut app = home.pty(&[]).env("EDITOR", "true").env("PAGER", "true").size(40, 120).start();
        if is_edit {
            app.wait_for("[ Edit ]");
            app.key(Key::Char('e'));
        } else {
            app.wait_for("> [ Register ]");
            app.key(Key::Enter);
        }
        app.wait_for("> URL");
        let text = format!("kept-{}", random.below(1_000_000));
        app.type_text(&if is_edit { format!("/{text}") } else { format!("https://localhost:1/{text}") });
        app.wait_for(&text);
        forms += 1;
        let mut keys = Vec::new();
        for _ in 0..40 {
            let key = *random.of(KEYS);
            keys.push(key);
            if matches!(key, Key::Ctrl('c')) {
                // At a question it quits: what was asked has to be in sight by then.
                super::keys::assert_idle(&app);
                app.settle();
            }
            let before = app.screen_text();
            match random.below(12) {
                0 => app.resize(u16::try_from(40 + random.below(20)).unwrap(), u16::try_from(100 + random.below(80)).unwrap()),
                1 => {
                    super::keys::suspend(&mut app);
                    app.wait_until(|screen| screen.alternate_screen() && !screen.contents().trim().is_empty());
                }
                _ => {
                    app.key(key);
                    // Otherwise the next key might answer a question before it was seen.
                    if matches!(key, Key::Esc | Key::Ctrl('c')) || random.one_in(3) {
                        wait_for_change(&mut app, &before);
                    }
                }
            }
            match is_kept(&mut app, &home, &text) {
                Typed::InSight => {}
                Typed::Saved => {
                    saved += 1;
                    break;
                }
                Typed::Asked => {
                    asked += 1;
                    // It may be answered already by a key that is on its way, and this one then asks again: that is seen next.
                    let before = app.screen_text();
                    app.key(Key::Esc);
                    wait_for_change(&mut app, &before);
                }
                Typed::OutOfSight if app.has_ended() && before.contains(ASKS) && matches!(key, Key::Ctrl('c')) => {
                    asked += 1;
                    break;
                }
                Typed::OutOfSight => panic!("{text} is lost after {keys:?}:\n{}", app.screen_text()),
            }
        }
    }
    println!("{forms} forms, {asked} questions, {saved} saved");
    assert!(forms > 0);
}
