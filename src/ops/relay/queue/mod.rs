//! The queue of this machine as a source: [`keeper`] has the database, on a thread of its own.
//!
//! ```text
//! worker ◄── lease ── QueueSource ◄── replies ── keeper ── waypost.db
//!    └────── settle ──────►└────── requests ───────►┘
//! ```
//!
//! An event that was settled and is not written yet still counts as in flight: it would be sent again after a kill. Twice the
//! number of connections is the most there can be.

mod keeper;

use std::collections::VecDeque;
use std::future::pending;
use std::io;
use std::mem;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::alarm::Alarm;
use super::source::{Lease, Settlement, Source, Stop, Target, Wake};
use crate::domain::delivery::Delivery;
use crate::domain::delivery::gate::{Gate, State, later};
use crate::domain::delivery::schedule::{Progress, Schedule};
use crate::domain::problem::Problem;
use crate::io::db::queue::{Change, Counts, GivenUp, Leased, RelayQueue};
use crate::io::watch::Watch;
use crate::ops::in_flight::InFlight;
use crate::ops::send::Options;
use keeper::{Keeper, Reply, Request};

/// What a relay reports while it runs.
#[derive(Debug)]
pub enum Report {
    /// It begins, with that destination and those events.
    Started(String, Counts),
    /// The file system allows nothing faster than a rollback journal.
    Slow,
    /// The gate has changed.
    Gate(Gate),
    /// An attempt ended, and what follows is written.
    Settled(Box<Delivery>, Settlement),
    /// From now on to that destination.
    Destination(String),
    /// There is none that could be delivered to, and why: nothing goes out until there is.
    NoDestination(Problem),
    /// A dead letter by its age, without another attempt.
    GivenUp(Box<GivenUp>),
    /// What ends cannot be written now.
    Unwritten(Problem),
    /// The queue cannot be read now.
    Unread(Problem),
    /// The database can be used again.
    Works,
}

/// The most events whose end is kept in memory while the database cannot be written.
const UNRECORDED: usize = 10_000;

/// How long `relay --once` tries to write what became of events; `enqueue` tries for as long.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long a destination to which nothing can be delivered is left alone before it is loaded again.
const RELOAD_AFTER: Duration = Duration::from_secs(10);

/// Loads the destination again: `None` if it is the same, `Err` if there is none to deliver to.
pub type Reload = Arc<dyn Fn() -> BoxFuture<'static, Option<Result<Target, Problem>>> + Send + Sync>;

pub struct QueueOptions {
    pub schedule: Schedule,
    pub is_ordered: bool,
    /// `relay --once`: it does not wait for events that are not due, and gives up a database that cannot be written.
    pub is_once: bool,
    /// The number of events that the worker can have in flight.
    pub concurrency: usize,
    pub options: Options,
}

pub struct QueueSource<'a> {
    to_keeper: Option<Sender<Vec<Request>>>,
    replies: UnboundedReceiver<Reply>,
    thread: Option<JoinHandle<()>>,
    /// Sent together, once in a turn of the worker.
    outbox: Vec<Request>,
    /// Leased, and not lent yet.
    buffer: VecDeque<Leased>,
    /// Asked for, and not come yet.
    asked: usize,
    /// Settled, and not written yet.
    unwritten: usize,
    how: QueueOptions,
    is_drained: bool,
    due: Alarm,
    gate: Option<Gate>,
    watch: Watch,
    reload: Reload,
    reloading: Option<BoxFuture<'static, Option<Result<Target, Problem>>>>,
    is_stopped: bool,
    /// Why nothing can be delivered to the destination.
    absent: Option<Problem>,
    /// When it is loaded again without a change of its file: another one may be what was at fault.
    again: Alarm,
    /// Why the database cannot be used any more.
    broken: Option<Problem>,
    /// Since when the database cannot be written, or cannot be read.
    failing_since: Option<Instant>,
    report: Box<dyn FnMut(Report) + 'a>,
}

