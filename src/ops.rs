//! Register, edit, remove, test: the domain and the world put together; the only thing that both front ends call.

mod problem;
pub mod send;

use std::future::Future;
use std::time::Duration;

use jiff::Timestamp;

pub use problem::{Code, Problem};

use crate::domain::destination::{Destination, Settings};
use crate::domain::draft::Draft;
use crate::domain::event::Event;
use crate::domain::outcome::{Attempt, Cause, Delivery, Phase};
use crate::domain::request::{Request, Stamp};
use crate::domain::secret::Secret;
use crate::domain::signature;
use crate::io::history::{self, Page};
use crate::io::http::{self, Progress, Sender, Trust};
use crate::io::paths::Paths;
use crate::io::store::{self, Loaded};

/// What was saved.
#[derive(Clone, Debug, PartialEq)]
pub struct Saved {
    /// As it stands in the file now.
    pub destination: Destination,
    /// Of the file.
    pub generation: u64,
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
    /// The newest first; the first page.
    pub deliveries: Vec<Delivery>,
    /// Whether there are older ones.
    pub more_deliveries: bool,
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

/// How many deliveries are read when the app opens.
const FIRST_PAGE: usize = 50;

/// A test delivery that ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Tested {
    /// What came of it.
    pub delivery: Delivery,
    /// Why it is not in the history, if it is not.
    pub unrecorded: Option<Problem>,
}

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

impl From<Progress> for Step {
    fn from(progress: Progress) -> Self {
        match progress {
            Progress::Began(phase) => Self::Began(phase),
            Progress::Ended(phase, took) => Self::Ended(phase, took.as_secs_f64() * 1000.0),
        }
    }
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
        let (state, generation) = match store::load(&self.paths) {
            Ok(Loaded::Empty { generation }) => (State::Empty, generation),
            Ok(Loaded::Open { destination, generation }) => (State::Open(Box::new(destination)), generation),
            Ok(Loaded::Locked { draft, error, generation, .. }) => (State::Locked(Box::new(draft), error.into()), generation),
            Err(error) => (State::Unreadable(error.into()), 0),
        };
        // A history that cannot be read is no reason not to open.
        let page = history::page(&self.paths, 0, FIRST_PAGE).unwrap_or_default();
        Situation { state, generation, deliveries: page.deliveries, more_deliveries: page.more }
    }

    /// The destination, for something that needs one.
    ///
    /// # Errors
    /// Nothing is registered, its secret cannot be opened, or the file cannot be read.
    pub fn destination(&self) -> Result<Destination, Problem> {
        match store::load(&self.paths)? {
            Loaded::Empty { .. } => Err(Problem::nothing_registered()),
            Loaded::Open { destination, .. } => Ok(destination),
            Loaded::Locked { error, .. } => Err(error.into()),
        }
    }

    /// Registers a destination.
    ///
    /// # Errors
    /// There is one already, or it could not be saved.
    pub fn register(&self, settings: Settings) -> Result<Saved, Problem> {
        let now = whole_seconds(Timestamp::now());
        let destination = Destination::new(settings, now, now);
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
        let saved = store::save(&self.paths, |loaded| {
            if over.is_some_and(|generation| generation != loaded.generation()) {
                return Err(Problem::overtaken());
            }
            let created_at = match loaded {
                Loaded::Empty { .. } => return Err(Problem::nothing_registered()),
                Loaded::Open { destination, .. } => destination.created_at(),
                Loaded::Locked { created_at, .. } => *created_at,
            };
            let destination = Destination::new(change(loaded)?, created_at, now);
            edited = Some(destination.clone());
            Ok(Some(destination))
        })?;
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
    pub fn remove(&self, over: Option<u64>) -> Result<u64, Problem> {
        let saved = store::save(&self.paths, |loaded| {
            if matches!(loaded, Loaded::Empty { .. }) {
                return Err(Problem::nothing_registered());
            }
            if over.is_some_and(|generation| generation != loaded.generation()) {
                return Err(Problem::overtaken());
            }
            Ok(None)
        })?;
        match self.not_durable(saved) {
            Some(problem) => Err(problem),
            None => Ok(saved.generation),
        }
    }

    fn saved(&self, destination: Destination, saved: store::Saved) -> Saved {
        Saved { destination, generation: saved.generation, warning: self.not_durable(saved) }
    }

    fn not_durable(&self, saved: store::Saved) -> Option<Problem> {
        (!saved.durable).then(|| Problem {
            code: Code::Disk,
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
            code: Code::Disk,
            field: None,
            what: "No secret was generated".into(),
            why: format!("The system gave no random numbers: {error}."),
            fix: "Try again, or enter a secret of your own.".into(),
        })?;
        Ok(signature::generated(&random))
    }

    /// Sends an event as a test, one attempt, and records it. `stop` ends it early.
    pub async fn test(&self, to: &Destination, event: &Event, step: impl Fn(Step), stop: impl Future<Output = ()>) -> Tested {
        let started_at = Timestamp::now();
        let stamp = Stamp { id: format!("msg_{}", uuid::Uuid::new_v4().simple()), timestamp: started_at.as_second() };
        let request = Request::build(to.settings(), &event.body, &stamp);
        step(Step::Sending(Box::new(request.clone())));
        let attempt = match self.sender(to.settings()) {
            Ok(sender) => self.attempt(&sender, to, &request, started_at, step, stop).await,
            Err(cause) => http::failed_before_sending(to.settings(), &request, started_at, cause),
        };
        let delivery = Delivery { id: stamp.id, event: event.name.clone(), attempts: vec![attempt] };
        let unrecorded = self.record(&delivery).await;
        Tested { delivery, unrecorded }
    }

    /// Adds a delivery to the history. The problem, if there is one, undoes nothing of the delivery.
    async fn record(&self, delivery: &Delivery) -> Option<Problem> {
        let (paths, delivery) = (self.paths.clone(), delivery.clone());
        // On a thread of its own: a slow disk must not hold up the keys.
        let result = tokio::task::spawn_blocking(move || history::append(&paths, &delivery)).await;
        match result {
            Ok(result) => result.err().map(Problem::from),
            Err(error) => Some(Problem::unrecorded(&error.to_string())),
        }
    }

    /// Deliveries, the newest first, behind the newest `skip`.
    ///
    /// # Errors
    /// The history cannot be read.
    pub fn deliveries(&self, skip: usize, limit: usize) -> Result<Page, Problem> {
        Ok(history::page(&self.paths, skip, limit)?)
    }

    async fn attempt(
        &self,
        sender: &Sender,
        to: &Destination,
        request: &Request,
        started_at: Timestamp,
        step: impl Fn(Step),
        stop: impl Future<Output = ()>,
    ) -> Attempt {
        let progress = |progress| step(Step::from(progress));
        let timeout = Duration::from_secs(to.timeout_s().into());
        sender.attempt(to.settings(), request, started_at, timeout, progress, stop).await
    }

    fn sender(&self, to: &Settings) -> Result<Sender, Cause> {
        let trust = match (to.ca_cert(), &self.own) {
            (Some(path), _) => {
                let pem = std::fs::read(path).map_err(|error| {
                    Cause::CaFile(format!("{}: {error}", crate::domain::text::visible(&path.to_string_lossy())))
                })?;
                Trust::Only(pem)
            }
            (None, Some(own)) if own.authority == to.url().authority() => Trust::Only(own.ca_pem.clone()),
            (None, _) => Trust::System,
        };
        Sender::new(to, &trust)
    }
}

/// The state file keeps times to the second.
fn whole_seconds(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap_or(time)
}
