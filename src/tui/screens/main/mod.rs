//! The destination screen.

mod brief;
mod destination;
pub(crate) mod details;
pub mod health;
pub(crate) mod keys;
pub mod known;
pub(crate) mod layout;
pub mod state;
mod strip;
pub(crate) mod update;
pub(crate) mod view;
