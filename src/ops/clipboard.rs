//! Copying from a terminal.

use crate::domain::problem::{Problem, ProblemKind};
use crate::io::clipboard::{self, Copied};

/// Copies a text to the clipboard of the terminal that waypost runs in.
///
/// # Errors
/// It is too long, or there is no terminal.
pub fn copy(text: &str) -> Result<Copied, Problem> {
    clipboard::copy(text).map_err(|error| {
        Problem::of_kind(ProblemKind::Usage, "Nothing was copied", error.to_string(), "Run it in a terminal, or pipe the output.")
    })
}