impl<'a> QueueSource<'a> {
    /// Starts the thread.
    ///
    /// # Errors
    /// The system has no thread left.
    pub fn start(
        queue: RelayQueue,
        how: QueueOptions,
        watch: Watch,
        reload: Reload,
        report: Box<dyn FnMut(Report) + 'a>,
    ) -> io::Result<Self> {
        let (to_keeper, inbox) = channel();
        let (to_source, replies) = unbounded_channel();
        let keeper = Keeper {
            queue,
            schedule: how.schedule,
            is_ordered: how.is_ordered,
            now: Arc::clone(&how.options.now),
            to_source,
            state: keeper::State::default(),
        };
        let thread = thread::Builder::new().name("queue".into()).spawn(move || keeper.run(&inbox))?;
        Ok(Self {
            to_keeper: Some(to_keeper),
            replies,
            thread: Some(thread),
            outbox: Vec::new(),
            buffer: VecDeque::new(),
            asked: 0,
            unwritten: 0,
            how,
            is_drained: false,
            due: Alarm::default(),
            gate: None,
            watch,
            reload,
            reloading: None,
            is_stopped: false,
            absent: None,
            again: Alarm::default(),
            broken: None,
            failing_since: None,
            report,
        })
    }

    /// Waits until everything is written that can be. Why the database could not be used to the end, if so.
    pub async fn end(mut self) -> Option<Problem> {
        self.flush();
        self.to_keeper = None;
        let mut problem = None;
        while let Some(reply) = self.replies.recv().await {
            problem.clone_from(&reply.unwritten);
            self.take(reply);
        }
        self.join();
        self.broken.or(problem)
    }

    fn join(&mut self) {
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap_or_else(|panic| resume_unwind(panic));
        }
    }

    /// Asks for as many events as are missing.
    fn ask(&mut self) {
        let missing = self.how.concurrency.saturating_sub(self.buffer.len() + self.asked);
        if missing > 0 && !self.is_stopped {
            self.asked += missing;
            self.is_drained = false;
            self.outbox.push(Request::Want(missing));
        }
    }

    fn flush(&mut self) {
        if !self.outbox.is_empty()
            && let Some(keeper) = &self.to_keeper
        {
            // It ends early only if the database is broken, which its last reply says.
            let _ = keeper.send(mem::take(&mut self.outbox));
        }
    }

    fn take(&mut self, reply: Reply) {
        self.asked = self.asked.saturating_sub(reply.leased.len());
        self.buffer.extend(reply.leased);
        if reply.is_drained {
            self.is_drained = true;
        }
        self.due.set(reply.next_due.filter(|_| !self.is_stopped), &self.how.options);
        if let Some(gate) = reply.operated {
            (self.report)(Report::Gate(gate.clone()));
            self.gate = Some(gate);
            self.give_back();
        }
        for change in reply.written {
            let (delivery, settlement) = match change {
                Change::Delivered(_, delivery) => (delivery, Settlement::Ack),
                Change::Deferred(_, until, _, delivery) => (delivery, Settlement::Defer(until)),
                Change::Dead(_, reason, _, delivery) => (delivery, Settlement::Dead(reason)),
                Change::Begun(_) | Change::Returned(_) | Change::Forwarded(_) | Change::GiveUp(..) => continue,
            };
            self.unwritten = self.unwritten.saturating_sub(1);
            (self.report)(Report::Settled(delivery, settlement));
        }
        reply.given_up.into_iter().for_each(|event| (self.report)(Report::GivenUp(Box::new(event))));
        let was_failing = self.failing_since.is_some();
        let problem = reply.unwritten.as_ref().or(reply.unread.as_ref());
        self.failing_since = problem.map(|_| self.failing_since.unwrap_or_else(Instant::now));
        let is_patient = self.failing_since.is_none_or(|since| since.elapsed() < PATIENCE);
        if self.how.is_once && (!is_patient || (self.unwritten == 0 && reply.unread.is_some())) {
            self.broken = self.broken.take().or_else(|| problem.cloned());
        }
        match reply.unwritten.map(Report::Unwritten).or_else(|| reply.unread.map(Report::Unread)) {
            Some(report) if !was_failing => (self.report)(report),
            None if was_failing => (self.report)(Report::Works),
            _ => {}
        }
        self.broken = self.broken.take().or(reply.broken);
    }

    /// What is leased and not lent goes back: the operator may have dropped it.
    fn give_back(&mut self) {
        self.outbox.extend(self.buffer.drain(..).map(|leased| Request::Unlease(leased.seq)));
        self.outbox.push(Request::Forget);
        self.asked = 0;
    }

    fn woken_by(&mut self, reply: Option<Reply>) -> Wake {
        match reply {
            Some(reply) => self.take(reply),
            None => {
                self.join();
                self.broken.get_or_insert_with(|| Problem::unrecorded("the thread that writes has ended"));
            }
        }
        match self.gate.take() {
            Some(gate) => {
                self.reload_again();
                Wake::Gate(gate)
            }
            None if self.broken.is_some() => Wake::Fault,
            None => Wake::Changed,
        }
    }

    fn reloaded(&mut self, target: Result<Target, Problem>) -> Option<Wake> {
        match target {
            Ok(target) => {
                self.absent = None;
                (self.report)(Report::Destination(target.destination.url().shown().clone()));
                Some(Wake::Target(Some(target)))
            }
            Err(problem) if self.absent.as_ref() == Some(&problem) => None,
            Err(problem) => {
                self.absent = Some(problem.clone());
                (self.report)(Report::NoDestination(problem));
                Some(Wake::Target(None))
            }
        }
    }

    /// What the destination names besides its own file may have been replaced.
    fn reload_again(&mut self) {
        if !self.how.is_once {
            self.reloading = Some((self.reload)());
        }
    }

    /// How many may be settled and not written before no more are lent: after a kill they are sent again.
    const fn most_unwritten(&self) -> usize {
        if self.failing_since.is_some() && !self.how.is_once { UNRECORDED } else { self.how.concurrency }
    }
}

