//! Loading and saving the destination: its secrets are sealed, and the document is replaced whole by one writer at a time.
//!
//! ```text
//! load:  read → parse → open the secrets with the key → check like input → Loaded     (writes nothing)
//! save:  lock → load → change → seal → replace → unlock         (in a file)
//!        load → change → seal → replace if it is still the same, else again     (in a bucket)
//! ```
//!
//! [`storage`] knows where the document is kept; everything else here is the same wherever that is.

#[cfg(feature = "nats")]
mod entry;
mod file;
mod storage;
mod undo;

#[cfg(feature = "nats")]
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::vault::{Key, Place, VaultError};
use crate::domain::destination::{Destination, DestinationId};
use crate::domain::draft::{Draft, sent_with};
use crate::domain::secret::Secret;
use crate::io::fs::lock;
use crate::io::fs::paths::Paths;
#[cfg(feature = "nats")]
use crate::io::nats::Shared;

pub use super::document::MAX_BYTES;
pub use super::error::StateError;
pub use super::origin::Origin;
#[cfg(feature = "nats")]
pub use entry::KEY;
pub use undo::Undo;

use super::document::{Document, Entry};
use super::places::{self, Owner, SealedSecret};
use storage::{Replacing, Storage};

/// How often a change is made anew when another machine was faster each time.
const TRIES: usize = 8;

/// What is registered.
#[derive(Debug)]
pub enum Loaded {
    Empty {
        /// Counts the saves; 0 if there is no document.
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
    /// Nothing: what is registered stays, and nothing is written.
    Keep,
    Replace(Box<Destination>),
    Remove,
}

/// A save that is in place.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Saved {
    /// Counts the saves, this one included.
    pub generation: u64,
    /// False after [`Change::Keep`].
    pub changed: bool,
    /// Whether it is known to survive a power cut.
    pub durable: bool,
    /// `None` if nothing was registered before.
    pub undo: Option<Undo>,
}

/// The document of the destination, wherever it is kept, and the key that its secrets are sealed with.
#[derive(Clone, Debug)]
pub struct Store {
    paths: Paths,
    storage: Storage,
}

impl Store {
    /// Kept in `destination.json`.
    #[must_use]
    pub const fn in_file(paths: Paths) -> Self {
        Self { paths, storage: Storage::File }
    }

    /// Kept in the bucket that machines share; the key stays in the files of this machine.
    #[cfg(feature = "nats")]
    #[must_use]
    pub const fn in_bucket(paths: Paths, shared: Arc<Shared>) -> Self {
        Self { paths, storage: Storage::Entry(shared) }
    }

    /// Reads what is registered. No document at all is [`Loaded::Empty`]; nothing is written.
    ///
    /// # Errors
    /// [`StateError`]. A secret that cannot be opened is no error but [`Loaded::Locked`].
    pub fn load(&self) -> Result<Loaded, StateError> {
        let loaded = self.read().and_then(|document| self.open(&document));
        match &loaded {
            Ok(Loaded::Locked { generation, error, .. }) => {
                tracing::warn!(generation, why = %error, "loaded without its secret");
            }
            Ok(loaded) => {
                tracing::debug!(generation = loaded.generation(), registered = loaded.destination().is_some(), "loaded");
            }
            Err(error) => tracing::warn!(why = %error, "not loaded"),
        }
        loaded
    }

    /// Changes what is registered: `change` gets what is registered now, and decides; it is asked again where another machine was
    /// faster. No other process saves meanwhile. Unknown fields are kept.
    ///
    /// # Errors
    /// What `change` refuses with, and [`StateError`]; in both cases the document is untouched.
    pub fn save<E: From<StateError>>(&self, change: impl FnMut(&Loaded) -> Result<Change, E>) -> Result<Saved, E> {
        self.save_within(lock::WAIT, change)
    }

    /// Like [`Store::save`], but waits for another writer for `wait` at most.
    ///
    /// # Errors
    /// As [`Store::save`].
    pub fn save_within<E: From<StateError>>(
        &self,
        wait: Duration,
        mut change: impl FnMut(&Loaded) -> Result<Change, E>,
    ) -> Result<Saved, E> {
        // Where a lock keeps the others out, who changed it takes none, and may be an editor.
        let tries = if self.storage.is_shared() { TRIES } else { 1 };
        for _ in 1..tries {
            match self.save_once(wait, &mut change)? {
                Err(StateError::Changed { .. }) => tracing::debug!("another machine was faster"),
                done => return Ok(done?),
            }
        }
        Ok(self.save_once(wait, &mut change)??)
    }

