//! A file that is replaced whole or not at all.
//!
//! ```text
//! resolve links → temp file beside the target (O_EXCL, 0600) → write → fsync → rename → fsync of the directory
//! ```
//! A failure before the rename leaves the old file untouched and no other. A failure after it only means that a power
//! cut could bring back the old file.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use super::file::PRIVATE;

/// The number of links that Linux itself follows (`path_resolution(7)`).
const MAX_LINKS: usize = 40;

const TEMP_END: &str = ".waypost-tmp";

/// Whether what was written survives a power cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Durability {
    Durable,
    /// The file is in place, but its directory could not be synced.
    InDoubt,
}

/// A step of a replacement, at which it can fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Create,
    Permit,
    Write,
    SyncFile,
    Rename,
    SyncDir,
}

/// Replaces the file at `path`, or the one that its links lead to, with what `write` writes; the new file is 0600 whatever the
/// umask.
///
/// # Errors
/// The system's; then the old file is unchanged, and no temp file is left.
pub fn replace(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<Durability> {
    replace_with(path, write, |_| Ok(()))
}

fn replace_with(
    path: &Path,
    write: impl FnOnce(&mut File) -> io::Result<()>,
    mut fault: impl FnMut(Step) -> io::Result<()>,
) -> io::Result<Durability> {
    let target = resolve(path)?;
    fault(Step::Create)?;
    let (temp, mut file) = create_temp(&target)?;
    let renamed = (|| {
        fault(Step::Permit)?;
        file.set_permissions(Permissions::from_mode(PRIVATE))?;
        fault(Step::Write)?;
        write(&mut file)?;
        fault(Step::SyncFile)?;
        file.sync_all()?;
        fault(Step::Rename)?;
        fs::rename(&temp, &target)
    })();
    if let Err(error) = renamed {
        // The first error is the one to report. What cannot be removed now is swept by the next save.
        let _ = fs::remove_file(&temp);
        return Err(error);
    }
    let synced = fault(Step::SyncDir).and_then(|()| sync_dir(parent(&target)));
    Ok(if synced.is_ok() { Durability::Durable } else { Durability::InDoubt })
}

/// Creates a file that does not exist yet, whole and 0600 from the start.
///
/// # Errors
/// The system's; `AlreadyExists` when there is one.
pub fn create(path: &Path, bytes: &[u8]) -> io::Result<()> {
    create_with(path, |file| file.write_all(bytes))
}

/// Like [`create`], with what `write` writes.
///
/// # Errors
/// As of [`create`]; then there is no such file.
pub fn create_with(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    let (temp, mut file) = create_temp(path)?;
    let made = fill(&mut file, write).and_then(|()| put(&temp, path, |from, to| fs::hard_link(from, to)));
    // What cannot be removed now is swept later.
    let _ = fs::remove_file(&temp);
    made?;
    sync_dir(parent(path))
}

fn fill(file: &mut File, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    file.set_permissions(Permissions::from_mode(PRIVATE))?;
    write(file)?;
    file.sync_all()
}

/// Gives a file its name unless that is taken; `link`, the system call, does both at once.
fn put(temp: &Path, path: &Path, link: impl FnOnce(&Path, &Path) -> io::Result<()>) -> io::Result<()> {
    match link(temp, path) {
        // Some file systems have no hard links (link(2): EPERM; others say ENOTSUP).
        Err(error) if matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::Unsupported) => {
            if fs::symlink_metadata(path).is_ok() {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
            fs::rename(temp, path)
        }
        done => done,
    }
}

/// Writes a directory's list of names to the disk.
///
/// # Errors
/// The system's.
pub fn sync_dir(dir: &Path) -> io::Result<()> {
    sync_open_dir(&File::open(dir)?)
}

/// Like [`sync_dir`], for one that is open.
///
/// # Errors
/// The system's.
pub fn sync_open_dir(dir: &File) -> io::Result<()> {
    unless_unsupported(dir.sync_all())
}

/// Some file systems cannot sync a directory (`fsync(2)`: EINVAL; others ENOTSUP): there is nothing to wait for.
fn unless_unsupported(synced: io::Result<()>) -> io::Result<()> {
    match synced {
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
        done => done,
    }
}

/// Creates a temporary file beside `target`, 0600.
///
/// # Errors
/// The system's.
pub fn create_temp(target: &Path) -> io::Result<(PathBuf, File)> {
    let name = target.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let number = getrandom::u64().map_err(io::Error::other)?;
    let mut temp = OsString::from(".");
    temp.push(name);
    temp.push(format!(".{number:016x}{TEMP_END}"));
    let temp = parent(target).join(temp);
    // O_EXCL never follows a link (open(2)).
    let file = OpenOptions::new().write(true).create_new(true).mode(PRIVATE).open(&temp)?;
    Ok((temp, file))
}

/// Removes the temporary files of `path` that a killed process left. Only for the holder of the lock: they may be in use.
///
/// # Errors
/// The system's.
pub fn sweep(path: &Path) -> io::Result<()> {
    let target = resolve(path)?;
    let Some(name) = target.file_name() else { return Ok(()) };
    for entry in fs::read_dir(parent(&target))? {
        let entry = entry?;
        if is_temp_of(name, &entry.file_name()) && entry.file_type()?.is_file() {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn is_temp_of(name: &OsStr, candidate: &OsStr) -> bool {
    let number = candidate
        .as_bytes()
        .strip_prefix(b".")
        .and_then(|rest| rest.strip_prefix(name.as_bytes()))
        .and_then(|rest| rest.strip_prefix(b"."))
        .and_then(|rest| rest.strip_suffix(TEMP_END.as_bytes()));
    number.is_some_and(|number| number.len() == 16 && number.iter().all(u8::is_ascii_hexdigit))
}

/// The file that the links at `path` lead to. It need not exist.
///
/// # Errors
/// The system's, such as `ELOOP`.
pub fn resolve(path: &Path) -> io::Result<PathBuf> {
    let mut at = path.to_owned();
    for _ in 0..MAX_LINKS {
        match fs::symlink_metadata(&at) {
            Ok(metadata) if metadata.is_symlink() => {
                let to = fs::read_link(&at)?;
                // `join` returns an absolute path as it is.
                at = parent(&at).join(to);
            }
            Ok(_) => return Ok(at),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(at),
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::from(rustix::io::Errno::LOOP))
}

pub(in crate::io) fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn names(dir: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn write(path: &Path, text: &str) -> io::Result<Durability> {
        replace(path, |file| file.write_all(text.as_bytes()))
    }

    #[test]
    fn a_loose_file_becomes_private() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o666)).unwrap();
        assert_eq!(write(&path, "new").unwrap(), Durability::Durable);
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
        assert_eq!(names(dir.path()), ["f"]);
    }

    #[test]
    fn h31_a_failure_before_the_rename_changes_nothing() {
        for at in [Step::Create, Step::Permit, Step::Write, Step::SyncFile, Step::Rename] {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("f");
            fs::write(&path, "old").unwrap();
            let full = |step| if step == at { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) };
            let error = replace_with(&path, |file| file.write_all(b"new"), full).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::StorageFull, "{at:?}");
            assert_eq!(fs::read_to_string(&path).unwrap(), "old", "{at:?}");
            assert_eq!(names(dir.path()), ["f"], "{at:?}");
        }
    }

    #[test]
    fn h31_a_failure_after_the_rename_is_reported() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        fs::write(&path, "old").unwrap();
        let full = |step| if step == Step::SyncDir { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) };
        assert_eq!(replace_with(&path, |file| file.write_all(b"new"), full).unwrap(), Durability::InDoubt);
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(names(dir.path()), ["f"]);
    }

    #[test]
    fn h27_links_are_kept() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("real/deep")).unwrap();
        fs::create_dir(dir.path().join("conf")).unwrap();
        let at = |name: &str| dir.path().join(name);
        symlink("../real/one", at("conf/relative")).unwrap();
        symlink("../real/hop", at("conf/two")).unwrap();
        symlink("deep/end", at("real/hop")).unwrap();
        symlink(at("real/absent"), at("conf/dangling")).unwrap();
        fs::write(at("real/one"), "old").unwrap();
        fs::write(at("real/deep/end"), "old").unwrap();
        for (link, target) in [("relative", "real/one"), ("two", "real/deep/end"), ("dangling", "real/absent")] {
            let link = dir.path().join("conf").join(link);
            let before = fs::read_link(&link).unwrap();
            assert_eq!(write(&link, "new").unwrap(), Durability::Durable);
            assert_eq!(fs::read_link(&link).unwrap(), before);
            assert_eq!(fs::read_to_string(at(target)).unwrap(), "new");
            assert!(fs::symlink_metadata(at(target)).unwrap().is_file());
        }
        assert_eq!(fs::read_link(at("real/hop")).unwrap(), Path::new("deep/end"));
        assert_eq!(names(&at("conf")), ["dangling", "relative", "two"]);
    }

    #[test]
    fn a_loop_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        symlink("b", dir.path().join("a")).unwrap();
        symlink("a", dir.path().join("b")).unwrap();
        let error = write(&dir.path().join("a"), "new").unwrap_err();
        assert_eq!(error.raw_os_error(), Some(rustix::io::Errno::LOOP.raw_os_error()));
        assert_eq!(names(dir.path()), ["a", "b"]);
    }

    #[test]
    fn only_not_found_counts_as_absent() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        fs::write(&file, "").unwrap();
        assert_eq!(resolve(&file.join("f")).unwrap_err().kind(), io::ErrorKind::NotADirectory);
        assert_eq!(sync_dir(&dir.path().join("none")).unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn a_file_system_that_cannot_sync_directories_is_no_error() {
        use rustix::io::Errno;

        let synced = |errno: Errno| unless_unsupported(Err(errno.into())).map_err(|error| error.raw_os_error());
        assert_eq!([synced(Errno::INVAL), synced(Errno::OPNOTSUPP)], [Ok(()); 2]);
        for errno in [Errno::IO, Errno::NOSPC] {
            assert_eq!(synced(errno), Err(Some(errno.raw_os_error())));
        }
    }

    #[test]
    fn without_hard_links_a_new_file_is_renamed_and_none_is_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let (temp, path) = (dir.path().join("temp"), dir.path().join("f"));
        let put_where_links_fail = |bytes: &str, kind: io::ErrorKind| {
            fs::write(&temp, bytes).unwrap();
            put(&temp, &path, |_, _| Err(kind.into())).map_err(|error| error.kind())
        };
        for kind in [io::ErrorKind::PermissionDenied, io::ErrorKind::Unsupported] {
            assert_eq!(put_where_links_fail("first", kind), Ok(()));
            assert_eq!(names(dir.path()), ["f"]);
            assert_eq!(put_where_links_fail("second", kind), Err(io::ErrorKind::AlreadyExists));
            assert_eq!(fs::read_to_string(&path).unwrap(), "first");
            fs::remove_file(&path).unwrap();
        }
        // Any other error is returned.
        assert_eq!(put_where_links_fail("first", io::ErrorKind::StorageFull), Err(io::ErrorKind::StorageFull));
        assert_eq!(names(dir.path()), ["temp"]);
    }

    #[test]
    fn a_bare_name_is_in_the_current_directory() {
        assert_eq!([parent(Path::new("f")), parent(Path::new("/f")), parent(Path::new("d/f"))], [".", "/", "d"].map(Path::new));
    }

    #[test]
    fn only_temporary_files_of_that_path_are_swept() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        let (temp, _) = create_temp(&path).unwrap();
        assert_eq!(fs::metadata(&temp).unwrap().permissions().mode() & 0o7777, 0o600);
        let kept = [
            ".f.0123456789abcde.waypost-tmp",
            ".f.0123456789abcdeg.waypost-tmp",
            ".g.0123456789abcdef.waypost-tmp",
            "f.0123456789abcdef.waypost-tmp",
            "notes",
        ];
        for name in kept {
            fs::write(dir.path().join(name), "").unwrap();
        }
        sweep(&path).unwrap();
        let mut kept: Vec<_> = kept.to_vec();
        kept.sort_unstable();
        assert_eq!(names(dir.path()), kept);
    }
}
