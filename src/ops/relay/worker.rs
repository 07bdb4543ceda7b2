//! Delivers what a source lends: a number of connections kept busy, retries, stops.

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

use super::journal::Journal;
use super::source::{Lease, Settlement, Source, Stop, Wake};
use super::summary::Tally;
use crate::domain::delivery::{Delivery, Outcome, retry};
use crate::domain::destination::{Destination, Settings};
use crate::domain::problem::Problem;
use crate::domain::request::{Request, Stamp};
use crate::io::db::history;
use crate::io::http::Connection;
use crate::io::http::credential::resolve;
use crate::ops::in_flight::InFlight;
use crate::ops::send::{Options, jitter};

/// The number of events that may wait for a retry. With more, no new event begins.
const MAX_WAITING: usize = 1024;

/// How long a delivery may wait to be written to the history together with others.
const RECORD_WITHIN: Duration = Duration::from_millis(200);

/// An event on its way.
struct Job<T> {
    item: T,
    delivery: InFlight,
}

/// Delivers the events of a source to one destination.
pub struct Worker<'a, S: Source> {
    to: &'a Destination,
    settings: Arc<Settings>,
    options: &'a Options,
    source: S,
    /// The idle ones.
    connections: Vec<Connection>,
    /// Due for a retry.
    due: VecDeque<Job<S::Item>>,
    waiting: FuturesUnordered<BoxFuture<'a, Job<S::Item>>>,
    in_flight: FuturesUnordered<BoxFuture<'a, (Connection, Job<S::Item>)>>,
    stop: watch::Sender<Stop>,
    tally: Tally,
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
            due: VecDeque::new(),
            waiting: FuturesUnordered::new(),
            in_flight: FuturesUnordered::new(),
            stop: watch::Sender::new(Stop::Not),
            tally: Tally::default(),
            journal,
        }
    }

    /// Works until the source is exhausted and every event is settled. When `stop` is ready, nothing new begins and nothing is
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
            self.begin();
            self.tally.in_flight = self.in_flight.len();
            self.tally.waiting = self.waiting.len() + self.due.len();
            progress(&self.source, &self.tally);
            // What is due has begun, since connections are idle then.
            if self.source.is_exhausted() && self.in_flight.is_empty() && self.waiting.is_empty() {
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

    /// Whether it was stopped, by the user or by a fault of the source.
    pub fn is_stopped(&self) -> bool {
        self.level() > Stop::Not
    }

    /// Waits until everything is recorded. The source, the tally, and why deliveries are missing in the history.
    pub async fn end(self) -> (S, Tally, Option<Problem>) {
        (self.source, self.tally, self.journal.end().await)
    }

    pub fn level(&self) -> Stop {
        *self.stop.borrow()
    }

    /// Whether another event would begin as soon as there is a connection.
    fn wants_more(&self) -> bool {
        self.waiting.len() + self.due.len() < MAX_WAITING
    }

    /// Begins as many attempts as there are idle connections. Retries go first.
    fn begin(&mut self) {
        if self.level() > Stop::Not {
            return;
        }
        while let Some(connection) = self.connections.pop() {
            let Some(job) = self.retry().or_else(|| self.lease()) else {
                self.connections.push(connection);
                return;
            };
            let timeout = self.options.timeout(self.to);
            let attempt = attempt(connection, job, Arc::clone(&self.settings), timeout, self.stop.subscribe());
            self.in_flight.push(Box::pin(attempt));
        }
    }

    fn retry(&mut self) -> Option<Job<S::Item>> {
        let job = self.due.pop_front()?;
        self.tally.retries += 1;
        Some(job)
    }

    fn lease(&mut self) -> Option<Job<S::Item>> {
        if !self.wants_more() {
            return None;
        }
        let Lease { id, event, item } = self.source.try_next()?;
        let delivery = Delivery::new(id, self.to, event);
        Some(Job { item, delivery: self.journal.begin(delivery) })
    }

    /// An attempt ended: the event waits for a retry, or is settled.
    async fn attempted(&mut self, job: Job<S::Item>) {
        let attempts = &job.delivery.delivery().attempts;
        let wait = attempts.last().filter(|_| !self.is_stopped()).and_then(|last| {
            let number = u32::try_from(attempts.len()).unwrap_or(u32::MAX);
            retry::next(number, &self.options.policy, last, Timestamp::now(), jitter)
        });
        let Some(wait) = wait else { return self.settle(job).await };
        let pause = (self.options.pause)(wait.duration);
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
        let delivery = job.delivery.finish();
        let (count, settlement) = match delivery.outcome() {
            Outcome::Delivered => (&mut self.tally.delivered, Settlement::Ack),
            Outcome::Refused => (&mut self.tally.refused, Settlement::Dead),
            Outcome::Failed => (&mut self.tally.failed, Settlement::Dead),
            Outcome::Stopped => (&mut self.tally.stopped, Settlement::Dead),
        };
        *count += 1;
        self.source.settle(job.item, settlement);
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
    let stamp = Stamp { id: job.delivery.delivery().id.clone(), timestamp: started_at.as_second() };
    let request = Arc::new(Request::build(&to, job.item.as_ref(), &stamp, &resolve(to.auth()).await));
    job.delivery.begin(&to, &request, started_at);
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
