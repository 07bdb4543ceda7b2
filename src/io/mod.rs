//! The world: files, keys, sockets.

pub mod http;
