//! Deliveries on their way into the history: gathered, and written on a thread of its own.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc::{Sender, channel};
use tokio::sync::oneshot;

use crate::domain::outcome::Delivery;
use crate::io::history;
use crate::io::paths::Paths;
use crate::io::store::StoreError;
use crate::ops::Problem;

/// How many deliveries are written at once, at most. To lock, open and close the file costs as much as ten of them.
const BATCH: usize = 64;

/// Records deliveries. A history that cannot be written is told of once, at the end; nothing stops for it.
pub struct Recorder {
    unwritten: Unwritten,
    /// Asks for what is gathered to be written.
    to: Sender<()>,
    first_problem: oneshot::Receiver<Option<Problem>>,
}

/// Deliveries that are not in the history yet.
#[derive(Clone)]
pub struct Unwritten {
    paths: Paths,
    gathered: Arc<Mutex<Vec<Delivery>>>,
    /// Held by who writes.
    writing: Arc<Mutex<()>>,
}

impl Unwritten {
    /// Writes them now, behind what is being written, and others with them.
    ///
    /// # Errors
    /// As [`history::append_all`].
    pub fn write_with(&self, others: Vec<Delivery>) -> Result<(), StoreError> {
        let _writing = lock(&self.writing);
        let mut batch = std::mem::replace(&mut *lock(&self.gathered), Vec::with_capacity(BATCH));
        batch.extend(others);
        if batch.is_empty() { Ok(()) } else { history::append_all(&self.paths, &batch) }
    }
}

fn lock<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Recorder {
    /// Starts the thread.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn start(paths: Paths) -> io::Result<Self> {
        let unwritten = Unwritten { paths, gathered: Arc::default(), writing: Arc::default() };
        let (to, mut wishes) = channel::<()>(1);
        let (done, first_problem) = oneshot::channel();
        let of_thread = unwritten.clone();
        std::thread::Builder::new().name("history".into()).spawn(move || {
            let mut first = None;
            while wishes.blocking_recv().is_some() {
                if let Err(error) = of_thread.write_with(Vec::new()) {
                    first.get_or_insert_with(|| Problem::from(error));
                }
            }
            // Nobody waits after a second stop.
            let _ = done.send(first);
        })?;
        Ok(Self { unwritten, to, first_problem })
    }

    /// What it has not written yet.
    pub fn unwritten(&self) -> Unwritten {
        self.unwritten.clone()
    }

    /// Takes a delivery; it is written when there are enough, or at the next [`Recorder::flush`].
    pub async fn add(&mut self, delivery: Delivery) {
        let enough = {
            let mut gathered = lock(&self.unwritten.gathered);
            gathered.push(delivery);
            gathered.len() >= BATCH
        };
        if enough {
            self.flush().await;
        }
    }

    /// Whether something waits for a flush.
    pub fn has_gathered(&self) -> bool {
        !lock(&self.unwritten.gathered).is_empty()
    }

    /// Asks for what is gathered to be written; waits where the disk is slower than the network.
    pub async fn flush(&mut self) {
        if self.has_gathered() {
            // A thread that died is told of at the end.
            let _ = self.to.send(()).await;
        }
    }

    /// Waits until everything is written; the first problem, if there was one.
    pub async fn end(mut self) -> Option<Problem> {
        self.flush().await;
        drop(self.to);
        self.first_problem.await.unwrap_or_else(|_| Some(Problem::unrecorded("the thread that writes it has died")))
    }
}
