//! `waypost queue`: what waits to be delivered, and what can be done about it.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Subcommand, ValueHint};
use clap_complete::ArgValueCompleter;
use jiff::Timestamp;
use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr as _;

use crate::cli::complete;
use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::input::new_file::new_file;
use crate::cli::input::number::number;
use crate::cli::output::{self, Out, Tone, clock};
use crate::domain::delivery::gate::{Gate, State, Why};
use crate::domain::delivery::{Attempt, Delivery};
use crate::domain::problem::sentences;
use crate::domain::text::{ellipsis, visible};
use crate::ops::queue::{Entry, EventState, Filter, View};
use crate::ops::{Problem, ProblemKind, Waypost};
use crate::present;
use crate::present::clock::Clock;

const EXAMPLES: &str = "Examples:
  waypost queue
  waypost queue list --state dead
  waypost queue retry --dead
  waypost queue hold
  waypost queue rescue events.jsonl";

const LIMIT: u32 = 20;

#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub struct Args {
    #[command(subcommand)]
    action: Option<Action>,

    #[command(flatten)]
    list: ListArgs,
}

#[derive(Debug, clap::Args)]
struct ListArgs {
    /// Maximum number of events to list [default: 20]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = number(0..=100_000))]
    limit: Option<u32>,

    /// List only events in this state
    #[arg(long, value_parser = state())]
    state: Option<EventState>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the events in the order in which they go out, dead letters last (the default)
    List(ListArgs),
    /// Show one event: its body and its attempts
    Show {
        /// The id of the event, or an unambiguous beginning of it
        #[arg(add = ArgValueCompleter::new(complete::queued))]
        id: String,
    },
    /// Make events ready to go out now; dead letters start over
    Retry {
        /// The ids of the events
        #[arg(required_unless_present = "dead", add = ArgValueCompleter::new(complete::queued))]
        ids: Vec<String>,

        /// All dead letters
        #[arg(long, conflicts_with = "ids")]
        dead: bool,
    },
    /// Delete events from the queue; one in flight may still be delivered
    Drop {
        /// The ids of the events
        #[arg(required = true, add = ArgValueCompleter::new(complete::queued))]
        ids: Vec<String>,
    },
    /// Stop delivering until released, also over restarts; events are still accepted
    Hold,
    /// Deliver again, whatever stopped it: a hold, a pause, 410
    Release,
    /// Write the events that can be read of a database, which may be damaged, to a new file, one per line
    Rescue {
        /// A file that does not exist yet
        #[arg(value_hint = ValueHint::FilePath, value_parser = new_file())]
        file: PathBuf,
    },
}

fn state() -> impl TypedValueParser<Value = EventState> {
    PossibleValuesParser::new(EventState::ALL.map(EventState::name))
        .try_map(|name| EventState::from_name(&name).ok_or("not a state"))
}

pub fn run(waypost: &Waypost, args: &Args, out: Out) -> Result<u8, Failure> {
    match &args.action {
        None => list(waypost, &args.list, out),
        Some(_) if args.list.limit.is_some() || args.list.state.is_some() => {
            Err(Failure::usage("--limit and --state belong to list.", "Put them after waypost queue list."))
        }
        Some(Action::List(args)) => list(waypost, args, out),
        Some(Action::Show { id }) => show(waypost, id, out),
        Some(Action::Retry { dead: true, .. }) => {
            let count = waypost.retry_dead()?;
            done(out, json!({ "retried": count }), &format!("{} ready to go out.", events(count)))
        }
        Some(Action::Retry { ids, .. }) => {
            let ids = waypost.retry_queued(ids).map_err(|problem| nothing_done(problem, ids, "Nothing was changed."))?;
            done(out, json!({ "retried": ids.len() }), &format!("{} ready to go out.", events(ids.len())))
        }
        Some(Action::Drop { ids }) => {
            let ids = waypost.drop_queued(ids).map_err(|problem| nothing_done(problem, ids, "Nothing was dropped."))?;
            done(out, json!({ "dropped": ids.len() }), &format!("{} deleted.", events(ids.len())))
        }
        Some(Action::Hold) => {
            let gate = waypost.hold_queue()?;
            done(out, json!({ "gate": gate_json(&gate.gate) }), "Nothing goes out until waypost queue release.")
        }
        Some(Action::Release) => {
            let gate = waypost.release_queue()?;
            let running = if waypost.relay_runs() { "" } else { " No relay is running: start one with waypost relay." };
            done(out, json!({ "gate": gate_json(&gate.gate) }), &format!("The gate is open.{running}"))
        }
        Some(Action::Rescue { file }) => {
            let rescued = waypost.rescue_queue(file)?;
            let part = if rescued.is_partial { " The database is damaged: others may be missing." } else { "" };
            let text = format!(
                "{} written to {}.{part} Queue them with waypost enqueue --lines.",
                events(usize::try_from(rescued.events).unwrap_or(usize::MAX)),
                visible(&file.to_string_lossy())
            );
            done(out, json!({ "events": rescued.events, "partial": rescued.is_partial }), &text)
        }
    }
}

