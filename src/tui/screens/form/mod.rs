//! The Register and Edit popup.

mod rows;
pub mod state;
pub(crate) mod text;
pub(crate) mod update;
pub(crate) mod view;
