//! The state file: the registered destination, its secret sealed.

mod document;
mod error;
mod headers;
pub mod store;
pub mod vault;
