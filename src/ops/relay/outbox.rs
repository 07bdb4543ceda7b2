//! `relay --to-nats`: hands the queue of this machine over to the one that machines share. An event leaves this one when JetStream
//! has acknowledged that one.

use std::collections::HashSet;
use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::sleep;

use crate::domain::delivery::gate::State;
use crate::domain::problem::Problem;
use crate::io::db::queue::{Change, Leased, RelayQueue};
use crate::io::nats::{NatsError, NewEvent, Publisher};
use crate::io::watch::Watch;
use crate::ops::waypost::Waypost;

/// How many events, and bytes of them, are handed over together.
const EVENTS: usize = 256;
const BYTES: usize = 16 * 1024 * 1024;

/// How long to wait before NATS is asked again, and before events that wait for their time are looked for.
const AGAIN: Duration = Duration::from_secs(3);

/// What an outbox tells.
#[derive(Debug)]
pub enum Forwarding {
    /// The number of events that are on NATS, and have left this machine.
    Forwarded(usize),
    /// Nothing is, and why; it will be tried again.
    Failing(Problem),
    /// That event cannot be, and stays here.
    Left(String, Problem),
}

impl Waypost {
    /// Hands events over to the queue that machines share at `to`, until `stop` is ready; with `once`, those that are there. The number
    /// of those that are left.
    ///
    /// # Errors
    /// Another relay runs, the database cannot be used, or, with `once`, NATS cannot.
    pub async fn forward(
        &self,
        to: &Self,
        once: bool,
        mut report: impl FnMut(Forwarding),
        stop: impl Future<Output = ()>,
    ) -> Result<u64, Problem> {
        let _running = self.only_relay()?;
        let mut queue = RelayQueue::open(&self.paths)?;
        let mut watch = Watch::start(&self.paths);
        let mut left = HashSet::new();
        let mut is_failing = false;
        let mut publisher = None;
        let mut stop = pin!(stop);
        loop {
            let step = tokio::select! {
                biased;
                () = &mut stop => break,
                step = step(&mut queue, to, &mut publisher, &left) => step,
            };
            match step {
                Ok(Step { forwarded: 0, .. }) if once => break,
                Ok(Step { forwarded: 0, .. }) => {
                    is_failing = false;
                    tokio::select! {
                        biased;
                        () = &mut stop => break,
                        _ = watch.changed_at_once() => {}
                        () = sleep(AGAIN), if queue.next_due(Timestamp::now())?.is_some() => {}
                    }
                    queue.reload()?;
                }
                Ok(Step { forwarded, too_long }) => {
                    is_failing = false;
                    report(Forwarding::Forwarded(forwarded));
                    if let Some((event, problem)) = too_long {
                        left.insert(event.seq);
                        report(Forwarding::Left(event.id, problem));
                    }
                }
                Err(problem) if once => return Err(problem),
                Err(problem) => {
                    if !std::mem::replace(&mut is_failing, true) {
                        report(Forwarding::Failing(problem));
                    }
                    tokio::select! {
                        biased;
                        () = &mut stop => break,
                        () = sleep(AGAIN) => {}
                    }
                }
            }
        }
        Ok(self.queue_counts()?.undelivered())
    }
}

struct Step {
    /// How many events are done with, the one that is too long among them.
    forwarded: usize,
    too_long: Option<(Leased, Problem)>,
}

async fn step(
    queue: &mut RelayQueue,
    to: &Waypost,
    publisher: &mut Option<Publisher>,
    left: &HashSet<i64>,
) -> Result<Step, Problem> {
    if *queue.gate.gate.state() == State::Held {
        return Ok(Step { forwarded: 0, too_long: None });
    }
    let mut events = queue.lease(EVENTS, BYTES, left, Timestamp::now())?;
    if events.is_empty() {
        return Ok(Step { forwarded: 0, too_long: None });
    }
    let publisher = match publisher {
        Some(publisher) => publisher,
        None => {
            let nats = to.nats_async().await?.ok_or_else(|| NatsError::Other { why: "no server is named".to_owned() })?;
            publisher.insert(Publisher::open(&nats).await?)
        }
    };
    let new: Vec<NewEvent> = events
        .iter()
        .map(|event| NewEvent { id: event.id.clone(), event: event.event.clone(), body: event.body.clone().into() })
        .collect();
    let (kept, error) = publisher.publish_all(&new).await;
    let done: Vec<Change> = events.iter().take(kept.len()).map(|event| Change::Forwarded(event.seq)).collect();
    queue.write(&done, None)?;
    match error {
        None => Ok(Step { forwarded: done.len(), too_long: None }),
        Some(error @ NatsError::TooLong { .. }) => {
            Ok(Step { forwarded: done.len() + 1, too_long: Some((events.swap_remove(done.len()), error.into())) })
        }
        Some(_) if !done.is_empty() => Ok(Step { forwarded: done.len(), too_long: None }),
        Some(error) => Err(error.into()),
    }
}
