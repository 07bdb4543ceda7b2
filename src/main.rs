//! The binary: arguments in, exit code out.

/// The exit code of a program that panicked, as Rust has it.
const PANICKED: u8 = 101;

fn main() {
    // What was under way is recorded, and what was temporary removed, by `Drop`.
    let code = std::panic::catch_unwind(waypost::cli::run).unwrap_or(PANICKED);
    // Not by returning: a thread may still be waiting for a terminal or a disk that has gone.
    std::process::exit(code.into())
}
