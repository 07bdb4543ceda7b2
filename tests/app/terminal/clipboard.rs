//! Copying, read back where it went: a real tmux, a plain terminal, and neither.

use std::process::Command;

use crate::support::Home;
use crate::support::answer::Answer;
use crate::support::app::App;
use crate::support::check::{base64, expect_nothing};
use crate::support::pty::{self, Key};
use crate::support::receiver::Receiver;

/// What the endpoint says, to be found on the clipboard.
const BODY: &str = "{\"taken\":\"by the receiver\"}";

fn answering(body: &str) -> (Receiver, Home) {
    let answer = Answer::status(200).header("content-type", "application/json").body(body);
    let receiver = Receiver::scripted(expect_nothing(), vec![answer]);
    let home = Home::new();
    let ca = receiver.ca().to_str().unwrap();
    home.waypost(&["register", "--url", &receiver.url, "--auth", "default", "--ca-cert", ca]).exits(0);
    (receiver, home)
}

/// A tmux server of the test's own, gone with it.
struct Tmux {
    home: Home,
}

impl Tmux {
    fn command(&self) -> Command {
        let mut command = Command::new("tmux");
        command.env("TMUX_TMPDIR", self.home.path()).env_remove("TMUX").args(["-L", "waypost-test", "-f", "/dev/null"]);
        command
    }

    /// The app in it, as a client on a terminal of 80x24 shows it.
    fn open(&self, home: &Home) -> App {
        let mut client = pty::Command::new("tmux", self.home.path())
            .env("TMUX_TMPDIR", self.home.path().to_str().unwrap())
            .env("WAYPOST_CONFIG_DIR", home.config_dir().to_str().unwrap())
            .env("WAYPOST_STATE_DIR", home.state_dir().to_str().unwrap());
        client = client.args(&["-L", "waypost-test", "-f", "/dev/null", "new-session", crate::support::WAYPOST]);
        App::start(client.args(&[";", "set", "status", "off"]))
    }

    fn buffer(&self) -> String {
        let output = self.command().arg("show-buffer").output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        let _ = self.command().arg("kill-server").output();
    }
}

#[test]
#[ignore = "needs tmux: apt-get install tmux"]
fn in_tmux_it_registers_tests_and_copies_into_the_buffer() {
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(200).body(BODY)]);
    let (tmux, home) = (Tmux { home: Home::new() }, Home::new());
    let mut app = tmux.open(&home);
    app.wait_for("No destination is registered.");
    app.open_form();
    app.type_text(&receiver.url);
    app.key(Key::Ctrl('o'));
    app.wait_for("Registered. Press t to send a test delivery.");
    app.key(Key::Char('q'));
    app.gone(" Destination ");
    assert_eq!(app.wait_exit().code, Some(0));
    // Its CA is not the system's: by the command line, which is quicker than the form.
    home.waypost(&["edit", "--ca-cert", receiver.ca().to_str().unwrap()]).exits(0);

    let mut app = tmux.open(&home);
    app.open_test();
    app.key(Key::Enter);
    app.wait_for("[ Send again ]");
    app.wait_for("200");
    app.key(Key::Char('y'));
    app.wait_for("Copied: sent to tmux.");
    let buffer = tmux.buffer();
    assert_eq!(buffer, BODY);
    app.key(Key::Esc);
    app.wait_for("[ Edit ]");
    app.key(Key::Char('q'));
    assert_eq!(app.wait_exit().code, Some(0));
}

#[test]
fn a_plain_terminal_gets_osc_52() {
    let (_receiver, home) = answering(BODY);
    let mut app = App::open(&home);
    app.send_test();
    app.key(Key::Char('y'));
    app.wait_for("Copied: sent to the terminal.");
    let raw = String::from_utf8_lossy(&app.raw()).into_owned();
    assert!(raw.contains(&format!("\x1b]52;c;{}\x1b\\", base64(BODY.as_bytes()))), "{raw:?}");
    assert_eq!(raw.matches("\x1b]52;").count(), 1);
    app.key(Key::Esc);
    app.wait_for("[ Edit ]");
    app.quit();
}

#[test]
fn too_much_to_copy_is_written_instead() {
    // The stored part of a response is smaller than what terminals accept.
    let (_receiver, home) = answering("{}");
    let events = home.config_dir().join("events");
    std::fs::create_dir(&events).unwrap();
    std::fs::write(events.join("long.json"), format!("\"{}\"", "x".repeat(60_000))).unwrap();
    let mut app = App::open(&home);
    app.open_test();
    app.press(&[Key::BackTab, Key::BackTab]);
    app.wait_for("> Event");
    app.times(3, Key::Right);
    app.wait_for("‹ long");
    app.key(Key::Char('y'));
    app.wait_for("Nothing was copied");
    app.wait_for("It has 60002 bytes");
    app.wait_for("writes it to a file.");
    assert!(!String::from_utf8_lossy(&app.raw()).contains("\x1b]52;"));
    app.key(Key::Esc);
    app.wait_for("[ Edit ]");
    app.quit();
}
