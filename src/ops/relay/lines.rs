//! Events in number: one JSON a line.

use std::collections::VecDeque;
use std::future::{Future, pending};
use std::io::{self, Read};
use std::ops::RangeInclusive;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use jiff::Timestamp;
use tokio::sync::mpsc::{Receiver, channel};
use tokio::sync::watch;

use super::gate::Gate;
use super::input::{self, Input, Line};
use super::ledger::{self, Ledger};
use super::recorder::Recorder;

use super::Options;
use super::undelivered::{FailedLines, Undelivered};
use crate::domain::delivery::retry;
use crate::domain::delivery::{Cause, Outcome};
use crate::domain::destination::Destination;
use crate::domain::request::{Request, Stamp};
use crate::io::history;
use crate::io::http::Connection;
use crate::io::http::credential::resolve;
use crate::ops::id::IdGenerator;
use crate::ops::send::jitter;
use crate::ops::{Problem, Waypost};

/// How many lines may wait for their next attempt. When there are more, no new line is begun.
const WAITING: usize = 1024;

/// How many batches of lines the reader may be ahead: enough for all lanes to begin anew at once.
const BATCHES: usize = 4;

/// How long a delivery may wait to be written to the history together with others.
const RECORD_WITHIN: Duration = Duration::from_millis(200);

/// How long the failed file is waited for after the second stop: whoever stops twice wants to leave.
const SETTLED_WITHIN: Duration = Duration::from_secs(10);

/// How many lines that are not sent are told of one by one.
const UNFIT_TOLD: usize = 10;

/// How lines are sent.
#[derive(Clone)]
pub struct Lines {
    /// Of each line.
    pub options: Options,
    /// How many are in flight at once; at least 1.
    pub concurrency: usize,
    /// What the events are called in the history: `NAME:LINE`.
    pub name: String,
}

/// Where lines come from, and where those go that were not delivered.
pub struct Streams<R> {
    /// One JSON a line.
    pub input: R,
    /// The failed file, if one is wanted.
    pub failed: Option<Box<dyn FailedLines>>,
}

/// How many lines are where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Taken by the endpoint.
    pub delivered: u64,
    /// Answered with another status, the last time they were tried.
    pub refused: u64,
    /// Not answered, the last time they were tried.
    pub failed: u64,
    /// Not JSON, or too long; never sent.
    pub unfit: u64,
    /// In flight when the second stop came: the endpoint may have taken them.
    pub stopped: u64,
    /// Read but never tried, because of the stop.
    pub unsent: u64,
    /// Attempts after the first, of all lines.
    pub retries: u64,
    /// In flight now.
    pub in_flight: usize,
    /// Waiting for their next attempt now.
    pub waiting: usize,
}

impl Tally {
    /// Lines that are done with, one way or another.
    #[must_use]
    pub const fn ended(&self) -> u64 {
        self.delivered + self.refused + self.failed + self.unfit + self.stopped + self.unsent
    }
}

/// A line that was not sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit {
    /// From 1.
    pub line: u64,
    /// `it is not JSON at column 7`
    pub why: String,
}

/// What came of all lines. Every line of the input is either delivered, or in the failed file, or in `lost`, or at or behind
/// `unread_from`; without a failed file those that were not delivered are only counted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summary {
    /// How many came to what.
    pub tally: Tally,
    /// The first lines that were not sent because of what they are.
    pub unfit: Vec<Unfit>,
    /// Whether it ended because it was stopped.
    pub stopped: bool,
    /// The first line that was neither tried nor kept, where the input was not read to its end.
    pub unread_from: Option<u64>,
    /// Why the input could not be read to its end.
    pub unreadable: Option<String>,
    /// Why the failed file could not be written. Sending stopped then.
    pub unwritten: Option<String>,
    /// Lines that were not delivered and are not in the failed file either.
    pub lost: Vec<RangeInclusive<u64>>,
    /// Why deliveries are missing in the history, if some are.
    pub unrecorded: Option<Problem>,
}

/// How far a stop goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stop {
    Not,
    /// Nothing new is begun.
    New,
    /// What is in flight ends, too.
    All,
}

