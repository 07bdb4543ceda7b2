pub mod fixtures;

use super::*;
use crate::domain::delivery::diagnosis;
use crate::domain::draft::Draft;
use crate::domain::field;
use fixtures::{answered, attempt, causes, failed, now};
use proptest::prelude::*;

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
    assert_eq!(next(40, &Policy { retries: 99 }, &last, now(), || 1.0).unwrap().duration, LONGEST_WAIT);
}

#[test]
fn a_fifth_more_or_less() {
    let at = |jitter| next(2, &Policy::default(), &failed(Cause::Closed), now(), || jitter).unwrap().duration.as_millis();
    assert_eq!((at(0.0), at(0.5), at(1.0)), (1600, 2000, 2400));
    // A number out of range is clamped.
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
fn h41_what_a_person_has_to_fix_is_not_tried_again() {
    let (transient, lasting) = causes();
    for cause in lasting {
        assert_eq!(wait(&failed(cause.clone())), None, "{cause:?}");
    }
    for cause in transient {
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
    assert_eq!(of("1.5"), (2, "It asks to wait 2 s.".into()));
    assert_eq!(of("60").0, 60);
    for long in ["61", "86400", "99999999999999999999999999"] {
        assert_eq!(of(long).0, 60);
        assert!(of(long).1.contains("; waypost waits at most 60 s with one event, and up to 24 h with many."), "{long}");
    }
    for (value, seconds) in [
        ("Mon, 23 Nov 2026 09:12:42 GMT", 42),
        ("Monday, 23-Nov-26 09:12:42 GMT", 42),
        ("Mon Nov 23 09:12:42 2026", 42),
        ("Sun Nov  1 09:12:42 2026", 1),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 1),
        ("Tue, 23 Nov 2027 09:12:00 GMT", 60),
    ] {
        assert_eq!(of(value).0, seconds, "{value}");
        assert!(of(value).1.starts_with("It asks to wait until "), "{value}");
    }
    for garbage in
        ["-5", "soon", "", "1.5.5", "+3", "0x10", "Mon, 23 Nov 2026 09:12:42 +0100", "Mon, 31 Feb 2026 09:12:42 GMT", "\u{662}"]
    {
        assert_eq!(of(garbage), (1, format!("Its Retry-After \"{garbage}\" is neither a number of seconds nor a date.")));
    }
}

/// The diagnosis of an answer and the reason for the retry say the same.
#[test]
fn the_diagnosis_agrees() {
    let settings = Draft::default().with(field::URL, "https://h.example/in").check().unwrap().settings;
    for value in
        ["30", "61", "+3", "Sunday, 06-Nov-94 08:49:37 GMT", "Mon Nov 23 09:12:42 2026", "Sun, 06 Nov 1994 08:49:37 +0100"]
    {
        let last = answered(503, Some(value));
        let diagnosis = diagnosis::of_response(&settings, &[], last.response.as_ref().unwrap(), now());
        let asks = wait(&last).unwrap().why.replace("The endpoint answered 503. ", "");
        assert!(diagnosis.why.ends_with(&asks), "{value}: {} / {asks}", diagnosis.why);
    }
}

#[test]
fn c16_a_busy_destination_uses_up_no_retries() {
    let policy = Policy { retries: 2 };
    // Others are accepted in between: as often as it takes.
    for last in [answered(429, Some("2")), answered(429, None), answered(503, Some("2"))] {
        let mut budget = Budget::new(0);
        assert!((1..100).all(|accepted| budget.has_another(&policy, &last, accepted)), "{last:?}");
    }
    for last in [answered(429, Some("2")), answered(503, Some("2")), answered(503, None), failed(Cause::Reset)] {
        // Nothing was accepted: it counts.
        let mut budget = Budget::new(7);
        let left: Vec<_> = (0..4).map(|_| budget.has_another(&policy, &last, 7)).collect();
        assert_eq!(left, [true, true, false, false], "{last:?}");
    }
    // A failure counts, whatever else was accepted.
    for last in [answered(503, None), answered(500, Some("2")), failed(Cause::Reset)] {
        let mut budget = Budget::new(0);
        let left: Vec<_> = (1..4).map(|accepted| budget.has_another(&policy, &last, accepted)).collect();
        assert_eq!(left, [true, true, false], "{last:?}");
    }
    // What a person has to fix ends it at once.
    for last in [answered(401, Some("2")), answered(404, None), answered(410, None), answered(422, None), answered(301, None)] {
        assert!(!Budget::new(0).has_another(&policy, &last, 9), "{last:?}");
    }
}

#[test]
fn the_wait_of_one_of_many_grows_with_what_it_used_up() {
    let mut budget = Budget::new(0);
    let policy = Policy::default();
    let waits: Vec<_> = (0..3)
        .map(|_| {
            budget.has_another(&policy, &failed(Cause::Reset), 0);
            budget.backoff(0.5).as_secs()
        })
        .collect();
    assert_eq!(waits, [1, 2, 4]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_asked_the_wait_is_within_its_bounds(value in any::<String>(), done in 1..3_u32, jitter in 0.0..1.0_f64) {
        let wait = next(done, &Policy::default(), &answered(503, Some(&value)), now(), || jitter).unwrap();
        prop_assert!(wait.duration >= Duration::from_millis(800) && wait.duration <= LONGEST_WAIT);
        prop_assert!(!wait.why.chars().any(crate::domain::text::is_unsafe));
    }
}
