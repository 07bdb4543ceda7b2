//! The test delivery popup, which also shows a past delivery.

pub(crate) mod access;
pub(crate) mod body;
mod copy;
pub(crate) mod layout;
pub(crate) mod prompt;
pub(crate) mod send;
pub mod state;
pub(crate) mod update;
pub(crate) mod view;
