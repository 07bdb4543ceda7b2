//! The test delivery popup, which also shows a past delivery.

pub(crate) mod access;
pub(crate) mod body;
mod copy;
pub(crate) mod fix;
pub(crate) mod head;
pub(crate) mod keys;
pub(crate) mod layout;
pub(crate) mod life;
pub(crate) mod prompt;
pub(crate) mod send;
pub(crate) mod state;
pub(crate) mod tabs;
pub(crate) mod update;
pub(crate) mod view;
