//! The app on the destination that machines share.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use crate::server::{Machine, Server};
use crate::support::app::App;
use crate::support::pty::Key;

fn open(machine: &Machine, url: &str) -> App {
    App::start(machine.home.pty(&[]).env("WAYPOST_NATS", url))
}

#[test]
#[ignore = "needs nats-server: apt-get install nats-server"]
fn h166_the_app_shows_what_other_machines_do_and_outlives_the_server() {
    let mut server = Server::start();
    let a = Machine::new(&server.url());
    // So that both have a key.
    a.register_bearer("https://first.example.com/in", &[]);
    let b = a.another(&server.url());
    a.run(&["remove", "--yes"]).exits(0);
    let mut app = open(&b, &server.url());
    app.wait_for("No destination");
    a.register_bearer("https://hooks.example.com/in", &[]);
    app.wait_for("https://hooks.example.com/in");
    let begun = Instant::now();
    a.run(&["edit", "--timeout", "33"]).exits(0);
    app.wait_for("33 s");
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    server.kill();
    app.wait_for("The connection to NATS is lost");
    // It still answers.
    app.press(&[Key::Char('?')]);
    app.press(&[Key::Esc]);
    server.restart();
    app.wait_for("https://hooks.example.com/in");
    a.run(&["edit", "--timeout", "34"]).exits(0);
    app.wait_for("34 s");
    app.quit();
}

#[test]
#[ignore = "needs nats-server: apt-get install nats-server"]
fn h165_the_app_opens_at_once_without_a_server_and_finds_it_later() {
    let mut server = Server::start();
    let a = Machine::new(&server.url());
    a.register_bearer("https://hooks.example.com/in", &[]);
    server.kill();
    let begun = Instant::now();
    let mut app = open(&a, &server.url());
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    app.wait_for("No NATS server was reached");
    server.restart();
    app.wait_for("https://hooks.example.com/in");
    app.quit();

    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let begun = Instant::now();
    let mut app = open(&a, &format!("nats://{}", silent.local_addr().unwrap()));
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    app.wait_for("Waiting for the destination");
    app.wait_for("No NATS server was reached");
    app.quit();
}
