//! What can go wrong with the files, in words: what, why, and how to mend it.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::domain::field::{Field, FieldError};
use crate::domain::text::visible;
use crate::io::fs::file::Fault;
use crate::io::state::vault::VaultError;

/// What a fault means to a script; the front ends turn it into an exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The state file or the disk: exit 5.
    Disk,
    /// Another waypost is saving: exit 75.
    Busy,
    /// The secret cannot be opened or sealed: exit 6.
    Secret,
}

/// What was being done to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// Working out where it is.
    Find,
    /// Making a directory.
    CreateDir,
    /// Opening or locking the lock.
    Lock,
    /// Reading.
    Read,
    /// Writing, or putting in place.
    Write,
    /// Removing.
    Remove,
}

impl Doing {
    const fn word(self) -> &'static str {
        match self {
            Self::Find => "found",
            Self::CreateDir => "created",
            Self::Lock => "locked",
            Self::Read => "read",
            Self::Write => "written",
            Self::Remove => "removed",
        }
    }
}

/// A fault of the files. Holds no value out of them but what a [`FieldError`] shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreError {
    /// The user has no home directory, and no directory was named.
    NoHome,
    /// The system refused.
    Io {
        /// What was being done.
        doing: Doing,
        /// To what.
        path: PathBuf,
        /// The system's kind of refusal.
        kind: io::ErrorKind,
        /// The system's words.
        reason: String,
    },
    /// Others may read or change it; its mode bits.
    LooseMode {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Something else stands in a file's place.
    NotAFile {
        /// The place.
        path: PathBuf,
        /// What stands there, in words.
        found: &'static str,
    },
    /// More bytes than are ever right.
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// Not JSON.
    Syntax {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// In bytes, from 1.
        column: usize,
        /// What is wrong, in words.
        problem: &'static str,
    },
    /// JSON of another shape.
    Shape {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// In bytes, from 1.
        column: usize,
        /// Which part, such as `destination.auth`.
        part: String,
        /// What belongs there, in words.
        expected: &'static str,
    },
    /// A later waypost wrote it.
    Newer {
        /// The file.
        path: PathBuf,
        /// Its schema version.
        found: u64,
        /// The newest that this waypost knows.
        known: u64,
    },
    /// The right shape, but a value that is not accepted.
    Invalid {
        /// The file.
        path: PathBuf,
        /// Every value that is not, in the order of the form; at least one.
        errors: Vec<FieldError>,
    },
    /// Another waypost is saving.
    Busy {
        /// The lock that it holds.
        lock: PathBuf,
    },
    /// The file changed between loading and saving, by something that does not take the lock.
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// The secret cannot be opened or sealed.
    Secret(VaultError),
}

impl StoreError {
    /// A refusal of the system.
    #[must_use]
    pub fn io(doing: Doing, path: &Path, error: &io::Error) -> Self {
        Self::Io { doing, path: path.to_owned(), kind: error.kind(), reason: reason(error) }
    }

    /// A file that could not be opened or read.
    #[must_use]
    pub fn fault(doing: Doing, path: &Path, fault: Fault) -> Self {
        match fault {
            Fault::NotAFile(found) => Self::NotAFile { path: path.to_owned(), found },
            Fault::TooLarge => Self::TooLarge { path: path.to_owned() },
            Fault::Io(error) => Self::io(doing, path, &error),
        }
    }

