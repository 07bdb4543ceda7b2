//! `waypost relay`: delivers the queue, for as long as it runs.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use serde_json::{Value, json};

use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::input::duration;
use crate::cli::input::rate::rate;
use crate::cli::output::progress::paused_for;
use crate::cli::output::{self, Out, Verbosity};
use crate::cli::runtime;
use crate::cli::stops::Stops;
use crate::domain::delivery::gate::{Gate, State, Why};
use crate::domain::delivery::{Attempt, Delivery};
use crate::domain::text::visible;
use crate::ops::Waypost;
use crate::ops::queue::Counts;
use crate::ops::relay::{NotStarted, Paused, RelayOptions, RelaySummary, Report, Settlement};

const EXAMPLES: &str = "Examples:
  waypost relay
  waypost relay --once
  waypost relay --rate 5/s --concurrency 2";

const DETAILS: &str = "A failure of the destination (no answer, 401, 429, 5xx, ...) never ends an event: it waits, and one event goes \
out as a probe after 10 s, doubling to 5 min, or when Retry-After says. An event that the destination refuses itself (400, 413, 422, \
...) three times is a dead letter, and so is one that is older than --give-up-after: see waypost queue.

Events are delivered at least once, and in no particular order unless --ordered is given. Killed at any moment, it loses no event: what \
was in flight is sent again under the same webhook-id. An edit of the destination takes effect at once. The first SIGTERM or ^C waits \
for the events in flight, the second does not.

Exit codes: 0 after a signal; with --once 0 when nothing is left to deliver, else 4, else 3 if an event became a dead letter. 75: \
another relay runs.";

#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES, after_help = DETAILS)]
pub struct Args {
    /// Deliver what is due, and end
    #[arg(long)]
    once: bool,

    /// Maximum number of events in flight [default: 8, with --ordered 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=256))]
    concurrency: Option<u32>,

    /// Keep the order of enqueueing: an event that waits holds all after it
    #[arg(long)]
    ordered: bool,

    /// Maximum number of attempts per second, minute or hour, such as 5/s, 0.5/s, 30/m or 100/h
    #[arg(long, value_name = "N/s", allow_hyphen_values = true)]
    rate: Option<String>,

    /// Age at which an event becomes a dead letter: 1s or more, such as 24h or 7d
    #[arg(long, value_name = "DURATION", value_parser = age, default_value = "72h", allow_hyphen_values = true)]
    give_up_after: Duration,
}

fn age(text: &str) -> Result<Duration, String> {
    match duration::seconds(text)? {
        0 => Err("it is less than a second".to_owned()),
        seconds => Ok(Duration::from_secs(seconds.unsigned_abs())),
    }
}

pub fn run(waypost: &Waypost, args: &Args, out: Out) -> Result<u8, Failure> {
    if args.ordered && args.concurrency.is_some_and(|concurrency| concurrency > 1) {
        return Err(Failure::usage(
            "--ordered keeps one event in flight, and --concurrency asks for more.",
            "Leave one of them out, or use --concurrency 1.",
        ));
    }
    let how = RelayOptions {
        once: args.once,
        concurrency: args.concurrency.map_or(if args.ordered { 1 } else { 8 }, |concurrency| concurrency as usize),
        ordered: args.ordered,
        rate: args.rate.as_deref().map(rate).transpose()?,
        give_up_after: args.give_up_after,
    };
    let summary = runtime::run(deliver(waypost, &how, out))?;
    end(&summary, args.once, out)
}

async fn deliver(waypost: &Waypost, how: &RelayOptions, out: Out) -> Result<RelaySummary, Failure> {
    let stops = Stops::catch()?;
    let in_flight = Cell::new(0);
    let teller = RefCell::new(Teller { out, was_open: true, failure: None });
    let report = |report| teller.borrow_mut().tell(report);
    let stop = async {
        stops.first.await;
        out.say(&format!("Stopping: waiting for {} in flight.", in_flight.get()));
    };
    let summary = waypost.relay(how, report, |now| in_flight.set(now), stop, stops.second).await;
    let summary = summary.map_err(|error| match error {
        NotStarted::Problem(problem) => Failure::Problem(problem),
        NotStarted::Cause(destination, cause) => Failure::not_started(destination.settings(), &cause),
    })?;
    match teller.into_inner().failure {
        Some(failure) => Err(failure),
        None => Ok(summary),
    }
}

