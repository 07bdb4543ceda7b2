//! The command line: arguments, output, exit codes.
//!
//! ```text
//! argv (no secret among the arguments?) → args (clap) → a command → ops → out (text or JSON) → exit code
//! ```

mod accessible;
mod commands;
mod complete;
pub mod exit;
mod failure;
mod globals;
mod harden;
mod help;
mod input;
mod output;
mod runtime;
mod signals;
mod stops;

use std::ffi::OsString;

use clap::{CommandFactory as _, FromArgMatches as _};

use crate::ops::Waypost;
use commands::{Cli, Command};
use failure::Failure;
use input::{argv, usage};
use output::{Out, pager};

/// Runs what the command line asks for. Returns the exit code.
#[must_use]
pub fn run() -> u8 {
    harden::forbid_cores();
    harden::outlive_file_limit();
    let argv: Vec<OsString> = std::env::args_os().collect();
    if let Some(answered) = complete::answer(&argv, Cli::command) {
        return answered.unwrap_or_else(|failure| Out::plain().fail(&failure));
    }
    match parse(&argv) {
        Ok(cli) => {
            let out = Out::new(&cli.globals);
            run_logged(&cli, out).unwrap_or_else(|failure| out.fail(&failure))
        }
        Err(end) => {
            let out = Out::before_options(&argv);
            match end {
                End::Help(text) => pager::print(&out.emphasize(&text), exit::DONE).unwrap_or_else(|failure| out.fail(&failure)),
                End::Failure(failure) => out.fail(&failure),
            }
        }
    }
}

/// What a command line is that names nothing to run.
enum End {
    Help(String),
    Failure(Failure),
}

fn parse(argv: &[OsString]) -> Result<Cli, End> {
    // Building the whole parser would take a tenth of the time to the first frame, and 300 KiB.
    if argv.len() <= 1 {
        return Ok(Cli::default());
    }
    argv::refuse_secrets(argv).map_err(End::Failure)?;
    let mut command = help::laid_out(Cli::command());
    let matches = command.try_get_matches_from_mut(argv);
    match matches.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => Ok(cli),
        Err(error) if !error.use_stderr() => Err(End::Help(error.render().to_string())),
        Err(error) => Err(End::Failure(usage::failure(&error, &command, argv))),
    }
}

fn run_logged(cli: &Cli, out: Out) -> Result<u8, Failure> {
    start_log(cli);
    let result = commands::run(cli, out);
    match &result {
        Ok(code) => tracing::debug!(code, "ends"),
        Err(failure) => tracing::debug!(code = failure.code(), "ends with an error"),
    }
    result
}

/// Only where a log is asked for: opening it takes time.
fn start_log(cli: &Cli) {
    let filter = std::env::var("RUST_LOG").unwrap_or_default();
    let uses_files = cli.command.as_ref().is_none_or(Command::uses_files);
    if !uses_files || (!cli.globals.verbose && filter.is_empty()) {
        return;
    }
    let waypost = Waypost::at(cli.globals.config_dir.clone(), cli.globals.state_dir.clone());
    match waypost.and_then(|waypost| waypost.keep_log(&filter)) {
        Ok(()) => tracing::debug!(version = env!("CARGO_PKG_VERSION"), "begins"),
        Err(problem) => output::print_problem("not logged", &problem),
    }
}
