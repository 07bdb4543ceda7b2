//! Why something could not be done: what is wrong, why, how to mend it, and of which kind it is.

use std::io;
use std::path::Path;

use crate::domain::field::{Field, FieldError};
use crate::domain::text::{ellipsis, visible};
use crate::io::fs::paths::PathsError;
use crate::io::fs::{FileError, FileErrorKind};
use crate::io::state::store::StateError;
use crate::io::state::vault::VaultError;

/// What kind of problem it is; the exit code hangs on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// Usage, or an input that is not valid.
    Usage,
    /// The state file or the disk.
    Disk,
    /// The secret cannot be opened.
    Secret,
    /// Nothing is registered.
    NothingRegistered,
    /// Something is registered already.
    AlreadyRegistered,
    /// Another waypost is saving.
    Busy,
}

/// Why something could not be done: what, why, and how to mend it. Holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}. {why} {fix}")]
pub struct Problem {
    /// What kind it is.
    pub code: Code,
    /// The input it is about.
    pub field: Option<Field>,
    /// Without a full stop.
    pub what: String,
    /// A sentence.
    pub why: String,
    /// A sentence.
    pub fix: String,
}

impl From<FieldError> for Problem {
    fn from(error: FieldError) -> Self {
        Self { code: Code::Usage, field: Some(error.field), what: error.what, why: error.why, fix: error.fix }
    }
}

impl From<FileError> for Problem {
    fn from(error: FileError) -> Self {
        Self { code: file_code(&error), field: None, what: error.what(), why: error.why(), fix: error.fix() }
    }
}

impl From<PathsError> for Problem {
    fn from(error: PathsError) -> Self {
        Self { code: Code::Disk, field: None, what: error.to_string(), why: error.why(), fix: error.fix() }
    }
}

impl From<StateError> for Problem {
    fn from(error: StateError) -> Self {
        let code = match &error {
            StateError::File(error) => file_code(error),
            StateError::Changed { .. } => Code::Busy,
            StateError::Secret(_) => Code::Secret,
            StateError::Syntax { .. } | StateError::Shape { .. } | StateError::Newer { .. } | StateError::Invalid { .. } => {
                Code::Disk
            }
        };
        Self { code, field: error.field(), what: error.to_string(), why: error.why(), fix: error.fix() }
    }
}

fn file_code(error: &FileError) -> Code {
    if matches!(error.kind, FileErrorKind::Locked) { Code::Busy } else { Code::Disk }
}

impl From<&VaultError> for Problem {
    fn from(error: &VaultError) -> Self {
        Self { code: Code::Secret, field: None, what: error.to_string(), why: error.why(), fix: error.fix() }
    }
}

impl Problem {
    /// Something is registered already.
    #[must_use]
    pub fn already_registered() -> Self {
        Self {
            code: Code::AlreadyRegistered,
            field: None,
            what: "A destination is registered already".into(),
            why: "There is one at a time, so that events never go to two places.".into(),
            fix: "Edit it (waypost edit), or remove it first (waypost remove).".into(),
        }
    }

    /// Nothing is registered.
    #[must_use]
    pub fn nothing_registered() -> Self {
        Self {
            code: Code::NothingRegistered,
            field: None,
            what: "No destination is registered".into(),
            why: "This needs one.".into(),
            fix: "Register one first: waypost register, or the app.".into(),
        }
    }

    /// A delivery could not be added to the history.
    #[must_use]
    pub fn unrecorded(why: &str) -> Self {
        Self {
            code: Code::Disk,
            field: None,
            what: "The delivery is not in the history".into(),
            why: format!("Writing it failed: {why}."),
            fix: "Look at the disk.".into(),
        }
    }

    /// A name that an own event cannot have.
    #[must_use]
    pub fn event_name(name: &str) -> Self {
        Self {
            code: Code::Usage,
            field: None,
            what: format!("\"{}\" cannot be the name of an event", ellipsis(&visible(name), 64)),
            why: "It becomes a file's name, and must not be that of a built-in event.".into(),
            fix: "Use letters, digits, - _ and ., up to 64.".into(),
        }
    }

    /// A file could not be written.
    #[must_use]
    pub fn not_written(path: &Path, error: &io::Error) -> Self {
        let (why, fix) = if error.kind() == io::ErrorKind::AlreadyExists {
            ("There is a file of that name already, and nothing is written over.".to_owned(), "Choose another name.")
        } else {
            (format!("The system said: {}.", visible(&error.to_string())), "Look at the directory and the disk.")
        };
        let what = format!("{} is not written", visible(&path.to_string_lossy()));
        Self { code: Code::Disk, field: None, what, why, fix: fix.into() }
    }

    /// The user's editor gave nothing back.
    #[must_use]
    pub fn not_edited(why: &str) -> Self {
        Self {
            code: Code::Disk,
            field: None,
            what: "The body is as it was".into(),
            why: format!("The editor did not give it back: {}.", visible(why)),
            fix: "Look at $VISUAL and $EDITOR, or unset them to edit here.".into(),
        }
    }

    /// Somebody saved since the form was opened.
    #[must_use]
    pub fn overtaken() -> Self {
        Self {
            code: Code::Busy,
            field: None,
            what: "The destination was changed by another waypost".into(),
            why: "Saving now would undo that change.".into(),
            fix: "Cancel, look at what it is now, and edit again.".into(),
        }
    }
}
