//! The file for the lines that were not delivered: new or empty, readable by its owner only, never overwritten.

use std::fs::{self, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Seek as _, SeekFrom, Write};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::domain::shell;
use crate::domain::text::visible;
use crate::ops;
use crate::ops::relay::FailedLines;

/// The open file. Dropping it deletes it if it was created here and is empty.
#[derive(Debug)]
pub struct FailedFile {
    path: PathBuf,
    file: File,
    created: bool,
}

impl FailedFile {
    /// Creates the file, or opens an empty one.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        let broken = |error: io::Error| unusable(path, &error);
        let mut options = OpenOptions::new();
        options.write(true).mode(0o600);
        let (file, created) = match options.clone().create_new(true).open(path) {
            Ok(file) => (file, true),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => (Self::open_empty(path, &options)?, false),
            Err(error) => return Err(broken(error)),
        };
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Failure::Other {
                    code: exit::BUSY,
                    field: None,
                    message: format!("--failed: another waypost is writing to {}.", shown(path)),
                    fix: "Use another file.".into(),
                });
            }
            // Where locks are not supported, O_EXCL still protects.
            Err(TryLockError::Error(_)) => {}
        }
        // Only now: another waypost may have been writing to it.
        if file.metadata().map_err(broken)?.len() > 0 {
            return Err(refused(path, "is not empty, and is never overwritten or appended to"));
        }
        file.set_permissions(Permissions::from_mode(0o600)).map_err(broken)?;
        Ok(Self { path: path.to_owned(), file, created })
    }

    fn open_empty(path: &Path, options: &OpenOptions) -> Result<File, Failure> {
        let broken = |error: io::Error| unusable(path, &error);
        // Checked before it is opened: a FIFO would wait for its reader, a link could point anywhere.
        if !fs::symlink_metadata(path).map_err(broken)?.is_file() {
            return Err(refused(path, "is not a file"));
        }
        options.open(path).map_err(broken)
    }

    pub fn writer(&self) -> Result<Box<dyn FailedLines>, Failure> {
        let file = self.file.try_clone().map_err(|error| unusable(&self.path, &error))?;
        Ok(Box::new(Lines(file)))
    }

    /// Makes the file survive a power failure. The error is the reason in the system's words.
    pub fn sync(&self) -> Result<(), String> {
        let parent = self.path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let dir = || File::open(parent).and_then(|dir| dir.sync_all());
        self.file.sync_all().and_then(|()| if self.created { dir() } else { Ok(()) }).map_err(|error| ops::reason(&error))
    }

    /// Its path, safe to print.
    pub fn shown(&self) -> String {
        shown(&self.path)
    }

    /// Its path as a word for a shell.
    pub fn word(&self) -> String {
        shell::word(&self.path)
    }
}

struct Lines(File);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl FailedLines for Lines {
    fn cut_to(&mut self, bytes: u64) -> io::Result<()> {
        self.0.set_len(bytes)?;
        self.0.seek(SeekFrom::Start(bytes)).map(drop)
    }
}

impl Drop for FailedFile {
    fn drop(&mut self) {
        if self.created && self.file.metadata().is_ok_and(|metadata| metadata.len() == 0) {
            // An empty file is of no use.
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn shown(path: &Path) -> String {
    visible(&path.to_string_lossy()).into_owned()
}

fn refused(path: &Path, why: &str) -> Failure {
    Failure::usage(format!("--failed: {} {why}.", shown(path)), "Use a file that does not exist yet.")
}

fn unusable(path: &Path, error: &io::Error) -> Failure {
    Failure::Other {
        code: exit::DISK,
        field: None,
        message: format!("--failed: {} cannot be written: {}.", shown(path), ops::reason(error)),
        fix: "Nothing was sent. Check the directory, or use another file.".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_or_empty_and_gone_when_nothing_came() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("failed");
        let file = FailedFile::open(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
        assert_eq!(FailedFile::open(&path).unwrap_err().code(), exit::BUSY);
        drop(file);
        assert!(!path.exists());

        fs::write(&path, "").unwrap();
        let file = FailedFile::open(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
        file.writer().unwrap().write_all(b"{}\n").unwrap();
        file.sync().unwrap();
        drop(file);
        assert_eq!(fs::read(&path).unwrap(), b"{}\n");
        assert_eq!(FailedFile::open(&path).unwrap_err().code(), exit::USAGE);
        assert_eq!(fs::read(&path).unwrap(), b"{}\n");
        for other in [dir.path().to_owned(), dir.path().join("none/failed")] {
            assert!(FailedFile::open(&other).is_err(), "{}", other.display());
        }
        let link = dir.path().join("link");
        std::os::unix::fs::symlink(dir.path().join("elsewhere"), &link).unwrap();
        assert_eq!(FailedFile::open(&link).unwrap_err().code(), exit::USAGE);
        assert!(!dir.path().join("elsewhere").exists());
    }
}
