//! Register, edit, remove, test: the domain and the world put together; the only thing that both front ends call.

mod attempt;
pub mod demo;
mod id;
mod in_flight;
pub mod judge;
mod listen;
pub mod probe;
mod problem;
pub mod relay;
mod resend;
mod script;
pub mod send;
mod task;
mod test;
mod verify;

use std::path::{Path, PathBuf};

use jiff::Timestamp;

pub use crate::domain::problem::{Problem, ProblemKind};
pub use demo::Demo;
use id::new_id;
pub use listen::{Explainer, Listen, Listener};
pub use script::{Copied, ca_certificate, copy, delivery_json, reason};
pub use send::Sent;
pub use test::Tested;
pub use verify::{Judged, NotAHeader, header_lines};

use crate::domain::delivery::{Outcome, Phase};
use crate::domain::destination::{Destination, DestinationId, Settings};
use crate::domain::draft::Draft;
use crate::domain::event::Event;
use crate::domain::request::Request;
use crate::domain::secret::Secret;
use crate::domain::signature;
use crate::io::bodies::{self, Scratch};
use crate::io::fs::paths::Paths;
use crate::io::history;
pub use crate::io::history::Page;
pub use crate::io::receiver::{NoRequest, Seen, Told};
use crate::io::state::store::{self, Loaded};

/// What was removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removed {
    /// Of the file.
    pub generation: u64,
    /// Something to know that does not undo the removal.
    pub warning: Option<Problem>,
}

/// What was saved.
#[derive(Clone, Debug, PartialEq)]
pub struct Saved {
    /// As it stands in the file now.
    pub destination: Destination,
    /// Of the file.
    pub generation: u64,
    /// False when it was so already, and nothing was written.
    pub changed: bool,
    /// Something to know that does not undo the save.
    pub warning: Option<Problem>,
}

/// What is registered, as far as it could be read.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// Nothing.
    Empty,
    /// A destination.
    Open(Box<Destination>),
    /// A destination whose secret cannot be opened: the rest of it, and why.
    Locked(Box<Draft>, Problem),
    /// The state file cannot be read, and why. It is never written over.
    Unreadable(Problem),
}

/// What the files say when the app starts.
#[derive(Clone, Debug, PartialEq)]
pub struct Situation {
    /// What is registered.
    pub state: State,
    /// Of the state file.
    pub generation: u64,
    /// The first page of the history, or why it cannot be read.
    pub history: Result<Page, Problem>,
    /// The events of the user's own.
    pub events: Vec<Event>,
}

/// What the demo's receiver saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// `webhook-id` of the request.
    pub id: Option<String>,
    /// Whether its check of the auth passed.
    pub accepted: bool,
    /// In words.
    pub text: String,
}

/// How many deliveries the app reads at a time.
pub const PAGE: usize = 50;

/// How a delivery goes, while it goes.
#[derive(Clone, Debug)]
pub enum Step {
    /// The request is made and goes out now.
    Sending(Box<Request>),
    /// A phase began.
    Began(Phase),
    /// A phase ended, after so many milliseconds.
    Ended(Phase, f64),
}

/// A CA that is trusted for one endpoint of this run alone: the demo's.
#[derive(Clone, Debug)]
pub struct OwnReceiver {
    /// Host and port of the endpoint.
    pub authority: String,
    /// Its CA.
    pub ca_pem: Vec<u8>,
}

/// Everything that can be done, on one pair of directories.
#[derive(Clone, Debug)]
pub struct Waypost {
    paths: Paths,
    own: Option<OwnReceiver>,
}

impl Waypost {
    /// On these files; `own` is the receiver of a demo.
    #[must_use]
    pub const fn new(paths: Paths, own: Option<OwnReceiver>) -> Self {
        Self { paths, own }
    }

    /// What the files say. Never fails: what cannot be read is part of the situation.
    #[must_use]
    pub fn situation(&self) -> Situation {
        self.situation_with(PAGE)
    }

