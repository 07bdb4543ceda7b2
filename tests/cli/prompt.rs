//! Asking on a terminal: for a secret without echo, and before something is removed; and the clipboard.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use rustix::process::Signal;

use crate::support::Home;
use crate::support::check::base64;
use crate::support::common::{SECRET, URL, disk, registered};
use crate::support::pty::{Key, Pty};

const REGISTER: [&str; 5] = ["register", "--url", URL, "--auth", "bearer"];

fn asking(home: &Home) -> Pty {
    let mut pty = home.pty(&REGISTER).start();
    pty.wait_for("Token for hooks.example.com (not shown):");
    pty
}

#[test]
fn a_secret_is_asked_for_and_not_shown() {
    let home = Home::new();
    let mut pty = asking(&home);
    pty.type_text("wrong-texä");
    pty.key(Key::Backspace);
    pty.key(Key::Ctrl('u'));
    pty.type_text("token-texté");
    pty.key(Key::Backspace);
    pty.type_text("-x");
    pty.key(Key::Enter);
    assert_eq!(pty.wait_exit().code, Some(0));
    pty.assert_terminal_whole();
    let raw = String::from_utf8_lossy(&pty.raw()).into_owned();
    assert!(!raw.contains("tex"), "{raw:?}");
    assert_eq!(home.waypost(&["secret"]).exits(0).stdout, "token-text-x\n");
}

#[test]
fn every_exit_restores_the_terminal() {
    type Leave = fn(&mut Pty);
    let ways: [(Leave, i32); 6] = [
        (|pty| pty.key(Key::Ctrl('c')), 130),
        (|pty| pty.signal(Signal::INT), 130),
        (|pty| pty.signal(Signal::TERM), 143),
        (|pty| pty.signal(Signal::HUP), 129),
        (|pty| pty.key(Key::Ctrl('d')), 2),
        (|pty| pty.key(Key::Enter), 2),
    ];
    for (leave, code) in ways {
        let home = Home::new();
        let mut pty = asking(&home);
        assert!(pty.is_raw());
        leave(&mut pty);
        assert_eq!(pty.wait_exit().code, Some(code), "{}", pty.screen_text());
        pty.assert_terminal_whole();
        assert!(!home.state_file().exists());
    }
}

#[test]
fn a13_every_signal_restores_the_terminal_of_a_question() {
    for (signal, code) in [(Signal::QUIT, 131), (Signal::USR1, 138), (Signal::ALARM, 142)] {
        let home = Home::new();
        let mut pty = asking(&home);
        pty.signal(signal);
        assert_eq!(pty.wait_exit().code, Some(code), "{signal:?}");
        pty.assert_terminal_whole();
    }
}

#[test]
fn a05_a_signal_ends_a_question_that_the_terminal_does_not_show() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::INT, 130), (Signal::HUP, 129)] {
        let home = Home::new();
        let mut pty = crate::support::pty::Command::new("sh", home.path())
            .args(&["-c", &format!("echo ready; read line; exec \"$0\" {}", REGISTER.join(" ")), crate::support::WAYPOST])
            .env("WAYPOST_CONFIG_DIR", home.config_dir().to_str().unwrap())
            .env("WAYPOST_STATE_DIR", home.state_dir().to_str().unwrap())
            .start();
        pty.wait_for("ready");
        pty.hold_output(true);
        pty.send(b"\n");
        pty.wait_raw();
        pty.signal(signal);
        assert_eq!(pty.wait_end().code, Some(code), "{signal:?}");
        assert!(!pty.is_raw(), "{signal:?}");
    }
}

#[test]
fn what_is_typed_after_the_answer_does_not_reach_the_shell() {
    let home = Home::new();
    let script = format!("\"$0\" {} ; echo done; read -r line; echo \"got <$line>\"", REGISTER.join(" "));
    let mut pty = crate::support::pty::Command::new("sh", home.path())
        .args(&["-c", &script, crate::support::WAYPOST])
        .env("WAYPOST_CONFIG_DIR", home.config_dir().to_str().unwrap())
        .env("WAYPOST_STATE_DIR", home.state_dir().to_str().unwrap())
        .start();
    pty.wait_for("Token for hooks.example.com (not shown):");
    pty.send(b"token-text\nrm -rf everything\n");
    pty.wait_for("done");
    pty.type_text("mine\r");
    pty.wait_for("got <mine>");
}

