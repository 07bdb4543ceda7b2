//! Copying from a terminal.

use crate::domain::problem::{Problem, ProblemKind};
use crate::io::clipboard::{self, Copied};

/// Copies a text to the clipboard of the terminal that waypost runs in.
///
/// # Errors
/// It is too long, or there is no terminal.
pub fn copy(text: &str) -> Result<Copied, Problem> {
    clipboard::copy(text).map_err(|error| Problem {
        kind: ProblemKind::Usage,
        field: None,
        what: "Nothing was copied".into(),
        why: error.to_string(),
        fix: "Run it in a terminal, or pipe the output.".into(),
    })
}
