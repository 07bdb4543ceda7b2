//! Notices when the registration or the history changes, whichever process or machine changes it.
//!
//! On Linux the kernel reports it (inotify(7)): nothing is polled, and nothing wakes the process while nothing changes. Elsewhere
//! there is no such report, and [`Watch::start`] says so. A registration that machines share is watched on NATS.

mod changed;
#[cfg(target_os = "linux")]
mod inotify;
#[cfg(test)]
mod tests;

use std::future::pending;
use std::io;

use tokio::sync::watch::Receiver;

use crate::io::fs::paths::Paths;
pub use changed::Changed;
#[cfg(target_os = "linux")]
use inotify::Files;
#[cfg(not(target_os = "linux"))]
use unsupported::Files;

/// Watches the registration and the history. A future of it may be dropped: nothing is lost.
#[derive(Debug)]
pub struct Watch {
    /// `None` where they cannot be watched, and something else can.
    files: Option<Files>,
    /// Reports of the registration, if it is not in a file.
    entry: Option<Receiver<()>>,
}

impl Watch {
    /// Watches from now on. Needs a runtime.
    ///
    /// # Errors
    /// The system's, such as too many watches of this user.
    pub fn start(paths: &Paths) -> io::Result<Self> {
        Ok(Self { files: Some(Files::start(paths)?), entry: None })
    }

    /// The same of a registration that is elsewhere: `entry` reports its changes.
    #[must_use]
    pub fn with_entry(paths: &Paths, entry: Receiver<()>) -> Self {
        Self { files: Files::start(paths).ok(), entry: Some(entry) }
    }

    /// Waits for a change, and for those that follow it closely.
    pub async fn changed(&mut self) -> Changed {
        self.next(false).await
    }

    /// Waits for a change.
    pub async fn changed_at_once(&mut self) -> Changed {
        self.next(true).await
    }

    async fn next(&mut self, at_once: bool) -> Changed {
        let is_elsewhere = self.entry.is_some();
        loop {
            tokio::select! {
                changed = of_files(self.files.as_mut(), at_once) => {
                    let changed = Changed { registration: changed.registration && !is_elsewhere, ..changed };
                    if changed != Changed::default() {
                        return changed;
                    }
                }
                () = of_entry(self.entry.as_mut()) => return Changed { registration: true, history: false },
            }
        }
    }
}

async fn of_files(files: Option<&mut Files>, at_once: bool) -> Changed {
    match files {
        Some(files) if at_once => files.changed_at_once().await,
        Some(files) => files.changed().await,
        None => pending().await,
    }
}

async fn of_entry(entry: Option<&mut Receiver<()>>) {
    match entry {
        Some(entry) => {
            if entry.changed().await.is_err() {
                // Who reported has ended.
                pending::<()>().await;
            }
        }
        None => pending().await,
    }
}

#[cfg(not(target_os = "linux"))]
mod unsupported {
    use std::future::pending;
    use std::io;

    use super::changed::Changed;
    use crate::io::fs::paths::Paths;

    /// Watches nothing on this system.
    #[derive(Debug)]
    pub struct Files;

    impl Files {
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
