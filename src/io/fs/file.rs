//! Opening and reading files that may have been replaced by something else.

use std::fs::{File, Metadata, OpenOptions, Permissions};
use std::io::{self, Read as _};
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use rustix::fs::{OFlags, StatVfsMountFlags};
use zeroize::Zeroizing;

use super::access::{self, Chmod, Readers};
use super::error::{FileError, FileErrorKind, Operation};

/// The mode of every file that waypost creates.
pub const PRIVATE: u32 = 0o600;

/// Whether a symlink in the place of the file is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Links {
    Follow,
    Refuse,
}

impl Links {
    const fn flags(self) -> OFlags {
        match self {
            Self::Follow => OFlags::empty(),
            Self::Refuse => OFlags::NOFOLLOW,
        }
    }
}

/// Opens a regular file with `options`, and never blocks, not even on a FIFO without a writer.
///
/// # Errors
/// [`FileError`], of that operation.
pub fn open_regular(
    path: &Path,
    options: &mut OpenOptions,
    links: Links,
    operation: Operation,
) -> Result<(File, Metadata), FileError> {
    open(path, options, links).map_err(|kind| FileError::new(operation, path, kind))
}

fn open(path: &Path, options: &mut OpenOptions, links: Links) -> Result<(File, Metadata), FileErrorKind> {
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY | links.flags();
    let flags = i32::try_from(flags.bits()).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
    let file = options.custom_flags(flags).open(path)?;
    let metadata = file.metadata()?;
    check_regular(&metadata)?;
    Ok((file, metadata))
}

/// Checks that this is a regular file.
pub(in crate::io) fn check_regular(metadata: &Metadata) -> Result<(), FileErrorKind> {
    let kind = metadata.file_type();
    Err(FileErrorKind::NotAFile(match kind {
        _ if kind.is_file() => return Ok(()),
        _ if kind.is_dir() => "a directory",
        _ if kind.is_fifo() => "a pipe",
        _ if kind.is_symlink() => "a symbolic link",
        // A socket cannot be opened (open(2): ENXIO).
        _ => "a device",
    }))
}

/// Opens or creates a file of this user's or of root's, which is no link.
///
/// # Errors
/// [`FileError`], of that operation.
pub(super) fn open_own(path: &Path, options: &mut OpenOptions, operation: Operation) -> Result<(File, Metadata), FileError> {
    let (file, metadata) = open_regular(path, options.create(true).mode(PRIVATE), Links::Refuse, operation)?;
    access::check_owner(metadata.uid(), rustix::process::geteuid().as_raw())
        .map_err(|kind| FileError::new(operation, path, kind))?;
    Ok((file, metadata))
}

/// Creates a private file, or opens it for appending; a file of a looser mode is made private.
///
/// # Errors
/// [`FileError`].
pub fn append_private(path: &Path) -> Result<File, FileError> {
    let (file, metadata) = open_own(path, OpenOptions::new().read(true).append(true), Operation::Write)?;
    if metadata.permissions().mode() & 0o7777 != PRIVATE {
        file.set_permissions(Permissions::from_mode(PRIVATE)).map_err(|error| FileError::new(Operation::Write, path, error))?;
    }
    Ok(file)
}

/// Reads a whole file of at most `limit` bytes; its memory is erased when dropped.
///
/// # Errors
/// [`FileError`].
pub fn read(path: &Path, links: Links, limit: usize) -> Result<Zeroizing<Vec<u8>>, FileError> {
    let (mut file, metadata) = open_regular(path, OpenOptions::new().read(true), links, Operation::Read)?;
    read_open(&mut file, &metadata, limit).map_err(|kind| FileError::new(Operation::Read, path, kind))
}

/// Like [`read`], for a file that belongs to this user or to root, and that only `readers` may read; see [`access::check`].
///
/// # Errors
/// [`FileError`].
pub fn read_private(path: &Path, links: Links, limit: usize, readers: Readers) -> Result<Zeroizing<Vec<u8>>, FileError> {
    let (mut file, metadata) = open_regular(path, OpenOptions::new().read(true), links, Operation::Read)?;
    check_private(&metadata, path, readers)
        .and_then(|()| read_open(&mut file, &metadata, limit))
        .map_err(|kind| FileError::new(Operation::Read, path, kind))
}

