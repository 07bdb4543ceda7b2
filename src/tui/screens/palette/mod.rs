//! The palette: every action of where one is, by name and key.

pub(crate) mod keys;
pub(crate) mod layout;
pub mod state;
pub(crate) mod update;
pub(crate) mod view;
