//! Deliveries on their way into the history: gathered, and written on a thread of its own.

use std::io;
use std::sync::Arc;

use tokio::sync::mpsc::{Sender, channel};
use tokio::sync::oneshot;

use super::ledger::Lines;
use crate::domain::delivery::Outcome;
use crate::ops::Problem;

/// How many deliveries are written at once, at most. To lock, open and close the file costs as much as ten of them.
const BATCH: usize = 64;

/// Records deliveries. A history that cannot be written is told of once, at the end; nothing stops for it.
pub struct Recorder {
    lines: Arc<Lines>,
    /// Asks for what is over to be written.
    to: Sender<()>,
    first_problem: oneshot::Receiver<Option<Problem>>,
}

impl Recorder {
    /// Starts the thread.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn start(lines: Arc<Lines>) -> io::Result<Self> {
        let (to, mut wishes) = channel::<()>(1);
        let (done, first_problem) = oneshot::channel();
        let of_thread = Arc::clone(&lines);
        std::thread::Builder::new().name("history".into()).spawn(move || {
            let mut first = None;
            while wishes.blocking_recv().is_some() {
                if let Err(error) = of_thread.write() {
                    first.get_or_insert_with(|| Problem::from(error));
                }
            }
            // Nobody waits after a second stop.
            let _ = done.send(first);
        })?;
        Ok(Self { lines, to, first_problem })
    }

    /// A line is over; it is written when there are enough, or at the next [`Recorder::flush`]. Its outcome; nothing where a panic
    /// was before it.
    pub async fn over(&mut self, number: u64) -> Option<Outcome> {
        let (outcome, unwritten) = self.lines.over(number)?;
        if unwritten >= BATCH {
            self.flush().await;
        }
        Some(outcome)
    }

    /// Whether something waits for a flush.
    pub fn has_gathered(&self) -> bool {
        self.lines.has_unwritten()
    }

    /// Asks for what is gathered to be written; waits where the disk is slower than the network.
    pub async fn flush(&mut self) {
        if self.has_gathered() {
            // A thread that has ended is told of at the end.
            let _ = self.to.send(()).await;
        }
    }

    /// Waits until everything is written; the first problem, if there was one.
    pub async fn end(mut self) -> Option<Problem> {
        self.flush().await;
        drop(self.to);
        self.first_problem.await.unwrap_or_else(|_| Some(Problem::unrecorded("the thread that writes it has ended")))
    }
}
