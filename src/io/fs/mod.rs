//! Files and directories: private, replaced whole, one writer at a time.
//!
//! ```text
//! error ← access ← file ← atomic ← paths
//!                    ↑
//!                   lock
//! ```

pub mod access;
pub mod atomic;
pub mod directory;
mod error;
pub mod file;
pub mod lock;
pub mod paths;

pub use error::{FileError, FileErrorKind, Operation};
pub(crate) use error::{reason, show};
