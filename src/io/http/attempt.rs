//! One attempt, from the first lookup to the last byte of the answer, or until it is stopped or out of time.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::mpsc::unbounded_channel;
use tokio::task::unconstrained;

use super::connection::Connection;
use super::response::ResponseReader;
use super::result::{AttemptEnd, AttemptResult, log_begin};
use super::trace::{Progress, Trace, millis};
use crate::domain::delivery::Attempt;
use crate::domain::destination::Settings;
use crate::domain::redact::Redactor;
use crate::domain::request::Request;

/// A request that is to be sent once.
pub(super) struct Exchange<'a> {
    pub to: &'a Settings,
    pub request: &'a Request,
    pub redactor: &'a Redactor,
    pub started_at: Timestamp,
    pub timeout: Duration,
}

impl Connection {
    /// Sends a request once, as [`Client::attempt`](super::Client::attempt) does, over the kept connection, or else over a new
    /// one. After an attempt that failed it is always a new one.
    pub async fn attempt(
        &mut self,
        request: &Request,
        started_at: Timestamp,
        timeout: Duration,
        stop: impl Future<Output = ()>,
    ) -> Attempt {
        let shared = Arc::clone(&self.shared);
        let exchange = Exchange { to: &shared.to, request, redactor: &shared.redactor, started_at, timeout };
        exchange.run(self, None::<fn(Progress)>, stop).await
    }
}

impl Exchange<'_> {
    /// Sends the request over a connection. `stop` ends it early; `progress` is called as phases begin and end.
    pub async fn run(
        self,
        connection: &mut Connection,
        progress: Option<impl Fn(Progress)>,
        stop: impl Future<Output = ()>,
    ) -> Attempt {
        let Self { to, request, redactor, started_at, timeout } = self;
        log_begin(to, request);
        let begun = Instant::now();
        let (live, mut events) = progress.is_some().then(unbounded_channel).unzip();
        let trace = Arc::new(Trace::new(&request.body, live));
        let reader = ResponseReader::default();
        let report = |event| progress.iter().for_each(|progress| progress(event));
        let end = {
            let mut exchange = pin!(connection.exchange(request, &trace, &reader));
            // A peer that always has more to read uses up what the runtime grants a task before these are asked.
            let mut stop = pin!(unconstrained(stop));
            let mut deadline = pin!(unconstrained(tokio::time::sleep(timeout)));
            loop {
                tokio::select! {
                    biased;
                    Some(event) = async { events.as_mut()?.recv().await }, if events.is_some() => report(event),
                    result = &mut exchange => break AttemptEnd::Exchanged(result),
                    () = &mut stop => break AttemptEnd::Stopped,
                    () = &mut deadline => break AttemptEnd::TimedOut,
                }
            }
        };
        let duration_ms = millis(begun.elapsed());
        trace.end(matches!(end, AttemptEnd::Exchanged(Ok(()))));
        while let Some(event) = events.as_mut().and_then(|events| events.try_recv().ok()) {
            report(event);
        }
        let now = started_at.checked_add(begun.elapsed()).unwrap_or(started_at);
        let mut observed = trace.observed();
        if let Some(proxy) = &mut observed.proxy {
            proxy.answer = trace.proxy_answer.finish(&Redactor::of_texts(connection.proxy_secrets()), None);
        }
        let result = AttemptResult { end, observed, started_at, now, duration_ms, limit: timeout };
        let mut attempt = result.into_attempt(to, request, redactor, &reader);
        attempt.ca_sha256.clone_from(&connection.shared.ca_sha256);
        attempt
    }
}
