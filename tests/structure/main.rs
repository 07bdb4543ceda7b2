//! The structure of `src`: which part may import which, no circles between files, and no file too long to read.
//!
//! ```text
//! domain ← io ← ops ← cli, tui      present imports domain alone, and cli and tui import it
//! ```
//!
//! The sources are read as tokens: comments and texts do not count, nor does code under `#[cfg(test)]`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says what broke by failing")]

mod circles;
mod imports;
mod modules;
mod purity;
mod ratchet;
mod rooms;
mod sizes;
mod source;
