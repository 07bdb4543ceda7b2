//! Register, edit, remove: what is in the state file.

use jiff::Timestamp;
use zeroize::Zeroizing;

use super::waypost::{State, Waypost};
use crate::domain::destination::{Destination, DestinationId, Settings};
use crate::domain::draft::Draft;
use crate::domain::field::{self, Notice};
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::rotation::{KeepOld, for_another_host, rotate};
use crate::domain::text::visible;
use crate::io::state::store::{self, Change, Loaded, Undo};
use crate::io::state::token::TokenCache;

const CREDENTIAL_IN_URL: &str = "a part of it is a credential: it is sealed like a secret, and shown as dots";

/// A removal that is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removed {
    /// Of the state file.
    pub generation: u64,
    /// A problem that does not undo the removal.
    pub warning: Option<Problem>,
    /// Puts back what was removed: see [`Waypost::undo`].
    pub undo: Option<Undo>,
}

/// An edit or a removal that was undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undone {
    /// Puts back what an edit had made.
    pub redo: Option<Undo>,
    /// A problem that does not take it back.
    pub warning: Option<Problem>,
}

/// A save that is done.
#[derive(Clone, Debug, PartialEq)]
pub struct Saved {
    /// As it is in the file now.
    pub destination: Destination,
    /// Of the state file.
    pub generation: u64,
    /// False when it was so already, and nothing was written.
    pub changed: bool,
    /// A problem that does not undo the save.
    pub warning: Option<Problem>,
    /// What is worth knowing once, when it is saved, and not whenever it is shown.
    pub notices: Vec<Notice>,
    /// Puts back what was registered before an edit: see [`Waypost::undo`].
    pub undo: Option<Undo>,
}

impl Waypost {
    /// Registers a destination.
    ///
    /// # Errors
    /// There is one already, or it could not be saved.
    pub fn register(&self, settings: Settings) -> Result<Saved, Problem> {
        let now = whole_seconds(Timestamp::now());
        let destination = Destination::new(new_destination_id(), settings, now, now);
        let saved = self.store().save(|loaded| match loaded {
            Loaded::Empty { .. } => Ok(Change::Replace(Box::new(destination.clone()))),
            Loaded::Open { .. } | Loaded::Locked { .. } => Err(Problem::already_registered()),
        })?;
        let mut saved = self.saved(destination, saved, true);
        saved.notices.extend(self.needs_key(&saved.destination));
        Ok(saved)
    }

    /// What every other machine needs, where they share the destination.
    fn needs_key(&self, destination: &Destination) -> Option<Notice> {
        let secret = destination.auth().auth_type().secret_fields().next().filter(|_| self.is_shared())?;
        let key = visible(&self.paths.key_file().to_string_lossy()).into_owned();
        Some(Notice::new(secret, format!("it is sealed with the key {key}, and every other machine needs a copy")))
    }

    /// Changes the destination. Each time `change` is called, it gets what is registered then, as a draft with its secret. If the secret
    /// cannot be opened, the draft is without it, and the problem says why. `keep` says what becomes of a replaced secret. `over` is the
    /// generation that the user saw, if they changed what they saw.
    ///
    /// # Errors
    /// Nothing is registered, `change` refuses, it was changed meanwhile, or it could not be saved.
    pub fn edit(
        &self,
        over: Option<u64>,
        keep: KeepOld,
        mut change: impl FnMut(Draft, Option<Problem>) -> Result<Settings, Problem>,
    ) -> Result<Saved, Problem> {
        let now = whole_seconds(Timestamp::now());
        let mut edited = None;
        let mut new_url = false;
        let mut kept = Vec::new();
        let saved = self.store().save(|loaded| {
            refuse_conflict(over, loaded)?;
            let (draft, locked) = match loaded {
                Loaded::Empty { .. } => return Err(Problem::nothing_registered()),
                Loaded::Open { destination, .. } => (Draft::of(destination.settings()), None),
                Loaded::Locked { draft, error, .. } => (draft.clone(), Some(self.locked(draft, error))),
            };
            let mut settings = change(draft, locked)?;
            if let Some(before) = loaded.destination() {
                let (rotated, notice) = rotate(before.settings(), settings, keep, now.as_second())?;
                kept = notice.into_iter().chain(for_another_host(before.settings(), &rotated)).collect();
                settings = rotated;
            }
            let (id, created_at) = match loaded {
                Loaded::Empty { .. } => return Err(Problem::nothing_registered()),
                Loaded::Open { destination, .. } if *destination.settings() == settings => {
                    edited = Some(destination.clone());
                    return Ok(Change::Keep);
                }
                Loaded::Open { destination, .. } => (destination.id(), destination.created_at()),
                Loaded::Locked { id, created_at, .. } => (id, *created_at),
            };
            new_url = loaded.destination().is_none_or(|before| before.url() != settings.url());
            let destination = Destination::new(id.clone(), settings, created_at, now);
            edited = Some(destination.clone());
            Ok(Change::Replace(Box::new(destination)))
        })?;
        // `save` has called the closure.
        let mut saved =
            edited.map(|destination| self.saved(destination, saved, new_url)).ok_or_else(Problem::nothing_registered)?;
        TokenCache::new(self.paths.clone()).forget_others(saved.destination.settings());
        saved.notices.extend(kept);
        Ok(saved)
    }

