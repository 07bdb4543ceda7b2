//! The receiver's check as code, in five languages.

pub(crate) mod keys;
pub(crate) mod layout;
pub(crate) mod state;
pub(crate) mod update;
pub(crate) mod view;
