//! The Register and Edit popup.

pub(crate) mod keys;
mod rows;
pub mod state;
pub(crate) mod text;
pub(crate) mod update;
pub(crate) mod view;