/// One of several ids that is not in the queue leaves all the others as they are.
fn nothing_done(mut problem: Problem, ids: &[String], says: &str) -> Failure {
    if ids.len() > 1 && problem.kind == ProblemKind::Usage {
        problem.why = sentences(&[&problem.why, says]);
    }
    problem.into()
}

fn done(out: Out, object: Value, text: &str) -> Result<u8, Failure> {
    if out.json {
        return output::print_json(object, exit::DONE);
    }
    out.say(text);
    Ok(exit::DONE)
}

fn events(count: usize) -> String {
    if count == 1 { "1 event".to_owned() } else { format!("{count} events") }
}

fn list(waypost: &Waypost, args: &ListArgs, out: Out) -> Result<u8, Failure> {
    let limit = usize::try_from(args.limit.unwrap_or(LIMIT)).unwrap_or(usize::MAX);
    let view = waypost.queue(Filter { state: args.state, skip: 0, limit })?;
    let running = view.relay_runs;
    if out.json {
        return output::print_json(json(&view, running, waypost.is_shared()), exit::DONE);
    }
    let clock = clock::clock(waypost, out);
    let mut text = summary(&view, running, &clock);
    if !view.events.is_empty() {
        text.push('\n');
        text.push_str(&table(&view, &clock, out));
    }
    let code = output::print(&text, exit::DONE)?;
    if view.more {
        out.say("There are more events; --limit N lists more.");
    }
    Ok(code)
}

/// The numbers, the gate, and the relay, a line each.
fn summary(view: &View, running: bool, clock: &Clock) -> String {
    let counts = view.counts;
    let age = view.oldest.map(|since| format!("; the oldest is {} old", age(since))).unwrap_or_default();
    let mut text = format!(
        "queue  {} ready, {} waiting, {} in flight, {} dead{age}\n",
        counts.ready, counts.waiting, counts.in_flight, counts.dead
    );
    let _ = writeln!(text, "gate   {}", gate_text(&view.gate.gate, clock));
    let relay = if running { "running" } else { "not running: start one with waypost relay" };
    let _ = writeln!(text, "relay  {relay}");
    text
}

fn gate_text(gate: &Gate, clock: &Clock) -> String {
    match gate.state() {
        State::Open => "open".to_owned(),
        State::Closed { until, .. } => format!("closed until {}: {}", clock.moment(*until), present::queue::closed_by(gate)),
        State::Probing { .. } => format!("closed: {}", present::queue::closed_by(gate)),
        State::Gone => "closed: the destination answered 410 (gone); waypost queue release opens it".to_owned(),
        State::Held => "held; waypost queue release opens it".to_owned(),
    }
}

fn gate_json(gate: &Gate) -> Value {
    let why = |why: &Why| match why {
        Why::Asked => "asked",
        Why::Down => "down",
    };
    let (state, until, why) = match gate.state() {
        State::Open => ("open", None, None),
        State::Closed { until, why: reason, .. } => ("closed", Some(until.to_string()), Some(why(reason))),
        State::Probing { why: reason, .. } => ("closed", None, Some(why(reason))),
        State::Gone => ("closed", None, Some("gone")),
        State::Held => ("held", None, None),
    };
    json!({ "state": state, "until": until, "why": why, "reason": gate.failure() })
}

fn age(since: Timestamp) -> String {
    present::queue::age(since, Timestamp::now())
}

const HEAD: [&str; 7] = ["STATE", "AGE", "TRIES", "DUE", "EVENT", "ID", "WHY"];

fn table(view: &View, clock: &Clock, out: Out) -> String {
    let now = Timestamp::now();
    let rows: Vec<_> = view.events.iter().map(|entry| cells(entry, due(entry, &view.gate.gate, now), clock)).collect();
    let mut widths = HEAD.map(str::len);
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.width());
        }
    }
    let line = |cells: &[String; 7]| {
        let mut text = String::new();
        for (cell, width) in cells.iter().zip(widths) {
            let _ = write!(text, "{cell}{}  ", " ".repeat(width.saturating_sub(cell.width())));
        }
        text.trim_end().to_owned()
    };
    let mut text = format!("{}\n", out.paint(&line(&HEAD.map(str::to_owned)), Tone::Label));
    for row in &rows {
        text.push_str(&line(row));
        text.push('\n');
    }
    text
}

