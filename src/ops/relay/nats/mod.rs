//! The queue that machines share as a source: each worker is lent as many events as it has connections free.
//!
//! ```text
//! worker ◄── lease ── NatsSource ◄── events ─── consumer ── stream WAYPOST
//!    └────── settle ──────►└──── answers ──────────►┘
//!                          ├──── gate ◄──────────► bucket WAYPOST
//!                          └──── deliveries ─────► history of this machine
//! ```
//!
//! An event that was settled and is not answered for yet still counts as in flight: it would be sent again after a kill.

pub mod gate;
mod lease;
mod settle;

use std::collections::VecDeque;
use std::pin::Pin;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use tokio::time::{Instant, Sleep, sleep, timeout};

use super::journal::Journal;
use super::queue::{Reload, Report};
use super::source::{Settlement, Target, Wake};
use crate::domain::delivery::gate::{Gate, State};
use crate::domain::problem::Problem;
use crate::io::nats::consumer::{self, Pulled, Puller};
use crate::io::nats::{Known, Lending, Nats, NatsError, QueuedEvent, Watch};
use gate::{Happened, SharedGate, StoredGate};
use settle::Settled;

/// How long to wait before NATS is asked again.
const AGAIN: Duration = Duration::from_secs(1);

/// How long a delivery may wait to be written to the history together with others.
const RECORD_WITHIN: Duration = Duration::from_millis(200);

/// How long a worker that ends waits for answers.
const END_WITHIN: Duration = Duration::from_secs(10);

/// An event that has come, with what is known of it.
type Come = (QueuedEvent, Option<Known>);

/// The destination, if it is another one, and the gate then.
type Loaded = Option<(Result<Target, Problem>, Result<(StoredGate, Option<u64>), NatsError>)>;

pub struct NatsSource<'a> {
    nats: Nats,
    lending: Lending,
    puller: Puller,
    how: NatsOptions,
    /// Come, and not lent to the worker yet.
    buffer: VecDeque<Come>,
    /// Come, and looked up.
    coming: FuturesUnordered<BoxFuture<'static, Come>>,
    /// The number of events that the worker has.
    lent: usize,
    settling: FuturesUnordered<BoxFuture<'static, Settled>>,
    gate: SharedGate,
    /// The gate as the worker has it.
    known_gate: Gate,
    /// The revision of the destination.
    destination: Watch,
    reload: Reload,
    reloading: Option<BoxFuture<'static, Loaded>>,
    /// A gate that is to be reported to the worker.
    new_gate: Option<Gate>,
    /// The consumer is missing, and is being created.
    recovering: Option<BoxFuture<'static, ()>>,
    journal: Journal,
    record: Pin<Box<Sleep>>,
    lends: Lends,
    is_drained: bool,
    is_failing: bool,
    report: Box<dyn FnMut(Report) + 'a>,
}

/// Whether the worker gets events.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lends {
    Yes,
    /// There is no destination.
    NotNow,
    /// It ends.
    Never,
}

pub struct NatsOptions {
    /// Nothing is waited for.
    pub is_once: bool,
    /// The number of events that the worker can have in flight.
    pub concurrency: usize,
    /// How long an attempt may take.
    pub timeout: Duration,
}

/// What a source is made of.
pub struct Parts {
    pub nats: Nats,
    pub puller: Puller,
    pub lending: Lending,
    pub gate: SharedGate,
    pub destination: Watch,
    pub journal: Journal,
}

impl<'a> NatsSource<'a> {
    pub fn new(parts: Parts, how: NatsOptions, reload: Reload, report: Box<dyn FnMut(Report) + 'a>) -> Self {
        let Parts { nats, puller, lending, gate, destination, journal } = parts;
        Self {
            nats,
            lending,
            puller,
            how,
            buffer: VecDeque::new(),
            coming: FuturesUnordered::new(),
            lent: 0,
            settling: FuturesUnordered::new(),
            known_gate: gate.gate().clone(),
            gate,
            destination,
            reload,
            reloading: None,
            new_gate: None,
            recovering: None,
            journal,
            record: Box::pin(sleep(RECORD_WITHIN)),
            lends: Lends::Yes,
            is_drained: false,
            is_failing: false,
            report,
        }
    }

    /// Waits until everything is answered for, and recorded. What could not be, if so.
    pub async fn end(mut self) -> Option<Problem> {
        let answers = async {
            while let Some(settled) = self.settling.next().await {
                self.settled(settled).await;
            }
        };
        let in_time = timeout(END_WITHIN, answers).await.is_ok();
        let unrecorded = self.journal.end().await;
        unrecorded.or_else(|| (!in_time).then(|| NatsError::NoAnswer.into()))
    }

    /// How many events more the worker could have.
    fn missing(&self) -> usize {
        if self.lends != Lends::Yes || self.recovering.is_some() || (self.how.is_once && self.is_drained) {
            return 0;
        }
        let most = match self.known_gate.state() {
            State::Open => self.how.concurrency,
            State::Closed { .. } | State::Probing { .. } => 1,
            State::Held | State::Gone => usize::from(self.how.is_once),
        };
        let has = self.lent + self.settling.len() + self.buffer.len() + self.coming.len() + self.puller.asked();
        most.saturating_sub(has)
    }