async fn reloaded(
    reloading: &mut Option<BoxFuture<'static, Option<Result<Target, Problem>>>>,
) -> Option<Result<Target, Problem>> {
    let Some(loading) = reloading else { return pending().await };
    let target = loading.await;
    *reloading = None;
    target
}

impl Source for QueueSource<'_> {
    type Item = Leased;

    fn has_next(&mut self) -> bool {
        while self.gate.is_none()
            && let Ok(reply) = self.replies.try_recv()
        {
            self.take(reply);
        }
        self.ask();
        // After an operator's act, only what is leased from then on.
        self.gate.is_none() && !self.is_stopped && self.unwritten < self.most_unwritten() && !self.buffer.is_empty()
    }

    fn try_next(&mut self) -> Option<Lease<Leased>> {
        if !self.has_next() {
            return None;
        }
        let mut leased = self.buffer.pop_front()?;
        self.outbox.push(Request::Change(Change::Begun(leased.seq)));
        Some(Lease {
            id: leased.id.clone(),
            event: leased.event.clone(),
            attempts: mem::take(&mut leased.attempts),
            progress: leased.progress,
            item: leased,
        })
    }

    async fn wait(&mut self, _: bool) -> Wake {
        self.ask();
        self.flush();
        if let Some(gate) = self.gate.take() {
            return Wake::Gate(gate);
        }
        let live = !self.how.is_once;
        loop {
            tokio::select! {
                biased;
                reply = self.replies.recv(), if self.thread.is_some() => return self.woken_by(reply),
                target = reloaded(&mut self.reloading) => {
                    let wake = target.and_then(|target| self.reloaded(target));
                    let again = self.absent.as_ref().map(|_| later((self.how.options.now)(), RELOAD_AFTER));
                    self.again.set(again, &self.how.options);
                    if let Some(wake) = wake {
                        return wake;
                    }
                }
                changed = self.watch.changed_at_once(), if live => {
                    if changed.history {
                        self.outbox.push(Request::Look);
                    }
                    if changed.registration {
                        self.reloading = Some((self.reload)());
                    }
                }
                () = self.due.rang(), if live => self.outbox.push(Request::Tick),
                () = self.again.rang(), if live => self.reloading = Some((self.reload)()),
            }
            self.flush();
        }
    }

    fn begin(&self, delivery: Delivery) -> InFlight {
        // Dropped before its end, the event is still in the queue.
        InFlight::new(delivery, Arc::new(|_| ()))
    }

    async fn settle(&mut self, leased: Leased, delivery: Delivery, progress: Progress, settlement: Settlement) {
        let (seq, delivery) = (leased.seq, Box::new(delivery));
        self.outbox.push(Request::Change(match settlement {
            Settlement::Ack => Change::Delivered(seq, delivery),
            Settlement::Defer(until) => Change::Deferred(seq, until, progress, delivery),
            Settlement::Dead(reason) => Change::Dead(seq, reason, progress, delivery),
            Settlement::Return => return self.outbox.push(Request::Change(Change::Returned(seq))),
        }));
        self.unwritten += 1;
    }

    fn gate_changed(&mut self, gate: &Gate) {
        if matches!(gate.state(), State::Closed { .. }) {
            self.reload_again();
        }
        self.outbox.push(Request::Gate(gate.clone()));
        (self.report)(Report::Gate(gate.clone()));
    }

    fn stop(&mut self, _: Stop) {
        self.is_stopped = true;
        self.give_back();
    }

    fn is_exhausted(&self) -> bool {
        let nothing_left = self.how.is_once && self.is_drained && self.buffer.is_empty() && self.unwritten == 0;
        self.is_stopped || nothing_left
    }
}
