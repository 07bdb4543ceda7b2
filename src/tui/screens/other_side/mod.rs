//! Snippet, verify and probe popups.

pub mod state;
pub(crate) mod update;
pub(crate) mod view;
