//! What can still be read of a damaged database. Nothing is written to it.

use std::io::{self, Write};

use rusqlite::{Connection, OpenFlags};
use rustix::io::Errno;

use crate::io::db::connection::{exists, open};
use crate::io::db::error::DbError;
use crate::io::fs::paths::Paths;
use crate::io::fs::{FileError, Operation};

/// What was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rescued {
    pub events: u64,
    /// Why not everything could be read, as a whole: then some may be missing.
    pub is_partial: bool,
}

/// Writes the bodies of the events that can be read, dead ones included, one JSON per line, in the order in which they were queued.
/// Line breaks between the tokens of a body become spaces.
///
/// # Errors
/// [`DbError`]: nothing can be read; or what `to` fails with.
pub fn rescue(paths: &Paths, to: &mut impl Write) -> Result<io::Result<Rescued>, DbError> {
    let path = paths.database_file();
    // As for every other command: a pipe in its place would be waited for, and another user's file is no one's to trust.
    if !exists(&path, Operation::Read)? {
        return Err(FileError::new(Operation::Read, &path, io::Error::from(Errno::NOENT)).into());
    }
    let failed = |error: &rusqlite::Error| DbError::new(Operation::Read, &path, error);
    // Read only: not even the log is copied into it at the end.
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = open(&path, flags).map_err(|error| failed(&error))?;
    let mut rescued = Rescued::default();
    let mut last = i64::MIN;
    let write = |body: &[u8], rescued: &mut Rescued, to: &mut _| {
        rescued.events += 1;
        write_line(body, to)
    };
    let mut unwritten = None;
    let forward = each(&connection, &mut |seq, body| {
        last = seq;
        unwritten = write(body, &mut rescued, to).err();
        unwritten.is_none()
    });
    if let Some(error) = unwritten {
        return Ok(Err(error));
    }
    let Err(error) = forward else { return Ok(to.flush().map(|()| rescued)) };
    rescued.is_partial = true;
    // From the other end up to the damage.
    for seq in beyond(&connection, last) {
        let body = connection
            .prepare_cached("SELECT body FROM queue WHERE seq = ?1")
            .and_then(|mut statement| statement.query_row([seq], |row| row.get::<_, Vec<u8>>(0)));
        if let Ok(body) = body
            && let Err(error) = write(&body, &mut rescued, to)
        {
            return Ok(Err(error));
        }
    }
    if rescued.events == 0 {
        return Err(failed(&error));
    }
    Ok(to.flush().map(|()| rescued))
}

/// Every event in its order, until one cannot be read or `take` has enough.
fn each(connection: &Connection, take: &mut impl FnMut(i64, &[u8]) -> bool) -> rusqlite::Result<()> {
    let mut statement = connection.prepare("SELECT seq, body FROM queue NOT INDEXED ORDER BY seq")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        if !take(row.get(0)?, row.get_ref(1)?.as_bytes()?) {
            break;
        }
    }
    Ok(())
}

/// The numbers of the events after that one, as far as they can be found from the end.
fn beyond(connection: &Connection, last: i64) -> Vec<i64> {
    let mut found = Vec::new();
    let mut find = || -> rusqlite::Result<()> {
        let mut statement = connection.prepare("SELECT seq FROM queue NOT INDEXED WHERE seq > ?1 ORDER BY seq DESC")?;
        let mut rows = statement.query([last])?;
        while let Some(row) = rows.next()? {
            found.push(row.get(0)?);
        }
        Ok(())
    };
    if let Err(error) = find() {
        tracing::debug!(why = %error, "the damage seen from the end");
    }
    found.sort_unstable();
    found
}

fn write_line(body: &[u8], to: &mut impl Write) -> io::Result<()> {
    // A string has no line break of its own in JSON.
    let line: Vec<u8> = body.iter().map(|byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { *byte }).collect();
    to.write_all(line.trim_ascii())?;
    to.write_all(b"\n")
}
