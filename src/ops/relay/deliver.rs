//! `relay`: a run of the worker over the queue of this machine.

use std::fs;
use std::future::Future;
use std::os::unix::fs::MetadataExt as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::BoxFuture;
use jiff::Timestamp;

use super::not_started::NotStarted;
use super::queue::{QueueOptions, QueueSource, Reload, Report};
use super::source::{Settlement, Target};
use super::worker::{Keeper, Worker};
use crate::domain::delivery::rate::Rate;
use crate::domain::delivery::schedule::Schedule;
use crate::domain::delivery::{Cause, diagnosis};
use crate::domain::destination::{Destination, Settings};
use crate::domain::problem::{Problem, ProblemKind};
use crate::io::db::queue::RelayQueue;
use crate::io::fs::FileErrorKind;
use crate::io::fs::lock::Lock;
use crate::io::sync::lock;
use crate::io::watch::Watch;
#[cfg(feature = "nats")]
use crate::ops::queue;
use crate::ops::send::{Options, jitter};
use crate::ops::task::{blocking, refused};
use crate::ops::waypost::{State, Waypost};

/// How the queue is delivered.
#[derive(Clone, Debug)]
pub struct RelayOptions {
    /// Delivers what may go out now, and ends.
    pub once: bool,
    /// The number of connections; at least 1.
    pub concurrency: usize,
    /// In the order of enqueueing: one that waits holds the others. Needs a concurrency of 1.
    pub ordered: bool,
    pub rate: Option<Rate>,
    pub give_up_after: Duration,
}

/// What became of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RelaySummary {
    /// The number of events that were delivered since it began.
    pub delivered: u64,
    /// The number of events that became dead letters since it began.
    pub died: u64,
    /// The number of events that are still to be delivered.
    pub left: u64,
    /// Why the queue could not be used to the end.
    pub broken: Option<Problem>,
}

impl RelaySummary {
    pub(super) const fn count(&mut self, happened: &Report) {
        match happened {
            Report::Settled(_, Settlement::Ack) => self.delivered += 1,
            Report::Settled(_, Settlement::Dead(_)) | Report::GivenUp(_) => self.died += 1,
            _ => {}
        }
    }
}

/// How long a relay waits for its lock: a process that checks for a relay has it for a moment.
const LOOKED_AT: Duration = Duration::from_millis(250);

impl Waypost {
    /// Delivers the queue until `stop` is ready, and what is in flight has ended; `stop_all` ends that, too. `in_flight` gets the
    /// number of events in flight when it may have changed.
    ///
    /// # Errors
    /// [`NotStarted`]; then nothing was sent.
    pub async fn relay(
        &self,
        how: &RelayOptions,
        mut report: impl FnMut(Report),
        mut in_flight: impl FnMut(usize),
        stop: impl Future<Output = ()>,
        stop_all: impl Future<Output = ()>,
    ) -> Result<RelaySummary, NotStarted> {
        #[cfg(feature = "nats")]
        if let Some(nats) = self.nats_async().await? {
            return self.relay_shared(nats, how, report, in_flight, stop, stop_all).await;
        }
        let (destination, tag) = self.tagged()?;
        let _running = self.only_relay()?;
        // The clock of the wall: what is written must mean the same to other processes, and after a restart.
        let options = Options { rate: how.rate, now: Arc::new(Timestamp::now), ..Options::default() };
        let mut queue = RelayQueue::open(&self.paths)?;
        let now = Timestamp::now();
        queue.gate.gate.recover(jitter());
        if queue.gate.destination != tag {
            if !queue.gate.destination.is_empty() {
                queue.gate.gate.destination_changed(now);
            }
            queue.gate.destination.clone_from(&tag);
        }
        let gate = queue.gate.clone();
        queue.write(&[], Some(&gate))?;
        let concurrency = how.concurrency.max(1);
        let target = self.target(destination.clone(), concurrency).await;
        let target = target.map_err(|cause| NotStarted::Cause(Box::new(destination), cause))?;
        let watch = Watch::start(&self.paths);
        let schedule = Schedule { give_up_after: how.give_up_after };
        let mut summary = RelaySummary::default();
        let of_queue =
            QueueOptions { schedule, is_ordered: how.ordered, is_once: how.once, concurrency, options: options.clone() };
        let mut reported = |happened: Report| {
            summary.count(&happened);
            report(happened);
        };
        let counts = self.queue_counts().unwrap_or_default();
        reported(Report::Started(target.destination.url().shown().clone(), counts));
        if queue.is_slow {
            reported(Report::Slow);
        }
        reported(Report::Gate(gate.gate.clone()));
        let source = QueueSource::start(queue, of_queue, watch, self.reload(tag, concurrency), Box::new(reported))
            .map_err(|error| refused(&error))?;
        let mut worker = Worker::new(target, &options, source, Keeper::Source { schedule, once: how.once }).with_gate(gate.gate);
        worker.run(|_, tally| in_flight(tally.in_flight), stop, stop_all).await;
        let (source, _) = worker.end();
        let broken = source.end().await;
        let left = self.queue_counts().map_or(0, |counts| counts.undelivered());
        Ok(RelaySummary { left, broken, ..summary })
    }