#[test]
fn a_secret_is_not_asked_for_when_the_command_will_fail() {
    let home = registered();
    let mut pty = home.pty(&REGISTER).start();
    assert_eq!(pty.wait_exit().code, Some(8));
    assert!(!pty.screen_text().contains("not shown"), "{}", pty.screen_text());
    // Errors are reported before anything is asked.
    let mut pty = Home::new().pty(&["register", "--url", "http://x", "--auth", "bearer"]).start();
    assert_eq!(pty.wait_exit().code, Some(2));
    assert!(!pty.screen_text().contains("not shown"), "{}", pty.screen_text());
}

#[test]
fn edit_asks_where_a_secret_is_needed_and_only_there() {
    let home = registered();
    let mut pty = home.pty(&["edit", "--timeout", "9"]).start();
    assert_eq!(pty.wait_exit().code, Some(0));
    let mut pty = home.pty(&["edit", "--auth", "bearer"]).start();
    pty.wait_for("Token for hooks.example.com (not shown):");
    pty.type_text("token-text\r");
    assert_eq!(pty.wait_exit().code, Some(0));
    fs::remove_file(home.state_dir().join("key")).unwrap();
    let mut pty = home.pty(&["edit"]).start();
    pty.wait_for("Token for hooks.example.com (not shown):");
    pty.type_text("other-text\r");
    let code = pty.wait_exit().code;
    assert_eq!(code, Some(0), "{}", pty.screen_text());
    assert_eq!(home.waypost(&["secret"]).exits(0).stdout, "other-text\n");
}

#[test]
fn secret_stdin_on_a_terminal_does_not_echo_either() {
    let home = registered();
    let mut pty = home.pty(&["edit", "--secret-stdin"]).start();
    pty.wait_for("(not shown):");
    pty.type_text("another-text\r");
    assert_eq!(pty.wait_exit().code, Some(0));
    assert!(!pty.screen_text().contains("another"), "{}", pty.screen_text());
    assert_eq!(home.waypost(&["secret"]).exits(0).stdout, "another-text\n");
}

#[test]
fn remove_asks() {
    let home = registered();
    for (answer, code) in [("n\r", 0), ("\r", 0), ("\x03", 130)] {
        let before = disk(&home);
        let mut pty = home.pty(&["remove"]).start();
        pty.wait_for(&format!("Remove {URL} and its secret? [y/N]"));
        pty.type_text(answer);
        assert_eq!(pty.wait_exit().code, Some(code), "{}", pty.screen_text());
        pty.assert_terminal_whole();
        assert_eq!(disk(&home), before);
    }
    let mut pty = home.pty(&["remove"]).start();
    pty.wait_for("[y/N]");
    pty.type_text("x\x7fy\r");
    assert_eq!(pty.wait_exit().code, Some(0));
    assert!(pty.screen_text().contains(&format!("Removed: {URL}")), "{}", pty.screen_text());
    home.waypost(&["show"]).exits(7);
}

#[test]
fn what_changed_while_it_was_asked_is_not_removed() {
    let home = registered();
    let mut pty = home.pty(&["remove"]).start();
    pty.wait_for("[y/N]");
    home.waypost(&["edit", "--timeout", "9"]).exits(0);
    pty.type_text("y\r");
    assert_eq!(pty.wait_exit().code, Some(75));
    home.waypost(&["show"]).exits(0);
}

#[test]
fn copied_by_the_terminal() {
    let home = registered();
    let mut pty = home.pty(&["secret", "--copy"]).start();
    assert_eq!(pty.wait_exit().code, Some(0));
    let raw = String::from_utf8_lossy(&pty.raw()).into_owned();
    assert!(raw.contains(&format!("\x1b]52;c;{}\x1b\\", base64(SECRET.as_bytes()))), "{raw:?}");
    assert!(pty.screen_text().contains("sent to the terminal") && !raw.contains(SECRET), "{raw:?}");
}

