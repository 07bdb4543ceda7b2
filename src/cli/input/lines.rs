//! A file of lines, or standard input.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::cli::failure::Failure;
use crate::cli::input::body;
use crate::cli::input::read::{is_stdin, say_that_it_waits};

/// Where lines come from.
pub struct Lines {
    pub input: Box<dyn Read + Send>,
    /// Its length, where that is known.
    pub bytes: Option<u64>,
}

/// Opens it; `-` is standard input.
pub fn open(path: &Path) -> Result<Lines, Failure> {
    if is_stdin(path) {
        say_that_it_waits();
        return Ok(Lines { input: Box::new(io::stdin()), bytes: None });
    }
    let unreadable = |error: io::Error| body::unreadable(path, &error);
    let file = File::open(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    if metadata.is_dir() {
        return Err(unreadable(io::ErrorKind::IsADirectory.into()));
    }
    Ok(Lines { input: Box::new(file), bytes: metadata.is_file().then_some(metadata.len()) })
}
