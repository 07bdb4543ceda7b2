//! The Register and Edit popup.

pub mod state;
pub(crate) mod update;
pub(crate) mod view;