    /// Removes the destination and its secret. `over` as for [`Waypost::edit`].
    ///
    /// # Errors
    /// Nothing is registered, it was changed meanwhile, or it could not be saved.
    pub fn remove(&self, over: Option<u64>) -> Result<Removed, Problem> {
        let saved = self.store().save(|loaded| {
            if matches!(loaded, Loaded::Empty { .. }) {
                return Err(Problem::nothing_registered());
            }
            refuse_conflict(over, loaded)?;
            Ok(Change::Remove)
        })?;
        TokenCache::new(self.paths.clone()).forget();
        Ok(Removed { generation: saved.generation, warning: self.not_durable(&saved), undo: saved.undo })
    }

    /// Undoes a removal or an edit.
    ///
    /// # Errors
    /// What it had made is not there any more, or it could not be saved.
    pub fn undo(&self, undo: &Undo) -> Result<Undone, Problem> {
        let undone = self.store().undo(undo)?.ok_or_else(|| {
            Problem::of_kind(
                ProblemKind::Busy,
                "The destination was changed since",
                "What another waypost, or an editor, made of it would be lost.",
                "Check the destination, and edit it instead.",
            )
        })?;
        let tokens = TokenCache::new(self.paths.clone());
        match self.state() {
            State::Open(destination) => tokens.forget_others(destination.settings()),
            State::Empty | State::Locked(..) | State::Unreadable(_) => tokens.forget(),
        }
        Ok(Undone { warning: self.not_durable(&undone), redo: undone.undo })
    }

    fn saved(&self, destination: Destination, saved: store::Saved, new_url: bool) -> Saved {
        let warning = self.not_durable(&saved);
        let masked = new_url && destination.url().has_credential();
        let notices = masked.then(|| Notice::new(field::URL, CREDENTIAL_IN_URL)).into_iter().collect();
        Saved { destination, generation: saved.generation, changed: saved.changed, warning, notices, undo: saved.undo }
    }

    fn not_durable(&self, saved: &store::Saved) -> Option<Problem> {
        (!saved.durable).then(|| {
            Problem::of_kind(
                ProblemKind::Disk,
                format!("{} is saved, but may not survive a power failure", self.paths.destination_file().display()),
                "The disk did not confirm the write.",
                "Check the disk, then save again.",
            )
        })
    }

    /// Random bytes for [`FieldSpec::generated`](crate::domain::field::FieldSpec::generated).
    ///
    /// # Errors
    /// The system has no random numbers.
    pub fn random(&self) -> Result<Zeroizing<[u8; 32]>, Problem> {
        let mut random = Zeroizing::new([0; 32]);
        getrandom::fill(random.as_mut_slice()).map_err(|error| {
            Problem::of_kind(
                ProblemKind::Disk,
                "No secret was generated",
                format!("The system provided no random numbers: {error}."),
                "Try again, or enter a secret of your own.",
            )
        })?;
        Ok(random)
    }
}

fn refuse_conflict(over: Option<u64>, loaded: &Loaded) -> Result<(), Problem> {
    match over {
        Some(seen) if seen != loaded.generation() => Err(Problem::conflict()),
        _ => Ok(()),
    }
}

fn new_destination_id() -> DestinationId {
    DestinationId::new(&format!("dst_{}", uuid::Uuid::new_v4().simple()))
}

/// The state file has times to the second.
pub(crate) fn whole_seconds(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap_or(time)
}
