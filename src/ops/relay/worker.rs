//! Delivers what a source lends: a number of connections kept as busy as the destination allows, retries, stops.

use std::collections::VecDeque;
use std::future::{Future, ready};
use std::pin::pin;
use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use jiff::Timestamp;
use tokio::sync::watch;

use super::alarm::Alarm;
use super::exchange::{attempt, stopped};
use super::job::Job;
use super::source::{Lease, Settlement, Source, Stop, Target, Wake};
use super::summary::{GaveUp, Tally};
use crate::domain::credential::Credential;
use crate::domain::delivery::gate::{Gate, Pass};
use crate::domain::delivery::pace::{Pace, Turn};
use crate::domain::delivery::retry::Budget;
use crate::domain::delivery::schedule::Schedule;
use crate::domain::delivery::{Delivery, Fault, Outcome, pause_asked_by};
use crate::domain::destination::{Destination, Settings};
use crate::io::http::Connection;
use crate::ops::send::{Options, jitter};

/// The number of events that may wait for a retry. With more, no new event begins.
const MAX_WAITING: usize = 1024;

/// Who keeps an event that is to be tried again.
#[derive(Clone, Copy, Debug)]
pub enum Keeper {
    /// In memory, as often as the options say.
    Worker,
    /// It lends the event again. With `once`, the run ends when nothing may go out now.
    Source { schedule: Schedule, once: bool },
}

/// An attempt that ended: the number of its target, the connection, and the event.
type Attempted<T> = (u64, Connection, Job<T>);

/// Delivers the events of a source to one destination.
pub struct Worker<'a, S: Source> {
    /// `None`: there is none now.
    to: Option<Arc<Destination>>,
    /// Counts the changes of the destination: a connection of an earlier one is closed when it is idle.
    number: u64,
    /// Its settings, and what authenticates its requests.
    sends: Option<Arc<(Arc<Settings>, Credential)>>,
    options: &'a Options,
    keeper: Keeper,
    /// The idle ones.
    connections: Vec<Connection>,
    pace: Pace,
    /// The gate as the source knows it.
    gate: Gate,
    /// The probe that this worker asks the others for.
    asked: Option<Pass>,
    /// The probe that it has, and has not begun.
    granted: Option<Pass>,
    /// Rings when an attempt may begin.
    alarm: Alarm,
    /// Due for a retry.
    due: VecDeque<Job<S::Item>>,
    waiting: FuturesUnordered<BoxFuture<'a, Job<S::Item>>>,
    in_flight: FuturesUnordered<BoxFuture<'a, Attempted<S::Item>>>,
    stop: watch::Sender<Stop>,
    tally: Tally,
    gave_up: Option<GaveUp>,
    /// The last field, since it is dropped last: after a panic it records what the jobs leave to it.
    source: S,
}

impl<'a, S: Source> Worker<'a, S> {
    pub fn new(to: Target, options: &'a Options, source: S, keeper: Keeper) -> Self {
        let pace = Pace::new(options.rate, (options.now)());
        let mut worker = Self {
            to: None,
            number: 0,
            sends: None,
            options,
            keeper,
            connections: Vec::new(),
            gate: pace.gate().clone(),
            pace,
            asked: None,
            granted: None,
            alarm: Alarm::default(),
            due: VecDeque::new(),
            waiting: FuturesUnordered::new(),
            in_flight: FuturesUnordered::new(),
            stop: watch::Sender::new(Stop::Not),
            tally: Tally::default(),
            gave_up: None,
            source,
        };
        worker.deliver_to(Some(to));
        worker
    }

    /// Begins with a gate that was stored.
    pub fn with_gate(mut self, gate: Gate) -> Self {
        self.take_gate(gate);
        self
    }

    /// Works until the source is exhausted and every event is settled, or the destination accepts nothing. When `stop` is ready, nothing new begins and nothing is
    /// retried; when `stop_all` is ready, what is in flight ends at once.
    pub async fn run(
        &mut self,
        mut progress: impl FnMut(&S, &Tally),
        stop: impl Future<Output = ()>,
        stop_all: impl Future<Output = ()>,
    ) {
        let mut stop = pin!(stop);
        let mut stop_all = pin!(stop_all);
        loop {
            let again = self.begin();
            self.report_gate();
            self.alarm.set(again, self.options);
            self.tally.in_flight = self.in_flight.len();
            self.tally.waiting = self.waiting.len() + self.due.len();
            self.tally.paused = self.pace.paused();
            progress(&self.source, &self.tally);
            if self.source.is_exhausted() && self.in_flight.is_empty() && self.tally.waiting == 0 {
                return;
            }
            let level = self.level();
            let wanted = self.wants_more();
            tokio::select! {
                biased;
                () = &mut stop_all, if level < Stop::All => self.stop(Stop::All),
                () = &mut stop, if level < Stop::New => self.stop(Stop::New),
                Some((number, connection, job)) = self.in_flight.next() => {
                    if number == self.number {
                        self.connections.push(connection);
                    }
                    self.attempted(job).await;
                }
                Some(job) = self.waiting.next() => self.waited(job).await,
                () = self.alarm.rang() => {}
                wake = self.source.wait(wanted) => match wake {
                    Wake::Changed => {}
                    Wake::Fault => self.stop(Stop::New),
                    Wake::Gate(gate) => self.take_gate(gate),
                    Wake::Probe => self.take_probe(),
                    Wake::Target(target) => self.deliver_to(target),
                },
            }
        }
    }

