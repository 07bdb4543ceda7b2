//! The document as a file: replaced whole, by one writer at a time.

use std::io::{self, Write as _};
use std::path::Path;
use std::time::Duration;

use crate::io::fs::access::Readers;
use crate::io::fs::atomic::{self, Durability};
use crate::io::fs::file::{Links, read_private};
use crate::io::fs::lock::Lock;
use crate::io::fs::paths::Paths;
use crate::io::fs::{FileError, FileErrorKind, Operation};
use crate::io::state::document::{Bytes, MAX_BYTES};
use crate::io::state::error::StateError;
use crate::io::state::origin::Origin;

/// `None` if there is no file.
pub(super) fn read(path: &Path) -> Result<Option<Bytes>, FileError> {
    match read_private(path, Links::Follow, MAX_BYTES, Readers::Owner) {
        Err(error) if error.is_not_found() => Ok(None),
        done => done.map(Some),
    }
}

/// What the file contains, if there is one.
type Content = Option<Bytes>;

/// Keeps other processes from saving, and reads what there is.
pub(super) fn begin(paths: &Paths, wait: Duration) -> Result<(Lock, Content), FileError> {
    let path = paths.destination_file();
    // A file that may not be used gets no lock beside it: root's would lock out its owner.
    read(&path)?;
    paths.create_config_dir()?;
    let lock = Lock::acquire(&paths.lock_file(), wait)?;
    let before = read(&path)?;
    Ok((lock, before))
}

/// Replaces what was read by `after`. Whether that is known to survive a power cut.
pub(super) fn replace(path: &Path, before: Option<&[u8]>, after: &[u8]) -> Result<bool, StateError> {
    let failed = |kind: FileErrorKind| FileError::new(Operation::Write, path, kind);
    if after.len() > MAX_BYTES {
        return Err(failed(FileErrorKind::TooLarge { limit: MAX_BYTES }).into());
    }
    let written = |error: io::Error| failed(error.into());
    atomic::sweep(path).map_err(written)?;
    // An editor takes no lock, and on some network file systems a lock has no effect.
    if read(path)?.as_deref().map(Vec::as_slice) != before {
        return Err(StateError::Changed { at: Origin::File(path.to_owned()) });
    }
    let durability = atomic::replace(path, |file| file.write_all(after)).map_err(written)?;
    Ok(durability == Durability::Durable)
}
