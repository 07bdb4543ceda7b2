//! One HTTP request, what came of it, and the delivery it belongs to.

use std::net::SocketAddr;

use jiff::Timestamp;

use super::cause::Cause;
use super::outcome::{Outcome, Phase};
use crate::domain::destination::DestinationId;
use crate::domain::problem::Fix;

/// The most bytes of an answer's body that are kept.
pub const BODY_KEPT: usize = 16 * 1024;

/// Time per phase, in milliseconds; `None` where the phase did not begin or was not seen.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Timings {
    /// In the order of [`Phase::ALL`].
    ms: [Option<f64>; 6],
}

impl Timings {
    /// The time of a phase in milliseconds.
    #[must_use]
    pub const fn get(&self, phase: Phase) -> Option<f64> {
        self.ms[phase as usize]
    }

    /// Sets the time of a phase in milliseconds.
    pub const fn set(&mut self, phase: Phase, ms: f64) {
        self.ms[phase as usize] = Some(ms);
    }
}

/// What went over the wire, with the secret's parts masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentRequest {
    /// `POST`.
    pub method: String,
    /// The whole URL.
    pub url: String,
    /// In order.
    pub headers: Vec<(String, String)>,
    /// The bytes.
    pub body: Vec<u8>,
}

impl SentRequest {
    /// Whether the body is all that was sent: the history keeps only the beginning of a long one. What is not whole cannot be
    /// sent again.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let length = self.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        length.is_none_or(|(_, value)| value.parse() == Ok(self.body.len()))
    }
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The words behind the code as the server wrote them, or else the standard ones; may be empty.
    pub reason: String,
    /// In order. A value's bytes that are not UTF-8 are replaced.
    pub headers: Vec<(String, String)>,
    /// At most [`BODY_KEPT`] bytes.
    pub body: Vec<u8>,
    /// Whether the body was longer than what is kept.
    pub truncated: bool,
    /// Why the body ended before its end, if it did.
    pub cut: Option<String>,
}

impl Response {
    /// A header's value; `name` in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// `401 Unauthorized`
    #[must_use]
    pub fn status_line(&self) -> String {
        format!("{} {}", self.status, self.reason).trim_end().to_owned()
    }
}

/// What TLS agreed on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsInfo {
    /// `TLS 1.3`
    pub version: Option<String>,
    /// As IANA names it.
    pub cipher: Option<String>,
    /// The names that the certificate is for.
    pub names: Vec<String>,
    /// Its issuer.
    pub issuer: Option<String>,
    /// When it ends.
    pub not_after: Option<Timestamp>,
}

/// Why it ended so, and what to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnosis {
    /// A sentence.
    pub why: String,
    pub fix: Fix,
}

impl Diagnosis {
    pub(super) fn new(why: impl Into<String>, fix: impl Into<Fix>) -> Self {
        Self { why: why.into(), fix: fix.into() }
    }
}

/// One try at a delivery.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    /// When it began.
    pub started_at: Timestamp,
    /// How it ended.
    pub outcome: Outcome,
    /// Where it ended, unless there is a status.
    pub phase: Option<Phase>,
    /// The whole of it, in milliseconds.
    pub duration_ms: f64,
    /// Time per phase.
    pub timings: Timings,
    /// The addresses that the name has.
    pub addresses: Vec<SocketAddr>,
    /// The address that was connected to.
    pub connected: Option<SocketAddr>,
    /// What TLS agreed on.
    pub tls: Option<TlsInfo>,
    /// What was sent.
    pub request: SentRequest,
    /// What was answered.
    pub response: Option<Response>,
    /// Why there is no status.
    pub cause: Option<Cause>,
    /// What it means, and what to do.
    pub diagnosis: Diagnosis,
}

impl Attempt {
    /// The status code, if there was one.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.response.as_ref().map(|response| response.status)
    }
}

/// One event sent to the destination under one id.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    /// `webhook-id`
    pub id: String,
    /// Where it was sent, as it was registered then.
    pub destination_id: DestinationId,
    /// The event's name.
    pub event: String,
    /// In order; at least one.
    pub attempts: Vec<Attempt>,
}

impl Delivery {
    /// How it ended: as its last attempt did.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.attempts.last().map_or(Outcome::Stopped, |attempt| attempt.outcome)
    }

    /// The last attempt.
    #[must_use]
    pub fn last(&self) -> Option<&Attempt> {
        self.attempts.last()
    }
}