/// A line on its way. What came of it so far is in the ledger.
struct Job {
    line: Line,
    id: String,
}

impl Waypost {
    /// Sends the lines of the input, `concurrency` at once over kept connections, and writes those that were not delivered to
    /// the failed file, byte for byte, in no order.
    ///
    /// When `stop` is ready, what is in flight is finished, nothing is tried again, and the rest of the input goes to the failed
    /// file (without one it stays unread). When `stop_all` is ready, what is in flight ends at once, and the input is left as it is.
    ///
    /// # Errors
    /// What keeps everything from being sent; nothing was read then.
    pub async fn send_lines(
        &self,
        to: &Destination,
        streams: Streams<impl Read + Send + 'static>,
        how: &Lines,
        mut progress: impl FnMut(&Tally),
        stop: impl Future<Output = ()>,
        stop_all: impl Future<Output = ()>,
    ) -> Result<Summary, Cause> {
        let sender = Arc::new(self.sender(to.settings()).await?);
        let lanes = Connection::pool(&sender, to.settings(), how.concurrency.max(1));
        let ledger = Ledger::new(self.paths.clone(), &how.name, to);
        let recorder = Recorder::start(ledger.lines()).map_err(|error| no_thread(&error))?;
        let undelivered = Undelivered::start(streams.failed).map_err(|error| no_thread(&error))?;
        let input = streams.input;
        let (to_loop, lines) = channel(BATCHES);
        let gate = Gate::default();
        let of_reader = (gate.clone(), undelivered.clone());
        // Never waited for: it may hang in a read that no input ends.
        std::thread::Builder::new()
            .name("input".into())
            .spawn(move || input::read(input, &to_loop, &of_reader.0, &of_reader.1))
            .map_err(|error| no_thread(&error))?;
        let (stop_level, stopping) = watch::channel(Stop::Not);
        let mut run = Run {
            to,
            how,
            timeout: how.options.timeout(to),
            lanes,
            ledger,
            ids: IdGenerator::new(),
            queue: VecDeque::new(),
            again: VecDeque::new(),
            in_flight: FuturesUnordered::new(),
            waiting: FuturesUnordered::new(),
            lines: Some(lines),
            seen: 0,
            undelivered,
            recorder,
            gate,
            stop_level,
            stopping,
            summary: Summary::default(),
        };
        run.until_end(&mut progress, stop, stop_all).await;
        Ok(run.summary().await)
    }
}

fn no_thread(error: &io::Error) -> Cause {
    Cause::Other(format!("the system gives no thread: {error}"))
}

struct Run<'a> {
    to: &'a Destination,
    how: &'a Lines,
    timeout: Duration,
    lanes: Vec<Connection>,
    ledger: Ledger,
    ids: IdGenerator,
    /// Read, not begun.
    queue: VecDeque<Line>,
    /// Due for another attempt.
    again: VecDeque<Job>,
    in_flight: FuturesUnordered<BoxFuture<'a, (Connection, Job)>>,
    waiting: FuturesUnordered<BoxFuture<'a, Job>>,
    /// `None` at the end of the input.
    lines: Option<Receiver<Input>>,
    /// The last line that the reader told of.
    seen: u64,
    undelivered: Undelivered,
    recorder: Recorder,
    gate: Gate,
    stop_level: watch::Sender<Stop>,
    stopping: watch::Receiver<Stop>,
    summary: Summary,
}

