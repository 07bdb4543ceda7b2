//! What an attempt came to, from how it ended and what was observed of it.

use std::borrow::Cow;
use std::time::Duration;

use jiff::Timestamp;

use super::error::{self, ExchangeError};
use super::page;
use super::presented::presented_ca;
use super::response::ResponseReader;
use super::trace::{Observed, Trace};
use crate::domain::delivery::diagnosis;
use crate::domain::delivery::{Attempt, Cause, Outcome, Phase, ProxyRefusal, Response, SentRequest, TlsCause, TlsInfo};
use crate::domain::destination::Settings;
use crate::domain::mask::Masked;
use crate::domain::problem::FixAction;
use crate::domain::redact::Redactor;
use crate::domain::request::Request;

/// How an attempt ended.
#[derive(Debug)]
pub enum AttemptEnd {
    /// The exchange ended by itself; the response was read as far as it is kept.
    Exchanged(Result<(), ExchangeError>),
    /// By the user.
    Stopped,
    /// The total time was over.
    TimedOut,
}

/// Everything that is known when an attempt has ended.
#[derive(Debug)]
pub struct AttemptResult {
    pub end: AttemptEnd,
    /// What was observed.
    pub observed: Observed,
    /// The proxy's answer, if it did not connect.
    pub refused: Option<ProxyRefusal>,
    pub started_at: Timestamp,
    /// When it ended.
    pub now: Timestamp,
    pub duration_ms: f64,
    /// The total time that it was given.
    pub limit: Duration,
}

/// An attempt that failed before anything could be sent.
#[must_use]
pub fn failed_before_sending(to: &Settings, request: &Request, started_at: Timestamp, cause: Cause) -> Attempt {
    before_sending(to, request, started_at, AttemptEnd::Exchanged(Err(cause.into())))
}

/// An attempt that was stopped before anything could be sent, or of which nothing more is known.
#[must_use]
pub fn stopped_before_sending(to: &Settings, request: &Request, started_at: Timestamp) -> Attempt {
    before_sending(to, request, started_at, AttemptEnd::Stopped)
}

fn before_sending(to: &Settings, request: &Request, started_at: Timestamp, end: AttemptEnd) -> Attempt {
    let ended = AttemptResult {
        end,
        observed: Observed::default(),
        refused: None,
        started_at,
        now: started_at,
        duration_ms: 0.0,
        limit: Duration::ZERO,
    };
    ended.into_attempt(to, request, &Redactor::new(to), &ResponseReader::default())
}

