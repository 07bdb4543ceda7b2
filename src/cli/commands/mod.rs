//! The commands, one per file: its arguments and what it does.

mod app;
mod completions;
mod curl;
mod demo;
mod edit;
mod enqueue;
mod export;
mod history;
mod listen;
mod man;
mod probe;
mod queue;
mod register;
mod relay;
mod remove;
mod resend;
mod secret;
mod send;
mod show;
mod snippet;
mod stats;
mod test;
mod verify;

use clap::{CommandFactory as _, Parser, Subcommand};

use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::globals::{Globals, Look};
use crate::cli::output::Out;

const EXAMPLES: &str = "Examples:
  waypost
  waypost demo
  waypost register --url https://example.com/in --like github --generate-secret
  waypost test";

const MORE: &str = "waypost --help also lists the global options and the exit codes.";

/// Register the webhook endpoint that receives your events, and prove that it works.
///
/// Without a command, waypost opens the app in the terminal.
#[derive(Debug, Default, Parser)]
#[command(name = "waypost", version, max_term_width = 100, before_help = EXAMPLES, after_help = MORE, after_long_help = exit_codes())]
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
    /// Change the destination; options that are not given stay
    Edit(edit::Args),
    /// Show the registered destination, secrets redacted
    #[command(before_help = show::EXAMPLES)]
    Show,
    /// Print the registration as JSON without secrets
    #[command(before_help = export::EXAMPLES)]
    Export,
    /// Print the registered secret
    Secret(secret::Args),
    /// Remove the destination and its secret
    Remove(remove::Args),
    /// Send one event, once; report the outcome, the cause and the fix
    Test(test::Args),
    /// Check a request against the registered auth; find the mistake
    Verify(verify::Args),
    /// Receive requests on this machine, and check each of them
    Listen(listen::Args),
    /// Print receiver code that checks the registered auth
    Snippet(snippet::Args),
    /// Send a real event, with retries; with --lines, many events
    Send(send::Args),
    /// Add an event to the queue, safe on the disk; with --lines, many
    Enqueue(enqueue::Args),
    /// Deliver the queue, until stopped
    Relay(relay::Args),
    /// List the queue; retry, drop, hold, release, rescue
    Queue(queue::Args),
    /// List, show or delete past deliveries
    History(history::Args),
    /// Count deliveries: success rate, latency percentiles, a histogram
    Stats(stats::Args),
    /// Send events of past deliveries again, under the same ids
    Resend(resend::Args),
    /// Print a delivery as a curl command
    Curl(curl::Args),
    /// Check that the endpoint refuses missing and wrong credentials
    Probe(probe::Args),
    /// Try the app with temporary files and a receiver on this machine
    Demo(demo::Args),
    /// Print a shell completion script
    Completions(completions::Args),
    /// Print the manual page
    #[command(before_help = man::EXAMPLES)]
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
    let waypost = || cli.globals.waypost();
    match &cli.command {
        None | Some(Command::Demo(_)) if !app::has_terminal() => {
            Err(Failure::usage("The app needs a terminal.", format!("Use a command: {}.", names().join(", "))))
        }
        None => app::run(&cli.globals, cli.look),
        Some(Command::Demo(args)) => demo::run(*args, &cli.globals, cli.look),
        Some(_) if cli.look.accessible || cli.look.ascii || cli.look.readonly => Err(Failure::usage(
            "--accessible, --ascii and --readonly apply to the app only.",
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
        Some(Command::Enqueue(args)) => enqueue::run(&waypost()?, args, out),
        Some(Command::Relay(args)) => relay::run(&cli.globals, args, out),
        Some(Command::Queue(args)) => queue::run(&waypost()?, args, out),
        Some(Command::History(args)) => history::run(&waypost()?, args, out),
        Some(Command::Stats(args)) => stats::run(&waypost()?, args, out),
        Some(Command::Resend(args)) => resend::run(&waypost()?, args, out),
        Some(Command::Curl(args)) => curl::run(&waypost()?, args, out),
        Some(Command::Probe(args)) => probe::run(&waypost()?, args, out),
        Some(Command::Completions(args)) => completions::run(args),
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
    use crate::cli::help;

    #[test]
    fn the_defaults_are_those_of_an_empty_command_line() {
        let parsed = Cli::from_arg_matches(&Cli::command().try_get_matches_from(["waypost"]).unwrap()).unwrap();
        assert_eq!(format!("{:?}", Cli::default()), format!("{parsed:?}"));
    }

    #[test]
    fn the_arguments_of_every_command_hold_together() {
        Cli::command().debug_assert();
    }

    /// As a shell splits them, of which the examples use single quotes.
    fn words(line: &str) -> Vec<String> {
        let mut words = vec![String::new()];
        for (n, part) in line.split('\'').enumerate() {
            for (m, piece) in part.split(if n % 2 == 0 { ' ' } else { '\0' }).enumerate() {
                if m > 0 {
                    words.push(String::new());
                }
                words.last_mut().unwrap().push_str(piece);
            }
        }
        words
    }

    #[test]
    fn every_command_has_examples_that_parse() {
        for command in Cli::command().get_subcommands().chain([&Cli::command()]) {
            let examples = help::examples(command);
            assert!(!examples.is_empty(), "{}", command.get_name());
            for example in examples {
                assert!(example.chars().count() <= 78, "{example}");
                for part in example.split(" | ").filter(|part| part.starts_with("waypost")) {
                    let part = part.split(" > ").next().unwrap_or_default();
                    let argv = words(part);
                    if let Err(error) = Cli::command().try_get_matches_from(argv) {
                        panic!("{example}: {error}");
                    }
                }
            }
        }
    }

    #[test]
    fn every_command_is_in_a_group_and_its_line_fits_80_columns() {
        let root = Cli::command();
        let groups = help::grouped(&root);
        let other = &groups.last().unwrap().1;
        assert_eq!(other.iter().map(|command| command.get_name()).collect::<Vec<_>>(), ["completions", "man"]);
        for command in root.get_subcommands() {
            let about = command.get_about().unwrap().to_string();
            assert!(about.len() <= 80 - 15, "{about}");
        }
    }
}
