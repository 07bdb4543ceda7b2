//! One attempt, from the first lookup to the last byte of the answer, or until it is stopped or out of time.

use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::mpsc::unbounded_channel;
use tokio::task::unconstrained;

use super::connection::Connection;
use super::error::ExchangeError;
use super::response::ResponseReader;
use super::result::{AttemptEnd, AttemptResult, log_begin, proxy_refusal};
use super::token::Token;
use super::trace::{Progress, Trace, millis};
use crate::domain::delivery::Attempt;
use crate::domain::destination::Settings;
use crate::domain::redact::Redactor;
use crate::domain::request::Request;
use crate::io::sync::lock;

/// The status of an answer to a token that is not accepted (RFC 6750 §3).
const UNAUTHORIZED: u16 = 401;

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
        let token = Mutex::default();
        let report = |event| progress.iter().for_each(|progress| progress(event));
        let end = {
            let mut exchange = pin!(exchange(connection, request, &trace, &reader, &token));
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
        let token: Option<Arc<Token>> = lock(&token).take();
        let redactor = token.as_ref().map_or(redactor, |token| &token.redactor);
        let refused = proxy_refusal(&mut observed, &trace, connection.proxy_secrets(), redactor);
        let result = AttemptResult { end, observed, refused, started_at, now, duration_ms, limit: timeout };
        let with_token = token.as_ref().map(|token| request.with_token(&token.text));
        let mut attempt = result.into_attempt(to, with_token.as_ref().unwrap_or(request), redactor, &reader);
        attempt.ca_sha256.clone_from(&connection.shared.ca_sha256);
        attempt
    }
}

/// Sends a request; one that awaits a token with one, and once more with another if the endpoint refuses that.
async fn exchange(
    connection: &mut Connection,
    request: &Request,
    trace: &Arc<Trace>,
    reader: &ResponseReader,
    used: &Mutex<Option<Arc<Token>>>,
) -> Result<(), ExchangeError> {
    let shared = Arc::clone(&connection.shared);
    let Some(tokens) = shared.tokens.as_ref().filter(|_| request.awaits_token) else {
        return connection.exchange(request, trace, reader, shared.redactor.longest()).await;
    };
    let mut token = tokens.get(None, trace).await?;
    for is_last in [false, true] {
        *lock(used) = Some(Arc::clone(&token));
        let slack = token.redactor.longest();
        connection.exchange(&request.with_token(&token.text), trace, reader, slack).await?;
        if is_last || reader.status() != Some(UNAUTHORIZED) {
            break;
        }
        // It may have been revoked, or the clocks differ.
        reader.clear();
        trace.begin_anew();
        token = tokens.get(Some(&token), trace).await?;
    }
    Ok(())
}
