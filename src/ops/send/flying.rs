//! The lines that have begun and are not over, known to the whole process: a panic still records them, and with them what was
//! not written yet.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::recorder::Unwritten;
use crate::at_panic::Left;
use crate::domain::destination::Settings;
use crate::domain::outcome::{Attempt, Delivery};
use crate::domain::request::Request;
use crate::ops::flight::cut_off;

/// The lines of a run.
pub struct Flying {
    lines: Arc<Lines>,
    _at_panic: Left,
}

struct Lines {
    /// In flight, by seat.
    seats: Vec<Mutex<Option<InFlight>>>,
    /// Between two attempts, by number.
    waiting: Mutex<HashMap<u64, Begun>>,
}

/// A line with what came of it so far.
#[derive(Clone)]
pub struct Begun {
    /// From 1.
    pub number: u64,
    /// `webhook-id`
    pub id: String,
    /// Those that have ended.
    pub attempts: Vec<Attempt>,
}

impl Begun {
    /// The record of it, when it is over; `name` is what the events are called.
    pub fn over(self, name: &str) -> Delivery {
        Delivery { id: self.id, event: format!("{name}:{}", self.number), attempts: self.attempts }
    }
}

/// A line in flight.
struct InFlight {
    line: Begun,
    request: Arc<Request>,
    started_at: Timestamp,
}

/// A place for one line at a time.
pub struct Seat(Arc<Lines>, usize);

impl Flying {
    /// Nothing has begun yet. `name` is what the events are called.
    pub fn new(seats: usize, name: &str, to: &Settings, unwritten: Unwritten) -> Self {
        let lines = Arc::new(Lines { seats: (0..seats).map(|_| Mutex::default()).collect(), waiting: Mutex::default() });
        let (left, name, to) = (Arc::clone(&lines), name.to_owned(), to.clone());
        let at_panic = Left::to_do(move || {
            let cut = left.seats.iter().filter_map(|seat| lock(seat).take()).map(|InFlight { mut line, request, started_at }| {
                line.attempts.push(cut_off(&to, &request, started_at));
                line
            });
            let waiting = std::mem::take(&mut *lock(&left.waiting));
            // There is nobody left to tell.
            let _ = unwritten.write_with(cut.chain(waiting.into_values()).map(|line| line.over(&name)).collect());
        });
        Self { lines, _at_panic: at_panic }
    }

    /// All seats, free.
    pub fn seats(&self) -> impl Iterator<Item = Seat> {
        (0..self.lines.seats.len()).map(|at| Seat(Arc::clone(&self.lines), at))
    }

    /// A line waits for its next attempt.
    pub fn waits(&self, line: Begun) {
        lock(&self.lines.waiting).insert(line.number, line);
    }

    /// It waits no longer.
    pub fn waited(&self, number: u64) {
        lock(&self.lines.waiting).remove(&number);
    }
}

impl Seat {
    /// A line is sent.
    pub fn take(&self, line: Begun, request: Arc<Request>, started_at: Timestamp) {
        *self.lock() = Some(InFlight { line, request, started_at });
    }

    /// The attempt is over. Nothing when a panic has taken the line already: the program is ending.
    pub fn leave(&self) -> Option<Begun> {
        self.lock().take().map(|line| line.line)
    }

    fn lock(&self) -> MutexGuard<'_, Option<InFlight>> {
        lock(&self.0.seats[self.1])
    }
}

fn lock<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}
