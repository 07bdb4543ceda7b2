//! A delete or an edit can be taken back until the app ends.

use crate::support::Home;
use crate::support::app::App;
use crate::support::check;
use crate::support::pty::Key;
use crate::support::receiver::Receiver;

const SECRET: &str = "a-signing-secret-of-the-test-3f2a";

fn registered(home: &Home, receiver: &Receiver) {
    let ca = receiver.ca().to_str().unwrap();
    let auth = ["--auth", "hmac", "--header-key", "X-Signature", "--secret-stdin", "--ca-cert", ca];
    home.waypost_stdin(&[&["register", "--url", &receiver.url][..], &auth].concat(), SECRET).exits(0);
}

fn file(home: &Home) -> serde_json::Value {
    serde_json::from_slice(&std::fs::read(home.state_file()).unwrap()).unwrap()
}

/// What somebody else has registered stays: U means nothing, and the key after it is taken.
fn nothing_is_undone(mut app: App, home: &Home) {
    app.type_text("Ue");
    app.wait_for(" Edit destination ");
    assert_eq!(file(home)["destination"]["url"], "https://other.example.com/in");
    app.key(Key::Esc);
    app.quit();
}

#[test]
fn a_deleted_destination_comes_back_with_its_secret() {
    let home = Home::new();
    let receiver = Receiver::start(check::expect_hmac("hex", "X-Signature", SECRET));
    registered(&home, &receiver);
    let before = file(&home);
    let mut app = App::open(&home);
    app.type_text("dy");
    app.wait_for("Deleted. U undoes it until you quit.");
    // Of the secret nothing is left on the disk, sealed or not.
    assert_eq!(file(&home)["destination"], serde_json::Value::Null);
    app.type_text("U");
    app.wait_for("Restored, with its secret.");
    app.wait_for("…3f2a");
    assert_eq!(file(&home)["destination"], before["destination"]);
    assert_eq!(file(&home)["generation"], 3);
    app.send_test();
    assert_eq!(receiver.requests()[0].verdict, Ok(()));
    app.quit();
}

#[test]
fn an_edit_is_taken_back_with_the_secret_that_it_replaced() {
    let home = Home::new();
    let receiver = Receiver::start(check::expect_hmac("hex", "X-Signature", SECRET));
    registered(&home, &receiver);
    let before = file(&home);
    let mut app = App::open(&home);
    app.type_text("e");
    app.wait_for(" Edit destination ");
    app.key(Key::Ctrl('g'));
    app.wait_for("new secret");
    app.key(Key::Ctrl('o'));
    app.wait_for("U undoes the edit until you quit.");
    assert_ne!(file(&home)["destination"], before["destination"]);
    app.type_text("U");
    app.wait_for("The previous settings are back.");
    app.wait_for("…3f2a");
    assert_eq!(file(&home)["destination"], before["destination"]);
    // To and fro.
    app.type_text("U");
    app.gone("…3f2a");
    app.type_text("U");
    app.wait_for("…3f2a");
    app.send_test();
    assert_eq!(receiver.requests()[0].verdict, Ok(()));
    app.quit();
}

#[test]
fn an_undo_takes_back_no_edit_of_somebody_else() {
    let home = Home::new();
    let receiver = Receiver::start(check::expect_nothing());
    registered(&home, &receiver);
    let mut app = App::open(&home);
    app.type_text("e");
    app.wait_for(" Edit destination ");
    app.type_text("x");
    app.key(Key::Ctrl('o'));
    app.wait_for("U undoes the edit until you quit.");
    home.waypost(&["edit", "--url", "https://other.example.com/in"]).exits(0);
    app.wait_for("other.example.com");
    // There is nothing of this app's to undo.
    nothing_is_undone(app, &home);
}

#[test]
fn an_undo_replaces_nothing_that_was_registered_since() {
    let home = Home::new();
    let receiver = Receiver::start(check::expect_nothing());
    registered(&home, &receiver);
    let mut app = App::open(&home);
    app.type_text("dy");
    app.wait_for("Deleted. U undoes it");
    home.waypost(&["register", "--url", "https://other.example.com/in", "--auth", "default"]).exits(0);
    app.wait_for("other.example.com");
    // There is nothing to undo while something is registered.
    nothing_is_undone(app, &home);
}
