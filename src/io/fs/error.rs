//! What can go wrong with a file: what, why, and how to fix it.

use std::io;
use std::path::{Path, PathBuf};

use crate::domain::problem::{Fix, FixAction};
use crate::domain::shell;
use crate::domain::text::{sentence, visible};
use crate::io::limit::Limit;

/// What was being done to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    Find,
    CreateDir,
    Lock,
    Read,
    Write,
    Remove,
}

impl Operation {
    const fn participle(self) -> &'static str {
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

/// An operation on a file that failed. Contains nothing that the file contains.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.what())]
pub struct FileError {
    pub operation: Operation,
    pub path: PathBuf,
    #[source]
    pub kind: FileErrorKind,
}

/// Whether this user can change the mode of a file, and if not, why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chmod {
    Possible,
    ReadOnlyMount,
    /// It is root's; the user, who is not root.
    NotOwner {
        user: u32,
    },
}

/// Why it failed. Displayed as a clause: "it is a pipe".
#[derive(Debug, thiserror::Error)]
pub enum FileErrorKind {
    #[error("{}", reason(.0))]
    System(#[source] io::Error),
    /// Something else has the name; what, with its article.
    #[error("it is {0}")]
    NotAFile(&'static str),
    #[error("it has more than {}", size(*.limit))]
    TooLarge { limit: usize },
    /// The permission bits let others read or write it.
    #[error("its mode is {mode:04o}")]
    OpenToOthers { mode: u32, chmod: Chmod },
    /// Its owner is neither this user nor root.
    #[error("its owner is the user {owner}")]
    OtherOwner { owner: u32 },
    /// As `OpenToOthers`, by an access list: then the group bits are the list's mask (acl(5)), and `chmod` does not undo it.
    #[error("it has an ACL")]
    AccessList,
    /// Another process holds the lock.
    #[error("another process holds it")]
    Locked,
}

impl From<io::Error> for FileErrorKind {
    fn from(error: io::Error) -> Self {
        Self::System(error)
    }
}

impl FileError {
    #[must_use]
    pub fn new(operation: Operation, path: &Path, kind: impl Into<FileErrorKind>) -> Self {
        Self { operation, path: path.to_owned(), kind: kind.into() }
    }

    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(&self.kind, FileErrorKind::System(error) if error.kind() == io::ErrorKind::NotFound)
    }

    /// What is wrong, without a full stop.
    #[must_use]
    pub fn what(&self) -> String {
        let path = show(&self.path);
        match &self.kind {
            FileErrorKind::System(_) => format!("{path} cannot be {}", self.operation.participle()),
            FileErrorKind::NotAFile(found) => format!("{path} is {found}"),
            FileErrorKind::TooLarge { .. } => format!("{path} is too large"),
            FileErrorKind::OtherOwner { owner } => format!("{path} belongs to another user (uid {owner})"),
            FileErrorKind::OpenToOthers { mode, .. } => format!("{path} can be read or changed by others (mode {mode:04o})"),
            FileErrorKind::AccessList => format!("{path} has an ACL that lets others read or change it"),
            FileErrorKind::Locked => "another waypost is saving".into(),
        }
    }

    /// Why, a sentence.
    #[must_use]
    pub fn why(&self) -> String {
        match &self.kind {
            FileErrorKind::System(error) => sentence(&reason(error)),
            FileErrorKind::NotAFile(_) => "A regular file is expected there.".into(),
            FileErrorKind::TooLarge { limit } => format!("waypost reads at most {}.", size(*limit)),
            FileErrorKind::OtherOwner { .. } => "That user could change it at any time. It must be yours, or root's.".into(),
            FileErrorKind::OpenToOthers { chmod: Chmod::ReadOnlyMount, .. } => {
                "Only its owner may read or change it, and it is on a read-only mount, where its mode cannot be changed.".into()
            }
            FileErrorKind::OpenToOthers { .. } | FileErrorKind::AccessList => "Only its owner may read or change it.".into(),
            FileErrorKind::Locked => format!("It holds the lock {}.", show(&self.path)),
        }
    }

    /// How to fix it, a sentence.
    #[must_use]
    pub fn fix(&self) -> Fix {
        match &self.kind {
            FileErrorKind::System(error) => match Limit::of(error) {
                Some(limit @ Limit::Files) => limit.fix().into(),
                _ => self.system_fix(error.kind()),
            },
            FileErrorKind::NotAFile(_) | FileErrorKind::TooLarge { .. } => format!("Move {} away.", show(&self.path)).into(),
            FileErrorKind::OtherOwner { owner } => {
                format!("Run waypost as the user {owner}, or make the file yours: chown it, and chmod it to 600.").into()
            }
            FileErrorKind::OpenToOthers { chmod, .. } => {
                let path = shell::word(&self.path);
                match chmod {
                    Chmod::Possible => format!("Run: chmod 600 {path}"),
                    Chmod::ReadOnlyMount => {
                        "Mount it with mode 0400 (in Kubernetes: defaultMode 0400, without fsGroup).".to_owned()
                    }
                    Chmod::NotOwner { user } => format!("Run: sudo chown {user} {path} && sudo chmod 600 {path}"),
                }
                .into()
            }
            FileErrorKind::AccessList => {
                let path = shell::word(&self.path);
                format!("Run: setfacl -b {path} && chmod 600 {path}").into()
            }
            FileErrorKind::Locked => "Try again in a moment.".into(),
        }
    }

    fn system_fix(&self, kind: io::ErrorKind) -> Fix {
        let path = show(&self.path);
        match kind {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                format!("Free some space for {path}, then try again.").into()
            }
            io::ErrorKind::ReadOnlyFilesystem => Fix::from("Name a writable directory.").by(FixAction::SetDirectories),
            io::ErrorKind::PermissionDenied if self.operation == Operation::Read => {
                format!("Make {path} readable for this user: chown or chmod it.").into()
            }
            io::ErrorKind::PermissionDenied => format!("Make the directory of {path} writable for this user.").into(),
            _ => format!("Check {path}, then try again.").into(),
        }
    }
}

