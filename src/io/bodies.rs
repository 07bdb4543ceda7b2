//! Bodies in files: the user's events in the config directory's `events/`, and a response saved where the user says.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use super::fs::FileError;
use super::fs::file::{self, Links, PRIVATE};
use super::fs::paths::Paths;
use crate::domain::event::{BuiltIn, Event};

/// The largest event of the user, in bytes.
pub const MAX_EVENT: usize = 1024 * 1024;

/// The largest total size of the user's events in bytes: they are read before the app opens.
const MAX_EVENTS_BYTES: usize = 8 * 1024 * 1024;

/// The largest number of the user's events.
const MAX_EVENTS: usize = 100;

/// The longest name of such an event, in bytes.
const MAX_NAME: usize = 64;

/// The user's events, sorted by name. Those that cannot be read are left out: the app opens all the same.
#[must_use]
pub fn own_events(paths: &Paths) -> Vec<Event> {
    let Ok(entries) = fs::read_dir(paths.events_dir()) else { return Vec::new() };
    let mut files: Vec<(String, PathBuf)> = entries
        .filter_map(Result::ok)
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let name = name.strip_suffix(".json").filter(|name| is_name(name))?.to_owned();
            Some((name, entry.path()))
        })
        .collect();
    files.sort();
    files.truncate(MAX_EVENTS);
    let mut bytes_left = MAX_EVENTS_BYTES;
    let mut events = Vec::new();
    for (name, path) in files {
        let Ok(body) = read(&path, MAX_EVENT.min(bytes_left)) else { continue };
        bytes_left -= body.len();
        events.push(Event { name, body });
    }
    events
}

fn read(path: &Path, limit: usize) -> Result<Vec<u8>, FileError> {
    file::read(path, Links::Follow, limit).map(|bytes| bytes.to_vec())
}

/// Whether an event may have that name: it becomes the name of a file, and must not be that of a built-in event.
#[must_use]
pub fn is_name(name: &str) -> bool {
    let fits = !name.is_empty() && name.len() <= MAX_NAME && !name.starts_with(['.', '-']);
    fits && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')) && BuiltIn::from_name(name).is_none()
}

/// Saves a body as an event of that name.
///
/// # Errors
/// The system's; `AlreadyExists` if there is an event of that name with another body.
pub fn keep_event(paths: &Paths, name: &str, body: &[u8]) -> io::Result<PathBuf> {
    let dir = paths.events_dir();
    fs::DirBuilder::new().recursive(true).mode(0o700).create(&dir)?;
    let path = dir.join(format!("{name}.json"));
    match write_new(&path, body) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && read(&path, MAX_EVENT).is_ok_and(|old| old == body) => {}
        written => written?,
    }
    Ok(path)
}

/// Writes a new file, private to its owner.
///
/// # Errors
/// The system's; `AlreadyExists` if there is one.
pub fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let written = OpenOptions::new().write(true).create_new(true).mode(PRIVATE).open(path)?.write_all(bytes);
    if written.is_err() {
        // What is left of it would block the next attempt.
        let _ = fs::remove_file(path);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    fn paths(home: &tempfile::TempDir) -> Paths {
        let paths = Paths { config_dir: home.path().join("c"), state_dir: home.path().join("s"), key_file_override: None };
        paths.create_config_dir().unwrap();
        paths
    }

    #[test]
    fn own_events_come_back_by_name() {
        let home = tempfile::tempdir().unwrap();
        let paths = paths(&home);
        assert!(own_events(&paths).is_empty());
        keep_event(&paths, "b", b"{\"b\":1}").unwrap();
        keep_event(&paths, "a", b"{}").unwrap();
        keep_event(&paths, "b", b"{\"b\":1}").unwrap();
        assert_eq!(keep_event(&paths, "b", b"{\"b\":2}").unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        fs::write(paths.events_dir().join("not json.txt"), "x").unwrap();
        fs::create_dir(paths.events_dir().join("dir.json")).unwrap();
        let events = own_events(&paths);
        assert_eq!(events.iter().map(|event| event.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(events[1].body, b"{\"b\":1}");
    }

    #[test]
    fn names_that_would_leave_the_directory_or_hide_another_are_refused() {
        for name in ["", ".", "..", "../x", "a/b", "-x", "é", "a b", "ping", &"a".repeat(65)] {
            assert!(!is_name(name), "{name}");
        }
        for name in ["order-created", "v2.order_1"] {
            assert!(is_name(name), "{name}");
        }
    }

    #[test]
    fn no_file_is_overwritten() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("body");
        write_new(&path, b"one").unwrap();
        assert_eq!(write_new(&path, b"two").unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"one");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
