//! `resend` of many: a run of the worker over events of the history.

use std::future::Future;
use std::sync::Arc;

use super::not_started::NotStarted;
use super::past_events::{PastEvents, PastReport};
use super::source::Target;
use super::summary::{GaveUp, Tally};
use super::worker::{Keeper, Worker};
use crate::domain::delivery::again::{Chosen, LeftOut};
use crate::domain::destination::Destination;
use crate::domain::problem::Problem;
use crate::ops::send::Options;
use crate::ops::task::refused;
use crate::ops::waypost::Waypost;

/// How past events are sent.
#[derive(Clone)]
pub struct AgainOptions {
    /// Of each event.
    pub options: Options,
    /// The number of connections; with one, each event begins after the one before it has its answer.
    pub concurrency: usize,
}

/// What became of all of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AgainSummary {
    pub tally: Tally,
    /// Not sent after all, and why.
    pub left_out: Vec<(String, LeftOut)>,
    /// Whether it ended because it was stopped.
    pub stopped: bool,
    /// Why it ended before its time, if it gave up.
    pub gave_up: Option<GaveUp>,
    /// Why the history could not be read to the end.
    pub unreadable: Option<Problem>,
    /// Why deliveries are missing in the history, if some are.
    pub unrecorded: Option<Problem>,
}

impl Waypost {
    /// Sends events of the history again, each under its id, in their order; by the rules of [`Waypost::send_lines`]. `stops` are
    /// its two stops.
    ///
    /// # Errors
    /// What keeps everything from being sent.
    pub async fn send_again(
        &self,
        to: &Destination,
        chosen: Vec<Chosen>,
        how: &AgainOptions,
        report: impl FnMut(PastReport),
        mut progress: impl FnMut(&Tally),
        stops: (impl Future<Output = ()>, impl Future<Output = ()>),
    ) -> Result<AgainSummary, NotStarted> {
        let sender = self.sender(to.settings(), how.options.timeout(to)).await;
        let sender = sender.map_err(|cause| NotStarted::Cause(Box::new(to.clone()), cause))?;
        let connections = sender.connections(to.settings(), how.concurrency.max(1));
        let source = PastEvents::start(self.paths.clone(), chosen, Box::new(report)).map_err(|error| refused(&error))?;
        let target = Target { destination: Arc::new(to.clone()), connections };
        let mut worker = Worker::new(target, &how.options, source, Keeper::Worker);
        worker.run(|source, tally| progress(&source.counted(tally)), stops.0, stops.1).await;
        let stopped = worker.is_stopped();
        let gave_up = worker.take_gave_up();
        let (source, tally) = worker.end();
        let tally = source.counted(&tally);
        let (left_out, unreadable, unrecorded) = source.end().await;
        Ok(AgainSummary { tally, left_out, stopped, gave_up, unreadable, unrecorded })
    }
}
