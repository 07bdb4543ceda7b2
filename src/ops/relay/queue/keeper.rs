//! The thread that has the database: it leases events, and writes what became of them, in groups.
//!
//! What cannot be written is kept and tried again: the relay goes on delivering, and never lends an event again whose end it knows.

use std::collections::{HashMap, HashSet};
use std::mem;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::mpsc::UnboundedSender;

use crate::domain::delivery::gate::Gate;
use crate::domain::delivery::schedule::Schedule;
use crate::domain::delivery::{Delivery, Fault};
use crate::domain::problem::Problem;
use crate::io::db::DbError;
use crate::io::db::queue::{Change, GIVE_UP, GateState, GivenUp, Leased, RelayQueue};
use crate::ops::send::Now;

/// How long what could not be written waits for the next attempt, if nothing else is to be written.
const AGAIN: Duration = Duration::from_secs(1);

/// That an event is in flight is written once nothing else was to be written for that long: where answers come at once, that would be
/// most of the work.
const SETTLED_WITHIN: Duration = Duration::from_millis(100);

/// The most bytes of bodies that are lent at a time.
const BYTES: usize = 64 * 1024 * 1024;

/// The most deliveries that wait to be written. Of more, only the end of each is kept.
const DELIVERIES: usize = 1024;

/// The shortest time between two looks for events that are too old.
const GIVE_UP_EVERY: Duration = Duration::from_secs(10);

/// What the source asks for.
#[derive(Debug)]
pub enum Request {
    Change(Change),
    /// The gate has changed.
    Gate(Gate),
    /// It can take that many events more.
    Want(usize),
    /// It never lends out that one.
    Unlease(i64),
    /// It wants no more than it asks for from now on.
    Forget,
    /// The database may have been changed by another process.
    Look,
    /// The time has come for an event.
    Tick,
}

/// What the keeper did about a batch of requests.
#[derive(Debug, Default)]
pub struct Reply {
    pub leased: Vec<Leased>,
    /// Nothing else may go out now.
    pub is_drained: bool,
    /// When the next event may go out.
    pub next_due: Option<Timestamp>,
    /// An operator did something: the gate as it is, and what has been leased may be no more.
    pub operated: Option<Gate>,
    /// Written.
    pub written: Vec<Change>,
    /// Dead letters by their age.
    pub given_up: Vec<GivenUp>,
    /// Why something cannot be written now.
    pub unwritten: Option<Problem>,
    /// Why the queue cannot be read now.
    pub unread: Option<Problem>,
    /// The database cannot be used any more.
    pub broken: Option<Problem>,
}

pub struct Keeper {
    pub queue: RelayQueue,
    pub schedule: Schedule,
    pub is_ordered: bool,
    pub now: Now,
    pub to_source: UnboundedSender<Reply>,
    pub state: State,
}

#[derive(Default)]
pub struct State {
    /// Lent and not written to have ended, with their sizes.
    out: HashMap<i64, usize>,
    wanted: usize,
    unwritten: Vec<Change>,
    gate: Option<Gate>,
    /// Under way, and not marked so in the database.
    begun: HashSet<i64>,
    given_up_at: Option<Instant>,
    /// There are more that are too old.
    is_giving_up: bool,
    is_failing: bool,
}

impl Keeper {
    /// Works until the source is gone, and everything is written that can be.
    pub fn run(mut self, inbox: &Receiver<Vec<Request>>) {
        loop {
            let patience = match &self.state {
                state if state.is_failing => Some(AGAIN),
                state if state.is_giving_up => Some(Duration::ZERO),
                state => (!state.begun.is_empty()).then_some(SETTLED_WITHIN),
            };
            let first = match patience {
                None => inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(time) => inbox.recv_timeout(time),
            };
            let mut look = false;
            match first {
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => self.mark_begun(),
                Ok(first) => {
                    for request in first.into_iter().chain(inbox.try_iter().flatten()) {
                        look |= self.take(request);
                    }
                }
            }
            let reply = self.work(look);
            let is_broken = reply.broken.is_some();
            if self.to_source.send(reply).is_err() || is_broken {
                break;
            }
        }
        self.write(&mut Reply::default());
    }

    /// Whether the database is to be looked at.
    fn take(&mut self, request: Request) -> bool {
        let state = &mut self.state;
        match request {
            Request::Change(Change::Begun(seq)) => drop(state.begun.insert(seq)),
            Request::Change(change) => {
                let was_marked = seq(&change).is_some_and(|seq| !state.begun.remove(&seq));
                if matches!(change, Change::Returned(_)) && !was_marked {
                    seq(&change).map(|seq| state.out.remove(&seq));
                } else {
                    state.unwritten.push(change);
                }
            }
            Request::Gate(gate) => state.gate = Some(gate),
            Request::Want(more) => state.wanted += more,
            Request::Unlease(seq) => drop(state.out.remove(&seq)),
            Request::Forget => state.wanted = 0,
            Request::Look => return true,
            Request::Tick => {}
        }
        false
    }

    fn mark_begun(&mut self) {
        self.state.unwritten.extend(self.state.begun.drain().map(Change::Begun));
    }

