//! A lane: one connection at a time that is kept from one attempt to the next.
//!
//! A lane carries one attempt at once, so that what a connection tells (its phases, its certificate) belongs to that attempt
//! beyond doubt. Many at once are many lanes. An attempt over a connection that was kept has no times of dns, connect and tls,
//! and no certificate: nothing of that happened.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::answer::Answer;
use super::client::Sender;
use super::ended::{End, Ended, Fault, log_begin};
use super::trace::{Current, Trace, millis};
use super::way::{Keep, Way};
use crate::domain::delivery::Attempt;
use crate::domain::destination::Settings;
use crate::domain::redact::Redactor;
use crate::domain::request::Request;

/// One connection at a time to one destination.
pub struct Lane {
    sender: Arc<Sender>,
    to: Arc<Settings>,
    redactor: Arc<Redactor>,
    current: Current,
    /// Made at the first attempt.
    way: Option<Way>,
}

impl Lane {
    /// So many lanes to a destination; nothing is connected yet.
    #[must_use]
    pub fn several(sender: &Arc<Sender>, to: &Settings, count: usize) -> Vec<Self> {
        let to = Arc::new(to.clone());
        let redactor = Arc::new(Redactor::new(&to));
        let lane = |_| Self {
            sender: Arc::clone(sender),
            to: Arc::clone(&to),
            redactor: Arc::clone(&redactor),
            current: Current::new(Arc::new(Trace::new(&[], None))),
            way: None,
        };
        (0..count).map(lane).collect()
    }

    /// Sends a request once, as [`Sender::attempt`] does, over the connection that was kept, or else over a new one.
    pub async fn attempt(
        &mut self,
        request: &Request,
        started_at: Timestamp,
        timeout: Duration,
        stop: impl Future<Output = ()>,
    ) -> Attempt {
        log_begin(&self.to, request);
        let begun = Instant::now();
        let trace = Arc::new(Trace::new(&request.body, None));
        let answer = Answer::default();
        self.current.set(Arc::clone(&trace));
        let end = {
            let slack = self.redactor.longest();
            let mut exchange = pin!(async { self.way()?.exchange(request, &trace, &answer, slack).await });
            let mut stop = pin!(stop);
            let mut deadline = pin!(tokio::time::sleep(timeout));
            tokio::select! {
                biased;
                result = &mut exchange => End::Of(result),
                () = &mut stop => End::Stopped,
                () = &mut deadline => End::TimedOut,
            }
        };
        let duration_ms = millis(begun.elapsed());
        trace.end(matches!(end, End::Of(Ok(()))));
        let now = started_at.checked_add(begun.elapsed()).unwrap_or(started_at);
        let ended = Ended { end, seen: trace.seen(), started_at, now, duration_ms, limit: timeout };
        ended.into_attempt(&self.to, request, &self.redactor, &answer)
    }

    fn way(&mut self) -> Result<&Way, Fault> {
        match &mut self.way {
            Some(way) => Ok(way),
            none => Ok(none.insert(self.sender.way(&self.to, Keep::One, &self.current)?)),
        }
    }
}
