//! `waypost test`: one event, one attempt, and its outcome; with `--every`, one after the other.

mod every;

use std::path::PathBuf;
use std::time::Duration;

use clap::ValueHint;
use clap_complete::ArgValueCompleter;
use serde_json::json;

use crate::cli::complete;
use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::input::fields::with_overrides;
use crate::cli::input::tls_files::path_or_none;
use crate::cli::input::{body, duration};
use crate::cli::output::progress::ProgressLine;
use crate::cli::output::{self, Out, clock, delivery, pager};
use crate::cli::runtime;
use crate::domain::delivery::Outcome;
use crate::domain::event::BuiltIn;
use crate::ops::Waypost;
use every::Watch;

const MAX_EVERY_S: i64 = 7 * 24 * 60 * 60;

const EXAMPLES: &str = "Examples:
  waypost test
  waypost test --event client-submission-auto
  waypost test --body event.json --expect accepted
  waypost test --every 30s
  waypost test --dry-run";

#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub struct Args {
    /// A built-in event, or one of your own saved in the app
    #[arg(long, value_name = "NAME", add = ArgValueCompleter::new(complete::events), conflicts_with = "body")]
    event: Option<String>,

    /// A file with the JSON to send, byte for byte; - for standard input
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    body: Option<PathBuf>,

    /// Delivered only if the answer's body, decoded, contains TEXT within its first 16 KiB; else refused (3)
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    expect: Option<String>,

    /// Test again and again, that long after the beginning of the last attempt, until ^C: 1s to 7d, such as 30s or 5m
    #[arg(long, value_name = "DURATION", value_parser = every, conflicts_with = "dry_run", allow_hyphen_values = true)]
    every: Option<Duration>,

    /// Timeout of this attempt, 1 to 120
    #[arg(long, value_name = "SECONDS", allow_hyphen_values = true)]
    timeout: Option<String>,

    /// A PEM file with the CA to trust for this attempt
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, value_parser = path_or_none())]
    ca_cert: Option<PathBuf>,

    /// Print the request that would be sent, secrets masked, and send nothing
    #[arg(long)]
    dry_run: bool,
}

fn every(text: &str) -> Result<Duration, String> {
    match duration::seconds(text)? {
        0 => Err("it is less than a second".to_owned()),
        seconds if seconds > MAX_EVERY_S => Err("it is more than 7 days".to_owned()),
        seconds => Ok(Duration::from_secs(seconds.unsigned_abs())),
    }
}

pub fn run(waypost: &Waypost, args: &Args, out: Out) -> Result<u8, Failure> {
    if args.expect.as_deref().is_some_and(|text| text.trim().is_empty()) {
        return Err(Failure::usage("--expect is empty.", "Give a part of the answer that says it was accepted: --expect TEXT"));
    }
    let event = match &args.body {
        Some(path) => body::event_in(path)?,
        None => body::event_named(waypost, args.event.as_deref().unwrap_or(BuiltIn::Ping.name()))?,
    };
    let destination = with_overrides(waypost.destination()?, args.timeout.as_deref(), args.ca_cert.as_deref())?;
    if args.dry_run {
        let request = waypost.preview(&destination, &event);
        if out.json {
            return output::print_json(json!({ "request": delivery::request_json(&request) }), exit::DONE);
        }
        return pager::print(&delivery::request_text(&request), exit::DONE);
    }
    if let Some(every) = args.every {
        let watch = Watch { to: &destination, event: &event, expect: args.expect.as_deref(), every };
        return watch.run(waypost, out);
    }
    let (tested, signal) = runtime::run_until_signal(async |stop| {
        let progress = ProgressLine::new(&destination, out);
        Ok(waypost.test_expecting(&destination, &event, args.expect.as_deref(), |step| progress.step(&step), stop).await)
    })?;
    let signal = signal.filter(|_| tested.delivery.outcome() == Outcome::Stopped);
    delivery::print(&tested.delivery, tested.unrecorded.as_ref(), signal, None, &clock::clock(waypost, out), out)
}
