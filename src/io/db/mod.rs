//! The database `waypost.db` in the state directory: SQLite, with the history and the queue in it.
//!
//! ```text
//! record ← history ← queue → connection → schema
//!                          ↓
//!                        error
//! ```

mod connection;
mod error;
pub mod history;
pub mod queue;
pub(crate) mod record;
mod schema;
#[cfg(test)]
mod tests;

pub use error::DbError;
