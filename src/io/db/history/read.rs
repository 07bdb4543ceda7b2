//! Reading the history: a page of it, the number of deliveries, one of them.

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::select::{Condition, add_functions};
use crate::domain::delivery::Delivery;
use crate::domain::delivery::filter::Filter;
use crate::io::db::connection::Db;
use crate::io::db::error::DbError;
use crate::io::db::record::from_record;
use crate::io::fs::Operation;
use crate::io::fs::paths::Paths;

/// Names the newest delivery, in place of an id.
pub const LAST: &str = "last";

/// Where a delivery is in the history, by which a page begins. It stays the same when others come or are deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position(pub i64);

/// Which deliveries a page has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    Newest,
    Oldest,
    /// Those that are older, next to it.
    Before(Position),
    /// Those that are newer, next to it.
    After(Position),
}

/// Some deliveries, the newest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    pub deliveries: Vec<Delivery>,
    /// Of the first and the last of them.
    pub newest: Option<Position>,
    pub oldest: Option<Position>,
    /// The number of records on the way that could not be read.
    pub unreadable: usize,
    /// Whether there are newer ones.
    pub newer: bool,
    /// Whether there are older ones.
    pub more: bool,
    /// About how many deliveries match the filter; see [`count`].
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

/// Reads at most `limit` of the deliveries that a filter means.
///
/// # Errors
/// [`DbError`].
pub fn page(paths: &Paths, filter: &Filter, from: Start, limit: usize) -> Result<Page, DbError> {
    let Some(db) = Db::open_to_read(paths)? else { return Ok(Page::default()) };
    read_page(&db.connection, filter, from, limit).map_err(|error| db.error(Operation::Read, &error))
}

fn read_page(connection: &Connection, filter: &Filter, from: Start, limit: usize) -> rusqlite::Result<Page> {
    // The number and the records of the same moment.
    let transaction = connection.unchecked_transaction()?;
    add_functions(&transaction, filter)?;
    let mut page = Page { total: about(&transaction, filter)?, ..Page::default() };
    let mut condition = Condition::of(filter);
    let upwards = matches!(from, Start::Oldest | Start::After(_));
    match from {
        Start::Before(Position(seq)) => condition.and("seq < ?", [Value::from(seq)]),
        Start::After(Position(seq)) => condition.and("seq > ?", [Value::from(seq)]),
        Start::Newest | Start::Oldest => {}
    }
    let order = if upwards { "ASC" } else { "DESC" };
    let sql = format!("SELECT seq, record FROM deliveries WHERE {} ORDER BY seq {order}", condition.sql());
    let mut statement = transaction.prepare(&sql)?;
    let mut rows = statement.query(condition.values().as_slice())?;
    let mut beyond = false;
    let mut positions = Vec::new();
    while let Some(row) = rows.next()? {
        if page.deliveries.len() == limit {
            beyond = true;
            break;
        }
        match from_record(row.get_ref(1)?.as_bytes()?) {
            None => page.unreadable += 1,
            Some(delivery) => {
                page.deliveries.push(delivery);
                positions.push(Position(row.get(0)?));
            }
        }
    }
    if upwards {
        page.deliveries.reverse();
        positions.reverse();
    }
    (page.newest, page.oldest) = (positions.first().copied(), positions.last().copied());
    // On the side where it began is what it began after.
    let began = matches!(from, Start::Before(_) | Start::After(_));
    (page.newer, page.more) = if upwards { (beyond, began) } else { (began, beyond) };
    Ok(page)
}

/// The number of deliveries that a filter means.
///
/// # Errors
/// [`DbError`].
pub fn count(paths: &Paths, filter: &Filter) -> Result<u64, DbError> {
    let Some(db) = Db::open_to_read(paths)? else { return Ok(0) };
    let counted = add_functions(&db.connection, filter).and_then(|()| count_in(&db.connection, filter));
    counted.map_err(|error| db.error(Operation::Read, &error))
}

/// About how many a filter means: how much there is of all is read from where it is noted, which takes no time. Somebody may have edited
/// that.
pub(super) fn about(connection: &Connection, filter: &Filter) -> rusqlite::Result<u64> {
    if filter.is_empty() {
        return connection.query_row("SELECT max(ifnull(max(deliveries), 0), 0) FROM size", [], |row| row.get(0));
    }
    count_in(connection, filter)
}

pub(super) fn count_in(connection: &Connection, filter: &Filter) -> rusqlite::Result<u64> {
    let condition = Condition::of(filter);
    let sql = format!("SELECT count(*) FROM deliveries WHERE {}", condition.sql());
    connection.query_row(&sql, condition.values().as_slice(), |row| row.get(0))
}

/// The position of the newest delivery: what is recorded from now on is after it.
///
/// # Errors
/// [`DbError`].
pub fn end(paths: &Paths) -> Result<Position, DbError> {
    let Some(db) = Db::open_to_read(paths)? else { return Ok(Position::default()) };
    let newest = db.connection.query_row("SELECT ifnull(max(seq), 0) FROM deliveries", [], |row| row.get(0));
    newest.map(Position).map_err(|error| db.error(Operation::Read, &error))
}

/// Finds a delivery by its id, by the beginning of it, or as [`LAST`]. Of deliveries with the same id it is the newest.
///
/// # Errors
/// [`DbError`].
pub fn find(paths: &Paths, id: &str) -> Result<Found, DbError> {
    let Some(db) = Db::open_to_read(paths)? else { return Ok(Found::Nothing) };
    let ids = if id == LAST { newest_id(&db.connection) } else { ids_like(&db.connection, id) };
    let ids = ids.map_err(|error| db.error(Operation::Read, &error))?;
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

fn newest_id(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare("SELECT id FROM deliveries ORDER BY seq DESC")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        if let Ok(id) = row.get_ref(0)?.as_str() {
            return Ok(vec![id.to_owned()]);
        }
    }
    Ok(Vec::new())
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
        // Edited manually, an id may be no text; no record has such an id.
        ids.extend(row.get_ref(0)?.as_str().ok().map(str::to_owned));
    }
    Ok(ids)
}

/// Of each id the shortest beginning of at least `shortest` characters that names no other delivery of the history.
///
/// # Errors
/// [`DbError`].
pub fn unambiguous(paths: &Paths, ids: &[&str], shortest: usize) -> Result<Vec<String>, DbError> {
    let Some(db) = Db::open_to_read(paths)? else { return Ok(ids.iter().map(|id| (*id).to_owned()).collect()) };
    let short = || -> rusqlite::Result<Vec<String>> {
        let neighbours = "SELECT (SELECT max(id) FROM deliveries WHERE id < ?1), (SELECT min(id) FROM deliveries WHERE id > ?1)";
        let mut statement = db.connection.prepare(neighbours)?;
        let mut all = Vec::new();
        for id in ids {
            let shared = statement.query_row([id], |row| {
                let shared = |column: usize| {
                    Ok::<_, rusqlite::Error>(match row.get_ref(column)?.as_bytes_or_null()? {
                        Some(other) => shared(id, &String::from_utf8_lossy(other)),
                        None => 0,
                    })
                };
                Ok(shared(0)?.max(shared(1)?))
            })?;
            all.push(id.chars().take(shortest.max(shared + 1)).collect());
        }
        Ok(all)
    };
    short().map_err(|error| db.error(Operation::Read, &error))
}

/// How many characters two texts begin with alike.
fn shared(one: &str, other: &str) -> usize {
    one.chars().zip(other.chars()).take_while(|(one, other)| one == other).count()
}
