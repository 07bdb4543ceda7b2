//! The seam between the worker and where events come from.

use std::future::Future;

/// Where events come from. The worker leases them, and settles each one.
pub trait Source {
    /// What the source needs to settle an event; as bytes, the event's body.
    type Item: AsRef<[u8]> + Send + 'static;

    /// An event that is there already. None once the source is stopped.
    fn try_next(&mut self) -> Option<Lease<Self::Item>>;

    /// Waits until something changed: if `wanted`, also until [`Source::try_next`] may have an event. Cancel-safe.
    fn wait(&mut self, wanted: bool) -> impl Future<Output = Wake>;

    /// Reports how an event ended.
    fn settle(&mut self, item: Self::Item, settlement: Settlement);

    /// Lends nothing any more.
    fn stop(&mut self, stop: Stop);

    /// Whether nothing will come any more.
    fn is_exhausted(&self) -> bool;
}

/// An event that a source has lent to the worker.
pub struct Lease<T> {
    /// The `webhook-id`.
    pub id: String,
    /// The event's name in the history.
    pub event: String,
    pub item: T,
}

/// How an event ended, for its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// The endpoint accepted it: the source may forget it.
    Ack,
    /// It was not delivered, and will not be tried again.
    Dead,
}

/// Why [`Source::wait`] returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wake {
    Changed,
    /// The source cannot go on; what is in flight still ends.
    Fault,
}

/// How far a stop goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stop {
    #[default]
    Not,
    /// Nothing new begins.
    New,
    /// What is in flight ends, too.
    All,
}
