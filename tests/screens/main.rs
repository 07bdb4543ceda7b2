//! `update` and `view` by keys alone: exact effects, and what every screen and popup shows at five sizes. No terminal, no
//! file, no socket.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "tests")]

mod colours;
mod driver;
mod effects;
mod guide;
mod invariants;
mod scenes;
mod snapshots;
