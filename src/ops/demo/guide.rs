//! The guide of the demo: five steps, each left once its result is there, whatever way it was reached. Each front end has a line
//! for each. Pure.
//!
//! ```text
//! Register → Prove (a delivery) → Refuse (see one refused) → Fix (a delivery again) → Done
//! ```

use crate::domain::delivery::Outcome;

/// What to do next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Step {
    #[default]
    Register,
    Prove,
    Refuse,
    Fix,
    Done,
}

impl Step {
    /// Its number, for the front of a line.
    #[must_use]
    pub const fn place(self) -> &'static str {
        match self {
            Self::Register => "1 of 5",
            Self::Prove => "2 of 5",
            Self::Refuse => "3 of 5",
            Self::Fix => "4 of 5",
            Self::Done => "5 of 5",
        }
    }

    /// The step after what is registered changed.
    #[must_use]
    pub const fn registered(self, is_registered: bool) -> Self {
        match (self, is_registered) {
            (Self::Register, true) => Self::Prove,
            (Self::Done, _) => Self::Done,
            (_, false) => Self::Register,
            (step, true) => step,
        }
    }

    /// The step after a test delivery ended.
    #[must_use]
    pub const fn ended(self, outcome: Outcome) -> Self {
        match (self, outcome) {
            (Self::Register | Self::Prove, Outcome::Delivered) => Self::Refuse,
            (Self::Register | Self::Prove | Self::Refuse, Outcome::Refused) => Self::Fix,
            (Self::Fix, Outcome::Delivered) => Self::Done,
            (step, _) => step,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_leads_from_a_registration_to_a_fix() {
        let mut step = Step::default();
        for (next, expected) in [
            (step.registered(true), Step::Prove),
            (Step::Prove.ended(Outcome::Failed), Step::Prove),
            (Step::Prove.ended(Outcome::Delivered), Step::Refuse),
            (Step::Refuse.ended(Outcome::Delivered), Step::Refuse),
            (Step::Refuse.ended(Outcome::Refused), Step::Fix),
            (Step::Fix.ended(Outcome::Delivered), Step::Done),
        ] {
            assert_eq!(next, expected);
            step = next;
        }
        assert_eq!(step.registered(false), Step::Done);
        assert_eq!(Step::Fix.registered(false), Step::Register);
        assert_eq!(Step::Prove.ended(Outcome::Refused), Step::Fix);
    }
}
