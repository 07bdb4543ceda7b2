//! What all operations work on: a pair of directories, and what they contain.

use std::path::PathBuf;
#[cfg(feature = "nats")]
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use super::task::blocking;
use crate::domain::delivery::filter::Filter;
use crate::domain::destination::Destination;
use crate::domain::draft::Draft;
use crate::domain::event::Event;
use crate::domain::nats::NatsSettings;
use crate::domain::problem::Problem;
#[cfg(not(feature = "nats"))]
use crate::domain::problem::ProblemKind;
use crate::io::bodies;
use crate::io::db::history::Listing;
use crate::io::fs::paths::Paths;
use crate::io::log;
#[cfg(feature = "nats")]
use crate::io::nats::{Nats, Shared};
#[cfg(feature = "nats")]
use crate::io::state::store::KEY;
use crate::io::state::store::{Loaded, Store};
use crate::io::state::vault::VaultError;
use crate::io::watch::Watch;

/// The number of deliveries that the app reads at a time.
pub const PAGE: usize = 50;

/// How long the app's first frame waits for a destination that machines share.
const FIRST_FRAME: Duration = Duration::from_millis(250);

/// What is registered, if it could be read.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    Empty,
    Open(Box<Destination>),
    /// A destination whose secret cannot be opened: everything else about it, and why.
    Locked(Box<Draft>, Problem),
    /// The state file cannot be read, and why. It is never overwritten.
    Unreadable(Problem),
}

/// What the files contain when the app starts.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    pub state: State,
    /// Of the state file.
    pub generation: u64,
    /// The first page of the history, or why it cannot be read.
    pub history: Result<Listing, Problem>,
    /// The user's own events.
    pub events: Vec<Event>,
}

/// A CA that is trusted for one endpoint of this run alone: the demo's.
#[derive(Clone, Debug)]
pub struct OwnReceiver {
    /// Host and port of the endpoint.
    pub authority: String,
    pub ca_pem: Vec<u8>,
}

/// All operations, on one pair of directories.
#[derive(Clone, Debug)]
pub struct Waypost {
    pub(super) paths: Paths,
    pub(super) own: Option<OwnReceiver>,
    /// The engine that machines share, where one is used.
    #[cfg(feature = "nats")]
    pub(super) shared: Option<Arc<Shared>>,
}

impl Waypost {
    /// `own` is the receiver of a demo.
    #[must_use]
    pub const fn new(paths: Paths, own: Option<OwnReceiver>) -> Self {
        Self {
            paths,
            own,
            #[cfg(feature = "nats")]
            shared: None,
        }
    }

    /// On those directories, or where the environment or the platform says. Touches no file.
    ///
    /// # Errors
    /// No directory is named, and the user has no home.
    pub fn at(config_dir: Option<PathBuf>, state_dir: Option<PathBuf>) -> Result<Self, Problem> {
        Ok(Self::new(Paths::from_process(config_dir, state_dir)?, None))
    }

    /// From now on with the destination and the queue that machines share there. Connects when that is needed.
    ///
    /// # Errors
    /// This waypost was built without NATS.
    #[cfg(feature = "nats")]
    pub fn shared_on(self, settings: NatsSettings) -> Result<Self, Problem> {
        Ok(Self { shared: Some(Arc::new(Shared::new(settings))), ..self })
    }

    /// From now on with the destination and the queue that machines share there.
    ///
    /// # Errors
    /// This waypost was built without NATS.
    #[cfg(not(feature = "nats"))]
    pub fn shared_on(self, _: NatsSettings) -> Result<Self, Problem> {
        let fix = "Install one that is built with the feature nats, which is on by default.";
        Err(Problem::of_kind(ProblemKind::Usage, "This waypost was built without NATS", "", fix))
    }

    /// Whether the destination and the queue are those that machines share.
    #[must_use]
    pub const fn is_shared(&self) -> bool {
        #[cfg(feature = "nats")]
        return self.shared.is_some();
        #[cfg(not(feature = "nats"))]
        false
    }

    /// The servers on which machines share the destination and the queue.
    #[must_use]
    pub fn servers(&self) -> Option<String> {
        #[cfg(feature = "nats")]
        return self.shared.as_ref().map(|shared| shared.settings().servers.to_string());
        #[cfg(not(feature = "nats"))]
        None
    }

    /// The connection, where machines share an engine; it is waited for, the first time.
    ///
    /// # Errors
    /// There is none.
    #[cfg(feature = "nats")]
    pub(super) fn nats(&self) -> Result<Option<Nats>, Problem> {
        Ok(self.shared.as_ref().map(|shared| shared.connect()).transpose()?)
    }

