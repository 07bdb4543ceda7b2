//! The problems that the operations report, besides those of the files below them.

use std::io;
use std::path::Path;

use crate::domain::draft::Draft;
use crate::domain::field::URL;
use crate::domain::problem::{Fix, FixAction, Problem, ProblemKind};
use crate::domain::text::{ellipsis, sentence, visible};
use crate::domain::url::credential;
use crate::io::db::DbError;
use crate::io::fs::paths::PathsError;
use crate::io::fs::{FileError, FileErrorKind, reason};
#[cfg(feature = "nats")]
use crate::io::nats::NatsError;
use crate::io::state::store::StateError;
use crate::io::state::vault::VaultError;

impl From<FileError> for Problem {
    fn from(error: FileError) -> Self {
        Self::of_kind(file_kind(&error), error.what(), error.why(), error.fix())
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

#[cfg(feature = "nats")]
impl From<NatsError> for Problem {
    fn from(error: NatsError) -> Self {
        Self::of_kind(nats_kind(&error), error.to_string(), error.why(), error.fix())
    }
}

#[cfg(feature = "nats")]
const fn nats_kind(error: &NatsError) -> ProblemKind {
    match error {
        NatsError::Unusable { .. } | NatsError::TooLong { .. } | NatsError::TooLarge { .. } => ProblemKind::Usage,
        NatsError::Full { .. } => ProblemKind::Disk,
        NatsError::Changed => ProblemKind::Busy,
        _ => ProblemKind::Engine,
    }
}

impl From<PathsError> for Problem {
    fn from(error: PathsError) -> Self {
        Self::of_kind(ProblemKind::Disk, error.to_string(), error.why(), error.fix())
    }
}

impl From<StateError> for Problem {
    fn from(error: StateError) -> Self {
        let kind = match &error {
            #[cfg(feature = "nats")]
            StateError::Nats(error) => nats_kind(error),
            StateError::File(error) => file_kind(error),
            StateError::Changed { .. } => ProblemKind::Busy,
            StateError::Secret(_) | StateError::OtherKey(_) => ProblemKind::Secret,
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

impl Problem {
    /// What is sealed of a destination that machines share cannot be opened.
    #[must_use]
    pub fn locked_where_shared(error: &VaultError) -> Self {
        Self::of_kind(ProblemKind::Secret, error.to_string(), error.why(), error.fix_where_shared())
    }

    /// What is sealed of a destination cannot be opened; `draft` is the rest of it.
    #[must_use]
    pub fn locked(draft: &Draft, error: &VaultError) -> Self {
        let has_secret = draft.auth_type().secret_fields().next().is_some();
        let of_headers = draft.headers().iter().any(|header| header.is_secret);
        let what = match (credential::is_masked(draft.text(URL)), has_secret, of_headers) {
            (true, true, false) => "the URL and the secret",
            (true, false, false) => "the URL",
            (true, _, true) => "the URL and the secrets",
            (false, true, true) => "the secrets",
            (false, false, true) => "the secrets of the headers",
            (false, _, false) => "the secret",
        };
        Self::of_kind(ProblemKind::Secret, error.to_string(), error.why(), error.fix_by(what))
    }

    /// The destination that machines share is still waited for.
    #[must_use]
    pub fn not_there_yet() -> Self {
        Self::of_kind(
            ProblemKind::Engine,
            "Waiting for the destination",
            "NATS has not answered yet.",
            "It appears here as soon as it has been read.",
        )
    }

    #[must_use]
    pub fn already_registered() -> Self {
        Self::of_kind(
            ProblemKind::AlreadyRegistered,
            "A destination is already registered",
            "There can be only one, so that events never go to two places.",
            Fix::from("Edit it or remove it.").by(FixAction::EditOrRemove),
        )
    }

    #[must_use]
    pub fn nothing_registered() -> Self {
        Self::of_kind(
            ProblemKind::NothingRegistered,
            "No destination is registered",
            "",
            Fix::from("Register one first.").by(FixAction::Register),
        )
    }

    /// A delivery could not be added to the history.
    #[must_use]
    pub fn unrecorded(why: &str) -> Self {
        Self::of_kind(
            ProblemKind::Disk,
            "The delivery was not recorded in the history",
            format!("Writing it failed: {why}."),
            "Check the disk.",
        )
    }

    /// A name that cannot be an event's.
    #[must_use]
    pub fn event_name(name: &str) -> Self {
        Self::of_kind(
            ProblemKind::Usage,
            format!("\"{}\" cannot be the name of an event", ellipsis(&visible(name), 64)),
            "It is used as a file name, and must not be the name of a built-in event.",
            "Use letters, digits, - _ and ., up to 64.",
        )
    }

    #[must_use]
    pub fn not_written(path: &Path, error: &io::Error) -> Self {
        let (why, fix) = if error.kind() == io::ErrorKind::AlreadyExists {
            ("A file of that name exists already, and files are never overwritten.".to_owned(), "Choose another name.")
        } else {
            (sentence(&reason(error)), "Check the directory and the disk.")
        };
        let what = format!("The file {} cannot be written", visible(&path.to_string_lossy()));
        Self::of_kind(ProblemKind::Disk, what, why, fix)
    }

    /// The user's editor failed.
    #[must_use]
    pub fn not_edited(why: &str) -> Self {
        Self::of_kind(
            ProblemKind::Disk,
            "The body is unchanged",
            format!("The editor failed: {}.", visible(why)),
            "Check $VISUAL and $EDITOR, or unset them to edit here.",
        )
    }

    /// A relay delivers the queue already.
    #[must_use]
    pub fn relay_runs(lock: &Path) -> Self {
        Self::of_kind(
            ProblemKind::Busy,
            "Another relay is delivering this queue",
            format!("It holds {}.", visible(&lock.to_string_lossy())),
            "Only one can run for each state directory: stop the other one first.",
        )
    }

    /// The user's pager failed.
    #[must_use]
    pub fn not_paged(why: &str) -> Self {
        Self::of_kind(
            ProblemKind::Disk,
            "The pager did not show it",
            format!("{}.", visible(why)),
            "Set $PAGER to a program that is installed, such as less.",
        )
    }

    /// Another waypost saved since the destination was read.
    #[must_use]
    pub fn conflict() -> Self {
        Self::of_kind(
            ProblemKind::Busy,
            "The destination was changed by another waypost",
            "Saving now would undo that change.",
            "Cancel, check the current destination, and edit again.",
        )
    }
}
