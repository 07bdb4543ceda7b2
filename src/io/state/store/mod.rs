//! The state file: at most one destination, its secret sealed, replaced whole by one writer at a time.
//!
//! ```text
//! load:  read → parse → open the secret with the key → check by the rules for input → Loaded     (writes nothing)
//! save:  lock → load → change → seal → replace → unlock
//! ```

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use zeroize::Zeroizing;

use super::vault::{Key, VaultError};
use crate::domain::destination::Destination;
use crate::domain::draft::Draft;
use crate::io::fs::atomic::{self, Durability};
use crate::io::fs::file::{Fault, Links, open_regular, read_capped};
use crate::io::fs::lock::{self, Lock};
use crate::io::fs::paths::Paths;

pub use super::error::{Doing, Kind, StoreError};
pub(crate) use super::error::{reason, shell, show};

use super::document::{self, Document};

/// The most bytes that a state file may have.
pub const MAX_BYTES: usize = 1024 * 1024;

/// What is registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Loaded {
    /// Nothing.
    Empty {
        /// Counts the saves; 0 when there is no file.
        generation: u64,
    },
    /// A destination, ready for use.
    Open {
        /// It.
        destination: Destination,
        /// Counts the saves.
        generation: u64,
    },
    /// A destination whose secret cannot be opened: it has to be entered again.
    Locked {
        /// All but the secret, as it stands in the file and not yet checked.
        draft: Draft,
        /// When it was registered.
        created_at: Timestamp,
        /// When it was last changed.
        updated_at: Timestamp,
        /// Counts the saves.
        generation: u64,
        /// Why.
        error: VaultError,
    },
}

impl Loaded {
    /// Counts the saves: another number than before means that somebody has saved since.
    #[must_use]
    pub const fn generation(&self) -> u64 {
        match self {
            Self::Empty { generation } | Self::Open { generation, .. } | Self::Locked { generation, .. } => *generation,
        }
    }

    /// The destination, where one is ready for use.
    #[must_use]
    pub const fn destination(&self) -> Option<&Destination> {
        match self {
            Self::Open { destination, .. } => Some(destination),
            Self::Empty { .. } | Self::Locked { .. } => None,
        }
    }
}

/// A save that is in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Saved {
    /// The number of this save.
    pub generation: u64,
    /// Whether it is known to be on the disk. If not: saved, but may not survive a power cut (exit 5).
    pub durable: bool,
}

/// Reads what is registered. An absent file is [`Loaded::Empty`]; nothing is written.
///
/// # Errors
/// [`StoreError`], of [`Kind::Disk`]. A secret that cannot be opened is no error but [`Loaded::Locked`].
pub fn load(paths: &Paths) -> Result<Loaded, StoreError> {
    let path = paths.destination_file();
    let loaded = match read(&path) {
        Ok(Some(bytes)) => Document::parse(&path, &bytes).and_then(|document| open(paths, &document)),
        Ok(None) => Ok(Loaded::Empty { generation: 0 }),
        Err(error) => Err(error),
    };
    match &loaded {
        Ok(Loaded::Locked { generation, error, .. }) => {
            tracing::warn!(generation, why = %error.what(), "loaded without its secret");
        }
        Ok(loaded) => tracing::debug!(generation = loaded.generation(), registered = loaded.destination().is_some(), "loaded"),
        Err(error) => tracing::warn!(why = %error.what(), "not loaded"),
    }
    loaded
}

/// Changes what is registered: `change` gets what stands there now, and gives what is to stand there (`None` for nothing).
/// Nobody else saves meanwhile. Fields that waypost does not know stay.
///
/// # Errors
/// What `change` refuses with, and [`StoreError`]; in both cases what was saved before stands untouched.
pub fn save<E: From<StoreError>>(
    paths: &Paths,
    change: impl FnOnce(&Loaded) -> Result<Option<Destination>, E>,
) -> Result<Saved, E> {
    save_within(paths, lock::WAIT, change)
}

