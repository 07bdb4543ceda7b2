//! Copies the lines that were not delivered, on a thread of its own.

use std::io::{self, Write};
use std::ops::RangeInclusive;
use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::sync::{Notify, oneshot};

use crate::io::fs::reason;
use crate::io::sync::lock;
use crate::ops::lines::Line;

/// The number of bytes that are gathered before they are written.
const GATHERED: usize = 256 * 1024;

/// Where lines are copied that were not delivered.
pub trait FailedLines: Write + Send {
    /// Truncates it to that many bytes, and continues there.
    ///
    /// # Errors
    /// The system's.
    fn cut_to(&mut self, bytes: u64) -> io::Result<()>;
}

/// Accepts lines that were not delivered.
pub struct Undelivered {
    /// `None` without a file.
    writing: Option<Writing>,
    state: Arc<State>,
}

struct Writing {
    to: Sender<Line>,
    done: oneshot::Receiver<()>,
    thread: JoinHandle<()>,
}

#[derive(Default)]
struct State {
    outcome: Mutex<Copied>,
    broken: Notify,
}

/// The result of copying.
#[derive(Debug, Default)]
pub struct Copied {
    /// Why lines could not be written.
    pub error: Option<io::Error>,
    /// The numbers of the lines that are not in the file because of that.
    pub lost: Vec<RangeInclusive<u64>>,
}

impl Undelivered {
    /// Starts the thread that writes to `file`; without a file nothing is copied.
    ///
    /// # Errors
    /// The system has no thread left.
    pub fn start(file: Option<Box<dyn FailedLines>>) -> io::Result<Self> {
        let state = Arc::new(State::default());
        let Some(file) = file else { return Ok(Self { writing: None, state }) };
        let (to, lines) = channel();
        let (finished, done) = oneshot::channel();
        let of_thread = Arc::clone(&state);
        let thread = thread::Builder::new().name("undelivered".into()).spawn(move || {
            Writer { file, state: of_thread, gathered: Vec::new(), ends: Vec::new(), written: 0 }.run(&lines);
            // The receiver may have stopped waiting.
            let _ = finished.send(());
        })?;
        Ok(Self { writing: Some(Writing { to, done, thread }), state })
    }

    /// Whether lines are copied at all.
    pub const fn is_wanted(&self) -> bool {
        self.writing.is_some()
    }

    pub fn copy(&self, line: Line) {
        let Some(writing) = &self.writing else { return };
        // The thread ends early only by a panic.
        if let Err(error) = writing.to.send(line) {
            self.state.fail(io::Error::other("the thread that writes it has panicked"), [error.0.number]);
        }
    }

    /// Ready when a line could not be written.
    pub async fn broken(&self) {
        self.state.broken.notified().await;
    }

    /// Waits until everything is written, but no longer than `within`, and returns the result.
    pub async fn end(self, within: Duration) -> Copied {
        if let Some(Writing { to, done, thread }) = self.writing {
            drop(to);
            match tokio::time::timeout(within, done).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
                Err(_) => self.state.fail(io::ErrorKind::TimedOut.into(), []),
            }
        }
        let mut outcome = self.state.outcome();
        Copied { error: outcome.error.take(), lost: joined(std::mem::take(&mut outcome.lost)) }
    }
}

impl State {
    fn outcome(&self) -> MutexGuard<'_, Copied> {
        lock(&self.outcome)
    }

    fn fail(&self, error: io::Error, lost: impl IntoIterator<Item = u64>) {
        let mut outcome = self.outcome();
        outcome.error.get_or_insert(error);
        for number in lost {
            add(&mut outcome.lost, number);
        }
        drop(outcome);
        self.broken.notify_one();
    }
}

struct Writer {
    file: Box<dyn FailedLines>,
    state: Arc<State>,
    /// Not written yet.
    gathered: Vec<u8>,
    /// The number of each line in it, and where it ends there.
    ends: Vec<(u64, usize)>,
    /// The number of bytes of whole lines in the file.
    written: u64,
}

impl Writer {
    fn run(&mut self, lines: &Receiver<Line>) {
        while let Ok(line) = lines.recv() {
            self.gather(&line);
            while self.gathered.len() < GATHERED
                && let Ok(line) = lines.try_recv()
            {
                self.gather(&line);
            }
            self.write();
        }
    }

    fn gather(&mut self, line: &Line) {
        self.gathered.extend_from_slice(&line.bytes);
        if !line.bytes.ends_with(b"\n") {
            self.gathered.push(b'\n');
        }
        self.ends.push((line.number, self.gathered.len()));
    }

    fn write(&mut self) {
        let gathered = std::mem::take(&mut self.gathered);
        let (done, result) = self.put(&gathered);
        let whole = self.ends.partition_point(|(_, end)| *end <= done);
        let copied = whole.checked_sub(1).and_then(|last| self.ends.get(last)).map_or(0, |(_, end)| *end);
        self.written += copied as u64;
        if let Err(error) = result {
            let lost: Vec<_> = self.ends.drain(whole..).map(|(number, _)| number).collect();
            self.give_up(error, lost);
        }
        self.ends.clear();
    }

    /// How many bytes were written, and why not all of them.
    fn put(&mut self, bytes: &[u8]) -> (usize, io::Result<()>) {
        // Nothing is written after an error: after a torn line, whole ones would be misread.
        if self.state.outcome().error.is_some() {
            return (0, Err(io::ErrorKind::Other.into()));
        }
        let mut done = 0;
        while let Some(rest) = bytes.get(done..).filter(|rest| !rest.is_empty()) {
            match self.file.write(rest) {
                Ok(0) => return (done, Err(io::ErrorKind::WriteZero.into())),
                Ok(more) => done += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return (done, Err(error)),
            }
        }
        (done, self.file.flush())
    }

    /// Leaves no torn line in the file.
    fn give_up(&mut self, error: io::Error, lost: impl IntoIterator<Item = u64>) {
        let error = match self.file.cut_to(self.written) {
            Ok(()) => error,
            Err(_) => io::Error::new(error.kind(), format!("{}; its last line is incomplete", reason(&error))),
        };
        self.state.fail(error, lost);
    }
}

/// Sorted, with adjacent ones joined.
pub fn joined(mut ranges: Vec<RangeInclusive<u64>>) -> Vec<RangeInclusive<u64>> {
    ranges.sort_by_key(|range| *range.start());
    let mut joined: Vec<RangeInclusive<u64>> = Vec::new();
    for range in ranges {
        match joined.last_mut() {
            Some(last) if *range.start() <= last.end() + 1 => *last = *last.start()..=*range.end().max(last.end()),
            _ => joined.push(range),
        }
    }
    joined
}

/// Adds a number to ranges, growing the last one where it can.
pub fn add(ranges: &mut Vec<RangeInclusive<u64>>, number: u64) {
    match ranges.last_mut() {
        Some(last) if last.contains(&number) => {}
        Some(last) if number == last.end() + 1 => *last = *last.start()..=number,
        _ => ranges.push(number..=number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_become_ranges() {
        let mut ranges = Vec::new();
        for number in [65, 72, 73, 73, 74, 71, 69] {
            add(&mut ranges, number);
        }
        assert_eq!(ranges, [65..=65, 72..=74, 71..=71, 69..=69]);
        assert_eq!(joined(ranges), [65..=65, 69..=69, 71..=74]);
    }
}
