//! The document of the destination as it is on a server, read and written as a client would that knows only the protocol.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::server::{Machine, Server};
use crate::support::receiver::DEADLINE;
use crate::support::{Output, run};

/// A secret that is found nowhere else.
pub const CANARY: &str = "canary-5ecret-0123456789-abcdef";

/// The subject of the key.
const SUBJECT: &str = "$KV.WAYPOST.destination";

impl Server {
    /// The newest message of the key, as it was stored.
    pub fn stored(&self) -> Vec<u8> {
        let asked = format!("{{\"last_by_subj\":\"{SUBJECT}\"}}");
        let answer: Value = serde_json::from_str(&self.ask("$JS.API.STREAM.MSG.GET.KV_WAYPOST", asked.as_bytes())).unwrap();
        STANDARD.decode(answer["message"]["data"].as_str().unwrap_or_default()).unwrap()
    }

    pub fn document(&self) -> Value {
        serde_json::from_slice(&self.stored()).unwrap()
    }

    /// Stores a value, whatever is there.
    pub fn store(&self, value: &[u8]) {
        let answer = self.ask(SUBJECT, value);
        assert!(answer.contains("\"seq\""), "{answer}");
    }

    /// Removes the key as `nats kv del` or `nats kv purge` does.
    pub fn mark(&self, operation: &str) {
        let rollup = if operation == "PURGE" { "Nats-Rollup: sub\r\n" } else { "" };
        let headers = format!("NATS/1.0\r\nKV-Operation: {operation}\r\n{rollup}\r\n");
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        let length = headers.len();
        let text = format!(
            "CONNECT {{\"verbose\":false,\"headers\":true}}\r\nSUB answers 1\r\nHPUB {SUBJECT} answers {length} {length}\r\n{headers}\r\n"
        );
        stream.write_all(text.as_bytes()).unwrap();
        let mut lines = BufReader::new(stream).lines().map(Result::unwrap);
        assert!(lines.any(|line| line.contains("\"seq\"")));
    }
}

impl Machine {
    /// A machine with the key of this one.
    pub fn another(&self, url: &str) -> Self {
        let other = Self::new(url);
        fs::create_dir(other.home.state_dir()).unwrap();
        fs::copy(self.key(), other.key()).unwrap();
        other
    }

    pub fn key(&self) -> PathBuf {
        self.home.state_dir().join("key")
    }

    #[track_caller]
    pub fn run_with(&self, args: &[&str], env: &[(&str, &str)]) -> Output {
        run(self.command(args).envs(env.iter().copied()), b"")
    }

    /// Registers a bearer token.
    #[track_caller]
    pub fn register_bearer(&self, url: &str, more: &[&str]) -> Output {
        let args = ["register", "--url", url, "--auth", "bearer", "--secret-env", "TOKEN"];
        self.run_with(&[&args[..], more].concat(), &[("TOKEN", CANARY)]).exits(0)
    }
}

/// The bytes of all files below a directory.
pub fn files(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(dir).unwrap().map(Result::unwrap) {
        match entry.file_type().unwrap() {
            kind if kind.is_dir() => all.extend(files(&entry.path())),
            _ => all.push((entry.path(), fs::read(entry.path()).unwrap())),
        }
    }
    all
}
