//! Limits that the system sets to a process, to its user, or to the unit or container that it runs in.

use std::io;

use rustix::io::Errno;

/// What the system refused because of a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limit {
    Files,
    /// Processes count, too. If there is no memory for the stack of a thread, the error is the same.
    Threads,
    Memory,
}

impl Limit {
    /// The limit that an error is about. Only for errors of a call that starts a thread or a process, or opens something: elsewhere,
    /// `EAGAIN` means that a descriptor is not ready.
    pub(crate) fn of(error: &io::Error) -> Option<Self> {
        match error.raw_os_error().map(Errno::from_raw_os_error)? {
            Errno::MFILE | Errno::NFILE => Some(Self::Files),
            Errno::AGAIN => Some(Self::Threads),
            Errno::NOMEM => Some(Self::Memory),
            _ => None,
        }
    }

    /// What is not available, as a clause.
    pub(crate) const fn what(self) -> &'static str {
        match self {
            Self::Files => "No file can be opened",
            Self::Threads => "No thread can be started",
            Self::Memory => "There is no memory left",
        }
    }

    /// How to raise the limit, as a sentence.
    pub(crate) const fn fix(self) -> &'static str {
        match self {
            Self::Files => "Raise the limit on open files: ulimit -n; LimitNOFILE= in a systemd unit.",
            Self::Threads => {
                "Raise the limit on processes and threads, or on memory: ulimit -u, ulimit -v; TasksMax=, MemoryMax= in a systemd unit; --pids-limit, --memory of a container."
            }
            Self::Memory => "Raise the limit on memory: ulimit -v; MemoryMax= in a systemd unit; --memory of a container.",
        }
    }

    /// What to do about an error of a call that fails only because of a limit, as a sentence.
    pub(crate) fn fix_of(error: &io::Error) -> &'static str {
        Self::of(error).map_or("Check the limits of this process: ulimit -a.", Self::fix)
    }
}
