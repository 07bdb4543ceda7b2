//! What an operator sees of the queue, and does to it.

use std::io::{self, Write};
use std::path::Path;

use jiff::Timestamp;

#[cfg(feature = "nats")]
use super::shared;
#[cfg(feature = "nats")]
use crate::domain::delivery::gate::Gate;
use crate::domain::delivery::gate::State;
use crate::domain::delivery::metrics::Gauges;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::text::{ellipsis, visible};
use crate::io::db::queue::{self, Action, Counts, Entry, Filter, FoundEvents, GateState, Rescued, View};
use crate::io::fs::atomic;
use crate::ops::waypost::Waypost;

impl Waypost {
    /// The queue as it is now. Without one, it is empty.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn queue(&self, filter: Filter) -> Result<View, Problem> {
        #[cfg(feature = "nats")]
        if let Some(nats) = self.nats()? {
            return shared::view(&nats, filter);
        }
        Ok(queue::list(&self.paths, filter, Timestamp::now(), self.relay_runs())?)
    }

    /// The number of events in each state.
    ///
    /// # Errors
    /// The queue cannot be read.
    pub fn queue_counts(&self) -> Result<Counts, Problem> {
        Ok(self.queue(Filter { state: None, skip: 0, limit: 0 })?.counts)
    }

    /// What a relay shows of the queue to who collects metrics; `None` if it cannot be read.
    #[must_use]
    pub fn gauges(&self) -> Option<Gauges> {
        let view = self.queue(Filter { state: None, skip: 0, limit: 0 }).ok()?;
        let Counts { ready, waiting, in_flight, dead } = view.counts;
        let age = |since| u64::try_from(Timestamp::now().duration_since(since).as_secs()).unwrap_or(0);
        let gate_open = *view.gate.gate.state() == State::Open;
        Some(Gauges { ready, waiting, in_flight, dead, oldest_age_s: view.oldest.map_or(0, age), gate_open })
    }

    /// An event of the queue and its body, by its id or an unambiguous beginning of it.
    ///
    /// # Errors
    /// There is no such event, or more than one, or the queue cannot be read.
    pub fn queued(&self, id: &str) -> Result<(Entry, Vec<u8>), Problem> {
        #[cfg(feature = "nats")]
        if let Some(nats) = self.nats()? {
            return shared::show(&nats, id)?.map_err(|found| not_found(&found));
        }
        queue::find(&self.paths, id, Timestamp::now(), self.relay_runs())?.map_err(|found| not_found(&found))
    }

    /// Makes events ready to go out now: dead ones begin anew, waiting ones wait no longer for their own time. Their ids.
    ///
    /// # Errors
    /// An id names no event, or several; then nothing was done. Or the queue cannot be written.
    pub fn retry_queued(&self, ids: &[String]) -> Result<Vec<String>, Problem> {
        #[cfg(feature = "nats")]
        if let Some(nats) = self.nats()? {
            return shared::retry(&nats, ids)?.map_err(|found| not_found(&found));
        }
        self.act(ids, Action::Retry)
    }

    /// Makes every dead event ready; the number of them.
    ///
    /// # Errors
    /// The queue cannot be written.
    pub fn retry_dead(&self) -> Result<usize, Problem> {
        #[cfg(feature = "nats")]
        if let Some(nats) = self.nats()? {
            return shared::retry_dead(&nats);
        }
        Ok(queue::retry_dead(&self.paths, Timestamp::now())?)
    }

    /// Deletes events. One that is in flight may still be delivered. Their ids.
    ///
    /// # Errors
    /// As of [`Waypost::retry_queued`].
    pub fn drop_queued(&self, ids: &[String]) -> Result<Vec<String>, Problem> {
        #[cfg(feature = "nats")]
        if let Some(nats) = self.nats()? {
            return shared::delete(&nats, ids)?.map_err(|found| not_found(&found));
        }
        self.act(ids, Action::Drop)
    }

    fn act(&self, ids: &[String], action: Action) -> Result<Vec<String>, Problem> {
        let found = queue::act(&self.paths, ids, action, Timestamp::now())?;
        if found.unknown.is_empty() && found.ambiguous.is_empty() { Ok(found.ids) } else { Err(not_found(&found)) }
    }

    /// Closes the gate until it is released; a relay that runs obeys at once.
    ///
    /// # Errors
    /// The queue cannot be written.
    pub fn hold_queue(&self) -> Result<GateState, Problem> {
        #[cfg(feature = "nats")]
        if let Some(nats) = self.nats()? {
            return shared::change_gate(&nats, Gate::hold);
        }
        Ok(queue::change_gate(&self.paths, |state| state.gate.hold())?)
    }

    /// Opens the gate, whatever closed it.
    ///
    /// # Errors
    /// The queue cannot be written.
    pub fn release_queue(&self) -> Result<GateState, Problem> {
        #[cfg(feature = "nats")]
        if let Some(nats) = self.nats()? {
            return shared::change_gate(&nats, Gate::release);
        }
        Ok(queue::change_gate(&self.paths, |state| state.gate.release())?)
    }

    /// Writes the bodies that can be read of a database, which may be damaged, to a new file, one per line.
    ///
    /// # Errors
    /// Nothing can be read; the file exists, or cannot be written: then it is not there.
    pub fn rescue_queue(&self, to: &Path) -> Result<Rescued, Problem> {
        let mut rescued = None;
        let written = atomic::create_with(to, |file| {
            let mut file = io::BufWriter::new(file);
            rescued = Some(queue::rescue(&self.paths, &mut file));
            match &rescued {
                Some(Ok(Ok(_))) => file.flush(),
                _ => Err(io::ErrorKind::Other.into()),
            }
        });
        match (rescued, written) {
            (Some(Err(error)), _) => Err(error.into()),
            (Some(Ok(Err(error))), _) | (_, Err(error)) => Err(Problem::not_written(to, &error)),
            (Some(Ok(Ok(rescued))), Ok(())) => Ok(rescued),
            (None, Ok(())) => Ok(Rescued::default()),
        }
    }
}

fn not_found(found: &FoundEvents) -> Problem {
    let shown = |id: &String| ellipsis(&visible(id), 80).into_owned();
    let (what, why) = match (found.unknown.first(), found.ambiguous.first()) {
        (Some(id), _) => {
            (format!("The queue has no event {}", shown(id)), "It was delivered, or dropped, or was never there.".to_owned())
        }
        (None, Some((id, ids))) => {
            let ids: Vec<_> = ids.iter().map(shown).collect();
            (format!("More than one ID begins with {}", shown(id)), format!("Among them: {}.", ids.join(", ")))
        }
        (None, None) => ("No event is named".to_owned(), String::new()),
    };
    Problem::of_kind(ProblemKind::Usage, what, why, "List the queue to find the ID.")
}
