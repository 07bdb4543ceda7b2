//! `send --lines`: a run of the worker over lines of JSON.

use std::future::Future;
use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use super::json_lines::{FailedLines, JsonLines};
use super::not_started::NotStarted;
use super::source::{Stop, Target};
use super::summary::{Summary, Tally};
use super::worker::{Keeper, Worker};
use crate::domain::destination::Destination;
use crate::ops::send::Options;
use crate::ops::task::refused;
use crate::ops::waypost::Waypost;

/// How long the second stop waits for the failed file.
const WRITTEN_WITHIN: Duration = Duration::from_secs(10);

/// How lines are sent.
#[derive(Clone)]
pub struct LineOptions {
    /// Of each line.
    pub options: Options,
    /// The number of connections; at least 1.
    pub concurrency: usize,
    /// The events are called `NAME:LINE` in the history.
    pub name: String,
}

/// Where lines come from, and where those go that were not delivered.
pub struct Streams<R> {
    /// One JSON per line.
    pub input: R,
    /// The failed file, if one is wanted.
    pub failed: Option<Box<dyn FailedLines>>,
}

impl Waypost {
    /// Sends the lines of the input over `concurrency` connections, and copies those that were not delivered to the failed file,
    /// byte for byte, in no particular order.
    ///
    /// A destination that is down or asks for a pause is left alone, and asked again with one event. When it accepts nothing as often
    /// as an event is retried, the run gives up, as if stopped.
    ///
    /// When `stop` is ready, what is in flight is finished, nothing is retried, and the rest of the input is copied to the
    /// failed file (without one it stays unread). When `stop_all` is ready, what is in flight ends at once, and the rest of the
    /// input stays unread.
    ///
    /// # Errors
    /// What keeps everything from being sent; nothing was read then.
    pub async fn send_lines(
        &self,
        to: &Destination,
        streams: Streams<impl Read + Send + 'static>,
        how: &LineOptions,
        mut progress: impl FnMut(&Tally),
        stop: impl Future<Output = ()>,
        stop_all: impl Future<Output = ()>,
    ) -> Result<Summary, NotStarted> {
        let sender = self.sender(to.settings(), how.options.timeout(to)).await;
        let sender = sender.map_err(|cause| NotStarted::Cause(Box::new(to.clone()), cause))?;
        let connections = sender.connections(to.settings(), how.concurrency.max(1));
        let source =
            JsonLines::start(self.paths.clone(), streams.input, streams.failed, &how.name).map_err(|error| refused(&error))?;
        let target = Target { destination: Arc::new(to.clone()), connections };
        let mut worker = Worker::new(target, &how.options, source, Keeper::Worker);
        worker.run(|source, tally| progress(&source.counted(tally)), stop, stop_all).await;
        let stopped = worker.is_stopped();
        let within = if worker.level() == Stop::All { WRITTEN_WITHIN } else { Duration::MAX };
        let gave_up = worker.take_gave_up();
        let (source, tally) = worker.end();
        Ok(source.end(Summary { tally, stopped, gave_up, ..Summary::default() }, within).await)
    }
}
