//! Limits that the system sets to a process, to its user, or to the unit or container that it runs in.

use std::io;

use rustix::io::Errno;

/// What the system has refused for a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limit {
    Files,
    /// A process counts as one. A thread without memory for its stack is refused in the same words.
    Threads,
    Memory,
}

impl Limit {
    /// The limit that an error speaks of. For a call that starts a thread or a process, or opens something: a descriptor that is
    /// not ready says the same as a limit on threads.
    pub(crate) fn of(error: &io::Error) -> Option<Self> {
        match error.raw_os_error().map(Errno::from_raw_os_error)? {
            Errno::MFILE | Errno::NFILE => Some(Self::Files),
            Errno::AGAIN => Some(Self::Threads),
            Errno::NOMEM => Some(Self::Memory),
            _ => None,
        }
    }

    /// What cannot be had, a clause.
    pub(crate) const fn what(self) -> &'static str {
        match self {
            Self::Files => "No file can be opened",
            Self::Threads => "No thread can be started",
            Self::Memory => "There is no memory left",
        }
    }

    /// How to get more, a sentence.
    pub(crate) const fn fix(self) -> &'static str {
        match self {
            Self::Files => "Raise the limit on open files: ulimit -n; LimitNOFILE= in a systemd unit.",
            Self::Threads => {
                "Raise the limit on processes and threads, or on memory: ulimit -u, ulimit -v; TasksMax=, MemoryMax= in a systemd unit; --pids-limit, --memory of a container."
            }
            Self::Memory => "Raise the limit on memory: ulimit -v; MemoryMax= in a systemd unit; --memory of a container.",
        }
    }

    /// What to do about an error of a call that only a limit makes fail, a sentence.
    pub(crate) fn fix_of(error: &io::Error) -> &'static str {
        Self::of(error).map_or("Check the limits of this process: ulimit -a.", Self::fix)
    }
}
