//! What an attempt came to, from how it ended and what was seen of it.

use std::time::Duration;

use jiff::Timestamp;

use super::answer::Answer;
use super::cause;
use super::trace::Seen;
use crate::domain::delivery::diagnosis;
use crate::domain::delivery::{Attempt, Cause, Outcome, Phase, SentRequest, TlsCause, TlsInfo};
use crate::domain::destination::Settings;
use crate::domain::mask::Masked;
use crate::domain::redact::Redactor;
use crate::domain::request::Request;

/// What ended an exchange early.
#[derive(Debug)]
pub enum Fault {
    /// A cause that is clear already.
    Clear(Cause),
    /// A library's error, without the URL.
    Of(reqwest::Error),
}

impl From<reqwest::Error> for Fault {
    fn from(error: reqwest::Error) -> Self {
        Self::Of(error.without_url())
    }
}

impl From<Cause> for Fault {
    fn from(cause: Cause) -> Self {
        Self::Clear(cause)
    }
}

/// How an attempt ended.
#[derive(Debug)]
pub enum End {
    /// The exchange came to its own end; the answer was read, as far as is wanted.
    Of(Result<(), Fault>),
    /// By the user.
    Stopped,
    /// The total time was over.
    TimedOut,
}

/// Everything that is known when an attempt is over.
#[derive(Debug)]
pub struct Ended {
    /// How.
    pub end: End,
    /// What was seen.
    pub seen: Seen,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub now: Timestamp,
    /// The whole of it.
    pub duration_ms: f64,
    /// The total time that it had.
    pub limit: Duration,
}

/// An attempt that failed before anything could be sent.
#[must_use]
pub fn failed_before_sending(to: &Settings, request: &Request, started_at: Timestamp, cause: Cause) -> Attempt {
    before_sending(to, request, started_at, End::Of(Err(cause.into())))
}

/// An attempt that was stopped before anything could be sent, or of which nothing more is known.
#[must_use]
pub fn stopped_before_sending(to: &Settings, request: &Request, started_at: Timestamp) -> Attempt {
    before_sending(to, request, started_at, End::Stopped)
}

fn before_sending(to: &Settings, request: &Request, started_at: Timestamp, end: End) -> Attempt {
    let ended = Ended { end, seen: Seen::default(), started_at, now: started_at, duration_ms: 0.0, limit: Duration::ZERO };
    ended.into_attempt(to, request, &Redactor::new(to), &Answer::default())
}

impl Ended {
    /// The record of it, with every form of the secret masked.
    pub fn into_attempt(self, to: &Settings, request: &Request, redactor: &Redactor, answer: &Answer) -> Attempt {
        let Self { end, seen, started_at, now, duration_ms, limit } = self;
        let stopped = matches!(end, End::Stopped);
        let cause = match end {
            End::Of(Ok(())) | End::Stopped => None,
            End::TimedOut => Some(cause::of_timeout(limit, &seen)),
            End::Of(Err(Fault::Clear(cause))) => Some(cause),
            End::Of(Err(Fault::Of(error))) => Some(cause::of(&error, &seen, now)),
        };
        let cause = cause.map(|cause| cause.map_texts(&|text| redactor.redact(&text)));
        let cut = if stopped { Some("you stopped it".to_owned()) } else { cause.as_ref().map(cut_by) };
        let response = answer.finish(redactor, cut);
        let (outcome, phase, cause, diagnosis) = if stopped {
            (Outcome::Stopped, seen.phase, None, diagnosis::of_stop(seen.phase))
        } else if let Some(response) = &response {
            (Outcome::of_status(response.status), None, None, diagnosis::of_response(to, response, now))
        } else {
            // An exchange that ends well has an answer.
            let cause = cause.unwrap_or_else(|| Cause::Other(String::new()));
            let phase = seen.phase.or_else(|| phase_of(&cause));
            let diagnosis = diagnosis::of_failure(to, phase, &cause, &seen.addresses);
            (Outcome::Failed, phase, Some(cause), diagnosis)
        };
        let tls = tls_info(&seen);
        let attempt = Attempt {
            started_at,
            outcome,
            phase,
            duration_ms,
            connected: connected(&seen),
            timings: seen.timings,
            addresses: seen.addresses,
            tls,
            request: SentRequest {
                method: Request::METHOD.to_owned(),
                url: request.url.masked(),
                headers: request.headers.iter().map(|header| (header.name.to_string(), header.value.masked())).collect(),
                body: request.body.clone(),
            },
            response,
            cause,
            diagnosis,
        };
        log_end(request, &attempt);
        attempt
    }
}

/// Into the log: that it begins.
pub(super) fn log_begin(to: &Settings, request: &Request) {
    tracing::info!(id = id_of(request), to = %to.url().authority(), bytes = request.body.len(), "attempt begins");
}

/// Into the log: how it ended, without a word of the endpoint's.
fn log_end(request: &Request, attempt: &Attempt) {
    let ms = Phase::ALL.map(|phase| attempt.timings.get(phase));
    tracing::info!(
        id = id_of(request),
        outcome = attempt.outcome.name(),
        phase = attempt.phase.map(Phase::name),
        status = attempt.status(),
        duration_ms = attempt.duration_ms,
        dns_ms = ms[0],
        connect_ms = ms[1],
        tls_ms = ms[2],
        send_ms = ms[3],
        wait_ms = ms[4],
        receive_ms = ms[5],
        "attempt ends"
    );
}

fn id_of(request: &Request) -> String {
    request.header("webhook-id").map(Masked::masked).unwrap_or_default()
}

/// Where a cause belongs that keeps an attempt from beginning.
const fn phase_of(cause: &Cause) -> Option<Phase> {
    match cause {
        Cause::Tls(_) => Some(Phase::Tls),
        Cause::BadProxy(_) | Cause::Proxy(_) => Some(Phase::Connect),
        _ => None,
    }
}

/// The address that was connected to: as the connection says, or the only one there is, once TLS began.
fn connected(seen: &Seen) -> Option<std::net::SocketAddr> {
    seen.connected.or_else(|| match seen.addresses.as_slice() {
        [one] if seen.phase >= Some(Phase::Tls) => Some(*one),
        _ => None,
    })
}

fn tls_info(seen: &Seen) -> Option<TlsInfo> {
    let certificate = seen.certificate.as_ref()?;
    Some(TlsInfo {
        version: seen.tls_version.map(str::to_owned),
        cipher: seen.cipher.clone(),
        names: certificate.names.clone(),
        issuer: certificate.issuer.clone(),
        not_after: certificate.not_after,
    })
}

/// Why the body of an answer ended early, in words.
fn cut_by(cause: &Cause) -> String {
    match cause {
        Cause::TimedOut(limit) => format!("the time was over ({limit} s)"),
        Cause::Reset => "the endpoint cut the connection".into(),
        Cause::Closed => "the endpoint closed the connection".into(),
        Cause::NotHttp(what) => format!("it broke the rules of HTTP: {what}"),
        Cause::Tls(TlsCause::Other(what)) | Cause::Other(what) => what.clone(),
        _ => "the connection failed".into(),
    }
}
