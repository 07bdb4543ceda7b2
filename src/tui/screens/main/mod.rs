//! The destination screen.

mod destination;
pub(crate) mod keys;
pub(crate) mod layout;
pub mod state;
pub(crate) mod update;
pub(crate) mod view;
