//! The ways in which a probe sends the ping.

use crate::domain::auth::Auth;
use crate::domain::delivery::Outcome;
use crate::domain::event::BuiltIn;
use crate::domain::snippet::check::ReceiverCheck;

/// The prefix of the event name of a probe's delivery.
pub(super) const EVENT_PREFIX: &str = "probe:";

/// Whether a delivery with that event name is a probe's.
#[must_use]
pub fn is_probe(event: &str) -> bool {
    event.strip_prefix(EVENT_PREFIX).is_some_and(|name| Case::ALL.iter().any(|case| case.name() == name))
}

/// The event name of a delivery when it is sent again: a probe's is a plain ping, with the right credentials.
#[must_use]
pub fn plain_name(event: &str) -> &str {
    if is_probe(event) { BuiltIn::Ping.name() } else { event }
}

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
            ReceiverCheck::Basic(_) | ReceiverCheck::Bearer | ReceiverCheck::Header(_) | ReceiverCheck::Query(_) => {
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
