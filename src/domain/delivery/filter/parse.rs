//! A filter as it is typed.

use std::fmt;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::time::{self, Bound};
use super::{EventIs, Filter, ResultIs, StatusIs};
use crate::domain::delivery::Outcome;
use crate::domain::text::{ellipsis, visible};

/// The kinds of terms, each with the form that it takes.
const FORMS: [(&str, &str); 5] = [
    ("outcome", "delivered, refused, failed, stopped or probe"),
    ("status", "a status or a class of them, such as 404 or 5xx"),
    ("event", "the name of an event, or its beginning and a star, such as order.*"),
    ("since", time::FORM),
    ("until", time::FORM),
];

/// What is wrong with a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterError {
    /// `since`
    pub kind: &'static str,
    pub value: String,
}

impl FilterError {
    /// What it takes, a clause.
    #[must_use]
    pub fn form(&self) -> &'static str {
        FORMS.into_iter().find(|(kind, _)| *kind == self.kind).map_or("", |(_, form)| form)
    }
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = ellipsis(&visible(&self.value), 40).into_owned();
        match value.as_str() {
            "" => write!(f, "{}: takes {}", self.kind, self.form()),
            _ => write!(f, "{}: \"{value}\" is not what it takes: {}", self.kind, self.form()),
        }
    }
}

impl std::error::Error for FilterError {}

impl Filter {
    /// Reads what was typed. Times without a zone are in `zone`; `1h` means an hour before `now`. A word in double quotes may
    /// have spaces in it.
    ///
    /// # Errors
    /// The first term that has not the form that it takes.
    pub fn parse(text: &str, now: Timestamp, zone: &TimeZone) -> Result<Self, FilterError> {
        let mut filter = Self::default();
        for term in terms(text) {
            let kind = term.split_once(':').and_then(|(kind, value)| {
                FORMS.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(kind)).map(|(name, _)| (name, value))
            });
            match kind {
                Some((kind, value)) => filter.add(kind, value, now, zone)?,
                None => filter.words.push(term.to_owned()),
            }
        }
        Ok(filter)
    }

    /// Narrows it by one term: `since` and `1h`.
    ///
    /// # Errors
    /// The value has not the form that the term takes.
    pub fn add(&mut self, kind: &'static str, value: &str, now: Timestamp, zone: &TimeZone) -> Result<(), FilterError> {
        let error = || FilterError { kind, value: value.to_owned() };
        match kind {
            "outcome" => self.results.push(ResultIs::parse(value).ok_or_else(error)?),
            "status" => self.statuses.push(StatusIs::parse(value).ok_or_else(error)?),
            "event" => self.events.push(EventIs::parse(value).ok_or_else(error)?),
            // The narrower one counts.
            "since" => {
                let since = time::parse(value, Bound::From, now, zone).ok_or_else(error)?;
                self.since = Some(self.since.map_or(since, |other| other.max(since)));
            }
            "until" => {
                let until = time::parse(value, Bound::To, now, zone).ok_or_else(error)?;
                self.until = Some(self.until.map_or(until, |other| other.min(until)));
            }
            _ => return Err(error()),
        }
        Ok(())
    }
}

impl ResultIs {
    fn parse(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        if name == "probe" { Some(Self::Probe) } else { Outcome::from_name(&name).map(Self::Outcome) }
    }
}

impl StatusIs {
    fn parse(text: &str) -> Option<Self> {
        let class = text.strip_suffix("xx").or_else(|| text.strip_suffix("XX")).and_then(|class| class.parse::<u16>().ok());
        match class {
            Some(class @ 1..=9) => Some(Self { from: class * 100, to: class * 100 + 99 }),
            Some(_) => None,
            None => {
                let status = text.parse().ok().filter(|status| (100..=999).contains(status))?;
                Some(Self { from: status, to: status })
            }
        }
    }
}

impl EventIs {
    fn parse(text: &str) -> Option<Self> {
        match text.strip_suffix('*') {
            _ if text.is_empty() => None,
            Some(start) => Some(Self::Begins(start.to_owned())),
            None => Some(Self::Exactly(text.to_owned())),
        }
    }
}

/// The terms of a text, divided by whitespace that is not in quotes. A quote that does not end is a part of its word.
fn terms(text: &str) -> Vec<&str> {
    let mut terms = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let quoted = rest.strip_prefix('"').and_then(|inner| {
            let ends = inner.match_indices('"').map(|(at, _)| at);
            let mut ends = ends.filter(|at| inner[at + 1..].is_empty() || inner[at + 1..].starts_with(char::is_whitespace));
            ends.next().filter(|at| *at > 0).map(|at| (&inner[..at], &inner[at + 1..]))
        });
        let (term, after) = quoted.unwrap_or_else(|| rest.split_once(char::is_whitespace).unwrap_or((rest, "")));
        terms.push(term);
        rest = after.trim_start();
    }
    terms
}
