//! Reading a file of lines from its end.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;

use super::{MAX_LINE, open_to_read, parse};
use crate::domain::delivery::Delivery;
use crate::io::fs::paths::Paths;
use crate::io::fs::{FileError, Operation};

/// How much is read at a time.
const BLOCK: usize = 64 * 1024;

/// How much is read at once of what is looked at line by line: a screen of deliveries is in one or two of them, and more would
/// only stay in memory.
const PIECE: usize = 16 * 1024;

/// The deliveries of the history as they were when it was opened, the newest first. Ends after an error.
#[derive(Debug)]
pub struct Newest {
    path: PathBuf,
    lines: Option<Lines>,
    unreadable: usize,
}

impl Newest {
    /// Opens the history; an absent one is empty.
    ///
    /// # Errors
    /// [`FileError`] when it cannot be opened.
    pub fn open(paths: &Paths) -> Result<Self, FileError> {
        let path = paths.deliveries_file();
        let lines = match open_to_read(&path)? {
            Some(file) => {
                let length = file.metadata().map_err(|error| FileError::new(Operation::Read, &path, error))?.len();
                Some(Lines { file, unread: length, read: Vec::new(), too_long: false })
            }
            None => None,
        };
        Ok(Self { path, lines, unreadable: 0 })
    }

    /// How many lines were met so far that could not be read.
    #[must_use]
    pub const fn unreadable(&self) -> usize {
        self.unreadable
    }
}

impl Iterator for Newest {
    type Item = Result<Delivery, FileError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.lines.as_mut()?.previous() {
                Ok(None) => {
                    self.lines = None;
                    return None;
                }
                Ok(Some(Line::Whole(line))) => match parse(&line) {
                    Some(delivery) => return Some(Ok(delivery)),
                    None => self.unreadable += 1,
                },
                Ok(Some(Line::TooLong)) => self.unreadable += 1,
                Err(error) => {
                    self.lines = None;
                    return Some(Err(FileError::new(Operation::Read, &self.path, error)));
                }
            }
        }
    }
}

enum Line {
    /// Not empty, without its newline.
    Whole(Vec<u8>),
    TooLong,
}

#[derive(Debug)]
struct Lines {
    file: File,
    /// So many bytes of the file stand before what was read.
    unread: u64,
    /// Read, and not yet given out.
    read: Vec<u8>,
    /// Whether the line that ends in what was read is being passed over.
    too_long: bool,
}

impl Lines {
    fn previous(&mut self) -> io::Result<Option<Line>> {
        // Up to here no newline is in `read`: without it a line of many blocks would be searched again with each.
        let mut searched = 0;
        loop {
            let fresh = self.read.len() - searched;
            if let Some(at) = memchr::memrchr(b'\n', &self.read[..fresh]) {
                let line = self.read.split_off(at + 1);
                self.read.pop();
                searched = 0;
                if std::mem::take(&mut self.too_long) {
                    return Ok(Some(Line::TooLong));
                }
                if !line.is_empty() {
                    return Ok(Some(Line::Whole(line)));
                }
                continue;
            }
            searched = self.read.len();
            if self.too_long || searched > MAX_LINE {
                self.too_long = true;
                self.read.clear();
                searched = 0;
            }
            if self.unread == 0 {
                let line = std::mem::take(&mut self.read);
                if std::mem::take(&mut self.too_long) {
                    return Ok(Some(Line::TooLong));
                }
                return Ok((!line.is_empty()).then_some(Line::Whole(line)));
            }
            self.read_block()?;
        }
    }

    fn read_block(&mut self) -> io::Result<()> {
        // As much again for a line that is longer: it is moved at each block.
        let wanted = PIECE.max(self.read.len());
        let size = usize::try_from(self.unread).unwrap_or(wanted).min(wanted);
        let from = self.unread - size as u64;
        let mut block = Vec::with_capacity(size + self.read.len());
        block.resize(size, 0);
        self.file.read_exact_at(&mut block, from)?;
        block.append(&mut self.read);
        self.read = block;
        self.unread = from;
        Ok(())
    }
}

/// How many newlines the first `length` bytes have.
pub(super) fn newlines(file: &File, length: u64) -> io::Result<usize> {
    let mut count = 0;
    backwards(file, length, |_, block| {
        count += memchr::memchr_iter(b'\n', block).count();
        None::<()>
    })?;
    Ok(count)
}

/// Where the last lines of a file begin: at most so many of them, and so many bytes.
pub(super) fn begin_of_last(file: &File, length: u64, lines: usize, bytes: u64) -> io::Result<u64> {
    let mut ends = 0;
    let mut begin = length;
    let stopped = backwards(file, length, |from, block| {
        for at in memchr::memrchr_iter(b'\n', block) {
            // Behind a newline a line begins: one that is kept, unless it is over a bound.
            let here = from + at as u64 + 1;
            if ends > 0 && length - here > bytes || ends > lines {
                return Some(begin);
            }
            begin = here;
            ends += 1;
        }
        None
    })?;
    // The first line of the file has no newline before it.
    Ok(stopped.unwrap_or(if ends <= lines && length <= bytes { 0 } else { begin }))
}

/// Shows the blocks of a file from its end, each with its place, until one gives a result.
fn backwards<T>(file: &File, length: u64, mut see: impl FnMut(u64, &[u8]) -> Option<T>) -> io::Result<Option<T>> {
    let mut block = vec![0; BLOCK];
    let mut unread = length;
    while unread > 0 {
        let size = usize::try_from(unread).unwrap_or(BLOCK).min(BLOCK);
        unread -= size as u64;
        file.read_exact_at(&mut block[..size], unread)?;
        if let Some(found) = see(unread, &block[..size]) {
            return Ok(Some(found));
        }
    }
    Ok(None)
}
