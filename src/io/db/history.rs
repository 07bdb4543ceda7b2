//! The history: the deliveries that ended.
//!
//! A record that cannot be read is passed over and left as it is. Nothing is ever deleted but the oldest, when there are more
//! than the bound, and all of them, when the user clears the history.

use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior, params, params_from_iter};

use super::connection::Db;
use super::error::DbError;
use super::record::{REQUEST_BODY_KEPT, from_record, shorten, to_record};
use crate::domain::delivery::{Attempt, Delivery, Outcome};
use crate::io::fs::paths::Paths;
use crate::io::fs::{FileError, FileErrorKind, Operation};

/// The most that is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Bound {
    deliveries: u64,
    /// Of their records.
    bytes: u64,
}

const BOUND: Bound = Bound { deliveries: 10_000, bytes: 64 * 1024 * 1024 };

/// Some deliveries, the newest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    pub deliveries: Vec<Delivery>,
    /// The number of records on the way that could not be read.
    pub unreadable: usize,
    /// The number of newer deliveries, which were skipped.
    pub skipped: usize,
    /// Whether there are older ones.
    pub more: bool,
    /// The number of all, of that outcome.
    pub total: u64,
}

/// What an id, or the beginning of one, names.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    Nothing,
    One(Box<Delivery>),
    /// The beginning of more than one id; some of them.
    Several(Vec<String>),
}

/// The history, open for adding deliveries.
#[derive(Debug)]
pub struct History {
    db: Db,
}

impl History {
    /// Opens the history, and creates it if there is none.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn open(paths: &Paths) -> Result<Self, DbError> {
        Ok(Self { db: Db::open_to_write(paths)? })
    }

    /// Adds deliveries in their order, in one transaction.
    ///
    /// # Errors
    /// [`DbError`]; then none of them is in the history.
    pub fn append(&mut self, deliveries: &[Delivery]) -> Result<(), DbError> {
        self.append_within(deliveries, BOUND)
    }

    fn append_within(&mut self, deliveries: &[Delivery], bound: Bound) -> Result<(), DbError> {
        let records: Vec<_> = deliveries.iter().map(to_record).collect();
        let added = insert(&mut self.db.connection, deliveries, &records, bound);
        added.map_err(|error| self.db.error(Operation::Write, &error))
    }

    #[cfg(test)]
    pub(super) fn append_bounded(&mut self, deliveries: &[Delivery], most: u64, bytes: u64) -> Result<(), DbError> {
        self.append_within(deliveries, Bound { deliveries: most, bytes })
    }

    /// Makes the disk full: the database cannot grow.
    #[cfg(test)]
    pub(super) fn limit_pages(&self) {
        self.db.connection.pragma_update(None, "max_page_count", 1).unwrap();
    }
}

/// Adds a delivery.
///
/// # Errors
/// [`DbError`]; then it is not in the history.
pub fn append(paths: &Paths, delivery: &Delivery) -> Result<(), DbError> {
    append_all(paths, std::slice::from_ref(delivery))
}

/// Adds several deliveries in their order, in one transaction.
///
/// # Errors
/// [`DbError`]; then none of them is in the history.
pub fn append_all(paths: &Paths, deliveries: &[Delivery]) -> Result<(), DbError> {
    History::open(paths)?.append(deliveries)
}

/// Shortens what the history would not store, in attempts that wait to be added.
pub fn shorten_bodies(attempts: &mut [Attempt]) {
    for attempt in attempts {
        shorten(&mut attempt.request.body, REQUEST_BODY_KEPT);
        attempt.request.body.shrink_to_fit();
    }
}

/// Skips the newest `skip` deliveries and reads the next `limit`; only those of `outcome`, if one is given.
///
/// # Errors
/// [`DbError`].
pub fn page(paths: &Paths, outcome: Option<Outcome>, skip: usize, limit: usize) -> Result<Page, DbError> {
    let empty = Page { skipped: skip, ..Page::default() };
    let Some(db) = Db::open_to_read(paths)? else { return Ok(empty) };
    read_page(&db.connection, outcome, limit, empty).map_err(|error| db.error(Operation::Read, &error))
}

fn read_page(connection: &Connection, outcome: Option<Outcome>, limit: usize, mut page: Page) -> rusqlite::Result<Page> {
    // The number and the records of the same moment.
    let transaction = connection.unchecked_transaction()?;
    let outcome = outcome.map(Outcome::name);
    let (count, which) = match outcome {
        None => ("SELECT max(deliveries, 0) FROM history_size", ""),
        Some(_) => ("SELECT count(*) FROM deliveries WHERE outcome = ?1", "WHERE outcome = ?1"),
    };
    page.total = transaction.query_row(count, params_from_iter(outcome), |row| row.get(0))?;
    let mut statement = transaction.prepare(&format!("SELECT record FROM deliveries {which} ORDER BY seq DESC"))?;
    let mut rows = statement.query(params_from_iter(outcome))?;
    let mut skip = page.skipped;
    while let Some(row) = rows.next()? {
        match from_record(row.get_ref(0)?.as_bytes()?) {
            None => page.unreadable += 1,
            Some(_) if skip > 0 => skip -= 1,
            Some(_) if page.deliveries.len() == limit => {
                page.more = true;
                break;
            }
            Some(delivery) => page.deliveries.push(delivery),
        }
    }
    Ok(page)
}

