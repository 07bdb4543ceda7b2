//! Notices when the registration or the history changes, whichever process or machine changes it.
//!
//! On Linux the kernel reports it (inotify(7)): nothing is polled, and nothing wakes the process while nothing changes. Elsewhere,
//! and where the kernel has no more watches for this user, the files are looked at once a second. A registration that machines
//! share is watched on NATS.

mod changed;
#[cfg(target_os = "linux")]
mod inotify;
mod polled;
#[cfg(test)]
mod tests;

use std::future::pending;

use tokio::sync::watch::Receiver;

use crate::io::fs::paths::Paths;
pub use changed::Changed;

/// Watches the registration and the history. A future of it may be dropped: nothing is lost.
#[derive(Debug)]
pub struct Watch {
    files: Files,
    /// Reports changes of the registration where it is not in a file.
    entry: Option<Receiver<()>>,
}

#[derive(Debug)]
enum Files {
    #[cfg(target_os = "linux")]
    Reported(inotify::Files),
    Polled(polled::Files),
}

impl Watch {
    /// Watches from now on. Needs a runtime.
    #[must_use]
    pub fn start(paths: &Paths) -> Self {
        Self { files: Files::start(paths), entry: None }
    }

    /// The same of a registration that is elsewhere: `entry` reports its changes.
    #[must_use]
    pub fn with_entry(paths: &Paths, entry: Receiver<()>) -> Self {
        Self { entry: Some(entry), ..Self::start(paths) }
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
                changed = self.files.changed(at_once) => {
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

impl Files {
    fn start(paths: &Paths) -> Self {
        #[cfg(target_os = "linux")]
        match inotify::Files::start(paths) {
            Ok(files) => return Self::Reported(files),
            Err(error) => tracing::warn!(why = %error, "changes are not reported: looking once a second"),
        }
        Self::Polled(polled::Files::start(paths))
    }

    async fn changed(&mut self, at_once: bool) -> Changed {
        match self {
            #[cfg(target_os = "linux")]
            Self::Reported(files) if at_once => files.changed_at_once().await,
            #[cfg(target_os = "linux")]
            Self::Reported(files) => files.changed().await,
            Self::Polled(files) => files.changed(at_once).await,
        }
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
