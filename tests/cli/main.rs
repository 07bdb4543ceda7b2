//! The command line, from outside: its output, its exit codes, bad input, and what scripts rely on.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what broke by failing")]

mod every;
mod generated;
mod history;
mod import;
mod input;
mod listen;
mod looking_back;
mod mistakes;
mod network;
mod output;
mod pager;
mod parity;
mod probe;
mod prompt;
mod queue;
mod readme;
mod resend;
mod schema;
mod secrets;
mod send;
mod session;
mod snippet;
mod state;
#[path = "../support/mod.rs"]
mod support;
mod usage;
mod verify;
