//! The shared engine, NATS JetStream: the only place that knows its client library.
//!
//! ```text
//! Nats: one connection, on a thread of its own
//!   ├── Bucket    keys and values, changed by compare-and-swap, watched
//!   └── streams   created on first use, never altered
//! ```

mod bucket;
mod connect;
mod error;
mod shared;
#[allow(dead_code, reason = "the operations follow")]
mod stream;

pub use bucket::{Bucket, Entry, Watch};
pub use connect::Nats;
pub use error::NatsError;
pub use shared::{Changes, Shared};

/// Older servers lack what consumers are created by.
const VERSION_NEEDED: &str = "2.9.0";
