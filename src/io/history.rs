//! The history: `deliveries.jsonl`, one delivery a line, the newest last.
//!
//! A line is added with one write, under a lock, so that lines of parallel processes do not mix. It is read from its end in
//! blocks: the newest deliveries cost the same however many there are. A line that cannot be read is passed over and left
//! where it is. Twice the bound is the most that is kept; then the file is cut back to the bound.

mod newest;

use std::borrow::Cow;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use serde_json::Value;

use super::fs::atomic;
use super::fs::file::{Links, append_private, open_regular};
use super::fs::lock::{self, Lock};
use super::fs::paths::Paths;
use super::fs::{FileError, Operation};
use super::record::{Record, delivery_from_json};
use crate::domain::delivery::{Attempt, Delivery, Outcome};

pub use newest::Newest;

/// The form of a line that is written.
const SCHEMA_VERSION: u64 = 1;

/// The most bytes of a request's body that are kept; see [`crate::domain::delivery::SentRequest::is_whole`].
pub const REQUEST_BODY_KEPT: usize = 64 * 1024;

/// The longest line that is written or read, in bytes.
const MAX_LINE: usize = 8 * 1024 * 1024;

/// What is kept when the file is cut back; it is cut back at twice that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Bound {
    /// Lines are counted only when the file grows past a multiple of so many bytes: counting reads all of it.
    count_every: u64,
    deliveries: usize,
    bytes: u64,
}

const BOUND: Bound = Bound { count_every: 4 * 1024 * 1024, deliveries: 10_000, bytes: 64 * 1024 * 1024 };

/// Some deliveries, the newest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// The newest first.
    pub deliveries: Vec<Delivery>,
    /// Lines that were met on the way and could not be read.
    pub unreadable: usize,
    /// How many newer ones were passed over.
    pub skipped: usize,
    /// Whether there are older ones.
    pub more: bool,
    /// How many there are in all; known only when the reading came to the oldest.
    pub total: Option<usize>,
}

/// Adds a delivery.
///
/// # Errors
/// [`FileError`]. Then nothing of it is
/// in the history.
pub fn append(paths: &Paths, delivery: &Delivery) -> Result<(), FileError> {
    append_all(paths, std::slice::from_ref(delivery))
}

/// Adds several deliveries in their order, under one lock and with one write.
///
/// # Errors
/// As [`append`]; then none of them is in the history.
pub fn append_all(paths: &Paths, deliveries: &[Delivery]) -> Result<(), FileError> {
    append_within(paths, deliveries, &BOUND)
}

/// How long most lines are, in bytes: what room is made for.
const USUAL_LINE: usize = 2048;

/// Cuts what the history would not keep, for a delivery that waits to be added.
pub fn shorten_bodies(attempts: &mut [Attempt]) {
    for attempt in attempts {
        shorten(&mut attempt.request.body, REQUEST_BODY_KEPT);
        attempt.request.body.shrink_to_fit();
    }
}

/// Reads `limit` deliveries behind the newest `skip`; only those of `outcome`, where one is given. Writes nothing; an absent
/// file is an empty history.
///
/// # Errors
/// [`FileError`].
pub fn page(paths: &Paths, outcome: Option<Outcome>, skip: usize, limit: usize) -> Result<Page, FileError> {
    let mut newest = Newest::open(paths)?;
    let mut page = Page { skipped: skip, ..Page::default() };
    let mut seen = 0;
    loop {
        match newest.next().transpose()? {
            None => {
                page.total = Some(seen);
                break;
            }
            Some(delivery) if outcome.is_some_and(|outcome| outcome != delivery.outcome()) => {}
            Some(_) if page.deliveries.len() == limit => {
                page.more = true;
                break;
            }
            Some(delivery) => {
                if seen >= skip {
                    page.deliveries.push(delivery);
                }
                seen += 1;
            }
        }
    }
    page.unreadable = newest.unreadable();
    Ok(page)
}

/// The newest delivery of that id.
///
/// # Errors
/// As [`page`].
pub fn find(paths: &Paths, id: &str) -> Result<Option<Delivery>, FileError> {
    Newest::open(paths)?.find(|delivery| delivery.as_ref().map_or(true, |delivery| delivery.id == id)).transpose()
}

/// Removes the whole history.
///
/// # Errors
/// As [`append`].
pub fn clear(paths: &Paths) -> Result<(), FileError> {
    let path = paths.deliveries_file();
    let removed = |error: io::Error| FileError::new(Operation::Remove, &path, error);
    if fs::symlink_metadata(&path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
        return Ok(());
    }
    let _lock = Lock::acquire(&paths.state_lock_file(), lock::WAIT)?;
    // Copies that a killed process was making of it are history too.
    atomic::sweep(&path).map_err(removed)?;
    match fs::remove_file(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        done => done.map_err(removed)?,
    }
    atomic::sync_dir(&paths.state_dir).map_err(removed)
}

