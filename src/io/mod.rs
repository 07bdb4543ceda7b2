//! The world: files, keys, sockets.

mod acl;
pub mod atomic;
pub mod file;
pub mod history;
pub mod lock;
pub mod paths;
pub mod record;
pub mod store;
pub mod vault;
