//! Questions with two buttons, over what they ask about: delete, clear, discard, probe, another host.

pub(crate) mod keys;
pub(crate) mod state;
pub(crate) mod update;
pub(crate) mod view;
pub(crate) mod words;
