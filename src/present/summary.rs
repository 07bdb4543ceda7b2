//! A delivery in one row of a list, the same in every front end.

use crate::domain::delivery::probe::Verdict;
use crate::domain::delivery::{Delivery, Outcome};

use super::timing::duration;

/// What a row says of a delivery. Its texts may hold characters that must not reach a terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    pub mark: Mark,
    /// `200 OK`, `timed out`, `probe`
    pub end: String,
    /// How long the last attempt took, or how many cases of a probe are as they should be: `14 ms`, `4/4`.
    pub took: String,
    /// Empty for a probe.
    pub event: String,
    /// The number of attempts; of a probe 1.
    pub attempts: usize,
    /// Why it was not delivered, where `end` does not say it; of a probe what it found. May be empty.
    pub why: String,
}

/// How good that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    Good,
    Bad,
    /// As the user wanted.
    Stopped,
    /// A probe that shows nothing.
    Unclear,
}

pub fn summary(delivery: &Delivery) -> Summary {
    if let Some(probe) = &delivery.probe {
        let mark = match (probe.verdict(), delivery.outcome()) {
            (Verdict::Good, _) => Mark::Good,
            (Verdict::Bad, _) => Mark::Bad,
            (Verdict::Unclear, Outcome::Stopped) => Mark::Stopped,
            (Verdict::Unclear, _) => Mark::Unclear,
        };
        return Summary {
            mark,
            end: "probe".into(),
            took: format!("{}/{}", probe.good(), probe.planned),
            event: String::new(),
            attempts: 1,
            why: delivery.verdict_in_words().unwrap_or_default().into_owned(),
        };
    }
    let mark = match delivery.outcome() {
        Outcome::Delivered => Mark::Good,
        Outcome::Refused | Outcome::Failed => Mark::Bad,
        Outcome::Stopped => Mark::Stopped,
    };
    let reason = delivery.last().map(|last| last.reason().into_owned()).unwrap_or_default();
    let (end, why) = match delivery.last().and_then(|last| last.response.as_ref()) {
        // It may have been stopped while the answer was read.
        Some(response) if mark != Mark::Stopped => (response.status_line(), reason),
        _ => (reason, String::new()),
    };
    Summary {
        mark,
        end,
        took: delivery.last().map(|last| duration(last.duration_ms)).unwrap_or_default(),
        event: delivery.event.clone(),
        attempts: delivery.attempts.len(),
        why,
    }
}
