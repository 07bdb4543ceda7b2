//! The outcome of a resend of many: one line and remarks for people, a line for each event and one for all for scripts.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use serde_json::{Value, json};

use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::output::progress::per_second;
use crate::cli::output::{self, Out, Verbosity, live};
use crate::domain::delivery::{Attempt, Delivery, Outcome};
use crate::domain::text::visible;
use crate::ops::relay::AgainSummary;
use crate::ops::resend::{LeftOut, Selection};

/// At most this many ids are named for a reason.
const MAX_IDS: usize = 10;

#[derive(Default)]
pub struct Ended {
    pub sent: AgainSummary,
    /// What was left out before it began.
    pub before: Vec<(String, LeftOut)>,
    /// From the first event to the last answer.
    pub time: Duration,
    /// The exit code of the first signal, if one came.
    pub stopped_by: Option<u8>,
    /// Why standard output could not be written.
    pub unprinted: Option<Failure>,
}

/// Prints the outcome, and returns the exit code.
pub fn print(ended: &Ended, out: Out) -> Result<u8, Failure> {
    let AgainSummary { left_out: later, unrecorded, unreadable, gave_up, tally, .. } = &ended.sent;
    let code = code(ended);
    if let Some(problem) = unrecorded {
        output::print_problem("not recorded", problem);
    }
    if out.json {
        print_line(json(ended))?;
        return Ok(code);
    }
    let line = line(ended);
    if out.verbosity == Verbosity::Quiet {
        if code != exit::DONE {
            output::print_stderr(&format!("error: {line}"));
        }
    } else {
        output::print_stderr(&line);
        let mut remarks = left_out(later);
        remarks.extend(gave_up.as_ref().map(live::gave_up));
        if tally.stopped > 0 {
            remarks.push(live::stopped_in_flight(tally.stopped));
        }
        if tally.unsent + tally.refused + tally.failed + tally.stopped > 0 {
            remarks.push("To continue, run the same command again: what was delivered since is left out.".to_owned());
        }
        for text in remarks {
            output::print_stderr(&text);
        }
    }
    if let Some(problem) = unreadable {
        output::print_problem("the rest was not sent", problem);
    }
    Ok(code)
}

/// `312 events`
pub fn events(count: u64) -> String {
    if count == 1 { "1 event".to_owned() } else { format!("{count} events") }
}

/// A line for scripts.
pub fn print_line(object: serde_json::Value) -> Result<(), Failure> {
    output::print(&format!("{}\n", output::json::line(object)), exit::DONE).map(drop)
}

/// The worst of it decides: a history that cannot be read, a stop, a failure, a refusal, what could not be sent.
fn code(ended: &Ended) -> u8 {
    let tally = &ended.sent.tally;
    match ended.stopped_by {
        _ if ended.sent.unreadable.is_some() => exit::DISK,
        _ if ended.unprinted.is_some() => exit::DISK,
        Some(code) => code,
        None if tally.failed > 0 => exit::FAILED,
        None if tally.refused > 0 => exit::REFUSED,
        None if ended.before.iter().chain(&ended.sent.left_out).any(|(_, why)| why.is_loss()) => exit::USAGE,
        None => exit::DONE,
    }
}

/// `312 events: 310 delivered, 1 refused, 1 failed; 3 retries, 3.2 s, 97/s`
fn line(ended: &Ended) -> String {
    let tally = &ended.sent.tally;
    if tally.ended() == 0 {
        return "Nothing to send again.".to_owned();
    }
    let count = events(tally.ended());
    let mut text = format!("{count}: {} delivered, {} refused, {} failed", tally.delivered, tally.refused, tally.failed);
    for (count, what) in [(tally.stopped, "stopped in flight"), (tally.unsent, "not sent")] {
        if count > 0 {
            let _ = write!(text, ", {count} {what}");
        }
    }
    let retries = if tally.retries == 1 { "retry" } else { "retries" };
    let (time, done) = (ended.time, tally.ended() - tally.unsent);
    let _ = write!(text, "; {} {retries}, {:.1} s, {}/s", tally.retries, time.as_secs_f64(), per_second(done, time));
    text
}

