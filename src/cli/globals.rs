//! The options that every command has, and those of the app's look.

use std::path::PathBuf;

use clap::{ValueEnum, ValueHint};

use crate::cli::failure::Failure;
use crate::cli::input::nats::{self, NatsArgs};
use crate::ops::Waypost;

const HEADING: &str = "Global options";

#[derive(Clone, Debug, Default, clap::Args)]
pub struct Globals {
    /// Print one JSON object on stdout, errors included; secrets are redacted
    #[arg(long, global = true, hide_short_help = true, help_heading = HEADING)]
    pub json: bool,

    /// The directory of destination.json [default: the user's config directory]
    #[arg(long, value_name = "DIR", global = true, hide_short_help = true, help_heading = HEADING, value_hint = ValueHint::DirPath)]
    pub config_dir: Option<PathBuf>,

    /// The directory of the key, the queue and the history [default: the user's state directory]
    #[arg(long, value_name = "DIR", global = true, hide_short_help = true, help_heading = HEADING, value_hint = ValueHint::DirPath)]
    pub state_dir: Option<PathBuf>,

    // Without the quotation marks that rustdoc would want around the variable.
    #[arg(
        help = "When to use colours; auto: on a terminal, unless NO_COLOR is set",
        long, value_name = "WHEN", global = true, hide_short_help = true, help_heading = HEADING, value_enum, hide_possible_values = false, default_value_t)]
    pub color: Color,

    /// Print only errors. Requested data (show, secret, --json, --generate-secret) is still printed
    #[arg(short, long, global = true, hide_short_help = true, help_heading = HEADING, conflicts_with = "verbose")]
    pub quiet: bool,

    /// Print more (for a delivery: the request, the connection and the time of each phase), and write a log to the state directory
    #[arg(short, long, global = true, hide_short_help = true, help_heading = HEADING)]
    pub verbose: bool,

    #[command(flatten)]
    pub nats: NatsArgs,
}

impl Globals {
    /// What the operations work on. Touches no file, and connects to nothing.
    pub fn waypost(&self) -> Result<Waypost, Failure> {
        let waypost = Waypost::at(self.config_dir.clone(), self.state_dir.clone())?;
        Ok(match nats::settings(&self.nats)? {
            Some(settings) => waypost.shared_on(settings)?,
            None => waypost,
        })
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

/// How the app looks, where it is opened.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub struct Look {
    /// Run the app as plain lines and numbered choices, for screen readers and simple terminals; also set by ACCESSIBLE=1
    #[arg(long)]
    pub accessible: bool,

    /// Draw the app with ASCII characters only
    #[arg(long)]
    pub ascii: bool,

    /// Open the app to look only: nothing is sent, nothing is changed
    #[arg(long)]
    pub readonly: bool,
}
