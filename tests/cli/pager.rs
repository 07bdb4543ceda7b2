//! Long texts on a terminal go through the pager.

use crate::support::Home;
use crate::support::check::expect_bearer;
use crate::support::common::{SECRET, registered_at};
use crate::support::pty::Key;
use crate::support::receiver::{Answer, Receiver};

#[test]
fn long_help_goes_through_the_pager_and_short_help_does_not() {
    let home = Home::new();
    let mut long = home.pty(&["register", "--help"]).env("PAGER", "sed 's/^/| /'").start();
    assert_eq!(long.wait_exit().code, Some(0));
    let raw = String::from_utf8_lossy(&long.raw()).into_owned();
    assert!(raw.contains("| ") && raw.contains("Examples:"), "{raw}");
    let mut short = home.pty(&["remove", "-h"]).env("PAGER", "sed 's/^/| /'").start();
    assert_eq!(short.wait_exit().code, Some(0));
    assert!(!String::from_utf8_lossy(&short.raw()).contains("| "));
}

#[test]
fn a_pager_that_does_not_exist_or_is_cat_loses_nothing() {
    let home = Home::new();
    for pager in ["/nowhere/pager", "cat", ""] {
        let mut pty = home.pty(&["register", "--help"]).env("PAGER", pager).start();
        assert_eq!(pty.wait_exit().code, Some(0), "{pager}");
        assert!(String::from_utf8_lossy(&pty.raw()).contains("--secret-stdin"), "{pager}");
    }
}

#[test]
fn the_exit_code_is_that_of_the_delivery() {
    let body = "a long answer\n".repeat(100);
    let receiver = Receiver::scripted(expect_bearer(SECRET), vec![Answer::status(401).body(&body)]);
    let home = registered_at(&receiver, &["--auth", "bearer", "--secret-stdin"], SECRET);
    let mut pty = home.pty(&["test"]).env("PAGER", "sed 's/^/| /'").start();
    assert_eq!(pty.wait_exit().code, Some(3));
    let raw = String::from_utf8_lossy(&pty.raw()).into_owned();
    assert!(raw.contains("| a long answer") || raw.contains("|   a long answer"), "{raw}");
}

#[test]
fn an_interrupt_is_for_the_pager() {
    let home = Home::new();
    let pager =
        "trap 'echo interrupted' INT; cat > /dev/null; echo ready; read -r x < /dev/tty; read -r x < /dev/tty; echo ended";
    let mut pty = home.pty(&["register", "--help"]).env("PAGER", pager).start();
    pty.wait_for("ready");
    pty.key(Key::Ctrl('c'));
    pty.wait_for("interrupted");
    pty.key(Key::Enter);
    pty.key(Key::Enter);
    pty.wait_for("ended");
    assert_eq!(pty.wait_exit().code, Some(0));
    pty.assert_terminal_whole();
}
