//! What becomes of an event of the queue after an attempt: it is delivered, waits, or is dead.
//!
//! The number of attempts that the destination did not accept, whatever for, never ends an event: only its age does. An event that
//! is itself at fault is dead after [`REFUSALS`] such answers. How long the destination is left alone is for the
//! [`gate`](super::gate) to say; what is here keeps one event that always fails from being tried without a break while the others
//! go through. `tests/faults/simulation/` shows what holds of all of it together.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::fault::Fault;
use super::gate::later;
use super::retry;

/// The number of answers by which the destination refuses an event for good.
pub const REFUSALS: u32 = 3;

/// After the first of them, and after the second.
const AFTER_REFUSAL: [Duration; 2] = [Duration::from_secs(5), Duration::from_mins(1)];

/// A wait varies by at most this part of it.
const SPREAD: f64 = 0.2;

/// No event waits longer than this on its own account. A time to wait until that is further away was set by another clock.
pub const LONGEST_WAIT: Duration = Duration::from_secs(90);

/// The age at which an event is given up.
pub const GIVE_UP_AFTER: Duration = Duration::from_hours(72);

/// How far an event has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// When it was queued, or made ready again by the operator.
    pub since: Timestamp,
    /// Made so far.
    pub attempts: u32,
    /// The number of answers that found the event at fault.
    pub refusals: u32,
}

impl Progress {
    /// Of an event that is queued now.
    #[must_use]
    pub const fn new(now: Timestamp) -> Self {
        Self { since: now, attempts: 0, refusals: 0 }
    }
}

/// Why an event will not be tried again unless the operator asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeadReason {
    /// The destination judged it, several times.
    Refused,
    /// It was not delivered within the time for that.
    TooOld,
}

impl DeadReason {
    pub const ALL: [Self; 2] = [Self::Refused, Self::TooOld];

    /// Its name in JSON and in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::TooOld => "too_old",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }
}

/// What becomes of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Delivered,
    /// It is tried again, not before that time.
    Again(Timestamp),
    Dead(DeadReason),
}

/// The rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    pub give_up_after: Duration,
}

impl Default for Schedule {
    fn default() -> Self {
        Self { give_up_after: GIVE_UP_AFTER }
    }
}

impl Schedule {
    /// Counts an attempt that ended with that fault, and says what follows; `random` is from 0 to 1.
    pub fn after(&self, progress: &mut Progress, fault: Fault, now: Timestamp, random: f64) -> Verdict {
        progress.attempts = progress.attempts.saturating_add(1);
        let wait = match fault {
            Fault::None => return Verdict::Delivered,
            Fault::Event => {
                progress.refusals = progress.refusals.saturating_add(1);
                match AFTER_REFUSAL.get(progress.refusals as usize - 1) {
                    Some(wait) => wait.mul_f64(1.0 - SPREAD + 2.0 * SPREAD * random.clamp(0.0, 1.0)),
                    None => return Verdict::Dead(DeadReason::Refused),
                }
            }
            Fault::Destination | Fault::Gone => retry::backoff(progress.attempts, random),
        };
        if progress.since < self.given_up_before(now) {
            return Verdict::Dead(DeadReason::TooOld);
        }
        Verdict::Again(later(now, wait))
    }

    /// Events that were queued before that time are given up, once an attempt shows that the destination still accepts nothing. No
    /// clock that is wrong gives up an event that could be delivered.
    #[must_use]
    pub fn given_up_before(&self, now: Timestamp) -> Timestamp {
        now.checked_sub(self.give_up_after).unwrap_or(Timestamp::MIN)
    }
}

/// Whether an event that waits until `due_at` may go. A clock that was set back makes no wait longer.
#[must_use]
pub fn is_due(due_at: Timestamp, now: Timestamp) -> bool {
    due_at <= now || due_at > later(now, LONGEST_WAIT)
}

#[cfg(test)]
mod tests;
