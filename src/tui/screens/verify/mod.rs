//! Was a request that a receiver got made with the registered secret, and if not, why?

pub(crate) mod keys;
pub(crate) mod layout;
pub mod state;
pub(crate) mod update;
pub(crate) mod view;
