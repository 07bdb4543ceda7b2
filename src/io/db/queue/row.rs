//! What the columns mean.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row};

use crate::domain::delivery::gate::Gate;
use crate::domain::event::{MAX_ID, is_id};

/// What an event costs besides its body and its names: its place in the table and in the indexes.
pub const OVERHEAD: u64 = 256;

/// What an event counts for, as SQL over its columns.
pub const SIZE: &str = "octet_length(body) + octet_length(id) + octet_length(event) + 256";

/// A time as it is stored.
pub fn milliseconds(at: Timestamp) -> i64 {
    at.as_millisecond()
}

/// A stored time. After a manual edit it may be invalid, and counts as long ago.
pub fn timestamp(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(milliseconds).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// A stored text. After a manual edit, or on a damaged disk, it may be no text; the other rows are read all the same.
pub fn text(row: &Row, column: usize) -> rusqlite::Result<String> {
    Ok(String::from_utf8_lossy(row.get_ref(column)?.as_bytes()?).into_owned())
}

/// A stored id as it is sent. Where what is stored cannot be one, the event still goes out, under an id that is like it.
pub fn id(row: &Row, column: usize) -> rusqlite::Result<String> {
    let stored = text(row, column)?;
    if is_id(&stored) {
        return Ok(stored);
    }
    let sent: String = stored.chars().take(MAX_ID).map(|c| if is_id(c.encode_utf8(&mut [0; 4])) { c } else { '_' }).collect();
    Ok(if sent.is_empty() { "_".into() } else { sent })
}

/// A stored number of attempts; none if it cannot be one.
pub fn count(row: &Row, column: usize) -> rusqlite::Result<u32> {
    Ok(row.get::<_, i64>(column)?.try_into().unwrap_or(0))
}

/// The gate as it is stored.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GateState {
    pub gate: Gate,
    /// The destination to which it belongs; empty before the first relay.
    pub destination: String,
    /// Counts its changes, and what an operator did to the queue.
    pub revision: i64,
}

impl GateState {
    /// Reads it. An invalid one is open: it was edited manually, and the next answers say how things are.
    ///
    /// # Errors
    /// SQLite's.
    pub fn load(connection: &Connection) -> rusqlite::Result<Self> {
        let row = connection
            .prepare_cached("SELECT value, destination, revision FROM gate")?
            .query_row([], |row| Ok((row.get_ref(0)?.as_bytes()?.to_vec(), text(row, 1)?, row.get(2)?)))
            .optional()?;
        let Some((value, destination, revision)) = row else { return Ok(Self::default()) };
        Ok(Self { gate: serde_json::from_slice(&value).unwrap_or_default(), destination, revision })
    }

    /// Stores it as the next revision, if nothing was stored since `self` was loaded; whether it did.
    ///
    /// # Errors
    /// SQLite's.
    pub fn store(&mut self, connection: &Connection) -> rusqlite::Result<bool> {
        // Plain data: this cannot fail.
        let value = serde_json::to_string(&self.gate).unwrap_or_default();
        let stored = connection
            .prepare_cached("UPDATE gate SET value = ?1, destination = ?2, revision = ?3 + 1 WHERE revision = ?3")?
            .execute((&value, &self.destination, self.revision))?;
        if stored > 0 {
            self.revision += 1;
        }
        Ok(stored > 0)
    }
}

/// Takes that many bytes from the size of the queue.
pub fn shrink(connection: &Connection, bytes: u64) -> rusqlite::Result<()> {
    if bytes > 0 {
        connection.prepare_cached("UPDATE size SET queue_bytes = max(queue_bytes - ?1, 0)")?.execute([bytes])?;
    }
    Ok(())
}
