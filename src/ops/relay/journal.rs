//! Deliveries on their way into the history: gathered, and written in batches on a thread of its own.

use std::future::pending;
use std::io;
use std::mem;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::sync::mpsc::{Sender, channel};
use tokio::sync::oneshot;
use tokio::time::{Instant, Sleep, sleep};

use crate::domain::delivery::{Attempt, Delivery};
use crate::domain::problem::Problem;
use crate::io::db::DbError;
use crate::io::db::history::History;
use crate::io::fs::paths::Paths;
use crate::io::sync::lock;
use crate::ops::in_flight::{Abandoned, InFlight};

/// The number of deliveries that are written without waiting for more. The history's index of ids has some hundred pages, and
/// ids are random: a batch of 64 writes as many of them as one of 512.
const BATCH: usize = 512;

/// The number of bytes of their bodies that are.
const BATCH_BYTES: usize = 4 * 1024 * 1024;

/// The number of batches that may wait while one is written: now and then SQLite waits for the disk.
const BATCHES: usize = 2;

/// How long a delivery may wait to be written to the history together with others.
const RECORD_WITHIN: Duration = Duration::from_millis(200);

/// The record of a run. A history that cannot be written is reported once, at the end; nothing stops for it. Dropped before
/// its end, as by a panic, it writes what has ended and what was under way.
pub struct Journal {
    /// Asks for what is gathered to be written.
    wake: Sender<()>,
    first_problem: oneshot::Receiver<Option<Problem>>,
    thread: JoinHandle<()>,
    abandoned: Abandoned,
    gathered: Gathered,
    /// When what is gathered is to be written.
    due: Pin<Box<Sleep>>,
}

impl Journal {
    /// Starts the thread. Needs the runtime of the worker.
    ///
    /// # Errors
    /// The system has no thread left.
    pub fn start(paths: Paths) -> io::Result<Self> {
        let shared = Arc::new(Shared { paths, unwritten: Mutex::default(), history: Mutex::default() });
        let (wake, mut woken) = channel::<()>(1);
        let (done, first_problem) = oneshot::channel();
        let of_thread = Arc::clone(&shared);
        let thread = thread::Builder::new().name("history".into()).spawn(move || {
            let mut first = None;
            while woken.blocking_recv().is_some() {
                if let Err(error) = of_thread.write() {
                    first.get_or_insert_with(|| Problem::from(error));
                }
            }
            // The receiver is gone after a panic.
            let _ = done.send(first);
        })?;
        let of_abandoned = Arc::clone(&shared);
        let abandoned: Abandoned = Arc::new(move |delivery| of_abandoned.unwritten().add(delivery));
        let due = Box::pin(sleep(RECORD_WITHIN));
        Ok(Self { wake, first_problem, thread, abandoned, gathered: Gathered(shared), due })
    }

    /// Begins a delivery. Should it be dropped before it is added, it is recorded as stopped.
    pub fn begin(&self, delivery: Delivery) -> InFlight {
        InFlight::new(delivery, Arc::clone(&self.abandoned))
    }

    /// Adds a delivery that ended. It is written when there are enough, or at the next [`Journal::flush`]. Waits where the disk is
    /// slower than the network.
    pub async fn add(&mut self, delivery: Delivery) {
        let batches = {
            let mut unwritten = self.gathered.0.unwritten();
            unwritten.add(delivery);
            unwritten.batches()
        };
        if batches >= BATCHES {
            // If the thread has panicked, `end` finds out.
            let _ = self.wake.send(()).await;
        } else if batches > 0 {
            self.flush();
        }
    }

    /// Whether something waits for a flush.
    pub fn has_unwritten(&self) -> bool {
        !self.gathered.0.unwritten().deliveries.is_empty()
    }

    /// Asks for what is gathered to be written.
    pub fn flush(&self) {
        if self.has_unwritten() {
            // If this fails, the thread was asked before and has not begun: it will write this as well.
            let _ = self.wake.try_send(());
        }
    }

    /// Ready when what is gathered was due, and is being written; never while nothing is gathered. Cancel-safe.
    pub async fn flushed_when_due(&mut self) {
        if !self.has_unwritten() {
            return pending().await;
        }
        self.due.as_mut().await;
        self.flush();
        self.due.as_mut().reset(Instant::now() + RECORD_WITHIN);
    }

    /// Waits until everything is written; the first problem, if there was one.
    pub async fn end(self) -> Option<Problem> {
        self.flush();
        let Self { wake, first_problem, thread, gathered, .. } = self;
        drop(wake);
        let first = match first_problem.await {
            Ok(first) => first,
            // It ends without a word only by a panic, which is ours then.
            Err(_) => thread.join().map_or_else(|panic| resume_unwind(panic), |()| None),
        };
        drop(gathered);
        first
    }
}

/// The bytes of its bodies.
fn bytes_of(attempt: &Attempt) -> usize {
    attempt.request.body.len() + attempt.response.as_ref().map_or(0, |response| response.body.len())
}

/// What has ended, and is not in the history yet.
#[derive(Default)]
struct Unwritten {
    deliveries: Vec<Delivery>,
    /// The bytes of their bodies.
    bytes: usize,
}

impl Unwritten {
    fn add(&mut self, delivery: Delivery) {
        self.bytes += delivery.attempts.iter().map(bytes_of).sum::<usize>();
        self.deliveries.push(delivery);
    }

    /// How many batches it makes.
    fn batches(&self) -> usize {
        (self.deliveries.len() / BATCH).max(self.bytes / BATCH_BYTES)
    }

    /// Takes the deliveries, and leaves a list with room for as many.
    fn take(&mut self) -> Vec<Delivery> {
        self.bytes = 0;
        let room = Vec::with_capacity(self.deliveries.len());
        mem::replace(&mut self.deliveries, room)
    }
}

struct Shared {
    paths: Paths,
    unwritten: Mutex<Unwritten>,
    /// Open from the first write on: opening it costs as much as a batch.
    history: Mutex<Option<History>>,
}

impl Shared {
    fn unwritten(&self) -> MutexGuard<'_, Unwritten> {
        lock(&self.unwritten)
    }

    fn write(&self) -> Result<(), DbError> {
        let mut history = lock(&self.history);
        let batch = self.unwritten().take();
        if batch.is_empty() {
            return Ok(());
        }
        let open = match history.take() {
            Some(open) => open,
            None => History::open(&self.paths)?,
        };
        history.insert(open).append(&batch)
    }
}

/// Writes what is left when dropped, and waits for a write that is under way.
struct Gathered(Arc<Shared>);

impl Drop for Gathered {
    fn drop(&mut self) {
        if let Err(error) = self.0.write() {
            tracing::warn!(why = %error, "not recorded");
        }
    }
}
