//! The sender, and one attempt at a delivery from the first lookup to the last byte of the answer.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::answer::Answer;
use super::ended::{End, Ended, Fault, log_begin};
use super::proxy::ProxyEnv;
use super::resolve::{Lookup, SystemLookup};
use super::tls::Verification;
use super::trace::{Current, Progress, Trace, millis};
use super::way::{Keep, Way, uri_of};
use crate::domain::delivery::{Attempt, Cause};
use crate::domain::destination::Settings;
use crate::domain::redact::Redactor;
use crate::domain::request::Request;

/// Which CAs are trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trust {
    /// The system's, where `SSL_CERT_FILE` and `SSL_CERT_DIR` say they are, or in their usual place.
    System,
    /// Those of this PEM text and no others, as with curl's `--cacert`.
    Only(Vec<u8>),
}

/// What the sender takes from its surroundings.
#[derive(Clone)]
pub struct Surroundings {
    /// Which proxy to go through.
    pub proxies: ProxyEnv,
    /// Where addresses come from.
    pub lookup: Arc<dyn Lookup>,
}

impl Default for Surroundings {
    /// This process's environment and the system's resolver.
    fn default() -> Self {
        Self { proxies: ProxyEnv::from_env(), lookup: Arc::new(SystemLookup) }
    }
}

/// Sends requests to one destination. Made at the first delivery: reading the system's CAs takes some milliseconds.
pub struct Sender {
    verification: Verification,
    surroundings: Surroundings,
}

impl Sender {
    /// A sender in this process's surroundings.
    ///
    /// # Errors
    /// What keeps anything from being sent: no CA store, an unusable CA file or a malformed proxy variable.
    pub fn new(to: &Settings, trust: &Trust) -> Result<Self, Cause> {
        Self::with(to, trust, Surroundings::default())
    }

    /// A sender in other surroundings.
    ///
    /// # Errors
    /// As of [`Sender::new`].
    pub fn with(to: &Settings, trust: &Trust, surroundings: Surroundings) -> Result<Self, Cause> {
        surroundings.proxies.proxy_for(&uri_of(to)?)?;
        Ok(Self { verification: Verification::new(trust)?, surroundings })
    }

    /// Sends a request once over a connection of its own, and waits until it is answered, has failed, `timeout` is over or `stop` is ready.
    ///
    /// `progress` is told of the phases as they begin and end. `started_at` is what the attempt says of its beginning.
    pub async fn attempt(
        &self,
        to: &Settings,
        request: &Request,
        started_at: Timestamp,
        timeout: Duration,
        progress: impl Fn(Progress),
        stop: impl Future<Output = ()>,
    ) -> Attempt {
        log_begin(to, request);
        let begun = Instant::now();
        let (live, mut events) = unbounded_channel();
        let trace = Arc::new(Trace::new(&request.body, Some(live)));
        let answer = Answer::default();
        let redactor = Redactor::new(to);
        let end = {
            let mut exchange = pin!(async {
                let way = self.way(to, Keep::No, &Current::new(Arc::clone(&trace)))?;
                way.exchange(request, &trace, &answer, redactor.longest()).await
            });
            let mut stop = pin!(stop);
            let mut deadline = pin!(tokio::time::sleep(timeout));
            loop {
                tokio::select! {
                    biased;
                    Some(event) = events.recv() => progress(event),
                    result = &mut exchange => break End::Of(result),
                    () = &mut stop => break End::Stopped,
                    () = &mut deadline => break End::TimedOut,
                }
            }
        };
        let duration_ms = millis(begun.elapsed());
        trace.end(matches!(end, End::Of(Ok(()))));
        tell_rest(&mut events, &progress);
        let now = started_at.checked_add(begun.elapsed()).unwrap_or(started_at);
        let ended = Ended { end, seen: trace.seen(), started_at, now, duration_ms, limit: timeout };
        ended.into_attempt(to, request, &redactor, &answer)
    }

    /// The way to a destination, telling of itself to the current attempt.
    pub(super) fn way(&self, to: &Settings, keep: Keep, current: &Current) -> Result<Way, Fault> {
        Way::new(&self.verification, &self.surroundings, to, keep, current)
    }
}

fn tell_rest(events: &mut UnboundedReceiver<Progress>, progress: &impl Fn(Progress)) {
    while let Ok(event) = events.try_recv() {
        progress(event);
    }
}
