//! Notices when the registration or the history changes, whichever process changes it.
//!
//! On Linux the kernel reports it (inotify(7)): nothing is polled, and nothing wakes the process while nothing changes. Elsewhere
//! there is no such report, and [`Watch::start`] says so.

#[cfg(target_os = "linux")]
mod inotify;
#[cfg(test)]
mod tests;

#[cfg(target_os = "linux")]
pub use inotify::Watch;

/// What may have changed since it was last read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Changed {
    /// `destination.json`.
    pub registration: bool,
    /// The database.
    pub history: bool,
}

#[cfg(not(target_os = "linux"))]
mod unsupported {
    use std::future::pending;
    use std::io;

    use super::Changed;
    use crate::io::fs::paths::Paths;

    /// Watches nothing on this system.
    #[derive(Debug)]
    pub struct Watch;

    impl Watch {
        /// # Errors
        /// Always: nothing can be watched.
        pub fn start(_: &Paths) -> io::Result<Self> {
            Err(io::ErrorKind::Unsupported.into())
        }

        /// Never ready.
        pub async fn changed(&mut self) -> Changed {
            pending().await
        }

        /// Never ready.
        pub async fn changed_at_once(&mut self) -> Changed {
            pending().await
        }
    }
}
#[cfg(not(target_os = "linux"))]
pub use unsupported::Watch;
