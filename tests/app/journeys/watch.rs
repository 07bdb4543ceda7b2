//! An endpoint is watched through a restart.

use crate::support::Home;
use crate::support::app::App;
use crate::support::check::expect_nothing;
use crate::support::pty::Key;
use crate::support::receiver::{Answer, Receiver};

/// Each is rung: waypost sends no control sequence that ends with a bell character.
fn bells(app: &App) -> usize {
    String::from_utf8_lossy(&app.raw()).matches('\u{7}').count()
}

#[test]
fn a_watch_sees_an_endpoint_go_and_come_back_and_rings_each_time() {
    let down = || Answer::status(503).body("restarting");
    let answers = vec![Answer::Checked, down(), down(), Answer::Checked];
    let receiver = Receiver::scripted(expect_nothing(), answers);
    let home = Home::new();
    let ca = receiver.ca().to_str().unwrap().to_owned();
    home.waypost(&["register", "--url", &receiver.url, "--auth", "default", "--ca-cert", &ca]).exits(0);
    let mut app = App::open(&home);
    app.type_text("w");
    app.wait_for("every ‹ 10 s ›, until you stop it?");
    assert!(receiver.requests().is_empty(), "asked first");
    app.press(&[Key::Down, Key::Down]);
    app.wait_for("every ‹ 1 s ›");
    app.type_text("y");
    app.wait_until(|screen| ["Failing since ", ": 503 Test. "].iter().all(|words| screen.contents().contains(words)));
    app.wait_for("Working again since ");
    app.wait_for("✓ watching every 1 s · ");
    assert_eq!(bells(&app), 2);
    app.type_text("w");
    app.wait_for("Stopped watching: ");
    app.quit();
}
