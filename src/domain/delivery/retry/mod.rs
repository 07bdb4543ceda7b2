//! When a delivery is tried again: after 1, 2, 4 … seconds, each ±20 %, and no sooner than the endpoint asks for.
//!
//! Only a transient failure is retried: no answer at all, 408, 425, 429 and 5xx. A TLS failure, a proxy variable or a CA file
//! stays as it is until a person fixes it.
//!
//! [`next`] is for an event on its own. Of many events, the [`gate`](super::gate) decides how long the destination is left alone,
//! and a [`Budget`] how often one of them is tried.

use std::time::Duration;

use jiff::Timestamp;

use super::retry_after::{LONGEST_WAIT, RetryAfter};
use super::{Attempt, Cause, Outcome, TokenCause};

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

/// How often one of many events is tried again.
#[derive(Clone, Debug)]
pub struct Budget {
    used: u32,
    /// The number of events that the destination had accepted when this one's last attempt ended, or its first began.
    accepted: u64,
}

impl Budget {
    /// Before the first attempt; `accepted` is the number of events that the destination has accepted.
    #[must_use]
    pub const fn new(accepted: u64) -> Self {
        Self { used: 0, accepted }
    }

    /// Whether there is another attempt after that one.
    ///
    /// A destination that asks for a pause, and accepted another event since this one's last attempt, is busy and not down: this
    /// event's turn will come, and the attempt does not count.
    pub fn has_another(&mut self, policy: &Policy, last: &Attempt, accepted: u64) -> bool {
        let is_busy = asks_for_a_pause(last) && accepted > self.accepted;
        self.accepted = accepted;
        if !is_transient(last) {
            return false;
        }
        if !is_busy {
            self.used = self.used.saturating_add(1);
        }
        self.used <= policy.retries
    }

    /// The wait before the next attempt, if nothing else imposes one. `jitter` is a number from 0 to 1.
    #[must_use]
    pub fn backoff(&self, jitter: f64) -> Duration {
        backoff(self.used, jitter)
    }
}

/// A 429, or a 503 with `Retry-After`, of the endpoint or of the token endpoint.
fn asks_for_a_pause(last: &Attempt) -> bool {
    if let Some(Cause::Token(TokenCause::Refused(refusal, pause))) = &last.cause {
        return refusal.status() == 429 || (refusal.status() == 503 && pause.is_some());
    }
    let has_retry_after = || last.response.as_ref().is_some_and(|response| response.header("retry-after").is_some());
    matches!((last.outcome, last.status()), (Outcome::Refused, Some(429))) || (last.status() == Some(503) && has_retry_after())
}

/// Whether the same request may succeed later.
#[must_use]
pub fn is_transient(last: &Attempt) -> bool {
    match (last.outcome, last.status()) {
        (Outcome::Failed, _) => last.cause.as_ref().is_none_or(is_transient_cause),
        (Outcome::Refused, None) => last.cause.as_ref().is_some_and(is_transient_cause),
        (Outcome::Refused, Some(408 | 425 | 429 | 500..=599)) => true,
        (Outcome::Refused | Outcome::Delivered | Outcome::Stopped, _) => false,
    }
}

fn is_transient_cause(cause: &Cause) -> bool {
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
        Cause::Token(TokenCause::NotReached(_, cause)) => is_transient_cause(cause),
        Cause::Token(TokenCause::Refused(refusal, _)) => matches!(refusal.status(), 408 | 425 | 429 | 500..=599),
        Cause::ProxyRefused(refusal) => matches!(refusal.status, 408 | 425 | 429 | 500 | 502..=504),
        Cause::ForbiddenAddress(..) | Cause::Tls(_) | Cause::BadProxy(_) => false,
    }
}

/// 1, 2, 4 … seconds, spread, and at most [`LONGEST_WAIT`].
pub(super) fn backoff(attempts_done: u32, jitter: f64) -> Duration {
    let doublings = attempts_done.saturating_sub(1).min(16);
    let seconds = f64::from(1_u32 << doublings) * (1.0 - SPREAD + 2.0 * SPREAD * jitter.clamp(0.0, 1.0));
    Duration::from_secs_f64(seconds).min(LONGEST_WAIT)
}

#[cfg(test)]
pub(super) mod tests;
