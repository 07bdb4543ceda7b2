//! Other programs with a form or a field on the terminal, if they are installed.

use std::process::{Command, Stdio};

use portable_pty::CommandBuilder;

use super::support::Home;
use super::world::program;

/// A program with something to type into.
pub struct Peer {
    pub name: &'static str,
    args: &'static [&'static str],
}

/// A form with fields, an input box, an editor: each is the smallest of its kind.
const PEERS: [Peer; 6] = [
    Peer {
        name: "dialog",
        args: &[
            "--form", "Register", "15", "60", "3", "URL", "1", "1", "", "1", "10", "40", "0", "Key", "2", "1", "", "2", "10",
            "40", "0",
        ],
    },
    Peer { name: "whiptail", args: &["--inputbox", "URL", "10", "60"] },
    Peer { name: "nano", args: &["--ignorercfiles"] },
    Peer { name: "gitui", args: &[] },
    Peer { name: "atac", args: &[] },
    Peer { name: "slumber", args: &[] },
];

/// Those that are installed.
pub fn installed() -> impl Iterator<Item = &'static Peer> {
    PEERS.iter().filter(|peer| is_installed(peer.name))
}

pub fn is_installed(name: &str) -> bool {
    let found = Command::new("sh").args(["-c", "command -v \"$1\"", "sh", name]).stdout(Stdio::null()).status();
    found.is_ok_and(|status| status.success())
}

/// Whether Python can import these modules: `nats, httpx`.
pub fn has_python(modules: &str) -> bool {
    let found = Command::new("python3").args(["-c", &format!("import {modules}")]).stderr(Stdio::null()).status();
    found.is_ok_and(|status| status.success())
}

impl Peer {
    pub fn command(&self, home: &Home) -> CommandBuilder {
        let mut command = program(self.name, home);
        command.args(self.args);
        command
    }

    /// Whether letters typed on its first screen go into a field.
    pub fn takes_letters(&self) -> bool {
        matches!(self.name, "dialog" | "whiptail" | "nano")
    }
}
