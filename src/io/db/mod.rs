//! The database `waypost.db` in the state directory: SQLite, with the history in it.
//!
//! ```text
//! history → connection → schema
//!                 ↓
//!               error
//! ```

mod connection;
mod error;
pub mod history;
mod schema;
#[cfg(test)]
mod tests;

pub use error::DbError;
