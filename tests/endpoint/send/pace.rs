//! How fast many events go out: the gate, and the rate. By a clock of their own, on which hours pass at once.

use std::collections::BTreeMap;
use std::future::pending;
use std::io::Cursor;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use waypost::domain::delivery::Outcome;
use waypost::domain::delivery::retry::Policy;
use waypost::ops::relay::{LineOptions, Options, Streams, Summary, Tally};

use super::lines::{Kept, numbered};
use super::{Place, Stopper, destination};
use crate::support::ca::Ca;
use crate::support::check::expect_nothing;
use crate::support::receiver::{Answer, DEADLINE, Receiver};

/// The lines that are in the failed file, sorted.
pub struct Run {
    pub summary: Summary,
    pub kept: Vec<String>,
    /// By the clock of the waits.
    pub took: SignedDuration,
}

pub async fn run(place: &Place, url: &str, ca: &std::path::Path, lines: usize, options: Options, concurrency: usize) -> Run {
    let to = destination(url, ca);
    let kept = Kept::default();
    let how = LineOptions { options, concurrency, name: "test".into() };
    let streams = Streams { input: Cursor::new(numbered(lines)), failed: Some(kept.file()) };
    let began = place.clock.now();
    let summary = place
        .waypost
        .send_lines(&to, streams, &how, |tally| place.clock.in_flight(tally.in_flight), pending(), pending())
        .await
        .unwrap();
    let took = place.clock.now().duration_since(began);
    Run { summary, kept: kept.lines(), took }
}

/// Accepts a number of events in a window, and answers the rest with 429 and when the next window begins. Counts both by window.
#[derive(Default)]
struct Windows(Mutex<BTreeMap<i64, (u32, u32)>>);

impl Windows {
    fn answer(&self, now: Timestamp, length: i64, accepts: u32) -> Answer {
        let (window, into) = (now.as_millisecond() / length, now.as_millisecond() % length);
        let mut windows = self.0.lock().unwrap();
        let (accepted, refused) = windows.entry(window).or_default();
        if *accepted < accepts {
            *accepted += 1;
            return Answer::status(200);
        }
        *refused += 1;
        Answer::status(429).header("retry-after", &((length - into + 999) / 1000).to_string())
    }
}

#[tokio::test]
async fn c16_retry_after_pauses_the_whole_run() {
    for concurrency in [1, 8, 50] {
        let place = Place::new();
        let windows = Arc::new(Windows::default());
        let (clock, limit) = (place.clock.clone(), Arc::clone(&windows));
        let choice = move || limit.answer(clock.now(), 2000, 5);
        let receiver = Receiver::scripted(expect_nothing(), vec![Answer::chosen(choice)]);
        let run = run(&place, &receiver.url, receiver.ca(), 60, place.options(), concurrency).await;
        let tally = run.summary.tally;
        assert_eq!((tally.delivered, tally.ended(), run.kept.len()), (60, 60, 0), "{concurrency}: {tally:?}");
        // Twelve windows, of which the last is only begun.
        assert_eq!(run.took, SignedDuration::from_secs(22), "{concurrency}");
        let windows = windows.0.lock().unwrap();
        for (window, (_, refused)) in windows.iter() {
            assert!(*refused <= 3, "{concurrency}: {refused} refused in window {window}: {windows:?}");
        }
        // A retry is counted as such, and is not made in vain.
        let refused: u64 = windows.values().map(|(_, refused)| u64::from(*refused)).sum();
        assert_eq!(tally.retries, refused, "{concurrency}");
    }
}

#[tokio::test]
async fn c16_without_retries_what_is_refused_while_others_are_accepted_goes_again() {
    let place = Place::new();
    let windows = Arc::new(Windows::default());
    let (clock, limit) = (place.clock.clone(), Arc::clone(&windows));
    let choice = move || limit.answer(clock.now(), 60_000, 3);
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::chosen(choice)]);
    let options = Options { policy: Policy { retries: 1 }, ..place.options() };
    let run = run(&place, &receiver.url, receiver.ca(), 40, options, 20).await;
    assert_eq!(run.summary.tally.delivered, 40, "{:?}", run.summary.tally);
}

