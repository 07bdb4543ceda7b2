//! The world: files, keys, sockets.

pub mod bodies;
pub mod certificate;
pub mod clipboard;
pub mod fs;
pub mod history;
pub mod http;
pub mod log;
pub mod receiver;
mod receiver_answer;
pub mod receiver_ca;
mod receiver_told;
pub mod record;
pub mod state;
