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
    ("status", "a status or a class, such as 404 or 5xx"),
    ("event", "the name of an event, or its beginning and *, such as order.*"),
    ("since", time::FORM),
    ("until", time::FORM),
];

/// The most terms of a filter: each is a condition that the database has to check.
const TERMS: usize = 100;

/// The longest value of a term, in bytes. A body of megabytes is searched for it at every place.
const TERM: usize = 1024;

/// What is wrong with a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FilterError {
    /// The value does not have the form of this kind of term.
    Value {
        kind: &'static str,
        value: String,
    },
    /// A name that is almost that of a kind of term.
    Name {
        typed: String,
        meant: &'static str,
    },
    TooMany,
    TooLong,
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value { kind, value } => {
                let form = FORMS.into_iter().find(|(name, _)| name == kind).map_or("", |(_, form)| form);
                if value.is_empty() {
                    return write!(f, "{kind}: expected {form}");
                }
                write!(f, "{kind}: \"{}\" is not valid; expected {form}", ellipsis(&visible(value), 40))
            }
            Self::Name { typed, meant } => write!(f, "unknown filter \"{typed}\": did you mean {meant}:?"),
            Self::TooMany => write!(f, "there are too many words and filters; at most {TERMS} are possible"),
            Self::TooLong => write!(f, "a word is too long; at most {TERM} bytes are possible"),
        }
    }
}

impl std::error::Error for FilterError {}

impl Filter {
    /// Reads what was typed. Times without a zone are in `zone`; `1h` means an hour before `now`. A word in double quotes may
    /// have spaces in it, and a name that is not a kind of term.
    ///
    /// # Errors
    /// The first term that does not have the form of its kind, is too long, or is one too many.
    pub fn parse(text: &str, now: Timestamp, zone: &TimeZone) -> Result<Self, FilterError> {
        let mut filter = Self::default();
        let terms = terms(text);
        if terms.len() > TERMS {
            return Err(FilterError::TooMany);
        }
        for (term, quoted) in terms {
            let Some((name, value)) = term.split_once(':') else {
                filter.add_word(term)?;
                continue;
            };
            match FORMS.into_iter().find(|(kind, _)| kind.eq_ignore_ascii_case(name)) {
                Some((kind, _)) => filter.add(kind, value, now, zone)?,
                None => match meant(name).filter(|_| !quoted) {
                    Some(meant) => return Err(FilterError::Name { typed: name.to_owned(), meant }),
                    None => filter.add_word(term)?,
                },
            }
        }
        Ok(filter)
    }

    /// Narrows it by one term: `since` and `1h`.
    ///
    /// # Errors
    /// The value does not have the form of the term, is too long, or is one too many.
    pub fn add(&mut self, kind: &'static str, value: &str, now: Timestamp, zone: &TimeZone) -> Result<(), FilterError> {
        self.check_room(value)?;
        let error = || FilterError::Value { kind, value: value.to_owned() };
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

    fn add_word(&mut self, word: &str) -> Result<(), FilterError> {
        self.check_room(word)?;
        self.words.push(word.to_owned());
        Ok(())
    }

    const fn check_room(&self, value: &str) -> Result<(), FilterError> {
        if value.len() > TERM {
            return Err(FilterError::TooLong);
        }
        let terms = self.results.len() + self.statuses.len() + self.events.len() + self.words.len();
        if terms < TERMS { Ok(()) } else { Err(FilterError::TooMany) }
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

/// The kind of term that a name was meant to be: it is one slip away, or two with the same beginning. The names of other things
/// (`https`, `order`, `line`) are further from all of them.
fn meant(name: &str) -> Option<&'static str> {
    if !name.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return None;
    }
    let name = name.to_ascii_lowercase();
    let distance = |kind: &str| {
        let slips = strsim::osa_distance(&name, kind);
        (slips == 1 || (slips == 2 && name.as_bytes()[0] == kind.as_bytes()[0] && name.len().abs_diff(kind.len()) < 2))
            .then_some(slips)
    };
    FORMS.into_iter().filter_map(|(kind, _)| Some((distance(kind)?, kind))).min().map(|(_, kind)| kind)
}

/// Whether a quotation mark begins a word and is not closed: it is searched for as it is.
#[must_use]
pub fn has_open_quote(text: &str) -> bool {
    terms(text).into_iter().any(|(term, quoted)| !quoted && term.starts_with('"') && term.matches('"').count() % 2 == 1)
}

/// The terms of a text, divided by whitespace that is not in quotes, and whether each was quoted. A quote that does not end is a
/// part of its word.
fn terms(text: &str) -> Vec<(&str, bool)> {
    let mut terms = Vec::new();
    let mut rest = text.trim_start();
    // For each quote the rest is searched for its end: no further than it matters.
    while !rest.is_empty() && terms.len() <= TERMS {
        let quoted = rest.strip_prefix('"').and_then(|inner| {
            let ends = inner.match_indices('"').map(|(at, _)| at);
            let mut ends = ends.filter(|at| inner[at + 1..].is_empty() || inner[at + 1..].starts_with(char::is_whitespace));
            ends.next().filter(|at| *at > 0).map(|at| (&inner[..at], &inner[at + 1..]))
        });
        let is_quoted = quoted.is_some();
        let (term, after) = quoted.unwrap_or_else(|| rest.split_once(char::is_whitespace).unwrap_or((rest, "")));
        terms.push((term, is_quoted));
        rest = after.trim_start();
    }
    terms
}
