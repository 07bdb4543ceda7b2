//! The rows of bad inputs and faults that need more than an argument: endpoints that misbehave, disks that fail, processes that
//! are killed. A test carries the number of its row; the other rows are in the tests of the command line, the terminal, the
//! journeys and the sender, by the same names. `.ci/rows` runs them all and counts.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says what broke by failing")]

mod canary;
mod disk;
mod endpoint;
mod messages;
mod names;
mod process;
mod properties;
mod response;
mod shown;
mod soak;
mod stalls;
#[path = "../support/mod.rs"]
mod support;
mod tls;
