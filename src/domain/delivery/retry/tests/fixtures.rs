//! Attempts for tests.

use jiff::Timestamp;

use crate::domain::delivery::{
    Attempt, Cause, ClientFile, ClientFileFault, ClientRefusal, Diagnosis, FileFault, Outcome, ProxyRefusal, RefusalReason,
    Response, SentRequest, Timings, TlsCause,
};
use crate::domain::header::HeaderList;

/// 2026-11-23 09:12:00 UTC, a Monday.
const NOW: i64 = 1_795_425_120;

pub fn now() -> Timestamp {
    Timestamp::from_second(NOW).unwrap()
}

pub fn attempt(outcome: Outcome, cause: Option<Cause>, response: Option<Response>) -> Attempt {
    let request = SentRequest { method: "POST".into(), url: String::new(), headers: HeaderList::new(), body: Vec::new() };
    Attempt {
        started_at: now(),
        outcome,
        phase: None,
        duration_ms: 1.0,
        timings: Timings::default(),
        addresses: Vec::new(),
        connected: None,
        tried: Vec::new(),
        proxy: None,
        tls: None,
        request,
        response,
        ca_sha256: None,
        cause,
        recorded_reason: None,
        diagnosis: Diagnosis::default(),
    }
}

pub fn failed(cause: Cause) -> Attempt {
    attempt(Outcome::Failed, Some(cause), None)
}

pub fn answered(status: u16, retry_after: Option<&str>) -> Attempt {
    let response = Response {
        status,
        reason: String::new(),
        headers: retry_after.iter().map(|value| ("Retry-After".to_owned(), (*value).to_owned())).collect(),
        body: Vec::new(),
        truncated: false,
        cut: None,
    };
    attempt(Outcome::of_status(status), None, Some(response))
}

/// Some of every cause: those that may pass by themselves, and those that a person has to fix.
pub fn causes() -> (Vec<Cause>, Vec<Cause>) {
    let transient = vec![
        Cause::NoSuchName,
        Cause::NameServer(String::new()),
        Cause::ConnectionRefused(None),
        Cause::NoRoute(String::new()),
        Cause::Reset,
        Cause::Closed,
        Cause::TimedOut(15),
        Cause::Proxy(String::new()),
        Cause::ProxyRefused(ProxyRefusal { status: 503, ..ProxyRefusal::default() }),
        Cause::NotHttp(String::new()),
        Cause::Other(String::new()),
    ];
    let lasting = vec![
        Cause::Tls(TlsCause::Expired(None, now())),
        Cause::Tls(TlsCause::NotYetValid(None, now())),
        Cause::Tls(TlsCause::WrongName(Vec::new())),
        Cause::Tls(TlsCause::UnknownIssuer(None)),
        Cause::Tls(TlsCause::OtherCaKey(None)),
        Cause::Tls(TlsCause::MissingIntermediate(None)),
        Cause::Tls(TlsCause::SelfSigned),
        Cause::Tls(TlsCause::CaUsedAsEndEntity),
        Cause::Tls(TlsCause::TooOld),
        Cause::Tls(TlsCause::NotTls),
        Cause::Tls(TlsCause::Other("its certificate was revoked".into())),
        Cause::Tls(TlsCause::ClientCertificateWanted),
        Cause::Tls(TlsCause::ClientCertificateRefused(ClientRefusal {
            reason: RefusalReason::UnknownCa,
            issuer: None,
            accepted: Vec::new(),
        })),
        Cause::Tls(TlsCause::ClientFile(ClientFileFault::new(ClientFile::Key, FileFault::Empty))),
        Cause::Tls(TlsCause::NoCaStore(String::new())),
        Cause::Tls(TlsCause::CaFile(String::new())),
        Cause::BadProxy(String::new()),
        Cause::ProxyRefused(ProxyRefusal { status: 407, ..ProxyRefusal::default() }),
        Cause::ForbiddenAddress([169, 254, 169, 254].into(), "a metadata service"),
    ];
    (transient, lasting)
}
