//! What the relay reads and writes.

use std::collections::HashSet;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, TransactionBehavior, params};

use super::row::{GateState, SIZE, count, id, milliseconds, shrink, text, timestamp};
use crate::domain::delivery::schedule::{DeadReason, LONGEST_WAIT, Progress, is_due};
use crate::domain::delivery::{Attempt, Delivery};
use crate::io::db::connection::Db;
use crate::io::db::error::DbError;
use crate::io::db::history;
use crate::io::db::record::{REQUEST_BODY_KEPT, from_record, shorten, to_record};
use crate::io::fs::Operation;
use crate::io::fs::paths::Paths;

/// An event as the relay gets it.
#[derive(Clone, Debug)]
pub struct Leased {
    pub seq: i64,
    pub id: String,
    pub event: String,
    pub progress: Progress,
    /// Made so far, without the body.
    pub attempts: Vec<Attempt>,
    pub body: Vec<u8>,
}

impl AsRef<[u8]> for Leased {
    fn as_ref(&self) -> &[u8] {
        &self.body
    }
}

/// An event that was given up.
#[derive(Debug)]
pub struct GivenUp {
    pub id: String,
    pub event: String,
    /// The number of attempts.
    pub tries: u32,
    /// Its last attempt, without the body, if there was one.
    pub last: Option<Attempt>,
}

/// The most events that are given up in one transaction.
pub const GIVE_UP: usize = 100;

/// What the relay wants to be written.
#[derive(Debug)]
pub enum Change {
    /// An attempt is under way.
    Begun(i64),
    /// It came to nothing.
    Returned(i64),
    Delivered(i64, Box<Delivery>),
    /// Another queue has it.
    Forwarded(i64),
    Deferred(i64, Timestamp, Progress, Box<Delivery>),
    Dead(i64, DeadReason, Progress, Box<Delivery>),
    /// The destination still accepts nothing: events that were queued before that time are given up, at most [`GIVE_UP`] of them.
    /// Not those that are leased to the relay.
    GiveUp(Timestamp, HashSet<i64>),
}

/// The queue, open for delivering its events.
#[derive(Debug)]
pub struct RelayQueue {
    db: Db,
    pub gate: GateState,
    /// Whether the file system allows nothing faster than a rollback journal.
    pub is_slow: bool,
}

impl RelayQueue {
    /// Opens the queue, and creates it if there is none. Only for the one relay there is: what an earlier one had in flight is ready
    /// again.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn open(paths: &Paths) -> Result<Self, DbError> {
        let db = Db::open_to_write(paths)?;
        let prepare = || -> rusqlite::Result<(bool, GateState)> {
            let is_slow = db.note_journal()?;
            db.connection.execute("UPDATE queue SET in_flight = 0 WHERE in_flight = 1", [])?;
            Ok((is_slow, GateState::load(&db.connection)?))
        };
        let (is_slow, gate) = prepare().map_err(|error| db.error(Operation::Write, &error))?;
        Ok(Self { db, gate, is_slow })
    }

    /// Writes all of that, in one transaction, and the gate, if there is one and none was stored since it was loaded. Returns the
    /// events that were given up.
    ///
    /// # Errors
    /// [`DbError`]; then nothing of it is written.
    pub fn write(&mut self, changes: &[Change], gate: Option<&GateState>) -> Result<Vec<GivenUp>, DbError> {
        let written = write(&mut self.db.connection, changes, gate);
        let (stored, given_up) = written.map_err(|error| self.db.error(Operation::Write, &error))?;
        if let Some(stored) = stored {
            self.gate = stored;
        }
        Ok(given_up)
    }

    /// Waits until no other process is writing: what it has committed can be seen then.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn wait_for_writers(&mut self) -> Result<(), DbError> {
        let waited = self.db.connection.transaction_with_behavior(TransactionBehavior::Immediate).and_then(Transaction::rollback);
        waited.map_err(|error| self.db.error(Operation::Read, &error))
    }

    /// Loads the gate again, if it was changed or an operator did something to the queue; whether so.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn reload(&mut self) -> Result<bool, DbError> {
        let stored = GateState::load(&self.db.connection).map_err(|error| self.db.error(Operation::Read, &error))?;
        let changed = stored.revision != self.gate.revision;
        self.gate = stored;
        Ok(changed)
    }

    /// Events that may go now, those of the longest wait first, without those of `out`; at most `limit` of them, and no more than
    /// `bytes` of bodies but for the first.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn lease(&self, limit: usize, bytes: usize, out: &HashSet<i64>, now: Timestamp) -> Result<Vec<Leased>, DbError> {
        lease(&self.db.connection, limit, bytes, out, now).map_err(|error| self.db.error(Operation::Read, &error))
    }

    /// The first event in the order of enqueueing that is not dead, if it may go now; else the time until when it waits.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn lease_first(&self, now: Timestamp) -> Result<Result<Option<Leased>, Timestamp>, DbError> {
        let first = self
            .db
            .connection
            .prepare_cached(&format!("SELECT {COLUMNS}, due_at FROM queue WHERE dead IS NULL ORDER BY seq LIMIT 1"))
            .and_then(|mut statement| statement.query_row([], |row| Ok((leased(row)?, timestamp(row.get(9)?)))).optional());
        match first.map_err(|error| self.db.error(Operation::Read, &error))? {
            None => Ok(Ok(None)),
            Some((leased, due_at)) => Ok(if is_due(due_at, now) { Ok(Some(leased)) } else { Err(due_at) }),
        }
    }

    /// When the next event may go that may not go now.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn next_due(&self, now: Timestamp) -> Result<Option<Timestamp>, DbError> {
        let next = self
            .db
            .connection
            .prepare_cached("SELECT min(due_at) FROM queue WHERE dead IS NULL AND due_at > ?1")
            .and_then(|mut statement| statement.query_row([milliseconds(now)], |row| row.get::<_, Option<i64>>(0)));
        Ok(next.map_err(|error| self.db.error(Operation::Read, &error))?.map(timestamp))
    }
}

