//! A connection to the destination: opened when it is needed, and kept from one attempt to the next where that is wanted.
//!
//! It carries one attempt at a time, so that what a connection reports (its phases, its certificate) belongs to that attempt. An
//! attempt over a kept connection has no timings of dns, connect and tls, and no certificate: nothing of that happened.
//!
//! A server may close a connection at the very moment at which the next request is written to it. A request that got no byte of
//! an answer over a kept connection, or 408, is therefore sent once more, over a new one, within the same attempt.

use std::sync::Arc;

use super::error::ExchangeError;
use super::open::Open;
use super::response::ResponseReader;
use super::route::Route;
use super::token::TokenSource;
use super::trace::Trace;
use crate::domain::delivery::Cause;
use crate::domain::destination::Settings;
use crate::domain::redact::Redactor;
use crate::domain::request::Request;

/// What the connections to one destination share.
pub(super) struct Shared {
    pub to: Arc<Settings>,
    pub redactor: Redactor,
    pub route: Result<Route, Cause>,
    /// Of the destination's CA file, if it has one.
    pub ca_sha256: Option<String>,
    /// Where its requests await a token.
    pub tokens: Option<TokenSource>,
}

/// A connection to one destination.
pub struct Connection {
    pub(super) shared: Arc<Shared>,
    /// Whether it is kept.
    keep: bool,
    open: Option<Open>,
}

impl Connection {
    pub(super) fn new(shared: Arc<Shared>, keep: bool) -> Self {
        Self { shared, keep, open: None }
    }

    /// Closes what is kept: the next attempt opens a new connection.
    pub fn close(&mut self) {
        self.open = None;
    }

    /// The proxy's user name and password, which its answer may repeat.
    pub(super) fn proxy_secrets(&self) -> &[String] {
        self.shared.route.as_ref().map_or(&[], Route::proxy_secrets)
    }

    /// Sends a request and reads the response as far as it is kept. `slack` is how many bytes a secret may extend beyond that.
    pub(super) async fn exchange(
        &mut self,
        request: &Request,
        trace: &Arc<Trace>,
        answer: &ResponseReader,
        slack: usize,
    ) -> Result<(), ExchangeError> {
        let shared = Arc::clone(&self.shared);
        let route = shared.route.as_ref().map_err(Clone::clone)?;
        route.note(trace);
        // While it is in use it is not kept: an exchange that ends early leaves nothing behind.
        if let Some(mut open) = self.open.take()
            && open.is_usable().await
        {
            let message = route.message(request, trace)?;
            match open.exchange(message, trace, answer, slack).await {
                // Some servers say so before they close a connection that was idle: it is of no request, whatever it came after
                // (RFC 9110 §15.5.9).
                Ok(()) if answer.status() == Some(408) => trace.restart(),
                Ok(()) => {
                    self.keep(open).await;
                    return Ok(());
                }
                Err(error) if open.has_answered() => return Err(error),
                Err(_) => trace.restart(),
            }
        }
        let message = route.message(request, trace)?;
        let (stream, address) = route.connect(trace, slack).await?;
        let mut open = Open::new(stream, address).await?;
        open.exchange(message, trace, answer, slack).await?;
        self.keep(open).await;
        Ok(())
    }

    async fn keep(&mut self, mut open: Open) {
        open.rest();
        if self.keep && open.is_usable().await {
            self.open = Some(open);
        }
    }
}
