//! The input, read on a thread of its own: one JSON a line, as fast as deliveries go out and no faster.

use std::io::{self, BufRead as _, BufReader, Read};

use tokio::sync::mpsc::Sender;

use super::gate::{Gate, Kept, Mode};
use super::room::{Held, Room};
use super::undelivered::{Undelivered, long};
use crate::domain::event::{NotJson, check_json};

/// The longest line that is sent, in bytes.
pub const MAX_LINE: usize = 16 * 1024 * 1024;

/// How many bytes of lines are held at once, with what belongs to them.
const ROOM: usize = 64 * 1024 * 1024;

/// What a line costs beside its bytes: its place in queues, its attempts.
const PER_LINE: usize = 4 * 1024;

/// Longer lines do not wait for others to be handed over with.
const LARGE: usize = 64 * 1024;

/// How many lines are handed over at once: waking the other side costs more than a short line.
const BATCH: usize = 128;

/// A line of the input.
#[derive(Debug)]
pub struct Line {
    /// From 1; blank lines count.
    pub number: u64,
    /// As it came, with its line break.
    pub bytes: Vec<u8>,
    _held: Held,
}

impl Line {
    /// What is sent of it: everything but the line break.
    pub fn body(&self) -> &[u8] {
        let bytes = self.bytes.strip_suffix(b"\n").unwrap_or(&self.bytes);
        bytes.strip_suffix(b"\r").unwrap_or(bytes)
    }
}

/// What is read, in order.
#[derive(Debug)]
pub enum Input {
    /// Lines to send.
    Lines(Vec<Line>),
    /// A line that is not sent: its number, and why. It is with the undelivered already.
    Unfit(u64, String),
    /// A line that came after the stop. It is with the undelivered already.
    Unsent(u64),
    /// The end, or why it could not be read.
    End(io::Result<()>),
}

impl From<Kept> for Input {
    fn from(kept: Kept) -> Self {
        match kept {
            Kept::Unfit(number, why) => Self::Unfit(number, why),
            Kept::Unsent(number) => Self::Unsent(number),
        }
    }
}

/// Reads to the end, on the thread that calls.
pub fn read(from: impl Read, to: &Sender<Input>, gate: &Gate, undelivered: &Undelivered) {
    let mut reader = Reader {
        from: BufReader::with_capacity(64 * 1024, from),
        room: Room::new(ROOM),
        to,
        gate,
        undelivered,
        batch: Vec::new(),
        number: 0,
    };
    let end = match reader.run() {
        Ok(Stopped::AtEnd) => Ok(()),
        // Who left the input may still be taking what was handed over before: to say that it ended would hide what is unread.
        Ok(Stopped::Left) => return,
        Err(error) => Err(error),
    };
    // Nobody may be listening any more.
    if reader.hand_over() {
        let _ = to.blocking_send(Input::End(end));
    }
}

struct Reader<'a, R> {
    from: BufReader<R>,
    room: Room,
    to: &'a Sender<Input>,
    gate: &'a Gate,
    undelivered: &'a Undelivered,
    batch: Vec<Line>,
    number: u64,
}

/// Why no more is read.
enum Stopped {
    AtEnd,
    /// Nobody wants the rest.
    Left,
}

/// How the reading of a line ended.
enum Ended {
    Line,
    TooLong,
    Nothing,
}

