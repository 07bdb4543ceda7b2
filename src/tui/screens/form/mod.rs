//! The Register and Edit popup.
//!
//! ```text
//! inputs ◀── state ◀── update        rows ◀── view
//! ```

mod fix;
pub mod focus;
mod header_rows;
mod headers;
pub(crate) mod inputs;
pub(crate) mod keys;
mod lines;
mod paste;
mod rows;
pub mod state;
pub(crate) mod text;
pub(crate) mod update;
pub(crate) mod view;
