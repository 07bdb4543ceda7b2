//! Delivers what a source lends: a number of connections kept as busy as the destination allows, retries, stops.

use std::collections::VecDeque;
use std::future::{Future, pending, ready};
use std::pin::pin;
use std::slice;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use jiff::Timestamp;
use tokio::sync::watch;

use super::alarm::Alarm;
use super::job::Job;
use super::journal::Journal;
use super::pace::{Pace, Turn};
use super::source::{Lease, Settlement, Source, Stop, Wake};
use super::summary::{GaveUp, Tally};
use crate::domain::delivery::gate::Pass;
use crate::domain::delivery::retry::Budget;
use crate::domain::delivery::{Delivery, Outcome};
use crate::domain::destination::{Destination, Settings};
use crate::domain::problem::Problem;
use crate::domain::request::{Request, Stamp};
use crate::io::db::history;
use crate::io::http::Connection;
use crate::io::http::credential::resolve;
use crate::ops::send::{Options, jitter};

/// The number of events that may wait for a retry. With more, no new event begins.
const MAX_WAITING: usize = 1024;

/// How long a delivery may wait to be written to the history together with others.
const RECORD_WITHIN: Duration = Duration::from_millis(200);

/// Delivers the events of a source to one destination.
pub struct Worker<'a, S: Source> {
    to: &'a Destination,
    settings: Arc<Settings>,
    options: &'a Options,
    source: S,
    /// The idle ones.
    connections: Vec<Connection>,
    pace: Pace,
    /// Rings when an attempt may begin.
    alarm: Alarm,
    /// Due for a retry.
    due: VecDeque<Job<S::Item>>,
    waiting: FuturesUnordered<BoxFuture<'a, Job<S::Item>>>,
    in_flight: FuturesUnordered<BoxFuture<'a, (Connection, Job<S::Item>)>>,
    stop: watch::Sender<Stop>,
    tally: Tally,
    gave_up: Option<GaveUp>,
    /// The last field, since it is dropped last: after a panic it writes what the jobs leave to it.
    journal: Journal,
}

