//! What an operator sees of the queue, and does to it.

use jiff::Timestamp;
use rusqlite::{Connection, Row, Transaction, TransactionBehavior, params};

use super::row::{GateState, SIZE, count, milliseconds, shrink, text, timestamp};
use crate::domain::delivery::Delivery;
use crate::domain::delivery::gate::State;
use crate::domain::delivery::schedule::{DeadReason, is_due};
use crate::io::db::connection::Db;
use crate::io::db::error::DbError;
use crate::io::db::record::from_record;
use crate::io::fs::Operation;
use crate::io::fs::paths::Paths;

/// What an event of the queue is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventState {
    /// It may go out now.
    Ready,
    /// For its time, or for the gate.
    Waiting,
    InFlight,
    Dead,
}

impl EventState {
    pub const ALL: [Self; 4] = [Self::Ready, Self::Waiting, Self::InFlight, Self::Dead];

    /// Its name in JSON and flags.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Waiting => "waiting",
            Self::InFlight => "in_flight",
            Self::Dead => "dead",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// An event of the queue.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub id: String,
    pub event: String,
    pub state: EventState,
    pub enqueued_at: Timestamp,
    /// When it may go at the earliest; `None` for a dead one.
    pub due_at: Option<Timestamp>,
    pub attempts: u64,
    /// The number of bytes of its body.
    pub bytes: u64,
    /// The attempts that are stored, as a delivery under way.
    pub delivery: Option<Box<Delivery>>,
    pub dead: Option<DeadReason>,
}

/// The number of events in each state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub ready: u64,
    pub waiting: u64,
    pub in_flight: u64,
    pub dead: u64,
}

impl Counts {
    /// Those that are still to be delivered.
    #[must_use]
    pub const fn undelivered(&self) -> u64 {
        self.ready + self.waiting + self.in_flight
    }
}

/// The queue at a moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct View {
    pub counts: Counts,
    /// Since when the oldest event that is not dead has waited.
    pub oldest: Option<Timestamp>,
    /// The bytes that count against the bound.
    pub bytes: u64,
    pub gate: GateState,
    /// In the order in which they go out; the dead last.
    pub events: Vec<Entry>,
    /// Whether there are more.
    pub more: bool,
    /// Whether an event was ever queued, or the gate ever changed.
    pub used: bool,
    /// Whether a relay delivers it.
    pub relay_runs: bool,
}

/// Which events are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filter {
    /// Only those.
    pub state: Option<EventState>,
    pub skip: usize,
    pub limit: usize,
}

/// What ids, or beginnings of ids, name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FoundEvents {
    /// In the order of the names.
    pub ids: Vec<String>,
    /// Those that name nothing.
    pub unknown: Vec<String>,
    /// Those that name several, with some of them.
    pub ambiguous: Vec<(String, Vec<String>)>,
}

/// Reads the queue. `now` decides what is ready; without a relay nothing is in flight.
///
/// # Errors
/// [`DbError`].
pub fn list(paths: &Paths, filter: Filter, now: Timestamp, relay_runs: bool) -> Result<View, DbError> {
    let Some(db) = Db::open_to_read(paths)? else { return Ok(View { relay_runs, ..View::default() }) };
    read(&db.connection, filter, now, relay_runs).map_err(|error| db.error(Operation::Read, &error))
}

