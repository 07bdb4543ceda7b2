//! One writer at a time, across processes and threads.

use std::fs::{File, FileTimes, OpenOptions, TryLockError};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use super::error::{FileError, FileErrorKind, Operation};
use super::file::{Links, open_own, open_regular};

/// How long a writer waits for another. The user sees an answer within 2 s: half a second is left for a program to start and end in,
/// which under load takes a few hundred milliseconds.
pub const WAIT: Duration = Duration::from_millis(1_500);

/// The time between two attempts.
const PAUSE: Duration = Duration::from_millis(5);

/// A lock that is held until it is dropped, or until its process ends.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

impl Lock {
    /// Takes the lock on that file. The file is created if needed and never removed: a lock on a removed file would exclude
    /// nobody who comes later.
    ///
    /// # Errors
    /// [`FileError`]; of [`FileErrorKind::Locked`] when another process holds it for all of `wait`.
    pub fn acquire(path: &Path, wait: Duration) -> Result<Self, FileError> {
        let (file, _) = open_own(path, OpenOptions::new().read(true).write(true).truncate(false), Operation::Lock)?;
        let failed = |kind| FileError::new(Operation::Lock, path, kind);
        let begun = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { file }),
                Err(TryLockError::Error(error)) => return Err(failed(error.into())),
                Err(TryLockError::WouldBlock) => {}
            }
            let left = wait.saturating_sub(begun.elapsed());
            if left.is_zero() {
                return Err(failed(FileErrorKind::Locked));
            }
            thread::sleep(PAUSE.min(left));
        }
    }

    /// Whether another one holds the lock on that file. The file is opened for reading only: opened for writing, it
    /// would be reported as changed to processes that watch it.
    #[must_use]
    pub fn is_held(path: &Path) -> bool {
        open_regular(path, OpenOptions::new().read(true), Links::Refuse, Operation::Lock)
            .is_ok_and(|(file, _)| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
    }

    /// Sets the file's time, by which processes that watch it learn that the lock was taken.
    pub fn announce(&self) {
        // Without it the lock is held all the same.
        let _ = self.file.set_times(FileTimes::new().set_modified(SystemTime::now()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    #[test]
    fn the_second_gets_an_error_that_names_the_lock() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lock");
        let first = Lock::acquire(&path, Duration::ZERO).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
        let error = Lock::acquire(&path, Duration::from_millis(20)).unwrap_err();
        assert!(matches!(error.kind, FileErrorKind::Locked), "{error:?}");
        assert!(error.why().contains(path.to_str().unwrap()), "{error:?}");
        drop(first);
        Lock::acquire(&path, Duration::ZERO).unwrap();
    }

    #[test]
    fn looking_at_it_neither_creates_nor_takes_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lock");
        assert!(!Lock::is_held(&path) && !path.exists());
        let lock = Lock::acquire(&path, Duration::ZERO).unwrap();
        assert!(Lock::is_held(&path) && Lock::is_held(&path));
        drop(lock);
        // One that looks does not make another believe that it is held.
        let looking = File::open(&path).unwrap();
        looking.try_lock_shared().unwrap();
        assert!(!Lock::is_held(&path));
        // One that wants it waits for those that look.
        let waiting = thread::spawn(move || Lock::acquire(&path, Duration::from_secs(20)).unwrap());
        drop(looking);
        waiting.join().unwrap();
    }

    #[test]
    fn a_waiter_gets_it_when_it_is_released() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lock");
        let first = Lock::acquire(&path, Duration::ZERO).unwrap();
        thread::scope(|scope| {
            let waiter = scope.spawn(|| Lock::acquire(&path, Duration::from_mins(1)).map(drop));
            drop(first);
            waiter.join().unwrap().unwrap();
        });
    }

    #[test]
    fn only_a_regular_file_is_locked() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("elsewhere");
        symlink(&target, dir.path().join("link")).unwrap();
        let kind = |path: &Path| Lock::acquire(path, WAIT).unwrap_err().kind;
        assert!(matches!(kind(&dir.path().join("link")), FileErrorKind::System(_)));
        assert!(!target.exists());
        let fifo = dir.path().join("fifo");
        rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, rustix::fs::Mode::RWXU, 0).unwrap();
        assert!(matches!(kind(&fifo), FileErrorKind::NotAFile("a pipe")));
        assert!(!Lock::is_held(&fifo));
    }
}
