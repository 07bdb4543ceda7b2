//! The keys of the current screen.

pub(crate) mod keys;
pub(crate) mod layout;
pub(crate) mod update;
pub(crate) mod view;
