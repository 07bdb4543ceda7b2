//! When a delivery is tried again: after 1, 2, 4 … seconds, each ±20 %, and no sooner than the endpoint asks for.
//!
//! Tried again is what may go well by itself: no answer at all, 408, 425, 429 and 5xx. A certificate that does not hold, a
//! proxy variable or a CA file that cannot be used stay as they are until a person mends them.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::strtime;
use jiff::tz::TimeZone;

use super::{Attempt, Cause, Outcome};
use crate::domain::text::{ellipsis, visible};

/// How often a delivery is tried again when nothing else is said.
pub const RETRIES: u32 = 3;

/// The longest wait between two attempts, whatever an endpoint asks for.
pub const LONGEST: Duration = Duration::from_mins(1);

/// Each wait is longer or shorter by so much at most, as a part of it: many senders must not come back all at once.
const SPREAD: f64 = 0.2;

/// How often a delivery is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Attempts after the first; 0 for none.
    pub retries: u32,
}

impl Default for Policy {
    /// [`RETRIES`].
    fn default() -> Self {
        Self { retries: RETRIES }
    }
}

/// What comes before the next attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// How long to wait.
    pub duration: Duration,
    /// Why there is another attempt, and why after that time: a sentence or two, safe to show.
    pub why: String,
}

/// What comes after an attempt: a wait and another one, or `None` when the delivery is over.
///
/// `attempts_done` counts `last`. `jitter` gives a random number from 0 to 1; it is asked when there is a wait.
#[must_use]
pub fn next(attempts_done: u32, policy: &Policy, last: &Attempt, now: Timestamp, jitter: impl FnOnce() -> f64) -> Option<Wait> {
    if attempts_done > policy.retries || !may_go_well_later(last) {
        return None;
    }
    let own = backoff(attempts_done, jitter());
    let what =
        last.status().map_or_else(|| "There was no answer.".to_owned(), |status| format!("The endpoint answered {status}."));
    let Some(value) = last.response.as_ref().and_then(|response| response.header("retry-after")) else {
        return Some(Wait { duration: own, why: what });
    };
    let shown = ellipsis(&visible(value.trim()), 60).into_owned();
    let (duration, asks) = match asked(value, now) {
        None => (own, format!("Its Retry-After is \"{shown}\", which is not a time to wait.")),
        Some(asked) if asked > LONGEST => {
            (LONGEST, format!("It asks to wait {}; waypost waits {} s at most.", unit(&shown), LONGEST.as_secs()))
        }
        Some(asked) => (asked.max(own), format!("It asks to wait {}.", unit(&shown))),
    };
    Some(Wait { duration, why: format!("{what} {asks}") })
}

/// Whether the same request could meet with something else a little later.
fn may_go_well_later(last: &Attempt) -> bool {
    match (last.outcome, last.status()) {
        (Outcome::Failed, _) => last.cause.as_ref().is_none_or(passes_by_itself),
        (Outcome::Refused, Some(408 | 425 | 429 | 500..=599)) => true,
        (Outcome::Refused | Outcome::Delivered | Outcome::Stopped, _) => false,
    }
}

fn passes_by_itself(cause: &Cause) -> bool {
    match cause {
        Cause::NoSuchName
        | Cause::NameServer(_)
        | Cause::ConnectionRefused(_)
        | Cause::NoRoute(_)
        | Cause::Reset
        | Cause::Closed
        | Cause::TimedOut(_)
        | Cause::Proxy(_)
        | Cause::NotHttp(_)
        | Cause::Other(_) => true,
        Cause::ForbiddenAddress(..)
        | Cause::NotTls
        | Cause::TlsTooOld
        | Cause::UnknownIssuer(_)
        | Cause::SelfSigned
        | Cause::OtherCaKey(_)
        | Cause::MissingIntermediate(_)
        | Cause::WrongName(_)
        | Cause::Expired(..)
        | Cause::NotYetValid(..)
        | Cause::CaUsedAsEndEntity
        | Cause::ClientCertificateWanted
        | Cause::Tls(_)
        | Cause::NoCaStore(_)
        | Cause::CaFile(_)
        | Cause::BadProxy(_) => false,
    }
}

/// 1, 2, 4 … seconds, spread, and never over [`LONGEST`].
fn backoff(attempts_done: u32, jitter: f64) -> Duration {
    let doublings = attempts_done.saturating_sub(1).min(16);
    let seconds = f64::from(1_u32 << doublings) * (1.0 - SPREAD + 2.0 * SPREAD * jitter.clamp(0.0, 1.0));
    Duration::from_secs_f64(seconds).min(LONGEST)
}

/// The wait that a `Retry-After` asks for: seconds, or a date (RFC 9110 §10.2.3). One that has passed asks for none.
fn asked(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim_matches([' ', '\t']);
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than a number holds are as good as for ever.
        return Some(value.parse().map_or(Duration::MAX, Duration::from_secs));
    }
    let left = http_date(value)?.as_second().saturating_sub(now.as_second());
    Some(Duration::from_secs(left.try_into().unwrap_or(0)))
}

/// A date in one of the three forms that a recipient has to know (RFC 9110 §5.6.7). All of them are in UTC.
fn http_date(value: &str) -> Option<Timestamp> {
    const FORMS: [&str; 3] = ["%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"];
    FORMS.iter().find_map(|form| {
        let date: DateTime = strtime::parse(form, value).ok()?.to_datetime().ok()?;
        TimeZone::UTC.to_timestamp(date).ok()
    })
}

/// Seconds with their unit, a date as a point in time.
fn unit(shown: &str) -> String {
    if shown.bytes().all(|byte| byte.is_ascii_digit()) { format!("{shown} s") } else { format!("until {shown}") }
}

#[cfg(test)]
mod tests;
