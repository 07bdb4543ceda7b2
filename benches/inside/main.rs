//! What runs inside the process, timed: `cargo bench --bench inside`.
//!
//! Every screen is drawn after a key as the app does it: `update`, `view`, the bytes of the frame.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a program for developers")]

mod history;
mod pure;
#[path = "../../tests/app/screens/scenes.rs"]
#[allow(dead_code, reason = "shared with the tests of the screens")]
mod scenes;
mod screens;

fn main() {
    divan::main();
}
