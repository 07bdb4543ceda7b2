//! What the app says of a test delivery that does not go well.

use std::net::TcpListener;

use crate::support::Home;
use crate::support::app::{App, Typed};
use crate::support::ca::Ca;
use crate::support::check;
use crate::support::pty::Key;
use crate::support::receiver::{Answer, DEADLINE, Receiver};

/// The first line of Why and of Fix.
#[track_caller]
fn why_and_fix(app: &App) -> (String, String) {
    (app.value_of("Why "), app.value_of("Fix "))
}

#[test]
fn a_refusal_says_why_and_how_to_fix_it() {
    let home = Home::new();
    let secret = "the-secret-of-this-side-3f2a";
    let receiver = Receiver::start(check::expect_hmac("hex", "X-Signature", "the-secret-of-the-other-side"));
    let mut app = App::open_trusting(&home, &receiver);
    app.register(&receiver.url, &Typed::Hmac { header_key: "X-Signature", secret, format: 0 });
    app.send_test();
    app.wait_for("✗ 401");
    let (why, fix) = why_and_fix(&app);
    assert!(!why.is_empty() && !fix.is_empty(), "{}", app.screen_text());
    // By the part of it that a person recognises, and what the receiver itself says.
    app.wait_for("ends 3f2a");
    assert!(app.under_the_tabs().concat().contains("\"reason\""));
    assert!(receiver.requests()[0].verdict.is_err());
    app.quit();
}

#[test]
fn h37_in_the_app_a_refused_connection_names_its_phase_and_why() {
    let home = Home::new();
    let mut app = App::open(&home);
    let port = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    app.register(&format!("https://127.0.0.1:{port}/in"), &Typed::Default);
    app.send_test();
    app.wait_for("✗ connect");
    let (why, fix) = why_and_fix(&app);
    assert!(why.contains(&format!("127.0.0.1:{port}")) && !fix.is_empty(), "{why} {fix}");
    app.key(Key::Esc);
    // The list shows it, too.
    app.wait_for("✗ connect");
    app.quit();
}

#[test]
fn h41_in_the_app_an_unknown_issuer_is_explained() {
    let home = Home::new();
    let ca = Ca::named("an unknown CA");
    let leaf = ca.leaf(&["localhost"]);
    let receiver = Receiver::with_leaf(check::expect_nothing(), vec![Answer::Checked], &ca, leaf);
    // Another receiver's CA is trusted.
    let other = Receiver::start(check::expect_nothing());
    let mut app = App::open_trusting(&home, &other);
    app.register(&receiver.url, &Typed::Default);
    app.send_test();
    app.wait_for("✗ unknown CA");
    let (why, fix) = why_and_fix(&app);
    assert!(why.contains("certificate") && !fix.is_empty(), "{why} {fix}");
    app.wait_for("an unknown CA");
    assert!(!app.screen_text().contains("UnknownIssuer"), "{}", app.screen_text());
    assert!(receiver.requests().is_empty());
    app.quit();
}

#[test]
fn a_private_ca_is_trusted_for_this_destination() {
    let home = Home::new();
    let receiver = Receiver::start(check::expect_nothing());
    let mut app = App::open(&home);
    app.open_form();
    app.type_text(&receiver.url);
    app.press(&[Key::Tab, Key::Tab]);
    app.wait_for("> More");
    app.key(Key::Enter);
    app.press(&[Key::Down, Key::Down, Key::Down]);
    app.wait_for("> CA certificate");
    app.type_text(receiver.ca().to_str().unwrap());
    app.key(Key::Down);
    app.type_text("7");
    app.key(Key::Ctrl('o'));
    app.wait_for("Registered. Press t");
    app.wait_for("7 s");
    app.send_test();
    app.wait_for("✓ 200");
    app.quit();
    let file: serde_json::Value = serde_json::from_slice(&std::fs::read(home.state_file()).unwrap()).unwrap();
    assert_eq!(
        (&file["destination"]["tls"]["ca_cert"], &file["destination"]["timeout_s"]),
        (&receiver.ca().to_str().unwrap().into(), &7.into())
    );
}

