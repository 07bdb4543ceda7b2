//! What can go wrong with the database: what, why, and how to fix it.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;
use rustix::fs::{Access, access};

use crate::domain::problem::Fix;
use crate::io::fs::atomic::parent;
use crate::io::fs::{FileError, FileErrorKind, Operation, show};

/// The database cannot be used. It is then as it was before.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    #[error(transparent)]
    File(#[from] FileError),
    /// It is not a database, or not a whole one.
    #[error("{} is damaged", show(.path))]
    Damaged { path: PathBuf, reason: String },
    /// A later waypost wrote it.
    #[error("{} has schema version {found}; this waypost knows versions up to {known}", show(.path))]
    Newer { path: PathBuf, found: u64, known: u64 },
    /// One record, not the database.
    #[error("the record of the delivery {id} is damaged")]
    DamagedRecord { id: String },
}

impl DbError {
    /// Why, a sentence.
    #[must_use]
    pub fn why(&self) -> String {
        match self {
            Self::File(error) => error.why(),
            Self::Damaged { reason, .. } => format!("SQLite reports: {reason}."),
            Self::Newer { .. } => "Writing in an older form could lose what the newer one added.".into(),
            Self::DamagedRecord { .. } => "It is not what waypost writes.".into(),
        }
    }

    /// How to fix it, a sentence.
    #[must_use]
    pub fn fix(&self) -> Fix {
        match self {
            Self::File(error) => error.fix(),
            Self::Damaged { path, .. } => format!(
                "Save the queued events with waypost queue rescue FILE, then move {} away; waypost then creates a new one.",
                show(path)
            )
            .into(),
            Self::Newer { .. } => "Use the waypost that wrote it, or a later one.".into(),
            Self::DamagedRecord { .. } => "Choose another delivery of the history.".into(),
        }
    }

    pub(super) fn new(operation: Operation, path: &Path, error: &rusqlite::Error) -> Self {
        let reason = match error {
            rusqlite::Error::SqliteFailure(_, Some(message)) => message.clone(),
            other => other.to_string(),
        };
        let kind = match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
                return Self::Damaged { path: path.to_owned(), reason };
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => FileErrorKind::Locked,
            Some(ErrorCode::DiskFull) => io::Error::from(io::ErrorKind::StorageFull).into(),
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                denied(operation, path).unwrap_or_else(|| io::Error::other(reason)).into()
            }
            _ => io::Error::other(reason).into(),
        };
        Self::File(FileError { operation, path: path.to_owned(), kind })
    }
}

/// The system's reason, which SQLite does not pass on.
fn denied(operation: Operation, path: &Path) -> Option<io::Error> {
    let rights = if operation == Operation::Read { Access::READ_OK } else { Access::WRITE_OK };
    // Beside the database SQLite has to create files.
    let found = access(path, rights).and_then(|()| access(parent(path), Access::WRITE_OK | Access::EXEC_OK));
    // Not the database itself: closing it would release the locks of this process's other connections (fcntl(2)).
    found.err().map(io::Error::from).or_else(|| File::open(parent(path)).err())
}
