//! The addresses that an attempt tried, and what came of it.

use std::net::SocketAddr;

/// An address that was tried, of the destination or, where there is one, of the proxy.
#[derive(Clone, Debug, PartialEq)]
pub struct Tried {
    pub address: SocketAddr,
    pub result: DialResult,
    /// How long it was tried, in milliseconds.
    pub ms: f64,
}

/// What came of trying an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DialResult {
    Connected,
    /// Nothing listens there.
    Refused,
    /// No answer as long as the attempt lasted.
    NoAnswer,
    /// Another address connected first.
    GivenUp,
    /// In the system's words.
    Failed(String),
}

impl DialResult {
    /// Its name in JSON.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::Refused => "refused",
            Self::NoAnswer => "no_answer",
            Self::GivenUp => "given_up",
            Self::Failed(_) => "failed",
        }
    }

    /// The system's words, where there are any.
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        match self {
            Self::Failed(detail) => Some(detail),
            _ => None,
        }
    }

    #[must_use]
    pub fn from_name(name: &str, detail: Option<String>) -> Option<Self> {
        Some(match name {
            "connected" => Self::Connected,
            "refused" => Self::Refused,
            "no_answer" => Self::NoAnswer,
            "given_up" => Self::GivenUp,
            "failed" => Self::Failed(detail.unwrap_or_default()),
            _ => return None,
        })
    }

    /// In words: `connection refused`.
    #[must_use]
    pub fn in_words(&self) -> &str {
        match self {
            Self::Connected => "connected",
            Self::Refused => "connection refused",
            Self::NoAnswer => "no answer",
            Self::GivenUp => "no answer before another address connected",
            Self::Failed(detail) => detail,
        }
    }
}