    fn save_once<E: From<StateError>>(
        &self,
        wait: Duration,
        change: &mut impl FnMut(&Loaded) -> Result<Change, E>,
    ) -> Result<Result<Saved, StateError>, E> {
        let (replacing, document) = self.begin(wait)?;
        let loaded = self.open(&document)?;
        let wanted = match change(&loaded)? {
            Change::Keep => {
                let generation = loaded.generation();
                return Ok(Ok(Saved { generation, changed: false, durable: true, undo: None }));
            }
            Change::Replace(destination) => Some(*destination),
            Change::Remove => None,
        };
        let generation = loaded.generation().wrapping_add(1);
        let had_entry = !matches!(loaded, Loaded::Empty { .. });
        if let (Loaded::Locked { error, .. }, Some(_), true) = (loaded, &wanted, self.storage.is_shared()) {
            return Err(StateError::OtherKey(error).into());
        }
        let sealed = wanted.as_ref().map(|destination| self.seal(destination)).transpose()?.unwrap_or_default();
        let after = document.with(generation, wanted.as_ref().map(|destination| (destination, sealed.as_slice())));
        Ok(replace(replacing, &after, generation, had_entry))
    }

    /// Puts back the document from before a save; `None` if what the save wrote is not there any more, byte for byte.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn undo(&self, undo: &Undo) -> Result<Option<Saved>, StateError> {
        let (replacing, document) = self.begin(lock::WAIT)?;
        if replacing.before().0 != Some(undo.after()) {
            return Ok(None);
        }
        let generation = document.generation().wrapping_add(1);
        let had_entry = document.entry().is_some();
        let after = self.parse(Some(undo.before()), 0)?.numbered(generation);
        replace(replacing, &after, generation, had_entry).map(Some)
    }

    fn read(&self) -> Result<Document, StateError> {
        let (bytes, generation) = self.storage.read(&self.paths)?;
        self.parse(bytes.as_deref().map(Vec::as_slice), generation)
    }

    /// `generation` is that of no document.
    fn parse(&self, bytes: Option<&[u8]>, generation: u64) -> Result<Document, StateError> {
        match bytes {
            Some(bytes) => Document::parse(&self.storage.origin(&self.paths), bytes),
            None => Ok(Document::absent(generation)),
        }
    }

    /// Keeps other processes from saving, and reads what there is.
    fn begin(&self, wait: Duration) -> Result<(Replacing, Document), StateError> {
        let replacing = self.storage.begin(&self.paths, wait)?;
        let (bytes, generation) = replacing.before();
        let document = self.parse(bytes, generation)?;
        Ok((replacing, document))
    }

    fn open(&self, document: &Document) -> Result<Loaded, StateError> {
        let generation = document.generation();
        let Some(entry) = document.entry() else { return Ok(Loaded::Empty { generation }) };
        let Entry { id, created_at, updated_at, .. } = entry;
        let (id, created_at, updated_at) = (id.clone(), *created_at, *updated_at);
        let mut draft = entry.draft.clone();
        let key = match open_secrets(&self.paths, entry) {
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
            Err(errors) => Err(StateError::Invalid { at: self.storage.origin(&self.paths), errors }),
        }
    }

    fn seal(&self, destination: &Destination) -> Result<Vec<(Place, String)>, StateError> {
        let secrets = places::secrets_of(destination);
        if secrets.is_empty() {
            return Ok(Vec::new());
        }
        let key = Key::read_or_create(&self.paths)?;
        let mut sealed = Vec::new();
        for (place, secret) in secrets {
            let text = key.seal(&place, &secret)?;
            sealed.push((place, text));
        }
        Ok(sealed)
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

/// `had_entry`: something was registered, which can be put back.
fn replace(replacing: Replacing, after: &[u8], generation: u64, had_entry: bool) -> Result<Saved, StateError> {
    let undo = replacing.before().0.filter(|_| had_entry).map(|before| Undo::new(before, after, generation));
    match replacing.replace(after) {
        Ok(durable) => {
            tracing::info!(generation, durable, "saved");
            Ok(Saved { generation, changed: true, durable, undo })
        }
        Err(error) => {
            tracing::warn!(generation, why = %error, "not saved");
            Err(error)
        }
    }
}

#[cfg(test)]
mod tests;