    /// From now on to that destination, or to none.
    fn deliver_to(&mut self, target: Option<Target>) {
        self.number += 1;
        self.connections.clear();
        match target {
            Some(Target { destination, connections }) => {
                let settings = Arc::new(destination.settings().clone());
                let credential = settings.auth().credential();
                self.sends = Some(Arc::new((settings, credential)));
                self.to = Some(destination);
                self.connections = connections;
                // What the earlier one answered is known already, at the beginning. Where others share the gate, one changes it for all.
                if self.number > 1 && !self.source.shares_gate() {
                    let mut gate = self.pace.gate().clone();
                    gate.destination_changed((self.options.now)());
                    self.pace.set_gate(gate);
                }
            }
            None => {
                self.to = None;
                if self.is_once() {
                    self.stop(Stop::New);
                }
            }
        }
    }

    fn take_gate(&mut self, gate: Gate) {
        (self.asked, self.granted) = (None, None);
        self.gate = gate.clone();
        self.pace.set_gate(gate);
    }

    fn take_probe(&mut self) {
        self.granted = self.asked.take();
        if self.is_stopped() {
            self.give_probe_back();
        }
    }

    fn give_probe_back(&mut self) {
        if let Some(pass) = self.granted.take() {
            self.pace.give_back(pass, (self.options.now)());
        }
    }

    fn report_gate(&mut self) {
        if self.pace.gate().differs(&self.gate) {
            self.gate = self.pace.gate().clone();
            self.source.gate_changed(&self.gate);
        }
    }

    const fn is_once(&self) -> bool {
        matches!(self.keeper, Keeper::Source { once: true, .. })
    }

    /// Whether it was stopped: by the user, by a fault of the source, or because it gave up.
    pub fn is_stopped(&self) -> bool {
        self.level() > Stop::Not
    }

    /// Why it gave up, if it did.
    pub const fn take_gave_up(&mut self) -> Option<GaveUp> {
        self.gave_up.take()
    }

    /// The source, and the tally.
    pub fn end(self) -> (S, Tally) {
        (self.source, Tally { paused: None, ..self.tally })
    }

    pub fn level(&self) -> Stop {
        *self.stop.borrow()
    }

    /// Whether another event would begin as soon as there is a connection.
    fn wants_more(&self) -> bool {
        self.waiting.len() + self.due.len() < MAX_WAITING
    }

    /// Begins as many attempts as there are idle connections, and as the pace allows. When it may go on, if that is a matter of time.
    fn begin(&mut self) -> Option<Timestamp> {
        while self.level() == Stop::Not {
            let (to, sends) = (self.to.clone()?, self.sends.clone()?);
            if self.connections.is_empty() || !(!self.due.is_empty() || (self.wants_more() && self.source.has_next())) {
                self.give_probe_back();
                return None;
            }
            let now = (self.options.now)();
            let granted = self.granted.take();
            let pass = match granted.map_or_else(|| self.pace.turn(self.in_flight.len(), now), Turn::Now) {
                Turn::Now(pass) if pass.is_probe() && granted.is_none() && self.source.shares_gate() => {
                    self.asked = Some(pass);
                    return None;
                }
                Turn::Now(pass) => pass,
                _ if self.is_once() && !self.pace.is_open() && self.in_flight.is_empty() && self.asked.is_none() => {
                    self.stop(Stop::New);
                    return None;
                }
                Turn::At(at) => return Some(at),
                Turn::AfterAnswer => return None,
            };
            let (Some(job), Some(connection)) = (self.next_job(pass, &to), self.connections.pop()) else {
                self.pace.give_back(pass, now);
                return None;
            };
            self.pace.begin(now);
            let timeout = self.options.timeout(&to);
            let (number, stop) = (self.number, self.stop.subscribe());
            self.in_flight.push(Box::pin(async move {
                let (connection, job) = attempt(connection, job, &sends, timeout, stop).await;
                (number, connection, job)
            }));
        }
        None
    }