    /// The same, with at most so many deliveries: a page's are half of the time until the app's first frame, and a low screen
    /// shows a fifth of them.
    #[must_use]
    pub fn situation_with(&self, deliveries: usize) -> Situation {
        let (state, generation) = self.registered();
        // A history that cannot be read is no reason not to open.
        let history = history::page(&self.paths, None, 0, deliveries.min(PAGE)).map_err(Problem::from);
        let events = bodies::own_events(&self.paths);
        Situation { state, generation, history, events }
    }

    /// What the state file says, and its generation.
    fn registered(&self) -> (State, u64) {
        match store::load(&self.paths) {
            Ok(Loaded::Empty { generation }) => (State::Empty, generation),
            Ok(Loaded::Open { destination, generation }) => (State::Open(Box::new(destination)), generation),
            Ok(Loaded::Locked { draft, error, generation, .. }) => {
                (State::Locked(Box::new(draft), Problem::from(&error)), generation)
            }
            Err(error) => (State::Unreadable(error.into()), 0),
        }
    }

    /// The destination, for something that needs one.
    ///
    /// # Errors
    /// Nothing is registered, its secret cannot be opened, or the file cannot be read.
    pub fn destination(&self) -> Result<Destination, Problem> {
        open(store::load(&self.paths)?)
    }

    /// As [`Waypost::destination`], off the runtime's thread, and only if the state file is still of that generation.
    ///
    /// # Errors
    /// As of [`Waypost::destination`], or it was changed.
    pub async fn destination_of(&self, generation: u64) -> Result<Destination, Problem> {
        let paths = self.paths.clone();
        let loaded = task::blocking(move || store::load(&paths)).await?;
        if loaded.generation() == generation { open(loaded) } else { Err(Problem::conflict()) }
    }

    /// Registers a destination.
    ///
    /// # Errors
    /// There is one already, or it could not be saved.
    pub fn register(&self, settings: Settings) -> Result<Saved, Problem> {
        let now = whole_seconds(Timestamp::now());
        let destination = Destination::new(new_destination_id(), settings, now, now);
        let saved = store::save(&self.paths, |loaded| match loaded {
            Loaded::Empty { .. } => Ok(Some(destination.clone())),
            _ => Err(Problem::already_registered()),
        })?;
        Ok(self.saved(destination, saved))
    }

    /// Changes the destination to what `change` makes of what is registered now. `over` is the generation that the change
    /// was made on, where somebody looked at it meanwhile.
    ///
    /// # Errors
    /// Nothing is registered, `change` refuses, it was changed meanwhile, or it could not be saved.
    pub fn edit(&self, over: Option<u64>, change: impl FnOnce(&Loaded) -> Result<Settings, Problem>) -> Result<Saved, Problem> {
        let now = whole_seconds(Timestamp::now());
        let mut edited = None;
        let mut unchanged = None;
        let saved = store::save(&self.paths, |loaded| {
            if over.is_some_and(|generation| generation != loaded.generation()) {
                return Err(Problem::conflict());
            }
            let (id, created_at) = match loaded {
                Loaded::Empty { .. } => return Err(Problem::nothing_registered()),
                Loaded::Open { destination, .. } => (destination.id(), destination.created_at()),
                Loaded::Locked { id, created_at, .. } => (id, *created_at),
            };
            let settings = change(loaded)?;
            if let Some(same) = loaded.destination().filter(|registered| *registered.settings() == settings) {
                unchanged = Some((same.clone(), loaded.generation()));
                // Nothing to write: leaves by the way of errors, and is none.
                return Err(Problem::conflict());
            }
            let destination = Destination::new(id.clone(), settings, created_at, now);
            edited = Some(destination.clone());
            Ok(Some(destination))
        });
        if let Some((destination, generation)) = unchanged {
            return Ok(Saved { destination, generation, changed: false, warning: None });
        }
        let saved = saved?;
        match edited {
            Some(destination) => Ok(self.saved(destination, saved)),
            // `save` calls the closure before it can succeed.
            None => Err(Problem::nothing_registered()),
        }
    }

