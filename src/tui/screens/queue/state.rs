//! What the queue's screen knows: a part of the events, around what is shown.

use jiff::Timestamp;

use crate::ops::Problem;
use crate::ops::queue::{Entry, View};

/// The number of events that are read at a time, and stay in memory.
pub const WINDOW: usize = 200;

/// A part of the queue, as it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// When.
    pub at: Timestamp,
    /// The number of events before those of `view`.
    pub skipped: usize,
    pub view: View,
    /// The number of deliveries in the minute before.
    pub delivered: usize,
}

impl Reading {
    /// The number of events in the queue.
    #[must_use]
    pub fn total(&self) -> usize {
        let counts = self.view.counts;
        let counted = usize::try_from(counts.undelivered() + counts.dead).unwrap_or(usize::MAX);
        let known = self.skipped + self.view.events.len();
        if self.view.more { counted.max(known + 1) } else { known }
    }

    /// The event at that place, if it was read.
    #[must_use]
    pub fn get(&self, at: usize) -> Option<&Entry> {
        self.view.events.get(at.checked_sub(self.skipped)?)
    }
}

/// What is done to an event, or to the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    Retry(String),
    Drop(String),
    Hold,
    Release,
}

/// An event with its body.
#[derive(Clone, Debug, PartialEq)]
pub struct Detail {
    pub entry: Entry,
    pub body: Vec<u8>,
    /// The first line that is shown.
    pub scroll: usize,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct QueueScreen {
    /// `None` until it is read.
    pub read: Option<Result<Box<Reading>, Problem>>,
    /// The place of the selected event.
    pub at: usize,
    /// The first event that is shown.
    pub top: usize,
    /// The event that is open.
    pub detail: Option<Box<Detail>>,
    /// What is waited for: a reading, an event.
    pub reading: Option<u64>,
    pub opening: Option<u64>,
    /// Something has changed since the reading began.
    pub changed: bool,
}

impl QueueScreen {
    #[must_use]
    pub fn reading(&self) -> Option<&Reading> {
        self.read.as_ref()?.as_ref().ok().map(Box::as_ref)
    }

    #[must_use]
    pub fn total(&self) -> usize {
        self.reading().map_or(0, Reading::total)
    }

    #[must_use]
    pub fn selected(&self) -> Option<&Entry> {
        self.reading()?.get(self.at)
    }
}