/// What is left out, by reason; with the ids of what waits in the queue or cannot be sent.
pub fn left_out(all: &[(String, LeftOut)]) -> Vec<String> {
    let mut by_reason: BTreeMap<LeftOut, Vec<&str>> = BTreeMap::new();
    for (id, why) in all {
        by_reason.entry(*why).or_default().push(id);
    }
    by_reason.into_iter().map(|(why, ids)| reason(why, &ids)).collect()
}

fn reason(why: LeftOut, ids: &[&str]) -> String {
    let count = ids.len();
    let mut text = match why {
        LeftOut::DeliveredSince => return format!("Left out: {count} delivered since."),
        LeftOut::Test => return format!("Left out: {count} of waypost's own test events."),
        LeftOut::Queued => format!("Left out: {count} waiting in the queue: "),
        LeftOut::Cut => format!("Cannot be sent: {count} with a body of which the history has only the first 64 KiB: "),
        LeftOut::Damaged => format!("Cannot be sent: {count} with a damaged record: "),
        LeftOut::Gone => format!("Cannot be sent: {count} deleted from the history in the meantime: "),
    };
    let named: Vec<_> = ids.iter().take(MAX_IDS).map(|id| visible(id)).collect();
    text.push_str(&named.join(", "));
    if count > MAX_IDS {
        let _ = write!(text, " and {} more", count - MAX_IDS);
    }
    text.push('.');
    text
}

/// `msg_… order: delivered 200`
pub fn line_of(delivery: &Delivery) -> String {
    let last = delivery.last();
    let status = last.and_then(Attempt::status).map(|status| format!(" {status}")).unwrap_or_default();
    let why = last.filter(|_| delivery.outcome() != Outcome::Delivered).map(|last| format!(": {}", last.diagnosis.why));
    let (id, event) = (visible(&delivery.id), visible(&delivery.event));
    format!("{id} {event}: {}{status}{}", delivery.outcome().name(), visible(&why.unwrap_or_default()))
}

pub fn ended_json(delivery: &Delivery) -> Value {
    let last = delivery.last();
    let why = last.filter(|_| delivery.outcome() != Outcome::Delivered).map(|last| &last.diagnosis.why);
    event_json(&delivery.id, Some(&delivery.event), delivery.outcome().name(), last.and_then(Attempt::status), why)
}

pub fn would_send_json(delivery: &Delivery) -> Value {
    event_json(&delivery.id, Some(&delivery.event), "would_send", None, None)
}

pub fn left_out_json(id: &str, why: LeftOut) -> Value {
    event_json(id, None, "left_out", None, Some(&why.name().to_owned()))
}

fn event_json(id: &str, event: Option<&str>, outcome: &str, status: Option<u16>, why: Option<&String>) -> Value {
    json!({ "id": id, "event": event, "outcome": outcome, "status": status, "why": why })
}

pub fn dry_run_json(selection: &Selection) -> Value {
    json!({ "would_send": selection.chosen.len(), "left_out": selection.left_out.len(), "elsewhere": selection.elsewhere })
}

fn json(ended: &Ended) -> Value {
    let AgainSummary { tally, left_out, gave_up, unreadable, .. } = &ended.sent;
    json!({
        "delivered": tally.delivered,
        "refused": tally.refused,
        "failed": tally.failed,
        "stopped": tally.stopped,
        "unsent": tally.unsent,
        "left_out": ended.before.len() + left_out.len(),
        "retries": tally.retries,
        "duration_ms": u64::try_from(ended.time.as_millis()).unwrap_or(u64::MAX),
        "gave_up": gave_up.as_ref().map(|gave_up| json!({ "probes": gave_up.probes, "why": gave_up.why })),
        "error": unreadable.as_ref().map(|problem| Failure::from(problem.clone()).error_json()),
    })
}