fn append_within(paths: &Paths, deliveries: &[Delivery], bound: &Bound) -> Result<(), FileError> {
    let path = paths.deliveries_file();
    let written = |error: io::Error| FileError::new(Operation::Write, &path, error);
    let mut lines = Vec::with_capacity(deliveries.len() * USUAL_LINE);
    for delivery in deliveries {
        add_line(delivery, &mut lines);
    }
    paths.create_state_dir()?;
    let _lock = Lock::acquire(&paths.state_lock_file(), lock::WAIT)?;
    let mut file = append_private(&path)?;
    let before = file.metadata().map_err(written)?.len();
    let after = add(&mut file, before, lines, File::write).map_err(written)?;
    if is_over(&file, before, after, bound).map_err(written)? {
        cut_back(&path, &mut file, after, bound).map_err(written)?;
    }
    Ok(())
}

/// Adds lines, and gives the file's new length. After a fault the file is as long as before.
fn add(
    file: &mut File,
    before: u64,
    mut line: Vec<u8>,
    mut write: impl FnMut(&mut File, &[u8]) -> io::Result<usize>,
) -> io::Result<u64> {
    let mut last = [b'\n'];
    if before > 0 {
        file.read_exact_at(&mut last, before - 1)?;
    }
    if last != [b'\n'] {
        // A writer was killed within its line: that one is lost, this one must not be.
        line.insert(0, b'\n');
    }
    let mut done = 0;
    while done < line.len() {
        match write(file, &line[done..]) {
            Ok(0) => return undo(file, before, io::ErrorKind::WriteZero.into()),
            Ok(count) => done += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return undo(file, before, error),
        }
    }
    Ok(before + line.len() as u64)
}

/// Takes back what a write that failed has left, and gives its error.
fn undo(file: &File, before: u64, error: io::Error) -> io::Result<u64> {
    file.set_len(before)?;
    Err(error)
}

/// Adds the line of a delivery, with its newline. Bodies are shortened until it is one that can be read again.
fn add_line(delivery: &Delivery, lines: &mut Vec<u8>) {
    let mut kept = Cow::Borrowed(delivery);
    let begin = lines.len();
    for most in [REQUEST_BODY_KEPT, 4 * 1024, 0] {
        // Most bodies are short, and a copy of each delivery would be the dearest part of recording it.
        if kept.attempts.iter().any(|attempt| attempt.request.body.len() > most) {
            for attempt in &mut kept.to_mut().attempts {
                shorten(&mut attempt.request.body, most);
            }
        }
        lines.truncate(begin);
        // Plain data with text for keys: nothing in it can fail.
        let _ = serde_json::to_writer(&mut *lines, &Record::of(&kept, Some(SCHEMA_VERSION)));
        lines.push(b'\n');
        if lines.len() - begin <= MAX_LINE {
            break;
        }
    }
}

/// Cuts a body, not within a character where it is UTF-8.
fn shorten(body: &mut Vec<u8>, most: usize) {
    if body.len() <= most {
        return;
    }
    let end = std::str::from_utf8(body).map_or(most, |text| text.floor_char_boundary(most));
    body.truncate(end);
}

fn parse(line: &[u8]) -> Option<Delivery> {
    let json: Value = serde_json::from_slice(line).ok()?;
    // A later waypost's lines may mean something else.
    if json.get("schema_version")?.as_u64()? != SCHEMA_VERSION {
        return None;
    }
    delivery_from_json(&json)
}

fn is_over(file: &File, before: u64, after: u64, bound: &Bound) -> io::Result<bool> {
    if after > 2 * bound.bytes {
        return Ok(true);
    }
    if before / bound.count_every == after / bound.count_every {
        return Ok(false);
    }
    Ok(newest::newlines(file, after)? > 2 * bound.deliveries)
}

/// Keeps the newest lines, as many as the bound says.
fn cut_back(path: &Path, file: &mut File, length: u64, bound: &Bound) -> io::Result<()> {
    let from = newest::begin_of_last(file, length, bound.deliveries, bound.bytes)?;
    atomic::sweep(path)?;
    file.seek(SeekFrom::Start(from))?;
    // Whether it outlives a power cut does not matter: the longer history then comes back.
    let _durability = atomic::replace(path, |temp| io::copy(&mut file.take(length - from), temp).map(drop))?;
    Ok(())
}

fn open_to_read(path: &Path) -> Result<Option<File>, FileError> {
    match open_regular(path, OpenOptions::new().read(true), Links::Refuse, Operation::Read) {
        Ok((file, _)) => Ok(Some(file)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
#[path = "history/tests.rs"]
mod tests;
