//! The watch where the system reports nothing: looks at the files once a second.
//!
//! What it cannot see is the end of a relay, whose lock leaves no trace in its file: that is reported with the next change.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::changed::Changed;
use crate::io::fs::paths::Paths;

/// How often.
const EVERY: Duration = Duration::from_secs(1);

/// Looks at the registration and the history. A future of [`Files::changed`] may be dropped: nothing is lost.
#[derive(Debug)]
pub struct Files {
    paths: Paths,
    seen: Seen,
    next: Instant,
}

/// What was found at the last look.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    registration: Option<Mark>,
    history: [Option<Mark>; 3],
}

/// What differs once a file was written or replaced: inode, length, and the time of the last change.
type Mark = (u64, u64, i64, i64);

impl Files {
    /// Looks from now on.
    pub fn start(paths: &Paths) -> Self {
        Self { paths: paths.clone(), seen: Seen::look(paths), next: Instant::now() + EVERY }
    }

    /// Waits for a change. Those of the same second are reported together, as there is no sooner.
    pub async fn changed(&mut self, _at_once: bool) -> Changed {
        loop {
            sleep_until(self.next).await;
            self.next = Instant::now() + EVERY;
            let now = Seen::look(&self.paths);
            let changed =
                Changed { registration: now.registration != self.seen.registration, history: now.history != self.seen.history };
            self.seen = now;
            if changed != Changed::default() {
                return changed;
            }
        }
    }
}

impl Seen {
    fn look(paths: &Paths) -> Self {
        let database = paths.database_file();
        let mut log = database.clone().into_os_string();
        log.push("-wal");
        // Who reads the database creates an empty log, and removes it.
        let log = mark(Path::new(&log)).filter(|(_, length, ..)| *length > 0);
        Self { registration: mark(&paths.destination_file()), history: [mark(&database), log, mark(&paths.relay_lock_file())] }
    }
}

fn mark(file: &Path) -> Option<Mark> {
    let found = fs::metadata(file).ok()?;
    Some((found.ino(), found.len(), found.mtime(), found.mtime_nsec()))
}
