//! Reads a file or standard input up to a limit.

use std::fs::File;
use std::io::{self, IsTerminal as _, Read};
use std::path::Path;

use crate::cli::output::print_stderr;
use crate::ops;

pub enum Error {
    Unreadable(io::Error),
    /// More bytes than the limit.
    TooLong(usize),
}

impl Error {
    /// Of the source called `name`, without a full stop.
    pub fn reason(&self, name: &str) -> String {
        match self {
            Self::Unreadable(error) => format!("{name} cannot be read: {}", ops::reason(error)),
            Self::TooLong(most) => format!("{name} has more than {most} bytes"),
        }
    }
}

/// Reads a file of any kind, such as the pipe of `<(command)`.
pub fn file(path: &Path, most: usize) -> Result<Vec<u8>, Error> {
    bounded(File::open(path).map_err(Error::Unreadable)?, most)
}

/// Reads standard input. On a terminal it says that it waits.
pub fn stdin(most: usize) -> Result<Vec<u8>, Error> {
    say_that_it_waits();
    bounded(io::stdin().lock(), most)
}

/// Says that input is awaited, where a person would have to type it.
pub fn say_that_it_waits() {
    if io::stdin().is_terminal() {
        print_stderr("Reading from the terminal: type or paste the input, then press ^D on an empty line.");
    }
}

pub fn bounded(source: impl Read, most: usize) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    source.take(most as u64 + 1).read_to_end(&mut bytes).map_err(Error::Unreadable)?;
    if bytes.len() > most { Err(Error::TooLong(most)) } else { Ok(bytes) }
}

pub fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}
