//! The commands, one a file.

pub mod app;
pub mod curl;
pub mod generated;
pub mod history;
pub mod listen;
pub mod probe;
pub mod register;
pub mod send;
pub mod show;
pub mod snippet;
pub mod test;
pub mod verify;
