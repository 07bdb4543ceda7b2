//! The command line: arguments, output, exit codes.
//!
//! ```text
//! argv (no secret among the arguments?) → args (clap) → a command → ops → out (text or JSON) → exit code
//! ```

mod accessible;
pub mod args;
mod commands;
mod delivering;
pub mod exit;
mod failure;
mod harden;
mod input;
mod output;
mod signals;

use std::ffi::OsString;

use clap::{CommandFactory as _, FromArgMatches as _};

use crate::ops::Waypost;
use args::{Args, Command};
use commands::{app, curl, generated, history, listen, probe, register, send, show, snippet, test, verify};
use failure::Failure;
use input::{argv, usage};
use output::Out;

/// The form of what `--json` prints.
pub const SCHEMA_VERSION: u64 = 1;

/// Runs what the command line asks for. Returns the exit code.
#[must_use]
pub fn run() -> u8 {
    harden::forbid_cores();
    harden::outlive_file_limit();
    let argv: Vec<OsString> = std::env::args_os().collect();
    match parse(&argv) {
        Ok(args) => {
            let out = Out::new(&args.globals);
            command(&args, out).unwrap_or_else(|failure| out.fail(&failure))
        }
        Err(end) => {
            let out = Out::before_options(&argv);
            match end {
                End::Help(text) => output::print(&text, exit::DONE).unwrap_or_else(|failure| out.fail(&failure)),
                End::Failure(failure) => out.fail(&failure),
            }
        }
    }
}

/// The end of a command line that names nothing to do.
enum End {
    Help(String),
    Failure(Failure),
}

fn parse(argv: &[OsString]) -> Result<Args, End> {
    if argv.len() <= 1 {
        return Ok(Args::none());
    }
    argv::refuse_secrets(argv).map_err(End::Failure)?;
    let matches = Args::command().try_get_matches_from(argv);
    match matches.and_then(|matches| Args::from_arg_matches(&matches)) {
        Ok(args) => Ok(args),
        Err(error) if !error.use_stderr() => Err(End::Help(error.render().to_string())),
        Err(error) => Err(End::Failure(usage::of(&error))),
    }
}

fn command(args: &Args, out: Out) -> Result<u8, Failure> {
    keep_log(args);
    let result = dispatch(args, out);
    match &result {
        Ok(code) => tracing::debug!(code, "ends"),
        Err(failure) => tracing::debug!(code = failure.code(), "ends with an error"),
    }
    result
}

/// Where it is asked for: a start without a log costs nothing of it.
fn keep_log(args: &Args) {
    let filter = std::env::var("RUST_LOG").unwrap_or_default();
    let on_files = !matches!(args.command, Some(Command::Demo(_) | Command::Completions { .. } | Command::Man));
    if !on_files || (!args.globals.verbose && filter.is_empty()) {
        return;
    }
    let waypost = Waypost::at(args.globals.config_dir.clone(), args.globals.state_dir.clone());
    match waypost.and_then(|waypost| waypost.keep_log(&filter)) {
        Ok(()) => tracing::debug!(version = env!("CARGO_PKG_VERSION"), "begins"),
        Err(problem) => Out::say_problem("not logged", &problem),
    }
}

fn dispatch(args: &Args, out: Out) -> Result<u8, Failure> {
    let waypost = || Waypost::at(args.globals.config_dir.clone(), args.globals.state_dir.clone());
    match &args.command {
        None => app::app(args, args.look),
        Some(Command::Demo(look)) => app::demo(args, *look),
        Some(_) if args.look.accessible || args.look.ascii => Err(Failure::usage(
            "--accessible and --ascii are for the app, and this is a command.",
            "Leave them out: what commands print is plain lines already.",
        )),
        Some(Command::Register(fields)) => register::register(&waypost()?, fields, out),
        Some(Command::Edit(fields)) => register::edit(&waypost()?, fields, out),
        Some(Command::Show) => show::show(&waypost()?, out),
        Some(Command::Secret { copy }) => show::secret(&waypost()?, *copy, out),
        Some(Command::Remove { yes }) => show::remove(&waypost()?, *yes, out),
        Some(Command::Test(test)) => test::test(&waypost()?, test, out),
        Some(Command::Verify(verify)) => verify::verify(&waypost()?, verify, out),
        Some(Command::Listen(listen)) => listen::listen(&waypost()?, listen, out),
        Some(Command::Snippet { lang }) => snippet::snippet(&waypost()?, lang, out),
        Some(Command::Send(send)) if send.lines => send::lines::send(&waypost()?, send, &args.globals, out),
        Some(Command::Send(send)) => send::send(&waypost()?, send, out),
        Some(Command::History(history)) => history::history(&waypost()?, history, out),
        Some(Command::Resend { id }) => test::resend(&waypost()?, id, out),
        Some(Command::Curl { id, reveal }) => curl::curl(&waypost()?, id.as_deref(), *reveal, out),
        Some(Command::Probe { yes }) => probe::probe(&waypost()?, *yes, out),
        Some(Command::Completions { shell }) => output::print(&generated::completions(*shell), exit::DONE),
        Some(Command::Man) => output::print(&generated::man(), exit::DONE),
    }
}

/// The commands, for a sentence.
#[must_use]
pub fn command_names() -> String {
    Args::command().get_subcommands().map(|command| command.get_name().to_owned()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_arguments_are_what_the_parser_would_make_of_them() {
        let parsed = Args::from_arg_matches(&Args::command().try_get_matches_from(["waypost"]).unwrap()).unwrap();
        assert_eq!(format!("{:?}", Args::none()), format!("{parsed:?}"));
    }
}
