//! The body in the user's own editor: the terminal goes to it, and comes back whole.

use std::fs;
use std::path::PathBuf;

use crate::support::Home;
use crate::support::app::{App, Typed};
use crate::support::check;
use crate::support::pty::Key;
use crate::support::receiver::{Answer, Receiver};

/// A program in place of an editor: it says what the terminal is like, asks for a word as an editor would ask for keys, and
/// puts the word into the body.
fn editor(home: &Home, then: &str) -> PathBuf {
    let path = home.path().join("an editor");
    let script = format!(
        "case \"$(stty -a)\" in *' -icanon'*|*' -echo '*) mode=raw;; *) mode=cooked;; esac\n\
         printf 'editing in %s mode: ' \"$mode\"\nread -r word\nprintf '{{\"word\":\"%s\",\"was\":%s}}\\n' \"$word\" \"$(cat \"$1\")\" >\"$1\"\n{then}\n"
    );
    fs::write(&path, script).unwrap();
    path
}

fn open(home: &Home, receiver: &Receiver, then: &str) -> App {
    let script = editor(home, then);
    let command =
        home.pty(&[]).env("SSL_CERT_FILE", receiver.ca().to_str().unwrap()).env("EDITOR", &format!("sh '{}'", script.display()));
    let mut app = App::start(command);
    app.register(&receiver.url, &Typed::Default);
    app.open_test();
    app.key(Key::Ctrl('e'));
    app.wait_for("editing in cooked mode:");
    app
}

#[test]
fn the_editor_gets_the_terminal_and_the_body_comes_back() {
    let home = Home::new();
    let receiver = Receiver::scripted(check::expect_nothing(), vec![Answer::Checked]);
    let mut app = open(&home, &receiver, "");
    // These keys are the editor's, every one of them.
    app.type_text("quit-edit-delete");
    app.key(Key::Enter);
    app.wait_for("(edited)");
    assert!(app.is_raw());
    app.press(&[Key::Enter]);
    app.wait_for("✓ 200");
    let body = receiver.requests()[0].body.clone();
    let ping = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/events/ping.json")).unwrap();
    assert_eq!(String::from_utf8(body).unwrap(), format!("{{\"word\":\"quit-edit-delete\",\"was\":{}}}", ping.trim_end()));
    // No file with the body is left.
    let left: Vec<_> = fs::read_dir(home.state_dir()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().starts_with("edit-")), "{left:?}");
    app.quit();
    app.assert_terminal_whole();
}

#[test]
fn an_editor_that_fails_changes_nothing_and_says_so() {
    let home = Home::new();
    let receiver = Receiver::scripted(check::expect_nothing(), vec![Answer::Checked]);
    let mut app = open(&home, &receiver, "exit 3");
    app.type_text("word");
    app.key(Key::Enter);
    app.wait_for("The body is unchanged");
    assert!(!app.screen_text().contains("(edited)"));
    app.press(&[Key::Enter]);
    app.wait_for("✓ 200");
    assert!(!receiver.requests()[0].body.starts_with(b"{\"word\""));
    app.quit();
}

#[test]
fn an_interrupt_in_the_editor_is_the_editors() {
    let home = Home::new();
    let receiver = Receiver::scripted(check::expect_nothing(), vec![Answer::Checked]);
    let mut app = open(&home, &receiver, "");
    app.key(Key::Ctrl('c'));
    app.wait_for("The body is unchanged");
    app.quit();
    app.assert_terminal_whole();
}
