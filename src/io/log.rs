//! The log, for finding out why something went wrong. Written only on request.
//!
//! A log event contains outcomes, times, hosts and paths; never a secret, a URL's query, a header or a body.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write};
use std::sync::Arc;

use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;

use super::fs::FileError;
use super::fs::file::append_private;
use super::fs::paths::Paths;

/// The largest size of the log.
pub const MAX_BYTES: u64 = 1024 * 1024;

/// Sends the events of this process to the log from now on: those that `filter` selects (in the syntax of `RUST_LOG`), or
/// waypost's own where it is empty or invalid.
///
/// # Errors
/// [`FileError`] if the log cannot be opened. Later errors are ignored.
pub fn start(paths: &Paths, filter: &str) -> Result<(), FileError> {
    let log = Log::open(paths, MAX_BYTES)?;
    // Not `EnvFilter`, which also knows spans and fields: its regular expressions took 0.9 MB of 6.5.
    let targets = if filter.is_empty() { None } else { filter.parse::<Targets>().ok() };
    let own = || Targets::new().with_target("waypost", Level::DEBUG);
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        // They would go to stderr, which may be closed.
        .log_internal_errors(false)
        .with_writer(Arc::new(log));
    let subscriber = tracing_subscriber::registry().with(lines).with(targets.unwrap_or_else(own));
    // If this process has a log already, that one stays.
    let _ = tracing::subscriber::set_global_default(subscriber);
    Ok(())
}

/// The open file. Each line is appended with one write, so that several processes can share it.
#[derive(Debug)]
struct Log {
    file: File,
    max_bytes: u64,
}

impl Log {
    fn open(paths: &Paths, max_bytes: u64) -> Result<Self, FileError> {
        paths.create_state_dir()?;
        Ok(Self { file: append_private(&paths.log_file())?, max_bytes })
    }

    fn add(&self, line: &[u8]) -> io::Result<()> {
        // Does not wait: another process may be suspended while it holds the lock. The line is then appended all the same.
        if self.file.try_lock().is_ok() {
            let room = self.make_room(line.len());
            let unlocked = self.file.unlock();
            room.and(unlocked)?;
        }
        (&self.file).write_all(line)
    }

    /// Drops the older half if the line would not fit.
    fn make_room(&self, needed: usize) -> io::Result<()> {
        let length = self.file.metadata()?.len();
        if length.saturating_add(needed as u64) <= self.max_bytes {
            return Ok(());
        }
        let mut newer = Vec::new();
        let mut file = &self.file;
        file.seek(SeekFrom::Start(length.saturating_sub(self.max_bytes / 2)))?;
        file.take(self.max_bytes / 2).read_to_end(&mut newer)?;
        let whole = newer.iter().position(|&byte| byte == b'\n').map_or(newer.len(), |at| at + 1);
        self.file.set_len(0)?;
        (&self.file).write_all(&newer[whole..])
    }
}

impl Write for &Log {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        // A failing log must not change what waypost does.
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
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    fn paths(dir: &std::path::Path) -> Paths {
        Paths { config_dir: dir.join("c"), state_dir: dir.join("s"), key_file_override: None }
    }

    /// Writes as the subscriber does: one write per line.
    fn line(mut log: &Log, text: &str) {
        log.write_all(format!("{text}\n").as_bytes()).unwrap();
    }

    #[test]
    fn the_log_is_private_and_keeps_its_newer_half() {
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
        // What other processes append stays.
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
        assert_eq!(text, "y\n", "half a line is dropped");
    }

    #[test]
    fn a_link_is_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let paths = paths(dir.path());
        paths.create_state_dir().unwrap();
        symlink(dir.path().join("elsewhere"), paths.log_file()).unwrap();
        assert!(Log::open(&paths, 100).is_err());
        assert!(!dir.path().join("elsewhere").exists());
    }
}
