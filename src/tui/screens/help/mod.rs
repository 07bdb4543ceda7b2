//! The keys of the current screen.

pub(crate) mod layout;
pub(crate) mod update;
pub(crate) mod view;
