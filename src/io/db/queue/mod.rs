//! The queue: events that are to be delivered, and the gate of the destination.
//!
//! ```text
//! enqueue ── rows ──► relay ── delivered ──► history
//!                       │
//!                     operate: list, retry, drop, hold, release
//! ```
//!
//! Many processes may add events while one delivers them. What [`enqueue`] returns for is on the disk. What the relay writes is in
//! the hands of the operating system: a killed process loses nothing of it; a power cut may take the last acknowledgements, and
//! those events are sent once more.

mod enqueue;
mod operate;
mod relay;
mod rescue;
pub(super) mod row;

pub use enqueue::{DuplicateOf, Enqueued, Group, NewEvent, Queue};
pub use operate::{Action, Counts, Entry, EventState, Filter, FoundEvents, View, act, change_gate, find, list, retry_dead};
pub use relay::{Change, GIVE_UP, GivenUp, Leased, RelayQueue};
pub use rescue::{Rescued, rescue};
pub use row::GateState;
