//! What the app costs, by counts that are the same on every machine: bytes on the wire, threads, files opened, bytes of the
//! history read, allocations. Times are measured by `cargo bench`, never here.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "tests")]

#[path = "cost/allocations.rs"]
mod allocations;
#[path = "cost/bytes.rs"]
mod bytes;
#[path = "cost/history.rs"]
mod history;
#[path = "cost/process.rs"]
mod process;
#[path = "cost/same_screen.rs"]
mod same_screen;
#[path = "screens/scenes.rs"]
#[allow(dead_code, reason = "shared with the tests of the screens")]
mod scenes;
#[path = "cost/screen.rs"]
mod screen;
mod support;
