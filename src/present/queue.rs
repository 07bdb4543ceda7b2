//! The queue in words.

use jiff::Timestamp;

use super::clock::Clock;
use super::delivery::end;
use crate::domain::delivery::Delivery;
use crate::domain::delivery::gate::{Gate, State, Why};
use crate::domain::delivery::schedule::DeadReason;
use crate::domain::text::visible;

/// The gate in a word or two: `open`, `closed until 03:14:07`, `held`
pub fn gate(gate: &Gate, clock: &Clock) -> String {
    match gate.state() {
        State::Open => "open".to_owned(),
        State::Closed { until, .. } => format!("closed until {}", clock.time(*until)),
        State::Probing { .. } | State::Gone => "closed".to_owned(),
        State::Held => "held".to_owned(),
    }
}

/// Why it is not open, and what opens it; empty where it is:
/// `the destination accepts nothing (connection refused); then one event goes out as a probe`
pub fn closed_by(gate: &Gate) -> String {
    let because = |why: &Why| {
        let why = match why {
            Why::Asked => "the destination asked for a pause",
            Why::Down => "the destination accepts nothing",
        };
        gate.failure().map_or_else(|| why.to_owned(), |failure| format!("{why} ({})", visible(failure)))
    };
    match gate.state() {
        State::Open => String::new(),
        State::Closed { why, .. } => format!("{}; then one event goes out as a probe", because(why)),
        State::Probing { why, .. } => format!("{}; one event is on its way as a probe", because(why)),
        State::Gone => "the destination answered 410 (gone); nothing goes out until it is released".to_owned(),
        State::Held => "nothing goes out until it is released".to_owned(),
    }
}

/// `4 s`, `12 min`, `3 h`, `5 d`
pub fn age(since: Timestamp, now: Timestamp) -> String {
    match now.duration_since(since).as_secs().max(0) {
        seconds @ 0..100 => format!("{seconds} s"),
        seconds @ 100..6000 => format!("{} min", seconds / 60),
        seconds @ 6000..172_800 => format!("{} h", seconds / 3600),
        seconds => format!("{} d", seconds / 86_400),
    }
}

/// Why an event was not delivered so far: why it is dead, and how its last attempt ended. It may hold characters that must not reach a
/// terminal.
pub fn why(dead: Option<DeadReason>, attempts: Option<&Delivery>) -> String {
    after_reason(dead, attempts.and_then(Delivery::last).map(|last| last.diagnosis.why.clone()).unwrap_or_default())
}

/// The same in the few words that a row has room for: `refused: 401 Unauthorized`, `connection refused`.
pub fn short_why(dead: Option<DeadReason>, attempts: Option<&Delivery>) -> String {
    after_reason(dead, attempts.and_then(Delivery::last).and_then(end).unwrap_or_default())
}

fn after_reason(dead: Option<DeadReason>, last: String) -> String {
    match dead.map(|reason| reason.name().replace('_', " ")) {
        None => last,
        Some(reason) if last.is_empty() => reason,
        Some(reason) => format!("{reason}: {last}"),
    }
}