    /// What it means to a script.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Busy { .. } | Self::Changed { .. } => Kind::Busy,
            Self::Secret(_) => Kind::Secret,
            _ => Kind::Disk,
        }
    }

    /// The field it is about, if it is about one.
    #[must_use]
    pub fn field(&self) -> Option<Field> {
        match self {
            Self::Invalid { errors, .. } => errors.first().map(|error| error.field),
            _ => None,
        }
    }

    /// What is wrong, without a full stop.
    #[must_use]
    pub fn what(&self) -> String {
        match self {
            Self::NoHome => "there is no home directory".into(),
            Self::Io { doing, path, .. } => format!("{} cannot be {}", show(path), doing.word()),
            Self::LooseMode { path, mode } => format!("{} can be read or changed by others (mode {mode:04o})", show(path)),
            Self::NotAFile { path, found } => format!("{} is {found}", show(path)),
            Self::TooLarge { path } => format!("{} is too large", show(path)),
            Self::Syntax { path, line, column, problem } => format!("{}:{line}:{column}: {problem}", show(path)),
            Self::Shape { path, line, column, part, expected } => {
                format!("{}:{line}:{column}: {part} must be {expected}", show(path))
            }
            Self::Newer { path, found, known } => {
                format!("{} has schema version {found}; this waypost knows versions up to {known}", show(path))
            }
            Self::Invalid { path, errors } => {
                let parts: Vec<_> = errors.iter().map(|error| format!("{} {}", error.field.name(), error.what)).collect();
                format!("{}: {}", show(path), parts.join("; "))
            }
            Self::Busy { .. } => "another waypost is saving".into(),
            Self::Changed { path } => format!("{} was changed by another program meanwhile", show(path)),
            Self::Secret(error) => error.what(),
        }
    }

    /// Why that stops waypost, a sentence.
    #[must_use]
    pub fn why(&self) -> String {
        match self {
            Self::NoHome => "waypost has to know where its files are.".into(),
            Self::Io { reason, .. } => format!("The system says: {reason}."),
            Self::LooseMode { .. } => "It says where events go and how they are authenticated.".into(),
            Self::NotAFile { .. } => "A plain file belongs there.".into(),
            Self::TooLarge { .. } => "A file that waypost wrote has a few hundred bytes, and never more than 1 MiB.".into(),
            Self::Syntax { .. } | Self::Shape { .. } => "waypost leaves a file that it does not understand as it is.".into(),
            Self::Newer { .. } => "Writing it in an older form could lose what the newer one added.".into(),
            Self::Invalid { errors, .. } => errors.first().map(|error| error.why.clone()).unwrap_or_default(),
            Self::Busy { lock } => format!("It holds the lock {}.", show(lock)),
            Self::Changed { .. } => "Saving now would undo that change.".into(),
            Self::Secret(error) => error.why(),
        }
    }

    /// How to mend it, a sentence.
    #[must_use]
    pub fn fix(&self) -> String {
        match self {
            Self::NoHome => "Set HOME, or give --config-dir and --state-dir.".into(),
            Self::Io { path, kind, doing, .. } => io_fix(*doing, path, *kind),
            Self::LooseMode { path, .. } => format!("Run: chmod 600 {}", shell(path)),
            Self::NotAFile { path, .. } => format!("Move {} away.", show(path)),
            Self::TooLarge { path } => format!("Correct it, or move {} away and register again.", show(path)),
            Self::Syntax { path, .. } | Self::Shape { path, .. } => {
                format!("Correct it there, or move {} away and register again.", show(path))
            }
            Self::Newer { .. } => "Use the waypost that wrote it, or a later one.".into(),
            Self::Invalid { errors, .. } => errors.first().map(|error| error.fix.clone()).unwrap_or_default(),
            Self::Busy { .. } => "Try again in a moment.".into(),
            Self::Changed { .. } => "Look at it again, then save again.".into(),
            Self::Secret(error) => error.fix(),
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}. {} {}", self.what(), self.why(), self.fix())
    }
}

impl std::error::Error for StoreError {}

impl From<VaultError> for StoreError {
    fn from(error: VaultError) -> Self {
        Self::Secret(error)
    }
}

fn io_fix(doing: Doing, path: &Path, kind: io::ErrorKind) -> String {
    let at = show(path);
    match kind {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => format!("Free some space for {at}, then try again."),
        io::ErrorKind::ReadOnlyFilesystem => "Name a directory that can be written, with --config-dir and --state-dir.".into(),
        io::ErrorKind::PermissionDenied if doing == Doing::Read => {
            format!("Make {at} readable for this user: chown or chmod it.")
        }
        io::ErrorKind::PermissionDenied => format!("Make the directory of {at} writable for this user."),
        _ => format!("See what stands at {at}, then try again."),
    }
}

/// The system's words without its number.
pub(crate) fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    match text.rfind(" (os error ") {
        Some(at) => text[..at].to_owned(),
        None => text,
    }
}

/// A path as it is shown.
pub(crate) fn show(path: &Path) -> String {
    visible(&path.to_string_lossy()).into_owned()
}

/// A path as it is pasted into a shell.
pub(crate) fn shell(path: &Path) -> String {
    let text = show(path);
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | '+' | ',' | ':' | '@' | '%');
    if text.chars().all(plain) { text } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_can_be_pasted() {
        assert_eq!(shell(Path::new("/a/b-c.json")), "/a/b-c.json");
        assert_eq!(shell(Path::new("/a b/it's")), r"'/a b/it'\''s'");
        assert_eq!(show(Path::new("/a\u{1b}[31m")), "/a\\x1b[31m");
    }

    #[test]
    fn each_refusal_of_the_system_is_mended_in_its_own_way() {
        let fix = |doing, kind: io::ErrorKind| StoreError::io(doing, Path::new("/x"), &kind.into()).fix();
        for (doing, kind, expected) in [
            (Doing::Write, io::ErrorKind::StorageFull, "Free some space for /x, then try again."),
            (Doing::Write, io::ErrorKind::QuotaExceeded, "Free some space for /x, then try again."),
            (
                Doing::CreateDir,
                io::ErrorKind::ReadOnlyFilesystem,
                "Name a directory that can be written, with --config-dir and --state-dir.",
            ),
            (Doing::Read, io::ErrorKind::PermissionDenied, "Make /x readable for this user: chown or chmod it."),
            (Doing::Write, io::ErrorKind::PermissionDenied, "Make the directory of /x writable for this user."),
            (Doing::Read, io::ErrorKind::NotADirectory, "See what stands at /x, then try again."),
        ] {
            assert_eq!(fix(doing, kind), expected, "{doing:?} {kind:?}");
        }
    }

    #[test]
    fn the_systems_number_is_left_out() {
        let error = io::Error::from_raw_os_error(rustix::io::Errno::NOSPC.raw_os_error());
        let error = StoreError::io(Doing::Write, Path::new("/x"), &error);
        assert_eq!(
            error.to_string(),
            "/x cannot be written. The system says: No space left on device. Free some space for /x, then try again."
        );
        assert_eq!(error.kind(), Kind::Disk);
    }
}
