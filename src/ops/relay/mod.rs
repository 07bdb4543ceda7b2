//! Many events through one worker.
//!
//! ```text
//! source ── lease ──► worker ── attempt ──► connections
//!    ▲                  │   ▲                   │
//!    │                  │   └── wait, retry ◄───┤
//!    └──── settle ◄─────┴──── ended ◄───────────┘
//!                               └──► journal ──► history
//! ```
//!
//! A [`source::Source`] lends events and learns how each one ended; [`json_lines`] is the source of `send --lines`,
//! [`past_events`] that of `resend`. The
//! [`worker`] keeps a number of connections busy. The [`journal`] writes what ended to the history, and what was under way as
//! well should the worker panic.
//!
//! [`pace`](crate::domain::delivery::pace) decides when the next attempt may begin. A destination that is down, or asks for a pause, is asked once and not once per
//! event.
//!
//! Memory does not grow with the input: a source reads no further than its budget allows, and the events that wait for a retry
//! are bounded, as is what each keeps of its answers. One that waits occupies no connection.

mod alarm;
mod alert;
mod deliver;
#[cfg(feature = "nats")]
mod deliver_shared;
mod exchange;
mod job;
mod journal;
mod json_lines;
#[cfg(feature = "nats")]
pub(super) mod nats;
mod not_started;
#[cfg(feature = "nats")]
mod outbox;
mod past_events;
mod queue;
mod send_again;
mod send_lines;
mod source;
mod summary;
mod worker;

pub use super::lines::{InvalidLine, MAX_LINE};
pub use super::send::{Options, Pause};
pub use crate::io::db::queue::GivenUp;
pub use crate::io::metrics::MetricsServer;
pub use crate::io::supervisor::Supervisor;
pub use alert::Alert;
pub use deliver::{RelayOptions, RelaySummary};
pub use json_lines::FailedLines;
pub use not_started::NotStarted;
#[cfg(feature = "nats")]
pub use outbox::Forwarding;
pub use past_events::PastReport;
pub use queue::Report;
pub use send_again::{AgainOptions, AgainSummary};
pub use send_lines::{LineOptions, Streams};
pub use source::Settlement;
pub use summary::{GaveUp, Paused, Summary, Tally};
