//! `relay --nats`: a run of the worker over the queue that machines share.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::{Instant, sleep};

use super::deliver::{RelayOptions, RelaySummary};
use super::journal::Journal;
use super::nats::gate::{KEY, SharedGate};
use super::nats::{NatsOptions, NatsSource, Parts, tag};
use super::not_started::NotStarted;
use super::queue::Report;
use super::worker::{Keeper, Worker};
use crate::domain::delivery::schedule::Schedule;
use crate::domain::problem::{Problem, ProblemKind};
use crate::io::db::queue::Counts;
use crate::io::nats::consumer::{self, ConsumerInfo, Puller};
use crate::io::nats::{Bucket, Lending, Nats, NatsError, operate, provide_all};
use crate::ops::send::Options;
use crate::ops::task::{blocking, refused};
use crate::ops::waypost::Waypost;

/// How long a server may take to be ready, once it is connected with.
const START_WITHIN: Duration = Duration::from_secs(15);

const AGAIN: Duration = Duration::from_secs(1);

/// The key of the destination.
const DESTINATION: &str = "destination";

/// How long the first value of a key may take to be seen.
const SEEN_WITHIN: Duration = Duration::from_secs(2);

impl Waypost {
    /// As [`Waypost::relay`], of the queue on NATS; any number of them may run.
    pub(super) async fn relay_shared(
        &self,
        nats: Nats,
        how: &RelayOptions,
        mut report: impl FnMut(Report),
        mut in_flight: impl FnMut(usize),
        stop: impl Future<Output = ()>,
        stop_all: impl Future<Output = ()>,
    ) -> Result<RelaySummary, NotStarted> {
        if how.ordered {
            return Err(unordered().into());
        }
        let (destination, known) = self.tagged()?;
        let options = Options { rate: how.rate, now: Arc::new(Timestamp::now), ..Options::default() };
        let concurrency = how.concurrency.max(1);
        let of_attempt = options.timeout(&destination);
        let target = self.target(destination.clone(), concurrency).await;
        let target = target.map_err(|cause| NotStarted::Cause(Box::new(destination), cause))?;

        let parts = self.parts(&nats, of_attempt).await?;
        let gate = parts.gate.gate().clone();

        let schedule = Schedule { give_up_after: how.give_up_after };
        let mut summary = RelaySummary::default();
        let mut reported = |happened: Report| {
            summary.count(&happened);
            report(happened);
        };
        let counts = self.counts_async().await;
        reported(Report::Started(target.destination.url().shown().clone(), counts));
        reported(Report::Gate(gate.clone()));
        let of_source = NatsOptions { is_once: how.once, concurrency, timeout: of_attempt };
        let source = NatsSource::new(parts, of_source, self.reload(known, concurrency), Box::new(reported));
        let mut worker = Worker::new(target, &options, source, Keeper::Source { schedule, once: how.once }).with_gate(gate);
        worker.run(|_, tally| in_flight(tally.in_flight), stop, stop_all).await;
        let (source, _) = worker.end();
        let broken = source.end().await;
        let left = self.counts_async().await.undelivered();
        Ok(RelaySummary { left, broken, ..summary })
    }
}

impl Waypost {
    /// What a source is made of; a cluster that elects its leaders is waited for.
    async fn parts(&self, nats: &Nats, of_attempt: Duration) -> Result<Parts, Problem> {
        let begun = Instant::now();
        let (consumer, bucket, puller) = loop {
            match opened(nats, of_attempt).await {
                Ok(opened) => break opened,
                Err(NatsError::NoAnswer | NatsError::NoQuorum { .. } | NatsError::Lost { .. } | NatsError::NoJetStream)
                    if begun.elapsed() < START_WITHIN =>
                {
                    sleep(AGAIN).await;
                }
                Err(error) => return Err(error.into()),
            }
        };
        let mut watched = bucket.watch(DESTINATION);
        // Without one, there is nothing to see.
        if tokio::time::timeout(SEEN_WITHIN, watched.changed()).await.is_err() && bucket.get(DESTINATION).await?.is_some() {
            return Err(NatsError::Forbidden { why: "changes of the bucket WAYPOST are not reported".to_owned() }.into());
        }
        Ok(Parts {
            puller,
            lending: Lending::start(nats, consumer.ack_wait()),
            gate: SharedGate::open(&bucket, &tag(&watched)).await?,
            destination: watched,
            journal: Journal::start(self.paths.clone()).map_err(|error| refused(&error))?,
            nats: nats.clone(),
        })
    }

    async fn counts_async(&self) -> Counts {
        let waypost = self.clone();
        blocking(move || waypost.queue_counts()).await.unwrap_or_default()
    }
}

/// Everything on the server that a worker needs; what is missing is created.
async fn opened(nats: &Nats, of_attempt: Duration) -> Result<(ConsumerInfo, Bucket, Puller), NatsError> {
    provide_all(nats).await?;
    let consumer = consumer::provide(nats, of_attempt).await?;
    consumer::sweep(nats).await?;
    let bucket = Bucket::open(nats).await?;
    bucket.get(KEY).await?;
    operate::be_here(nats).await?;
    Ok((consumer, bucket, Puller::open(nats).await?))
}

fn unordered() -> Problem {
    Problem::of_kind(
        ProblemKind::Usage,
        "The queue on NATS has no order",
        "Several machines deliver it side by side, and an event that waits is overtaken.",
        "Leave --ordered out, or use the queue of one machine.",
    )
}
