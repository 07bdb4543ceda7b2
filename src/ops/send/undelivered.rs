//! Where lines go that were not delivered: written on a thread of its own, in the form in which they came.

use std::io::{self, Write};
use std::ops::RangeInclusive;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, oneshot};

use super::input::Line;

/// How many bytes are gathered before they are written.
const GATHERED: usize = 256 * 1024;

enum Piece {
    Line(Line),
    /// A line too long to be held: its number, and its pieces as they come.
    Long(u64, Receiver<Vec<u8>>),
    /// Asks to be told when everything before it is written.
    Mark(oneshot::Sender<()>),
}

/// Takes lines that were not delivered.
#[derive(Clone)]
pub struct Undelivered {
    /// `None` where nobody wants them.
    to: Option<Sender<Piece>>,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    inner: Mutex<Inner>,
    broken: Notify,
}

#[derive(Default)]
struct Inner {
    /// Why the file cannot be written.
    error: Option<io::Error>,
    lost: Vec<RangeInclusive<u64>>,
}

/// How the writing ended.
#[derive(Debug, Default)]
pub struct Kept {
    /// Why lines could not be written.
    pub error: Option<io::Error>,
    /// The numbers of lines that are in no file because of that.
    pub lost: Vec<RangeInclusive<u64>>,
}

impl Undelivered {
    /// Starts the thread that writes to `file`; without a file nothing is kept.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn start(file: Option<Box<dyn Write + Send>>) -> io::Result<Self> {
        let state = Arc::new(State::default());
        let Some(file) = file else { return Ok(Self { to: None, state }) };
        let (to, pieces) = channel();
        let of_thread = Arc::clone(&state);
        std::thread::Builder::new().name("undelivered".into()).spawn(move || {
            Writer { file, state: of_thread, gathered: Vec::new(), numbers: Vec::new() }.run(&pieces);
        })?;
        Ok(Self { to: Some(to), state })
    }

    /// Whether lines are kept at all.
    pub const fn is_wanted(&self) -> bool {
        self.to.is_some()
    }

    /// Keeps a line.
    pub fn keep(&self, line: Line) {
        self.give(Piece::Line(line));
    }

    /// Keeps a line that comes in pieces.
    pub fn keep_long(&self, number: u64, pieces: Receiver<Vec<u8>>) {
        self.give(Piece::Long(number, pieces));
    }

    /// Ready when a line could not be written.
    pub async fn broken(&self) {
        self.state.broken.notified().await;
    }

    /// Waits until everything that was given is written, and says what could not be. Not bound to the thread's end: the reader
    /// of the input may hold on to us for as long as no input comes.
    pub async fn settled(&self) -> Kept {
        if let Some(to) = &self.to {
            let (written, awaited) = oneshot::channel();
            if to.send(Piece::Mark(written)).is_err() || awaited.await.is_err() {
                self.state.break_with(died(), []);
            }
        }
        let mut inner = self.state.lock();
        Kept { error: inner.error.take(), lost: joined(std::mem::take(&mut inner.lost)) }
    }

    fn give(&self, piece: Piece) {
        let Some(to) = &self.to else { return };
        // The thread ends only after the last of us; should it have died, its lines are lost, and that is told.
        if let Err(error) = to.send(piece) {
            let number = match &error.0 {
                Piece::Line(line) => Some(line.number),
                Piece::Long(number, _) => Some(*number),
                Piece::Mark(_) => None,
            };
            self.state.break_with(died(), number);
        }
    }
}

fn died() -> io::Error {
    io::Error::other("the thread that writes it has died")
}

impl State {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn break_with(&self, error: io::Error, numbers: impl IntoIterator<Item = u64>) {
        let mut inner = self.lock();
        inner.error.get_or_insert(error);
        for number in numbers {
            add(&mut inner.lost, number);
        }
        drop(inner);
        self.broken.notify_one();
    }
}

struct Writer {
    file: Box<dyn Write + Send>,
    state: Arc<State>,
    /// Not yet written.
    gathered: Vec<u8>,
    /// The lines in it.
    numbers: Vec<u64>,
}

impl Writer {
    fn run(&mut self, pieces: &Receiver<Piece>) {
        while let Ok(piece) = pieces.recv() {
            let mut mark = self.take(piece);
            while mark.is_none()
                && self.gathered.len() < GATHERED
                && let Ok(piece) = pieces.try_recv()
            {
                mark = self.take(piece);
            }
            self.write();
            if let Some(mark) = mark {
                // Whoever asked may have gone.
                let _ = mark.send(());
            }
        }
    }

    /// Gathers a piece; gives back who asks to be told of the next writing.
    fn take(&mut self, piece: Piece) -> Option<oneshot::Sender<()>> {
        match piece {
            Piece::Mark(mark) => return Some(mark),
            Piece::Line(line) => {
                self.numbers.push(line.number);
                self.gathered.extend_from_slice(&line.bytes);
                if !line.bytes.ends_with(b"\n") {
                    self.gathered.push(b'\n');
                }
            }
            Piece::Long(number, pieces) => {
                let mut ended = false;
                // Every piece carries the line's number with it, whichever of them cannot be written.
                for piece in pieces {
                    ended = piece.ends_with(b"\n");
                    self.numbers.push(number);
                    self.gathered.extend_from_slice(&piece);
                    self.write();
                }
                if !ended {
                    self.numbers.push(number);
                    self.gathered.push(b'\n');
                }
            }
        }
        None
    }

    fn write(&mut self) {
        if self.numbers.is_empty() {
            return;
        }
        // After a fault nothing is written: behind a torn line, whole ones would be read wrongly.
        let broken = self.state.lock().error.is_some();
        let written = if broken { Err(io::ErrorKind::Other.into()) } else { self.file.write_all(&self.gathered) };
        if let Err(error) = written.and_then(|()| self.file.flush()) {
            self.state.break_with(error, self.numbers.drain(..));
        }
        self.gathered.clear();
        self.numbers.clear();
    }
}

/// In order, and as few as can be.
fn joined(mut ranges: Vec<RangeInclusive<u64>>) -> Vec<RangeInclusive<u64>> {
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

/// Adds a number to ranges, growing the last where it follows.
fn add(ranges: &mut Vec<RangeInclusive<u64>>, number: u64) {
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
