//! How far it is from nothing to a delivered test, in keys.

use crate::support::Home;
use crate::support::app::App;
use crate::support::check;
use crate::support::pty::Key;
use crate::support::receiver::Receiver;

const SECRET: &str = "a-signing-secret-of-28-chars";

/// The app, and how many keys were pressed; a paste is one.
struct Counted {
    app: App,
    keys: usize,
}

impl Counted {
    #[track_caller]
    fn keys(&mut self, keys: &[Key], then: &str) {
        self.app.press(keys);
        self.keys += keys.len();
        self.app.wait_for(then);
    }

    #[track_caller]
    fn paste(&mut self, text: &str, then: &str) {
        self.app.paste(text);
        self.keys += 1;
        self.app.wait_for(then);
    }
}

#[test]
fn the_first_delivered_test_of_a_signature_with_an_own_ca_takes_at_most_12_keys() {
    let home = Home::new();
    let receiver = Receiver::start(check::expect_hmac("hex", "X-Signature", SECRET));
    let ca = receiver.ca().to_str().unwrap().to_owned();
    let mut app = App::open(&home);
    app.wait_for("> [ Register ]");
    let mut counted = Counted { app, keys: 0 };
    counted.keys(&[Key::Enter], "> URL");
    let command = format!("curl --cacert '{ca}' \\\n  -d '{{\"hello\": 1}}' \\\n  {}\n", receiver.url);
    counted.paste(&command, "from the curl command: URL, CA certificate");
    counted.keys(&[Key::Enter, Key::Down, Key::Enter], "> Receiver");
    counted.keys(&[Key::Down, Key::Down, Key::Down], "> Signing secret");
    counted.paste(SECRET, "28 chars");
    counted.keys(&[Key::Ctrl('t')], "✓ 200");
    assert_eq!(receiver.requests()[0].verdict, Ok(()));
    assert!(counted.keys <= 12, "{} keys", counted.keys);
    counted.app.quit();
    // What the command sent is an event now.
    let sent = home.waypost(&["test", "--event", "from-curl"]).exits(0);
    assert!(sent.stdout.contains("200"), "{}", sent.stdout);
    assert_eq!(receiver.requests()[1].body, b"{\"hello\": 1}");
}

#[test]
fn a_ca_file_is_completed_by_tab_from_the_home_and_looked_at() {
    let home = Home::new();
    let receiver = Receiver::start(check::expect_nothing());
    std::fs::create_dir(home.path().join("certs")).unwrap();
    std::fs::copy(receiver.ca(), home.path().join("certs/private-ca.pem")).unwrap();
    std::fs::write(home.path().join("certs/other.txt"), "no certificate").unwrap();
    let mut app = App::start(home.pty(&[]).env("HOME", home.path().to_str().unwrap()).size(40, 80));
    app.open_form();
    app.paste(&receiver.url);
    app.press(&[Key::Tab, Key::Tab]);
    app.wait_for("> More");
    app.press(&[Key::Enter, Key::Down, Key::Down, Key::Down]);
    app.wait_for("> CA certificate");
    app.type_text("~/ce");
    app.key(Key::Tab);
    app.wait_for("~/certs/");
    app.type_text("o\t");
    app.wait_for("~/certs/other.txt");
    app.key(Key::Down);
    app.wait_for("Name a PEM file");
    app.key(Key::Up);
    app.wait_for("> CA certificate");
    app.key(Key::Ctrl('u'));
    app.type_text("~/certs/p\t");
    app.wait_for("~/certs/private-ca.pem");
    app.key(Key::Ctrl('t'));
    app.wait_for("✓ 200");
    app.quit();
}
