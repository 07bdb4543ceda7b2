//! The receiver beside the sender: on one screen a request goes out and comes in.

use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use crate::support::app::App;
use crate::support::common::register;
use crate::support::pty::Key;
use crate::support::{Home, common};

/// A port that nothing listens on.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn registered_on(port: u16) -> Home {
    let home = Home::new();
    let auth = ["--auth", "hmac", "--header-key", "X-Signature", "--secret-stdin"];
    register(&home, &format!("https://localhost:{port}/in"), &auth, common::SECRET);
    home
}

#[test]
fn c28_what_arrives_is_shown_beside_what_is_sent() {
    let port = free_port();
    let home = registered_on(port);
    let mut app = App::start_wide(home.pty(&[]).size(40, 120), 120);
    app.type_text("l");
    app.wait_for("Nothing has arrived yet.");
    app.wait_for(&format!("https://localhost:{port}/in"));
    // Its CA is not known: the fix is one key away.
    app.type_text("t");
    app.wait_for("[ Send ]");
    app.key(Key::Enter);
    app.wait_for("f trust");
    app.type_text("f");
    app.wait_for("Trust this CA");
    app.type_text("y");
    app.wait_for("✓ accepted");
    app.wait_for("200 OK");
    for shown in ["x-signature:", "{\"topic\":\"ping\"", "webhook-timestamp: "] {
        app.wait_for(shown);
    }
    assert!(!app.screen_text().contains(common::SECRET));
    // It goes on while its popup is closed, and ends when it is stopped.
    app.key(Key::Esc);
    app.type_text("l");
    app.wait_for("POST /in");
    app.type_text("x");
    app.wait_for("The receiver is stopped.");
    let deadline = Instant::now() + Duration::from_secs(20);
    while TcpStream::connect(("127.0.0.1", port)).is_ok() {
        assert!(Instant::now() < deadline, "it still listens");
    }
    app.quit();
}

#[test]
#[ignore = "needs curl: apt-get install curl"]
fn a_request_of_another_program_is_shown_with_what_is_wrong_with_it() {
    let port = free_port();
    let home = registered_on(port);
    let mut app = App::start(home.pty(&[]));
    app.type_text("l");
    app.wait_for("Nothing has arrived yet.");
    let url = format!("https://localhost:{port}/in?a=1");
    let mut curl = std::process::Command::new("curl");
    curl.args(["-sk", "--noproxy", "*", "-H", "x-signature: 00ff", "-H", "x-other: value\u{202e}", "-d", "{\"a\":1}", &url]);
    curl.status().unwrap();
    app.wait_for("✗ rejected");
    app.wait_for("POST /in?a=••••••••");
    app.wait_for("{\"a\":1}");
    assert!(!app.screen_text().contains('\u{202e}'));
    app.key(Key::Esc);
    app.wait_for("Press l to see what arrives.");
    app.quit();
}

#[test]
fn a_port_that_is_taken_is_said() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let home = registered_on(taken.local_addr().unwrap().port());
    let mut app = App::start(home.pty(&[]));
    app.type_text("l");
    app.wait_for("Cannot listen on 127.0.0.1:");
    app.quit();
}
