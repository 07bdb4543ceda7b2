//! A time in which the destination accepts nothing, for who is alerted to it: it begins when the gate closes, and ends when an event is
//! delivered. What the operator does to the gate in the meantime neither ends it nor begins another one.

use jiff::Timestamp;

use super::gate::{Gate, State, Why};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outage {
    pub since: Timestamp,
    /// `asked`, `down`, `gone`
    pub why: &'static str,
    gate: Seen,
}

/// The gate, as far as the outage goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seen {
    Closed,
    Held,
    /// By the operator: nothing was delivered yet.
    Released,
}

impl Outage {
    /// Whether events would go out if the destination accepted them: what the operator holds is no alert.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.gate == Seen::Closed
    }

    /// What becomes of an outage, or of none, when the gate is that one at that time.
    #[must_use]
    pub fn after_gate(outage: Option<Self>, gate: &Gate, now: Timestamp) -> Option<Self> {
        let seen = |gate| outage.clone().map(|outage| Self { gate, ..outage });
        let why = match gate.state() {
            State::Open if gate.is_released() => return seen(Seen::Released),
            State::Open => return None,
            State::Held => return seen(Seen::Held),
            State::Closed { why: Why::Asked, .. } | State::Probing { why: Why::Asked, .. } => "asked",
            State::Closed { why: Why::Down, .. } | State::Probing { why: Why::Down, .. } => "down",
            State::Gone => "gone",
        };
        let since = outage.map_or(now, |outage| outage.since);
        Some(Self { since, why, gate: Seen::Closed })
    }

    /// What becomes of it when an event was delivered. One that went out before the gate closed, or was held, says nothing.
    #[must_use]
    pub fn after_delivery(outage: Option<Self>) -> Option<Self> {
        outage.filter(|outage| outage.gate != Seen::Released)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::delivery::Fault;
    use crate::domain::delivery::gate::{Admission, FAILURES};

    fn at(s: i64) -> Timestamp {
        Timestamp::from_second(1_795_425_120 + s).unwrap()
    }

    /// A relay: its gate, and the outage as the alert sees it.
    #[derive(Default)]
    struct Relay {
        gate: Gate,
        outage: Option<Outage>,
    }

    impl Relay {
        /// An attempt at that time, which ends so.
        fn attempt(&mut self, fault: Fault, s: i64) {
            let (Admission::Go(pass) | Admission::Probe(pass)) = self.gate.admit(at(s)) else { panic!("{:?}", self.gate) };
            self.changed(s, |_| ());
            self.changed(s, |gate| gate.record(pass, fault, None, at(s), 0.5));
            if fault == Fault::None {
                self.outage = Outage::after_delivery(self.outage.take());
            }
        }

        fn changed(&mut self, s: i64, by: impl FnOnce(&mut Gate)) {
            by(&mut self.gate);
            self.outage = Outage::after_gate(self.outage.take(), &self.gate, at(s));
        }

        fn fail(&mut self, s: i64) {
            (0..FAILURES).for_each(|_| self.attempt(Fault::Destination, s));
        }

        /// Since when the outage lasts, and whether the alert is due.
        fn now(&self) -> Option<(Timestamp, bool)> {
            self.outage.as_ref().map(|outage| (outage.since, outage.is_closed()))
        }
    }

    fn down() -> Relay {
        let mut relay = Relay::default();
        relay.fail(0);
        assert_eq!(relay.now(), Some((at(0), true)));
        relay
    }

    #[test]
    fn a_hold_and_a_release_keep_it_as_long_as_nothing_is_delivered() {
        let mut relay = down();
        relay.attempt(Fault::Destination, 60);
        assert_eq!(relay.now(), Some((at(0), true)));
        relay.changed(61, Gate::hold);
        assert_eq!(relay.now(), Some((at(0), false)));
        relay.changed(62, Gate::release);
        assert_eq!(relay.now(), Some((at(0), false)));
        relay.fail(63);
        assert_eq!(relay.now(), Some((at(0), true)));
        // Without a hold, and while a probe is in flight.
        relay.changed(64, Gate::release);
        relay.fail(65);
        assert!(matches!(relay.gate.admit(at(600)), Admission::Probe(_)));
        relay.changed(600, |_| ());
        relay.changed(601, Gate::release);
        assert_eq!(relay.now(), Some((at(0), false)));
    }

    #[test]
    fn a_delivery_after_a_release_ends_it() {
        let mut relay = down();
        relay.changed(1, Gate::hold);
        // One that was in flight before the hold.
        relay.outage = Outage::after_delivery(relay.outage.take());
        relay.changed(2, Gate::release);
        assert_eq!(relay.now(), Some((at(0), false)));
        relay.attempt(Fault::None, 3);
        assert_eq!(relay.now(), None);
        relay.fail(4);
        assert_eq!(relay.now(), Some((at(4), true)));
    }

    #[test]
    fn a_probe_that_is_delivered_ends_it() {
        let mut relay = down();
        // Written only now.
        relay.outage = Outage::after_delivery(relay.outage.take());
        assert_eq!(relay.now(), Some((at(0), true)));
        relay.changed(1, |gate| gate.destination_changed(at(1)));
        assert_eq!(relay.now(), Some((at(0), true)));
        relay.attempt(Fault::None, 1);
        assert_eq!(relay.now(), None);
    }

    #[test]
    fn an_edit_of_a_destination_that_is_gone_ends_it_once_an_event_is_delivered() {
        let mut relay = Relay::default();
        relay.attempt(Fault::Gone, 0);
        assert_eq!(relay.outage.as_ref().map(|outage| outage.why), Some("gone"));
        relay.changed(1, |gate| gate.destination_changed(at(1)));
        assert_eq!(relay.now(), Some((at(0), true)));
        relay.attempt(Fault::None, 2);
        assert_eq!(relay.now(), None);
    }

    #[test]
    fn without_one_a_hold_is_none() {
        let mut relay = Relay::default();
        relay.changed(0, Gate::hold);
        relay.changed(1, Gate::release);
        relay.attempt(Fault::None, 2);
        assert_eq!(relay.now(), None);
    }
}
