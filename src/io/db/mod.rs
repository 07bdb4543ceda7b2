//! The database `waypost.db` in the state directory: SQLite, with the history in it.
//!
//! ```text
//! record ← history → connection → schema
//!                          ↓
//!                        error
//! ```

mod connection;
mod error;
pub mod history;
pub(crate) mod record;
mod schema;
#[cfg(test)]
mod tests;

pub use error::DbError;
