//! The commands, one per file: its arguments and what it does.

mod app;
mod completions;
mod curl;
mod demo;
mod edit;
mod export;
mod history;
mod listen;
mod man;
mod probe;
mod register;
mod remove;
mod resend;
mod secret;
mod send;
mod show;
mod snippet;
mod test;
mod verify;

use clap::{CommandFactory as _, Parser, Subcommand};

use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::globals::{Globals, Look};
use crate::cli::output::Out;
use crate::ops::Waypost;

/// Register the webhook endpoint that receives your events, and prove that it works.
///
/// Without a command, waypost opens the app in the terminal.
#[derive(Debug, Default, Parser)]
#[command(name = "waypost", version, max_term_width = 100, after_help = exit_codes())]
pub struct Cli {
    #[command(flatten)]
    pub globals: Globals,

    #[command(flatten)]
    pub look: Look,

    #[command(subcommand)]
    pub command: Option<Command>,
}

// The first paragraph of each help is also the command's line in `waypost --help`.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Register a destination
    Register(register::Args),
    /// Change the registered destination; options that are not given stay as they are
    Edit(edit::Args),
    /// Show the registered destination, secrets redacted
    Show,
    /// Print the registration as JSON without secrets, for register --from
    Export,
    /// Print the registered secret
    Secret(secret::Args),
    /// Remove the destination and its secret
    Remove(remove::Args),
    /// Send one event to the destination, once, and report the outcome, the cause and the fix
    Test(test::Args),
    /// Check whether a request was made with the registered auth; if not, find the mistake
    Verify(verify::Args),
    /// Receive requests on this machine, and check each against the registered auth
    Listen(listen::Args),
    /// Print receiver code that checks the registered auth; it contains no secret
    Snippet(snippet::Args),
    /// Send a real event, with retries; with --lines, many events
    Send(send::Args),
    /// List, show or delete past deliveries
    History(history::Args),
    /// Send the event of a past delivery again, under a new id
    Resend(resend::Args),
    /// Print a delivery as a curl command for the registered destination
    Curl(curl::Args),
    /// Test whether the endpoint verifies requests: send pings with valid, missing and wrong credentials
    Probe(probe::Args),
    /// Try the app with temporary files and a receiver on this machine
    Demo(demo::Args),
    /// Print a shell completion script
    Completions(completions::Args),
    /// Print the manual page
    Man,
}

impl Command {
    /// Whether it works on the user's files.
    pub const fn uses_files(&self) -> bool {
        !matches!(self, Self::Demo(_) | Self::Completions(_) | Self::Man)
    }
}

/// Runs what the command line asks for. Returns the exit code.
pub fn run(cli: &Cli, out: Out) -> Result<u8, Failure> {
    let waypost = || Waypost::at(cli.globals.config_dir.clone(), cli.globals.state_dir.clone());
    match &cli.command {
        None | Some(Command::Demo(_)) if !app::has_terminal() => {
            Err(Failure::usage("The app needs a terminal.", format!("Use a command: {}.", names().join(", "))))
        }
        None => app::run(&cli.globals, cli.look),
        Some(Command::Demo(args)) => demo::run(*args, &cli.globals, cli.look),
        Some(_) if cli.look.accessible || cli.look.ascii => Err(Failure::usage(
            "--accessible and --ascii apply to the app only.",
            "Leave them out; commands always print plain lines.",
        )),
        Some(Command::Register(args)) => register::run(&waypost()?, args, out),
        Some(Command::Edit(args)) => edit::run(&waypost()?, args, out),
        Some(Command::Show) => show::run(&waypost()?, out),
        Some(Command::Export) => export::run(&waypost()?, out),
        Some(Command::Secret(args)) => secret::run(&waypost()?, args, out),
        Some(Command::Remove(args)) => remove::run(&waypost()?, args, out),
        Some(Command::Test(args)) => test::run(&waypost()?, args, out),
        Some(Command::Verify(args)) => verify::run(&waypost()?, args, out),
        Some(Command::Listen(args)) => listen::run(&waypost()?, args, out),
        Some(Command::Snippet(args)) => snippet::run(&waypost()?, args, out),
        Some(Command::Send(args)) => send::run(&waypost()?, args, &cli.globals, out),
        Some(Command::History(args)) => history::run(&waypost()?, args, out),
        Some(Command::Resend(args)) => resend::run(&waypost()?, args, out),
        Some(Command::Curl(args)) => curl::run(&waypost()?, args, out),
        Some(Command::Probe(args)) => probe::run(&waypost()?, args, out),
        Some(Command::Completions(args)) => completions::run(args, Cli::command()),
        Some(Command::Man) => man::run(Cli::command()),
    }
}

fn names() -> Vec<String> {
    Cli::command().get_subcommands().map(|command| command.get_name().to_owned()).collect()
}

fn exit_codes() -> String {
    let lines = exit::CODES.map(|(code, meaning)| format!("  {code:<4} {meaning}"));
    format!("Exit codes:\n{}", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use clap::FromArgMatches as _;

    use super::*;

    #[test]
    fn the_defaults_are_those_of_an_empty_command_line() {
        let parsed = Cli::from_arg_matches(&Cli::command().try_get_matches_from(["waypost"]).unwrap()).unwrap();
        assert_eq!(format!("{:?}", Cli::default()), format!("{parsed:?}"));
    }

    #[test]
    fn the_arguments_of_every_command_hold_together() {
        Cli::command().debug_assert();
    }
}
