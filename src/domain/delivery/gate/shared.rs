//! One gate for several workers: each changes its own copy, and stores it unless another worker stored one since.

use super::{Gate, State, Why};

impl Gate {
    /// What is to be stored by a worker that changed its copy to `self` when another had stored `theirs` before; `None`: nothing,
    /// theirs says it all.
    #[must_use]
    pub fn on_top_of(&self, theirs: &Self) -> Option<Self> {
        let is_missing = match (&self.state, &theirs.state) {
            // The operator held it, or only the operator can open it.
            (_, State::Held | State::Gone) => false,
            (State::Gone, _) => true,
            (State::Closed { why: Why::Asked, until, .. }, State::Closed { until: known, .. }) => until > known,
            // An answer asked for a pause, and the worker that opened it did not know that.
            (State::Closed { why: Why::Asked, .. }, State::Open) => true,
            // A probe decides; failures from before it opened do not count any more.
            (State::Closed { .. }, _) => false,
            // Another worker was faster with the probe, or a probe that took too long has ended.
            (State::Probing { .. } | State::Open | State::Held, _) => false,
        };
        is_missing.then(|| {
            let mut gate = theirs.clone();
            gate.change(self.state.clone());
            gate.failure.clone_from(&self.failure);
            gate
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::Timestamp;

    use super::*;
    use crate::domain::delivery::Fault;
    use crate::domain::delivery::gate::Admission;

    fn at(s: i64) -> Timestamp {
        Timestamp::from_second(1_795_425_120 + s).unwrap()
    }

    fn asked(seconds: u64) -> Gate {
        let mut gate = Gate::default();
        let Admission::Go(pass) = gate.admit(at(0)) else { panic!() };
        gate.record(pass, Fault::Destination, Some(Duration::from_secs(seconds)), at(0), 0.5);
        gate
    }

    fn changed(from: &Gate, by: impl FnOnce(&mut Gate)) -> Gate {
        let mut gate = from.clone();
        by(&mut gate);
        gate
    }

    #[test]
    fn the_longest_pause_counts_and_the_operator_always() {
        let (short, long) = (asked(5), changed(&asked(60), |gate| gate.note_failure("503 Unavailable".into())));
        assert_eq!(short.on_top_of(&long), None);
        let both = long.on_top_of(&short).unwrap();
        assert_eq!((both.state(), both.failure()), (long.state(), Some("503 Unavailable")));
        assert!(both.differs(&short) && both.differs(&long));
        let held = changed(&short, Gate::hold);
        assert_eq!(long.on_top_of(&held), None);
        let released = changed(&held, Gate::release);
        assert_eq!(long.on_top_of(&released).map(|gate| gate.state().clone()), Some(long.state().clone()));
        assert_eq!(released.on_top_of(&short), None);
    }

    #[test]
    fn one_of_two_workers_has_the_probe_and_gone_is_gone() {
        let closed = asked(5);
        let (one, other) = (
            changed(&closed, |gate| assert!(matches!(gate.admit(at(6)), Admission::Probe(_)))),
            changed(&closed, |gate| assert!(matches!(gate.admit(at(7)), Admission::Probe(_)))),
        );
        assert!(matches!(one.state(), State::Probing { .. }));
        assert_eq!(other.on_top_of(&one), None);
        // The other one still had an answer on its way.
        assert_eq!(asked(60).on_top_of(&one), None);
        let gone = changed(&closed, |gate| {
            gate.record(crate::domain::delivery::gate::Pass { epoch: 0, is_probe: false }, Fault::Gone, None, at(1), 0.5);
        });
        assert_eq!(gone.on_top_of(&one).map(|gate| gate.state().clone()), Some(State::Gone));
        assert_eq!(one.on_top_of(&gone), None);
    }
}
