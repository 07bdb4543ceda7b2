//! `waypost enqueue`: hands events over to the queue, from which a relay delivers them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use clap::ValueHint;
use serde_json::{Value, json};

use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::input::{body, lines, size};
use crate::cli::output::{self, Out, Verbosity};
use crate::cli::runtime;
use crate::cli::stops::Stops;
use crate::domain::event::is_id;
use crate::domain::text::visible;
use crate::ops::queue::{DuplicateOf, EnqueueOptions, Enqueued, LinesQueued};
use crate::ops::{Problem, ProblemKind, Waypost};

const EXAMPLES: &str = "Examples:
  waypost enqueue order.json
  waypost enqueue order.json --id order-4711
  waypost enqueue --lines events.jsonl";

const DETAILS: &str = "When it exits with 0, the event is in the queue and survives a crash and a power cut; waypost relay \
delivers it. Nothing has to be registered yet. A full queue is an error (5): nothing is dropped.

With --lines, the ids are printed in the order of the lines, each group after it is on the disk. A line that is not JSON is reported \
and left out, and the code is 2. When it stops early, it reports the line up to which everything is queued.";

#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES, after_help = DETAILS)]
pub struct Args {
    /// A file with the JSON of the event, at most 16 MiB; - for standard input
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    source: PathBuf,

    /// Queue each line as an event of its own; empty lines are skipped
    #[arg(long)]
    lines: bool,

    /// The id of the event, which becomes its webhook-id: letters, digits and _ . : - [default: a new one]
    #[arg(long, value_name = "ID", value_parser = id, conflicts_with = "lines", allow_hyphen_values = true)]
    id: Option<String>,

    /// Maximum size of the whole queue of this machine [default: 1GiB]
    #[arg(long, value_name = "SIZE", value_parser = max_queue, allow_hyphen_values = true)]
    max_queue: Option<u64>,
}

/// The bound of the queue of one machine.
const MAX_QUEUE: u64 = 1 << 30;

fn max_queue(text: &str) -> Result<u64, String> {
    match size::bytes(text)? {
        0 => Err("no event fits into a queue of 0 bytes".to_owned()),
        bytes => Ok(bytes),
    }
}

fn id(text: &str) -> Result<String, String> {
    if is_id(text) { Ok(text.to_owned()) } else { Err("use 1 to 256 letters, digits and _ . : -".to_owned()) }
}

pub fn run(waypost: &Waypost, args: &Args, out: Out) -> Result<u8, Failure> {
    if waypost.is_shared() && args.max_queue.is_some() {
        return Err(Failure::usage(
            "--max-queue is for the queue of this machine, and --nats is given.",
            "Leave it out; --nats-max-bytes limits the stream when it is created.",
        ));
    }
    if args.lines {
        return enqueue_lines(waypost, args, out);
    }
    let event = body::event_in(&args.source)?;
    let slow = || out.say(output::SLOW_QUEUE);
    let (id, enqueued) = waypost.enqueue(&event, args.id.as_deref(), args.max_queue.unwrap_or(MAX_QUEUE), slow)?;
    let duplicate = match enqueued {
        Enqueued::Duplicate(of) => Some(of),
        Enqueued::New | Enqueued::Conflict => None,
    };
    if let Some(of) = duplicate {
        let state = match of {
            DuplicateOf::Queued => "queued",
            DuplicateOf::Delivered => "delivered",
            DuplicateOf::Recent => "queued in the last 10 minutes",
        };
        out.say(&format!("It was already {state}."));
    }
    if out.json {
        return output::print_json(json!({ "id": id, "duplicate": duplicate.is_some() }), exit::DONE);
    }
    output::print(&format!("{id}\n"), exit::DONE)
}

fn enqueue_lines(waypost: &Waypost, args: &Args, out: Out) -> Result<u8, Failure> {
    let input = lines::open(&args.source)?.input;
    let how = EnqueueOptions { name: body::name_of(&args.source), most: args.max_queue.unwrap_or(MAX_QUEUE) };
    let mut ids = Vec::new();
    let (done, signal) = runtime::run(async {
        let stops = Stops::catch()?;
        let queued = |group: &[String]| {
            if out.json {
                ids.extend_from_slice(group);
                return Ok(());
            }
            let text: String = group.iter().flat_map(|id| [id.as_str(), "\n"]).collect();
            output::print(&text, exit::DONE).map(drop).map_err(|_| unprinted())
        };
        let done = waypost.enqueue_lines(input, &how, queued, || out.say(output::SLOW_QUEUE), stops.first).await?;
        Ok((done, stops.code.load(Ordering::SeqCst)))
    })?;
    let code = code(&done, signal);
    if out.json {
        return output::print_json(json(&done, &ids), code);
    }
    if out.verbosity != Verbosity::Quiet || code != exit::DONE {
        report(&done, &args.source);
    }
    Ok(code)
}

/// The ids are lost, and what is queued is queued.
fn unprinted() -> Problem {
    Problem::of_kind(ProblemKind::Disk, "Standard output cannot be written", "", "Check where it goes.")
}

fn code(done: &LinesQueued, signal: u8) -> u8 {
    match &done.problem {
        Some(problem) => exit::for_problem(problem.kind),
        None if done.stopped => signal,
        None if done.invalid > 0 => exit::USAGE,
        None => exit::DONE,
    }
}

fn report(done: &LinesQueued, source: &Path) {
    for invalid in &done.first_invalid {
        output::print_stderr(&format!("line {}: {}", invalid.line, invalid.why));
    }
    let untold = done.invalid.saturating_sub(done.first_invalid.len() as u64);
    if untold > 0 {
        output::print_stderr(&format!("… and {untold} more"));
    }
    if let Some(problem) = &done.problem {
        output::print_stderr(&format!("error: {}", visible(&problem.to_string())));
    }
    let invalid = if done.invalid > 0 { format!(", {} invalid", done.invalid) } else { String::new() };
    let events = if done.queued == 1 { "event" } else { "events" };
    let mut text = format!("{} {events} queued{invalid}.", done.queued);
    if !done.is_all {
        let source = visible(&source.to_string_lossy()).into_owned();
        let _ = match done.safe_to {
            0 => write!(text, " Nothing of the input is safe yet."),
            line => write!(text, " All is safe up to line {line}; {source} goes on after it."),
        };
    }
    output::print_stderr(&text);
}

fn json(done: &LinesQueued, ids: &[String]) -> Value {
    json!({
        "queued": done.queued,
        "duplicates": 0,
        "invalid": done.invalid,
        "ids": ids,
        "invalid_lines": done.first_invalid.iter().map(|invalid| json!({ "line": invalid.line, "why": invalid.why })).collect::<Vec<_>>(),
        "safe_to_line": done.safe_to,
        "complete": done.is_all,
        "error": done.problem.clone().map(|problem| Failure::from(problem).error_json()),
    })
}
