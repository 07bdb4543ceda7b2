//! How many events may be in flight soon after the gate has opened.
//!
//! An endpoint that has just said "too many" must not get fifty events at once. It gets one; when that is accepted two, when those
//! are accepted three, until it refuses or every connection is busy: so that it refuses only a few. At the start of a run nothing
//! is known: the number also doubles with time, so that a slow endpoint does not hold it up.

use std::time::Duration;

use jiff::Timestamp;

/// At the start of a run, the time in which the number doubles: 64 after a second and a half. A first answer from far away takes half
/// a second, with its handshakes.
const DOUBLES_IN: Duration = Duration::from_millis(250);

/// A number that is as good as no limit.
const DOUBLINGS: u32 = 16;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ramp {
    /// The start of the run, while the number grows with time.
    began: Option<Timestamp>,
    /// The number that accepted events have earned.
    earned: u64,
    /// Accepted since it earned the last of them.
    accepted: u64,
}

impl Ramp {
    /// At the start of a run.
    #[must_use]
    pub const fn new(now: Timestamp) -> Self {
        Self { began: Some(now), earned: 0, accepted: 0 }
    }

    /// The number of events that may be in flight; at least 1.
    #[must_use]
    pub fn limit(&self, now: Timestamp) -> u64 {
        let doublings = self.began.map_or(0, |began| doublings(began, now));
        self.earned + (1 << doublings)
    }

    /// When the limit grows by itself, if it does.
    #[must_use]
    pub fn grows_at(&self, now: Timestamp) -> Option<Timestamp> {
        let began = self.began?;
        let next = doublings(began, now) + 1;
        (next <= DOUBLINGS).then(|| began.checked_add(DOUBLES_IN * next).ok()).flatten()
    }

    /// An event was accepted.
    pub const fn accepted(&mut self) {
        self.accepted += 1;
        if self.accepted > self.earned {
            (self.earned, self.accepted) = (self.earned + 1, 0);
        }
    }

    /// The gate closed: when it opens, the number begins at 1 again.
    pub const fn restart(&mut self) {
        *self = Self { began: None, earned: 0, accepted: 0 };
    }
}

fn doublings(began: Timestamp, now: Timestamp) -> u32 {
    let passed = Duration::try_from(now.duration_since(began)).unwrap_or_default();
    u32::try_from(passed.as_millis() / DOUBLES_IN.as_millis()).unwrap_or(DOUBLINGS).min(DOUBLINGS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(1_795_425_120_000 + ms).unwrap()
    }

    #[test]
    fn it_doubles_with_time_and_with_what_is_accepted() {
        let mut ramp = Ramp::new(at(0));
        assert_eq!((ramp.limit(at(0)), ramp.limit(at(249)), ramp.limit(at(250)), ramp.limit(at(800))), (1, 1, 2, 8));
        assert_eq!((ramp.grows_at(at(0)), ramp.grows_at(at(800))), (Some(at(250)), Some(at(1000))));
        ramp.accepted();
        assert_eq!(ramp.limit(at(800)), 9);
        assert!(ramp.limit(at(1_000_000)) > 256);
        assert_eq!(ramp.grows_at(at(1_000_000)), None);
        // A clock that was set back.
        assert_eq!((ramp.limit(at(-5000)), ramp.grows_at(at(-5000))), (2, Some(at(250))));
    }

    #[test]
    fn after_the_gate_closed_only_success_counts() {
        let mut ramp = Ramp::new(at(0));
        ramp.restart();
        assert_eq!((ramp.limit(at(60_000)), ramp.grows_at(at(60_000))), (1, None));
        // Each of a round is accepted: the next round has one more.
        for round in 1..50 {
            assert_eq!(ramp.limit(at(60_000)), round);
            (0..round).for_each(|_| ramp.accepted());
        }
    }
}