fn end(summary: &RelaySummary, once: bool, out: Out) -> Result<u8, Failure> {
    if let Some(problem) = &summary.broken {
        return Err(problem.clone().into());
    }
    let died = if summary.died > 0 { format!(", {} became dead letters", summary.died) } else { String::new() };
    out.say(&format!("{} delivered{died}; {} left in the queue.", summary.delivered, summary.left));
    Ok(match summary {
        _ if !once => exit::DONE,
        RelaySummary { left: 1.., .. } => exit::FAILED,
        RelaySummary { died: 1.., .. } => exit::REFUSED,
        RelaySummary { .. } => exit::DONE,
    })
}

/// Says what happened: the events that ended on standard output for scripts, and what an operator has to know.
struct Teller {
    out: Out,
    was_open: bool,
    /// Why standard output could not be written.
    failure: Option<Failure>,
}

impl Teller {
    fn tell(&mut self, report: Report) {
        let out = self.out;
        match report {
            Report::Started(url, counts) => out.say(&started(&url, counts)),
            Report::Gate(gate) => self.tell_gate(&gate),
            Report::Settled(delivery, settlement) => self.tell_end(&delivery, settlement),
            Report::Destination(url) => out.say(&format!("The destination was changed: delivering to {}.", visible(&url))),
            Report::NoDestination(problem) => output::print_problem("nothing is delivered", &problem),
            Report::Unwritten(problem) => output::print_problem("not recorded; it will be tried again", &problem),
            Report::Written => out.say("What was delivered is recorded again."),
        }
    }

    fn tell_end(&mut self, delivery: &Delivery, settlement: Settlement) {
        if self.out.json {
            let printed =
                ended(delivery, settlement).map(|object| output::print(&format!("{}\n", output::json::line(object)), exit::DONE));
            if let Some(Err(failure)) = printed {
                self.failure.get_or_insert(failure);
            }
        } else if self.out.verbosity == Verbosity::Verbose || matches!(settlement, Settlement::Dead(_)) {
            self.out.say(&line(delivery, settlement));
        }
    }

    fn tell_gate(&mut self, gate: &Gate) {
        let text = match gate.state() {
            State::Open if self.was_open => return,
            State::Open => "The gate is open: events go out again.".to_owned(),
            // One event is on its way; what comes of it is said.
            State::Probing { .. } => return,
            State::Closed { until, why, .. } => pausing(Paused { until: *until, why: *why }),
            State::Gone => "Paused: the destination answered 410 (gone). Check it, then run waypost queue release.".to_owned(),
            State::Held => "Paused by waypost queue hold, until waypost queue release.".to_owned(),
        };
        self.was_open = *gate.state() == State::Open;
        self.out.say(&text);
    }
}

/// `Delivering to https://hooks.example.com/in: 12 ready, 3 waiting, 1 dead.`
fn started(url: &str, counts: Counts) -> String {
    let Counts { ready, waiting, dead, .. } = counts;
    format!("Delivering to {}: {ready} ready, {waiting} waiting, {dead} dead.", visible(url))
}

fn ended(delivery: &Delivery, settlement: Settlement) -> Option<Value> {
    let (outcome, reason) = match settlement {
        Settlement::Ack => ("delivered", None),
        Settlement::Dead(reason) => ("dead", Some(reason.name())),
        Settlement::Defer(_) | Settlement::Return => return None,
    };
    Some(json!({
        "id": delivery.id,
        "event": delivery.event,
        "outcome": outcome,
        "status": delivery.last().and_then(Attempt::status),
        "attempts": delivery.attempts.len(),
        "dead_reason": reason,
        "why": if reason.is_some() { delivery.last().map(|last| last.diagnosis.why.clone()) } else { None },
    }))
}

fn line(delivery: &Delivery, settlement: Settlement) -> String {
    let last = delivery.last();
    let why = last.map(|last| last.diagnosis.why.as_str()).unwrap_or_default();
    let status = last.and_then(Attempt::status).map(|status| format!(" {status}")).unwrap_or_default();
    let text = match settlement {
        Settlement::Ack => format!("delivered{status}"),
        Settlement::Defer(until) => format!("waits until {}: {why}", until.strftime("%H:%M:%S UTC")),
        Settlement::Dead(_) => format!("dead letter: {why}"),
        Settlement::Return => "stopped".to_owned(),
    };
    format!("{} {}: {}", visible(&delivery.id), visible(&delivery.event), visible(&text))
}

/// `Paused for 60 s: the endpoint asked for it. Then one event goes out as a probe.`
fn pausing(paused: Paused) -> String {
    let why = match paused.why {
        Why::Asked => "the endpoint asked for it",
        Why::Down => "too many attempts in a row failed",
    };
    format!("Paused for {}: {why}. Then one event goes out as a probe.", paused_for(paused))
}
