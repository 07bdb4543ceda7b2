//! Rows of the database, which another program may have edited, or a disk damaged.

use std::collections::HashSet;
use std::sync::{LazyLock, Mutex};

use jiff::Timestamp;
use jiff::tz::{TimeZone, offset};
use rusqlite::{Connection, params};
use serde_json::Value;
use waypost::domain::delivery::filter::Filter;
use waypost::domain::delivery::{Delivery, record};
use waypost::domain::event::is_id;
use waypost::io::db::history::{self, Found, Start};
use waypost::io::db::queue::{self, NewEvent, Queue, RelayQueue};
use waypost::io::fs::paths::Paths;
use waypost::present;
use waypost::present::clock::Clock;

static DELIVERY: LazyLock<Delivery> = LazyLock::new(|| {
    let recorded = serde_json::from_str(include_str!("../corpus/record/seed-00")).expect("it is JSON");
    record::from_json(&recorded).expect("it is a delivery")
});

/// A record of the history: written and read again it is the same, and each of its rows can be shown.
pub fn record(bytes: &[u8]) {
    let Ok(value) = serde_json::from_slice::<Value>(bytes) else { return };
    if let Some(delivery) = record::from_json(&value) {
        let written = record::to_json(&delivery);
        let again = record::from_json(&written).expect("what was written is a record");
        assert_eq!(record::to_json(&again), written);
        nothing_is_lost(&value, &written, "");
        shown(&delivery);
    }
}

/// Every text of the record is still there when it is written again. Exceptions: texts that must have a certain form, texts where no text
/// belongs, and statements about the whole.
fn nothing_is_lost(before: &Value, after: &Value, name: &str) {
    const OF_A_FORM: [&str; 7] = ["outcome", "phase", "connected", "not_before", "not_after", "last_delivered_at", "fix_field"];
    const NO_TEXT: &str = "answer client connect dns duration_ms planned presented_ca probe proxy read request response sent_with \
                           since_last_delivered status timings_ms tls token wait write";
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            // Only a failure of another kind has a detail.
            let has_detail = before.get("result").is_none_or(|result| result == "failed");
            for (name, value) in before.iter().filter(|(name, _)| has_detail || *name != "detail") {
                after.get(name).into_iter().for_each(|after| nothing_is_lost(value, after, name));
            }
        }
        (Value::Array(before), Value::Array(after)) if before.len() == after.len() => {
            before.iter().zip(after).for_each(|(before, after)| nothing_is_lost(before, after, name));
        }
        (Value::String(text), Value::Null) => {
            // An empty string may become null.
            assert!(
                text.is_empty() || OF_A_FORM.contains(&name) || NO_TEXT.split(' ').any(|other| other == name),
                "{name}: {text:?}"
            );
        }
        _ => {}
    }
}

fn shown(delivery: &Delivery) {
    // Not in UTC, so that times in sentences are rewritten.
    let clock = Clock::new(TimeZone::fixed(offset(5)), Timestamp::UNIX_EPOCH);
    present::delivery::rows(delivery, &clock);
    present::summary::summary(delivery);
    for attempt in &delivery.attempts {
        present::delivery::diagnosis(attempt, &clock);
        present::delivery::notices(attempt, &clock);
        present::timing::phases(attempt);
        present::timing::connection(attempt, &clock);
    }
    let same = present::compare::parts(delivery, delivery, &clock);
    assert_eq!(same.iter().map(present::compare::Part::differences).sum::<usize>(), 0, "{same:?}");
}

struct Database {
    paths: Paths,
    connection: Connection,
    _dir: tempfile::TempDir,
}

/// With a delivery and an event that are as waypost writes them.
static DATABASE: LazyLock<Mutex<Database>> = LazyLock::new(|| {
    let dir = tempfile::tempdir().expect("a directory");
    let paths = Paths { config_dir: dir.path().join("c"), state_dir: dir.path().join("s"), key_file_override: None };
    history::append(&paths, &Delivery { id: "good".into(), ..DELIVERY.clone() }).expect("it is written");
    let event = NewEvent { id: "good", event: "ping", body: b"{}", is_named: true };
    Queue::open(&paths).and_then(|mut queue| queue.add(&[event], Timestamp::UNIX_EPOCH, u64::MAX)).expect("it is written");
    let connection = Connection::open(paths.database_file()).expect("it is a database");
    connection.pragma_update(None, "synchronous", "OFF").expect("it is set");
    Mutex::new(Database { paths, connection, _dir: dir })
});

