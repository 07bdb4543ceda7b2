//! Lines of JSON as a source: what is not delivered is copied to the failed file.
//!
//! ```text
//! input ── reader thread ──► JsonLines ──► worker
//!                               │  ▲          │
//!        failed file ◄── thread ┘  └─ settle ─┘
//! ```

mod undelivered;

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::future::pending;
use std::io::{self, Read};
use std::ops::RangeInclusive;
use std::panic::resume_unwind;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use jiff::Timestamp;
use tokio::runtime::Handle;
use tokio::sync::mpsc::{Receiver, channel};

use super::journal::Journal;
use super::source::{Lease, Settlement, Source, Stop, Wake};
use super::summary::{Summary, Tally};
use crate::domain::delivery::Delivery;
use crate::domain::delivery::gate::Gate;
use crate::domain::delivery::schedule::Progress;
use crate::io::fs::paths::Paths;
use crate::io::fs::reason;
use crate::ops::id::IdGenerator;
use crate::ops::in_flight::InFlight;
use crate::ops::lines::{self, Entry, Input, InvalidLine, Line, MAX_INVALID, MAX_LINE};
pub use undelivered::FailedLines;
use undelivered::Undelivered;

/// The number of batches by which the reader may be ahead: enough for all connections to begin anew at once.
const BATCHES: usize = 4;

/// The lines of an input, and what became of those that were not lent.
pub struct JsonLines {
    /// The events are called `NAME:LINE`.
    name: String,
    ids: IdGenerator,
    /// Read, and not lent yet.
    queue: VecDeque<Line>,
    /// `None` at the end of the input.
    input: Option<Receiver<Input>>,
    /// Never waited for while the input is open: it may hang in a read.
    reader: Option<JoinHandle<()>>,
    /// The number of the last line that the reader handed over.
    seen: u64,
    /// Of the lines that it handed over.
    bytes: u64,
    undelivered: Undelivered,
    is_broken: bool,
    stop: Stop,
    invalid: u64,
    unsent: u64,
    first_invalid: Vec<InvalidLine>,
    /// Too long to be copied.
    too_long: Vec<RangeInclusive<u64>>,
    unread_from: Option<u64>,
    unreadable: Option<String>,
    journal: Journal,
}

impl JsonLines {
    /// Starts to read. Needs the runtime of the worker.
    ///
    /// # Errors
    /// The system has no thread left.
    pub fn start(
        paths: Paths,
        input: impl Read + Send + 'static,
        failed: Option<Box<dyn FailedLines>>,
        name: &str,
    ) -> io::Result<Self> {
        let journal = Journal::start(paths)?;
        let undelivered = Undelivered::start(failed)?;
        let (to, batches) = channel(BATCHES);
        let runtime = Handle::current();
        let reader = thread::Builder::new().name("input".into()).spawn(move || lines::read(input, &to, &runtime))?;
        Ok(Self {
            name: name.to_owned(),
            ids: IdGenerator::new(),
            queue: VecDeque::new(),
            input: Some(batches),
            reader: Some(reader),
            seen: 0,
            bytes: 0,
            undelivered,
            is_broken: false,
            stop: Stop::Not,
            invalid: 0,
            unsent: 0,
            first_invalid: Vec::new(),
            too_long: Vec::new(),
            unread_from: None,
            unreadable: None,
            journal,
        })
    }

    /// The worker's tally, with the lines that it never saw.
    pub fn counted(&self, tally: &Tally) -> Tally {
        let reading = self.input.is_some().then_some(self.bytes);
        Tally { invalid: self.invalid, unsent: self.unsent, queued: self.queue.len(), reading, ..*tally }
    }

    /// Waits until everything is recorded; for the failed file no longer than `within`.
    pub async fn end(self, summary: Summary, within: Duration) -> Summary {
        let tally = self.counted(&summary.tally);
        let unrecorded = self.journal.end().await;
        let copied = self.undelivered.end(within).await;
        Summary {
            tally,
            invalid: self.first_invalid,
            unread_from: self.unread_from,
            unreadable: self.unreadable,
            unwritten: copied.error.map(|error| reason(&error)),
            lost: undelivered::joined([self.too_long, copied.lost].concat()),
            unrecorded,
            ..summary
        }
    }

    fn take(&mut self, input: Input) {
        match input {
            Input::Batch(entries) => entries.into_iter().for_each(|entry| self.take_entry(entry)),
            Input::End(result) => {
                self.input = None;
                if let Err(error) = result {
                    self.unreadable = Some(reason(&error));
                    self.unread_from.get_or_insert(self.seen + 1);
                }
            }
        }
    }

