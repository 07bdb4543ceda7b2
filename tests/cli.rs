//! The command line, from outside: every row of bad inputs and faults, and what scripts rely on.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what broke by failing")]

#[path = "cli/common.rs"]
mod common;
#[path = "cli/generated.rs"]
mod generated;
#[path = "cli/history.rs"]
mod history;
#[path = "cli/input.rs"]
mod input;
#[path = "cli/listen.rs"]
mod listen;
#[path = "cli/network.rs"]
mod network;
#[path = "cli/output.rs"]
mod output;
#[path = "cli/parity.rs"]
mod parity;
#[path = "cli/probe.rs"]
mod probe;
#[path = "cli/prompt.rs"]
mod prompt;
#[path = "cli/readme.rs"]
mod readme;
#[path = "cli/schema.rs"]
mod schema;
#[path = "cli/secrets.rs"]
mod secrets;
#[path = "cli/send.rs"]
mod send;
#[path = "cli/snippet.rs"]
mod snippet;
#[path = "cli/state.rs"]
mod state;
mod support;
#[path = "cli/verify.rs"]
mod verify;
