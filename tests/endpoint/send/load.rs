//! Loads: too long for every run.

use std::collections::HashSet;
use std::future::pending;
use std::io::Cursor;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use waypost::domain::delivery::retry::Policy;
use waypost::ops::relay::{LineOptions, Options, Streams, Tally};

use super::endpoint::Endpoint;
use super::lines::{Kept, numbered};
use super::{Place, destination};

#[tokio::test]
#[ignore = "takes a minute: 100,000 deliveries"]
async fn a_hundred_thousand_lines_over_a_restart() {
    const COUNT: usize = 100_000;
    let place = Place::new();
    let endpoint = Endpoint::start(100, true);
    let to = destination(&endpoint.url(), &endpoint.ca());
    let endpoint = Mutex::new(endpoint);
    let kept = Kept::default();
    let mut restarted = false;
    let progress = |tally: &Tally| {
        if !restarted && tally.delivered >= COUNT as u64 / 2 {
            restarted = true;
            endpoint.lock().unwrap().restart();
        }
    };
    // One retry alone, so that some lines do end in the failed file.
    let options = Options { policy: Policy { retries: 1 }, ..place.options() };
    let how = LineOptions { options, concurrency: 16, name: "load".into() };
    let input = Cursor::new(numbered(COUNT));
    let summary = place
        .waypost
        .send_lines(&to, Streams { input, failed: Some(kept.file()) }, &how, progress, pending(), pending())
        .await
        .unwrap();
    assert!(restarted);
    assert_eq!((summary.unrecorded, summary.unwritten, summary.lost.len()), (None, None, 0));
    let tally = summary.tally;
    assert_eq!(tally.ended(), COUNT as u64);
    let kept: HashSet<_> = kept.lines().into_iter().collect();
    assert_eq!((kept.len() as u64, tally.delivered + kept.len() as u64), (tally.refused + tally.failed, COUNT as u64));
    assert!(kept.len() > 100, "{tally:?}");
    let seen = endpoint.into_inner().unwrap().seen();
    let mut taken = 0;
    for line in numbered(COUNT).split_inclusive('\n') {
        let of_line = seen.get(line.trim_end().as_bytes());
        let is_taken = of_line.is_some_and(|seen| seen.taken > 0);
        taken += u64::from(is_taken);
        assert!(is_taken || kept.contains(line), "{line} is lost");
        assert!(of_line.is_none_or(|seen| seen.ids.len() == 1), "{line} came under {of_line:?}");
    }
    assert!(taken >= tally.delivered);
}

#[test]
#[ignore = "a measurement, for a release build"]
fn how_many_a_second() {
    for (concurrency, count) in [(1, 30_000), (50, 150_000)] {
        let place = Place::new();
        let endpoint = Endpoint::start(0, false);
        let to = destination(&endpoint.url(), &endpoint.ca());
        let how = LineOptions { options: Options::default(), concurrency, name: "load".into() };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let input = Cursor::new(numbered(count));
        let begun = Instant::now();
        let summary = runtime
            .block_on(place.waypost.send_lines(&to, Streams { input, failed: None }, &how, |_| {}, pending(), pending()))
            .unwrap();
        let took = begun.elapsed();
        assert_eq!((summary.tally.delivered, endpoint.requests()), (count as u64, count as u64));
        report(concurrency, count, took);
    }
}

#[expect(clippy::print_stdout, clippy::cast_precision_loss, reason = "the figures are what this is for")]
fn report(concurrency: usize, count: usize, took: Duration) {
    println!("concurrency {concurrency}: {:.0} deliveries/s", count as f64 / took.as_secs_f64());
}