impl Run<'_> {
    async fn until_end(
        &mut self,
        progress: &mut impl FnMut(&Tally),
        stop: impl Future<Output = ()>,
        stop_all: impl Future<Output = ()>,
    ) {
        let mut stop = pin!(stop);
        let mut stop_all = pin!(stop_all);
        let mut record = pin!(tokio::time::sleep(RECORD_WITHIN));
        let undelivered = self.undelivered.clone();
        let mut broken = pin!(undelivered.broken());
        let mut is_broken = false;
        loop {
            self.begin();
            self.summary.tally.in_flight = self.in_flight.len();
            self.summary.tally.waiting = self.waiting.len() + self.again.len();
            progress(&self.summary.tally);
            if self.lines.is_none() && self.in_flight.is_empty() && self.waiting.is_empty() {
                // Lanes are free, so nothing is queued.
                return;
            }
            let level = self.level();
            let may_read = level > Stop::Not || self.wants_lines();
            tokio::select! {
                biased;
                () = &mut stop_all, if level < Stop::All => self.stop(Stop::All),
                () = &mut stop, if level < Stop::New => self.stop(Stop::New),
                () = &mut broken, if !is_broken => {
                    is_broken = true;
                    self.stop(Stop::New);
                    self.leave_input();
                }
                Some((lane, job)) = self.in_flight.next() => {
                    self.lanes.push(lane);
                    self.attempted(job).await;
                }
                Some(job) = self.waiting.next() => self.due(job).await,
                Some(input) = read(self.lines.as_mut()), if may_read => self.take(input),
                () = &mut record, if self.recorder.has_gathered() => {
                    self.recorder.flush().await;
                    record.as_mut().reset(tokio::time::Instant::now() + RECORD_WITHIN);
                }
            }
        }
    }

    fn level(&self) -> Stop {
        *self.stop_level.borrow()
    }

    /// Whether more lines would be begun soon.
    fn wants_lines(&self) -> bool {
        self.queue.is_empty() && self.waiting.len() + self.again.len() < WAITING
    }

    /// Begins as much as there are lanes for.
    fn begin(&mut self) {
        if self.level() > Stop::Not {
            return;
        }
        let may_read = self.wants_lines();
        while let Some(lane) = self.lanes.pop() {
            let job = match (self.again.pop_front(), self.queue.pop_front()) {
                (Some(job), line) => {
                    if let Some(line) = line {
                        self.queue.push_front(line);
                    }
                    self.summary.tally.retries += 1;
                    job
                }
                (None, Some(line)) => Job { line, id: self.ids.next() },
                (None, None) => {
                    self.lanes.push(lane);
                    // Lines that were read already must not wait until every answer that has come is dealt with.
                    match self.lines.as_mut().filter(|_| may_read).map(Receiver::try_recv) {
                        Some(Ok(input)) => self.take(input),
                        _ => return,
                    }
                    continue;
                }
            };
            let attempt = attempt(lane, job, self.ledger.lines(), self.to, self.timeout, self.stopping.clone());
            self.in_flight.push(Box::pin(attempt));
        }
    }

    /// An attempt is over.
    async fn attempted(&mut self, job: Job) {
        let stopping = self.level() > Stop::Not;
        let policy = &self.how.options.policy;
        let wait = self.ledger.lines().look(job.line.number, |attempts| {
            let last = attempts.last().filter(|_| !stopping)?;
            let done = u32::try_from(attempts.len()).unwrap_or(u32::MAX);
            retry::next(done, policy, last, Timestamp::now(), jitter)
        });
        let Some(wait) = wait.flatten() else { return self.over(job).await };
        let pause = (self.how.options.pause)(wait.duration);
        let mut stopping = self.stopping.clone();
        self.waiting.push(Box::pin(async move {
            tokio::select! {
                () = pause => {}
                () = stopped(&mut stopping, Stop::New) => {}
            }
            job
        }));
    }

    /// A wait is over.
    async fn due(&mut self, job: Job) {
        if self.level() == Stop::Not { self.again.push_back(job) } else { self.over(job).await }
    }

    /// A delivery is over.
    async fn over(&mut self, job: Job) {
        // Behind a panic there is no over.
        let Some(outcome) = self.recorder.over(job.line.number).await else { return pending().await };
        let tally = &mut self.summary.tally;
        match outcome {
            Outcome::Delivered => tally.delivered += 1,
            Outcome::Refused => tally.refused += 1,
            Outcome::Failed => tally.failed += 1,
            Outcome::Stopped => tally.stopped += 1,
        }
        if outcome != Outcome::Delivered {
            self.undelivered.keep(job.line);
        }
    }

    fn take(&mut self, input: Input) {
        match input {
            Input::Lines(lines) => {
                self.seen = lines.last().map_or(self.seen, |line| line.number);
                if self.level() == Stop::Not {
                    self.queue.extend(lines);
                } else {
                    for line in lines {
                        self.unsent(line);
                    }
                }
            }
            Input::Unfit(line, why) => {
                self.seen = line;
                self.summary.tally.unfit += 1;
                if self.summary.unfit.len() < UNFIT_TOLD {
                    self.summary.unfit.push(Unfit { line, why });
                }
            }
            Input::Unsent(line) => {
                self.seen = line;
                self.summary.tally.unsent += 1;
            }
            Input::End(result) => {
                self.lines = None;
                if let Err(error) = result {
                    self.summary.unreadable = Some(error.to_string());
                    self.summary.unread_from.get_or_insert(self.seen + 1);
                }
            }
        }
    }

    fn unsent(&mut self, line: Line) {
        self.summary.tally.unsent += 1;
        if !self.undelivered.is_wanted() {
            self.summary.unread_from.get_or_insert(line.number);
        }
        self.undelivered.keep(line);
    }

    fn stop(&mut self, level: Stop) {
        self.summary.stopped = true;
        self.stop_level.send_replace(level.max(self.level()));
        for line in std::mem::take(&mut self.queue) {
            self.unsent(line);
        }
        // As if they had waited until now.
        for job in std::mem::take(&mut self.again) {
            self.waiting.push(Box::pin(std::future::ready(job)));
        }
        if level == Stop::New && self.undelivered.is_wanted() {
            self.gate.keep_all();
        } else {
            self.leave_input();
        }
    }

    /// Leaves the rest of the input where it is. The reader may hang in a read, so it is not waited for.
    fn leave_input(&mut self) {
        let last = self.gate.leave();
        let Some(mut lines) = self.lines.take() else { return };
        // What it has handed over already is read.
        lines.close();
        while let Ok(input) = lines.try_recv() {
            if let Input::End(Ok(())) = input {
                return;
            }
            self.take(input);
        }
        // Kept already, but not told of any more.
        if let Some(last) = last.filter(|last| last.number() > self.seen) {
            self.take(last.into());
        }
        self.summary.unread_from.get_or_insert(self.seen + 1);
    }

    async fn summary(mut self) -> Summary {
        let within = if self.level() == Stop::All { SETTLED_WITHIN } else { Duration::MAX };
        let kept = self.undelivered.settled(within).await;
        self.summary.unwritten = kept.error.map(|error| error.to_string());
        self.summary.lost = kept.lost;
        self.summary.unrecorded = self.recorder.end().await;
        self.summary
    }
}

