//! The situations that screens are shown in.

use std::sync::Arc;

use jiff::Timestamp;
use waypost::domain::auth::{AuthType, api_key, basic, bearer, hmac, oauth2};
use waypost::domain::delivery::stats::Stats;
use waypost::domain::delivery::{
    Attempt, Cause, Delivery, Diagnosis, Outcome, Phase, PresentedCa, Probe, Response, SentRequest, Timings, TlsCause, TlsInfo,
};
use waypost::domain::delivery::{diagnosis, probe};
use waypost::domain::destination::{Destination, DestinationId, Settings};
use waypost::domain::draft::Draft;
use waypost::domain::event::BuiltIn;
use waypost::domain::field;
use waypost::domain::problem::FixAction;
use waypost::domain::request::{Request, Stamp};
use waypost::domain::secret::Secret;
use waypost::ops::probe::{Case, Checked, Report, Verdict};
use waypost::ops::{Damaged, Health, Listing, Problem, ProblemKind, Row, Snapshot, Standing, State};

pub const SECRET: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

pub fn draft(auth_type: AuthType) -> Draft {
    Draft::new(auth_type)
        .with(field::URL, "https://hooks.example.com/in")
        .with(hmac::HEADER_KEY, "X-Signature")
        .with(hmac::SIGNING_SECRET, SECRET)
        .with(basic::USERNAME, "Aladdin")
        .with(basic::PASSWORD, "open sesame and more")
        .with(bearer::TOKEN, "mF_9.B5f-4.1JqM0123456789")
        .with(api_key::KEY, "X-Api-Key")
        .with(api_key::VALUE, "k-0123456789-0123456789")
        .with(oauth2::TOKEN_URL, "https://auth.example.com/token")
        .with(oauth2::CLIENT_ID, "waypost")
        .with(oauth2::CLIENT_SECRET, "c-0123456789-0123456789")
}

pub fn settings(auth_type: AuthType) -> Settings {
    draft(auth_type).check().unwrap().settings
}

pub fn destination(auth_type: AuthType) -> Destination {
    let at: Timestamp = "2026-11-23T09:12:00Z".parse().unwrap();
    Destination::new(DestinationId::new("dst_1"), settings(auth_type), at, at)
}

pub fn nothing() -> Snapshot {
    Snapshot { state: State::Empty, generation: 0, history: Ok(Listing::default()), events: Vec::new() }
}

pub fn registered(auth_type: AuthType) -> Snapshot {
    Snapshot { state: State::Open(Box::new(destination(auth_type))), generation: 4, ..nothing() }
}

/// All that there is in the history.
pub fn listing(deliveries: Vec<Delivery>) -> Listing {
    Listing { skipped: 0, total: deliveries.len(), rows: deliveries.into_iter().map(Ok).collect() }
}

pub fn with_deliveries() -> Snapshot {
    Snapshot { history: Ok(listing(vec![delivered(), refused(), failed(), stopped()])), ..registered(hmac::SPEC) }
}

/// How the destination is doing by those deliveries, as it is read from the history.
pub fn health(state: &State, all: &[Result<Delivery, Damaged>]) -> Option<Health> {
    let State::Open(destination) = state else { return None };
    let ours = all.iter().flatten().filter(|it| it.destination_id == *destination.id() && it.probe.is_none());
    let attempts: Vec<_> = ours.filter_map(|delivery| delivery.last()).collect();
    let row = |it: &&Attempt| Row { at: it.started_at, outcome: it.outcome, duration_ms: it.duration_ms };
    let newest: Vec<Row> = attempts.iter().map(row).collect();
    let ended: Vec<_> = newest.iter().filter(|row| row.outcome != Outcome::Stopped).collect();
    let failing = ended.iter().take_while(|row| row.outcome != Outcome::Delivered).last();
    let standing = match (failing, ended.first()) {
        (Some(row), _) => Standing::Failing(row.at),
        (None, Some(row)) => Standing::Works(row.at),
        (None, None) => Standing::NeverTested,
    };
    Some(Health {
        stats: Stats::new(newest.iter().map(|row| (row.outcome, row.duration_ms))),
        newest,
        standing,
        last_probe: all.iter().flatten().find(|delivery| delivery.probe.is_some()).map(|delivery| Box::new(delivery.clone())),
        certificate_end: attempts.iter().find_map(|attempt| attempt.tls.as_ref()?.not_after),
    })
}

