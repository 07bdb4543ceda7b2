//! Loading and saving the destination: its secrets are sealed, and the file is replaced whole by one writer at a time.
//!
//! ```text
//! load:  read → parse → open the secrets with the key → check like input → Loaded     (writes nothing)
//! save:  lock → load → change → seal → replace → unlock
//! ```

mod undo;

use std::io::{self, Write as _};
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use zeroize::Zeroizing;

use super::vault::{Key, Place, VaultError};
use crate::domain::destination::{Destination, DestinationId};
use crate::domain::draft::{Draft, sent_with};
use crate::domain::secret::Secret;
use crate::io::fs::access::Readers;
use crate::io::fs::atomic::{self, Durability};
use crate::io::fs::file::{Links, read_private};
use crate::io::fs::lock::{self, Lock};
use crate::io::fs::paths::Paths;
use crate::io::fs::{FileError, FileErrorKind, Operation};

pub use super::error::StateError;
pub use undo::{Former, former, restore};

use super::document::{Document, Entry};
use super::places::{self, Owner, SealedSecret};

/// The largest state file, in bytes.
pub const MAX_BYTES: usize = 1024 * 1024;

/// What is registered.
#[derive(Debug)]
pub enum Loaded {
    Empty {
        /// Counts the saves; 0 if there is no file.
        generation: u64,
    },
    Open {
        destination: Destination,
        generation: u64,
    },
    /// A destination whose secrets cannot be opened: they have to be entered again.
    Locked {
        id: DestinationId,
        /// Without the secrets, and not checked.
        draft: Draft,
        created_at: Timestamp,
        updated_at: Timestamp,
        generation: u64,
        error: VaultError,
    },
}

impl Loaded {
    /// Counts the saves: a different number means that the destination was saved since.
    #[must_use]
    pub const fn generation(&self) -> u64 {
        match self {
            Self::Empty { generation } | Self::Open { generation, .. } | Self::Locked { generation, .. } => *generation,
        }
    }

    #[must_use]
    pub const fn destination(&self) -> Option<&Destination> {
        match self {
            Self::Open { destination, .. } => Some(destination),
            Self::Empty { .. } | Self::Locked { .. } => None,
        }
    }
}

/// What a save does.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Nothing: what is registered stays, and the file is not written.
    Keep,
    Replace(Box<Destination>),
    Remove,
}

/// A save that is in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Saved {
    /// Counts the saves, this one included.
    pub generation: u64,
    /// False after [`Change::Keep`].
    pub changed: bool,
    /// Whether it is known to survive a power cut.
    pub durable: bool,
}

/// Reads what is registered. An absent file is [`Loaded::Empty`]; nothing is written.
///
/// # Errors
/// [`StateError`]. A secret that cannot be opened is no error but [`Loaded::Locked`].
pub fn load(paths: &Paths) -> Result<Loaded, StateError> {
    let path = paths.destination_file();
    let loaded = match read(&path) {
        Ok(Some(bytes)) => Document::parse(&path, &bytes).and_then(|document| open(paths, &document)),
        Ok(None) => Ok(Loaded::Empty { generation: 0 }),
        Err(error) => Err(error.into()),
    };
    match &loaded {
        Ok(Loaded::Locked { generation, error, .. }) => {
            tracing::warn!(generation, why = %error, "loaded without its secret");
        }
        Ok(loaded) => tracing::debug!(generation = loaded.generation(), registered = loaded.destination().is_some(), "loaded"),
        Err(error) => tracing::warn!(why = %error, "not loaded"),
    }
    loaded
}

/// Changes what is registered: `change` gets what is registered now, and decides. No other process saves meanwhile. Unknown
/// fields are kept.
///
/// # Errors
/// What `change` refuses with, and [`StateError`]; in both cases the file is untouched.
pub fn save<E: From<StateError>>(paths: &Paths, change: impl FnOnce(&Loaded) -> Result<Change, E>) -> Result<Saved, E> {
    save_within(paths, lock::WAIT, change)
}

/// Like [`save`], but waits for another writer for `wait` at most.
///
/// # Errors
/// As [`save`].
pub fn save_within<E: From<StateError>>(
    paths: &Paths,
    wait: Duration,
    change: impl FnOnce(&Loaded) -> Result<Change, E>,
) -> Result<Saved, E> {
    let path = paths.destination_file();
    let (_lock, before, document) = begin(paths, wait)?;
    let loaded = open(paths, &document)?;
    let wanted = match change(&loaded)? {
        Change::Keep => return Ok(Saved { generation: loaded.generation(), changed: false, durable: true }),
        Change::Replace(destination) => Some(*destination),
        Change::Remove => None,
    };
    let sealed = wanted.as_ref().map(|destination| seal(paths, destination)).transpose()?.unwrap_or_default();
    let generation = loaded.generation().wrapping_add(1);
    let after = document.with(generation, wanted.as_ref().map(|destination| (destination, sealed.as_slice())));
    Ok(replace(&path, before.as_deref().map(Vec::as_slice), &after, generation)?)
}

