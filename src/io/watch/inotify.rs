//! The watch on Linux. Directories are watched, not files: saving replaces a file by a new one.
//!
//! A directory that does not exist yet is waited for in the nearest one that does. Of the database only writing counts: a reader
//! creates and removes `-wal` and `-shm`, and would wake itself for ever.

use std::ffi::{OsStr, OsString};
use std::future::pending;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::inotify::{CreateFlags, ReadFlags, Reader, WatchFlags, add_watch, init};
use rustix::io::Errno;
use tokio::io::unix::AsyncFd;
use tokio::time::{Instant, sleep_until};

use super::changed::Changed;
use crate::io::fs::paths::Paths;

/// Changes that follow each other closely are reported together: a run of `send --lines` writes many times a second.
const GATHER: Duration = Duration::from_millis(50);

/// The shortest time between two changes that are reported at once: the kernel reports each page that is written, also by this
/// process.
const REST: Duration = Duration::from_millis(10);

/// A new name in a directory, or one less.
const RENAMED: ReadFlags = ReadFlags::CREATE.union(ReadFlags::MOVED_TO).union(ReadFlags::MOVED_FROM).union(ReadFlags::DELETE);

/// The directory itself has gone.
const GONE: ReadFlags = ReadFlags::DELETE_SELF.union(ReadFlags::MOVE_SELF).union(ReadFlags::IGNORED).union(ReadFlags::UNMOUNT);

/// Watches the registration and the history. A future of [`Files::changed`] may be dropped: nothing is lost.
#[derive(Debug)]
pub struct Files {
    paths: Paths,
    places: Places,
    pending: Changed,
    rests_until: Instant,
}

/// What is watched, until a directory comes or goes.
#[derive(Debug)]
struct Places {
    inotify: AsyncFd<OwnedFd>,
    interests: Vec<(i32, Interest)>,
}

/// A name in a watched directory, or the watched file itself, and what its events mean.
#[derive(Clone, Debug)]
struct Interest {
    name: Option<OsString>,
    events: ReadFlags,
    what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Registration,
    History,
    /// On the way to a directory that is missing: all is to be looked for anew.
    Way,
}

impl Files {
    /// Watches from now on. Needs a runtime.
    ///
    /// # Errors
    /// The system's, such as too many watches of this user.
    pub fn start(paths: &Paths) -> io::Result<Self> {
        Ok(Self { paths: paths.clone(), places: Places::find(paths)?, pending: Changed::default(), rests_until: Instant::now() })
    }

    /// Waits for a change, and for those that follow it closely.
    pub async fn changed(&mut self) -> Changed {
        self.wait().await;
        tokio::time::sleep(GATHER).await;
        self.read();
        std::mem::take(&mut self.pending)
    }

    /// Waits for a change, but reports the next one after a rest.
    pub async fn changed_at_once(&mut self) -> Changed {
        sleep_until(self.rests_until).await;
        self.wait().await;
        self.rests_until = Instant::now() + REST;
        std::mem::take(&mut self.pending)
    }

    async fn wait(&mut self) {
        while self.pending == Changed::default() {
            match self.places.inotify.readable().await {
                Ok(mut guard) => guard.clear_ready(),
                // The runtime has no more events: nothing will be reported.
                Err(_) => pending().await,
            }
            self.read();
        }
    }

    /// Reads the reports that have come.
    fn read(&mut self) {
        let mut buffer = [MaybeUninit::uninit(); 4096];
        let mut reader = Reader::new(self.places.inotify.get_ref(), &mut buffer);
        let mut lost = false;
        loop {
            match reader.next() {
                Ok(event) => {
                    let name = event.file_name().map(|name| OsStr::from_bytes(name.to_bytes()));
                    lost |= event.events().intersects(GONE.union(ReadFlags::QUEUE_OVERFLOW));
                    for (_, interest) in self.places.interests.iter().filter(|(watch, _)| *watch == event.wd()) {
                        if name == interest.name.as_deref() && event.events().intersects(interest.events) {
                            match interest.what {
                                What::Registration => self.pending.registration = true,
                                What::History => self.pending.history = true,
                                What::Way => lost = true,
                            }
                        }
                    }
                }
                Err(Errno::INTR) => {}
                Err(_) => break,
            }
        }
        if lost {
            if let Ok(places) = Places::find(&self.paths) {
                self.places = places;
            }
            self.pending = Changed { registration: true, history: true };
        }
    }
}

impl Places {
    fn find(paths: &Paths) -> io::Result<Self> {
        #[expect(deprecated, reason = "for any type it is unsound; an OwnedFd does keep its descriptor open")]
        let inotify = AsyncFd::new(init(CreateFlags::NONBLOCK.union(CreateFlags::CLOEXEC))?)?;
        let mut places = Self { inotify, interests: Vec::new() };
        let file = paths.destination_file();
        places.add(&file, RENAMED.union(ReadFlags::CLOSE_WRITE), What::Registration)?;
        // It may be a link: then what it leads to is replaced.
        match file.canonicalize() {
            Ok(target) if target != file => places.add(&target, RENAMED.union(ReadFlags::CLOSE_WRITE), What::Registration)?,
            _ => {}
        }
        let database = paths.database_file();
        places.add(&database, ReadFlags::MODIFY.union(RENAMED), What::History)?;
        let mut log = database.into_os_string();
        log.push("-wal");
        places.add(Path::new(&log), ReadFlags::MODIFY, What::History)?;
        places.add_lock(&paths.relay_lock_file())?;
        Ok(places)
    }

    /// Watches for a relay that takes its lock, and for its end, however it ends. The file itself, which is never replaced: in its
    /// directory, readers of the database close files as well.
    fn add_lock(&mut self, file: &Path) -> io::Result<()> {
        let events = WatchFlags::MODIFY | WatchFlags::CLOSE_WRITE;
        match add_watch(self.inotify.get_ref(), file, events) {
            Ok(watch) => {
                let events = ReadFlags::from_bits_retain(events.bits());
                self.interests.push((watch, Interest { name: None, events, what: What::History }));
                Ok(())
            }
            Err(_) => self.add(file, ReadFlags::CREATE, What::Way),
        }
    }

    /// Watches for a file, or for the directory that is to contain it.
    fn add(&mut self, file: &Path, events: ReadFlags, what: What) -> io::Result<()> {
        let (mut path, mut interest) = (file.to_owned(), (events, what));
        loop {
            let (Some(dir), Some(name)) = (path.parent().map(PathBuf::from), path.file_name()) else { return Ok(()) };
            // Both kinds of events have the same bits.
            let flags = WatchFlags::from_bits_retain(interest.0.bits());
            let own = WatchFlags::DELETE_SELF | WatchFlags::MOVE_SELF | WatchFlags::ONLYDIR | WatchFlags::MASK_ADD;
            match add_watch(self.inotify.get_ref(), &dir, flags | own) {
                Ok(watch) => {
                    let (events_here, what_here) = interest;
                    self.interests.push((watch, Interest { name: Some(name.to_owned()), events: events_here, what: what_here }));
                    // Created since it was found to be missing: it can be watched after all.
                    if what_here == What::Way && path.is_dir() {
                        return self.add(file, events, what);
                    }
                    return Ok(());
                }
                Err(Errno::NOENT | Errno::NOTDIR | Errno::ACCESS) => {
                    path = dir;
                    interest = (ReadFlags::CREATE.union(ReadFlags::MOVED_TO), What::Way);
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
}
