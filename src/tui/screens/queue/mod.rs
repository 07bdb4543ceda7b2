//! The queue: its numbers, its gate, and the events that wait or are dead.

pub(crate) mod keys;
pub(crate) mod layout;
pub mod state;
pub(crate) mod update;
pub(crate) mod view;
