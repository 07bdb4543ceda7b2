//! The destination and the queue that machines share, on servers of NATS that the tests start: each on a free port of 127.0.0.1, with
//! its store in a temporary directory, and ended by its process id.
//!
//! A test whose name begins with `h` and a number belongs to that row of `docs/faults.md`.
#![cfg(feature = "nats")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says what broke by failing")]

mod app;
mod crowd;
mod destination;
mod document;
mod events;
mod refused;
mod server;
#[path = "../support/mod.rs"]
mod support;
