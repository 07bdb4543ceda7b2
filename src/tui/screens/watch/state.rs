//! What is watched, and how it went so far.

use jiff::{SignedDuration, Timestamp};

use crate::domain::delivery::{Attempt, Delivery, Outcome};
use crate::domain::event::Event;
use crate::present;
use crate::tui::msg::Id;

/// The intervals to choose from, in seconds.
const INTERVALS: [(u32, &str); 8] =
    [(1, "1 s"), (5, "5 s"), (10, "10 s"), (30, "30 s"), (60, "1 min"), (300, "5 min"), (900, "15 min"), (3600, "1 h")];

/// One of the intervals, from the beginning of a delivery to that of the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Every(usize);

impl Default for Every {
    /// Ten seconds.
    fn default() -> Self {
        Self(2)
    }
}

impl Every {
    #[must_use]
    pub const fn seconds(self) -> u32 {
        INTERVALS[self.0].0
    }

    #[must_use]
    pub const fn label(self) -> &'static str {
        INTERVALS[self.0].1
    }

    /// The next longer one, or the next shorter one.
    #[must_use]
    pub fn step(self, longer: bool) -> Self {
        Self(if longer { (self.0 + 1).min(INTERVALS.len() - 1) } else { self.0.saturating_sub(1) })
    }
}

/// What is asked before anything is sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    pub event: Event,
    pub every: Every,
}

/// A watch that runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Watch {
    /// Of the effects that say when the next delivery is due.
    pub id: Id,
    pub event: Event,
    pub every: Every,
    /// Where it was asked to send to; another is not sent to.
    pub authority: String,
    pub delivered: usize,
    /// How many ended, but for those that were stopped.
    pub ended: usize,
    /// How the newest ended: whether it was delivered, and in a word or two.
    pub newest: Option<(bool, String)>,
    /// The delivery on its way.
    pub in_flight: Option<Id>,
    /// When the next is due.
    pub next: Option<Timestamp>,
}

/// What a delivery says beyond those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// The same as before.
    None,
    /// It failed in another way, or the first one did.
    Fails,
    /// It failed, and the one before did not.
    Broke,
    /// It was delivered, and the one before was not.
    Recovered,
}

impl Watch {
    pub(crate) fn new(id: Id, Proposal { event, every }: Proposal, authority: String) -> Self {
        Self { id, event, every, authority, delivered: 0, ended: 0, newest: None, in_flight: None, next: None }
    }

    /// A delivery is due at that time. Returns whether the one before has ended, so that it can be sent.
    pub(crate) fn due(&mut self, at: Timestamp) -> bool {
        self.next = at.checked_add(SignedDuration::from_secs(self.every.seconds().into())).ok();
        self.in_flight.is_none()
    }

    /// Takes the end of a delivery.
    pub(crate) fn take(&mut self, delivery: &Delivery) -> News {
        self.in_flight = None;
        let Some(attempt) = delivery.last().filter(|attempt| attempt.outcome != Outcome::Stopped) else { return News::None };
        let works = attempt.outcome == Outcome::Delivered;
        self.ended += 1;
        self.delivered += usize::from(works);
        let newest = (works, end(attempt));
        let before = self.newest.replace(newest.clone());
        match (before, works) {
            (Some((true, _)), false) => News::Broke,
            (Some((false, _)), true) => News::Recovered,
            (None, false) => News::Fails,
            (Some(before), false) if before != newest => News::Fails,
            _ => News::None,
        }
    }
}

/// `401 Unauthorized`, `timed out`
pub(crate) fn end(attempt: &Attempt) -> String {
    present::delivery::end(attempt).unwrap_or_else(|| attempt.outcome.name().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_end_at_both_ends() {
        let mut every = Every::default();
        assert_eq!(every.label(), "10 s");
        for _ in 0..20 {
            every = every.step(true);
        }
        assert_eq!(every.seconds(), 3600);
        for _ in 0..20 {
            every = every.step(false);
        }
        assert_eq!(every.seconds(), 1);
    }
}
