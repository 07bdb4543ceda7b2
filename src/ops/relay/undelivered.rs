//! Where lines go that were not delivered: written on a thread of its own, in the form in which they came.

use std::io::{self, Write};
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, oneshot};

use super::input::Line;

/// How many bytes are gathered before they are written.
const GATHERED: usize = 256 * 1024;

/// How often it is looked whether a line of which nothing comes has been left.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Where lines are written that were not delivered.
pub trait FailedLines: Write + Send {
    /// Takes back what was written behind that many bytes, and goes on there.
    ///
    /// # Errors
    /// What the system says.
    fn cut_to(&mut self, bytes: u64) -> io::Result<()>;
}

/// What becomes of a line that comes in pieces. While that is open, more of them may come.
#[derive(Clone, Debug, Default)]
pub struct Fate(Arc<AtomicU8>);

impl Fate {
    const WHOLE: u8 = 1;
    const TORN: u8 = 2;

    /// All of it came.
    pub fn set_whole(&self) {
        self.0.store(Self::WHOLE, Ordering::SeqCst);
    }

    /// It was left.
    pub fn set_torn(&self) {
        self.0.store(Self::TORN, Ordering::SeqCst);
    }

    /// Whether all of it came.
    pub fn is_whole(&self) -> bool {
        self.0.load(Ordering::SeqCst) == Self::WHOLE
    }

    /// Whether it was left.
    pub fn is_torn(&self) -> bool {
        self.0.load(Ordering::SeqCst) == Self::TORN
    }
}

/// The other end of a line that comes in pieces.
pub struct Long {
    pieces: Receiver<Vec<u8>>,
    fate: Fate,
}

/// A way for a line that comes in pieces.
pub fn long() -> (SyncSender<Vec<u8>>, Long, Fate) {
    let (to, pieces) = sync_channel(4);
    let fate = Fate::default();
    (to, Long { pieces, fate: fate.clone() }, fate)
}

enum Piece {
    Line(Line),
    /// A line too long to be held: its number, and its pieces as they come.
    Long(u64, Long),
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
    pub fn start(file: Option<Box<dyn FailedLines>>) -> io::Result<Self> {
        let state = Arc::new(State::default());
        let Some(file) = file else { return Ok(Self { to: None, state }) };
        let (to, pieces) = channel();
        let of_thread = Arc::clone(&state);
        std::thread::Builder::new().name("undelivered".into()).spawn(move || {
            Writer { file, state: of_thread, gathered: Vec::new(), ends: Vec::new(), written: 0 }.run(&pieces);
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
    pub fn keep_long(&self, number: u64, line: Long) {
        self.give(Piece::Long(number, line));
    }

    /// Ready when a line could not be written.
    pub async fn broken(&self) {
        self.state.broken.notified().await;
    }

    /// Waits until everything that was given is written, and says what could not be. Not bound to the thread's end: the reader
    /// of the input may hold on to us for as long as no input comes. Waits no longer than `within`.
    pub async fn settled(&self, within: Duration) -> Kept {
        if let Some(to) = &self.to {
            let (written, awaited) = oneshot::channel();
            let sent = to.send(Piece::Mark(written)).is_ok();
            match tokio::time::timeout(within, awaited).await {
                Ok(Ok(())) if sent => {}
                Ok(_) => self.state.break_with(died(), []),
                Err(_) => self.state.break_with(io::ErrorKind::TimedOut.into(), []),
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
    file: Box<dyn FailedLines>,
    state: Arc<State>,
    /// Not yet written.
    gathered: Vec<u8>,
    /// The lines in it, each with where it ends there.
    ends: Vec<(u64, usize)>,
    /// How many bytes of whole lines are in the file.
    written: u64,
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
                self.gathered.extend_from_slice(&line.bytes);
                if !line.bytes.ends_with(b"\n") {
                    self.gathered.push(b'\n');
                }
                self.ends.push((line.number, self.gathered.len()));
            }
            Piece::Long(number, line) => {
                self.write();
                self.write_long(number, &line);
            }
        }
        None
    }

    fn write(&mut self) {
        if self.ends.is_empty() {
            return;
        }
        let gathered = std::mem::take(&mut self.gathered);
        let (done, result) = self.put(&gathered);
        let whole = match result {
            Ok(()) => self.ends.len(),
            Err(_) => self.ends.partition_point(|(_, end)| *end <= done),
        };
        let kept = whole.checked_sub(1).and_then(|last| self.ends.get(last)).map_or(0, |(_, end)| *end);
        self.written += kept as u64;
        if let Err(error) = result {
            let lost: Vec<_> = self.ends.drain(whole..).map(|(number, _)| number).collect();
            self.give_up(error, lost);
        }
        self.ends.clear();
    }

    /// Writes a line as it comes; takes it back when not all of it comes.
    fn write_long(&mut self, number: u64, line: &Long) {
        let mut bytes = 0;
        let mut ended = false;
        let mut result = Ok(());
        loop {
            match line.pieces.recv_timeout(LOOK_EVERY) {
                Ok(piece) => {
                    ended = piece.ends_with(b"\n");
                    bytes += piece.len() as u64;
                    if result.is_ok() {
                        result = self.put(&piece).1;
                    }
                }
                Err(RecvTimeoutError::Timeout) if !line.fate.is_torn() => {}
                Err(_) => break,
            }
        }
        if result.is_ok() && line.fate.is_whole() && !ended {
            bytes += 1;
            result = self.put(b"\n").1;
        }
        match result {
            Ok(()) if line.fate.is_whole() => self.written += bytes,
            Ok(()) => {
                if let Err(error) = self.file.cut_to(self.written) {
                    self.state.break_with(error, [number]);
                }
            }
            // A line that did not come whole is not lost: it is unread.
            Err(error) => self.give_up(error, line.fate.is_whole().then_some(number)),
        }
    }

    /// How many bytes were written, and why not all of them.
    fn put(&mut self, bytes: &[u8]) -> (usize, io::Result<()>) {
        // After a fault nothing is written: behind a torn line, whole ones would be read wrongly.
        if self.state.lock().error.is_some() {
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
            Err(_) => io::Error::new(error.kind(), format!("{error}; its last line is not whole")),
        };
        self.state.break_with(error, lost);
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
