//! The structure of the repository: which part of `src` may import which, no circles between files, no file too long to read,
//! and a test for every row of `docs/faults.md`.
//!
//! ```text
//! domain ← io ← ops ← cli, tui      present imports domain alone, and cli and tui import it
//! ```
//!
//! The sources are read as tokens: comments and texts do not count, nor does code under `#[cfg(test)]`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says what broke by failing")]

mod circles;
mod faults;
mod imports;
mod links;
mod modules;
mod purity;
mod rooms;
mod sizes;
mod source;
