//! One HTTP request and its result.

use std::borrow::Cow;
use std::net::SocketAddr;

use jiff::Timestamp;

use super::cause::Cause;
use super::network::Tried;
use super::outcome::{Outcome, Phase};
use super::presented_ca::PresentedCa;
use super::reason;
use crate::domain::destination::Settings;
use crate::domain::header::HeaderList;
use crate::domain::problem::Fix;
use crate::domain::request::Request;
use crate::domain::text::quoted;

/// The most bytes of an answer's body that are kept.
pub const BODY_KEPT: usize = 16 * 1024;

/// Time per phase, in milliseconds; `None` where the phase did not begin or was not seen.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Timings {
    /// In the order of [`Phase::ALL`].
    ms: [Option<f64>; 7],
}

impl Timings {
    #[must_use]
    pub const fn get(&self, phase: Phase) -> Option<f64> {
        self.ms[phase as usize]
    }

    pub const fn set(&mut self, phase: Phase, ms: f64) {
        self.ms[phase as usize] = Some(ms);
    }
}

/// What went over the wire, with the secret's parts masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentRequest {
    pub method: Cow<'static, str>,
    pub url: String,
    pub headers: HeaderList,
    pub body: Vec<u8>,
}

impl SentRequest {
    /// Whether the body is all that was sent: the history keeps only the beginning of a long one. What is not whole cannot be
    /// sent again.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.headers.get("content-length").is_none_or(|length| length.parse() == Ok(self.body.len()))
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    pub status: u16,
    /// The reason phrase as the server wrote it, or else the standard one; may be empty.
    pub reason: String,
    /// Bytes of a value that are not UTF-8 are replaced.
    pub headers: HeaderList,
    /// At most [`BODY_KEPT`] bytes.
    pub body: Vec<u8>,
    /// Whether the body was longer than what is kept.
    pub truncated: bool,
    /// Why the body ended early, if it did.
    pub cut: Option<String>,
}

impl Response {
    /// The value of the first header of that name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)
    }

    /// `401 Unauthorized`, safe to show.
    #[must_use]
    pub fn status_line(&self) -> String {
        format!("{} {}", self.status, quoted(&self.reason, 80)).trim_end().to_owned()
    }
}

/// The proxy that an attempt went through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProxyUsed {
    /// `http://••••••••@proxy.example.com:3128`, without the credentials.
    pub url: String,
    /// Its own answer, where it did not connect to the endpoint.
    pub answer: Option<Response>,
    /// The entries of `NO_PROXY` that are not understood, safe to show.
    pub not_understood: Vec<String>,
}

/// What the TLS handshake agreed on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsInfo {
    /// `TLS 1.3`
    pub version: Option<String>,
    /// As IANA names it.
    pub cipher: Option<String>,
    /// The names the certificate is for.
    pub names: Vec<String>,
    /// The certificate's issuer.
    pub issuer: Option<String>,
    /// The SHA-256 of the certificate, in hex.
    pub sha256: Option<String>,
    /// When the certificate begins to be valid.
    pub not_before: Option<Timestamp>,
    /// When the certificate expires.
    pub not_after: Option<Timestamp>,
    /// Whether an earlier delivery had the notice that this certificate ends soon.
    pub end_noticed: bool,
    /// What the server was given when it asked who its client is.
    pub client: Option<ClientCertificate>,
    /// What could be trusted, where the handshake failed because nothing that is trusted issued the certificate.
    pub presented_ca: Option<PresentedCa>,
}

/// What may be shown of a client certificate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientCertificate {
    pub subject: String,
    pub issuer: Option<String>,
    /// The SHA-256 of the certificate, in hex.
    pub sha256: String,
    pub not_before: Option<Timestamp>,
    pub not_after: Option<Timestamp>,
}

/// What an end means: why, and how to fix it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnosis {
    /// A sentence.
    pub why: String,
    pub fix: Fix,
}

impl Diagnosis {
    /// The most characters of each text. What a peer decides on is cut where it is quoted; this is for what adds up.
    const MOST: usize = 1_500;

