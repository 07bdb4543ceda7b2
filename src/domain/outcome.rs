//! What came of a delivery, as data.

use std::net::SocketAddr;

use jiff::Timestamp;

use super::diagnosis::Diagnosis;

/// The most bytes of an answer's body that are kept.
pub const BODY_KEPT: usize = 16 * 1024;

/// A part of an attempt's life, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Phase {
    /// The name is looked up.
    Dns,
    /// A TCP connection is made.
    Connect,
    /// The TLS handshake.
    Tls,
    /// The request is written.
    Send,
    /// The first byte of the answer is awaited.
    Wait,
    /// The answer's body is read.
    Receive,
}

impl Phase {
    /// In order.
    pub const ALL: [Self; 6] = [Self::Dns, Self::Connect, Self::Tls, Self::Send, Self::Wait, Self::Receive];

    /// The word on the screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Dns => "DNS",
            Self::Connect => "connect",
            Self::Tls => "TLS",
            Self::Send => "send",
            Self::Wait => "wait",
            Self::Receive => "receive",
        }
    }

    /// Its name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Send => "send",
            Self::Wait => "wait",
            Self::Receive => "receive",
        }
    }
}

/// How an attempt, and with it a delivery, ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// A status of 2xx.
    Delivered,
    /// Any other status.
    Refused,
    /// No status.
    Failed,
    /// By the user.
    Stopped,
}

impl Outcome {
    /// In the order of a filter.
    pub const ALL: [Self; 4] = [Self::Delivered, Self::Refused, Self::Failed, Self::Stopped];

    /// Its name in JSON and in words.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Stopped => "stopped",
        }
    }

    /// The outcome of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.name() == name)
    }

    /// The outcome that a status means.
    #[must_use]
    pub const fn of_status(status: u16) -> Self {
        if status >= 200 && status < 300 { Self::Delivered } else { Self::Refused }
    }
}

/// Why there is no status: the cause as data; [`super::diagnosis`] puts it in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The name server says that there is no such name.
    NoSuchName,
    /// No name server answered.
    NameServer(String),
    /// The name has an address that is never connected to; what that address is, in words.
    ForbiddenAddress(std::net::IpAddr, &'static str),
    /// Nothing listens there.
    ConnectionRefused(Option<SocketAddr>),
    /// The network has no way there.
    NoRoute(String),
    /// The other side cut the connection.
    Reset,
    /// The other side closed the connection without an answer.
    Closed,
    /// The total time was over; the limit in seconds.
    TimedOut(u16),
    /// The port does not speak TLS.
    NotTls,
    /// The server has no TLS version or cipher that is still safe.
    TlsTooOld,
    /// No trusted CA stands behind the certificate; its issuer as it names itself.
    UnknownIssuer(Option<String>),
    /// The certificate is its own issuer.
    SelfSigned,
    /// The server sends its own certificate without the one between it and the CA.
    MissingIntermediate(Option<String>),
    /// The certificate is of other names.
    WrongName(Vec<String>),
    /// It ended; when, and what the clock here says.
    Expired(Option<Timestamp>, Timestamp),
    /// It begins later; when, and what the clock here says.
    NotYetValid(Option<Timestamp>, Timestamp),
    /// It names a trusted CA as its issuer, but another key has signed it.
    OtherCaKey(Option<String>),
    /// A CA's certificate used as a server's, as `openssl req -x509` makes it.
    CaUsedAsEndEntity,
    /// The server wants a certificate from us.
    ClientCertificateWanted,
    /// Another fault of the handshake.
    Tls(String),
    /// This machine has no CA certificates.
    NoCaStore(String),
    /// The file with the destination's own CA cannot be used.
    CaFile(String),
    /// The proxy's address cannot be used.
    BadProxy(String),
    /// The proxy answered with that status, or could not be reached.
    Proxy(String),
    /// The answer is not HTTP, or broke its rules.
    NotHttp(String),
    /// Anything else, in the library's words.
    Other(String),
}

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