    fn work(&mut self, look: bool) -> Reply {
        let mut reply = Reply::default();
        self.state.is_failing = false;
        self.give_up();
        let wrote = self.write(&mut reply);
        // Who writes has waited for the others.
        if look && !wrote && self.queue.wait_for_writers().is_err() {
            // They take long. What they commit will be noticed.
            self.state.is_failing = true;
        }
        if look || wrote {
            match self.queue.reload() {
                Ok(true) => reply.operated = Some(self.queue.gate.gate.clone()),
                Ok(false) => {}
                Err(error) => self.note(error, &mut reply),
            }
        }
        self.lend(&mut reply);
        reply
    }

    /// When the destination fails, events may be too old.
    fn give_up(&mut self) {
        let of_destination = |change: &Change| match change {
            Change::Deferred(.., delivery) | Change::Dead(.., delivery) => {
                matches!(delivery.last().and_then(Fault::of), Some(Fault::Destination | Fault::Gone))
            }
            _ => false,
        };
        let is_due = self.state.given_up_at.is_none_or(|at| at.elapsed() >= GIVE_UP_EVERY);
        if mem::take(&mut self.state.is_giving_up) || (is_due && self.state.unwritten.iter().any(of_destination)) {
            self.state.given_up_at = Some(Instant::now());
            let out = self.state.out.keys().copied().collect();
            self.state.unwritten.push(Change::GiveUp(self.schedule.given_up_before((self.now)()), out));
        }
    }

    /// Writes what there is to write; whether there was something, and it is written.
    fn write(&mut self, reply: &mut Reply) -> bool {
        if !self.has_to_write() {
            return false;
        }
        let gate = self.state.gate.clone().map(|gate| GateState { gate, ..self.queue.gate.clone() });
        match self.queue.write(&self.state.unwritten, gate.as_ref()) {
            // Not stored, the gate was changed by an operator, who was faster: it is loaded again.
            Ok(given_up) => {
                // There may be more.
                self.state.is_giving_up = given_up.len() >= GIVE_UP;
                reply.given_up = given_up;
                let written = mem::take(&mut self.state.unwritten);
                for seq in written.iter().filter(|change| !matches!(change, Change::Begun(_))).filter_map(seq) {
                    self.state.out.remove(&seq);
                }
                self.state.gate = None;
                reply.written = written;
                true
            }
            Err(error) => {
                self.shed();
                self.note(error, reply);
                false
            }
        }
    }

    /// Keeps only the end of each delivery, if there are many.
    fn shed(&mut self) {
        for change in self.state.unwritten.iter_mut().skip(DELIVERIES) {
            if let Change::Delivered(_, delivery) | Change::Deferred(.., delivery) | Change::Dead(.., delivery) = change {
                **delivery = Delivery { attempts: Vec::new(), ..Delivery::clone(delivery) };
            }
        }
    }

    fn lend(&mut self, reply: &mut Reply) {
        let now = (self.now)();
        if self.is_ordered {
            return self.lend_first(now, reply);
        }
        let state = &mut self.state;
        if state.wanted > 0 {
            let left = BYTES.saturating_sub(state.out.values().sum());
            let out: HashSet<i64> = state.out.keys().copied().collect();
            match self.queue.lease(state.wanted, left, &out, now) {
                Ok(leased) => {
                    reply.is_drained = leased.len() < state.wanted;
                    state.wanted -= leased.len();
                    state.out.extend(leased.iter().map(|leased| (leased.seq, leased.body.len())));
                    reply.leased = leased;
                }
                Err(error) => return self.note(error, reply),
            }
        }
        if reply.is_drained {
            match self.queue.next_due(now) {
                Ok(next) => reply.next_due = next,
                Err(error) => self.note(error, reply),
            }
        }
    }

    fn lend_first(&mut self, now: Timestamp, reply: &mut Reply) {
        if self.state.wanted == 0 || !self.state.out.is_empty() {
            return;
        }
        match self.queue.lease_first(now) {
            Ok(Ok(Some(leased))) => {
                self.state.wanted -= 1;
                self.state.out.insert(leased.seq, leased.body.len());
                reply.leased.push(leased);
            }
            Ok(Ok(None)) => reply.is_drained = true,
            Ok(Err(due_at)) => (reply.is_drained, reply.next_due) = (true, Some(due_at)),
            Err(error) => self.note(error, reply),
        }
    }

    fn note(&mut self, error: DbError, reply: &mut Reply) {
        self.state.is_failing = true;
        let is_broken = matches!(error, DbError::Damaged { .. } | DbError::Newer { .. } | DbError::DamagedRecord { .. });
        let problem = Problem::from(error);
        if is_broken {
            reply.broken = Some(problem);
        } else if self.has_to_write() {
            reply.unwritten = Some(problem);
        } else {
            reply.unread = Some(problem);
        }
    }

    const fn has_to_write(&self) -> bool {
        !self.state.unwritten.is_empty() || self.state.gate.is_some()
    }
}

fn seq(change: &Change) -> Option<i64> {
    match change {
        Change::Begun(seq)
        | Change::Returned(seq)
        | Change::Delivered(seq, _)
        | Change::Forwarded(seq)
        | Change::Deferred(seq, ..)
        | Change::Dead(seq, ..) => Some(*seq),
        Change::GiveUp(..) => None,
    }
}
