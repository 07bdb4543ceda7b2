//! Listing the history: each record in its place, so that a list can be read in parts, from anywhere.

use rusqlite::Connection;

use super::read::{Position, about, count_in};
use super::select::{Condition, add_functions};
use crate::domain::delivery::Delivery;
use crate::domain::delivery::filter::Filter;
use crate::io::db::connection::Db;
use crate::io::db::error::DbError;
use crate::io::db::record::from_record;
use crate::io::fs::Operation;
use crate::io::fs::paths::Paths;

/// Deliveries in their places, the newest first. A record that cannot be read has a place, too.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listing {
    /// The number of newer ones.
    pub skipped: usize,
    pub rows: Vec<Result<Delivery, Damaged>>,
    /// The number of deliveries that match the filter. From the beginning of the list, it may be wrong if somebody has edited the database.
    pub total: usize,
}

/// A record that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Damaged(pub Position);

/// At most `limit` of the deliveries that a filter means, after the newest `skip`.
///
/// # Errors
/// [`DbError`].
pub fn list(paths: &Paths, filter: &Filter, skip: usize, limit: usize) -> Result<Listing, DbError> {
    let Some(db) = Db::open_to_read(paths)? else { return Ok(Listing::default()) };
    read_list(&db.connection, filter, skip, limit).map_err(|error| db.error(Operation::Read, &error))
}

fn read_list(connection: &Connection, filter: &Filter, skip: usize, limit: usize) -> rusqlite::Result<Listing> {
    // The number and the records of the same moment.
    let transaction = connection.unchecked_transaction()?;
    add_functions(&transaction, filter)?;
    let condition = Condition::of(filter);
    let sql = format!("SELECT seq, record FROM deliveries WHERE {} ORDER BY seq DESC LIMIT -1 OFFSET ?", condition.sql());
    let offset = i64::try_from(skip).unwrap_or(i64::MAX);
    let mut values = condition.values();
    values.push(&offset);
    let mut statement = transaction.prepare(&sql)?;
    let mut read = statement.query(values.as_slice())?;
    let mut rows = Vec::new();
    let mut more = false;
    while let Some(row) = read.next()? {
        if rows.len() == limit {
            more = true;
            break;
        }
        let damaged = Damaged(Position(row.get(0)?));
        rows.push(row.get_ref(1)?.as_bytes().ok().and_then(from_record).ok_or(damaged));
    }
    // Counting is as much work as searching.
    let is_end_known = !more && (skip == 0 || !rows.is_empty());
    let known = skip.saturating_add(rows.len());
    let total = if is_end_known {
        known
    } else if skip == 0 {
        // At the start, nothing is to take longer because the history is long.
        in_memory(about(&transaction, filter)?).max(known + 1)
    } else {
        in_memory(count_in(&transaction, filter)?)
    };
    Ok(Listing { skipped: skip, rows, total })
}

fn in_memory(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}