#[tokio::test]
async fn c16_an_endpoint_that_always_answers_429_does_not_hold_it_for_ever() {
    for (retries, concurrency) in [(0, 8), (1, 8), (3, 1), (3, 8), (20, 50)] {
        let place = Place::new();
        let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(429).header("retry-after", "3600")]);
        let options = Options { policy: Policy { retries }, ..place.options() };
        let run = run(&place, &receiver.url, receiver.ca(), 2000, options, concurrency).await;
        let (requests, most) = (receiver.requests().len(), usize::try_from(retries.max(1)).unwrap());
        // One each hour, and what was in flight when the gate closed.
        assert!((most + 1..=most + concurrency).contains(&requests), "{retries}: {requests}");
        assert!((run.took.as_secs() - 3600 * i64::from(retries.max(1))).abs() < 10, "{retries}: {:?}", run.took);
        let gave_up = run.summary.gave_up.clone().unwrap();
        assert_eq!(gave_up.probes, retries.max(1));
        assert!(gave_up.why.contains("more requests than it accepts"), "{gave_up:?}");
        let tally = run.summary.tally;
        assert_eq!((tally.delivered, tally.ended(), run.kept.len()), (0, 2000, 2000), "{tally:?}");
        assert!(tally.refused >= 1 && tally.refused + tally.unsent == 2000, "{tally:?}");
    }
}

#[tokio::test]
async fn c16_an_endpoint_that_is_down_is_asked_less_and_less_often() {
    let place = Place::new();
    let dir = tempfile::tempdir().unwrap();
    // Nothing listens there.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let run = run(&place, &format!("https://127.0.0.1:{port}/in"), &Ca::new().write(dir.path()), 500, place.options(), 8).await;
    // After 10, 20 and 40 s, each 20 % more or less.
    assert!((56.0..90.0).contains(&run.took.as_secs_f64()), "{:?}", run.took);
    let tally = run.summary.tally;
    assert!(tally.failed >= 5 && tally.failed <= 5 + 8 + 3 && tally.retries <= 40, "{tally:?}");
    assert_eq!((tally.failed + tally.unsent, run.kept.len()), (500, 500), "{tally:?}");
    assert_eq!(run.summary.gave_up.unwrap().probes, 3);
}

/// Not one event that the endpoint never wants, and is asked to wait for, ends the run for the others.
#[tokio::test]
async fn c16_one_event_that_is_always_refused_holds_up_no_others_for_ever() {
    let place = Place::new();
    let receiver = Receiver::scripted(
        expect_nothing(),
        vec![Answer::of_request(|request| {
            let refused = request.body == b"{\"n\":1}";
            if refused { Answer::status(429).header("retry-after", "60") } else { Answer::status(200) }
        })],
    );
    let run = run(&place, &receiver.url, receiver.ca(), 20, place.options(), 1).await;
    let tally = run.summary.tally;
    assert_eq!((tally.delivered, tally.refused, run.kept), (19, 1, vec!["{\"n\":1}\n".to_owned()]), "{tally:?}");
}

#[tokio::test]
async fn c16_it_goes_on_when_the_endpoint_is_back() {
    let place = Place::new();
    let clock = place.clock.clone();
    let up_at = Timestamp::UNIX_EPOCH + SignedDuration::from_secs(25);
    let choice = move || if clock.now() < up_at { Answer::Close } else { Answer::status(200) };
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::chosen(choice)]);
    let run = run(&place, &receiver.url, receiver.ca(), 300, place.options(), 8).await;
    assert_eq!((run.summary.tally.delivered, run.summary.gave_up), (300, None), "{:?}", run.summary.tally);
    assert!(receiver.requests().len() < 330, "{}", receiver.requests().len());
}

#[tokio::test]
async fn c16_what_a_person_must_fix_ends_the_run_with_the_first_probe() {
    for (status, asks) in [(401, None), (404, None), (403, Some("30"))] {
        let place = Place::new();
        let mut answer = Answer::status(status);
        if let Some(asks) = asks {
            answer = answer.header("retry-after", asks);
        }
        let receiver = Receiver::scripted(expect_nothing(), vec![answer]);
        let run = run(&place, &receiver.url, receiver.ca(), 300, place.options(), 4).await;
        let tally = run.summary.tally;
        assert!(tally.refused <= 9 && tally.retries == 0, "{status}: {tally:?}");
        assert_eq!((tally.refused + tally.unsent, run.kept.len()), (300, 300), "{status}");
        assert!(run.took < SignedDuration::from_secs(32), "{status}: {:?}", run.took);
        assert_eq!(run.summary.gave_up.unwrap().probes, 1);
    }
}

