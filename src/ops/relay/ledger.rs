//! The lines of a run from their first attempt until they are in the history, known to the whole process: a panic still records
//! them. Behind one nothing goes on: what was recorded then is the end of each line, and no other is sent.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use crate::domain::delivery::{Attempt, Delivery, Outcome};
use crate::domain::destination::{Destination, DestinationId, Settings};
use crate::domain::request::Request;
use crate::io::fs::FileError;
use crate::io::fs::paths::Paths;
use crate::io::history;
use crate::ops::in_flight::interrupted;

/// The lines of a run.
pub struct Ledger {
    lines: Arc<Lines>,
    to: Settings,
}

/// After a panic: what has not ended is recorded as stopped.
impl Drop for Ledger {
    fn drop(&mut self) {
        self.lines.close(&self.to);
    }
}

/// What is known of them.
pub struct Lines {
    paths: Paths,
    destination_id: DestinationId,
    /// What the events are called: `NAME:LINE`.
    name: String,
    state: Mutex<State>,
    /// Held by who writes.
    writing: Mutex<()>,
}

#[derive(Default)]
struct State {
    /// By number.
    begun: BTreeMap<u64, Begun>,
    /// Over, and not in the history yet.
    unwritten: Vec<Delivery>,
    /// A panic has taken all of it.
    closed: bool,
}

struct Begun {
    id: String,
    /// Those that have ended.
    attempts: Vec<Attempt>,
    /// The one that has not.
    now: Option<(Arc<Request>, Timestamp)>,
}

impl Ledger {
    /// Nothing has begun yet.
    pub fn new(paths: Paths, name: &str, to: &Destination) -> Self {
        let state = Mutex::new(State::default());
        let name = name.to_owned();
        let lines = Arc::new(Lines { paths, destination_id: to.id().clone(), name, state, writing: Mutex::default() });
        Self { lines, to: to.settings().clone() }
    }

    /// What is known of the lines.
    pub fn lines(&self) -> Arc<Lines> {
        Arc::clone(&self.lines)
    }
}

impl Lines {
    /// An attempt begins. Whether it may.
    pub fn takes_off(&self, number: u64, id: &str, request: Arc<Request>, started_at: Timestamp) -> bool {
        let mut state = lock(&self.state);
        let may = !state.closed;
        if may {
            let begun = state.begun.entry(number).or_insert_with(|| Begun { id: id.to_owned(), attempts: Vec::new(), now: None });
            begun.now = Some((request, started_at));
        }
        may
    }

    /// The attempt is over. Nothing where a panic was before it.
    pub fn lands(&self, number: u64, attempt: Attempt) -> Option<()> {
        let mut state = lock(&self.state);
        let begun = state.begun.get_mut(&number)?;
        begun.now = None;
        begun.attempts.push(attempt);
        Some(())
    }

    /// Looks at the attempts of a line that has begun. Nothing where a panic was before it.
    pub fn look<T>(&self, number: u64, at: impl FnOnce(&[Attempt]) -> T) -> Option<T> {
        lock(&self.state).begun.get(&number).map(|begun| at(&begun.attempts))
    }

    /// The line is over, and to be written. Its outcome, and how many are to be written now; nothing where a panic was before it.
    pub fn over(&self, number: u64) -> Option<(Outcome, usize)> {
        let mut state = lock(&self.state);
        let delivery = self.delivery(number, state.begun.remove(&number)?);
        let outcome = delivery.outcome();
        state.unwritten.push(delivery);
        Some((outcome, state.unwritten.len()))
    }

    /// Whether something is to be written.
    pub fn has_unwritten(&self) -> bool {
        !lock(&self.state).unwritten.is_empty()
    }

    /// Writes what is to be written.
    ///
    /// # Errors
    /// As [`history::append_all`].
    pub fn write(&self) -> Result<(), FileError> {
        let _writing = lock(&self.writing);
        let batch = {
            let mut state = lock(&self.state);
            let room = Vec::with_capacity(state.unwritten.len());
            std::mem::replace(&mut state.unwritten, room)
        };
        if batch.is_empty() { Ok(()) } else { history::append_all(&self.paths, &batch) }
    }

    /// Records everything that is not in the history, as a panic leaves it.
    fn close(&self, to: &Settings) {
        let (mut batch, begun) = {
            let mut state = lock(&self.state);
            state.closed = true;
            (std::mem::take(&mut state.unwritten), std::mem::take(&mut state.begun))
        };
        for (number, mut line) in begun {
            if let Some((request, started_at)) = line.now.take() {
                line.attempts.push(interrupted(to, &request, started_at));
            }
            batch.push(self.delivery(number, line));
        }
        // Behind what is being written.
        let _writing = lock(&self.writing);
        // There is nobody left to tell.
        if !batch.is_empty() {
            let _ = history::append_all(&self.paths, &batch);
        }
    }

    fn delivery(&self, number: u64, line: Begun) -> Delivery {
        Delivery {
            id: line.id,
            destination_id: self.destination_id.clone(),
            event: format!("{}:{number}", self.name),
            attempts: line.attempts,
        }
    }
}

fn lock<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}