fn read(connection: &Connection, filter: Filter, now: Timestamp, relay_runs: bool) -> rusqlite::Result<View> {
    let transaction = connection.unchecked_transaction()?;
    let gate = GateState::load(&transaction)?;
    let closed = *gate.gate.state() != State::Open;
    let mut view = View { used: gate.revision > 0, gate, relay_runs, ..View::default() };
    let count = |sql: &str| transaction.query_row(sql, [], |row| row.get::<_, u64>(0));
    view.used |= count("SELECT count(*) FROM sqlite_sequence WHERE name = 'queue'")? > 0;
    view.bytes = count("SELECT max(ifnull(max(queue_bytes), 0), 0) FROM size")?;
    view.counts.dead = count("SELECT count(*) FROM queue WHERE dead IS NOT NULL")?;
    let alive = count("SELECT count(*) FROM queue WHERE dead IS NULL")?;
    view.counts.in_flight = if relay_runs { count("SELECT count(*) FROM queue WHERE in_flight = 1")? } else { 0 };
    let rest = alive.saturating_sub(view.counts.in_flight);
    view.counts.waiting = if closed {
        rest
    } else {
        let at = milliseconds(now);
        let later: u64 = transaction.query_row(
            "SELECT count(*) FROM queue WHERE dead IS NULL AND due_at > ?1 AND due_at <= ?1 + 90000",
            [at],
            |row| row.get(0),
        )?;
        later.min(rest)
    };
    view.counts.ready = rest - view.counts.waiting;
    view.oldest = transaction
        .query_row("SELECT min(since) FROM queue WHERE dead IS NULL", [], |row| row.get::<_, Option<i64>>(0))?
        .map(timestamp);
    let state = |entry: &Entry| Entry { state: state_of(entry, now, closed, relay_runs), ..entry.clone() };
    let mut skip = filter.skip;
    for which in ["dead IS NULL ORDER BY due_at, seq", "dead IS NOT NULL ORDER BY seq"] {
        let dead = which.starts_with("dead IS NOT");
        if filter.state.is_some_and(|state| (state == EventState::Dead) != dead) {
            continue;
        }
        let mut statement = transaction.prepare(&format!("SELECT {COLUMNS} FROM queue WHERE {which}"))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            // Reading what is skipped would take long at the end of a long queue.
            if skip > 0 && filter.state.is_none() {
                skip -= 1;
                continue;
            }
            let entry = state(&entry(row)?);
            if filter.state.is_some_and(|state| state != entry.state) {
                continue;
            }
            if skip > 0 {
                skip -= 1;
            } else if view.events.len() == filter.limit {
                view.more = true;
                return Ok(view);
            } else {
                view.events.push(entry);
            }
        }
    }
    Ok(view)
}

const COLUMNS: &str = "id, event, enqueued_at, due_at, in_flight, dead, tries, record, octet_length(body)";

/// With its state as it is stored.
fn entry(row: &Row) -> rusqlite::Result<Entry> {
    let dead = row.get_ref(5)?.as_bytes_or_null()?;
    let in_flight: bool = row.get(4)?;
    Ok(Entry {
        id: text(row, 0)?,
        event: text(row, 1)?,
        state: match &dead {
            Some(_) => EventState::Dead,
            None if in_flight => EventState::InFlight,
            None => EventState::Ready,
        },
        enqueued_at: timestamp(row.get(2)?),
        due_at: if dead.is_some() { None } else { Some(timestamp(row.get(3)?)) },
        attempts: count(row, 6)?.into(),
        bytes: row.get(8)?,
        delivery: row.get_ref(7)?.as_bytes().ok().and_then(from_record).map(Box::new),
        dead: dead.map(|name| std::str::from_utf8(name).ok().and_then(DeadReason::from_name).unwrap_or(DeadReason::Refused)),
    })
}

fn state_of(entry: &Entry, now: Timestamp, closed: bool, relay_runs: bool) -> EventState {
    match (entry.state, entry.due_at) {
        (EventState::Dead, _) | (_, None) => EventState::Dead,
        (EventState::InFlight, _) if relay_runs => EventState::InFlight,
        (_, Some(due_at)) if closed || !is_due(due_at, now) => EventState::Waiting,
        _ => EventState::Ready,
    }
}

/// An event with its body, by its id or an unambiguous beginning of it; `Err`: what the name means otherwise.
///
/// # Errors
/// [`DbError`].
pub fn find(
    paths: &Paths,
    name: &str,
    now: Timestamp,
    relay_runs: bool,
) -> Result<Result<(Entry, Vec<u8>), FoundEvents>, DbError> {
    let names = [name.to_owned()];
    let unknown = || FoundEvents { unknown: names.to_vec(), ..FoundEvents::default() };
    let Some(db) = Db::open_to_read(paths)? else { return Ok(Err(unknown())) };
    let found = || -> rusqlite::Result<Result<(Entry, Vec<u8>), FoundEvents>> {
        let named = resolve(&db.connection.unchecked_transaction()?, &names)?;
        let Some(id) = named.ids.first() else { return Ok(Err(named)) };
        let closed = *GateState::load(&db.connection)?.gate.state() != State::Open;
        let mut statement = db.connection.prepare(&format!("SELECT {COLUMNS}, body FROM queue WHERE id = ?1"))?;
        let mut rows = statement.query([id])?;
        let Some(row) = rows.next()? else { return Ok(Err(unknown())) };
        let entry = entry(row)?;
        let state = state_of(&entry, now, closed, relay_runs);
        Ok(Ok((Entry { state, ..entry }, row.get(9)?)))
    };
    found().map_err(|error| db.error(Operation::Read, &error))
}