async fn attempt(
    mut lane: Connection,
    job: Job,
    ledger: Arc<ledger::Lines>,
    to: &Destination,
    timeout: Duration,
    mut stopping: watch::Receiver<Stop>,
) -> (Connection, Job) {
    let started_at = Timestamp::now();
    let stamp = Stamp { id: job.id.clone(), timestamp: started_at.as_second() };
    let request = Arc::new(Request::build(to.settings(), job.line.body(), &stamp, &resolve(to.auth()).await));
    if !ledger.takes_off(job.line.number, &job.id, Arc::clone(&request), started_at) {
        return pending().await;
    }
    let mut attempt = lane.attempt(&request, started_at, timeout, stopped(&mut stopping, Stop::All)).await;
    // Of a waiting line no more is held than the history keeps.
    history::shorten_bodies(std::slice::from_mut(&mut attempt));
    if ledger.lands(job.line.number, attempt).is_none() {
        return pending().await;
    }
    (lane, job)
}

/// Ready when stopped to that level.
async fn stopped(stopping: &mut watch::Receiver<Stop>, at_least: Stop) {
    if stopping.wait_for(|level| *level >= at_least).await.is_err() {
        // The run is over, and nobody polls this any more.
        pending::<()>().await;
    }
}

async fn read(lines: Option<&mut Receiver<Input>>) -> Option<Input> {
    match lines {
        // A reader that died without a word has ended the input, but not well.
        Some(lines) => {
            Some(lines.recv().await.unwrap_or_else(|| Input::End(Err(io::Error::other("the thread that reads it has died")))))
        }
        None => None,
    }
}