pub fn problem() -> Problem {
    Problem {
        kind: ProblemKind::Disk,
        field: None,
        what: "/home/ada/.config/waypost/destination.json:3:17 is not valid".into(),
        why: "The file is truncated.".into(),
        fix: "Correct it, or move it away and register again.".into(),
    }
}

pub fn unreadable() -> Snapshot {
    Snapshot { state: State::Unreadable(problem()), ..nothing() }
}

pub fn locked() -> Snapshot {
    let problem = Problem {
        kind: ProblemKind::Secret,
        field: None,
        what: "The signing secret cannot be opened".into(),
        why: "It was sealed with another key.".into(),
        fix: "Enter the secret again.".into(),
    };
    let draft = draft(hmac::SPEC).with(hmac::SIGNING_SECRET, Secret::default());
    Snapshot { state: State::Locked(Box::new(draft), problem), generation: 4, ..nothing() }
}

pub fn stamp() -> Stamp {
    Stamp { id: "msg_0123456789abcdef0123456789abcdef".into(), event: "ping".into(), timestamp: 1_795_511_642 }
}

pub fn request() -> Request {
    Request::build(&settings(hmac::SPEC), &BuiltIn::Ping.event().body, &stamp(), &settings(hmac::SPEC).auth().credential())
}

fn attempt(outcome: Outcome, at: &str) -> Attempt {
    let request = request();
    let mut timings = Timings::default();
    for (phase, ms) in [(Phase::Dns, 3.2), (Phase::Connect, 11.0), (Phase::Tls, 24.5), (Phase::Write, 0.1)] {
        timings.set(phase, ms);
    }
    Attempt {
        started_at: at.parse().unwrap(),
        outcome,
        phase: None,
        duration_ms: 143.0,
        timings,
        addresses: vec!["203.0.113.7:443".parse().unwrap()],
        connected: Some("203.0.113.7:443".parse().unwrap()),
        tried: Vec::new(),
        proxy: None,
        tls: Some(TlsInfo {
            version: Some("TLS 1.3".into()),
            cipher: None,
            names: vec!["hooks.example.com".into()],
            issuer: Some("Example CA".into()),
            sha256: None,
            not_after: Some("2027-01-01T00:00:00Z".parse().unwrap()),
            ..TlsInfo::default()
        }),
        request: SentRequest {
            method: "POST".into(),
            url: request.url.masked(),
            headers: request.shown_headers(),
            body: request.body.to_vec(),
        },
        response: None,
        ca_sha256: None,
        cause: None,
        recorded_reason: None,
        diagnosis: Diagnosis::default(),
    }
}

fn answered(status: u16, reason: &str, body: &str, at: &str) -> Attempt {
    let response = Response {
        status,
        reason: reason.into(),
        headers: [("content-type", "application/json"), ("x-request-id", "a1\u{1b}[31m\u{202e}")].into(),
        body: body.as_bytes().to_vec(),
        truncated: false,
        cut: None,
    };
    let mut attempt = attempt(Outcome::of_status(status), at);
    attempt.timings.set(Phase::Wait, 88.0);
    attempt.timings.set(Phase::Read, 1.0);
    attempt.diagnosis = diagnosis::of_response(&settings(hmac::SPEC), &[], &response, attempt.started_at);
    attempt.response = Some(response);
    attempt
}

fn delivery(event: BuiltIn, attempt: Attempt) -> Delivery {
    Delivery {
        id: stamp().id,
        destination_id: DestinationId::new("dst_1"),
        settings_fingerprint: "0123456789abcdef".into(),
        sent_with: Arc::default(),
        event: event.name().into(),
        attempts: vec![attempt],
        probe: None,
        since_last_delivered: None,
    }
}

