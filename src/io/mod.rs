//! The world: files, keys, sockets.

pub mod bodies;
pub mod clipboard;
pub mod fs;
pub mod history;
pub mod http;
pub mod log;
pub mod receiver;
pub mod record;
pub mod state;
