//! Which deliveries are meant: for a list, a search, a resend in bulk.
//!
//! ```text
//! outcome:refused status:5xx since:1h timeout
//! ```
//!
//! Several of the same kind mean any of them, different kinds mean all of them, and every word has to be found. A word is
//! looked for in the event's name, the status, the reason and the diagnosis, the id and the bodies; the letters A to Z match in
//! either case.

mod parse;
#[cfg(test)]
mod tests;
mod time;

use jiff::Timestamp;

use super::attempt::Attempt;
use super::event_delivery::Delivery;
use super::outcome::Outcome;

pub use parse::{FilterError, has_open_quote};

/// Which deliveries are meant. The empty one means all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub results: Vec<ResultIs>,
    pub statuses: Vec<StatusIs>,
    pub events: Vec<EventIs>,
    /// When its last attempt began, at the earliest.
    pub since: Option<Timestamp>,
    /// Before that.
    pub until: Option<Timestamp>,
    pub words: Vec<String>,
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResultIs {
    Outcome(Outcome),
    Probe,
}

/// The status of the last attempt: `404`, or `5xx`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusIs {
    pub from: u16,
    pub to: u16,
}

/// The name of the event, or with a star after it, its beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventIs {
    Exactly(String),
    Begins(String),
}

impl Filter {
    /// Only the deliveries of that outcome.
    #[must_use]
    pub fn of(outcome: Outcome) -> Self {
        Self { results: vec![ResultIs::Outcome(outcome)], ..Self::default() }
    }

    /// Whether it means all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it narrows nothing but how they ended, to one end.
    #[must_use]
    pub fn is_of_one_result(&self) -> bool {
        self.results.len() == 1 && Self { results: Vec::new(), ..self.clone() }.is_empty()
    }

    /// The same, but for words: what a row of the list has to say.
    fn matches_row(&self, delivery: &Delivery) -> bool {
        let is_probe = delivery.probe.is_some();
        let status = delivery.last().and_then(Attempt::status).filter(|_| !is_probe);
        let result = |result: &ResultIs| match result {
            ResultIs::Probe => is_probe,
            ResultIs::Outcome(outcome) => !is_probe && delivery.outcome() == *outcome,
        };
        let event = |event: &EventIs| match event {
            EventIs::Exactly(name) => delivery.event == *name,
            EventIs::Begins(start) => delivery.event.starts_with(start),
        };
        let any_status = |it: &StatusIs| status.is_some_and(|status| (it.from..=it.to).contains(&status));
        (self.results.is_empty() || self.results.iter().any(result))
            && (self.statuses.is_empty() || self.statuses.iter().any(any_status))
            && (self.events.is_empty() || self.events.iter().any(event))
            && self.since.is_none_or(|since| delivery.at() >= since)
            && self.until.is_none_or(|until| delivery.at() < until)
    }

    /// Whether a delivery is meant.
    #[must_use]
    pub fn matches(&self, delivery: &Delivery) -> bool {
        self.matches_row(delivery) && self.has_words(delivery)
    }

    /// Whether every word is in it.
    #[must_use]
    pub fn has_words(&self, delivery: &Delivery) -> bool {
        self.words.iter().all(|word| has_word(delivery, word.as_bytes()))
    }
}

fn has_word(delivery: &Delivery, word: &[u8]) -> bool {
    let found = |text: &[u8]| contains(text, word);
    if found(delivery.id.as_bytes()) || found(delivery.event.as_bytes()) {
        return true;
    }
    let probe = delivery.probe.as_ref();
    delivery.verdict_in_words().is_some_and(|verdict| found(verdict.as_bytes()))
        || probe.into_iter().flat_map(|probe| &probe.cases).any(|case| found(case.finding.as_bytes()))
        || delivery.attempts.iter().any(|attempt| {
            found(attempt.outcome.name().as_bytes())
                || found(attempt.reason().as_bytes())
                || found(attempt.diagnosis.why.as_bytes())
                || found(&attempt.request.body)
                || attempt.response.as_ref().is_some_and(|it| found(it.status_line().as_bytes()) || found(&it.body))
        })
}

/// Whether a text contains another; the letters A to Z match in either case.
#[must_use]
pub fn contains(text: &[u8], word: &[u8]) -> bool {
    let Some(first) = word.first() else { return true };
    let Some(starts) = (text.len() + 1).checked_sub(word.len()) else { return false };
    let starts = &text[..starts];
    let (lower, upper) = (first.to_ascii_lowercase(), first.to_ascii_uppercase());
    memchr::memchr2_iter(lower, upper, starts).any(|at| text[at..at + word.len()].eq_ignore_ascii_case(word))
}
