//! Deliveries on their way into the history: gathered, and written on a thread of its own.

use std::io;

use tokio::sync::mpsc::{Sender, channel};
use tokio::sync::oneshot;

use crate::domain::outcome::Delivery;
use crate::io::history;
use crate::io::paths::Paths;
use crate::ops::Problem;

/// How many deliveries are written at once, at most. To lock, open and close the file costs as much as ten of them.
const BATCH: usize = 64;

/// Records deliveries. A history that cannot be written is told of once, at the end; nothing stops for it.
pub struct Recorder {
    gathered: Vec<Delivery>,
    to: Sender<Vec<Delivery>>,
    first_problem: oneshot::Receiver<Option<Problem>>,
}

impl Recorder {
    /// Starts the thread.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn start(paths: Paths) -> io::Result<Self> {
        let (to, mut batches) = channel::<Vec<Delivery>>(1);
        let (done, first_problem) = oneshot::channel();
        std::thread::Builder::new().name("history".into()).spawn(move || {
            let mut first = None;
            while let Some(batch) = batches.blocking_recv() {
                if let Err(error) = history::append_all(&paths, &batch) {
                    first.get_or_insert_with(|| Problem::from(error));
                }
            }
            // Nobody waits after a second stop.
            let _ = done.send(first);
        })?;
        Ok(Self { gathered: Vec::new(), to, first_problem })
    }

    /// Takes a delivery; it is written when there are enough, or at the next [`Recorder::flush`].
    pub async fn add(&mut self, delivery: Delivery) {
        self.gathered.push(delivery);
        if self.gathered.len() >= BATCH {
            self.flush().await;
        }
    }

    /// Whether something waits for a flush.
    pub const fn has_gathered(&self) -> bool {
        !self.gathered.is_empty()
    }

    /// Hands over what is gathered; waits where the disk is slower than the network.
    pub async fn flush(&mut self) {
        if !self.gathered.is_empty() {
            // A thread that died is told of at the end.
            let _ = self.to.send(std::mem::replace(&mut self.gathered, Vec::with_capacity(BATCH))).await;
        }
    }

    /// Waits until everything is written; the first problem, if there was one.
    pub async fn end(mut self) -> Option<Problem> {
        self.flush().await;
        drop(self.to);
        self.first_problem.await.unwrap_or_else(|_| Some(Problem::unrecorded("the thread that writes it has died")))
    }
}
