//! Where events are added: the database of this machine, or the queue that machines share.

use jiff::Timestamp;

use crate::domain::problem::{Problem, ProblemKind};
use crate::io::db::queue::{Enqueued, NewEvent, Queue};
#[cfg(feature = "nats")]
use crate::io::nats::{self, Publisher};
use crate::ops::waypost::Waypost;

pub enum Sink {
    Here(Queue),
    #[cfg(feature = "nats")]
    Shared(Box<Publisher>),
}

/// What became of events.
#[derive(Default)]
pub struct Added {
    /// Of the first ones, in their order; they are safe.
    pub enqueued: Vec<Enqueued>,
    /// Why the others are not, if there are others.
    pub problem: Option<Problem>,
}

impl Sink {
    /// # Errors
    /// The queue cannot be opened.
    pub fn open(waypost: &Waypost) -> Result<Self, Problem> {
        #[cfg(feature = "nats")]
        if let Some(nats) = waypost.nats()? {
            let of_task = nats.clone();
            let publisher = nats.wait(async move { Publisher::open(&of_task).await })?;
            return Ok(Self::Shared(Box::new(publisher)));
        }
        Ok(Self::Here(Queue::open(&waypost.paths)?))
    }

    /// Whether it is on a file system that allows nothing faster than a rollback journal.
    pub const fn is_slow(&self) -> bool {
        match self {
            Self::Here(queue) => queue.is_slow,
            #[cfg(feature = "nats")]
            Self::Shared(_) => false,
        }
    }

    /// Adds events in their order; `most` is the bound of the queue of this machine. Waits until they are safe.
    ///
    /// # Errors
    /// None of them is in the queue.
    pub fn add(&mut self, events: &[NewEvent], most: u64) -> Result<Added, Problem> {
        match self {
            Self::Here(queue) => {
                let group = queue.add(events, Timestamp::now(), most)?;
                Ok(Added { enqueued: group.enqueued, problem: group.full.map(|bytes| full(bytes, most)) })
            }
            #[cfg(feature = "nats")]
            Self::Shared(publisher) => {
                let (nats, publisher) = (publisher.nats(), publisher.clone());
                let events: Vec<nats::NewEvent> = events.iter().map(published).collect();
                let (published, error) = nats.wait(async move { Ok(publisher.publish_all(&events).await) })?;
                Ok(Added { enqueued: published.into_iter().map(enqueued).collect(), problem: error.map(Problem::from) })
            }
        }
    }
}

#[cfg(feature = "nats")]
fn published(event: &NewEvent) -> nats::NewEvent {
    nats::NewEvent { id: event.id.to_owned(), event: event.event.to_owned(), body: event.body.to_vec().into() }
}

#[cfg(feature = "nats")]
const fn enqueued(is_duplicate: bool) -> Enqueued {
    use crate::io::db::queue::DuplicateOf;
    if is_duplicate { Enqueued::Duplicate(DuplicateOf::Recent) } else { Enqueued::New }
}

fn full(bytes: u64, most: u64) -> Problem {
    Problem::of_kind(
        ProblemKind::Disk,
        "The queue is full",
        format!("It has {bytes} bytes of at most {most}. Nothing in it was dropped."),
        "Have a relay deliver it, or raise --max-queue.",
    )
}
