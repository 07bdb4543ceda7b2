//! Which document it is, for an error.

use std::fmt;
use std::path::PathBuf;

use crate::io::fs::show;

/// Where a document was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    File(PathBuf),
    /// The entry of the bucket that machines share.
    #[cfg(feature = "nats")]
    Entry,
}

impl Origin {
    /// What it is.
    pub(super) const fn noun(&self) -> &'static str {
        match self {
            Self::File(_) => "file",
            #[cfg(feature = "nats")]
            Self::Entry => "entry",
        }
    }

    /// The same, with its article.
    pub(super) const fn a_noun(&self) -> &'static str {
        match self {
            Self::File(_) => "a file",
            #[cfg(feature = "nats")]
            Self::Entry => "an entry",
        }
    }

    /// How to fix what it contains, a sentence.
    pub(super) fn correction(&self) -> String {
        match self {
            Self::File(path) => format!("Correct {}, or move it away and register again.", show(path)),
            #[cfg(feature = "nats")]
            Self::Entry => "Correct it, or remove it (nats kv del WAYPOST destination) and register again.".into(),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => f.write_str(&show(path)),
            #[cfg(feature = "nats")]
            Self::Entry => f.write_str("WAYPOST/destination"),
        }
    }
}
