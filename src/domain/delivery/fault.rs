//! Whose fault was it that an attempt did not deliver: the event's, or the destination's?
//!
//! An event that is at fault would be refused by a destination that works; a destination that is at fault refuses every event.
//! A wrong secret is the destination's fault in this sense: it says nothing about the event.

use super::{Attempt, Outcome};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It was delivered.
    None,
    /// The destination judged this event, and does not want it.
    Event,
    /// The destination is down, busy, or refuses everything.
    Destination,
    /// 410: the destination says that it is gone for good.
    Gone,
}

impl Fault {
    /// `None` for an attempt that the user stopped, which says nothing.
    #[must_use]
    pub fn of(attempt: &Attempt) -> Option<Self> {
        match (attempt.outcome, attempt.status()) {
            (Outcome::Stopped, _) => None,
            (Outcome::Delivered, _) => Some(Self::None),
            (Outcome::Failed, _) | (Outcome::Refused, None) => Some(Self::Destination),
            (Outcome::Refused, Some(status)) => Some(Self::of_status(status)),
        }
    }

    /// The fault that a status means.
    #[must_use]
    pub const fn of_status(status: u16) -> Self {
        match status {
            200..=299 => Self::None,
            410 => Self::Gone,
            401 | 403 | 404 | 405 | 407 | 408 | 421 | 425 | 429 => Self::Destination,
            400..=499 => Self::Event,
            _ => Self::Destination,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::delivery::retry::tests::fixtures::{answered, attempt, causes, failed};

    #[test]
    fn every_status_has_one() {
        let destination = [401, 403, 404, 405, 407, 408, 421, 425, 429];
        for status in 100..1000 {
            let expected = match status {
                200..=299 => Fault::None,
                410 => Fault::Gone,
                _ if destination.contains(&status) => Fault::Destination,
                400..=499 => Fault::Event,
                _ => Fault::Destination,
            };
            assert_eq!(Fault::of_status(status), expected, "{status}");
            assert_eq!(Fault::of(&answered(status, None)), Some(expected), "{status}");
            assert_eq!(Fault::of(&answered(status, Some("5"))), Some(expected), "{status}");
        }
        for status in [400, 411, 413, 415, 422, 402, 406, 409, 418, 451] {
            assert_eq!(Fault::of_status(status), Fault::Event, "{status}");
        }
    }

    #[test]
    fn no_answer_is_the_destinations_whatever_the_cause() {
        let (transient, lasting) = causes();
        for cause in transient.into_iter().chain(lasting) {
            assert_eq!(Fault::of(&failed(cause.clone())), Some(Fault::Destination), "{cause:?}");
        }
        assert_eq!(Fault::of(&attempt(Outcome::Failed, None, None)), Some(Fault::Destination));
        assert_eq!(Fault::of(&attempt(Outcome::Stopped, None, None)), None);
    }
}
