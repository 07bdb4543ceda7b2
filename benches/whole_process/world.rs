//! What the measurements use: a home with a destination and its history, and a receiver.

use std::path::PathBuf;

use portable_pty::CommandBuilder;
use waypost::domain::delivery::Delivery;
use waypost::domain::delivery::filter::Filter;
use waypost::io::db::history::{self, Start};
use waypost::io::fs::paths::Paths;

use super::support::answer::Answer;
use super::support::check::expect_nothing;
use super::support::receiver::Receiver;
use super::support::{Home, WAYPOST, base_env};

/// The number of deliveries in the history.
pub const RECORDS: usize = 10_000;

/// Where most Linux systems keep their CAs in one file.
const SYSTEM_ROOTS: [&str; 2] = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"];

pub struct World {
    /// Nothing registered.
    pub empty: Home,
    /// A destination and [`RECORDS`] deliveries.
    pub full: Home,
    pub receiver: Receiver,
    /// The system's CAs and the receiver's, if the system has any.
    pub roots: Option<PathBuf>,
    /// 2 KiB of JSON.
    pub body: PathBuf,
}

impl World {
    pub fn new() -> Self {
        let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(200).body("{\"ok\":true}")]);
        let full = Home::new();
        let ca = receiver.ca().to_str().unwrap();
        register(&full, &receiver);
        for event in ["ping", "client-submission-auto", "client-submission-homeowners"] {
            full.run(&["test", "-q", "--event", event], b"", &[("SSL_CERT_FILE", ca)]).exits(0);
        }
        fill_history(&full);

        let body = full.path().join("body.json");
        std::fs::write(&body, format!("{{\"text\":\"{}\"}}", "x".repeat(2048 - 11))).unwrap();
        let roots = SYSTEM_ROOTS.iter().find_map(|path| std::fs::read_to_string(path).ok()).map(|system| {
            let path = full.path().join("roots.pem");
            std::fs::write(&path, system + &std::fs::read_to_string(receiver.ca()).unwrap()).unwrap();
            path
        });
        Self { empty: Home::new(), full, receiver, roots, body }
    }

    /// The app on a terminal.
    pub fn app(&self, home: &Home) -> CommandBuilder {
        let mut command = program(WAYPOST, home);
        command.env("WAYPOST_CONFIG_DIR", home.config_dir());
        command.env("WAYPOST_STATE_DIR", home.state_dir());
        command.env("SSL_CERT_FILE", self.roots.as_deref().unwrap_or_else(|| self.receiver.ca()));
        command
    }
}

/// Registers the receiver.
pub fn register(home: &Home, receiver: &Receiver) {
    let register = ["register", "--url", &receiver.url, "--auth", "hmac", "--header-key", "X-Signature", "--secret-stdin"];
    home.waypost_stdin(&register, "a signing secret for measuring").exits(0);
}

/// Any program on a terminal.
pub fn program(name: &str, home: &Home) -> CommandBuilder {
    let mut command = CommandBuilder::new(name);
    command.env_clear();
    command.cwd(home.path());
    for (name, value) in base_env(home.path()) {
        command.env(name, value);
    }
    command.env("TERM", "xterm-256color");
    command
}

/// Repeats the recorded deliveries under other ids.
fn fill_history(home: &Home) {
    let paths = Paths::resolve(Some(home.config_dir()), Some(home.state_dir()), &|_| None).unwrap();
    let there = history::page(&paths, &Filter::default(), Start::Newest, RECORDS).unwrap().deliveries;
    let more = there.iter().cycle().take(RECORDS - there.len()).enumerate();
    let more: Vec<_> = more.map(|(at, delivery)| Delivery { id: format!("msg_{at:032x}"), ..delivery.clone() }).collect();
    history::append_all(&paths, &more).unwrap();
}