/// What an operator does to events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// They may go now, and none later than before; dead ones begin anew.
    Retry,
    /// They are deleted.
    Drop,
}

/// Finds the events, and does that to them, in one transaction: nothing if a name is unknown or ambiguous.
///
/// # Errors
/// [`DbError`]; then nothing was done.
pub fn act(paths: &Paths, names: &[String], action: Action, now: Timestamp) -> Result<FoundEvents, DbError> {
    let mut db = Db::open_to_write(paths)?;
    act_in(&mut db.connection, names, action, now).map_err(|error| db.error(Operation::Write, &error))
}

fn act_in(connection: &mut Connection, names: &[String], action: Action, now: Timestamp) -> rusqlite::Result<FoundEvents> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = resolve(&transaction, names)?;
    if !found.unknown.is_empty() || !found.ambiguous.is_empty() {
        return Ok(found);
    }
    let mut freed = 0;
    for id in &found.ids {
        match action {
            Action::Retry => {
                transaction
                    .prepare_cached(
                        "UPDATE queue SET due_at = iif(dead IS NULL, min(due_at, ?2), ?2), since = iif(dead IS NULL, since, ?2), tries = iif(dead IS NULL, tries, 0),
                         refusals = 0, record = iif(dead IS NULL, record, NULL), dead = NULL WHERE id = ?1",
                    )?
                    .execute(params![id, milliseconds(now)])?;
            }
            Action::Drop => {
                let mut statement = transaction.prepare_cached(&format!("DELETE FROM queue WHERE id = ?1 RETURNING {SIZE}"))?;
                let sizes: Vec<u64> = statement.query_map([id], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
                freed += sizes.into_iter().sum::<u64>();
            }
        }
    }
    shrink(&transaction, freed)?;
    transaction.execute("UPDATE gate SET revision = revision + 1", [])?;
    transaction.commit()?;
    Ok(found)
}

/// Makes every dead event ready; the number of them.
///
/// # Errors
/// [`DbError`]; then none is.
pub fn retry_dead(paths: &Paths, now: Timestamp) -> Result<usize, DbError> {
    if Db::open_to_read(paths)?.is_none() {
        return Ok(0);
    }
    let mut db = Db::open_to_write(paths)?;
    let mut retried = || -> rusqlite::Result<usize> {
        let transaction = db.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let retried = transaction.execute(
            "UPDATE queue SET due_at = ?1, since = ?1, tries = 0, refusals = 0, record = NULL, dead = NULL WHERE dead IS NOT NULL",
            [milliseconds(now)],
        )?;
        transaction.execute("UPDATE gate SET revision = revision + 1", [])?;
        transaction.commit()?;
        Ok(retried)
    };
    retried().map_err(|error| db.error(Operation::Write, &error))
}

/// Changes the gate.
///
/// # Errors
/// [`DbError`]; then it is as it was.
pub fn change_gate(paths: &Paths, change: impl FnOnce(&mut GateState)) -> Result<GateState, DbError> {
    let mut db = Db::open_to_write(paths)?;
    let changed = || -> rusqlite::Result<GateState> {
        let transaction = db.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut gate = GateState::load(&transaction)?;
        change(&mut gate);
        gate.store(&transaction)?;
        transaction.commit()?;
        Ok(gate)
    };
    changed().map_err(|error| db.error(Operation::Write, &error))
}

/// The whole ids, or beginnings of ids.
fn resolve(transaction: &Transaction, names: &[String]) -> rusqlite::Result<FoundEvents> {
    const SHOWN: usize = 5;
    let mut found = FoundEvents::default();
    // No id has a character above the last one of Unicode.
    let mut statement =
        transaction.prepare("SELECT id FROM queue WHERE id >= ?1 AND id < ?1 || char(0x10FFFF) ORDER BY id LIMIT ?2")?;
    for name in names {
        let mut rows = statement.query(params![name, SHOWN])?;
        let mut ids = Vec::new();
        while let Some(row) = rows.next()? {
            // Edited manually, an id may be no text, and nothing that is entered names it.
            ids.extend(row.get_ref(0)?.as_str().ok().map(str::to_owned));
        }
        if ids.first() == Some(name) || (ids.len() == 1 && !name.is_empty()) {
            let id = ids.swap_remove(0);
            if !found.ids.contains(&id) {
                found.ids.push(id);
            }
        } else if ids.is_empty() || name.is_empty() {
            found.unknown.push(name.clone());
        } else {
            found.ambiguous.push((name.clone(), ids));
        }
    }
    Ok(found)
}
