//! The Register and Edit popup.
//!
//! ```text
//! inputs ◀── state ◀── update        rows ◀── view
//! ```

mod below;
mod command;
mod compare;
mod conflict;
mod convention;
pub(crate) mod fix;
pub mod focus;
mod header_rows;
mod headers;
pub(crate) mod inputs;
pub(crate) mod keys;
pub(crate) mod layout;
mod lines;
mod moves;
pub mod paste;
mod paths;
mod rotation;
mod rows;
mod secrets;
pub mod state;
pub(crate) mod text;
mod text_rows;
pub(crate) mod update;
pub(crate) mod view;
