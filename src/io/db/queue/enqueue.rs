//! Adding events: durable when it returns, each id once.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior, params};

use super::row::{OVERHEAD, milliseconds};
use crate::io::db::connection::Db;
use crate::io::db::error::DbError;
use crate::io::db::record::from_record;
use crate::io::fs::Operation;
use crate::io::fs::paths::Paths;

/// How long an event waits for other writers: a place in the queue is worth more than a quick answer.
const WAIT: Duration = Duration::from_secs(10);

/// An event to be queued.
#[derive(Clone, Copy, Debug)]
pub struct NewEvent<'a> {
    pub id: &'a str,
    /// Whether the caller chose the id: then there may be one already.
    pub is_named: bool,
    /// Its name in the history.
    pub event: &'a str,
    pub body: &'a [u8],
}

impl NewEvent<'_> {
    const fn size(&self) -> u64 {
        (self.body.len() + self.id.len() + self.event.len()) as u64 + OVERHEAD
    }
}

/// Where there is an event of the same id and body already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DuplicateOf {
    /// In the queue.
    Queued,
    /// It was delivered.
    Delivered,
    /// In the queue on NATS, or delivered, within the time for which ids are remembered there.
    Recent,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enqueued {
    New,
    Duplicate(DuplicateOf),
    /// There is another event of that id.
    Conflict,
}

/// What became of a group of events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// Of the first ones, in their order; they are on the disk.
    pub enqueued: Vec<Enqueued>,
    /// The bytes in the queue, if the rest did not fit.
    pub full: Option<u64>,
}

/// The longest log that is left to SQLite, in bytes. It begins the log anew only when a write finds all of it copied and nobody who
/// reads it, which two that write at full speed may not leave room for: at 10 MB a second it became a gigabyte in a minute.
const LONGEST_LOG: u64 = 64 * 1024 * 1024;

/// How long beginning it anew may hold up who writes, while it waits for who reads.
const MOMENT: Duration = Duration::from_millis(200);

/// The queue, open for adding events.
#[derive(Debug)]
pub struct Queue {
    db: Db,
    /// The length of the log at which it is begun anew.
    anew_at: u64,
    /// Whether the file system allows nothing faster than a rollback journal.
    pub is_slow: bool,
}

impl Queue {
    /// Opens the queue, and creates it if there is none.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn open(paths: &Paths) -> Result<Self, DbError> {
        let db = Db::open_to_write(paths)?;
        let prepare = || -> rusqlite::Result<bool> {
            db.make_durable()?;
            db.connection.busy_timeout(WAIT)?;
            // Else the last one to close it would copy the whole log: three more waits for the disk, for each event.
            db.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
            db.note_journal()
        };
        let is_slow = prepare().map_err(|error| db.error(Operation::Write, &error))?;
        Ok(Self { db, anew_at: LONGEST_LOG, is_slow })
    }

    /// Adds events in their order, in one transaction, as long as the queue has at most `most` bytes then.
    ///
    /// # Errors
    /// [`DbError`]; then none of them is in the queue.
    pub fn add(&mut self, events: &[NewEvent], now: Timestamp, most: u64) -> Result<Group, DbError> {
        let added = add(&mut self.db.connection, events, now, most);
        self.shorten_log();
        added.map_err(|error| self.db.error(Operation::Write, &error))
    }

    /// What is queued is safe with a log of any length: whatever keeps it from being begun anew, it is tried again later.
    fn shorten_log(&mut self) {
        let length = self.db.log_length();
        if length < self.anew_at {
            return;
        }
        let connection = &self.db.connection;
        let begin_anew = || -> rusqlite::Result<bool> {
            connection.busy_timeout(MOMENT)?;
            let was_busy = connection.query_row("PRAGMA wal_checkpoint(RESTART)", [], |row| row.get(0));
            connection.busy_timeout(WAIT)?;
            was_busy
        };
        // The next write makes its file shorter.
        self.anew_at = if begin_anew().is_ok_and(|was_busy| !was_busy) { LONGEST_LOG } else { length + LONGEST_LOG };
    }
}

fn add(connection: &mut Connection, events: &[NewEvent], now: Timestamp, most: u64) -> rusqlite::Result<Group> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let before: u64 =
        transaction.prepare_cached("SELECT max(ifnull(max(queue_bytes), 0), 0) FROM size")?.query_row([], |row| row.get(0))?;
    let mut bytes = before;
    let mut group = Group::default();
    {
        let mut statement = transaction
            .prepare_cached("INSERT INTO queue (id, event, enqueued_at, since, due_at, body) VALUES (?1, ?2, ?3, ?3, ?3, ?4)")?;
        for event in events {
            if event.is_named
                && let Some(found) = existing(&transaction, event)?
            {
                group.enqueued.push(found);
                continue;
            }
            if bytes.saturating_add(event.size()) > most {
                group.full = Some(bytes);
                break;
            }
            statement.execute(params![event.id, event.event, milliseconds(now), event.body])?;
            bytes += event.size();
            group.enqueued.push(Enqueued::New);
        }
    }
    if bytes > before {
        transaction.prepare_cached("UPDATE size SET queue_bytes = ?1")?.execute([bytes])?;
    }
    transaction.commit()?;
    Ok(group)
}

/// An event of the same id that is in the queue, or was delivered.
fn existing(transaction: &Transaction, event: &NewEvent) -> rusqlite::Result<Option<Enqueued>> {
    let is_same = |same, of| if same { Enqueued::Duplicate(of) } else { Enqueued::Conflict };
    let same: Option<bool> = transaction
        .prepare_cached("SELECT body = ?2 FROM queue WHERE id = ?1")?
        .query_row(params![event.id, event.body], |row| row.get(0))
        .optional()?;
    if let Some(same) = same {
        return Ok(Some(is_same(same, DuplicateOf::Queued)));
    }
    let delivered = transaction
        .prepare_cached("SELECT record FROM deliveries WHERE id = ?1 AND outcome = 'delivered' ORDER BY seq DESC LIMIT 1")?
        .query_row([event.id], |row| Ok(row.get_ref(0)?.as_bytes().ok().and_then(from_record)))
        .optional()?;
    let Some(Some(mut delivery)) = delivered else { return Ok(None) };
    let same = delivery.attempts.pop().is_some_and(|attempt| {
        let sent = attempt.request;
        // The history stores the beginning of a long body.
        if sent.is_whole() { sent.body == event.body } else { event.body.starts_with(&sent.body) }
    });
    Ok(Some(is_same(same, DuplicateOf::Delivered)))
}
