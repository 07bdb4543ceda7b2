//! One writer at a time, across processes and threads.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use super::file::{Links, PRIVATE, open_regular};
use crate::io::state::store::{Doing, StoreError};

/// How long a writer waits for another. A little under the 2 s within which a person is told.
pub const WAIT: Duration = Duration::from_millis(1_800);

/// How long between two looks.
const PAUSE: Duration = Duration::from_millis(5);

/// A lock that is held until it is dropped, or its process ends in whatever way.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock on that file, which is made if need be and never removed: a lock on a removed file would hold off
    /// nobody who comes later.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when another holds it for all of `wait`; [`StoreError::Io`] or [`StoreError::NotAFile`] when it
    /// cannot be opened or locked.
    pub fn acquire(path: &Path, wait: Duration) -> Result<Self, StoreError> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(PRIVATE);
        let (file, _) =
            open_regular(path, &mut options, Links::Refuse).map_err(|fault| StoreError::fault(Doing::Lock, path, fault))?;
        let begun = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::Error(error)) => return Err(StoreError::io(Doing::Lock, path, &error)),
                Err(TryLockError::WouldBlock) => {}
            }
            let left = wait.saturating_sub(begun.elapsed());
            if left.is_zero() {
                return Err(StoreError::Busy { lock: path.to_owned() });
            }
            thread::sleep(PAUSE.min(left));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::state::store::Kind;
    use std::fs;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    #[test]
    fn the_second_is_told_who_holds_it_off() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lock");
        let first = Lock::acquire(&path, Duration::ZERO).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
        let error = Lock::acquire(&path, Duration::from_millis(20)).unwrap_err();
        assert_eq!(error.kind(), Kind::Busy);
        assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
        drop(first);
        Lock::acquire(&path, Duration::ZERO).unwrap();
    }

    #[test]
    fn a_waiter_gets_it_when_it_is_let_go() {
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
    fn nothing_but_a_file_is_locked() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("elsewhere");
        symlink(&target, dir.path().join("link")).unwrap();
        assert!(matches!(Lock::acquire(&dir.path().join("link"), WAIT), Err(StoreError::Io { .. })));
        assert!(!target.exists());
        let fifo = dir.path().join("fifo");
        rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, rustix::fs::Mode::RWXU, 0).unwrap();
        assert!(matches!(Lock::acquire(&fifo, WAIT), Err(StoreError::NotAFile { .. })));
    }
}