/// A state file as it was read.
type Bytes = Zeroizing<Vec<u8>>;

/// Keeps other processes from saving, and reads what there is.
fn begin(paths: &Paths, wait: Duration) -> Result<(Lock, Option<Bytes>, Document), StateError> {
    let path = paths.destination_file();
    // A file that may not be used gets no lock beside it: root's would lock out its owner.
    read(&path)?;
    paths.create_config_dir()?;
    let lock = Lock::acquire(&paths.lock_file(), wait)?;
    let before = read(&path)?;
    let document = match &before {
        Some(bytes) => Document::parse(&path, bytes)?,
        None => Document::default(),
    };
    Ok((lock, before, document))
}

fn open(paths: &Paths, document: &Document) -> Result<Loaded, StateError> {
    let generation = document.generation();
    let Some(entry) = document.entry() else { return Ok(Loaded::Empty { generation }) };
    let Entry { id, created_at, updated_at, .. } = entry;
    let (id, created_at, updated_at) = (id.clone(), *created_at, *updated_at);
    let mut draft = entry.draft.clone();
    let key = match open_secrets(paths, entry) {
        Ok((secrets, key)) => {
            for (of, secret) in secrets {
                of.fill(&mut draft, secret);
            }
            key
        }
        Err(error) => return Ok(Loaded::Locked { id, draft, created_at, updated_at, generation, error }),
    };
    match draft.check() {
        Ok(checked) => {
            let sent_with = sent_with(&checked.settings, |field, secret| Some(key.as_ref()?.mark(field, secret)));
            let destination = Destination::new(id, checked.settings, created_at, updated_at).remembered_as(sent_with);
            Ok(Loaded::Open { destination, generation })
        }
        Err(errors) => Err(StateError::Invalid { path: paths.destination_file(), errors }),
    }
}

/// Secrets with what they belong to.
type Opened = Vec<(Owner, Secret)>;

/// All secrets or none, with the key that opened them: a destination with some of them is of no use. What is masked
/// in the file is one of them, and comes first.
fn open_secrets(paths: &Paths, entry: &Entry) -> Result<(Opened, Option<Key>), VaultError> {
    let mut all = entry.masked.iter().chain(&entry.secrets).peekable();
    if all.peek().is_none() {
        return Ok((Vec::new(), None));
    }
    if all.any(|secret| secret.sealed.is_none()) {
        return Err(VaultError::Absent);
    }
    let key = Key::read(paths)?;
    let open = |secret: &SealedSecret, place: &Place| key.open(place, secret.sealed.as_deref().unwrap_or_default());
    let mut opened = Vec::new();
    for masked in &entry.masked {
        opened.push((masked.of.clone(), open(masked, &masked.place)?));
    }
    // The others are for the whole URL: they do not open with another of the same looks.
    for secret in &entry.secrets {
        let place = entry.whole_place(&secret.place, &opened[..entry.masked.len()]);
        opened.push((secret.of.clone(), open(secret, &place)?));
    }
    Ok((opened, Some(key)))
}

fn seal(paths: &Paths, destination: &Destination) -> Result<Vec<(Place, String)>, StateError> {
    let secrets = places::secrets_of(destination);
    if secrets.is_empty() {
        return Ok(Vec::new());
    }
    let key = Key::read_or_create(paths)?;
    let mut sealed = Vec::new();
    for (place, secret) in secrets {
        let text = key.seal(&place, &secret)?;
        sealed.push((place, text));
    }
    Ok(sealed)
}

fn read(path: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, FileError> {
    match read_private(path, Links::Follow, MAX_BYTES, Readers::Owner) {
        Err(error) if error.is_not_found() => Ok(None),
        done => done.map(Some),
    }
}

fn replace(path: &Path, before: Option<&[u8]>, after: &[u8], generation: u64) -> Result<Saved, StateError> {
    let failed = |kind: FileErrorKind| FileError::new(Operation::Write, path, kind);
    if after.len() > MAX_BYTES {
        return Err(failed(FileErrorKind::TooLarge { limit: MAX_BYTES }).into());
    }
    let written = |error: io::Error| failed(error.into());
    atomic::sweep(path).map_err(written)?;
    // An editor takes no lock, and on some network file systems a lock has no effect.
    if read(path)?.as_deref().map(Vec::as_slice) != before {
        return Err(StateError::Changed { path: path.to_owned() });
    }
    let durable = match atomic::replace(path, |file| file.write_all(after)) {
        Ok(durability) => durability == Durability::Durable,
        Err(error) => {
            tracing::warn!(generation, why = %error, "not saved");
            return Err(written(error).into());
        }
    };
    tracing::info!(generation, durable, "saved");
    Ok(Saved { generation, changed: true, durable })
}

#[cfg(test)]
mod tests;
