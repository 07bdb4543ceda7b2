//! The queue for operators: adding events, what is in it, and what can be done about it.

mod enqueue;
mod operate;
#[cfg(feature = "nats")]
mod shared;
mod sink;

pub use crate::io::db::queue::{
    Action, Counts, DuplicateOf, Enqueued, Entry, EventState, Filter, FoundEvents, GateState, Rescued, View,
};
pub use enqueue::{EnqueueOptions, LinesQueued};
#[cfg(feature = "nats")]
pub(super) use shared::is_worked_on;
