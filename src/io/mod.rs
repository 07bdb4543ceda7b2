//! The world: files, keys, sockets.

pub mod certificate;
pub mod receiver;
mod receiver_answer;