    /// Removes the destination, its secret with it. `over` as of [`Waypost::edit`].
    ///
    /// # Errors
    /// Nothing is registered, it was changed meanwhile, or it could not be saved.
    pub fn remove(&self, over: Option<u64>) -> Result<Removed, Problem> {
        let saved = store::save(&self.paths, |loaded| {
            if matches!(loaded, Loaded::Empty { .. }) {
                return Err(Problem::nothing_registered());
            }
            if over.is_some_and(|generation| generation != loaded.generation()) {
                return Err(Problem::conflict());
            }
            Ok(None)
        })?;
        Ok(Removed { generation: saved.generation, warning: self.not_durable(saved) })
    }

    fn saved(&self, destination: Destination, saved: store::Saved) -> Saved {
        Saved { destination, generation: saved.generation, changed: true, warning: self.not_durable(saved) }
    }

    fn not_durable(&self, saved: store::Saved) -> Option<Problem> {
        (!saved.durable).then(|| Problem {
            kind: ProblemKind::Disk,
            field: None,
            what: format!("{} is saved, but may not survive a power cut", self.paths.destination_file().display()),
            why: "The disk did not confirm it.".into(),
            fix: "Look at the disk, then save again.".into(),
        })
    }

    /// A new signing secret.
    ///
    /// # Errors
    /// The system has no random numbers.
    pub fn generate(&self) -> Result<Secret, Problem> {
        let mut random = zeroize::Zeroizing::new([0; 32]);
        getrandom::fill(random.as_mut_slice()).map_err(|error| Problem {
            kind: ProblemKind::Disk,
            field: None,
            what: "No secret was generated".into(),
            why: format!("The system gave no random numbers: {error}."),
            fix: "Try again, or enter a secret of your own.".into(),
        })?;
        Ok(signature::generated(&random))
    }

    /// Deliveries, the newest first: `limit` of them behind the newest `skip`; only those of `outcome`, where one is given.
    ///
    /// # Errors
    /// The history cannot be read.
    pub fn deliveries(&self, outcome: Option<Outcome>, skip: usize, limit: usize) -> Result<Page, Problem> {
        Ok(history::page(&self.paths, outcome, skip, limit)?)
    }

    /// Forgets every delivery.
    ///
    /// # Errors
    /// The history cannot be removed.
    pub fn clear_history(&self) -> Result<(), Problem> {
        Ok(history::clear(&self.paths)?)
    }

    /// The events of the user's own.
    #[must_use]
    pub fn own_events(&self) -> Vec<Event> {
        bodies::own_events(&self.paths)
    }

    /// Keeps a body as an own event.
    ///
    /// # Errors
    /// The name cannot be one, or the file cannot be written.
    pub fn keep_event(&self, name: &str, body: &[u8]) -> Result<PathBuf, Problem> {
        if !bodies::is_name(name) {
            return Err(Problem::event_name(name));
        }
        self.paths.create_config_dir()?;
        bodies::keep_event(&self.paths, name, body).map_err(|error| Problem::not_written(&self.paths.events_dir(), &error))
    }

    /// Writes bytes to a new file.
    ///
    /// # Errors
    /// There is one already, or it cannot be written.
    pub fn write_new(&self, path: &Path, bytes: &[u8]) -> Result<(), Problem> {
        bodies::write_new(path, bytes).map_err(|error| Problem::not_written(path, &error))
    }

    /// Puts a body into a file for an editor.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn scratch(&self, body: &[u8]) -> Result<Scratch, Problem> {
        Scratch::new(&self.paths, body).map_err(|error| Problem::not_written(&self.paths.state_dir, &error))
    }
}

fn open(loaded: Loaded) -> Result<Destination, Problem> {
    match loaded {
        Loaded::Empty { .. } => Err(Problem::nothing_registered()),
        Loaded::Open { destination, .. } => Ok(destination),
        Loaded::Locked { error, .. } => Err(Problem::from(&error)),
    }
}

fn new_destination_id() -> DestinationId {
    DestinationId::new(&format!("dst_{}", uuid::Uuid::new_v4().simple()))
}

/// The state file keeps times to the second.
pub(crate) fn whole_seconds(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap_or(time)
}