/// In flight to a receiver that never answers, each way to stop it.
#[test]
fn a_delivery_in_flight_can_be_stopped_and_ctrl_c_does_not_quit() {
    let home = Home::new();
    let receiver = Receiver::scripted(check::expect_nothing(), vec![Answer::Stall]);
    let mut app = App::open_trusting(&home, &receiver);
    app.register(&receiver.url, &Typed::Default);
    app.open_test();
    for (at, stop) in [Key::Esc, Key::Ctrl('c')].into_iter().enumerate() {
        // Over the answer Enter sends nothing.
        app.key(if at == 0 { Key::Enter } else { Key::Char('r') });
        app.wait_for("Esc stop");
        receiver.wait_for_requests(at + 1, DEADLINE);
        app.wait_for(" s of 15 s");
        // A second Enter must not stop what the first one sent.
        app.key(Key::Enter);
        app.key(stop);
        app.wait_for("■ stopped");
        app.wait_for("[ Send again ]");
        let (why, _) = why_and_fix(&app);
        assert!(why.starts_with("You stopped it"), "{why}");
    }
    app.key(Key::Esc);
    app.wait_for("> [ Send test ]");
    // The second is listed once it is recorded.
    app.wait_until(|screen| screen.contents().matches("■ stopped").count() == 2);
    app.quit();
}

#[test]
fn h39_in_the_app_a_redirect_is_not_followed_and_its_target_is_shown() {
    let home = Home::new();
    let second = Receiver::start(check::expect_nothing());
    let answer = Answer::status(302).header("location", &second.url);
    let receiver = Receiver::scripted(check::expect_nothing(), vec![answer]);
    let mut app = App::open_trusting(&home, &receiver);
    app.register(&receiver.url, &Typed::Default);
    app.send_test();
    app.wait_for("✗ 302");
    app.wait_for(&second.url);
    assert_eq!(second.connections(), 0);
    app.quit();
}

#[test]
fn h45_in_the_app_nothing_reaches_the_terminal_raw() {
    let home = Home::new();
    let body = "\x1b]52;c;aGk=\x07\u{9b}31m\u{202e}evil\u{200b}";
    let answer = Answer::status(200).header("x-odd", "a\u{202e}b").body(body);
    let receiver = Receiver::scripted(check::expect_nothing(), vec![answer]);
    let mut app = App::open_trusting(&home, &receiver);
    app.register(&receiver.url, &Typed::Default);
    app.send_test();
    app.wait_for("\\x1b]52;c;aGk=\\x07\\x9b31m\\u{202e}evil\\u{200b}");
    app.quit();
    let raw = String::from_utf8(app.raw()).unwrap();
    assert!(!raw.contains("\x1b]") && !raw.contains(['\u{9b}', '\u{202e}', '\u{200b}', '\x07']));
}

#[test]
fn h21_in_the_app_an_endpoint_that_echoes_the_secret_shows_dots() {
    let home = Home::new();
    let secret = "mF_9.B5f-4.1JqM-1234";
    let receiver = Receiver::scripted(
        check::expect_bearer(secret),
        vec![Answer::status(200).header("x-echo", secret).body(format!("{{\"got\": \"Bearer {secret}\"}}"))],
    );
    let mut app = App::open_trusting(&home, &receiver);
    app.register(&receiver.url, &Typed::Bearer { pasted: secret });
    app.send_test();
    app.wait_for("✓ 200");
    let shown = app.under_the_tabs().concat();
    assert!(shown.contains("x-echo: ••••••••") && shown.contains("Bearer ••••••••"), "{shown}");
    app.quit();
    assert!(!String::from_utf8_lossy(&app.raw()).contains(secret));
}
