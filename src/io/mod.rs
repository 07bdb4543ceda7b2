//! The world: files, keys, sockets.

pub mod bodies;
pub mod clipboard;
pub mod db;
pub mod fs;
pub mod http;
pub(crate) mod limit;
pub mod log;
pub mod metrics;
#[cfg(feature = "nats")]
pub mod nats;
pub mod receiver;
pub mod scratch;
pub mod signals;
pub mod state;
pub mod supervisor;
pub(crate) mod sync;
pub mod time_zone;
pub mod watch;
