//! What the worker asks of the source, and what the source waits for.

use std::future::pending;
use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use tokio::time::Instant;

use super::gate::Happened;
use super::settle::Unsettled;
use super::{Lends, NatsSource, RECORD_WITHIN};
use crate::domain::delivery::Delivery;
use crate::domain::delivery::gate::Gate;
use crate::domain::delivery::schedule::Progress;
use crate::io::nats::QueuedEvent;
use crate::ops::in_flight::InFlight;
use crate::ops::relay::queue::Report;
use crate::ops::relay::source::{Lease, Settlement, Source, Stop, Wake};

async fn ready<T>(future: &mut Option<BoxFuture<'static, T>>) -> T {
    let Some(waited) = future else { return pending().await };
    let done = waited.await;
    *future = None;
    done
}

impl Source for NatsSource<'_> {
    type Item = QueuedEvent;

    fn has_next(&mut self) -> bool {
        self.lends == Lends::Yes && self.settling.len() < self.how.concurrency && !self.buffer.is_empty()
    }

    fn try_next(&mut self) -> Option<Lease<QueuedEvent>> {
        if !self.has_next() {
            return None;
        }
        let (event, known) = self.buffer.pop_front()?;
        self.lent += 1;
        let progress = match &known {
            Some(known) => Progress { since: event.published, attempts: known.attempts, refusals: known.refusals },
            None => Progress::new(event.published),
        };
        let attempts = known.and_then(|known| known.delivery()).map(|delivery| delivery.attempts).unwrap_or_default();
        Some(Lease { id: event.id.clone(), event: event.event.clone(), attempts, progress, item: event })
    }

    async fn wait(&mut self, _: bool) -> Wake {
        if let Some(gate) = self.new_gate.take() {
            return self.happened(Happened::Gate(gate));
        }
        loop {
            self.ask().await;
            tokio::select! {
                biased;
                happened = self.gate.happened() => return self.happened(happened),
                Some(settled) = self.settling.next() => {
                    self.settled(settled).await;
                    return Wake::Changed;
                }
                loaded = ready(&mut self.reloading) => {
                    if let Some((target, gate)) = loaded {
                        return self.reloaded(target, gate);
                    }
                }
                Ok(()) = self.destination.changed(), if self.lends != Lends::Never => {
                    self.destination.mark_unchanged();
                    self.reloading = Some(self.load());
                }
                Some(come) = self.coming.next() => {
                    if self.lends == Lends::Yes {
                        self.buffer.push_back(come);
                    } else {
                        self.give_back(come.0);
                    }
                    return Wake::Changed;
                }
                pulled = self.puller.next() => {
                    self.pulled(pulled);
                    return Wake::Changed;
                }
                () = ready(&mut self.recovering) => {}
                () = &mut self.record, if self.journal.has_unwritten() => {
                    self.journal.flush();
                    self.record.as_mut().reset(Instant::now() + RECORD_WITHIN);
                }
            }
        }
    }

    fn begin(&self, delivery: Delivery) -> InFlight {
        // Dropped before its end, the event is still in the queue.
        InFlight::new(delivery, Arc::new(|_| ()))
    }

    async fn settle(&mut self, event: QueuedEvent, delivery: Delivery, progress: Progress, settlement: Settlement) {
        self.lent = self.lent.saturating_sub(1);
        if settlement == Settlement::Return {
            return self.give_back(event);
        }
        let unsettled = Unsettled { lending: self.lending.clone(), event, delivery, progress, settlement };
        self.settling.push(Box::pin(unsettled.settle()));
    }

    fn gate_changed(&mut self, gate: &Gate) {
        self.known_gate = gate.clone();
        self.gate.change(gate);
        (self.report)(Report::Gate(gate.clone()));
    }

    fn shares_gate(&self) -> bool {
        true
    }

    fn stop(&mut self, _: Stop) {
        self.lends = Lends::Never;
        self.give_all_back();
    }

    fn is_exhausted(&self) -> bool {
        let is_quiet = self.buffer.is_empty() && self.coming.is_empty() && self.settling.is_empty() && !self.gate.is_storing();
        let nothing_left = self.how.is_once && self.is_drained && is_quiet;
        (self.lends == Lends::Never && !self.gate.is_storing()) || nothing_left
    }
}
