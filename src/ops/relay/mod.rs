//! Real events: with retries, one by one or in number.
//!
//! ```text
//! input ─ reader thread ─► lines ─► lanes (so many in flight) ─► delivered, or the end of the retries
//!             │                        ▲        │                    │              │
//!             │                        └─ wait ◄┘                 history     undelivered
//!             └─ what is not JSON ───────────────────────────────────────────────►──┘
//! ```
//!
//! Memory does not grow with the input: the reader waits for room, and lines that wait for their next attempt are bounded. A
//! waiting line holds no lane up. There is no circuit breaker: with a destination that is down, each line costs its retries,
//! and the undelivered hold the lines to send again later.

mod gate;
mod input;
mod ledger;
mod lines;
mod recorder;
mod room;
mod undelivered;

pub use super::send::{Options, Pause};
pub use input::MAX_LINE;
pub use lines::{Lines, Streams, Summary, Tally, Unfit};
pub use undelivered::FailedLines;
