//! What a glance needs of the history, from its columns: no body is read for it.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row as SqlRow, params};

use crate::domain::delivery::{Delivery, Outcome};
use crate::domain::destination::DestinationId;
use crate::io::db::connection::Db;
use crate::io::db::error::DbError;
use crate::io::db::record::from_record;
use crate::io::fs::Operation;
use crate::io::fs::paths::Paths;

/// A delivery in its columns, not a probe.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    /// When its last attempt began.
    pub at: Timestamp,
    pub outcome: Outcome,
    /// Of its last attempt.
    pub duration_ms: f64,
}

/// The newest of everything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Glance {
    /// The newest deliveries, the newest first.
    pub rows: Vec<Row>,
    /// When the first delivery after the last that was delivered was refused or failed.
    pub failing_since: Option<Timestamp>,
    pub probe: Option<Box<Delivery>>,
    /// When the certificate ends that was seen last.
    pub certificate_end: Option<Timestamp>,
}

/// The last delivery that was delivered, and the last one before it that shows a certificate, if it does not itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Newest {
    pub delivered: Delivery,
    pub with_certificate: Option<Delivery>,
}

const ROW: &str = "started_at, outcome, duration_ms";

/// The deliveries by an index that holds all of [`ROW`].
const GLANCE: &str = "deliveries INDEXED BY deliveries_glance";

/// The newest deliveries, at most `limit`, and what else a glance shows; only of that destination.
///
/// # Errors
/// [`DbError`].
pub fn glance(paths: &Paths, to: &DestinationId, limit: usize) -> Result<Glance, DbError> {
    let Some(db) = Db::open_to_read(paths)? else { return Ok(Glance::default()) };
    read_glance(&db.connection, to, limit).map_err(|error| db.error(Operation::Read, &error))
}

fn read_glance(connection: &Connection, to: &DestinationId, limit: usize) -> rusqlite::Result<Glance> {
    let to = to.as_str();
    let transaction = connection.unchecked_transaction()?;
    let newest =
        format!("SELECT {ROW} FROM {GLANCE} WHERE outcome IS NOT NULL AND destination_id = ?1 ORDER BY seq DESC LIMIT ?2");
    let rows = all_rows(&transaction, &newest, params![to, limit])?;
    let delivered: i64 = transaction.query_row(
        &format!("SELECT ifnull(max(seq), 0) FROM {GLANCE} WHERE outcome = 'delivered' AND destination_id = ?1"),
        [to],
        |row| row.get(0),
    )?;
    let failed = format!(
        "SELECT started_at FROM {GLANCE} WHERE seq > ?1 AND outcome IN ('refused', 'failed') AND destination_id = ?2
         ORDER BY seq LIMIT 1"
    );
    let failing_since: Option<i64> = transaction.query_row(&failed, params![delivered, to], |row| row.get(0)).optional()?;
    let probe = "SELECT record FROM deliveries INDEXED BY deliveries_probe WHERE verdict IS NOT NULL AND destination_id = ?1
                 ORDER BY seq DESC LIMIT 1";
    let certificate = "SELECT certificate_end FROM deliveries INDEXED BY deliveries_certificate
                       WHERE certificate_end IS NOT NULL AND destination_id = ?1 ORDER BY seq DESC LIMIT 1";
    let certificate_end: Option<i64> = transaction.query_row(certificate, [to], |row| row.get(0)).optional()?;
    Ok(Glance {
        rows,
        failing_since: failing_since.and_then(|at| Timestamp::from_millisecond(at).ok()),
        probe: one(&transaction, probe, params![to])?.map(Box::new),
        certificate_end: certificate_end.and_then(|end| Timestamp::from_second(end).ok()),
    })
}

/// The deliveries since a moment, in no order.
///
/// # Errors
/// [`DbError`].
pub fn rows_since(paths: &Paths, since: Option<Timestamp>) -> Result<Vec<Row>, DbError> {
    let Some(db) = Db::open_to_read(paths)? else { return Ok(Vec::new()) };
    let since = since.map_or(i64::MIN, Timestamp::as_millisecond);
    let sql = format!("SELECT {ROW} FROM {GLANCE} WHERE started_at >= ?1 AND outcome IS NOT NULL");
    all_rows(&db.connection, &sql, params![since]).map_err(|error| db.error(Operation::Read, &error))
}

