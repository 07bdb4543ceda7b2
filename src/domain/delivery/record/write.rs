//! Writing a delivery: the names of its parts, and their order.

use std::borrow::Cow;
use std::net::SocketAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::Serialize;

use crate::domain::delivery::probe::Checked;
use crate::domain::delivery::{Attempt, Change, Delivery, Phase, Probe, ProxyUsed, Response, Setting, TlsInfo, Tried};
use crate::domain::header::HeaderList;
use crate::domain::problem::FieldChange;

/// A delivery to be written, borrowed: building a [`serde_json::Value`] first would cost more than the writing.
#[derive(Serialize)]
pub(crate) struct Record<'a> {
    id: &'a str,
    destination_id: &'a str,
    settings_fingerprint: &'a str,
    event: &'a str,
    /// `None` for a probe, which has a verdict.
    outcome: Option<&'static str>,
    last_delivered_at: Option<Timestamp>,
    since_last_delivered: Option<Vec<DifferenceRecord<'a>>>,
    probe: Option<ProbeRecord<'a>>,
    sent_with: SentWithRecord<'a>,
    attempts: Vec<AttemptRecord<'a>>,
}

impl<'a> Record<'a> {
    pub(crate) fn new(delivery: &'a Delivery) -> Self {
        Self {
            id: &delivery.id,
            destination_id: delivery.destination_id.as_str(),
            settings_fingerprint: &delivery.settings_fingerprint,
            event: &delivery.event,
            outcome: delivery.probe.is_none().then(|| delivery.outcome().name()),
            last_delivered_at: delivery.since_last_delivered.as_ref().map(|since| since.at),
            since_last_delivered: delivery
                .since_last_delivered
                .as_ref()
                .map(|since| since.changes.iter().map(DifferenceRecord::new).collect()),
            probe: delivery.probe.as_ref().map(|probe| ProbeRecord::new(delivery, probe)),
            sent_with: SentWithRecord {
                waypost: &delivery.sent_with.waypost,
                settings: delivery.sent_with.settings.iter().map(SettingRecord::new).collect(),
            },
            attempts: delivery.attempts.iter().map(AttemptRecord::new).collect(),
        }
    }
}

#[derive(Serialize)]
struct DifferenceRecord<'a> {
    field: &'a str,
    before: Option<&'a str>,
    after: Option<&'a str>,
}

#[derive(Serialize)]
struct SentWithRecord<'a> {
    waypost: &'a str,
    settings: Vec<SettingRecord<'a>>,
}

#[derive(Serialize)]
struct SettingRecord<'a> {
    field: &'a str,
    value: Option<&'a str>,
    mark: Option<&'a str>,
}

#[derive(Serialize)]
struct ProbeRecord<'a> {
    verdict: &'static str,
    /// In a few words.
    summary: Option<Cow<'a, str>>,
    finding: &'a str,
    /// The numbers of cases that are as they should be, and of all that the auth type has.
    good: usize,
    planned: usize,
    /// Those that were sent: one for each attempt.
    cases: Vec<CaseRecord<'a>>,
}

/// One request of a probe, and what it shows.
#[derive(Serialize)]
struct CaseRecord<'a> {
    case: &'static str,
    expected: &'static str,
    verdict: &'static str,
    finding: &'a str,
    fix: Option<&'a str>,
    fix_field: Option<&'static str>,
    fix_changes: Vec<ChangeRecord<'a>>,
}

#[derive(Serialize)]
pub(super) struct AttemptRecord<'a> {
    started_at: Timestamp,
    outcome: &'static str,
    phase: Option<&'static str>,
    status: Option<u16>,
    duration_ms: f64,
    timings_ms: TimingsRecord,
    reason: Option<Cow<'a, str>>,
    why: Option<&'a str>,
    fix: Option<&'a str>,
    /// The field of the destination whose change is the fix.
    fix_field: Option<&'static str>,
    /// Values that are proposed.
    fix_changes: Vec<ChangeRecord<'a>>,
    addresses: &'a [SocketAddr],
    connected: Option<SocketAddr>,
    tried: Vec<TriedRecord<'a>>,
    proxy: Option<ProxyRecord<'a>>,
    tls: Option<TlsRecord<'a>>,
    ca_sha256: Option<&'a str>,
    request: RequestRecord<'a>,
    response: Option<ResponseRecord<'a>>,
}

