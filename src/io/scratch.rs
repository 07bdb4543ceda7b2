//! A body in a file for an editor: in a directory of its own, so that what editors put beside a file (backups, swap files) goes
//! with it.
//!
//! The directory is locked (flock(2)) by the process that made it, and by the editor, which inherits the descriptor. One that is not
//! locked belonged to processes that were killed, on this machine or in another container, whatever their numbers mean now.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags};

use super::bodies::write_new;
use super::fs::FileError;
use super::fs::file::{self, Links};
use super::fs::paths::Paths;

/// The largest body that an editor may return, in bytes.
const MAX_EDITED: usize = 16 * 1024 * 1024;

/// How the names of the directories begin; a UUID follows.
const PREFIX: &str = "edit-";

/// Editors choose the highlighting by the extension.
const NAME: &str = "event.json";

/// How often a directory is made that another process sweeps away before it is locked.
const TRIES: usize = 3;

/// A temporary file with a body; removed when dropped, with what is beside it.
#[derive(Debug)]
pub struct Scratch {
    dir: PathBuf,
    file: PathBuf,
    _lock: File,
}

impl Scratch {
    /// Writes the body to a new file under the state directory.
    ///
    /// # Errors
    /// The system's.
    pub fn new(paths: &Paths, body: &[u8]) -> io::Result<Self> {
        paths.create_state_dir().map_err(|error| io::Error::other(error.to_string()))?;
        let mut made = Self::create(paths, body);
        for _ in 1..TRIES {
            if !matches!(&made, Err(error) if error.kind() == io::ErrorKind::NotFound) {
                break;
            }
            made = Self::create(paths, body);
        }
        made
    }

    fn create(paths: &Paths, body: &[u8]) -> io::Result<Self> {
        let dir = paths.state_dir.join(format!("{PREFIX}{}", uuid::Uuid::new_v4().simple()));
        DirBuilder::new().mode(0o700).create(&dir)?;
        // Not closed when the editor is started: while that runs, the file is in use.
        let lock = File::from(rustix::fs::open(&dir, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW, Mode::empty())?);
        // Where it cannot be locked, nobody can, and nothing is swept.
        let _ = lock.try_lock();
        let file = dir.join(NAME);
        let scratch = Self { dir, file, _lock: lock };
        write_new(&scratch.file, body)?;
        Ok(scratch)
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        &self.file
    }

    /// The body as the editor left it.
    ///
    /// # Errors
    /// [`FileError`]: it is gone, or too large for an event.
    pub fn read(&self) -> Result<Vec<u8>, FileError> {
        file::read(&self.file, Links::Follow, MAX_EDITED).map(|bytes| bytes.to_vec())
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // It follows no symlink.
        let _ = fs::remove_dir_all(&self.dir);
    }
}

/// Removes what processes left that were killed. What cannot be removed is left.
pub fn sweep(paths: &Paths) {
    let Ok(entries) = fs::read_dir(&paths.state_dir) else { return };
    for entry in entries.filter_map(Result::ok) {
        if entry.file_name().to_str().is_some_and(is_ours) {
            let _ = remove_unused(&entry.path());
        }
    }
}

fn is_ours(name: &str) -> bool {
    name.strip_prefix(PREFIX).is_some_and(|id| id.len() == 32 && uuid::Uuid::try_parse(id).is_ok())
}

fn remove_unused(dir: &Path) -> io::Result<()> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let lock = File::from(rustix::fs::open(dir, flags, Mode::empty())?);
    if lock.metadata()?.uid() == rustix::process::geteuid().as_raw() && lock.try_lock().is_ok() {
        fs::remove_dir_all(dir)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    fn paths(home: &tempfile::TempDir) -> Paths {
        let paths = Paths { config_dir: home.path().join("c"), state_dir: home.path().join("s"), key_file_override: None };
        paths.create_state_dir().unwrap();
        paths
    }

    #[test]
    fn it_is_private_and_removed_when_dropped_with_what_an_editor_left() {
        let home = tempfile::tempdir().unwrap();
        let paths = paths(&home);
        let scratch = Scratch::new(&paths, b"{}").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(scratch.path()), mode(&scratch.dir)), (0o600, 0o700));
        fs::write(scratch.path(), "{\"x\":1}").unwrap();
        fs::write(scratch.dir.join(".event.json.swp"), "{\"x\":1}").unwrap();
        assert_eq!(scratch.read().unwrap(), b"{\"x\":1}");
        drop(scratch);
        assert_eq!(fs::read_dir(&paths.state_dir).unwrap().count(), 0);
    }

    #[test]
    fn a13_only_what_nobody_uses_is_swept() {
        let home = tempfile::tempdir().unwrap();
        let paths = paths(&home);
        let left = |name: &str| {
            let dir = paths.state_dir.join(name);
            fs::create_dir(&dir).unwrap();
            fs::write(dir.join(NAME), "{}").unwrap();
            dir
        };
        let id = "0123456789abcdef0123456789abcdef";
        let dead = left(&format!("edit-{id}"));
        let other = [left("edit-notes"), left(&format!("edit-{id}.bak")), left(id)];
        let used = Scratch::new(&paths, b"{}").unwrap();
        let linked = paths.state_dir.join("edit-fedcba9876543210fedcba9876543210");
        symlink(&other[0], &linked).unwrap();
        let outside = home.path().join("outside");
        fs::write(&outside, "kept").unwrap();
        symlink(&outside, dead.join("link")).unwrap();
        sweep(&paths);
        assert!(!dead.exists());
        assert!(used.path().exists() && linked.exists() && other.iter().all(|dir| dir.join(NAME).exists()));
        assert_eq!(fs::read_to_string(&outside).unwrap(), "kept");
    }
}