    fn take_entry(&mut self, entry: Entry) {
        match entry {
            Entry::Line(line) => {
                self.seen = line.number;
                self.bytes += line.bytes.len() as u64;
                if self.stop == Stop::Not { self.queue.push_back(line) } else { self.unsent(line) }
            }
            Entry::Invalid(line, why) => {
                self.bytes += line.bytes.len() as u64;
                self.refuse(line.number, why);
                self.undelivered.copy(line);
            }
            Entry::TooLong(number) => {
                let not_copied = if self.undelivered.is_wanted() { ", and not in the failed file" } else { "" };
                self.refuse(number, format!("it is longer than {} MiB{not_copied}", MAX_LINE / (1024 * 1024)));
                if self.undelivered.is_wanted() {
                    undelivered::add(&mut self.too_long, number);
                }
            }
        }
    }

    fn refuse(&mut self, line: u64, why: String) {
        self.seen = line;
        self.invalid += 1;
        if self.first_invalid.len() < MAX_INVALID {
            self.first_invalid.push(InvalidLine { line, why });
        }
    }

    fn unsent(&mut self, line: Line) {
        self.unsent += 1;
        if !self.undelivered.is_wanted() {
            self.unread_from.get_or_insert(line.number);
        }
        self.undelivered.copy(line);
    }

    /// Leaves the rest of the input unread. What the reader has handed over already is read.
    fn leave_input(&mut self) {
        let Some(mut input) = self.input.take() else { return };
        input.close();
        while let Ok(handed_over) = input.try_recv() {
            if let Input::End(Ok(())) = handed_over {
                return;
            }
            self.take(handed_over);
        }
        self.unread_from.get_or_insert(self.seen + 1);
    }
}

/// What the reader hands over next; never, if it is not wanted or the input has ended.
async fn receive(input: Option<&mut Receiver<Input>>, reader: &mut Option<JoinHandle<()>>) -> Input {
    let Some(input) = input else { return pending().await };
    match input.recv().await {
        Some(input) => input,
        // It ends without a word only by a panic, which is ours then.
        None => match reader.take().map(JoinHandle::join) {
            Some(Err(panic)) => resume_unwind(panic),
            _ => Input::End(Ok(())),
        },
    }
}

impl Source for JsonLines {
    type Item = Line;

    fn has_next(&mut self) -> bool {
        while self.queue.is_empty() && self.stop == Stop::Not {
            let Some(input) = self.input.as_mut().and_then(|input| input.try_recv().ok()) else { return false };
            self.take(input);
        }
        !self.queue.is_empty()
    }

    fn try_next(&mut self) -> Option<Lease<Line>> {
        if !self.has_next() {
            return None;
        }
        let item = self.queue.pop_front()?;
        let mut event = String::with_capacity(self.name.len() + 12);
        let _ = write!(event, "{}:{}", self.name, item.number);
        Some(Lease { id: self.ids.next(), event, attempts: Vec::new(), progress: Progress::new(Timestamp::UNIX_EPOCH), item })
    }

    async fn wait(&mut self, wanted: bool) -> Wake {
        // Once stopped, what is left to read is copied. While something is queued, connections are what is missing.
        let wanted = self.stop > Stop::Not || (wanted && self.queue.is_empty());
        let watched = !self.is_broken;
        let input = tokio::select! {
            biased;
            () = self.undelivered.broken(), if watched => None,
            input = receive(self.input.as_mut().filter(|_| wanted), &mut self.reader) => Some(input),
            () = self.journal.flushed_when_due() => return Wake::Changed,
        };
        match input {
            Some(input) => {
                self.take(input);
                Wake::Changed
            }
            None => {
                self.is_broken = true;
                Wake::Fault
            }
        }
    }

    fn begin(&self, delivery: Delivery) -> InFlight {
        self.journal.begin(delivery)
    }

    async fn settle(&mut self, line: Line, delivery: Delivery, _: Progress, settlement: Settlement) {
        if settlement != Settlement::Ack {
            self.undelivered.copy(line);
        }
        self.journal.add(delivery).await;
    }

    /// The gate of a run ends with it.
    fn gate_changed(&mut self, _: &Gate) {}

    fn stop(&mut self, stop: Stop) {
        self.stop = self.stop.max(stop);
        for line in std::mem::take(&mut self.queue) {
            self.unsent(line);
        }
        if self.stop == Stop::All || self.is_broken || !self.undelivered.is_wanted() {
            self.leave_input();
        }
    }

    fn is_exhausted(&self) -> bool {
        self.input.is_none() && self.queue.is_empty()
    }
}