#[derive(Serialize)]
struct ChangeRecord<'a> {
    field: &'static str,
    before: &'a str,
    after: &'a str,
}

#[derive(Serialize)]
struct TriedRecord<'a> {
    address: SocketAddr,
    result: &'static str,
    detail: Option<&'a str>,
    ms: f64,
}

#[derive(Serialize)]
struct ProxyRecord<'a> {
    url: &'a str,
    answer: Option<ResponseRecord<'a>>,
    /// The entries of `NO_PROXY` that are not understood.
    not_understood: &'a [String],
}

#[derive(Serialize)]
struct TimingsRecord {
    token: Option<f64>,
    dns: Option<f64>,
    connect: Option<f64>,
    tls: Option<f64>,
    write: Option<f64>,
    wait: Option<f64>,
    read: Option<f64>,
}

#[derive(Serialize)]
struct RequestRecord<'a> {
    method: &'a str,
    url: &'a str,
    headers: &'a HeaderList,
    body: BodyRecord<'a>,
}

#[derive(Serialize)]
struct ResponseRecord<'a> {
    status: u16,
    reason: &'a str,
    headers: &'a HeaderList,
    body: BodyRecord<'a>,
    truncated: bool,
    cut: Option<&'a str>,
}

#[derive(Serialize)]
struct TlsRecord<'a> {
    version: Option<&'a str>,
    cipher: Option<&'a str>,
    names: &'a [String],
    issuer: Option<&'a str>,
    sha256: Option<&'a str>,
    not_before: Option<Timestamp>,
    not_after: Option<Timestamp>,
    /// An earlier delivery had the notice that it ends soon.
    end_noticed: bool,
    client: Option<ClientRecord<'a>>,
    /// What could be trusted.
    presented_ca: Option<PresentedRecord<'a>>,
}

#[derive(Serialize)]
struct PresentedRecord<'a> {
    subject: &'a str,
    issuer: Option<&'a str>,
    sha256: &'a str,
    not_before: Option<Timestamp>,
    not_after: Option<Timestamp>,
    pem: &'a str,
}

#[derive(Serialize)]
struct ClientRecord<'a> {
    subject: &'a str,
    issuer: Option<&'a str>,
    sha256: &'a str,
    not_before: Option<Timestamp>,
    not_after: Option<Timestamp>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum BodyRecord<'a> {
    Text(&'a str),
    Binary { base64: String },
}

impl<'a> DifferenceRecord<'a> {
    fn new(change: &'a Change) -> Self {
        Self { field: &change.field, before: change.before.as_deref(), after: change.after.as_deref() }
    }
}

impl<'a> SettingRecord<'a> {
    fn new(setting: &'a Setting) -> Self {
        Self { field: &setting.field, value: setting.value.as_deref(), mark: setting.mark.as_deref() }
    }
}

impl<'a> ProbeRecord<'a> {
    fn new(delivery: &'a Delivery, probe: &'a Probe) -> Self {
        Self {
            verdict: probe.verdict().name(),
            summary: delivery.verdict_in_words(),
            finding: probe.finding().0,
            good: probe.good(),
            planned: probe.planned,
            cases: probe.cases.iter().map(CaseRecord::new).collect(),
        }
    }
}

impl<'a> CaseRecord<'a> {
    fn new(checked: &'a Checked) -> Self {
        Self {
            case: checked.case.name(),
            expected: checked.case.expected().name(),
            verdict: checked.verdict.name(),
            finding: &checked.finding,
            fix: or_null(&checked.fix.text),
            fix_field: checked.fix.field().map(|field| field.id),
            fix_changes: checked.fix.changes().iter().map(ChangeRecord::new).collect(),
        }
    }
}

