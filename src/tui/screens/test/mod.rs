//! The test delivery popup, which also shows a past delivery.

pub(crate) mod body;
pub(crate) mod prompt;
pub mod state;
pub(crate) mod update;
pub(crate) mod view;
