//! Where a document is kept: how it is read, and how it is replaced if nobody else has replaced it since.

use std::time::Duration;

use zeroize::Zeroizing;

use super::file;
use crate::io::fs::lock::Lock;
use crate::io::fs::paths::Paths;
use crate::io::state::error::StateError;
use crate::io::state::origin::Origin;

/// A document as it was read.
pub(super) type Bytes = Zeroizing<Vec<u8>>;

/// Where the document is kept.
#[derive(Clone, Debug)]
pub(super) enum Storage {
    File,
}

/// What there is, to be replaced.
pub(super) enum Replacing {
    File { paths: Paths, before: Option<Bytes>, _lock: Lock },
}

impl Storage {
    pub fn origin(&self, paths: &Paths) -> Origin {
        match self {
            Self::File => Origin::File(paths.destination_file()),
        }
    }

    /// What there is, and the generation of nothing.
    pub fn read(&self, paths: &Paths) -> Result<(Option<Bytes>, u64), StateError> {
        match self {
            Self::File => Ok((file::read(&paths.destination_file())?, 0)),
        }
    }

    /// Reads what is to be replaced. `wait` is for another writer.
    pub fn begin(&self, paths: &Paths, wait: Duration) -> Result<Replacing, StateError> {
        match self {
            Self::File => {
                let (lock, before) = file::begin(paths, wait)?;
                Ok(Replacing::File { paths: paths.clone(), before, _lock: lock })
            }
        }
    }
}

impl Replacing {
    /// What there is, and the generation of nothing.
    pub fn before(&self) -> (Option<&[u8]>, u64) {
        match self {
            Self::File { before, .. } => (before.as_deref().map(Vec::as_slice), 0),
        }
    }

    /// Replaces it. Whether that is known to survive a power cut.
    pub fn replace(self, after: &[u8]) -> Result<bool, StateError> {
        match &self {
            Self::File { paths, before, .. } => {
                file::replace(&paths.destination_file(), before.as_deref().map(Vec::as_slice), after)
            }
        }
    }
}