pub fn delivered() -> Delivery {
    delivery(BuiltIn::Ping, answered(200, "OK", r#"{"ok":true,"items":[1,2.50,{}],"note":"héllo"}"#, "2026-11-23T09:14:02Z"))
}

pub fn refused() -> Delivery {
    let attempt = answered(401, "Unauthorized", r#"{"error":"bad signature"}"#, "2026-11-23T09:13:40Z");
    delivery(BuiltIn::ClientSubmissionAuto, attempt)
}

/// An answer in wide, combining and joined characters.
pub fn foreign() -> Delivery {
    let body = "{\"message\":\"署名が一致しません。秘密鍵を確認してください。署名が一致しません。秘密鍵を確認してください。\",\
                \"name\":\"Cafe\u{301} A\u{30a}ngstro\u{308}m\",\"who\":\"👩‍🚀 👍🏽 🇯🇵\"}";
    let mut attempt = answered(400, "不正なリクエスト", body, "2026-11-23T09:14:02Z");
    attempt.diagnosis.why = "The endpoint says: 署名が一致しません。秘密鍵を確認してください。署名が一致しません。".into();
    Delivery { event: "注文の確認".into(), ..delivery(BuiltIn::Ping, attempt) }
}

pub fn redirected(location: &str) -> Delivery {
    let mut attempt = answered(308, "Permanent Redirect", "", "2026-11-23T09:13:40Z");
    if let Some(response) = &mut attempt.response {
        response.headers.push("location", location);
        attempt.diagnosis = diagnosis::of_response(&settings(hmac::SPEC), &[], response, attempt.started_at);
    }
    delivery(BuiltIn::Ping, attempt)
}

/// A delivery that failed for that cause, to what is registered.
pub fn failed_by(cause: Cause) -> Delivery {
    let mut attempt = attempt(Outcome::Failed, "2026-11-23T09:13:12Z");
    attempt.phase = Some(if matches!(cause, Cause::Tls(_)) { Phase::Tls } else { Phase::Wait });
    attempt.diagnosis = diagnosis::of_cause(&settings(hmac::SPEC), attempt.phase, &cause);
    attempt.cause = Some(cause);
    delivery(BuiltIn::Ping, attempt)
}

/// A delivery to an endpoint whose CA nothing here trusts, and which sent that CA's certificate.
pub fn untrusted() -> Delivery {
    let mut delivery = failed_by(Cause::Tls(TlsCause::UntrustedChain(Some("CN=Example Root".into()))));
    let attempt = &mut delivery.attempts[0];
    attempt.diagnosis.fix = attempt.diagnosis.fix.clone().by(FixAction::TrustCa);
    if let Some(tls) = &mut attempt.tls {
        tls.presented_ca = Some(PresentedCa {
            subject: "CN=Example Root,O=Example".into(),
            issuer: None,
            sha256: "8f14e45fceea167a5a36dedd4bea2543d4735e3a265e16eee03f59718b9b5d03".into(),
            not_before: Some("2026-01-01T00:00:00Z".parse().unwrap()),
            not_after: Some("2036-01-01T00:00:00Z".parse().unwrap()),
            pem: String::new(),
        });
    }
    delivery
}

/// A delivery refused by an answer that names what it expects.
pub fn refused_by(status: u16, body: &str) -> Delivery {
    delivery(BuiltIn::Ping, answered(status, "", body, "2026-11-23T09:13:40Z"))
}

pub fn failed() -> Delivery {
    let mut attempt = attempt(Outcome::Failed, "2026-11-23T09:13:12Z");
    let cause =
        Cause::Tls(TlsCause::Expired(Some("2026-11-01T00:00:00Z".parse().unwrap()), "2026-11-23T09:13:12Z".parse().unwrap()));
    attempt.phase = Some(Phase::Tls);
    attempt.diagnosis = diagnosis::of_cause(&settings(hmac::SPEC), attempt.phase, &cause);
    attempt.cause = Some(cause);
    delivery(BuiltIn::Ping, attempt)
}

pub fn stopped() -> Delivery {
    let mut attempt = attempt(Outcome::Stopped, "2026-11-23T09:12:55Z");
    attempt.phase = Some(Phase::Wait);
    attempt.diagnosis = diagnosis::of_stop(attempt.phase);
    delivery(BuiltIn::ClientSubmissionHomeowners, attempt)
}

pub fn report() -> Report {
    let case = |case, verdict, finding: &str, fix: &str| Checked { case, verdict, finding: finding.into(), fix: fix.into() };
    let taken = "Your endpoint accepts unsigned requests.";
    let cases = vec![
        case(Case::Unsigned, Verdict::Bad, taken, "Make the receiver refuse unsigned requests."),
        case(Case::WrongSecret, Verdict::Good, "", ""),
        case(Case::Valid, Verdict::Good, "", ""),
    ];
    let attempts = [delivered(), refused(), delivered()].into_iter().flat_map(|delivery| delivery.attempts).collect();
    let probe = Some(Probe { cases, planned: 3 });
    Report { delivery: Delivery { event: probe::EVENT.into(), attempts, probe, ..delivered() }, unrecorded: None }
}
