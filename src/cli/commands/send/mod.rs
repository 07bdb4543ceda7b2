//! `waypost send`: one real event with retries; with `--lines`, one event per line.

mod failed_file;
mod lines;
mod summary;

use std::path::PathBuf;

use clap::ValueHint;

use crate::cli::failure::Failure;
use crate::cli::globals::Globals;
use crate::cli::input::body;
use crate::cli::input::fields::with_overrides;
use crate::cli::input::new_file::new_file;
use crate::cli::input::number::number;
use crate::cli::input::rate::rate;
use crate::cli::output::progress::ProgressLine;
use crate::cli::output::{self, Out, Verbosity, clock, delivery};
use crate::cli::runtime;
use crate::domain::delivery::retry::{Policy, Wait};
use crate::ops::Waypost;
use crate::ops::send::{Options, SendStep};

const CONCURRENCY: u32 = 8;

const DETAILS: &str = "Transient failures (no answer, 408, 425, 429 and 5xx) are retried after 1, 2, 4, … seconds, or after \
Retry-After, up to 60 s.

With --lines, Retry-After (up to 24 h) or 5 failures in a row (10 s, doubling to 5 min) pause the whole run; then one event goes out \
as a probe. A 429, or a 503 with Retry-After, uses up a retry only if no other event was accepted in the meantime. The run gives up, \
and writes the remaining lines to the --failed file, when as many probes in a row as there are --retries (at least one) are not \
accepted, at the first probe that meets what a person has to fix, or at 410. The exit code is 4 if a line failed, else 3 if one was \
refused, else 2 if one was not JSON. The first ^C waits for the events in flight and writes the remaining lines to the --failed \
file; the second stops at once.";

const EXAMPLES: &str = "Examples:
  waypost send event.json
  waypost send --lines events.jsonl --failed failed.jsonl
  jq -c '.[]' orders.json | waypost send --lines - --rate 10/s";

#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES, after_help = DETAILS)]
pub struct Args {
    /// A file with the JSON to send, byte for byte; - for standard input
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    source: PathBuf,

    /// Send each line as an event of its own; empty lines are skipped
    #[arg(long)]
    lines: bool,

    /// Maximum number of retries per event
    #[arg(long, value_name = "N", default_value = "3", allow_negative_numbers = true, value_parser = number(0..=20))]
    retries: u32,

    /// With --lines: maximum number of events in flight [default: 8]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = number(1..=256))]
    concurrency: Option<u32>,

    /// With --lines: maximum number of attempts per second, minute or hour, such as 5/s, 0.5/s, 30/m or 100/h
    #[arg(long, value_name = "N/s", allow_hyphen_values = true)]
    rate: Option<String>,

    /// Timeout of an attempt, 1 to 120
    #[arg(long, value_name = "SECONDS", allow_hyphen_values = true)]
    timeout: Option<String>,

    /// With --lines: write the lines that are not delivered to this file, unchanged; it must be new or empty
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, value_parser = new_file())]
    failed: Option<PathBuf>,
}

impl Args {
    /// An option that was given, and means nothing for a single event.
    fn only_with_lines(&self) -> Option<&'static str> {
        let given =
            [("--concurrency", self.concurrency.is_some()), ("--rate", self.rate.is_some()), ("--failed", self.failed.is_some())];
        given.into_iter().find_map(|(option, is_given)| is_given.then_some(option))
    }
}

pub fn run(waypost: &Waypost, args: &Args, globals: &Globals, out: Out) -> Result<u8, Failure> {
    if let Some(option) = args.only_with_lines().filter(|_| !args.lines) {
        return Err(Failure::usage(
            format!("{option} works only with --lines."),
            format!("Add --lines to send each line as an event of its own, or leave out {option}."),
        ));
    }
    let rate = args.rate.as_deref().map(rate).transpose()?;
    let options = Options { policy: Policy { retries: args.retries }, rate, ..Options::default() };
    if args.lines {
        let run = lines::Run {
            source: &args.source,
            options,
            concurrency: args.concurrency.unwrap_or(CONCURRENCY),
            timeout: args.timeout.as_deref(),
            failed: args.failed.as_deref(),
            globals,
        };
        return run.send(waypost, out);
    }
    let event = body::event_in(&args.source)?;
    let destination = with_overrides(waypost.destination()?, args.timeout.as_deref(), None)?;
    let reports_waits = out.shows_progress() || out.verbosity == Verbosity::Verbose;
    let (sent, signal) = runtime::run_until_signal(async |stop| {
        let progress = ProgressLine::new(&destination, out);
        let step = |step| match step {
            SendStep::Attempt(_, step) => progress.step(&step),
            SendStep::Waiting(number, wait) => {
                progress.clear();
                if reports_waits {
                    output::print_stderr(&waiting(number, &wait));
                }
            }
        };
        Ok(waypost.send(&destination, &event, &options, step, stop).await)
    })?;
    let signal = signal.filter(|_| sent.stopped);
    let remark = signal.and_then(|_| not_retried(sent.delivery.attempts.len(), args.retries));
    delivery::print(&sent.delivery, sent.unrecorded.as_ref(), signal, remark.as_deref(), &clock::clock(waypost, out), out)
}

/// `Stopped: not retried (2 of 4 attempts).`, where attempts are left.
fn not_retried(attempts: usize, retries: u32) -> Option<String> {
    let most = u64::from(retries) + 1;
    ((attempts as u64) < most).then(|| format!("Stopped: not retried ({attempts} of {most} attempts)."))
}

/// `attempt 1: The endpoint answered 503. Retrying in 1.1 s.`
fn waiting(number: u32, wait: &Wait) -> String {
    format!("attempt {number}: {} Retrying in {:.1} s.", wait.why, wait.duration.as_secs_f64())
}