fn size(bytes: usize) -> String {
    const MIB: usize = 1024 * 1024;
    if bytes.is_multiple_of(MIB) { format!("{} MiB", bytes / MIB) } else { format!("{bytes} bytes") }
}

/// The system's words without its number.
pub(crate) fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    match text.rfind(" (os error ") {
        Some(at) => text[..at].to_owned(),
        None => text,
    }
}

/// A path as text on a screen.
pub(crate) fn show(path: &Path) -> String {
    visible(&path.to_string_lossy()).into_owned()
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;

    #[test]
    fn each_system_error_has_its_own_fix() {
        use Operation::{CreateDir, Read, Write};

        let fix = |operation, kind: io::ErrorKind| FileError::new(operation, Path::new("/x"), io::Error::from(kind)).fix().text;
        for (operation, kind, expected) in [
            (Write, io::ErrorKind::StorageFull, "Free some space for /x, then try again."),
            (Write, io::ErrorKind::QuotaExceeded, "Free some space for /x, then try again."),
            (CreateDir, io::ErrorKind::ReadOnlyFilesystem, "Name a writable directory."),
            (Read, io::ErrorKind::PermissionDenied, "Make /x readable for this user: chown or chmod it."),
            (Write, io::ErrorKind::PermissionDenied, "Make the directory of /x writable for this user."),
            (Read, io::ErrorKind::NotADirectory, "Check /x, then try again."),
        ] {
            assert_eq!(fix(operation, kind), expected, "{operation:?} {kind:?}");
        }
    }

    #[test]
    fn each_level_displays_only_itself() {
        let error = io::Error::from_raw_os_error(rustix::io::Errno::NOSPC.raw_os_error());
        let error = FileError::new(Operation::Write, Path::new("/x"), error);
        assert_eq!(error.to_string(), "/x cannot be written");
        assert_eq!(error.source().unwrap().to_string(), "No space left on device");
        assert_eq!(error.why(), "No space left on device.");
    }
}
