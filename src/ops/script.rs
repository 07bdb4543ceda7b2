//! What a command line needs beside what the app needs.

use crate::domain::field;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::attempt::MAX_CA_BYTES;
use super::{Problem, State, Waypost};
use crate::domain::delivery::Delivery;
use crate::domain::destination::Settings;
use crate::domain::draft::Draft;
use crate::domain::field::FieldError;
use crate::domain::text::visible;
use crate::io::clipboard;
use crate::io::fs::file::{self, Links};
use crate::io::fs::paths::Paths;
use crate::io::fs::{FileError, Operation, reason as system_words};
use crate::io::http;
use crate::io::log;
use crate::io::record::delivery_to_json;
use crate::io::state::store::Loaded;

pub use crate::io::clipboard::Copied;

impl Waypost {
    /// On the files in those directories, or where the environment or the platform says. Touches no file.
    ///
    /// # Errors
    /// No directory is named, and the user has no home.
    pub fn at(config_dir: Option<PathBuf>, state_dir: Option<PathBuf>) -> Result<Self, Problem> {
        Ok(Self::new(Paths::from_process(config_dir, state_dir)?, None))
    }

    /// Writes what happens from now on to the log; `filter` as `RUST_LOG` has it, or empty for our own events.
    ///
    /// # Errors
    /// The log cannot be opened.
    pub fn keep_log(&self, filter: &str) -> Result<(), Problem> {
        Ok(log::start(&self.paths, filter)?)
    }

    /// What is registered, without the history.
    #[must_use]
    pub fn state(&self) -> State {
        self.registered().0
    }

    /// The same, and the generation of the file that says so.
    #[must_use]
    pub fn state_and_generation(&self) -> (State, u64) {
        self.registered()
    }

    /// Changes the destination as it stands at that moment; `over` as of [`Waypost::edit`]. `change` gets it as it would be
    /// typed, with its secret; or without, and why, where the secret cannot be opened.
    ///
    /// # Errors
    /// Nothing is registered, `change` refuses, it was changed meanwhile, or it could not be saved.
    pub fn revise(
        &self,
        over: Option<u64>,
        change: impl FnOnce(Draft, Option<Problem>) -> Result<Settings, Problem>,
    ) -> Result<super::Saved, Problem> {
        self.edit(over, |loaded| match loaded {
            Loaded::Empty { .. } => Err(Problem::nothing_registered()),
            Loaded::Open { destination, .. } => change(Draft::of(destination.settings()), None),
            Loaded::Locked { draft, error, .. } => change(draft.clone(), Some(error.into())),
        })
    }
}

/// A file of CA certificates as it is kept: by its absolute path. It is read once, so that a mistake shows now and not at the
/// first delivery.
///
/// # Errors
/// There is no such file, or no certificate in it.
pub fn ca_certificate(path: &Path) -> Result<PathBuf, FieldError> {
    let error =
        |what: String, why: String| FieldError::new(field::CA_CERT, what, why, "Name a PEM file with the CA's certificate.");
    let unread = |unread: FileError| error(unread.what(), unread.why());
    let absolute = std::path::absolute(path).map_err(|error| unread(FileError::new(Operation::Find, path, error)))?;
    let pem = file::read(&absolute, Links::Follow, MAX_CA_BYTES).map_err(unread)?;
    match http::check_ca(&pem) {
        Ok(()) => Ok(absolute),
        Err(why) => Err(error(format!("{} cannot be used", visible(&path.to_string_lossy())), format!("In words: {why}."))),
    }
}

/// A delivery as `test --json` shows it and the history keeps it.
#[must_use]
pub fn delivery_json(delivery: &Delivery) -> Value {
    delivery_to_json(delivery)
}

/// Puts a secret on the clipboard of the terminal that waypost runs in.
///
/// # Errors
/// It is too long for that, or there is no terminal.
pub fn copy(text: &str) -> Result<Copied, Problem> {
    clipboard::copy(text).map_err(|error| Problem {
        kind: super::ProblemKind::Usage,
        field: None,
        what: "Nothing was copied".into(),
        why: error.to_string(),
        fix: "Run it in a terminal, or pipe the output.".into(),
    })
}

/// The system's words for an error, without its number.
#[must_use]
pub fn reason(error: &std::io::Error) -> String {
    system_words(error)
}
