//! What a probe found: does the endpoint refuse what it should?

use super::outcome::Outcome;
use crate::domain::auth::Auth;
use crate::domain::problem::Fix;
use crate::domain::snippet::check::ReceiverCheck;

/// The event name of a probe.
pub const EVENT: &str = "probe";

/// One way to send the ping.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Case {
    /// Without any credentials.
    Unsigned,
    /// With a random secret.
    WrongSecret,
    /// With the signature of another body.
    TamperedBody,
    /// Signed correctly, but an hour ago.
    Stale,
    /// As every delivery is sent.
    Valid,
}

impl Case {
    const ALL: [Self; 5] = [Self::Unsigned, Self::WrongSecret, Self::TamperedBody, Self::Stale, Self::Valid];

    /// The cases that apply to an auth type, in the order in which they are sent; none if there is nothing to check.
    #[must_use]
    pub fn all_of(auth: &Auth) -> Vec<Self> {
        match auth.receiver_check() {
            ReceiverCheck::Nothing => Vec::new(),
            ReceiverCheck::Signature(_, scheme) => {
                let mut cases = vec![Self::Unsigned, Self::WrongSecret, Self::TamperedBody];
                if scheme.signs_timestamp() {
                    cases.push(Self::Stale);
                }
                cases.push(Self::Valid);
                cases
            }
            ReceiverCheck::Basic(_)
            | ReceiverCheck::Bearer
            | ReceiverCheck::AccessToken
            | ReceiverCheck::Header(_)
            | ReceiverCheck::Query(_) => {
                vec![Self::Unsigned, Self::WrongSecret, Self::Valid]
            }
        }
    }

    /// Its name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unsigned => "unsigned",
            Self::WrongSecret => "wrong-secret",
            Self::TamperedBody => "tampered-body",
            Self::Stale => "stale-timestamp",
            Self::Valid => "valid",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|case| case.name() == name)
    }

    /// Its name in the table.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Unsigned => "without credentials",
            Self::WrongSecret => "with a wrong secret",
            Self::TamperedBody => "with a changed body",
            Self::Stale => "an hour old",
            Self::Valid => "as registered",
        }
    }

    /// The outcome with a receiver that checks.
    #[must_use]
    pub const fn expected(self) -> Outcome {
        match self {
            Self::Valid => Outcome::Delivered,
            Self::Unsigned | Self::WrongSecret | Self::TamperedBody | Self::Stale => Outcome::Refused,
        }
    }
}

/// What a case, or a whole probe, shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// As it should be.
    Good,
    /// Not as it should be.
    Bad,
    /// The answer does not show whether the endpoint checks.
    Unclear,
}

impl Verdict {
    const ALL: [Self; 3] = [Self::Good, Self::Bad, Self::Unclear];

    /// Its name in JSON and in words.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Bad => "bad",
            Self::Unclear => "unclear",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.name() == name)
    }
}

/// One case, and what it shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    pub case: Case,
    pub verdict: Verdict,
    /// The verdict as a sentence.
    pub finding: String,
    pub fix: Fix,
}

/// What a probe found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Probe {
    /// Those that were sent, in that order: one for each attempt of the delivery.
    pub cases: Vec<Checked>,
    /// The number of cases of the auth type.
    pub planned: usize,
}

impl Probe {
    /// The worst of its cases; unclear if not all were sent.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        if self.findings().next().is_some() {
            Verdict::Bad
        } else if self.is_cut_short() || self.cases.iter().any(|case| case.verdict == Verdict::Unclear) {
            Verdict::Unclear
        } else {
            Verdict::Good
        }
    }

    /// The number of cases that are as they should be.
    #[must_use]
    pub fn good(&self) -> usize {
        self.cases.iter().filter(|case| case.verdict == Verdict::Good).count()
    }

    /// Whether it ended before all were sent: it was stopped, or the endpoint was not reached.
    #[must_use]
    pub fn is_cut_short(&self) -> bool {
        self.cases.len() < self.planned
    }

    /// The most important finding, and how to fix it (empty if there is nothing to fix).
    #[must_use]
    pub fn finding(&self) -> (&str, Fix) {
        match self.worst() {
            Some(case) => (&case.finding, case.fix.clone()),
            None => ("Your endpoint verifies requests: it accepts the valid one and refuses the others.", Fix::default()),
        }
    }

    /// The bad ones, the worst first.
    pub fn findings(&self) -> impl Iterator<Item = &Checked> {
        self.cases.iter().filter(|case| case.verdict == Verdict::Bad)
    }

    pub(super) fn worst(&self) -> Option<&Checked> {
        self.findings().next().or_else(|| self.cases.iter().rev().find(|case| case.verdict == Verdict::Unclear))
    }
}
