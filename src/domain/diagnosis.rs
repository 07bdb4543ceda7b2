//! What an outcome means in words: why, and how to mend it, specific to this destination.

use super::destination::Settings;
use super::outcome::{Cause, Phase, Response};

/// Why it ended so, and what to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnosis {
    /// A sentence.
    pub why: String,
    /// A sentence; empty where there is nothing to mend.
    pub fix: String,
}

/// Puts an answer in words.
#[must_use]
pub fn of_response(_to: &Settings, _response: &Response) -> Diagnosis {
    Diagnosis::default()
}

/// Puts a failure in words.
#[must_use]
pub fn of_cause(_to: &Settings, _phase: Option<Phase>, _cause: &Cause) -> Diagnosis {
    Diagnosis::default()
}

/// Puts a stop in words.
#[must_use]
pub fn of_stop(_phase: Option<Phase>) -> Diagnosis {
    Diagnosis::default()
}

/// Puts a failure in words.
#[must_use]
pub fn of_failure(to: &Settings, phase: Option<Phase>, cause: &Cause, _addresses: &[std::net::SocketAddr]) -> Diagnosis {
    of_cause(to, phase, cause)
}
