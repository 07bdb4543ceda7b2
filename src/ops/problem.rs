//! The problems that the operations report, beside those of the files below them.

use std::io;
use std::path::Path;

use crate::domain::problem::{Fix, FixAction, Problem, ProblemKind};
use crate::domain::text::{ellipsis, visible};
use crate::io::db::DbError;
use crate::io::fs::paths::PathsError;
use crate::io::fs::{FileError, FileErrorKind};
use crate::io::state::store::StateError;
use crate::io::state::vault::VaultError;

impl From<FileError> for Problem {
    fn from(error: FileError) -> Self {
        Self { kind: file_kind(&error), field: None, what: error.what(), why: error.why(), fix: error.fix() }
    }
}

impl From<DbError> for Problem {
    fn from(error: DbError) -> Self {
        let kind = match &error {
            DbError::File(error) => file_kind(error),
            DbError::Damaged { .. } | DbError::Newer { .. } | DbError::DamagedRecord { .. } => ProblemKind::Disk,
        };
        Self { kind, field: None, what: error.to_string(), why: error.why(), fix: error.fix() }
    }
}

impl From<PathsError> for Problem {
    fn from(error: PathsError) -> Self {
        Self { kind: ProblemKind::Disk, field: None, what: error.to_string(), why: error.why(), fix: error.fix() }
    }
}

impl From<StateError> for Problem {
    fn from(error: StateError) -> Self {
        let kind = match &error {
            StateError::File(error) => file_kind(error),
            StateError::Changed { .. } => ProblemKind::Busy,
            StateError::Secret(_) => ProblemKind::Secret,
            StateError::Syntax { .. } | StateError::Shape { .. } | StateError::Newer { .. } | StateError::Invalid { .. } => {
                ProblemKind::Disk
            }
        };
        Self { kind, field: error.field(), what: error.to_string(), why: error.why(), fix: error.fix() }
    }
}

fn file_kind(error: &FileError) -> ProblemKind {
    if matches!(error.kind, FileErrorKind::Locked) { ProblemKind::Busy } else { ProblemKind::Disk }
}

impl From<&VaultError> for Problem {
    fn from(error: &VaultError) -> Self {
        Self { kind: ProblemKind::Secret, field: None, what: error.to_string(), why: error.why(), fix: error.fix() }
    }
}

impl Problem {
    /// Something is registered already.
    #[must_use]
    pub fn already_registered() -> Self {
        Self {
            kind: ProblemKind::AlreadyRegistered,
            field: None,
            what: "A destination is registered already".into(),
            why: "There is one at a time, so that events never go to two places.".into(),
            fix: Fix::from("Edit it, or remove it first.").by(FixAction::EditOrRemove),
        }
    }

    /// Nothing is registered.
    #[must_use]
    pub fn nothing_registered() -> Self {
        Self {
            kind: ProblemKind::NothingRegistered,
            field: None,
            what: "No destination is registered".into(),
            why: "This needs one.".into(),
            fix: Fix::from("Register one first.").by(FixAction::Register),
        }
    }

    /// A delivery could not be added to the history.
    #[must_use]
    pub fn unrecorded(why: &str) -> Self {
        Self {
            kind: ProblemKind::Disk,
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
            kind: ProblemKind::Usage,
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
        Self { kind: ProblemKind::Disk, field: None, what, why, fix: fix.into() }
    }

    /// The user's editor gave nothing back.
    #[must_use]
    pub fn not_edited(why: &str) -> Self {
        Self {
            kind: ProblemKind::Disk,
            field: None,
            what: "The body is as it was".into(),
            why: format!("The editor did not give it back: {}.", visible(why)),
            fix: "Look at $VISUAL and $EDITOR, or unset them to edit here.".into(),
        }
    }

    /// Somebody saved since the form was opened.
    #[must_use]
    pub fn conflict() -> Self {
        Self {
            kind: ProblemKind::Busy,
            field: None,
            what: "The destination was changed by another waypost".into(),
            why: "Saving now would undo that change.".into(),
            fix: "Cancel, look at what it is now, and edit again.".into(),
        }
    }
}