impl AttemptResult {
    /// The record of it, with every form of the secret masked.
    pub fn into_attempt(self, to: &Settings, request: &Request, redactor: &Redactor, answer: &ResponseReader) -> Attempt {
        let Self { end, observed, refused, started_at, now, duration_ms, limit } = self;
        let stopped = matches!(end, AttemptEnd::Stopped);
        let proxy = observed.proxy.clone();
        let cause = match (end, refused) {
            (AttemptEnd::Exchanged(Ok(())) | AttemptEnd::Stopped, _) => None,
            // What it answered is known, even if its page took too long.
            (_, Some(refusal)) => Some(Cause::ProxyRefused(refusal)),
            (AttemptEnd::TimedOut, None) => Some(error::timeout_cause(limit, &observed)),
            (AttemptEnd::Exchanged(Err(error)), None) => Some(error::cause(error, &observed, now)),
        };
        let cause = cause.map(|cause| cause.map_texts(&|text| redactor.redact(&text)));
        let cut = if stopped { Some("you stopped it".to_owned()) } else { cause.as_ref().map(cut_by) };
        let response = answer.finish(redactor, cut);
        let tried = observed.tried();
        let (outcome, phase, cause, diagnosis) = if stopped {
            (Outcome::Stopped, observed.phase, None, diagnosis::of_stop(observed.phase))
        } else if let Some(response) = &response {
            (Outcome::of_status(response.status), None, None, diagnosis::of_response(to, &request.body, response, now))
        } else {
            // An exchange that ends well has an answer.
            let cause = cause.unwrap_or_else(|| Cause::Other(String::new()));
            let phase = observed.phase.or_else(|| phase_of(&cause));
            let mut diagnosis = diagnosis::of_failure(to, phase, &cause, &observed.addresses);
            diagnosis::add_network(&mut diagnosis, phase, &cause, &tried, proxy.as_ref());
            if presented_ca(&observed, Some(&cause), redactor).is_some() {
                diagnosis.fix = diagnosis.fix.by(FixAction::TrustCa);
            }
            (cause.outcome(), phase, Some(cause), diagnosis)
        };
        let diagnosis = diagnosis.bounded();
        let tls = tls_info(&observed, cause.as_ref(), redactor);
        let attempt = Attempt {
            started_at,
            outcome,
            phase,
            duration_ms,
            connected: observed.connected,
            tried,
            proxy,
            timings: observed.timings,
            addresses: observed.addresses,
            tls,
            request: SentRequest {
                method: Request::METHOD.into(),
                url: request.url.masked(),
                headers: request.shown_headers(),
                body: request.body.to_vec(),
            },
            response,
            ca_sha256: None,
            cause,
            recorded_reason: None,
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
        token_ms = ms[0],
        dns_ms = ms[1],
        connect_ms = ms[2],
        tls_ms = ms[3],
        write_ms = ms[4],
        wait_ms = ms[5],
        read_ms = ms[6],
        "attempt ends"
    );
}

fn id_of(request: &Request) -> String {
    request.header("webhook-id").map(Masked::masked).unwrap_or_default()
}

/// Where a cause belongs that keeps an attempt from beginning.
const fn phase_of(cause: &Cause) -> Option<Phase> {
    match cause {
        Cause::Token(_) => Some(Phase::Token),
        Cause::Tls(_) => Some(Phase::Tls),
        Cause::BadProxy(_) | Cause::Proxy(_) | Cause::ProxyRefused(_) => Some(Phase::Connect),
        _ => None,
    }
}

/// Masks the destination's secret in the answer of a proxy, which is asked without it; it costs nothing to be sure.
fn mask(answer: &mut Response, redactor: &Redactor) {
    answer.reason = redactor.redact(&answer.reason);
    answer.body = redactor.redact_bytes(&answer.body).into_owned();
    answer.headers = answer.headers.map(|name, value| (redactor.redact(name), redactor.redact(value)));
}

/// Every way of logging in that a proxy offers: it may have a header for each.
fn challenge(answer: &Response) -> Option<String> {
    let all = answer.headers.iter().filter(|(name, _)| *name == "proxy-authenticate");
    let all: Vec<_> = all.map(|(_, value)| value).collect();
    (!all.is_empty()).then(|| all.join(", "))
}

/// Adds the proxy's answer to what was observed; if there is one, it did not connect.
pub(super) fn proxy_refusal(
    observed: &mut Observed,
    trace: &Trace,
    proxy_secrets: &[String],
    redactor: &Redactor,
) -> Option<ProxyRefusal> {
    let proxy = observed.proxy.as_mut()?;
    let mut answer = trace.proxy_answer.finish(&Redactor::of_texts(proxy_secrets), None)?;
    mask(&mut answer, redactor);
    let refusal = refusal(&answer, observed.proxy_credentials);
    proxy.answer = Some(answer);
    Some(refusal)
}

fn refusal(answer: &Response, credentials: bool) -> ProxyRefusal {
    ProxyRefusal {
        status: answer.status,
        reason: answer.reason.clone(),
        page: page_of(answer),
        location: answer.header("location").map(str::to_owned),
        challenge: challenge(answer),
        credentials,
    }
}

/// What its page says, or why that cannot be said.
fn page_of(answer: &Response) -> String {
    let decoded = answer.decoded();
    let unread = matches!(decoded.bytes, Cow::Borrowed(_)).then_some(decoded.note).flatten();
    match (page::text(&decoded.bytes), unread) {
        (_, Some(note)) => format!("({note})"),
        (text, None) if text.is_empty() && !answer.body.is_empty() => format!("({} bytes that are not text)", answer.body.len()),
        (text, None) => text,
    }
}

fn tls_info(observed: &Observed, cause: Option<&Cause>, redactor: &Redactor) -> Option<TlsInfo> {
    let certificate = observed.certificate.as_ref()?;
    Some(TlsInfo {
        version: observed.tls_version.map(str::to_owned),
        cipher: observed.cipher.clone(),
        names: certificate.names.iter().map(|name| redactor.redact(name)).collect(),
        issuer: certificate.issuer.as_ref().map(|issuer| redactor.redact(issuer)),
        sha256: certificate.sha256.clone(),
        not_before: certificate.not_before,
        not_after: certificate.not_after,
        end_noticed: false,
        client: observed.client_certificate.clone().filter(|_| observed.client_certificate_presented),
        presented_ca: presented_ca(observed, cause, redactor),
    })
}

/// Why the body of an answer ended early, in words.
fn cut_by(cause: &Cause) -> String {
    match cause {
        Cause::TimedOut(limit) => format!("the timeout of {limit} s was reached"),
        Cause::Reset => "the endpoint reset the connection".into(),
        Cause::Closed => "the endpoint closed the connection".into(),
        Cause::NotHttp(what) => format!("it is not valid HTTP: {what}"),
        Cause::NoRoute(what) => format!("the route to the endpoint was lost: {what}"),
        Cause::Tls(TlsCause::Other(what)) => format!("TLS failed: {what}"),
        Cause::Tls(_) => "TLS failed".into(),
        Cause::Other(what) if what.is_empty() => "the connection failed".into(),
        Cause::Other(what) => what.clone(),
        // None of these can follow the head of an answer.
        Cause::NoSuchName
        | Cause::NameServer(_)
        | Cause::ForbiddenAddress(..)
        | Cause::ConnectionRefused(_)
        | Cause::BadProxy(_)
        | Cause::Proxy(_)
        | Cause::ProxyRefused(_)
        | Cause::Token(_) => "the connection failed".into(),
    }
}