/// Checks whose file it is, and who may read and write it; see [`access::check`].
pub(in crate::io) fn check_private(metadata: &Metadata, path: &Path, readers: Readers) -> Result<(), FileErrorKind> {
    let read_only = || rustix::fs::statvfs(path).is_ok_and(|found| found.f_flag.contains(StatVfsMountFlags::RDONLY));
    let user = rustix::process::geteuid().as_raw();
    match access::check(metadata.uid(), metadata.mode(), user, readers, read_only) {
        Err(FileErrorKind::OpenToOthers { chmod: Chmod::Possible, .. }) if has_access_list(path) => {
            Err(FileErrorKind::AccessList)
        }
        checked => checked,
    }
}

/// Only for the words of an error: what the list grants shows in the mode, as its mask.
#[cfg(target_os = "linux")]
fn has_access_list(path: &Path) -> bool {
    // Too small for a list: only whether there is one matters.
    let mut list = [0_u8; 1];
    matches!(rustix::fs::getxattr(path, c"system.posix_acl_access", &mut list), Ok(_) | Err(rustix::io::Errno::RANGE))
}

/// Elsewhere a list need not show in the mode, and is not looked for.
#[cfg(not(target_os = "linux"))]
const fn has_access_list(_: &Path) -> bool {
    false
}

fn read_open(file: &mut File, metadata: &Metadata, limit: usize) -> Result<Zeroizing<Vec<u8>>, FileErrorKind> {
    let expected = usize::try_from(metadata.len()).unwrap_or(usize::MAX);
    if expected > limit {
        return Err(FileErrorKind::TooLarge { limit });
    }
    // Enough capacity from the start: a buffer that grows leaves copies in memory.
    let mut bytes = Zeroizing::new(Vec::with_capacity(expected.saturating_add(1)));
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    file.take(most).read_to_end(&mut bytes)?;
    if bytes.len() > limit {
        return Err(FileErrorKind::TooLarge { limit });
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn h23_a_file_open_to_others_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        fs::write(&path, "text").unwrap();
        for loose in [0o640, 0o604, 0o620, 0o602, 0o666] {
            fs::set_permissions(&path, Permissions::from_mode(loose)).unwrap();
            let error = read_private(&path, Links::Refuse, 10, Readers::Owner).unwrap_err();
            assert!(matches!(error.kind, FileErrorKind::OpenToOthers { mode, .. } if mode == loose), "{error}");
            assert_eq!(error.fix().text, format!("Run: chmod 600 {}", path.display()));
        }
        for private in [0o600, 0o400, 0o700] {
            fs::set_permissions(&path, Permissions::from_mode(private)).unwrap();
            assert_eq!(read_private(&path, Links::Refuse, 10, Readers::Owner).unwrap().as_slice(), b"text");
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_file_whose_access_list_lets_others_read_is_refused() {
        use rustix::fs::{XattrFlags, setxattr};

        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        fs::write(&path, "text").unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        // A version of four bytes, then eight for each entry: tag, permissions, id (linux/posix_acl_xattr.h). Here the owner, the
        // user 7, the group, the mask and others.
        let mut list = 2_u32.to_le_bytes().to_vec();
        for (tag, permissions, id) in [(1, 6, u32::MAX), (2, 4, 7), (4, 0, u32::MAX), (16, 4, u32::MAX), (32, 0, u32::MAX)] {
            list.extend([tag, 0, permissions, 0]);
            list.extend(u32::to_le_bytes(id));
        }
        match setxattr(&path, c"system.posix_acl_access", &list, XattrFlags::empty()) {
            // This file system has no access lists.
            Err(rustix::io::Errno::OPNOTSUPP) => return,
            done => done.unwrap(),
        }
        let error = read_private(&path, Links::Refuse, 10, Readers::Owner).unwrap_err();
        assert!(matches!(error.kind, FileErrorKind::AccessList), "{error:?}");
        assert_eq!(error.fix().text, format!("Run: setfacl -b {0} && chmod 600 {0}", path.display()));
        // A mask without rights makes the list grant nothing.
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        read_private(&path, Links::Refuse, 10, Readers::Owner).unwrap();
    }

    #[test]
    fn no_more_than_the_limit_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        fs::write(&path, "12345").unwrap();
        assert_eq!(read(&path, Links::Refuse, 5).unwrap().as_slice(), b"12345");
        let error = read(&path, Links::Refuse, 4).unwrap_err();
        assert!(matches!(error.kind, FileErrorKind::TooLarge { limit: 4 }), "{error}");
        // This one does not say how long it is.
        assert!(matches!(read(Path::new("/proc/self/maps"), Links::Refuse, 4).unwrap_err().kind, FileErrorKind::TooLarge { .. }));
    }
}
