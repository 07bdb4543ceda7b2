//! The shared engine, NATS JetStream: the only place that knows its client library.
//!
//! ```text
//! Nats: one connection, on a thread of its own
//!   ├── Bucket    keys and values, changed by compare-and-swap, watched
//!   └── streams   created on first use, never altered
//! ```

mod bucket;
mod connect;
pub mod consumer;
mod error;
mod event;
mod lending;
pub mod operate;
mod publish;
mod shared;
mod stored;
mod stream;

pub use bucket::{Bucket, Entry, Watch};
pub use connect::Nats;
pub use error::NatsError;
pub use event::QueuedEvent;
pub use lending::{Known, Lending};
pub use publish::{NewEvent, Publisher};
pub use shared::{Changes, Shared};
pub use stream::provide_all;

/// Older servers lack what consumers are created by.
const VERSION_NEEDED: &str = "2.9.0";
