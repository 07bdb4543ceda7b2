//! What is read of the history: by a filter, around a position, at a glance.

use std::time::Instant;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::{home, ids};
use crate::domain::delivery::filter::Filter;
use crate::domain::delivery::record::tests::{delivery, probe};
use crate::domain::delivery::{Delivery, Outcome};
use crate::domain::destination::DestinationId;
use crate::io::db::history::{Start, append_all, count, end, glance, last_delivered, page, rows_since, unambiguous};
use crate::io::fs::paths::Paths;

fn at(second: i64) -> Timestamp {
    "2026-11-23T09:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_secs(second)
}

/// A delivery that ended so, in that second.
fn ended(id: &str, second: i64, outcome: Outcome, status: Option<u16>, body: &str) -> Delivery {
    let mut ended = delivery(id);
    ended.since_last_delivered = None;
    let attempt = ended.attempts.last_mut().unwrap();
    let response = delivery(id).attempts[0].response.clone();
    (attempt.outcome, attempt.started_at, attempt.request.body) = (outcome, at(second), body.as_bytes().to_vec());
    attempt.response =
        status.and_then(|status| response.map(|response| crate::domain::delivery::Response { status, ..response }));
    ended.attempts.drain(..1);
    ended
}

fn mixed() -> (tempfile::TempDir, Paths, Vec<Delivery>) {
    let (dir, paths) = home();
    let mut all = vec![
        ended("msg_a", 0, Outcome::Delivered, Some(200), "{\"order\":\"4711\"}"),
        ended("msg_b", 1, Outcome::Refused, Some(401), "{\"order\":\"4712\",\"note\":\"a \\\"b\\\"\"}"),
        probe("prb_a"),
        ended("msg_c", 3, Outcome::Failed, None, "{}"),
        ended("msg_d", 4, Outcome::Refused, Some(503), "äöü \u{1b}"),
        ended("msg_e", 5, Outcome::Stopped, None, ""),
        ended("msg_f", 6, Outcome::Delivered, Some(204), "Order 4711"),
    ];
    all[6].event = "order.created".into();
    append_all(&paths, &all).unwrap();
    // As they were recorded: with what changed.
    let mut stored = page(&paths, &Filter::default(), Start::Newest, 100).unwrap().deliveries;
    stored.reverse();
    (dir, paths, stored)
}

#[test]
fn the_database_finds_what_the_filter_means() {
    let (_dir, paths, all) = mixed();
    for text in [
        "",
        "outcome:refused",
        "outcome:refused outcome:failed",
        "outcome:probe",
        "outcome:stopped",
        "status:401",
        "status:5xx status:2xx",
        "event:ping",
        "event:order.*",
        "event:order",
        "since:2026-11-23T09:00:03Z",
        "until:2026-11-23T09:00:03Z",
        "since:2026-11-23T09:00:01Z until:2026-11-23T09:00:05Z outcome:refused",
        "4711",
        "ORDER 4711",
        "\"a \\\\\\\"b\"",
        "\u{1b}",
        "äöü",
        "unauthorized",
        "\"accepts unsigned\"",
        "\"503 Unauthorized\"",
        "duration_ms",
        "msg_d",
        "outcome:refused 4712",
    ] {
        let filter = Filter::parse(text, at(1000), &TimeZone::UTC).unwrap();
        let expected: Vec<_> = all.iter().rev().filter(|delivery| filter.matches(delivery)).map(|it| it.id.as_str()).collect();
        let read = page(&paths, &filter, Start::Newest, 100).unwrap();
        assert_eq!(ids(&read), expected, "{text}");
        assert_eq!((read.total, count(&paths, &filter).unwrap()), (expected.len() as u64, expected.len() as u64), "{text}");
    }
}

#[test]
fn pages_around_a_position() {
    let (_dir, paths, _) = mixed();
    let all = Filter::default();
    let newest = page(&paths, &all, Start::Newest, 2).unwrap();
    assert_eq!((ids(&newest), newest.newer, newest.more), (vec!["msg_f", "msg_e"], false, true));
    let older = page(&paths, &all, Start::Before(newest.oldest.unwrap()), 2).unwrap();
    assert_eq!((ids(&older), older.newer, older.more), (vec!["msg_d", "msg_c"], true, true));
    let back = page(&paths, &all, Start::After(older.newest.unwrap()), 2).unwrap();
    assert_eq!((ids(&back), back.newer, back.more), (ids(&newest), false, true));
    let oldest = page(&paths, &all, Start::Oldest, 2).unwrap();
    assert_eq!((ids(&oldest), oldest.newer, oldest.more, oldest.total), (vec!["msg_b", "msg_a"], true, false, 7));
    let delivered = Filter::of(Outcome::Delivered);
    let next = page(&paths, &delivered, Start::After(oldest.newest.unwrap()), 9).unwrap();
    assert_eq!((ids(&next), next.total), (vec!["msg_f"], 2));
    assert_eq!(end(&paths).unwrap(), newest.newest.unwrap());
    assert_eq!(ids(&page(&paths, &all, Start::After(end(&paths).unwrap()), 9).unwrap()), [""; 0]);
}

