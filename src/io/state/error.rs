//! What can go wrong with the state file: what, why, and how to fix it.

use super::origin::Origin;
use super::vault::VaultError;
use crate::domain::field::Field;
use crate::domain::problem::Fix;
use crate::domain::problem::Problem;
use crate::io::fs::{FileError, FileErrorKind};
#[cfg(feature = "nats")]
use crate::io::nats::NatsError;

/// The state file cannot be used. Contains no value of it, except what a [`Problem`] shows.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    #[error(transparent)]
    File(#[from] FileError),
    /// Not JSON; line and column (in bytes) from 1.
    #[error("{at}:{line}:{column}: {problem}")]
    Syntax { at: Origin, line: usize, column: usize, problem: String },
    /// JSON of another shape: which part, such as `destination.auth`, and what belongs there.
    #[error("{at}:{line}:{column}: {part} must be {expected}")]
    Shape { at: Origin, line: usize, column: usize, part: String, expected: String },
    /// A later waypost wrote it.
    #[error("{at} has schema version {found}; this waypost knows versions up to {known}")]
    Newer { at: Origin, found: u64, known: u64 },
    /// Values that are not accepted, in the order of the form; at least one.
    #[error("{at}: {}", listed(.errors))]
    Invalid { at: Origin, errors: Vec<Problem> },
    /// Something that does not take the lock changed the file between loading and saving.
    #[error("{at} was changed by another program")]
    Changed { at: Origin },
    #[error(transparent)]
    Secret(VaultError),
    /// Machines share it, and another key than this machine's has sealed it.
    #[error(transparent)]
    OtherKey(VaultError),
    #[cfg(feature = "nats")]
    #[error(transparent)]
    Nats(#[from] NatsError),
}

impl From<VaultError> for StateError {
    fn from(error: VaultError) -> Self {
        match error {
            // The secret is all right: it is the disk, or another waypost.
            VaultError::KeyNotCreated(error) => Self::File(error),
            error => Self::Secret(error),
        }
    }
}

impl StateError {
    /// The field it is about, if it is about one.
    #[must_use]
    pub fn field(&self) -> Option<Field> {
        match self {
            Self::Invalid { errors, .. } => errors.first().and_then(|error| error.field),
            _ => None,
        }
    }

    /// Why that stops waypost, a sentence.
    #[must_use]
    pub fn why(&self) -> String {
        match self {
            Self::File(error) => error.why(),
            Self::Syntax { at, .. } | Self::Shape { at, .. } => {
                format!("waypost does not change {} that it does not understand.", at.a_noun())
            }
            Self::Newer { .. } => "Saving it in an older form could lose what the newer one added.".into(),
            Self::Invalid { errors, .. } => errors.first().map(|error| error.why.clone()).unwrap_or_default(),
            Self::Changed { .. } => "Saving now would undo that change.".into(),
            Self::Secret(error) | Self::OtherKey(error) => error.why(),
            #[cfg(feature = "nats")]
            Self::Nats(error) => error.why(),
        }
    }

    /// How to fix it, a sentence.
    #[must_use]
    pub fn fix(&self) -> Fix {
        match self {
            Self::File(FileError { kind: FileErrorKind::TooLarge { .. }, path, .. }) => {
                Origin::File(path.clone()).correction().into()
            }
            Self::Syntax { at, .. } | Self::Shape { at, .. } => at.correction().into(),
            Self::File(error) => error.fix(),
            Self::Newer { .. } => "Use the waypost that wrote it, or a later one.".into(),
            Self::Invalid { errors, .. } => errors.first().map(|error| error.fix.clone()).unwrap_or_default(),
            Self::Changed { .. } => "Check the destination, then save again.".into(),
            Self::Secret(error) => error.fix(),
            Self::OtherKey(error) => error.fix_where_shared(),
            #[cfg(feature = "nats")]
            Self::Nats(error) => error.fix().into(),
        }
    }
}

fn listed(errors: &[Problem]) -> String {
    let parts: Vec<_> =
        errors.iter().map(|error| format!("{} {}", error.field.map(|field| field.id).unwrap_or_default(), error.what)).collect();
    parts.join("; ")
}