    /// Whether a relay delivers this queue now.
    #[must_use]
    pub fn relay_runs(&self) -> bool {
        #[cfg(feature = "nats")]
        if self.is_shared() {
            return self.nats().is_ok_and(|nats| nats.is_some_and(|nats| queue::is_worked_on(&nats)));
        }
        Lock::is_held(&self.paths.relay_lock_file())
    }

    pub(super) fn only_relay(&self) -> Result<Lock, Problem> {
        let path = self.paths.relay_lock_file();
        self.paths.create_state_dir()?;
        let lock = Lock::acquire(&path, LOOKED_AT).map_err(|error| match error.kind {
            FileErrorKind::Locked => Problem::relay_runs(&path),
            _ => Problem::from(error),
        })?;
        lock.announce();
        Ok(lock)
    }

    pub(super) async fn target(&self, destination: Destination, concurrency: usize) -> Result<Target, Cause> {
        let sender = self.sender(destination.settings(), Options::default().timeout(&destination)).await?;
        let connections = sender.connections(destination.settings(), concurrency);
        Ok(Target { destination: Arc::new(destination), connections })
    }

    /// Loads the destination again, when its file has changed.
    pub(super) fn reload(&self, tag_now: String, concurrency: usize) -> Reload {
        let (waypost, known) = (self.clone(), Arc::new(Mutex::new(Some(tag_now))));
        Arc::new(move || {
            let (waypost, known) = (waypost.clone(), Arc::clone(&known));
            Box::pin(async move {
                let of_files = waypost.clone();
                let loaded = blocking(move || of_files.tagged()).await;
                let new = loaded.as_ref().ok().map(|(_, tag)| tag.clone());
                let is_known = *lock(&known) == new;
                let target = match loaded {
                    _ if is_known => return None,
                    Err(problem) => Err(problem),
                    Ok((destination, _)) => {
                        let settings = destination.settings().clone();
                        waypost.target(destination, concurrency).await.map_err(|cause| {
                            let diagnosis = diagnosis::of_cause(&settings, None, &cause);
                            Problem::of_kind(ProblemKind::Disk, "Nothing can be sent", diagnosis.why, diagnosis.fix)
                        })
                    }
                };
                // Not before: this may be dropped for a later change. What failed is tried again.
                *lock(&known) = new.filter(|_| target.is_ok());
                Some(target)
            }) as BoxFuture<'static, _>
        })
    }

    /// What is registered, and what tells it from what it was before an edit: two may come within one second.
    pub(super) fn tagged(&self) -> Result<(Destination, String), Problem> {
        let (state, generation) = self.state_and_generation();
        let destination = match state {
            State::Open(destination) => *destination,
            // The error of it.
            _ => self.destination()?,
        };
        let tag = format!("{} {generation}{}", destination.id().as_str(), ca_version(destination.settings()));
        Ok((destination, tag))
    }
}

/// The CA file is read when the destination is loaded; a client certificate at each connect.
fn ca_version(settings: &Settings) -> String {
    let found = settings.ca_cert().and_then(|path| fs::metadata(path).ok());
    found.map(|found| format!(" {}.{} {}", found.mtime(), found.mtime_nsec(), found.len())).unwrap_or_default()
}
