//! The events of the history that are sent again: chosen at the start, and read when they are sent.

use rusqlite::{OptionalExtension as _, Row, params};

use super::select::{Condition, add_functions};
use crate::domain::delivery::again::{Choice, Chosen, LeftOut, Past};
use crate::domain::delivery::filter::Filter;
use crate::domain::delivery::{Delivery, Outcome};
use crate::io::db::connection::Db;
use crate::io::db::error::DbError;
use crate::io::db::record::from_record;
use crate::io::fs::Operation;
use crate::io::fs::paths::Paths;

/// Whether an event of that id is in the queue and will be delivered from there.
const IS_QUEUED: &str = "EXISTS (SELECT 1 FROM queue WHERE queue.id = deliveries.id AND dead IS NULL)";

/// The history, open for reading what is sent again.
#[derive(Debug)]
pub struct PastEvents {
    db: Db,
}

impl PastEvents {
    /// Opens the history; `None` if there is none.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn open(paths: &Paths) -> Result<Option<Self>, DbError> {
        Ok(Db::open_to_read(paths)?.map(|db| Self { db }))
    }

    /// Goes through the history as it is at this moment. No record is read for it.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn choose(&self, filter: &Filter) -> Result<Choice, DbError> {
        self.go_through(filter).map_err(|error| self.error(&error))
    }

    fn go_through(&self, filter: &Filter) -> rusqlite::Result<Choice> {
        add_functions(&self.db.connection, filter)?;
        let condition = Condition::of(filter);
        let sql = format!("SELECT seq, id, event, outcome, ({}), {IS_QUEUED} FROM deliveries ORDER BY seq", condition.sql());
        let mut statement = self.db.connection.prepare(&sql)?;
        let mut rows = statement.query(condition.values().as_slice())?;
        let mut choice = Choice::default();
        while let Some(row) = rows.next()? {
            // After a manual edit one of them may not be a text; such an event cannot be sent.
            if let (Ok(id), Ok(event)) = (row.get_ref(1)?.as_str(), row.get_ref(2)?.as_str()) {
                choice.add(Past {
                    seq: row.get(0)?,
                    id,
                    event,
                    outcome: row.get_ref(3)?.as_str().ok().and_then(Outcome::from_name),
                    is_meant: row.get::<_, Option<bool>>(4)?.unwrap_or(false),
                    is_queued: row.get(5)?,
                });
            }
        }
        Ok(choice)
    }

    /// The newest delivery of an id.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn newest(&self, id: &str) -> Result<Option<Chosen>, DbError> {
        let newest = "SELECT max(seq) FROM deliveries WHERE id = ?1";
        let seq: Option<i64> =
            self.db.connection.query_row(newest, [id], |row| row.get(0)).map_err(|error| self.error(&error))?;
        Ok(seq.map(|seq| Chosen { seq, id: id.to_owned() }))
    }

    /// Reads what was chosen, or why it is not sent: much may have happened since.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn read(&self, chosen: &Chosen) -> Result<Result<Delivery, LeftOut>, DbError> {
        let sql = format!(
            "SELECT record, EXISTS (SELECT 1 FROM deliveries later WHERE later.id = ?2 AND later.seq > ?1 AND later.outcome = 'delivered'), \
             {IS_QUEUED} FROM deliveries WHERE seq = ?1 AND id = ?2"
        );
        let found = || -> rusqlite::Result<Option<Result<Delivery, LeftOut>>> {
            let mut statement = self.db.connection.prepare_cached(&sql)?;
            statement.query_row(params![chosen.seq, chosen.id], whole_event).optional()
        };
        // After the history was cleared, its place may be that of another delivery.
        found().map(|found| found.unwrap_or(Err(LeftOut::Gone))).map_err(|error| self.error(&error))
    }

    fn error(&self, error: &rusqlite::Error) -> DbError {
        self.db.error(Operation::Read, error)
    }
}

fn whole_event(row: &Row) -> rusqlite::Result<Result<Delivery, LeftOut>> {
    if row.get(1)? {
        return Ok(Err(LeftOut::DeliveredSince));
    }
    if row.get(2)? {
        return Ok(Err(LeftOut::Queued));
    }
    let delivery = row.get_ref(0)?.as_bytes().ok().and_then(from_record).ok_or(LeftOut::Damaged);
    Ok(delivery.and_then(|delivery| if delivery.is_whole() { Ok(delivery) } else { Err(LeftOut::Cut) }))
}
