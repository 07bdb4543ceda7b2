//! The keys of the current screen.

pub(crate) mod view;