impl<R: Read> Reader<'_, R> {
    fn run(&mut self) -> io::Result<Stopped> {
        let mut bytes = Vec::new();
        while !self.gate.is(Mode::Leave) {
            bytes.clear();
            match self.read_line(&mut bytes)? {
                Ended::Nothing => return Ok(Stopped::AtEnd),
                Ended::TooLong => {
                    self.number += 1;
                    if !self.hand_over() || !self.pass_on_long(&mut bytes)? {
                        return Ok(Stopped::Left);
                    }
                }
                Ended::Line => {
                    self.number += 1;
                    if !bytes.trim_ascii().is_empty() && !self.take(std::mem::take(&mut bytes)) {
                        return Ok(Stopped::Left);
                    }
                }
            }
            // What came must not wait for what comes later.
            let more = self.batch.len() < BATCH && memchr::memchr(b'\n', self.from.buffer()).is_some();
            if !more && !self.hand_over() {
                return Ok(Stopped::Left);
            }
        }
        Ok(Stopped::Left)
    }

    /// Reads up to a line break, but little more than a line may have.
    fn read_line(&mut self, bytes: &mut Vec<u8>) -> io::Result<Ended> {
        loop {
            let buffer = match self.from.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                buffer => buffer?,
            };
            if buffer.is_empty() {
                return Ok(if bytes.is_empty() { Ended::Nothing } else { Ended::Line });
            }
            let end = memchr::memchr(b'\n', buffer);
            let used = end.map_or(buffer.len(), |at| at + 1);
            bytes.extend_from_slice(&buffer[..used]);
            self.from.consume(used);
            if bytes.len() > MAX_LINE + 2 {
                return Ok(Ended::TooLong);
            }
            if end.is_some() {
                return Ok(Ended::Line);
            }
        }
    }

    /// Whether there is somebody to go on for.
    fn take(&mut self, bytes: Vec<u8>) -> bool {
        // Whoever waits for room must not sit on what others would make room by sending.
        if bytes.len() > LARGE && !self.hand_over() {
            return false;
        }
        let held = self.room.take(2 * bytes.len() + PER_LINE);
        let line = Line { number: self.number, bytes, _held: held };
        if self.gate.is(Mode::Keep) {
            return self.keep(line, Kept::Unsent(self.number));
        }
        match unfit(line.body()) {
            None => {
                self.batch.push(line);
                true
            }
            Some(why) => self.keep(line, Kept::Unfit(self.number, why)),
        }
    }

    /// Gives a line to the undelivered, behind what came before it, and tells of it.
    fn keep(&mut self, line: Line, what: Kept) -> bool {
        // Kept first and told second; should the input be left between the two, the gate knows of it.
        self.hand_over() && self.gate.keep(what.clone(), || self.undelivered.keep(line)) && self.tell(what.into())
    }

    /// Hands a line that is too long over to the undelivered, piece by piece.
    fn pass_on_long(&mut self, begin: &mut Vec<u8>) -> io::Result<bool> {
        // Not counted as room: the pieces go on however many whole lines wait behind them.
        let (pieces, other_end, fate) = long();
        if !self.gate.begin_long(&fate, || self.undelivered.keep_long(self.number, other_end)) {
            return Ok(false);
        }
        let mut whole = begin.ends_with(b"\n");
        // That nobody takes the pieces any more is for the undelivered to tell.
        let _ = pieces.send(std::mem::take(begin));
        while !whole && !self.gate.is(Mode::Leave) {
            let buffer = match self.from.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                buffer => buffer?,
            };
            if buffer.is_empty() {
                break;
            }
            let end = memchr::memchr(b'\n', buffer);
            let used = end.map_or(buffer.len(), |at| at + 1);
            let _ = pieces.send(buffer[..used].to_vec());
            self.from.consume(used);
            whole = end.is_some();
        }
        let what = Kept::Unfit(self.number, too_long());
        // Before the other end learns that no more comes: what is not whole by then is taken back.
        let kept = self.gate.end_long(&fate, what.clone());
        drop(pieces);
        Ok(kept && self.tell(what.into()))
    }

    /// Hands over the lines that were read; whether somebody took them.
    fn hand_over(&mut self) -> bool {
        self.batch.is_empty() || self.tell_lines()
    }

    fn tell_lines(&mut self) -> bool {
        let lines = std::mem::replace(&mut self.batch, Vec::with_capacity(BATCH));
        self.tell(Input::Lines(lines))
    }

    fn tell(&self, input: Input) -> bool {
        self.to.blocking_send(input).is_ok()
    }
}

fn too_long() -> String {
    format!("it is longer than {} MiB", MAX_LINE / (1024 * 1024))
}

/// Why a line is not sent, if it is not.
fn unfit(body: &[u8]) -> Option<String> {
    if body.len() > MAX_LINE { Some(too_long()) } else { not_json(body) }
}

/// Why a text is not JSON, if it is not. The text itself is not repeated.
fn not_json(text: &[u8]) -> Option<String> {
    Some(match check_json(text).err()? {
        NotJson::Utf8(byte) => format!("it is not UTF-8 at byte {byte}"),
        // There is one line.
        NotJson::Empty => "it is empty".to_owned(),
        NotJson::Bom => "it begins with a byte order mark, which is no JSON".to_owned(),
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
    fn an_input_that_was_left_has_not_ended() {
        // Leaves while it is read, as the stop does from another thread; what it reads is kept by the reader.
        struct Leaving(io::Cursor<&'static str>, Gate);
        impl Read for Leaving {
            fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
                self.1.leave();
                self.0.read(into)
            }
        }
        for text in ["{}\n", "no\n", "", "{}"] {
            let (to, mut lines) = tokio::sync::mpsc::channel(8);
            let gate = Gate::default();
            let undelivered = Undelivered::start(None).unwrap();
            read(Leaving(io::Cursor::new(text), gate.clone()), &to, &gate, &undelivered);
            drop(to);
            let told: Vec<Input> = std::iter::from_fn(|| lines.blocking_recv()).collect();
            let ended = told.iter().filter(|told| matches!(told, Input::End(_))).count();
            assert_eq!(ended, usize::from(text.is_empty()), "{text:?}: {told:?}");
        }
    }

    #[test]
    fn the_body_is_the_line_without_its_break() {
        let room = Room::new(1);
        for (line, body) in [("{}\n", "{}"), ("{}\r\n", "{}"), ("{}", "{}"), (" {} \n", " {} "), ("{}\r", "{}")] {
            let line = Line { number: 1, bytes: line.into(), _held: room.take(0) };
            assert_eq!(line.body(), body.as_bytes());
        }
    }
}