/// A row of the history, one of the queue and the gate, with any bytes in each column: the others are read and delivered as before.
/// The columns are separated by a 0; the first byte says which numbers there are, and the third whether the texts are bytes.
pub fn rows(bytes: &[u8]) {
    let mut database = DATABASE.lock().expect("no other failed");
    let Database { paths, connection, .. } = &mut *database;
    let Some((&[time, number], bytes)) = bytes.split_first_chunk() else { return };
    let columns: Vec<_> = bytes.splitn(6, |&byte| byte == 0).collect();
    let column = |index: usize| columns.get(index).copied().unwrap_or_default();
    let (id, event, outcome, json, gate, body) = (column(0), column(1), column(2), column(3), column(4), column(5));
    if id == b"good" {
        return;
    }
    let time = [0, 1, -1, i64::MIN, i64::MAX, 1_700_000_000_000][usize::from(time) % 6];
    let number = [0, 1, -1, i64::MIN, i64::MAX, 503, 1 << 32][usize::from(number) % 7];
    let none = |bytes: &[u8]| if bytes.is_empty() { None } else { Some(bytes.to_vec()) };
    let transaction = connection.transaction().expect("it begins");
    transaction.execute("DELETE FROM deliveries WHERE id <> 'good'", []).expect("it is deleted");
    transaction.execute("DELETE FROM queue WHERE id <> 'good'", []).expect("it is deleted");
    transaction
        .execute(
            "INSERT INTO deliveries (id, destination_id, started_at, event, outcome, verdict, status, duration_ms, certificate_end, record)
             VALUES (CAST(?1 AS TEXT), CAST(?2 AS TEXT), ?4, CAST(?2 AS TEXT), CAST(?3 AS TEXT), CAST(?3 AS TEXT), ?5, ?5, ?5, CAST(?6 AS TEXT))
             ON CONFLICT DO NOTHING",
            params![id, event, none(outcome), time, number, json],
        )
        .expect("it is inserted");
    transaction
        .execute(
            "INSERT INTO queue (id, event, enqueued_at, since, due_at, in_flight, dead, tries, refusals, record, body)
             VALUES (CAST(?1 AS TEXT), CAST(?2 AS TEXT), ?4, ?4, ?4, ?5, CAST(?3 AS TEXT), ?5, ?5, CAST(?6 AS TEXT), ?7)
             ON CONFLICT DO NOTHING",
            params![id, event, none(outcome), time, number, none(json), body],
        )
        .expect("it is inserted");
    transaction
        .execute("UPDATE gate SET value = CAST(?1 AS TEXT), destination = CAST(?2 AS TEXT)", params![gate, event])
        .expect("it is set");
    transaction.commit().expect("it is committed");

    let page = history::page(paths, &Filter::default(), Start::Newest, 10).expect("it is read");
    assert!(page.deliveries.iter().any(|delivery| delivery.id == "good"), "{page:?}");
    page.deliveries.iter().for_each(shown);
    assert!(matches!(history::find(paths, "good"), Ok(Found::One(_))));
    history::unambiguous(paths, &["good"], 2).expect("it is read");
    history::rows_since(paths, None).expect("it is read");
    history::slowest(paths, None, 10).expect("it is read");
    history::glance(paths, &DELIVERY.destination_id, 10).expect("it is read");
    history::last_delivered(paths, &DELIVERY.destination_id).expect("it is read");
    history::certificate_met(paths, &DELIVERY.destination_id, Timestamp::UNIX_EPOCH).expect("it is read");

    let now = Timestamp::from_second(1_800_000_000).expect("it is in range");
    let filter = queue::Filter { state: None, skip: 0, limit: 10 };
    let view = queue::list(paths, filter, now, true).expect("it is read");
    assert!(view.events.iter().any(|entry| entry.id == "good"), "{view:?}");
    assert!(matches!(queue::find(paths, "good", now, true), Ok(Ok(_))));
    let mut relay = RelayQueue::open(paths).expect("it is opened");
    relay.reload().expect("it is read");
    let leased = relay.lease(10, 1024 * 1024, &HashSet::new(), now).expect("it is read");
    assert!(leased.iter().any(|leased| leased.id == "good"), "{leased:?}");
    for leased in leased.iter().filter(|leased| leased.id != "good") {
        assert!(is_id(&leased.id) && leased.body == body, "{leased:?}");
    }
    relay.lease_first(now).expect("it is read").ok();
    relay.next_due(now).expect("it is read");
}