impl<'a, S: Source> Worker<'a, S> {
    pub fn new(to: &'a Destination, options: &'a Options, source: S, connections: Vec<Connection>, journal: Journal) -> Self {
        Self {
            to,
            settings: Arc::new(to.settings().clone()),
            options,
            source,
            connections,
            pace: Pace::new(options.rate, (options.now)()),
            alarm: Alarm::default(),
            due: VecDeque::new(),
            waiting: FuturesUnordered::new(),
            in_flight: FuturesUnordered::new(),
            stop: watch::Sender::new(Stop::Not),
            tally: Tally::default(),
            gave_up: None,
            journal,
        }
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
        let mut record = pin!(tokio::time::sleep(RECORD_WITHIN));
        loop {
            let again = self.begin();
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
                Some((connection, job)) = self.in_flight.next() => {
                    self.connections.push(connection);
                    self.attempted(job).await;
                }
                Some(job) = self.waiting.next() => self.waited(job).await,
                () = self.alarm.rang() => {}
                wake = self.source.wait(wanted) => match wake {
                    Wake::Changed => {}
                    Wake::Fault => self.stop(Stop::New),
                },
                () = &mut record, if self.journal.has_unwritten() => {
                    self.journal.flush().await;
                    record.as_mut().reset(tokio::time::Instant::now() + RECORD_WITHIN);
                }
            }
        }
    }

    /// Whether it was stopped: by the user, by a fault of the source, or because it gave up.
    pub fn is_stopped(&self) -> bool {
        self.level() > Stop::Not
    }

    /// Why it gave up, if it did.
    pub const fn take_gave_up(&mut self) -> Option<GaveUp> {
        self.gave_up.take()
    }

    /// Waits until everything is recorded. The source, the tally, and why deliveries are missing in the history.
    pub async fn end(self) -> (S, Tally, Option<Problem>) {
        (self.source, Tally { paused: None, ..self.tally }, self.journal.end().await)
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
            let connection = self.connections.pop()?;
            let now = (self.options.now)();
            let again = match self.pace.turn(self.in_flight.len(), now) {
                Turn::Now(pass) => {
                    if let Some(job) = self.next_job(pass) {
                        self.pace.begin(now);
                        let timeout = self.options.timeout(self.to);
                        let attempt = attempt(connection, job, Arc::clone(&self.settings), timeout, self.stop.subscribe());
                        self.in_flight.push(Box::pin(attempt));
                        continue;
                    }
                    self.pace.give_back(pass, now);
                    None
                }
                Turn::At(at) => Some(at),
                Turn::AfterAnswer => None,
            };
            self.connections.push(connection);
            return again;
        }
        None
    }

    /// Retries go first. But a probe is a new event, if there is one: the destination may refuse the one that waits, and no other.
    fn next_job(&mut self, pass: Pass) -> Option<Job<S::Item>> {
        if pass.is_probe() {
            self.lease(pass).or_else(|| self.retry(pass))
        } else {
            self.retry(pass).or_else(|| self.lease(pass))
        }
    }

    fn retry(&mut self, pass: Pass) -> Option<Job<S::Item>> {
        let job = self.due.pop_front()?;
        self.tally.retries += 1;
        Some(Job { pass, ..job })
    }

    fn lease(&mut self, pass: Pass) -> Option<Job<S::Item>> {
        if !self.wants_more() {
            return None;
        }
        let Lease { id, event, item } = self.source.try_next()?;
        let delivery = self.journal.begin(Delivery::new(id, self.to, event));
        Some(Job { item, delivery, budget: Budget::new(self.pace.accepted()), pass })
    }

    /// An attempt ended: the event waits for a retry, or is settled.
    async fn attempted(&mut self, mut job: Job<S::Item>) {
        let Job { delivery, budget, pass, .. } = &mut job;
        let Some(last) = delivery.delivery().last() else { return self.settle(job).await };
        self.pace.ended(*pass, last, (self.options.now)());
        let policy = &self.options.policy;
        let has_another = budget.has_another(policy, last, self.pace.accepted());
        if !self.is_stopped() && self.pace.is_hopeless(*pass, last, policy.retries) {
            self.gave_up = Some(GaveUp { probes: self.pace.failed_probes(), why: last.diagnosis.why.clone() });
            self.stop(Stop::New);
        }
        if !has_another || self.is_stopped() {
            return self.settle(job).await;
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
        if self.is_stopped() { self.settle(job).await } else { self.due.push_back(job) }
    }

    async fn settle(&mut self, job: Job<S::Item>) {
        let (item, delivery) = job.finish();
        let (count, settlement) = match delivery.outcome() {
            Outcome::Delivered => (&mut self.tally.delivered, Settlement::Ack),
            Outcome::Refused => (&mut self.tally.refused, Settlement::Dead),
            Outcome::Failed => (&mut self.tally.failed, Settlement::Dead),
            Outcome::Stopped => (&mut self.tally.stopped, Settlement::Dead),
        };
        *count += 1;
        self.source.settle(item, settlement);
        self.journal.add(delivery).await;
    }

    fn stop(&mut self, stop: Stop) {
        self.stop.send_replace(stop.max(self.level()));
        self.source.stop(stop);
        // They are settled as if their wait had ended now.
        for job in std::mem::take(&mut self.due) {
            self.waiting.push(Box::pin(ready(job)));
        }
    }
}

async fn attempt<T: AsRef<[u8]>>(
    mut connection: Connection,
    mut job: Job<T>,
    to: Arc<Settings>,
    timeout: Duration,
    mut stop: watch::Receiver<Stop>,
) -> (Connection, Job<T>) {
    let started_at = Timestamp::now();
    let delivery = job.delivery.delivery();
    let stamp = Stamp { id: delivery.id.clone(), event: delivery.event.clone(), timestamp: started_at.as_second() };
    let request = Arc::new(Request::build(&to, job.item.as_ref(), &stamp, &resolve(to.auth()).await));
    job.delivery.begin(&to, &request, started_at);
    if job.delivery.delivery().outcome() == Outcome::Failed {
        // What failed over a kept connection must not meet another one of the same age.
        connection.close();
    }
    let mut attempt = connection.attempt(&request, started_at, timeout, stopped(&mut stop, Stop::All)).await;
    // An event that waits holds no more than the history stores.
    history::shorten_bodies(slice::from_mut(&mut attempt));
    job.delivery.end(attempt);
    (connection, job)
}

/// Ready once stopped to that level.
async fn stopped(stop: &mut watch::Receiver<Stop>, at_least: Stop) {
    if stop.wait_for(|level| *level >= at_least).await.is_err() {
        // The run has ended, and nothing polls this any more.
        pending::<()>().await;
    }
}