impl<'a> AttemptRecord<'a> {
    pub fn new(attempt: &'a Attempt) -> Self {
        let Attempt { request, timings, .. } = attempt;
        let ms = |phase| timings.get(phase).map(thousandths);
        Self {
            started_at: attempt.started_at,
            outcome: attempt.outcome.name(),
            phase: attempt.phase.map(Phase::name),
            status: attempt.status(),
            duration_ms: thousandths(attempt.duration_ms),
            timings_ms: TimingsRecord {
                token: ms(Phase::Token),
                dns: ms(Phase::Dns),
                connect: ms(Phase::Connect),
                tls: ms(Phase::Tls),
                write: ms(Phase::Write),
                wait: ms(Phase::Wait),
                read: ms(Phase::Read),
            },
            reason: Some(attempt.reason()).filter(|reason| !reason.is_empty()),
            why: or_null(&attempt.diagnosis.why),
            fix: or_null(&attempt.diagnosis.fix.text),
            fix_field: attempt.diagnosis.fix.field().map(|field| field.id),
            fix_changes: attempt.diagnosis.fix.changes().iter().map(ChangeRecord::new).collect(),
            addresses: &attempt.addresses,
            connected: attempt.connected,
            tried: attempt.tried.iter().map(TriedRecord::new).collect(),
            proxy: attempt.proxy.as_ref().map(ProxyRecord::new),
            tls: attempt.tls.as_ref().map(TlsRecord::new),
            ca_sha256: attempt.ca_sha256.as_deref(),
            request: RequestRecord {
                method: &request.method,
                url: &request.url,
                headers: &request.headers,
                body: BodyRecord::new(&request.body),
            },
            response: attempt.response.as_ref().map(ResponseRecord::new),
        }
    }
}

impl<'a> ChangeRecord<'a> {
    fn new(change: &'a FieldChange) -> Self {
        Self { field: change.field.id, before: &change.before, after: &change.after }
    }
}

impl<'a> TriedRecord<'a> {
    fn new(tried: &'a Tried) -> Self {
        let Tried { address, result, ms } = tried;
        Self { address: *address, result: result.name(), detail: result.detail(), ms: thousandths(*ms) }
    }
}

impl<'a> ProxyRecord<'a> {
    fn new(proxy: &'a ProxyUsed) -> Self {
        let answer = proxy.answer.as_ref().map(ResponseRecord::new);
        Self { url: &proxy.url, answer, not_understood: &proxy.not_understood }
    }
}

impl<'a> ResponseRecord<'a> {
    fn new(response: &'a Response) -> Self {
        Self {
            status: response.status,
            reason: &response.reason,
            headers: &response.headers,
            body: BodyRecord::new(&response.body),
            truncated: response.truncated,
            cut: response.cut.as_deref(),
        }
    }
}

impl<'a> TlsRecord<'a> {
    fn new(tls: &'a TlsInfo) -> Self {
        Self {
            version: tls.version.as_deref(),
            cipher: tls.cipher.as_deref(),
            names: &tls.names,
            issuer: tls.issuer.as_deref(),
            sha256: tls.sha256.as_deref(),
            not_before: tls.not_before,
            not_after: tls.not_after,
            end_noticed: tls.end_noticed,
            client: tls.client.as_ref().map(|client| ClientRecord {
                subject: &client.subject,
                issuer: client.issuer.as_deref(),
                sha256: &client.sha256,
                not_before: client.not_before,
                not_after: client.not_after,
            }),
            presented_ca: tls.presented_ca.as_ref().map(|ca| PresentedRecord {
                subject: &ca.subject,
                issuer: ca.issuer.as_deref(),
                sha256: &ca.sha256,
                not_before: ca.not_before,
                not_after: ca.not_after,
                pem: &ca.pem,
            }),
        }
    }
}

impl<'a> BodyRecord<'a> {
    fn new(body: &'a [u8]) -> Self {
        match std::str::from_utf8(body) {
            Ok(text) => Self::Text(text),
            Err(_) => Self::Binary { base64: STANDARD.encode(body) },
        }
    }
}

fn or_null(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

/// Rounds milliseconds to the microsecond: more digits are noise.
fn thousandths(ms: f64) -> f64 {
    (ms * 1000.0).round() / 1000.0
}
