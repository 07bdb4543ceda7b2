//! Field case c16, the whole kind: endpoints that pace in other ways than by fixed windows, and say so in other ways.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

use super::Place;
use super::pace::run;
use crate::support::check::expect_nothing;
use crate::support::receiver::{Answer, Receiver};

const LINES: usize = 60;

/// How an endpoint decides, at that time: `None` accepts, else it is how many milliseconds until it accepts again.
trait Limit: Send + 'static {
    fn refuses(&mut self, now: i64) -> Option<i64>;
}

/// `burst` at once, and one more every `every` milliseconds.
struct TokenBucket {
    tokens: f64,
    burst: f64,
    every: f64,
    at: i64,
}

impl Limit for TokenBucket {
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "a few seconds")]
    fn refuses(&mut self, now: i64) -> Option<i64> {
        self.tokens = (self.tokens + (now - self.at) as f64 / self.every).min(self.burst);
        self.at = now;
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            return None;
        }
        Some(((1.0 - self.tokens) * self.every).ceil() as i64)
    }
}

/// At most `most` in any `length` milliseconds.
struct SlidingWindow {
    accepted: VecDeque<i64>,
    most: usize,
    length: i64,
}

impl Limit for SlidingWindow {
    fn refuses(&mut self, now: i64) -> Option<i64> {
        while self.accepted.front().is_some_and(|at| now - at >= self.length) {
            self.accepted.pop_front();
        }
        if self.accepted.len() < self.most {
            self.accepted.push_back(now);
            return None;
        }
        Some(self.length - (now - self.accepted[0]))
    }
}

/// How it says when to come back.
const FORMS: [&str; 6] = ["seconds", "upper-case", "date", "old date", "fraction", "twice"];

fn refusal(form: &str, status: u16, now: Timestamp, ms: i64) -> Answer {
    let answer = Answer::status(status);
    let at = now + SignedDuration::from_millis(ms + 999);
    let seconds = ((ms + 999) / 1000).to_string();
    match form {
        "seconds" => answer.header("retry-after", &seconds),
        "upper-case" => answer.header("RETRY-AFTER", &format!(" {seconds} ")),
        "date" => answer.header("retry-after", &at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()),
        "old date" => answer.header("Retry-After", &at.strftime("%A, %d-%b-%y %H:%M:%S GMT").to_string()),
        "fraction" => answer.header("Retry-After", &format!("{}.{:03}", ms / 1000, ms % 1000)),
        _ => answer.header("retry-after", &seconds).header("Retry-After", &seconds),
    }
}

async fn paced(limit: impl Limit, form: &'static str, status: u16, concurrency: usize) -> (i64, usize) {
    let place = Place::new();
    let (clock, limit) = (place.clock.clone(), Arc::new(Mutex::new(limit)));
    let choice = move || {
        let now = clock.now();
        match limit.lock().unwrap().refuses(now.as_millisecond()) {
            None => Answer::status(200),
            Some(ms) => refusal(form, status, now, ms),
        }
    };
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::chosen(choice)]);
    let run = run(&place, &receiver.url, receiver.ca(), LINES, place.options(), concurrency).await;
    let tally = run.summary.tally;
    assert_eq!((tally.delivered, run.kept.len()), (LINES as u64, 0), "{form} {status} {concurrency}: {tally:?}");
    (run.took.as_secs(), receiver.requests().len() - LINES)
}

#[tokio::test]
async fn c16_a_token_bucket() {
    for (at, form) in FORMS.into_iter().enumerate() {
        let concurrency = [1, 8, 50][at % 3];
        let bucket = TokenBucket { tokens: 10.0, burst: 10.0, every: 500.0, at: 0 };
        let (took, refused) = paced(bucket, form, 429, concurrency).await;
        // 50 of them at two a second: each second or so is asked for, and then two fit.
        assert!((24..=60).contains(&took), "{form} {concurrency}: {took} s");
        assert!(refused <= LINES + 10, "{form} {concurrency}: {refused}");
    }
}

#[tokio::test]
async fn c16_a_sliding_window() {
    for (at, form) in FORMS.into_iter().enumerate() {
        let concurrency = [50, 1, 8][at % 3];
        let window = SlidingWindow { accepted: VecDeque::new(), most: 5, length: 2000 };
        let (took, refused) = paced(window, form, [429, 503][at % 2], concurrency).await;
        assert!((22..=40).contains(&took), "{form} {concurrency}: {took} s");
        assert!(refused <= 48, "{form} {concurrency}: {refused}");
    }
}

/// In real time, since it is about what is in flight together.
#[tokio::test]
async fn c16_a_limit_of_what_is_in_flight() {
    const TAKES: Duration = Duration::from_millis(40);
    for (status, asks) in [(429, true), (503, true)] {
        let place = Place::new();
        let began = Arc::new(Mutex::new(VecDeque::<Instant>::new()));
        let choice = move || {
            let mut began = began.lock().unwrap();
            while began.front().is_some_and(|at| at.elapsed() > TAKES) {
                began.pop_front();
            }
            if began.len() < 4 {
                began.push_back(Instant::now());
                return Answer::status(200).after(TAKES);
            }
            if asks { Answer::status(status).header("retry-after", "1") } else { Answer::status(status) }
        };
        let receiver = Receiver::scripted(expect_nothing(), vec![Answer::chosen(choice)]);
        let run = run(&place, &receiver.url, receiver.ca(), LINES, place.options(), 20).await;
        let tally = run.summary.tally;
        assert_eq!((tally.delivered, run.kept.len()), (LINES as u64, 0), "{status} {asks}: {tally:?}");
        assert!(run.took < SignedDuration::from_secs(60), "{status}: {:?}", run.took);
    }
}
