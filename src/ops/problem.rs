//! The problems that the operations report, besides those of the files below them.

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
            fix: "Check the disk.".into(),
        }
    }

    /// A name that cannot be an event's.
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

    #[must_use]
    pub fn not_written(path: &Path, error: &io::Error) -> Self {
        let (why, fix) = if error.kind() == io::ErrorKind::AlreadyExists {
            ("A file of that name exists already, and files are never overwritten.".to_owned(), "Choose another name.")
        } else {
            (format!("The system says: {}.", visible(&error.to_string())), "Check the directory and the disk.")
        };
        let what = format!("{} cannot be written", visible(&path.to_string_lossy()));
        Self { kind: ProblemKind::Disk, field: None, what, why, fix: fix.into() }
    }

    /// The user's editor failed.
    #[must_use]
    pub fn not_edited(why: &str) -> Self {
        Self {
            kind: ProblemKind::Disk,
            field: None,
            what: "The body is unchanged".into(),
            why: format!("The editor did not return it: {}.", visible(why)),
            fix: "Check $VISUAL and $EDITOR, or unset them to edit here.".into(),
        }
    }

    /// Another waypost saved since the destination was read.
    #[must_use]
    pub fn conflict() -> Self {
        Self {
            kind: ProblemKind::Busy,
            field: None,
            what: "The destination was changed by another waypost".into(),
            why: "Saving now would undo that change.".into(),
            fix: "Cancel, check the current destination, and edit again.".into(),
        }
    }
}
