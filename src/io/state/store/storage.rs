//! Where a document is kept: how it is read, and how it is replaced if nobody else has replaced it since.

#[cfg(feature = "nats")]
use std::sync::Arc;
use std::time::Duration;

#[cfg(feature = "nats")]
use super::entry;
use super::file;
use crate::io::fs::lock::Lock;
use crate::io::fs::paths::Paths;
#[cfg(feature = "nats")]
use crate::io::nats::Shared;
use crate::io::state::document::Bytes;
use crate::io::state::error::StateError;
use crate::io::state::origin::Origin;

/// Where the document is kept.
#[derive(Clone, Debug)]
pub(super) enum Storage {
    File,
    /// In the bucket that machines share.
    #[cfg(feature = "nats")]
    Entry(Arc<Shared>),
}

/// What there is, to be replaced.
pub(super) enum Replacing {
    File {
        paths: Paths,
        before: Option<Bytes>,
        _lock: Lock,
    },
    #[cfg(feature = "nats")]
    Entry {
        shared: Arc<Shared>,
        before: Option<Bytes>,
        revision: u64,
    },
}

impl Storage {
    pub fn origin(&self, paths: &Paths) -> Origin {
        match self {
            Self::File => Origin::File(paths.destination_file()),
            #[cfg(feature = "nats")]
            Self::Entry(_) => Origin::Entry,
        }
    }

    /// Whether other machines, each with a copy of the key, work on it.
    pub const fn is_shared(&self) -> bool {
        match self {
            Self::File => false,
            #[cfg(feature = "nats")]
            Self::Entry(_) => true,
        }
    }

    /// What there is, and the generation of nothing: after a document was removed, more than it had.
    pub fn read(&self, paths: &Paths) -> Result<(Option<Bytes>, u64), StateError> {
        match self {
            Self::File => Ok((file::read(&paths.destination_file())?, 0)),
            #[cfg(feature = "nats")]
            Self::Entry(shared) => entry::read(shared),
        }
    }

    /// Reads what is to be replaced. `wait` is for another writer.
    pub fn begin(&self, paths: &Paths, wait: Duration) -> Result<Replacing, StateError> {
        match self {
            Self::File => {
                let (lock, before) = file::begin(paths, wait)?;
                Ok(Replacing::File { paths: paths.clone(), before, _lock: lock })
            }
            #[cfg(feature = "nats")]
            Self::Entry(shared) => {
                let (before, revision) = entry::read(shared)?;
                Ok(Replacing::Entry { shared: Arc::clone(shared), before, revision })
            }
        }
    }
}

impl Replacing {
    /// What there is, and the generation of nothing.
    pub fn before(&self) -> (Option<&[u8]>, u64) {
        match self {
            Self::File { before, .. } => (before.as_deref().map(Vec::as_slice), 0),
            #[cfg(feature = "nats")]
            Self::Entry { before, revision, .. } => (before.as_deref().map(Vec::as_slice), *revision),
        }
    }

    /// Replaces it. Whether that is known to survive a power cut.
    pub fn replace(self, after: &[u8]) -> Result<bool, StateError> {
        match &self {
            Self::File { paths, before, .. } => {
                file::replace(&paths.destination_file(), before.as_deref().map(Vec::as_slice), after)
            }
            #[cfg(feature = "nats")]
            Self::Entry { shared, revision, .. } => entry::replace(shared, *revision, after).map(|()| true),
        }
    }
}