const COLUMNS: &str = "seq, id, event, since, tries, refusals, record, octet_length(body), body";

fn leased(row: &Row) -> rusqlite::Result<Leased> {
    let record = row.get_ref(6)?.as_bytes().ok().and_then(from_record);
    Ok(Leased {
        seq: row.get(0)?,
        id: id(row, 1)?,
        event: text(row, 2)?,
        progress: Progress { since: timestamp(row.get(3)?), attempts: count(row, 4)?, refusals: count(row, 5)? },
        attempts: record.map(|delivery| delivery.attempts).unwrap_or_default(),
        body: row.get(8)?,
    })
}

fn lease(
    connection: &Connection,
    limit: usize,
    bytes: usize,
    out: &HashSet<i64>,
    now: Timestamp,
) -> rusqlite::Result<Vec<Leased>> {
    let mut found = Vec::new();
    let mut left = bytes;
    // The second: those whose time was set by another clock.
    let far = milliseconds(now).saturating_add(i64::try_from(LONGEST_WAIT.as_millis()).unwrap_or(i64::MAX));
    for (which, bound) in [("due_at <= ?1", milliseconds(now)), ("due_at > ?1", far)] {
        let mut statement = connection
            .prepare_cached(&format!("SELECT {COLUMNS} FROM queue WHERE dead IS NULL AND {which} ORDER BY due_at, seq"))?;
        let mut rows = statement.query([bound])?;
        while found.len() < limit
            && let Some(row) = rows.next()?
        {
            if out.contains(&row.get(0)?) {
                continue;
            }
            let size: usize = row.get(7)?;
            if size > left && !(found.is_empty() && out.is_empty()) {
                return Ok(found);
            }
            left = left.saturating_sub(size);
            found.push(leased(row)?);
        }
    }
    Ok(found)
}