/// The deliveries since a moment that took longest, of those that got an answer; the longest first.
///
/// # Errors
/// [`DbError`].
pub fn slowest(paths: &Paths, since: Option<Timestamp>, limit: usize) -> Result<Vec<Delivery>, DbError> {
    let Some(db) = Db::open_to_read(paths)? else { return Ok(Vec::new()) };
    let since = since.map_or(i64::MIN, Timestamp::as_millisecond);
    // Chosen by the columns: only the records of the chosen are read.
    let sql = format!(
        "SELECT record FROM deliveries WHERE seq IN (
             SELECT seq FROM {GLANCE} WHERE started_at >= ?1 AND outcome IN ('delivered', 'refused')
             ORDER BY duration_ms DESC, seq DESC LIMIT ?2
         ) ORDER BY duration_ms DESC, seq DESC"
    );
    let read = || -> rusqlite::Result<Vec<Delivery>> {
        let mut statement = db.connection.prepare(&sql)?;
        let rows = statement.query_map(params![since, limit], |row| Ok(row.get_ref(0)?.as_bytes().ok().and_then(from_record)))?;
        rows.filter_map(Result::transpose).collect()
    };
    read().map_err(|error| db.error(Operation::Read, &error))
}

/// The last delivery to a destination that was delivered.
///
/// # Errors
/// [`DbError`].
pub fn last_delivered(paths: &Paths, to: &DestinationId) -> Result<Option<Newest>, DbError> {
    let Some(db) = Db::open_to_read(paths)? else { return Ok(None) };
    last_delivered_in(&db.connection, to).map_err(|error| db.error(Operation::Read, &error))
}

pub(super) fn last_delivered_in(connection: &Connection, to: &DestinationId) -> rusqlite::Result<Option<Newest>> {
    let delivered =
        format!("SELECT record FROM {GLANCE} WHERE outcome = 'delivered' AND destination_id = ?1 ORDER BY seq DESC LIMIT 1");
    let Some(delivered) = one(connection, &delivered, params![to.as_str()])? else { return Ok(None) };
    let certificate = "SELECT record FROM deliveries INDEXED BY deliveries_certificate
                       WHERE certificate_end IS NOT NULL AND destination_id = ?1 AND outcome = 'delivered'
                       ORDER BY seq DESC LIMIT 1";
    let with_certificate = match delivered.last() {
        Some(last) if last.tls.is_none() => one(connection, certificate, params![to.as_str()])?,
        _ => None,
    };
    Ok(Some(Newest { delivered, with_certificate }))
}

/// When a delivery to that destination last met a certificate with that end.
///
/// # Errors
/// [`DbError`].
pub fn certificate_met(paths: &Paths, to: &DestinationId, end: Timestamp) -> Result<Option<Timestamp>, DbError> {
    let Some(db) = Db::open_to_read(paths)? else { return Ok(None) };
    let sql = "SELECT started_at FROM deliveries INDEXED BY deliveries_certificate
               WHERE certificate_end IS NOT NULL AND certificate_end = ?1 AND destination_id = ?2 ORDER BY seq DESC LIMIT 1";
    let met: Option<i64> = db
        .connection
        .query_row(sql, params![end.as_second(), to.as_str()], |row| row.get(0))
        .optional()
        .map_err(|error| db.error(Operation::Read, &error))?;
    Ok(met.and_then(|at| Timestamp::from_millisecond(at).ok()))
}

/// The delivery that a query finds, if there is one and it can be read.
fn one(connection: &Connection, sql: &str, values: &[&dyn rusqlite::ToSql]) -> rusqlite::Result<Option<Delivery>> {
    let record = |row: &SqlRow| Ok(row.get_ref(0)?.as_bytes().ok().and_then(from_record));
    Ok(connection.query_row(sql, values, record).optional()?.flatten())
}

fn all_rows(connection: &Connection, sql: &str, values: &[&dyn rusqlite::ToSql]) -> rusqlite::Result<Vec<Row>> {
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query(values)?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let outcome = row.get_ref(1)?.as_str().ok().and_then(Outcome::from_name);
        let at = Timestamp::from_millisecond(row.get(0)?).ok();
        // An invalid value, from a manual edit, is left out.
        if let (Some(outcome), Some(at)) = (outcome, at) {
            all.push(Row { at, outcome, duration_ms: row.get(2)? });
        }
    }
    Ok(all)
}
