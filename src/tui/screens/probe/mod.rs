//! Does the endpoint check the credentials of a request?

pub(crate) mod keys;
pub(crate) mod layout;
pub(crate) mod state;
pub(crate) mod update;
pub(crate) mod view;
