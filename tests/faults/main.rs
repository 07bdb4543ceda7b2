//! Bad inputs and faults that need more than an argument: endpoints that misbehave, disks that fail, processes that are killed.
//!
//! A test whose name begins with `h` and a number belongs to that row of `docs/faults.md`. Other rows have their tests in the
//! crates `cli`, `app` and `endpoint`, and in `src`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says what broke by failing")]

mod canary;
mod certificates;
mod client_certificate;
mod connections;
mod disk;
mod edited;
mod endpoint;
mod limits;
mod messages;
mod names;
mod owners;
mod process;
mod properties;
mod queue;
mod random;
mod relay;
mod response;
mod shown;
mod simulation;
mod soak;
mod stalls;
#[path = "../support/mod.rs"]
mod support;
mod tls;
mod trust;
