//! Whether a received request was made with the registered auth: the check that the destination's receiver should make.
//!
//! It is strict where a lenient receiver could be misled (a repeated header, a repeated parameter), and
//! says what is wrong in words. A reason never holds a secret, a part of one, or the signature that was expected.

pub mod received;
mod shown;

pub use received::Received;
pub use shown::{shown_header, shown_target};

use crate::domain::destination::Settings;
use crate::domain::request::Request;
use crate::domain::text::visible;

/// What the check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was made with the registered auth.
    Accepted {
        /// What shows it, a sentence without a full stop.
        how: String,
    },
    /// It was not, or that cannot be known.
    Rejected {
        /// What is wrong, a sentence without a full stop.
        why: String,
    },
}

impl Verdict {
    /// Whether the request was made with the registered auth.
    #[must_use]
    pub const fn is_accepted(&self) -> bool {
        matches!(self, Self::Accepted { .. })
    }

    /// Why, either way.
    #[must_use]
    pub fn reason(&self) -> &str {
        match self {
            Self::Accepted { how } => how,
            Self::Rejected { why } => why,
        }
    }
}

/// Checks a request that was received at `now` (Unix seconds) against what is registered.
#[must_use]
pub fn check(settings: &Settings, received: &Received<'_>, now: i64) -> Verdict {
    let result = if received.method == Request::METHOD {
        settings.auth().verify(received, now)
    } else {
        Err(format!("the method is {}; deliveries are sent by {}", visible(received.method), Request::METHOD))
    };
    match result {
        Ok(how) => Verdict::Accepted { how },
        Err(why) => Verdict::Rejected { why },
    }
}

#[cfg(test)]
mod tests;
