//! The history: the deliveries that ended. Here they are added and deleted.
//!
//! ```text
//! again    what is sent again
//! read     a page, a count, one by its id
//! newest   what a glance needs: the newest rows, the last probe, the last that was delivered
//! select   a filter as SQL
//! since    what changed since the last that was delivered
//! ```
//!
//! A record that cannot be read is passed over and left as it is. Nothing is ever deleted but the oldest, when there are more
//! than the bound and a 64th of it, and all of them, when the user clears the history.

mod again;
mod list;
mod newest;
mod read;
mod select;
mod since;

use std::borrow::Cow;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior, params};

use super::connection::Db;
use super::error::DbError;
use super::queue::row::{SIZE, shrink};
use super::record::{REQUEST_BODY_KEPT, shorten, to_record};
use crate::domain::delivery::{Attempt, Delivery, Outcome};
use crate::io::fs::paths::Paths;
use crate::io::fs::{FileError, FileErrorKind, Operation};

pub use again::PastEvents;
pub use list::{Damaged, Listing, list};
pub use newest::{Glance, Newest, Row, certificate_met, glance, last_delivered, rows_since, slowest};
pub use read::{Found, LAST, Page, Position, Start, count, end, find, page, unambiguous};

/// The most that is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Bound {
    deliveries: u64,
    /// Of their records.
    bytes: u64,
}

const BOUND: Bound = Bound { deliveries: 10_000, bytes: 64 * 1024 * 1024 };

impl Bound {
    /// The oldest are deleted once there is this part more than the bound. Deleting one writes as many pages as adding one, and
    /// deleting a hundred hardly more.
    const BEYOND: u64 = 64;

    const fn is_exceeded(self, deliveries: u64, bytes: u64) -> bool {
        deliveries > self.deliveries || bytes > self.bytes
    }

    /// The most that is stored until the oldest are deleted.
    fn stretched(self) -> Self {
        let more = |most: u64| most.saturating_add(most / Self::BEYOND);
        Self { deliveries: more(self.deliveries), bytes: more(self.bytes) }
    }
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
        let deliveries = since::fill(&self.db.connection, deliveries.iter());
        let records: Vec<_> = deliveries.iter().map(|delivery| to_record(delivery)).collect();
        let added = insert(&mut self.db.connection, &deliveries, &records, bound);
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
             UPDATE size SET deliveries = 0, history_bytes = 0;
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

fn insert(connection: &mut Connection, deliveries: &[Cow<Delivery>], records: &[Vec<u8>], bound: Bound) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    insert_in(&transaction, deliveries, records, bound)?;
    transaction.commit()
}

/// Adds deliveries as a part of what a transaction writes.
pub(super) fn add<'a>(transaction: &Transaction, deliveries: impl Iterator<Item = &'a Delivery>) -> rusqlite::Result<()> {
    let deliveries = since::fill(transaction, deliveries);
    let records: Vec<_> = deliveries.iter().map(|delivery| to_record(delivery)).collect();
    insert_in(transaction, &deliveries, &records, BOUND)
}

fn insert_in(transaction: &Transaction, deliveries: &[Cow<Delivery>], records: &[Vec<u8>], bound: Bound) -> rusqlite::Result<()> {
    let bytes = records.iter().map(|record| record.len() as u64).sum();
    make_room(transaction, records.len() as u64, bytes, bound)?;
    let has_dead_letters: bool = transaction
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM queue WHERE dead IS NOT NULL)")?
        .query_row([], |row| row.get(0))?;
    let mut statement = transaction.prepare_cached(
        "INSERT INTO deliveries (id, destination_id, started_at, event, outcome, verdict, status, duration_ms, certificate_end, record)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, CAST(?10 AS TEXT))",
    )?;
    for (delivery, record) in deliveries.iter().zip(records) {
        let is_probe = delivery.probe.is_some();
        let last = delivery.last();
        let certificate = last.and_then(|last| last.tls.as_ref()?.not_after);
        statement.execute(params![
            delivery.id,
            delivery.destination_id.as_str(),
            delivery.at().as_millisecond(),
            delivery.event,
            (!is_probe).then(|| delivery.outcome().name()),
            delivery.probe.as_ref().map(|probe| probe.verdict().name()),
            last.and_then(Attempt::status).filter(|_| !is_probe),
            last.map_or(0.0, |last| last.duration_ms),
            certificate.map(Timestamp::as_second),
            record,
        ])?;
        if has_dead_letters && !is_probe && delivery.outcome() == Outcome::Delivered {
            drop_dead_letter(transaction, delivery)?;
        }
    }
    Ok(())
}

/// What was sent again and delivered is no dead letter any more.
fn drop_dead_letter(transaction: &Transaction, delivery: &Delivery) -> rusqlite::Result<()> {
    let Some(last) = delivery.last() else { return Ok(()) };
    // The same id is not enough: what is queued is deleted only if it was delivered.
    let size: Option<u64> = transaction
        .prepare_cached(&format!("DELETE FROM queue WHERE id = ?1 AND dead IS NOT NULL AND body = ?2 RETURNING {SIZE}"))?
        .query_row(params![delivery.id, last.request.body], |row| row.get(0))
        .optional()?;
    shrink(transaction, size.unwrap_or(0))
}

/// Deletes the oldest deliveries until the given number more fit the bound, if they do not fit the stretched one.
fn make_room(transaction: &Transaction, more: u64, more_bytes: u64, bound: Bound) -> rusqlite::Result<()> {
    let size = "SELECT max(deliveries, 0), max(history_bytes, 0) FROM size";
    let size: Option<(u64, u64)> =
        transaction.prepare_cached(size)?.query_row([], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let (mut deliveries, mut bytes) = match size {
        Some((deliveries, bytes)) => (deliveries.saturating_add(more), bytes.saturating_add(more_bytes)),
        None => {
            let insert = format!(
                "INSERT INTO size (deliveries, history_bytes, queue_bytes) SELECT 0, 0, ifnull(sum({SIZE}), 0) FROM queue"
            );
            transaction.execute(&insert, [])?;
            (u64::MAX, u64::MAX)
        }
    };
    if bound.stretched().is_exceeded(deliveries, bytes) {
        // Nothing is deleted because of numbers that somebody has edited.
        let count = |what: &str| -> rusqlite::Result<u64> {
            transaction.prepare_cached(&format!("SELECT {what} FROM deliveries"))?.query_row([], |row| row.get(0))
        };
        let counted = count("count(*)")?.saturating_add(more);
        if counted != deliveries || bytes > bound.stretched().bytes.saturating_add(more_bytes) {
            bytes = count("ifnull(sum(octet_length(record)), 0)")?.saturating_add(more_bytes);
        }
        deliveries = counted;
    }
    if bound.stretched().is_exceeded(deliveries, bytes) {
        let mut newest_deleted = 0_i64;
        let mut oldest = transaction.prepare_cached("SELECT seq, octet_length(record) FROM deliveries ORDER BY seq")?;
        let mut rows = oldest.query([])?;
        while bound.is_exceeded(deliveries, bytes)
            && let Some(row) = rows.next()?
        {
            newest_deleted = row.get(0)?;
            deliveries = deliveries.saturating_sub(1);
            bytes = bytes.saturating_sub(row.get(1)?);
        }
        transaction.prepare_cached("DELETE FROM deliveries WHERE seq <= ?1")?.execute([newest_deleted])?;
    }
    transaction.prepare_cached("UPDATE size SET deliveries = ?1, history_bytes = ?2")?.execute([deliveries, bytes])?;
    Ok(())
}
