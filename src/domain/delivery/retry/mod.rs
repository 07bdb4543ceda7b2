//! When a delivery is tried again: after 1, 2, 4 … seconds, each ±20 %, and no sooner than the endpoint asks for.
//!
//! Only a transient failure is retried: no answer at all, 408, 425, 429 and 5xx. A TLS failure, a proxy variable or a CA file
//! stays as it is until a person fixes it.

use std::time::Duration;

use jiff::Timestamp;

use super::retry_after::{LONGEST_WAIT, RetryAfter};
use super::{Attempt, Cause, Outcome};

/// The number of retries unless the user sets another.
pub const RETRIES: u32 = 3;

/// A wait varies by at most this part of it, so that many senders do not come back at once.
const SPREAD: f64 = 0.2;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Attempts after the first.
    pub retries: u32,
}

impl Default for Policy {
    fn default() -> Self {
        Self { retries: RETRIES }
    }
}

/// What comes before the next attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    pub duration: Duration,
    /// Why there is another attempt, and why after that time: a sentence or two, safe to show.
    pub why: String,
}

/// What comes after an attempt: a wait and another attempt, or `None` when the delivery has ended.
///
/// `attempts_done` counts `last`. `jitter` returns a random number from 0 to 1; it is called only when there is a wait.
#[must_use]
pub fn next(attempts_done: u32, policy: &Policy, last: &Attempt, now: Timestamp, jitter: impl FnOnce() -> f64) -> Option<Wait> {
    if attempts_done > policy.retries || !is_transient(last) {
        return None;
    }
    let backoff = backoff(attempts_done, jitter());
    let what =
        last.status().map_or_else(|| "There was no answer.".to_owned(), |status| format!("The endpoint answered {status}."));
    let Some(asked) = last.response.as_ref().and_then(|response| RetryAfter::of(response, now)) else {
        return Some(Wait { duration: backoff, why: what });
    };
    let duration = asked.wait(now).map_or(backoff, |wait| wait.clamp(backoff, LONGEST_WAIT));
    Some(Wait { duration, why: format!("{what} {}", asked.sentence(now)) })
}

/// Whether the same request may succeed later.
fn is_transient(last: &Attempt) -> bool {
    match (last.outcome, last.status()) {
        (Outcome::Failed, _) => last.cause.as_ref().is_none_or(is_transient_cause),
        (Outcome::Refused, Some(408 | 425 | 429 | 500..=599)) => true,
        (Outcome::Refused | Outcome::Delivered | Outcome::Stopped, _) => false,
    }
}

const fn is_transient_cause(cause: &Cause) -> bool {
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
        Cause::ForbiddenAddress(..) | Cause::Tls(_) | Cause::BadProxy(_) => false,
    }
}

/// 1, 2, 4 … seconds, spread, and at most [`LONGEST_WAIT`].
fn backoff(attempts_done: u32, jitter: f64) -> Duration {
    let doublings = attempts_done.saturating_sub(1).min(16);
    let seconds = f64::from(1_u32 << doublings) * (1.0 - SPREAD + 2.0 * SPREAD * jitter.clamp(0.0, 1.0));
    Duration::from_secs_f64(seconds).min(LONGEST_WAIT)
}

#[cfg(test)]
mod tests;
