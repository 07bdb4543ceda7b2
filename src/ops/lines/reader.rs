//! Reads the input on a thread of its own: as fast as deliveries go out, and no faster.

use std::io::{self, BufRead as _, BufReader, Read};
use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::mpsc::Sender;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::line::Line;
use crate::domain::event::{NotJson, check_json};

/// The longest line that is sent, in bytes.
pub const MAX_LINE: usize = 16 * 1024 * 1024;

/// The number of bytes of lines that are held at once, with what belongs to them.
const BUDGET: u32 = 64 * 1024 * 1024;

/// What a line costs besides its bytes: its place in queues, its attempts.
const PER_LINE: usize = 4 * 1024;

/// Longer lines are not handed over together with others.
const LARGE: usize = 64 * 1024;

/// The number of lines that are handed over at once: waking the other side costs more than a short line.
const BATCH: usize = 128;

/// What was read, in order.
#[derive(Debug)]
pub enum Entry {
    /// To be sent.
    Line(Line),
    /// JSON it is not; why.
    Invalid(Line, String),
    /// The number of a line longer than [`MAX_LINE`]. Nothing is kept of it.
    TooLong(u64),
}

/// What the reader hands over.
#[derive(Debug)]
pub enum Input {
    Batch(Vec<Entry>),
    /// The end, or why it could not be read to its end.
    End(io::Result<()>),
}

/// Reads to the end, on the calling thread, or until the receiver is gone.
pub fn read(from: impl Read, to: &Sender<Input>, runtime: &Handle) {
    let budget = Arc::new(Semaphore::new(BUDGET as usize));
    let from = BufReader::with_capacity(64 * 1024, from);
    let mut reader = Reader { from, budget, runtime, to, batch: Vec::new(), number: 0 };
    let end = reader.run();
    if reader.hand_over().is_ok() {
        let _ = to.blocking_send(Input::End(end));
    }
}

struct Reader<'a, R> {
    from: BufReader<R>,
    budget: Arc<Semaphore>,
    runtime: &'a Handle,
    to: &'a Sender<Input>,
    batch: Vec<Entry>,
    /// Of the last line that was read.
    number: u64,
}

/// The receiver is gone.
struct Unwanted;

impl<R: Read> Reader<'_, R> {
    fn run(&mut self) -> io::Result<()> {
        while let Some(bytes) = self.line()? {
            self.number += 1;
            let taken = if bytes.len() > MAX_LINE + 2 {
                self.batch.push(Entry::TooLong(self.number));
                Ok(())
            } else {
                self.take(bytes)
            };
            // What came must not wait for what comes later.
            let more = self.batch.len() < BATCH && memchr::memchr(b'\n', self.from.buffer()).is_some();
            if taken.is_err() || (!more && self.hand_over().is_err()) {
                return Ok(());
            }
        }
        Ok(())
    }

    /// The next line. Of one that is too long, what is over is discarded.
    fn line(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut bytes = Vec::new();
        loop {
            let buffer = match self.from.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                buffer => buffer?,
            };
            if buffer.is_empty() {
                return Ok((!bytes.is_empty()).then_some(bytes));
            }
            let end = memchr::memchr(b'\n', buffer);
            let used = end.map_or(buffer.len(), |at| at + 1);
            if bytes.len() <= MAX_LINE + 2 {
                bytes.extend_from_slice(&buffer[..used]);
            }
            self.from.consume(used);
            if end.is_some() {
                return Ok(Some(bytes));
            }
        }
    }

    fn take(&mut self, bytes: Vec<u8>) -> Result<(), Unwanted> {
        if bytes.trim_ascii().is_empty() {
            return Ok(());
        }
        // Lines that are ready must not wait for room that only their delivery makes.
        if bytes.len() > LARGE {
            self.hand_over()?;
        }
        let permit = self.permit(2 * bytes.len() + PER_LINE)?;
        let line = Line { number: self.number, bytes, _permit: permit };
        self.batch.push(match line.as_ref().len() {
            length if length > MAX_LINE => Entry::TooLong(line.number),
            _ => match not_json(line.as_ref()) {
                Some(why) => Entry::Invalid(line, why),
                None => Entry::Line(line),
            },
        });
        Ok(())
    }

    /// Waits until the budget has that many bytes.
    fn permit(&self, bytes: usize) -> Result<OwnedSemaphorePermit, Unwanted> {
        let bytes = u32::try_from(bytes).unwrap_or(BUDGET).min(BUDGET);
        if let Ok(permit) = Arc::clone(&self.budget).try_acquire_many_owned(bytes) {
            return Ok(permit);
        }
        self.runtime.block_on(Arc::clone(&self.budget).acquire_many_owned(bytes)).map_err(|_| Unwanted)
    }

    fn hand_over(&mut self) -> Result<(), Unwanted> {
        if self.batch.is_empty() {
            return Ok(());
        }
        let batch = std::mem::replace(&mut self.batch, Vec::with_capacity(BATCH));
        self.to.blocking_send(Input::Batch(batch)).map_err(|_| Unwanted)
    }
}

/// Why a text is not JSON, if it is not. The text itself is not repeated.
fn not_json(text: &[u8]) -> Option<String> {
    Some(match check_json(text).err()? {
        NotJson::Utf8(byte) => format!("it is not UTF-8 at byte {byte}"),
        NotJson::Empty => "it is empty".to_owned(),
        NotJson::Bom => "it begins with a byte order mark, which is not JSON".to_owned(),
        // There is only one line.
        NotJson::Syntax(_, column) => format!("it is not JSON at column {column}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_or_not() {
        for text in ["{}", " [1, 2] ", "\"ä\"", "1", "null", "{\"a\":{\"b\":[]}}\t"] {
            assert_eq!(not_json(text.as_bytes()), None, "{text}");
        }
        for text in ["{", "{} {}", "{'a':1}", "nul", "NaN", "[1,]"] {
            assert!(not_json(text.as_bytes()).unwrap().contains("column"), "{text}");
        }
        assert_eq!(not_json(b"\"\xff\"").unwrap(), "it is not UTF-8 at byte 2");
        assert!(not_json("\u{feff}{}".as_bytes()).unwrap().contains("byte order mark"));
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        assert_eq!(not_json(deep.as_bytes()), None);
    }

    #[test]
    fn lines_wait_for_the_budget() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let (to, mut entries) = tokio::sync::mpsc::channel(8);
        // Four of them, with their share of queues, are more than the budget.
        let line = format!("\"{}\"\n", "x".repeat(8 * 1024 * 1024));
        let input = io::Cursor::new(line.repeat(5));
        let handle = runtime.handle().clone();
        let reader = std::thread::spawn(move || read(input, &to, &handle));
        let mut batches = 0;
        loop {
            match entries.blocking_recv().unwrap() {
                // Dropped, a line makes room for the next.
                Input::Batch(batch) => batches += batch.len(),
                Input::End(end) => break end.unwrap(),
            }
        }
        reader.join().unwrap();
        assert_eq!(batches, 5);
    }
}
