//! Two deliveries beside each other.

pub(crate) mod keys;
pub(crate) mod layout;
pub(crate) mod marks;
pub(crate) mod state;
pub(crate) mod update;
pub(crate) mod view;