#[test]
fn a_glance_knows_since_when_it_fails() {
    let (_dir, paths, _) = mixed();
    let to = DestinationId::new("dst_1");
    let seen = glance(&paths, &to, 4).unwrap();
    let outcomes: Vec<_> = seen.rows.iter().map(|row| row.outcome).collect();
    assert_eq!(outcomes, [Outcome::Delivered, Outcome::Stopped, Outcome::Refused, Outcome::Failed], "no probe is among them");
    assert_eq!((seen.failing_since, seen.probe.unwrap().id.as_str()), (None, "prb_a"));
    append_all(&paths, &[ended("msg_g", 7, Outcome::Failed, None, ""), ended("msg_h", 8, Outcome::Refused, Some(500), "")])
        .unwrap();
    assert_eq!(glance(&paths, &to, 4).unwrap().failing_since, Some(at(7)));
    assert_eq!(glance(&paths, &DestinationId::new("dst_2"), 4).unwrap(), super::super::history::Glance::default());
    assert_eq!(rows_since(&paths, Some(at(5))).unwrap().len(), 4);
    assert_eq!(rows_since(&paths, None).unwrap().len(), 8);
}

#[test]
fn a_failure_is_compared_with_the_last_that_was_delivered() {
    let (_dir, paths, all) = mixed();
    let since = |id: &str| all.iter().find(|it| it.id == id).unwrap().since_last_delivered.clone();
    assert_eq!(since("msg_b").map(|since| since.at), Some(at(0)), "of the same batch");
    assert_eq!((since("msg_a"), since("prb_a"), since("msg_e")), (None, None, None));
    append_all(&paths, &[ended("msg_g", 7, Outcome::Failed, None, "")]).unwrap();
    let read = page(&paths, &Filter::default(), Start::Newest, 1).unwrap();
    assert_eq!(read.deliveries[0].since_last_delivered.as_ref().unwrap().at, at(6), "of an earlier one");
    assert_eq!(last_delivered(&paths, &DestinationId::new("dst_1")).unwrap().unwrap().delivered.id, "msg_f");
    assert_eq!(last_delivered(&paths, &DestinationId::new("dst_2")).unwrap(), None);
}

#[test]
fn the_shortest_ids_that_name_one() {
    let (_dir, paths) = home();
    let all = ["msg_1234567890", "msg_1234567899", "msg_2", "évént_1", "évént_2"];
    append_all(&paths, &all.map(delivery)).unwrap();
    let short = unambiguous(&paths, &all, 5).unwrap();
    assert_eq!(short, ["msg_1234567890", "msg_1234567899", "msg_2", "évént_1", "évént_2"]);
    append_all(&paths, &["order-1-with-a-long-name"].map(delivery)).unwrap();
    assert_eq!(unambiguous(&paths, &["order-1-with-a-long-name"], 5).unwrap(), ["order"]);
}

#[test]
fn ten_thousand_large_records_are_searched_in_moments() {
    let (_dir, paths) = home();
    let large = |number: usize| ended(&format!("msg_{number}"), 0, Outcome::Delivered, Some(200), &"x".repeat(6 * 1024));
    for batch in 0..20 {
        append_all(&paths, &(0..500).map(|number| large(batch * 500 + number)).collect::<Vec<_>>()).unwrap();
    }
    let filter = Filter { words: vec!["msg_4711".into()], ..Filter::default() };
    let begun = Instant::now();
    let read = page(&paths, &filter, Start::Newest, 50).unwrap();
    assert_eq!((ids(&read), read.total), (vec!["msg_4711"], 1));
    // This build is not optimised, and the machine may be busy.
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
    let begun = Instant::now();
    assert_eq!(glance(&paths, &DestinationId::new("dst_1"), 40).unwrap().rows.len(), 40);
    assert!(begun.elapsed().as_millis() < 500, "{:?}", begun.elapsed());
}
