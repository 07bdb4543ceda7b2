//! What every test of the binary needs: a home of its own, the binary with its output, a terminal, a receiver.
#![allow(dead_code, reason = "each test crate uses a part of it")]
#![allow(clippy::expect_used, reason = "a test says what broke by failing")]

pub mod answer;
pub mod app;
pub mod ca;
pub mod check;
pub mod common;
pub mod key;
pub mod pty;
pub mod receiver;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The binary under test.
pub const WAYPOST: &str = env!("CARGO_BIN_EXE_waypost");

/// A home directory with nothing in it, removed afterwards.
pub struct Home {
    dir: tempfile::TempDir,
}

impl Home {
    pub fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Given to every run as `WAYPOST_CONFIG_DIR`; not made here.
    pub fn config_dir(&self) -> PathBuf {
        self.path().join("config")
    }

    /// Given to every run as `WAYPOST_STATE_DIR`; not made here.
    pub fn state_dir(&self) -> PathBuf {
        self.path().join("state")
    }

    pub fn database(&self) -> PathBuf {
        self.state_dir().join("waypost.db")
    }

    /// Opens the database as another program would.
    pub fn open_database(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.database()).unwrap()
    }

    pub fn state_file(&self) -> PathBuf {
        self.config_dir().join("destination.json")
    }

    /// Runs `waypost ARGS` without input.
    #[track_caller]
    pub fn waypost(&self, args: &[&str]) -> Output {
        self.run(args, b"", &[])
    }

    /// Runs `waypost ARGS` with that input.
    #[track_caller]
    pub fn waypost_stdin(&self, args: &[&str], stdin: impl AsRef<[u8]>) -> Output {
        self.run(args, stdin.as_ref(), &[])
    }

    /// Runs `waypost ARGS` with that input and those variables.
    #[track_caller]
    pub fn run(&self, args: &[&str], stdin: &[u8], env: &[(&str, &str)]) -> Output {
        run(self.command(args).envs(env.iter().copied()), stdin)
    }

    /// `waypost ARGS` with this home, for a test that changes more about it.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(WAYPOST);
        command.args(args).current_dir(self.path()).env_clear().envs(base_env(self.path()));
        command.env("WAYPOST_CONFIG_DIR", self.config_dir()).env("WAYPOST_STATE_DIR", self.state_dir());
        command
    }

    /// `waypost ARGS` on a terminal with this home.
    pub fn pty(&self, args: &[&str]) -> pty::Command {
        pty::Command::new(WAYPOST, self.path())
            .args(args)
            .env("WAYPOST_CONFIG_DIR", self.config_dir().to_str().unwrap())
            .env("WAYPOST_STATE_DIR", self.state_dir().to_str().unwrap())
            .env("PAGER", "cat")
    }
}

/// The environment that every program under test begins with.
pub fn base_env(home: &Path) -> Vec<(&'static str, String)> {
    let path = std::env::var("PATH").unwrap_or_else(|_| "/usr/bin:/bin".into());
    vec![("PATH", path), ("HOME", home.to_str().unwrap().to_owned()), ("LANG", "C.UTF-8".into())]
}

/// What a program wrote, and how it ended.
#[derive(Clone, Debug)]
pub struct Output {
    pub stdout: String,
    pub stderr: String,
    /// `None` when a signal ended it.
    pub code: Option<i32>,
}

impl Output {
    /// Fails with everything it wrote unless it exited with that code.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// Its standard output as one JSON value.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error} in stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr))
    }
}

/// Runs a program to its end with that input.
#[track_caller]
pub fn run(command: &mut Command, stdin: &[u8]) -> Output {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let stdin = stdin.to_vec();
    // From a thread: a program that writes before it has read everything would wait for us as we for it.
    let feeder = std::thread::spawn(move || {
        // A program may end without reading its input.
        let _ = pipe.write_all(&stdin);
    });
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap();
    Output {
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        code: output.status.code(),
    }
}
