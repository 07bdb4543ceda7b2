//! What reaches an endpoint, what comes back, and what is said of it: requests, signatures, deliveries, receiver code.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says what broke by failing")]

mod curl;
mod explain;
mod http;
mod real;
mod send;
mod snippets;
#[path = "../support/mod.rs"]
mod support;
mod vectors;