/// When a waiting event is tried again, at the earliest; `None` where no time is known. What is ready is due now, and a dead letter never.
fn due(entry: &Entry, gate: &Gate, now: Timestamp) -> Option<Timestamp> {
    let own = entry.due_at.filter(|_| entry.state == EventState::Waiting)?;
    match gate.state() {
        State::Closed { until, .. } => Some(own.max(*until)),
        // A probe that is on its way, or the operator, decides.
        State::Open | State::Probing { .. } | State::Gone | State::Held => (own > now).then_some(own),
    }
}

fn cells(entry: &Entry, due: Option<Timestamp>, clock: &Clock) -> [String; 7] {
    [
        entry.state.name().replace('_', " "),
        age(entry.enqueued_at),
        entry.attempts.to_string(),
        due.map(|at| clock.time(at)).unwrap_or_default(),
        ellipsis(&visible(&entry.event), 40).into_owned(),
        visible(&entry.id).into_owned(),
        visible(&present::queue::why(entry.dead, entry.delivery.as_deref())).into_owned(),
    ]
}

fn json(view: &View, running: bool, is_shared: bool) -> Value {
    let counts = view.counts;
    json!({
        "engine": if is_shared { "nats" } else { "sqlite" },
        "counts": { "ready": counts.ready, "waiting": counts.waiting, "in_flight": counts.in_flight, "dead": counts.dead },
        "oldest_age_s": view.oldest.map(|since| Timestamp::now().duration_since(since).as_secs().max(0)),
        "bytes": view.bytes,
        "gate": gate_json(&view.gate.gate),
        "relay_running": running,
        "events": view.events.iter().map(entry_json).collect::<Vec<_>>(),
    })
}

fn entry_json(entry: &Entry) -> Value {
    let last = entry.delivery.as_deref().and_then(Delivery::last);
    json!({
        "id": entry.id,
        "event": entry.event,
        "state": entry.state.name(),
        "enqueued_at": entry.enqueued_at.to_string(),
        "due_at": entry.due_at.map(|at| at.to_string()),
        "attempts": entry.attempts,
        "bytes": entry.bytes,
        "last": last.map(|last| json!({
            "at": last.started_at.to_string(),
            "outcome": last.outcome.name(),
            "status": Attempt::status(last),
            "why": last.diagnosis.why,
        })),
        "dead_reason": entry.dead.map(crate::domain::delivery::schedule::DeadReason::name),
    })
}

fn show(waypost: &Waypost, id: &str, out: Out) -> Result<u8, Failure> {
    let (entry, body) = waypost.queued(id)?;
    let text = String::from_utf8_lossy(&body);
    if out.json {
        let mut object = entry_json(&entry);
        object["body"] = json!(text);
        object["delivery"] = entry.delivery.as_deref().map_or(Value::Null, crate::ops::delivery_json);
        return output::print_json(json!({ "event": object }), exit::DONE);
    }
    let clock = clock::clock(waypost, out);
    let mut shown = String::new();
    for (label, value) in [
        ("id", visible(&entry.id).into_owned()),
        ("event", visible(&entry.event).into_owned()),
        ("state", entry.state.name().replace('_', " ")),
        ("queued", format!("{} ({} ago)", clock.moment(entry.enqueued_at), age(entry.enqueued_at))),
        ("due", entry.due_at.map(|at| clock.moment(at)).unwrap_or_default()),
        ("attempts", entry.attempts.to_string()),
        ("dead", entry.dead.map(|reason| reason.name().replace('_', " ")).unwrap_or_default()),
    ] {
        if !value.is_empty() {
            let _ = writeln!(shown, "{label:<9} {value}");
        }
    }
    for attempt in entry.delivery.iter().flat_map(|delivery| &delivery.attempts) {
        let status = attempt.status().map(|status| format!(" {status}")).unwrap_or_default();
        let at = clock.moment(attempt.started_at);
        let _ = writeln!(shown, "{at}  {}{status}  {}", attempt.outcome.name(), visible(&attempt.diagnosis.why));
    }
    let body: String = text.lines().flat_map(|line| [visible(line), "\n".into()]).collect();
    let _ = write!(shown, "\n{body}");
    output::print(&shown, exit::DONE)
}
