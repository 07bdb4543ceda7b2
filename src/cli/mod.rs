//! The command line: arguments, output, exit codes.

mod app;
pub mod args;
pub mod exit;

use clap::Parser as _;

use args::{Args, Command};

/// Runs what the command line asks for. Returns the exit code.
#[must_use]
pub fn run() -> u8 {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // A closed pipe is no reason to fail: help was asked for, or the code says it already.
            let _ = error.print();
            return if error.use_stderr() { exit::USAGE } else { exit::DONE };
        }
    };
    match args.command {
        None => app::app(&args),
        Some(Command::Demo) => app::demo(&args),
    }
}
