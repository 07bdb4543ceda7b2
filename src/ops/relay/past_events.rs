//! The history as a source: what was chosen is sent again, the oldest first.
//!
//! ```text
//! waypost.db ── reader thread ──► PastEvents ──► worker
//!                                                  │
//!                       history ◄── journal ◄──────┘
//! ```
//!
//! Only places and ids are in memory. An event is read just before it is lent: what was delivered in the meantime is left out.

use std::future::pending;
use std::io;
use std::panic::resume_unwind;
use std::thread::{self, JoinHandle};

use jiff::Timestamp;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::journal::Journal;
use super::source::{Lease, Settlement, Source, Stop, Wake};
use super::summary::Tally;
use crate::domain::delivery::Delivery;
use crate::domain::delivery::again::{Chosen, LeftOut};
use crate::domain::delivery::gate::Gate;
use crate::domain::delivery::schedule::Progress;
use crate::domain::problem::Problem;
use crate::io::db::history;
use crate::io::fs::paths::Paths;
use crate::ops::in_flight::InFlight;

/// What became of an event that was to be sent again.
#[derive(Clone, Copy, Debug)]
pub enum PastReport<'a> {
    /// It was sent, and ended so.
    Ended(&'a Delivery),
    /// The event of that id was not sent.
    LeftOut(&'a str, LeftOut),
}

/// An event that was read.
#[derive(Debug)]
pub struct PastEvent {
    id: String,
    event: String,
    body: Vec<u8>,
}

impl AsRef<[u8]> for PastEvent {
    fn as_ref(&self) -> &[u8] {
        &self.body
    }
}

enum Input {
    Event(PastEvent),
    LeftOut(String, LeftOut),
    /// The history cannot be read any more.
    Broken(Problem),
}

/// The chosen events, and what became of them.
pub struct PastEvents<'a> {
    /// Read, and not lent yet.
    next: Option<PastEvent>,
    /// `None` at the end, or once stopped.
    input: Option<Receiver<Input>>,
    reader: Option<JoinHandle<()>>,
    /// Not read yet.
    left: u64,
    unsent: u64,
    left_out: Vec<(String, LeftOut)>,
    unreadable: Option<Problem>,
    journal: Journal,
    report: Box<dyn FnMut(PastReport) + 'a>,
}

impl<'a> PastEvents<'a> {
    /// Starts to read. Needs the runtime of the worker.
    ///
    /// # Errors
    /// The system has no thread left.
    pub fn start(paths: Paths, chosen: Vec<Chosen>, report: Box<dyn FnMut(PastReport) + 'a>) -> io::Result<Self> {
        let journal = Journal::start(paths.clone())?;
        // No further ahead than one: what is read long before it is sent may be delivered in between.
        let (to, input) = channel(1);
        let left = chosen.len() as u64;
        let reader = thread::Builder::new().name("past events".into()).spawn(move || read(&paths, chosen, &to))?;
        Ok(Self {
            next: None,
            input: Some(input),
            reader: Some(reader),
            left,
            unsent: 0,
            left_out: Vec::new(),
            unreadable: None,
            journal,
            report,
        })
    }

    /// The worker's tally, with what it never saw.
    pub fn counted(&self, tally: &Tally) -> Tally {
        let queued = usize::try_from(self.left).unwrap_or(usize::MAX).saturating_add(usize::from(self.next.is_some()));
        Tally { unsent: self.unsent, queued, ..*tally }
    }

    /// Waits until everything is recorded. What was left out, why the history could not be read to the end, and why deliveries are
    /// missing in it.
    pub async fn end(self) -> (Vec<(String, LeftOut)>, Option<Problem>, Option<Problem>) {
        (self.left_out, self.unreadable, self.journal.end().await)
    }

    fn take(&mut self, input: Input) {
        match input {
            Input::Event(event) => {
                self.left -= 1;
                self.next = Some(event);
            }
            Input::LeftOut(id, why) => {
                self.left -= 1;
                (self.report)(PastReport::LeftOut(&id, why));
                self.left_out.push((id, why));
            }
            Input::Broken(problem) => {
                self.unreadable = Some(problem);
                self.leave_rest();
            }
        }
    }

    fn leave_rest(&mut self) {
        self.input = None;
        self.unsent += std::mem::take(&mut self.left) + u64::from(self.next.take().is_some());
    }
}

/// Reads one after the other, until nobody wants more.
fn read(paths: &Paths, chosen: Vec<Chosen>, to: &Sender<Input>) {
    let history = match history::PastEvents::open(paths) {
        Ok(history) => history,
        Err(error) => {
            // Nobody wants it any more.
            let _ = to.blocking_send(Input::Broken(error.into()));
            return;
        }
    };
    for it in chosen {
        let read = history.as_ref().map_or(Ok(Err(LeftOut::Gone)), |history| history.read(&it));
        let input = match read {
            Ok(Ok(delivery)) => {
                let event = delivery.event_again();
                Input::Event(PastEvent { id: it.id, event: event.name, body: event.body })
            }
            Ok(Err(why)) => Input::LeftOut(it.id, why),
            Err(error) => Input::Broken(error.into()),
        };
        let is_broken = matches!(input, Input::Broken(_));
        if to.blocking_send(input).is_err() || is_broken {
            return;
        }
    }
}

/// What the reader hands over next, `None` at the end; never, if it is not wanted.
async fn receive(input: Option<&mut Receiver<Input>>, reader: &mut Option<JoinHandle<()>>) -> Option<Input> {
    let Some(input) = input else { return pending().await };
    let received = input.recv().await;
    if received.is_none()
        && let Some(Err(panic)) = reader.take().map(JoinHandle::join)
    {
        resume_unwind(panic);
    }
    received
}

impl Source for PastEvents<'_> {
    type Item = PastEvent;

    fn has_next(&mut self) -> bool {
        while self.next.is_none() {
            let Some(input) = self.input.as_mut().and_then(|input| input.try_recv().ok()) else { return false };
            self.take(input);
        }
        true
    }

    fn try_next(&mut self) -> Option<Lease<PastEvent>> {
        if !self.has_next() {
            return None;
        }
        let item = self.next.take()?;
        Some(Lease {
            id: item.id.clone(),
            event: item.event.clone(),
            attempts: Vec::new(),
            progress: Progress::new(Timestamp::UNIX_EPOCH),
            item,
        })
    }

    async fn wait(&mut self, wanted: bool) -> Wake {
        // The end is waited for in any case. While one is there, connections are what is missing.
        let wanted = (wanted || self.left == 0) && self.next.is_none();
        let input = tokio::select! {
            biased;
            input = receive(self.input.as_mut().filter(|_| wanted), &mut self.reader) => input,
            () = self.journal.flushed_when_due() => return Wake::Changed,
        };
        match input {
            Some(input) => self.take(input),
            None => self.input = None,
        }
        Wake::Changed
    }

    fn begin(&self, delivery: Delivery) -> InFlight {
        self.journal.begin(delivery)
    }

    async fn settle(&mut self, _: PastEvent, delivery: Delivery, _: Progress, _: Settlement) {
        (self.report)(PastReport::Ended(&delivery));
        self.journal.add(delivery).await;
    }

    /// The gate of a run ends with it.
    fn gate_changed(&mut self, _: &Gate) {}

    fn stop(&mut self, _: Stop) {
        self.leave_rest();
    }

    fn is_exhausted(&self) -> bool {
        self.input.is_none() && self.next.is_none()
    }
}