    /// Retries go first. But a probe is a new event, if there is one: the destination may refuse the one that waits, and no other.
    fn next_job(&mut self, pass: Pass, to: &Destination) -> Option<Job<S::Item>> {
        if pass.is_probe() {
            self.lease(pass, to).or_else(|| self.retry(pass))
        } else {
            self.retry(pass).or_else(|| self.lease(pass, to))
        }
    }

    fn retry(&mut self, pass: Pass) -> Option<Job<S::Item>> {
        let job = self.due.pop_front()?;
        self.tally.retries += 1;
        Some(Job { pass, ..job })
    }

    fn lease(&mut self, pass: Pass, to: &Destination) -> Option<Job<S::Item>> {
        if !self.wants_more() {
            return None;
        }
        let Lease { id, event, attempts, progress, item } = self.source.try_next()?;
        let delivery = self.source.begin(Delivery { attempts, ..Delivery::new(id, to, event) });
        Some(Job { item, delivery, budget: Budget::new(self.pace.accepted()), progress, pass })
    }

    /// An attempt ended: the event waits for a retry, or is settled.
    async fn attempted(&mut self, mut job: Job<S::Item>) {
        let Some(last) = job.delivery.delivery().last() else { return self.settle(job, Settlement::Return).await };
        let (now, fault) = ((self.options.now)(), Fault::of(last));
        // A date is by the real clock, whatever time the run goes by.
        let pause = pause_asked_by(last, Timestamp::now());
        // Only what is not delivered has a wait to be spread.
        let random = if fault.is_none_or(|fault| fault == Fault::None) { 0.5 } else { jitter() };
        self.pace.note_failure(last);
        self.pace.ended(job.pass, fault, pause, now, random);
        match self.keeper {
            Keeper::Worker => self.retry_or_settle(job).await,
            Keeper::Source { schedule, .. } => {
                let settlement = match fault {
                    Some(fault) => schedule.after(&mut job.progress, fault, now, random).into(),
                    None => Settlement::Return,
                };
                job.shed();
                self.settle(job, settlement).await;
            }
        }
    }

    async fn retry_or_settle(&mut self, mut job: Job<S::Item>) {
        let Job { delivery, budget, pass, .. } = &mut job;
        let Some(last) = delivery.delivery().last() else { return self.settle(job, Settlement::Return).await };
        let policy = &self.options.policy;
        let has_another = budget.has_another(policy, last, self.pace.accepted());
        if !self.is_stopped() && self.pace.is_hopeless(*pass, last, policy.retries) {
            self.gave_up = Some(GaveUp { probes: self.pace.failed_probes(), why: last.diagnosis.why.clone() });
            self.stop(Stop::New);
        }
        if !has_another || self.is_stopped() {
            return self.settle_as_it_ended(job).await;
        }
        job.shed();
        // A closed gate holds it long enough.
        if self.pace.is_open() { self.wait(job) } else { self.due.push_back(job) }
    }

    fn wait(&mut self, job: Job<S::Item>) {
        let pause = (self.options.pause)(job.budget.backoff(jitter()));
        let mut stop = self.stop.subscribe();
        self.waiting.push(Box::pin(async move {
            tokio::select! {
                () = pause => {}
                () = stopped(&mut stop, Stop::New) => {}
            }
            job
        }));
    }

    /// A wait ended.
    async fn waited(&mut self, job: Job<S::Item>) {
        if self.is_stopped() { self.settle_as_it_ended(job).await } else { self.due.push_back(job) }
    }

    async fn settle_as_it_ended(&mut self, job: Job<S::Item>) {
        let delivered = job.delivery.delivery().outcome() == Outcome::Delivered;
        self.settle(job, if delivered { Settlement::Ack } else { Settlement::Return }).await;
    }

    async fn settle(&mut self, job: Job<S::Item>, settlement: Settlement) {
        let progress = job.progress;
        let (item, delivery) = job.finish();
        let count = match (settlement, delivery.outcome()) {
            (Settlement::Defer(_), _) => &mut self.tally.retries,
            (_, Outcome::Delivered) => &mut self.tally.delivered,
            (_, Outcome::Refused) => &mut self.tally.refused,
            (_, Outcome::Failed) => &mut self.tally.failed,
            (_, Outcome::Stopped) => &mut self.tally.stopped,
        };
        *count += 1;
        self.source.settle(item, delivery, progress, settlement).await;
    }

    fn stop(&mut self, stop: Stop) {
        self.stop.send_replace(stop.max(self.level()));
        self.give_probe_back();
        self.source.stop(stop);
        // They are settled as if their wait had ended now.
        for job in std::mem::take(&mut self.due) {
            self.waiting.push(Box::pin(ready(job)));
        }
    }
}
