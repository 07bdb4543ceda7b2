//! The arguments, as clap reads them.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// Register the webhook endpoint that receives your events, and prove that it works.
///
/// Without a command, the app opens in the terminal.
#[derive(Debug, Parser)]
#[command(name = "waypost", version, max_term_width = 100)]
pub struct Args {
    /// Where destination.json is [default: the user's config directory]
    #[arg(long, value_name = "DIR", global = true)]
    pub config_dir: Option<PathBuf>,

    /// Where the key, the log and the deliveries are [default: the user's state directory]
    #[arg(long, value_name = "DIR", global = true)]
    pub state_dir: Option<PathBuf>,

    /// What to do
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// A command.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Try the app on throw-away files, with a receiver on this machine as the endpoint
    Demo,
}
