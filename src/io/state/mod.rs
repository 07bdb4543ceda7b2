//! The state file: the registered destination, its secret sealed.

mod document;
mod error;
mod headers;
mod origin;
mod places;
pub mod store;
pub mod token;
pub mod vault;
