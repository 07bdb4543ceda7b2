//! The log: what waypost does, for whoever looks for a fault. Written only when it is asked for.
//!
//! An event holds outcomes, times, hosts and paths; a secret, a URL's query, a header or a body never is a part of one.

use std::fmt;
use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::sync::Arc;

use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;

use super::fs::file::{Links, PRIVATE, open_regular};
use super::fs::paths::Paths;
use super::state::store::{Doing, StoreError};

/// The most bytes that the log has.
pub const MAX_BYTES: u64 = 1024 * 1024;

/// Writes what happens in this process to the log from now on: what `filter` asks for (as `RUST_LOG` has it), or our own events
/// where it is empty or cannot be understood.
///
/// # Errors
/// [`StoreError`] where the log cannot be opened. Once it is open, what cannot be written is left out.
pub fn keep(paths: &Paths, filter: &str) -> Result<(), StoreError> {
    let log = Log::open(paths, MAX_BYTES)?;
    // Not the filter that knows spans and fields, too: its regular expressions took 0.9 MB of 6.5.
    let named: Option<Targets> = if filter.is_empty() { None } else { filter.parse().ok() };
    let own = || Targets::new().with_target("waypost", Level::DEBUG);
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        // It would say so on stderr, which may have gone.
        .log_internal_errors(false)
        .with_writer(Arc::new(log));
    let subscriber = tracing_subscriber::registry().with(lines).with(named.unwrap_or_else(own));
    // A second one in the same process: the first goes on.
    let _ = tracing::subscriber::set_global_default(subscriber);
    Ok(())
}

/// The open file. A line is one write at its end, so that several processes can write to it.
struct Log {
    file: File,
    most: u64,
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Log")
    }
}

impl Log {
    fn open(paths: &Paths, most: u64) -> Result<Self, StoreError> {
        paths.create_state_dir()?;
        let path = paths.log_file();
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true).mode(PRIVATE);
        let (file, metadata) =
            open_regular(&path, &mut options, Links::Refuse).map_err(|fault| StoreError::fault(Doing::Write, &path, fault))?;
        if metadata.permissions().mode() & 0o7777 != PRIVATE {
            let private = file.set_permissions(Permissions::from_mode(PRIVATE));
            private.map_err(|error| StoreError::io(Doing::Write, &path, &error))?;
        }
        Ok(Self { file, most })
    }

    fn add(&self, line: &[u8]) -> io::Result<()> {
        // Not waited for: another process may be stopped while it holds it. The line then goes to the end all the same.
        if self.file.try_lock().is_ok() {
            let room = self.make_room(line.len());
            let unlocked = self.file.unlock();
            room.and(unlocked)?;
        }
        (&self.file).write_all(line)
    }

    /// Drops the older half when the line would not fit.
    fn make_room(&self, needed: usize) -> io::Result<()> {
        let length = self.file.metadata()?.len();
        if length.saturating_add(needed as u64) <= self.most {
            return Ok(());
        }
        let mut newer = Vec::new();
        let mut file = &self.file;
        file.seek(SeekFrom::Start(length.saturating_sub(self.most / 2)))?;
        file.take(self.most / 2).read_to_end(&mut newer)?;
        let whole = newer.iter().position(|&byte| byte == b'\n').map_or(newer.len(), |at| at + 1);
        self.file.set_len(0)?;
        (&self.file).write_all(&newer[whole..])
    }
}

impl Write for &Log {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        // A log that cannot be written is no reason to do anything else differently.
        let _ = self.add(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;

    fn paths(dir: &std::path::Path) -> Paths {
        Paths { config_dir: dir.join("c"), state_dir: dir.join("s"), key_file_override: None }
    }

    /// As the subscriber does: a line is one write.
    fn line(mut log: &Log, text: &str) {
        log.write_all(format!("{text}\n").as_bytes()).unwrap();
    }

    #[test]
    fn it_is_private_and_keeps_the_newer_half() {
        let dir = tempfile::tempdir().unwrap();
        let paths = paths(dir.path());
        let log = Log::open(&paths, 100).unwrap();
        for n in 0..10_000 {
            line(&log, &format!("line {n}"));
            assert!(fs::metadata(paths.log_file()).unwrap().len() <= 100);
        }
        let text = fs::read_to_string(paths.log_file()).unwrap();
        let lines: Vec<_> = text.lines().collect();
        let last: Vec<_> = (10_000 - lines.len()..10_000).map(|n| format!("line {n}")).collect();
        assert!(lines.len() > 3 && lines == last, "{text}");
        assert_eq!(fs::metadata(paths.log_file()).unwrap().permissions().mode() & 0o7777, 0o600);
        // What others write meanwhile stays, and what was there before.
        let other = Log::open(&paths, 1000).unwrap();
        line(&other, "other");
        line(&Log::open(&paths, 1000).unwrap(), "last");
        assert!(fs::read_to_string(paths.log_file()).unwrap().ends_with("line 9999\nother\nlast\n"));
    }

    #[test]
    fn a_line_longer_than_all_of_it_is_not_lost() {
        let dir = tempfile::tempdir().unwrap();
        let paths = paths(dir.path());
        let log = Log::open(&paths, 10).unwrap();
        line(&log, "first");
        line(&log, &"x".repeat(50));
        line(&log, "y");
        let text = fs::read_to_string(paths.log_file()).unwrap();
        assert_eq!(text, "y\n", "the half of a line is none");
    }

    #[test]
    fn only_a_file_is_written_to() {
        let dir = tempfile::tempdir().unwrap();
        let paths = paths(dir.path());
        paths.create_state_dir().unwrap();
        symlink(dir.path().join("elsewhere"), paths.log_file()).unwrap();
        assert!(matches!(Log::open(&paths, 100), Err(StoreError::Io { .. })));
        assert!(!dir.path().join("elsewhere").exists());
    }
}
