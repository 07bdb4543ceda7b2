use super::*;
use crate::domain::delivery::Diagnosis;
use crate::domain::delivery::{Response, SentRequest, Timings};
use proptest::prelude::*;

/// 2026-11-23 09:12:00 UTC, a Monday.
const NOW: i64 = 1_795_425_120;

fn now() -> Timestamp {
    Timestamp::from_second(NOW).unwrap()
}

fn attempt(outcome: Outcome, cause: Option<Cause>, response: Option<Response>) -> Attempt {
    let request = SentRequest { method: "POST".into(), url: String::new(), headers: Vec::new(), body: Vec::new() };
    Attempt {
        started_at: now(),
        outcome,
        phase: None,
        duration_ms: 1.0,
        timings: Timings::default(),
        addresses: Vec::new(),
        connected: None,
        tls: None,
        request,
        response,
        cause,
        diagnosis: Diagnosis::default(),
    }
}

fn failed(cause: Cause) -> Attempt {
    attempt(Outcome::Failed, Some(cause), None)
}

fn answered(status: u16, retry_after: Option<&str>) -> Attempt {
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

fn wait(last: &Attempt) -> Option<Wait> {
    next(1, &Policy::default(), last, now(), || 0.5)
}

#[test]
fn three_times_after_one_two_and_four_seconds() {
    let policy = Policy::default();
    let last = failed(Cause::Reset);
    let waits: Vec<_> =
        (1..=4).map(|done| next(done, &policy, &last, now(), || 0.5).map(|wait| wait.duration.as_secs())).collect();
    assert_eq!(waits, [Some(1), Some(2), Some(4), None]);
    assert_eq!(next(1, &Policy { retries: 0 }, &last, now(), || 0.5), None);
    assert_eq!(next(40, &Policy { retries: 99 }, &last, now(), || 1.0).unwrap().duration, LONGEST);
}

#[test]
fn a_fifth_more_or_less() {
    let at = |jitter| next(2, &Policy::default(), &failed(Cause::Closed), now(), || jitter).unwrap().duration.as_millis();
    assert_eq!((at(0.0), at(0.5), at(1.0)), (1600, 2000, 2400));
    // A random number that is none changes nothing for the worse.
    assert_eq!((at(-3.0), at(7.0)), (1600, 2400));
}

#[test]
fn by_status() {
    for status in [408, 425, 429, 500, 501, 502, 503, 504, 599] {
        let why = wait(&answered(status, None)).unwrap().why;
        assert_eq!(why, format!("The endpoint answered {status}."));
    }
    for status in [200, 204, 301, 307, 400, 401, 403, 404, 405, 409, 410, 413, 422, 600] {
        assert_eq!(wait(&answered(status, None)), None, "{status}");
        assert_eq!(wait(&answered(status, Some("1"))), None, "{status}");
    }
    assert_eq!(wait(&attempt(Outcome::Stopped, None, None)), None);
}

#[test]
fn h41_what_a_person_has_to_mend_is_not_tried_again() {
    for cause in [
        Cause::Expired(None, now()),
        Cause::NotYetValid(None, now()),
        Cause::WrongName(Vec::new()),
        Cause::UnknownIssuer(None),
        Cause::OtherCaKey(None),
        Cause::MissingIntermediate(None),
        Cause::SelfSigned,
        Cause::CaUsedAsEndEntity,
        Cause::TlsTooOld,
        Cause::NotTls,
        Cause::Tls("its certificate was revoked".into()),
        Cause::ClientCertificateWanted,
        Cause::NoCaStore(String::new()),
        Cause::CaFile(String::new()),
        Cause::BadProxy(String::new()),
        Cause::ForbiddenAddress([169, 254, 169, 254].into(), "a metadata service"),
    ] {
        assert_eq!(wait(&failed(cause.clone())), None, "{cause:?}");
    }
    for cause in [
        Cause::NoSuchName,
        Cause::NameServer(String::new()),
        Cause::ConnectionRefused(None),
        Cause::NoRoute(String::new()),
        Cause::Reset,
        Cause::Closed,
        Cause::TimedOut(15),
        Cause::Proxy(String::new()),
        Cause::NotHttp(String::new()),
        Cause::Other(String::new()),
    ] {
        assert_eq!(wait(&failed(cause.clone())).unwrap().why, "There was no answer.", "{cause:?}");
    }
}

#[test]
fn h46_retry_after() {
    let of = |value: &str| {
        let wait = wait(&answered(503, Some(value))).unwrap();
        (wait.duration.as_secs(), wait.why.trim_start_matches("The endpoint answered 503. ").to_owned())
    };
    assert_eq!(of("30"), (30, "It asks to wait 30 s.".into()));
    assert_eq!(of(" 7 "), (7, "It asks to wait 7 s.".into()));
    // Never sooner than without it.
    assert_eq!(of("0").0, 1);
    assert_eq!(of("60").0, 60);
    for huge in ["61", "86400", "99999999999999999999999999"] {
        assert_eq!(of(huge), (60, format!("It asks to wait {huge} s; waypost waits 60 s at most.")));
    }
    for (value, seconds) in [
        ("Mon, 23 Nov 2026 09:12:42 GMT", 42),
        ("Monday, 23-Nov-26 09:12:42 GMT", 42),
        ("Mon Nov 23 09:12:42 2026", 42),
        ("Sun Nov  1 09:12:42 2026", 1),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 1),
    ] {
        assert_eq!(of(value), (seconds, format!("It asks to wait until {value}.")));
    }
    let next_year = "Tue, 23 Nov 2027 09:12:00 GMT";
    assert_eq!(of(next_year), (60, format!("It asks to wait until {next_year}; waypost waits 60 s at most.")));
    for garbage in
        ["-5", "soon", "", "1.5", "+3", "0x10", "Mon, 23 Nov 2026 09:12:42 CET", "Mon, 31 Feb 2026 09:12:42 GMT", "\u{662}"]
    {
        assert_eq!(of(garbage), (1, format!("Its Retry-After is \"{garbage}\", which is not a time to wait.")));
    }
    assert_eq!(of("\u{1b}[2J").1, "Its Retry-After is \"\\x1b[2J\", which is not a time to wait.");
}

proptest! {
    #[test]
    fn whatever_is_asked_the_wait_is_within_its_bounds(value in any::<String>(), done in 1..3_u32, jitter in 0.0..1.0_f64) {
        let wait = next(done, &Policy::default(), &answered(503, Some(&value)), now(), || jitter).unwrap();
        prop_assert!(wait.duration >= Duration::from_millis(800) && wait.duration <= LONGEST);
        prop_assert!(!wait.why.chars().any(crate::domain::text::is_unsafe));
    }
}