/// Like [`save`], but waits for another writer only as long as told.
///
/// # Errors
/// As [`save`].
pub fn save_within<E: From<StoreError>>(
    paths: &Paths,
    wait: Duration,
    change: impl FnOnce(&Loaded) -> Result<Option<Destination>, E>,
) -> Result<Saved, E> {
    let path = paths.destination_file();
    paths.create_config_dir()?;
    let _lock = Lock::acquire(&paths.lock_file(), wait)?;
    let before = read(&path)?;
    let document = match &before {
        Some(bytes) => Document::parse(&path, bytes)?,
        None => Document::default(),
    };
    let loaded = open(paths, &document)?;
    let wanted = change(&loaded)?;
    let sealed = wanted.as_ref().map(|destination| seal(paths, destination)).transpose()?.flatten();
    let generation = loaded.generation().wrapping_add(1);
    let after = document.with(generation, wanted.as_ref().map(|destination| (destination, sealed.as_deref())));
    Ok(replace(&path, before.as_deref().map(Vec::as_slice), &after, generation)?)
}

fn open(paths: &Paths, document: &Document) -> Result<Loaded, StoreError> {
    let generation = document.generation();
    let Some(entry) = document.entry() else { return Ok(Loaded::Empty { generation }) };
    let mut draft = entry.draft.clone();
    let (created_at, updated_at) = (entry.created_at, entry.updated_at);
    if let Some(field) = draft.auth_type.secret_field() {
        let sealed = entry.sealed.as_deref().ok_or(VaultError::Absent);
        match sealed.and_then(|sealed| Key::read(paths)?.open(&entry.place, sealed)) {
            Ok(secret) => {
                if let Some(own) = draft.secret_mut(field) {
                    *own = secret;
                }
            }
            Err(error) => return Ok(Loaded::Locked { draft, created_at, updated_at, generation, error }),
        }
    }
    match draft.check() {
        Ok(checked) => Ok(Loaded::Open { destination: Destination::new(checked.settings, created_at, updated_at), generation }),
        Err(errors) => Err(StoreError::Invalid { path: paths.destination_file(), errors }),
    }
}

fn seal(paths: &Paths, destination: &Destination) -> Result<Option<String>, StoreError> {
    let Some((_, secret)) = destination.auth().secret() else { return Ok(None) };
    Ok(Some(Key::read_or_create(paths)?.seal(&document::place_of(destination), secret)?))
}

fn read(path: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
    let fault = |fault| StoreError::fault(Doing::Read, path, fault);
    let (mut file, metadata) = match open_regular(path, OpenOptions::new().read(true), Links::Follow) {
        Err(Fault::Io(error)) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        done => done.map_err(fault)?,
    };
    let mode = metadata.permissions().mode() & 0o7777;
    if mode & 0o066 != 0 {
        return Err(StoreError::LooseMode { path: path.to_owned(), mode });
    }
    read_capped(&mut file, &metadata, MAX_BYTES).map(Some).map_err(fault)
}

fn replace(path: &Path, before: Option<&[u8]>, after: &[u8], generation: u64) -> Result<Saved, StoreError> {
    if after.len() > MAX_BYTES {
        return Err(StoreError::TooLarge { path: path.to_owned() });
    }
    let written = |error: io::Error| StoreError::io(Doing::Write, path, &error);
    atomic::sweep(path).map_err(written)?;
    // An editor takes no lock, and on some network file systems a lock holds off nobody.
    if read(path)?.as_deref().map(Vec::as_slice) != before {
        return Err(StoreError::Changed { path: path.to_owned() });
    }
    let durable = match atomic::replace(path, |file| file.write_all(after)) {
        Ok(durability) => durability == Durability::Durable,
        Err(error) => {
            tracing::warn!(generation, why = %error, "not saved");
            return Err(written(error));
        }
    };
    tracing::info!(generation, durable, "saved");
    Ok(Saved { generation, durable })
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod schema_tests;
