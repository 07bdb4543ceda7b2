//! What becomes of the deliveries.

use std::fs;
use std::thread;
use std::time::Instant;

use super::{files, home, home_with, ids, sqlite};
use crate::domain::delivery::filter::Filter;
use crate::domain::delivery::record::tests::delivery;
use crate::domain::delivery::{Delivery, Outcome};
use crate::io::db::DbError;
use crate::io::db::history::{
    Damaged, Found, History, Listing, Page, Start, append, clear, count as count_all, find, list, page,
};
use crate::io::db::record::REQUEST_BODY_KEPT;

/// The ids, and the positions of damaged records.
fn listed(part: &Listing) -> Vec<String> {
    let name = |row: &Result<Delivery, Damaged>| row.as_ref().map_or_else(|at| format!("damaged {}", at.0.0), |it| it.id.clone());
    part.rows.iter().map(name).collect()
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn an_absent_history_is_empty_and_reading_creates_nothing() {
    let (dir, paths) = home();
    assert_eq!(page(&paths, &Filter::default(), Start::Newest, 10).unwrap(), Page::default());
    assert_eq!(find(&paths, "msg_1").unwrap(), Found::Nothing);
    clear(&paths).unwrap();
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn pages_are_newest_first_and_know_the_total() {
    let (_dir, paths) = home_with(&["msg_0", "msg_1", "msg_2", "msg_3", "msg_4"]);
    let first = page(&paths, &Filter::default(), Start::Newest, 2).unwrap();
    assert_eq!((ids(&first), first.more, first.total), (vec!["msg_4", "msg_3"], true, 5));
    let all = Filter::default();
    for (skip, expected) in
        [(0, ["msg_4", "msg_3"].as_slice()), (3, &["msg_1", "msg_0"]), (4, &["msg_0"]), (9, &[]), (usize::MAX, &[])]
    {
        let part = list(&paths, &all, skip, 2).unwrap();
        assert_eq!((listed(&part), part.skipped, part.total), (owned(expected), skip, 5));
    }
}

/// What is deleted is decided by what there is, not by a number that somebody has edited, or forgot to.
#[test]
fn a18_an_edited_size_deletes_nothing_and_is_corrected() {
    let names: Vec<_> = (0..20).map(|n| format!("msg_{n}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    for edit in [
        "UPDATE size SET deliveries = 50000",
        "UPDATE size SET deliveries = -1, history_bytes = 9223372036854775807",
        "UPDATE size SET history_bytes = 900000000",
        "UPDATE size SET deliveries = 9223372036854775807, history_bytes = 9223372036854775807",
        "DELETE FROM size",
        "DELETE FROM deliveries WHERE seq % 2 = 0; UPDATE size SET deliveries = 99",
    ] {
        let (_dir, paths) = home_with(&names);
        let connection = sqlite(&paths);
        connection.execute_batch(edit).unwrap();
        let count = |what: &str| connection.query_row(what, [], |row| row.get::<_, i64>(0)).unwrap();
        let before = count("SELECT count(*) FROM deliveries");
        let listed = list(&paths, &Filter::default(), 1, 5).unwrap().total;
        let counted = count_all(&paths, &Filter::default()).unwrap();
        assert_eq!((i64::try_from(listed), i64::try_from(counted)), (Ok(before), Ok(before)), "{edit}");
        assert!(list(&paths, &Filter::default(), 0, 5).unwrap().total > 5, "{edit}");
        History::open(&paths).unwrap().append_bounded(&[delivery("msg_new")], 30, 1 << 20).unwrap();
        assert_eq!(count("SELECT count(*) FROM deliveries"), before + 1, "{edit}");
        assert_eq!(count("SELECT deliveries FROM size"), before + 1, "{edit}");
        assert_eq!(count("SELECT history_bytes = (SELECT sum(octet_length(record)) FROM deliveries) FROM size"), 1, "{edit}");
    }
}

#[test]
fn a_page_of_one_outcome_has_its_own_total() {
    let (_dir, paths) = home_with(&["msg_0", "msg_1"]);
    let mut refused = delivery("msg_2");
    refused.attempts.pop();
    append(&paths, &refused).unwrap();
    append(&paths, &delivery("msg_3")).unwrap();
    for (outcome, expected) in
        [(Outcome::Refused, vec!["msg_2"]), (Outcome::Failed, vec!["msg_3", "msg_1"]), (Outcome::Delivered, vec![])]
    {
        let read = page(&paths, &Filter::of(outcome), Start::Newest, 2).unwrap();
        assert_eq!(ids(&read), expected, "{outcome:?}");
        assert_eq!(read.total, if outcome == Outcome::Failed { 3 } else { expected.len() as u64 });
    }
}

#[test]
fn a_delivery_is_found_by_the_beginning_of_its_id() {
    let (_dir, paths) = home_with(&["msg_a1", "msg_a2", "msg_b1", "msg_b", "%_", "msg_b"]);
    let one = |id| Found::One(Box::new(delivery(id)));
    for (id, expected) in [("msg_a1", one("msg_a1")), ("msg_a2", one("msg_a2")), ("msg_b1", one("msg_b1"))] {
        assert_eq!(find(&paths, id).unwrap(), expected, "{id}");
    }
    // The whole id counts more than the beginning of another, and the same one twice is one.
    assert_eq!(find(&paths, "msg_b").unwrap(), one("msg_b"));
    assert_eq!(find(&paths, "%").unwrap(), one("%_"), "no wildcards");
    assert_eq!(find(&paths, "msg_a").unwrap(), Found::Several(vec!["msg_a1".into(), "msg_a2".into()]));
    for none in ["msg_c", "", "sg_a1", "MSG_A1", "msg_a1 ", "_"] {
        assert_eq!(find(&paths, none).unwrap(), Found::Nothing, "{none:?}");
    }
}

#[test]
fn a_row_has_what_queries_need_and_the_whole_record() {
    let (_dir, paths) = home();
    let mut refused = delivery("msg_1");
    refused.attempts.pop();
    History::open(&paths).unwrap().append(&[refused.clone(), delivery("msg_2")]).unwrap();
    let row = "SELECT id || ' ' || started_at || ' ' || event || ' ' || outcome || ' ' || ifnull(status, '-') || ' ' ||
                      destination_id FROM deliveries ORDER BY seq";
    let connection = sqlite(&paths);
    let mut statement = connection.prepare(row).unwrap();
    let rows: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert_eq!(rows, ["msg_1 1795425120250 ping refused 401 dst_1", "msg_2 1795425120250 ping failed - dst_1"]);
    assert_eq!(page(&paths, &Filter::default(), Start::Newest, 9).unwrap().deliveries, [delivery("msg_2"), refused]);
}

#[test]
fn h36_a_damaged_record_hides_nothing_else_and_is_left() {
    let (_dir, paths) = home_with(&["msg_0", "msg_1", "msg_2", "msg_3", "msg_4", "msg_5"]);
    let connection = sqlite(&paths);
    for (id, record) in [
        ("msg_1", "substr(record, 1, length(record) / 2)"),
        ("msg_3", "'[]'"),
        ("msg_4", "CAST(X'00FF1B5B33316D' AS TEXT)"),
        ("msg_5", "replace(hex(zeroblob(50000)), '00', '[')"),
    ] {
        connection.execute(&format!("UPDATE deliveries SET record = {record} WHERE id = '{id}'"), []).unwrap();
    }
    drop(connection);
    let before = files(&paths);
    let read = page(&paths, &Filter::default(), Start::Newest, 10).unwrap();
    assert_eq!((ids(&read), read.unreadable, read.total), (vec!["msg_2", "msg_0"], 4, 6));
    let part = list(&paths, &Filter::default(), 1, 4).unwrap();
    assert_eq!((listed(&part), part.total), (owned(&["damaged 5", "damaged 4", "msg_2", "damaged 2"]), 6));
    assert!(matches!(find(&paths, "msg_1"), Err(DbError::DamagedRecord { id }) if id == "msg_1"));
    assert_eq!(files(&paths), before);
    append(&paths, &delivery("msg_6")).unwrap();
    assert_eq!(ids(&page(&paths, &Filter::default(), Start::Newest, 10).unwrap()), ["msg_6", "msg_2", "msg_0"]);
}

#[test]
fn a_large_body_is_shortened_and_recognised() {
    for (body, kept) in [("ä".repeat(REQUEST_BODY_KEPT), REQUEST_BODY_KEPT), ("äa".repeat(50_000), REQUEST_BODY_KEPT - 1)] {
        let (_dir, paths) = home();
        let mut long = delivery("msg_1");
        for attempt in &mut long.attempts {
            attempt.request.body = body.clone().into_bytes();
            attempt.request.headers.push("content-length", &body.len().to_string());
        }
        append(&paths, &long).unwrap();
        let Found::One(read) = find(&paths, "msg_1").unwrap() else { panic!() };
        let request = &read.attempts[0].request;
        assert_eq!(request.body.len(), kept);
        assert!(body.as_bytes().starts_with(&request.body) && !request.is_whole());
        assert!(long.attempts[0].request.is_whole());
    }
}

#[test]
fn a_record_has_a_limit() {
    let (_dir, paths) = home();
    let mut long = delivery("msg_1");
    long.attempts[0].request.body = vec![b'\n'; REQUEST_BODY_KEPT];
    long.attempts = vec![long.attempts[0].clone(); 100];
    append(&paths, &long).unwrap();
    let Found::One(read) = find(&paths, "msg_1").unwrap() else { panic!() };
    assert_eq!(read.attempts.len(), 100, "shorter bodies make room");
    for attempt in &mut long.attempts {
        attempt.response.as_mut().unwrap().body = vec![b'\n'; 64 * 1024];
    }
    long.attempts[99].diagnosis.why = "The last one.".into();
    long.id = "msg_2".into();
    append(&paths, &long).unwrap();
    let Found::One(read) = find(&paths, "msg_2").unwrap() else { panic!() };
    assert_eq!((read.attempts.len(), read.last().unwrap().diagnosis.why.as_str()), (50, "The last one."));
}

#[test]
fn h34_no_delivery_of_parallel_writers_is_lost() {
    let (_dir, paths) = home();
    thread::scope(|scope| {
        for writer in 0..8 {
            let paths = &paths;
            scope.spawn(move || {
                for number in 0..10 {
                    append(paths, &delivery(&format!("msg_{writer}_{number}"))).unwrap();
                }
            });
        }
    });
    let read = page(&paths, &Filter::default(), Start::Newest, 100).unwrap();
    assert_eq!((read.deliveries.len(), read.unreadable, read.total), (80, 0, 80));
}

#[test]
fn only_the_newest_within_the_bound_are_kept() {
    let (_dir, paths) = home();
    let mut history = History::open(&paths).unwrap();
    let batch = |numbers: std::ops::Range<u32>| numbers.map(|number| delivery(&format!("msg_{number:02}"))).collect::<Vec<_>>();
    for number in 10..20 {
        history.append_bounded(&batch(number..number + 1), 5, u64::MAX).unwrap();
    }
    let read = page(&paths, &Filter::default(), Start::Newest, 100).unwrap();
    assert_eq!((ids(&read), read.total), (vec!["msg_19", "msg_18", "msg_17", "msg_16", "msg_15"], 5));
    history.append_bounded(&batch(20..23), 5, u64::MAX).unwrap();
    assert_eq!(
        ids(&page(&paths, &Filter::default(), Start::Newest, 100).unwrap()),
        ["msg_22", "msg_21", "msg_20", "msg_19", "msg_18"]
    );
    let length: u64 = sqlite(&paths).query_row("SELECT max(octet_length(record)) FROM deliveries", [], |row| row.get(0)).unwrap();
    history.append_bounded(&batch(23..24), 1000, 3 * length + 1).unwrap();
    let read = page(&paths, &Filter::default(), Start::Newest, 100).unwrap();
    assert_eq!((ids(&read), read.total), (vec!["msg_23", "msg_22", "msg_21"], 3));
    // One that is over the bound alone is stored alone.
    history.append_bounded(&batch(24..25), 1000, 1).unwrap();
    assert_eq!(ids(&page(&paths, &Filter::default(), Start::Newest, 100).unwrap()), ["msg_24"]);
    let size: (u64, u64) =
        sqlite(&paths).query_row("SELECT deliveries, history_bytes FROM size", [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    assert_eq!(size, (1, length));
}

#[test]
fn h36_of_a_hundred_thousand_the_first_page_is_read_and_the_newest_kept() {
    let (_dir, paths) = home_with(&["msg_1"]);
    let connection = sqlite(&paths);
    connection
        .execute_batch(
            "WITH RECURSIVE n(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM n WHERE n < 100000)
             INSERT INTO deliveries SELECT n, 'msg_' || n, destination_id, started_at, event, outcome, verdict, status, duration_ms,
                    certificate_end, record
             FROM n, (SELECT * FROM deliveries WHERE seq = 1);
             UPDATE size SET deliveries = 100000, history_bytes = 100000 * history_bytes;",
        )
        .unwrap();
    drop(connection);
    let begun = Instant::now();
    let first = page(&paths, &Filter::default(), Start::Newest, 50).unwrap();
    assert_eq!((first.deliveries.len(), first.more, first.total), (50, true, 100_000));
    assert!(begun.elapsed().as_millis() < 500, "{:?}", begun.elapsed());
    append(&paths, &delivery("msg_new")).unwrap();
    assert_eq!(page(&paths, &Filter::default(), Start::Newest, 1).unwrap().total, 10_000);
    assert_eq!(find(&paths, "msg_90001").unwrap(), Found::Nothing);
    assert_ne!(find(&paths, "msg_90002").unwrap(), Found::Nothing);
}