/// Finds a delivery by its id, or by the beginning of it. Of deliveries with the same id it is the newest.
///
/// # Errors
/// [`DbError`].
pub fn find(paths: &Paths, id: &str) -> Result<Found, DbError> {
    let Some(db) = Db::open_to_read(paths)? else { return Ok(Found::Nothing) };
    let ids = ids_like(&db.connection, id).map_err(|error| db.error(Operation::Read, &error))?;
    let [id] = ids.as_slice() else {
        return Ok(if ids.is_empty() { Found::Nothing } else { Found::Several(ids) });
    };
    let newest = "SELECT record FROM deliveries WHERE id = ?1 ORDER BY seq DESC LIMIT 1";
    let delivery = db
        .connection
        .query_row(newest, [id], |row| Ok(row.get_ref(0)?.as_bytes().ok().and_then(from_record)))
        .map_err(|error| db.error(Operation::Read, &error))?;
    delivery.map(|delivery| Found::One(Box::new(delivery))).ok_or_else(|| DbError::DamagedRecord { id: id.clone() })
}

/// The id itself, if there is a delivery of it; else the first ids that begin so.
fn ids_like(connection: &Connection, id: &str) -> rusqlite::Result<Vec<String>> {
    const SHOWN: usize = 5;
    let exact = connection.query_row("SELECT id FROM deliveries WHERE id = ?1 LIMIT 1", [id], |row| row.get(0)).optional()?;
    if exact.is_some() || id.is_empty() {
        return Ok(exact.into_iter().collect());
    }
    // No id has a character above the last one of Unicode.
    let mut statement =
        connection.prepare("SELECT DISTINCT id FROM deliveries WHERE id >= ?1 AND id < ?1 || char(0x10FFFF) LIMIT ?2")?;
    let mut rows = statement.query(params![id, SHOWN])?;
    let mut ids = Vec::new();
    while let Some(row) = rows.next()? {
        // Edited by hand, an id may be no text; no record has such an id.
        ids.extend(row.get_ref(0)?.as_str().ok().map(str::to_owned));
    }
    Ok(ids)
}

/// Deletes the whole history, and leaves no text of it in the files.
///
/// # Errors
/// [`DbError`].
pub fn clear(paths: &Paths) -> Result<(), DbError> {
    if Db::open_to_read(paths)?.is_none() {
        return Ok(());
    }
    let db = Db::open_to_write(paths)?;
    let cleared = || -> rusqlite::Result<bool> {
        db.connection.execute_batch(
            "BEGIN IMMEDIATE;
             DELETE FROM deliveries;
             UPDATE history_size SET deliveries = 0, bytes = 0;
             COMMIT;",
        )?;
        // Each step frees one page.
        let mut vacuum = db.connection.prepare("PRAGMA incremental_vacuum")?;
        let mut pages = vacuum.query([])?;
        while pages.next()?.is_some() {}
        // The log still has the deleted text, until it is copied into the database and cut off.
        db.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
    };
    match cleared() {
        Ok(false) => Ok(()),
        // Another process reads what was there before.
        Ok(true) => Err(FileError::new(Operation::Remove, &paths.database_file(), FileErrorKind::Locked).into()),
        Err(error) => Err(db.error(Operation::Remove, &error)),
    }
}

fn insert(connection: &mut Connection, deliveries: &[Delivery], records: &[Vec<u8>], bound: Bound) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    insert_in(&transaction, deliveries, records, bound)?;
    transaction.commit()
}

/// Adds deliveries as a part of what a transaction writes.
pub(super) fn add(transaction: &Transaction, deliveries: &[Delivery]) -> rusqlite::Result<()> {
    let records: Vec<_> = deliveries.iter().map(to_record).collect();
    insert_in(transaction, deliveries, &records, BOUND)
}

fn insert_in(transaction: &Transaction, deliveries: &[Delivery], records: &[Vec<u8>], bound: Bound) -> rusqlite::Result<()> {
    let bytes = records.iter().map(|record| record.len() as u64).sum();
    make_room(transaction, records.len() as u64, bytes, bound)?;
    let mut statement = transaction.prepare_cached(
        "INSERT INTO deliveries (id, destination_id, started_at, event, outcome, status, record)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, CAST(?7 AS TEXT))",
    )?;
    for (delivery, record) in deliveries.iter().zip(records) {
        statement.execute(params![
            delivery.id,
            delivery.destination_id.as_str(),
            delivery.attempts.first().map_or(0, |attempt| attempt.started_at.as_millisecond()),
            delivery.event,
            delivery.outcome().name(),
            delivery.last().and_then(Attempt::status),
            record,
        ])?;
    }
    Ok(())
}

/// Deletes the oldest deliveries until the given number more fit the bound, and returns how many it deleted.
fn make_room(transaction: &Transaction, more: u64, more_bytes: u64, bound: Bound) -> rusqlite::Result<()> {
    let size = "SELECT max(deliveries, 0), max(bytes, 0) FROM history_size";
    let (mut deliveries, mut bytes): (u64, u64) =
        transaction.prepare_cached(size)?.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    deliveries = deliveries.saturating_add(more);
    bytes = bytes.saturating_add(more_bytes);
    if deliveries > bound.deliveries || bytes > bound.bytes {
        let mut newest_deleted = 0_i64;
        let mut oldest = transaction.prepare_cached("SELECT seq, octet_length(record) FROM deliveries ORDER BY seq")?;
        let mut rows = oldest.query([])?;
        while (deliveries > bound.deliveries || bytes > bound.bytes)
            && let Some(row) = rows.next()?
        {
            newest_deleted = row.get(0)?;
            deliveries = deliveries.saturating_sub(1);
            bytes = bytes.saturating_sub(row.get(1)?);
        }
        transaction.prepare_cached("DELETE FROM deliveries WHERE seq <= ?1")?.execute([newest_deleted])?;
    }
    transaction.prepare_cached("UPDATE history_size SET deliveries = ?1, bytes = ?2")?.execute([deliveries, bytes])?;
    Ok(())
}