    /// Short enough to be shown.
    #[must_use]
    pub fn bounded(self) -> Self {
        let short = |text: String| match quoted(&text, Self::MOST) {
            Cow::Owned(short) => short,
            Cow::Borrowed(_) => text,
        };
        Self { why: short(self.why), fix: Fix { text: short(self.fix.text), ..self.fix } }
    }

    pub(super) fn new(why: impl Into<String>, fix: impl Into<Fix>) -> Self {
        Self { why: why.into(), fix: fix.into() }
    }
}

/// One HTTP request and its result.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    pub started_at: Timestamp,
    pub outcome: Outcome,
    /// Where it ended, unless there is a status.
    pub phase: Option<Phase>,
    pub duration_ms: f64,
    pub timings: Timings,
    /// The addresses of the host.
    pub addresses: Vec<SocketAddr>,
    /// The address that was connected to.
    pub connected: Option<SocketAddr>,
    /// Each address that was tried, in that order: of the host, or of the proxy. None where a connection was kept.
    pub tried: Vec<Tried>,
    pub proxy: Option<ProxyUsed>,
    pub tls: Option<TlsInfo>,
    pub request: SentRequest,
    pub response: Option<Response>,
    /// The SHA-256 of the destination's CA file as it was read for this attempt, in hex; `None` without one.
    pub ca_sha256: Option<String>,
    /// Why there is no status, unless it was read back from the history.
    pub cause: Option<Cause>,
    /// [`Attempt::reason`], if it was read back from the history.
    pub recorded_reason: Option<String>,
    pub diagnosis: Diagnosis,
}

impl Attempt {
    /// Refuses what was delivered if its answer does not contain that text: as it is read, without `content-encoding`, as far as
    /// it is kept. `text` is as it is shown, its secrets masked.
    pub fn expect(&mut self, text: &str) {
        let Some(response) = self.response.as_ref().filter(|_| self.outcome == Outcome::Delivered) else { return };
        let decoded = response.decoded();
        if contains(&decoded.bytes, text.as_bytes()) {
            return;
        }
        let within = if decoded.cut {
            format!(" in its first {} KiB, which is what is searched", BODY_KEPT / 1024)
        } else {
            String::new()
        };
        let encoded = match &decoded.note {
            Some(note) if matches!(decoded.bytes, Cow::Borrowed(_)) => format!(" It is {note}."),
            _ => String::new(),
        };
        let shown = quoted(text, 100);
        self.diagnosis = Diagnosis::new(
            format!(
                "The endpoint answered {}, but its answer does not contain the expected \"{shown}\"{within}.{encoded}",
                response.status
            ),
            "Read its answer: correct the receiver, or the text that is expected.",
        );
        self.outcome = Outcome::Refused;
    }

    /// The certificate that could be trusted as a CA.
    #[must_use]
    pub fn presented_ca(&self) -> Option<&PresentedCa> {
        self.tls.as_ref()?.presented_ca.as_ref()
    }

    /// Whether it went to the URL of those settings, as far as that may be shown.
    #[must_use]
    pub fn went_to(&self, settings: &Settings) -> bool {
        self.request.url == Request::preview(settings, "", b"").url.masked()
    }

    /// Why it was not delivered, in a few words: `timed out`. Empty for what was delivered.
    #[must_use]
    pub fn reason(&self) -> Cow<'_, str> {
        self.recorded_reason
            .as_deref()
            .map_or_else(|| reason::of(self.outcome, self.status(), self.cause.as_ref()).into(), Cow::Borrowed)
    }

    /// Why it failed, in a few words, with the status if there was one: `503 Service Unavailable`, `timed out`. Safe to show.
    #[must_use]
    pub fn failure(&self) -> String {
        match &self.response {
            Some(response) if self.outcome == Outcome::Refused => response.status_line(),
            _ => self.reason().into_owned(),
        }
    }

    /// The status code, if there was one.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.response.as_ref().map(|response| response.status)
    }
}

fn contains(bytes: &[u8], text: &[u8]) -> bool {
    text.is_empty() || bytes.windows(text.len()).any(|part| part == text)
}