#[tokio::test]
async fn c16_gone_ends_the_run_and_an_events_fault_does_not() {
    let place = Place::new();
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(200), Answer::status(410)]);
    let gone = run(&place, &receiver.url, receiver.ca(), 300, place.options(), 1).await;
    assert_eq!((receiver.requests().len(), gone.summary.tally.delivered, gone.kept.len()), (2, 1, 299));
    assert_eq!(gone.summary.gave_up.unwrap().probes, 0);

    for status in [400, 409, 413, 422] {
        let place = Place::new();
        let answer = Answer::status(status).header("retry-after", "30");
        let receiver = Receiver::scripted(expect_nothing(), vec![answer]);
        let run = run(&place, &receiver.url, receiver.ca(), 50, place.options(), 8).await;
        assert_eq!((receiver.requests().len(), run.summary.tally.refused, run.summary.gave_up), (50, 50, None), "{status}");
        assert_eq!(run.took.as_secs(), 0, "{status}");
    }
}

#[tokio::test]
async fn c16_a_stop_ends_a_pause() {
    let place = Place::new();
    let answers = vec![Answer::status(200), Answer::status(429).header("retry-after", "3600")];
    let receiver = Receiver::scripted(expect_nothing(), answers);
    let to = destination(&receiver.url, receiver.ca());
    let (kept, stopper) = (Kept::default(), Stopper::default());
    let progress = |tally: &Tally| {
        if tally.paused.is_some() && tally.in_flight == 0 {
            stopper.stop();
        }
    };
    let how = LineOptions { options: Options::default(), concurrency: 4, name: "test".into() };
    let streams = Streams { input: Cursor::new(numbered(100)), failed: Some(kept.file()) };
    let sent = place.waypost.send_lines(&to, streams, &how, progress, stopper.stopped(), pending());
    let summary = tokio::time::timeout(DEADLINE, sent).await.expect("it ends").unwrap();
    assert!(summary.stopped && summary.gave_up.is_none(), "{summary:?}");
    assert_eq!((summary.tally.delivered, summary.tally.ended(), kept.lines().len()), (1, 100, 99));
    assert!((1..=4).contains(&summary.tally.refused), "{:?}", summary.tally);
}

/// In real time, which it takes a second and a half of.
#[tokio::test]
async fn the_rate_holds_for_retries_and_over_many_connections() {
    let place = Place::new();
    let times = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&times);
    let choice = move || {
        let mut seen = seen.lock().unwrap();
        seen.push(Instant::now());
        Answer::status(if seen.len() % 4 == 0 { 503 } else { 200 })
    };
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::chosen(choice)]);
    let options = Options { rate: Some("20/s".parse().unwrap()), ..Options::default() };
    let run = run(&place, &receiver.url, receiver.ca(), 24, options, 8).await;
    assert_eq!(run.summary.tally.delivered, 24);
    assert!(run.summary.tally.retries >= 6, "{:?}", run.summary.tally);
    let times = times.lock().unwrap();
    for (at, time) in times.iter().enumerate() {
        // A request may be late on its way, and a shaky clock must not fail the test.
        let earliest = Duration::from_millis(50 * at as u64).saturating_sub(Duration::from_millis(250));
        assert!(time.duration_since(times[0]) >= earliest, "{at}: {:?}", time.duration_since(times[0]));
    }
}

#[tokio::test]
async fn a01_a_waiting_event_keeps_little_of_its_answers() {
    let place = Place::new();
    let body = "b".repeat(12_000);
    let answers = (0..4).map(|n| Answer::status(if n < 3 { 503 } else { 200 }).body(&body).header("x-long", &"h".repeat(3000)));
    let receiver = Receiver::scripted(expect_nothing(), answers.collect());
    let run = run(&place, &receiver.url, receiver.ca(), 1, place.options(), 1).await;
    assert_eq!(run.summary.tally.delivered, 1);
    let [delivery] = place.history().try_into().unwrap();
    assert_eq!((delivery.outcome(), delivery.attempts.len()), (Outcome::Delivered, 4));
    let (last, earlier) = delivery.attempts.split_last().unwrap();
    for attempt in earlier {
        let response = attempt.response.as_ref().unwrap();
        assert_eq!((response.status, response.body.len(), response.truncated), (503, 1024, true));
        assert!(response.header("x-long").is_none() && response.header("content-length").is_some(), "{:?}", response.headers);
        assert_eq!(attempt.request.body, b"{\"n\":1}", "what was sent is there all the same");
    }
    let response = last.response.as_ref().unwrap();
    assert_eq!((response.body.len(), response.truncated), (12_000, false));
    assert!(place.pauses().iter().any(|pause| *pause > Duration::from_millis(700)));
}
