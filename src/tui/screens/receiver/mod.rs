//! The receiver in the app: `waypost listen` beside the sender, so that one screen shows what goes out and what comes in.

pub mod arrived;
pub(crate) mod keys;
pub(crate) mod layout;
pub mod state;
pub(crate) mod update;
pub(crate) mod view;