    async fn ask(&mut self) {
        let missing = self.missing();
        // One request for several, where many are under way.
        if missing > 0 && (self.puller.asked() == 0 || missing > self.how.concurrency / 2) {
            self.puller.ask(missing, self.how.is_once).await;
        }
    }

    fn pulled(&mut self, pulled: Pulled) {
        match pulled {
            Pulled::Event(event) => self.come(*event),
            Pulled::Nothing => {
                self.is_drained = true;
                if self.lent + self.settling.len() + self.buffer.len() == 0 && self.recovering.is_none() {
                    let nats = self.nats.clone();
                    self.recovering = Some(Box::pin(async move {
                        if let Err(error) = consumer::sweep(&nats).await {
                            tracing::debug!(why = %error, "not swept");
                        }
                    }));
                }
            }
            Pulled::Lost => {}
            Pulled::Gone => {
                let (nats, timeout) = (self.nats.clone(), self.how.timeout);
                self.recovering = Some(Box::pin(async move {
                    sleep(AGAIN).await;
                    if let Err(error) = consumer::provide(&nats, timeout).await {
                        tracing::warn!(why = %error, "no events can be asked for");
                    }
                }));
            }
        }
    }

    fn come(&mut self, event: QueuedEvent) {
        if self.lending.has_ended(&event) {
            let lending = self.lending.clone();
            self.settling.push(Box::pin(settle::end_again(lending, event)));
            return;
        }
        self.lending.keep(&event);
        if self.lends != Lends::Yes {
            self.give_back(event);
        } else if event.lent <= 1 {
            self.buffer.push_back((event, None));
        } else {
            let lending = self.lending.clone();
            self.coming.push(Box::pin(async move {
                let known = lending.known(&event).await.unwrap_or_else(|error| {
                    tracing::warn!(why = %error, id = event.id, "earlier attempts are not known");
                    None
                });
                (event, known)
            }));
        }
    }

    fn give_back(&self, event: QueuedEvent) {
        self.settling.push(Box::pin(settle::give_back(self.lending.clone(), event)));
    }

    fn give_all_back(&mut self) {
        for (event, _) in std::mem::take(&mut self.buffer) {
            self.give_back(event);
        }
    }

    async fn settled(&mut self, settled: Settled) {
        match settled {
            Settled::Done(None) => {}
            Settled::Done(Some((delivery, settlement))) => {
                if self.is_failing {
                    self.is_failing = false;
                    (self.report)(Report::Works);
                }
                (self.report)(Report::Settled(Box::new(delivery.clone()), settlement));
                if matches!(settlement, Settlement::Ack | Settlement::Dead(_)) {
                    if !self.journal.has_unwritten() {
                        self.record.as_mut().reset(Instant::now() + RECORD_WITHIN);
                    }
                    self.journal.add(delivery).await;
                }
            }
            Settled::Failed(unsettled, error) => {
                if !self.is_failing {
                    self.is_failing = true;
                    (self.report)(Report::Unwritten(error.into()));
                }
                self.settling.push(Box::pin(async move {
                    sleep(AGAIN).await;
                    unsettled.settle().await
                }));
            }
        }
    }

    fn happened(&mut self, happened: Happened) -> Wake {
        match happened {
            Happened::Probe => Wake::Probe,
            Happened::Gate(gate) => {
                self.known_gate = gate.clone();
                (self.report)(Report::Gate(gate.clone()));
                Wake::Gate(gate)
            }
        }
    }

    /// Loads the destination again; the gate is told, too.
    fn load(&self) -> BoxFuture<'static, Loaded> {
        let (loading, bucket, tag) = ((self.reload)(), self.gate.bucket().clone(), tag(&self.destination));
        Box::pin(async move {
            let target = loading.await?;
            let gate = gate::belong_to(bucket, tag).await;
            Some((target, gate))
        })
    }

    /// The destination is another one, or none.
    fn reloaded(&mut self, target: Result<Target, Problem>, gate: Result<(StoredGate, Option<u64>), NatsError>) -> Wake {
        match gate {
            Ok(stored) => self.gate.take_over(stored),
            Err(error) => tracing::warn!(why = %error, "the gate is as it was"),
        }
        self.new_gate = Some(self.gate.gate().clone());
        if self.lends != Lends::Never {
            self.lends = if target.is_ok() { Lends::Yes } else { Lends::NotNow };
        }
        Wake::Target(match target {
            Ok(target) => {
                (self.report)(Report::Destination(target.destination.url().shown().clone()));
                Some(target)
            }
            Err(problem) => {
                self.give_all_back();
                (self.report)(Report::NoDestination(problem));
                None
            }
        })
    }
}

/// What tells a destination from an earlier one.
pub fn tag(destination: &Watch) -> String {
    destination.borrow().as_ref().map(|entry| entry.revision.to_string()).unwrap_or_default()
}