#[test]
fn copied_by_tmux() {
    let home = registered();
    let bin = home.path().join("bin");
    fs::create_dir(&bin).unwrap();
    fs::write(bin.join("tmux"), "#!/bin/sh\necho \"$@\" > args\ncat > buffer\n").unwrap();
    fs::set_permissions(bin.join("tmux"), fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let out = home.run(&["secret", "--copy"], b"", &[("TMUX", "/tmp/tmux-0/default,1,0"), ("PATH", &path)]).exits(0);
    assert!(out.stdout.is_empty() && out.stderr.contains("tmux"), "{out:?}");
    assert_eq!(fs::read_to_string(home.path().join("args")).unwrap(), "load-buffer -w -\n");
    assert_eq!(fs::read_to_string(home.path().join("buffer")).unwrap(), SECRET);
}

#[test]
fn what_changed_while_a_secret_was_asked_for_is_not_given_it() {
    let home = registered();
    for args in [["edit", "--auth", "bearer"].as_slice(), &["edit", "--auth", "bearer", "--secret-stdin"]] {
        let mut pty = home.pty(args).start();
        // To whom it will be sent is in the question.
        pty.wait_for("for hooks.example.com (not shown):");
        home.waypost(&["edit", "--url", "https://other.example/in"]).exits(0);
        let before = disk(&home);
        pty.type_text("token-text\r");
        assert_eq!(pty.wait_exit().code, Some(75), "{}", pty.screen_text());
        assert_eq!(disk(&home), before);
        home.waypost(&["edit", "--url", URL]).exits(0);
    }
    let mut pty = home.pty(&["edit", "--auth", "bearer", "--url", "https://third.example:8443/"]).start();
    pty.wait_for("Token for third.example:8443 (not shown):");
    pty.type_text("token-text\r");
    assert_eq!(pty.wait_exit().code, Some(0));
}

#[test]
fn a_no_is_reported_as_json() {
    let home = registered();
    let mut pty = home.pty(&["remove", "--json"]).start();
    pty.wait_for("[y/N]");
    pty.type_text("n\r");
    assert_eq!(pty.wait_exit().code, Some(0));
    let text = pty.screen_text();
    let json: serde_json::Value = serde_json::from_str(&text[text.find('{').unwrap()..]).unwrap();
    crate::schema::assert_valid("show", &json);
    assert_eq!(json["removed"], false);
    home.waypost(&["show"]).exits(0);
}

#[test]
fn what_is_typed_is_never_echoed_into_a_file() {
    let home = registered();
    let mut pty = crate::support::pty::Command::new("sh", home.path())
        .args(&["-c", "\"$0\" remove 2>err", crate::support::WAYPOST])
        .env("WAYPOST_CONFIG_DIR", home.config_dir().to_str().unwrap())
        .env("WAYPOST_STATE_DIR", home.state_dir().to_str().unwrap())
        .start();
    pty.wait_for("[y/N]");
    pty.type_text("nothing");
    pty.wait_for("[y/N] nothing");
    pty.key(Key::Ctrl('u'));
    pty.gone("nothing");
    pty.type_text("y\r");
    assert_eq!(pty.wait_exit().code, Some(0));
    pty.assert_terminal_whole();
    assert_eq!(fs::read_to_string(home.path().join("err")).unwrap(), format!("Removed: {URL}\n"));
}

#[test]
fn register_alone_asks_for_all_that_it_needs() {
    let home = Home::new();
    let mut pty = home.pty(&["register"]).start();
    pty.wait_for("URL");
    pty.type_text(URL);
    pty.key(Key::Enter);
    pty.wait_for("q goes back:");
    pty.key(Key::Ctrl('d'));
    pty.wait_for("Nothing was saved.");
    assert_eq!(pty.wait_exit().code, Some(130));
    pty.assert_terminal_whole();
    // Without a terminal there is nobody to ask.
    home.waypost(&["register"]).exits(2);
    let registered = registered();
    let mut pty = registered.pty(&["register"]).start();
    assert_eq!(pty.wait_exit().code, Some(8));
}

#[test]
fn input_from_a_terminal_is_waited_for_with_a_word() {
    let home = registered();
    for args in [&["verify", "--body", "-"][..], &["test", "--body", "-"], &["send", "--lines", "-"]] {
        let mut pty = home.pty(args).start();
        pty.wait_for("Reading from the terminal");
        pty.key(Key::Ctrl('c'));
        assert!(pty.wait_exit().code.is_none_or(|code| code != 0), "{args:?}");
    }
}
