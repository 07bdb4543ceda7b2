//! What waypost does to the terminal, and what it does when the terminal or a signal does something to it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what broke by failing")]

#[path = "terminal/accessible.rs"]
mod accessible;
#[path = "terminal/clipboard.rs"]
mod clipboard;
#[path = "terminal/endings.rs"]
mod endings;
#[path = "terminal/input.rs"]
mod input;
#[path = "terminal/output.rs"]
mod output;
#[path = "terminal/panics.rs"]
mod panics;
mod support;