    /// The same, for what is asynchronous.
    ///
    /// # Errors
    /// As of [`Waypost::nats`].
    #[cfg(feature = "nats")]
    pub(super) async fn nats_async(&self) -> Result<Option<Nats>, Problem> {
        if self.shared.is_none() {
            return Ok(None);
        }
        let waypost = self.clone();
        blocking(move || waypost.nats()).await
    }

    /// Writes what happens from now on to the log; `filter` as in `RUST_LOG`, or empty for waypost's own events.
    ///
    /// # Errors
    /// The log cannot be opened.
    pub fn keep_log(&self, filter: &str) -> Result<(), Problem> {
        Ok(log::start(&self.paths, filter)?)
    }

    /// Notices changes of the registration and the history from now on, whichever process makes them. Needs a runtime.
    #[must_use]
    pub fn watch(&self) -> Watch {
        #[cfg(feature = "nats")]
        if let Some(shared) = &self.shared {
            return Watch::with_entry(&self.paths, shared.watch(KEY));
        }
        Watch::start(&self.paths)
    }

    /// What the files contain. Never fails: what cannot be read is part of the snapshot.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        self.snapshot_with(PAGE)
    }

    /// As [`Waypost::snapshot`], with at most that many deliveries: reading a full page takes half of the time until the app's
    /// first frame, and a low screen shows a fifth of it.
    #[must_use]
    pub fn snapshot_with(&self, deliveries: usize) -> Snapshot {
        self.snapshot_of(self.state_and_generation(), deliveries)
    }

    /// As [`Waypost::snapshot_with`], for the first frame: a destination that machines share may come later, as a change that
    /// [`Waypost::watch`] reports.
    #[must_use]
    pub fn first_snapshot(&self, deliveries: usize) -> Snapshot {
        if !self.is_shared() {
            return self.snapshot_with(deliveries);
        }
        let (waypost, (to_us, loaded)) = (self.clone(), channel());
        let begun = thread::Builder::new().name("first".into()).spawn(move || {
            // Nobody waits for it any more when it comes late.
            let _ = to_us.send(waypost.state_and_generation());
        });
        let state = begun.ok().and_then(|_| loaded.recv_timeout(FIRST_FRAME).ok());
        self.snapshot_of(state.unwrap_or_else(|| (State::Unreadable(Problem::not_there_yet()), 0)), deliveries)
    }

    fn snapshot_of(&self, (state, generation): (State, u64), deliveries: usize) -> Snapshot {
        // A history that cannot be read is no reason not to open.
        let history = self.list(&Filter::default(), 0, deliveries.min(PAGE));
        let events = bodies::own_events(&self.paths);
        Snapshot { state, generation, history, events }
    }

    /// Where the destination is kept.
    pub(super) fn store(&self) -> Store {
        #[cfg(feature = "nats")]
        if let Some(shared) = &self.shared {
            return Store::in_bucket(self.paths.clone(), Arc::clone(shared));
        }
        Store::in_file(self.paths.clone())
    }

    #[must_use]
    pub fn state(&self) -> State {
        self.state_and_generation().0
    }

    /// What is registered, and the generation of the state file.
    #[must_use]
    pub fn state_and_generation(&self) -> (State, u64) {
        match self.store().load() {
            Ok(Loaded::Empty { generation }) => (State::Empty, generation),
            Ok(Loaded::Open { destination, generation }) => (State::Open(Box::new(destination)), generation),
            Ok(Loaded::Locked { draft, error, generation, .. }) => {
                let problem = self.locked(&draft, &error);
                (State::Locked(Box::new(draft), problem), generation)
            }
            Err(error) => (State::Unreadable(error.into()), 0),
        }
    }

    /// The destination, for an operation that needs one.
    ///
    /// # Errors
    /// Nothing is registered, its secret cannot be opened, or the file cannot be read.
    pub fn destination(&self) -> Result<Destination, Problem> {
        self.open(self.store().load()?)
    }

    /// As [`Waypost::destination`], off the runtime's thread, and only if the state file is still of that generation.
    ///
    /// # Errors
    /// As of [`Waypost::destination`], or it was changed.
    pub async fn destination_of(&self, generation: u64) -> Result<Destination, Problem> {
        let store = self.store();
        let loaded = blocking(move || store.load()).await?;
        if loaded.generation() == generation { self.open(loaded) } else { Err(Problem::conflict()) }
    }

    fn open(&self, loaded: Loaded) -> Result<Destination, Problem> {
        match loaded {
            Loaded::Empty { .. } => Err(Problem::nothing_registered()),
            Loaded::Open { destination, .. } => Ok(destination),
            Loaded::Locked { draft, error, .. } => Err(self.locked(&draft, &error)),
        }
    }

    /// What is sealed of the destination cannot be opened; `draft` is the rest of it.
    pub(super) fn locked(&self, draft: &Draft, error: &VaultError) -> Problem {
        if self.is_shared() { Problem::locked_where_shared(error) } else { Problem::locked(draft, error) }
    }
}
