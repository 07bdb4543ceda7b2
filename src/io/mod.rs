//! The world: files, keys, sockets.

mod acl;
pub mod atomic;
pub mod bodies;
pub mod certificate;
pub mod clipboard;
pub mod file;
pub mod history;
pub mod http;
pub mod lock;
pub mod log;
pub mod paths;
pub mod receiver;
mod receiver_answer;
pub mod receiver_ca;
mod receiver_told;
pub mod record;
pub mod store;
pub mod vault;
