//! The queue for operators: adding events, what is in it, and what can be done about it.

mod enqueue;
mod operate;

use crate::io::db::queue::Group as Committed;
pub use crate::io::db::queue::{
    Action, Counts, DuplicateOf, Enqueued, Entry, EventState, Filter, FoundEvents, GateState, Rescued, View,
};
pub use enqueue::{EnqueueOptions, LinesQueued};
