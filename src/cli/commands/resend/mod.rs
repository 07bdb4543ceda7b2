//! `waypost resend`: events of the history, once more.

mod many;
mod summary;

use clap::builder::PossibleValuesParser;
use clap_complete::ArgValueCompleter;
use jiff::tz::TimeZone;

use crate::cli::complete;
use crate::cli::failure::Failure;
use crate::cli::input::filter;
use crate::cli::input::number::number;
use crate::cli::input::rate::rate;
use crate::cli::output::progress::ProgressLine;
use crate::cli::output::{Out, clock, delivery};
use crate::cli::runtime;
use crate::domain::delivery::Outcome;
use crate::domain::delivery::filter::Filter;
use crate::domain::delivery::retry::Policy;
use crate::domain::text::visible;
use crate::ops::Waypost;
use crate::ops::relay::{AgainOptions, Options};
use many::Which;

const OUTCOMES: [&str; 4] = ["delivered", "refused", "failed", "stopped"];

const DETAILS: &str = "An event is sent with the same body under the same webhook-id, by which a receiver recognises an event \
that it already has, to the destination as it is now. One ID is one attempt, like a test; several, or a selection, are sent by the \
rules of send --lines, the oldest first.

A selection leaves out probes, waypost's own test events, events that wait in the queue, and those that were delivered since: run it \
again after ^C, and it continues. Bodies of more than 64 KiB cannot be sent: the history stores only their beginning. An endpoint that is \
down gives refused (503) as well as failed (no answer). The exit code is 4 if an event failed, else 3 if one was refused, else 2 if \
one could not be sent.";

const EXAMPLES: &str = "Examples:
  waypost resend msg_2vZ8k1Qx
  waypost resend --outcome failed,refused --since 7d --dry-run
  waypost resend --outcome failed,refused --since 7d --rate 5/s
  waypost resend --outcome delivered --since 14:00 --until 15:30 --yes";

const WHICH: &str = "Give ids, as waypost history lists them, or select by outcome and time: \
waypost resend --outcome failed,refused --since 24h --dry-run.";

#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES, after_help = DETAILS)]
pub struct Args {
    /// Ids of deliveries, as shown by waypost history; they may be shortened
    #[arg(value_name = "ID", conflicts_with_all = ["outcome", "since", "until", "search"],
          add = ArgValueCompleter::new(complete::ids))]
    ids: Vec<String>,

    /// Send all events with this outcome that were not delivered since; separate several with commas
    #[arg(long, value_name = "OUTCOME", value_delimiter = ',', requires = "since", value_parser = PossibleValuesParser::new(OUTCOMES))]
    outcome: Vec<String>,

    /// Only deliveries since then: 30m, 24h, 7d, 21:03, 2026-11-26 or 2026-11-26T21:03
    #[arg(long, value_name = "T", requires = "outcome", allow_hyphen_values = true)]
    since: Option<String>,

    /// Only deliveries until then
    #[arg(long, value_name = "T", requires = "outcome", allow_hyphen_values = true)]
    until: Option<String>,

    /// Only deliveries with these words, as for waypost history
    #[arg(long, value_name = "TEXT", requires = "outcome", allow_hyphen_values = true)]
    search: Option<String>,

    /// List what would be sent, and send nothing
    #[arg(long)]
    dry_run: bool,

    /// Maximum number of attempts per second, minute or hour, such as 5/s, 0.5/s, 30/m or 100/h
    #[arg(long, value_name = "N/s", allow_hyphen_values = true)]
    rate: Option<String>,

    /// Maximum number of events in flight; with more than one, the order is not kept [default: 1]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = number(1..=256))]
    concurrency: Option<u32>,

    /// Maximum number of retries per event [default: 3]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = number(0..=20))]
    retries: Option<u32>,

    /// Do not ask for confirmation
    #[arg(short, long)]
    yes: bool,
}

pub fn run(waypost: &Waypost, args: &Args, out: Out) -> Result<u8, Failure> {
    if args.ids.is_empty() && args.outcome.is_empty() {
        return Err(Failure::usage("resend needs to know what to send.", WHICH));
    }
    let is_plain = !args.dry_run && args.rate.is_none() && args.concurrency.is_none() && args.retries.is_none();
    if let ([id], true) = (args.ids.as_slice(), is_plain) {
        return one(waypost, id, out);
    }
    let zone = clock::zone(waypost, out);
    let which = if args.ids.is_empty() { Which::Meant(Box::new(meant(args, &zone, out)?)) } else { Which::Named(&args.ids) };
    let options = Options {
        policy: args.retries.map_or_else(Policy::default, |retries| Policy { retries }),
        rate: args.rate.as_deref().map(rate).transpose()?,
        ..Options::default()
    };
    let how = AgainOptions { options, concurrency: args.concurrency.map_or(1, |concurrency| concurrency as usize) };
    if args.dry_run { many::list(waypost, &which, zone, out) } else { many::send(waypost, &which, &how, args.yes, out) }
}

fn meant(args: &Args, zone: &TimeZone, out: Out) -> Result<Filter, Failure> {
    let delivered = Outcome::Delivered.name();
    if args.outcome.iter().any(|outcome| outcome == delivered) && args.until.is_none() {
        return Err(Failure::usage(
            "--outcome delivered needs --until: otherwise the next run would send the same events again.",
            "Add --until, such as --until 15:30.",
        ));
    }
    let outcomes = args.outcome.iter().map(|outcome| ("outcome", Some(outcome.as_str())));
    filter::parse(
        args.search.as_deref(),
        outcomes.chain([("since", args.since.as_deref()), ("until", args.until.as_deref())]),
        zone,
        "resend",
        out,
    )
}

fn one(waypost: &Waypost, id: &str, out: Out) -> Result<u8, Failure> {
    let destination = waypost.destination()?;
    let (resent, signal) = runtime::run_until_signal(async |stop| {
        let progress = ProgressLine::new(&destination, out);
        Ok(waypost.resend(&destination, id, |step| progress.step(&step), stop).await?)
    })?;
    out.say(&format!("Resent {}.", visible(&resent.delivery.id)));
    let signal = signal.filter(|_| resent.delivery.outcome() == Outcome::Stopped);
    delivery::print(&resent.delivery, resent.unrecorded.as_ref(), signal, None, &clock::clock(waypost, out), out)
}
