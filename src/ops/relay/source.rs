//! The seam between the worker and where events come from.

use std::future::Future;
use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::delivery::gate::Gate;
use crate::domain::delivery::schedule::{DeadReason, Progress, Verdict};
use crate::domain::delivery::{Attempt, Delivery};
use crate::domain::destination::Destination;
use crate::io::http::Connection;
use crate::ops::in_flight::InFlight;

/// Where events come from, and who records what becomes of them. The worker leases them, and settles each one.
pub trait Source {
    /// What the source needs to settle an event; as bytes, the event's body.
    type Item: AsRef<[u8]> + Send + 'static;

    /// Whether [`Source::try_next`] has an event.
    fn has_next(&mut self) -> bool;

    /// An event that is there already. None once the source is stopped.
    fn try_next(&mut self) -> Option<Lease<Self::Item>>;

    /// Waits until something changed: if `wanted`, also until [`Source::try_next`] may have an event. Cancel-safe.
    fn wait(&mut self, wanted: bool) -> impl Future<Output = Wake>;

    /// A delivery that begins, and what is done should it be dropped before it is settled.
    fn begin(&self, delivery: Delivery) -> InFlight;

    /// Reports what became of an event, and records the delivery.
    fn settle(
        &mut self,
        item: Self::Item,
        delivery: Delivery,
        progress: Progress,
        settlement: Settlement,
    ) -> impl Future<Output = ()>;

    /// The state of the gate has changed. Where [`Source::shares_gate`], that a probe begins is a question: nothing is sent before
    /// [`Wake::Probe`], or never if [`Wake::Gate`] comes instead.
    fn gate_changed(&mut self, gate: &Gate);

    /// Whether other workers have the same gate.
    fn shares_gate(&self) -> bool {
        false
    }

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
    /// Those of earlier leases, if they are known.
    pub attempts: Vec<Attempt>,
    pub progress: Progress,
    pub item: T,
}

/// What became of an event, for its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// The destination accepted it: the source may forget it.
    Ack,
    /// It was not delivered, and will not be tried again.
    Dead(DeadReason),
    /// It is to be lent again, not before that time.
    Defer(Timestamp),
    /// It was not delivered, and nothing else is known: the source has it back.
    Return,
}

impl From<Verdict> for Settlement {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Delivered => Self::Ack,
            Verdict::Again(at) => Self::Defer(at),
            Verdict::Dead(reason) => Self::Dead(reason),
        }
    }
}

/// Why [`Source::wait`] returned.
pub enum Wake {
    Changed,
    /// The source cannot go on; what is in flight still ends.
    Fault,
    /// Someone else changed the gate.
    Gate(Gate),
    /// The probe is this worker's.
    #[cfg_attr(not(feature = "nats"), allow(dead_code, reason = "only workers on NATS share a gate"))]
    Probe,
    /// The destination was changed; `None`: there is none that could be delivered to.
    Target(Option<Target>),
}

/// Where events go, with its connections.
pub struct Target {
    pub destination: Arc<Destination>,
    /// The idle ones.
    pub connections: Vec<Connection>,
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
