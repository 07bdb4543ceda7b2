//! The app: its screens without a terminal, its loop, and the binary on a terminal of its own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says what broke by failing")]

mod cost;
mod journeys;
mod pictures;
mod run_loop;
mod screens;
#[path = "../support/mod.rs"]
mod support;
mod terminal;