/// Returns the gate as it was stored, if it was, and the events that were given up.
fn write(
    connection: &mut Connection,
    changes: &[Change],
    gate: Option<&GateState>,
) -> rusqlite::Result<(Option<GateState>, Vec<GivenUp>)> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut freed = 0;
    // Those that ended now, and those that were tried before and are given up.
    let (mut ended, mut tried) = (Vec::new(), Vec::new());
    let mut given_up = Vec::new();
    for change in changes {
        match change {
            Change::Begun(seq) => mark(&transaction, *seq, true)?,
            Change::Returned(seq) => mark(&transaction, *seq, false)?,
            Change::Delivered(seq, delivery) => {
                freed += delete(&transaction, *seq)?;
                ended.push(&**delivery);
            }
            Change::Forwarded(seq) => freed += delete(&transaction, *seq)?,
            Change::Deferred(seq, until, progress, delivery) => {
                transaction
                    .prepare_cached(
                        "UPDATE queue SET in_flight = 0, due_at = ?2, tries = ?3, refusals = ?4, record = CAST(?5 AS TEXT)
                         WHERE seq = ?1",
                    )?
                    .execute(params![seq, milliseconds(*until), progress.attempts, progress.refusals, record(delivery)])?;
            }
            Change::Dead(seq, reason, progress, delivery) => {
                transaction
                    .prepare_cached(
                        "UPDATE queue SET in_flight = 0, dead = ?2, tries = ?3, refusals = ?4, record = CAST(?5 AS TEXT)
                         WHERE seq = ?1",
                    )?
                    .execute(params![seq, reason.name(), progress.attempts, progress.refusals, record(delivery)])?;
                ended.push(&**delivery);
            }
            Change::GiveUp(before, lent) => {
                given_up.extend(give_up(&transaction, *before, lent, &mut tried)?);
            }
        }
    }
    shrink(&transaction, freed)?;
    // Under need, only the end of a delivery was kept.
    ended.retain(|delivery| !delivery.attempts.is_empty());
    if ended.len() + tried.len() > 0 {
        history::add(&transaction, ended.into_iter().chain(&tried))?;
    }
    let stored = match gate.cloned() {
        Some(mut gate) => gate.store(&transaction)?.then_some(gate),
        None => None,
    };
    transaction.commit()?;
    Ok((stored, given_up))
}

/// Usually no event is that old, and looking is cheap. Those that were tried are in the history as well, as every dead letter is.
fn give_up(
    transaction: &Transaction,
    before: Timestamp,
    lent: &HashSet<i64>,
    tried: &mut Vec<Delivery>,
) -> rusqlite::Result<Vec<GivenUp>> {
    let mut old = transaction.prepare_cached("SELECT seq FROM queue INDEXED BY queue_due WHERE dead IS NULL AND since < ?1")?;
    let found = old.query_map([milliseconds(before)], |row| row.get::<_, i64>(0))?;
    let found = found.filter(|seq| seq.as_ref().map_or(true, |seq| !lent.contains(seq)));
    let found = found.take(GIVE_UP).collect::<rusqlite::Result<Vec<_>>>()?;
    let mut statement =
        transaction.prepare_cached("UPDATE queue SET dead = ?2 WHERE seq = ?1 RETURNING id, event, tries, record, body")?;
    let mut given_up = Vec::new();
    for seq in found {
        given_up.push(statement.query_row(params![seq, DeadReason::TooOld.name()], |row| {
            let mut delivery = row.get_ref(3)?.as_bytes().ok().and_then(from_record);
            let last = delivery.as_ref().and_then(|delivery| delivery.last().cloned());
            if let Some(last) = delivery.as_mut().and_then(|delivery| delivery.attempts.last_mut()) {
                last.request.body = row.get(4)?;
                shorten(&mut last.request.body, REQUEST_BODY_KEPT);
            }
            tried.extend(delivery);
            Ok(GivenUp { id: text(row, 0)?, event: text(row, 1)?, tries: count(row, 2)?, last })
        })?);
    }
    Ok(given_up)
}

/// Takes an event out of the queue. Returns its size.
fn delete(transaction: &Transaction, seq: i64) -> rusqlite::Result<u64> {
    // In two statements: for RETURNING, SQLite makes a table of its own each time.
    let mut size = transaction.prepare_cached(&format!("SELECT {SIZE} FROM queue WHERE seq = ?1"))?;
    let size = size.query_row([seq], |row| row.get(0)).optional()?.unwrap_or(0);
    transaction.prepare_cached("DELETE FROM queue WHERE seq = ?1")?.execute([seq])?;
    Ok(size)
}

fn mark(transaction: &Transaction, seq: i64, in_flight: bool) -> rusqlite::Result<()> {
    transaction.prepare_cached("UPDATE queue SET in_flight = ?2 WHERE seq = ?1")?.execute(params![seq, in_flight])?;
    Ok(())
}

/// The attempts without the body, which is in the same row.
fn record(delivery: &Delivery) -> Vec<u8> {
    let mut delivery = delivery.clone();
    for attempt in &mut delivery.attempts {
        attempt.request.body = Vec::new();
    }
    to_record(&delivery)
}
