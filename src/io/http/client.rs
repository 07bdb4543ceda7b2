//! The client: attempts at a destination, each over a connection of its own.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::attempt::Exchange;
use super::config::{NetworkConfig, Trust};
use super::result::ExchangeError;
use super::route::{KeepAlive, Route};
use super::tls::TlsVerifier;
use super::trace::{CurrentTrace, Progress};
use crate::domain::delivery::{Attempt, Cause};
use crate::domain::destination::Settings;
use crate::domain::redact::Redactor;
use crate::domain::request::Request;

/// Sends requests to one destination. Creating one reads the trusted CAs, which takes some milliseconds.
pub struct Client {
    verifier: TlsVerifier,
    network: NetworkConfig,
}

impl Client {
    /// A client in this process's environment.
    ///
    /// # Errors
    /// What keeps anything from being sent: no CA store, an unusable CA file or a malformed proxy variable.
    pub fn new(to: &Settings, trust: &Trust) -> Result<Self, Cause> {
        Self::with(to, trust, NetworkConfig::default())
    }

    /// A client on another network.
    ///
    /// # Errors
    /// As [`Client::new`].
    pub fn with(to: &Settings, trust: &Trust, network: NetworkConfig) -> Result<Self, Cause> {
        network.proxies.proxy_for(to.url())?;
        Ok(Self { verifier: TlsVerifier::new(trust)?, network })
    }

    /// Sends a request once over a connection of its own, and returns when it is answered, has failed, `timeout` has elapsed or
    /// `stop` is ready.
    ///
    /// `progress` is called as phases begin and end. `started_at` is recorded in the attempt.
    pub async fn attempt(
        &self,
        to: &Settings,
        request: &Request,
        started_at: Timestamp,
        timeout: Duration,
        progress: impl Fn(Progress),
        stop: impl Future<Output = ()>,
    ) -> Attempt {
        let redactor = Redactor::new(to);
        let exchange = Exchange { to, request, redactor: &redactor, started_at, timeout };
        let route = |trace| self.route(to, KeepAlive::No, &CurrentTrace::new(trace));
        exchange.run(route, Some(progress), stop).await
    }

    /// The route to a destination, which reports to the current attempt.
    pub(super) fn route(&self, to: &Settings, keep: KeepAlive, current: &CurrentTrace) -> Result<Route, ExchangeError> {
        Route::new(&self.verifier, &self.network, to, keep, current)
    }
}

/// A connection that is kept from one attempt to the next.
///
/// It carries one attempt at a time, so that what a connection reports (its phases, its certificate) belongs to that attempt. An
/// attempt over a kept connection has no timings of dns, connect and tls, and no certificate: nothing of that happened.
pub struct Connection {
    client: Arc<Client>,
    to: Arc<Settings>,
    redactor: Arc<Redactor>,
    current: CurrentTrace,
    /// Made at the first attempt.
    route: Option<Route>,
}

impl Connection {
    /// Creates `count` connections to a destination; none is opened yet.
    #[must_use]
    pub fn pool(client: &Arc<Client>, to: &Settings, count: usize) -> Vec<Self> {
        let to = Arc::new(to.clone());
        let redactor = Arc::new(Redactor::new(&to));
        let connection = |_| Self {
            client: Arc::clone(client),
            to: Arc::clone(&to),
            redactor: Arc::clone(&redactor),
            current: CurrentTrace::default(),
            route: None,
        };
        (0..count).map(connection).collect()
    }

    /// Sends a request once, as [`Client::attempt`] does, over the kept connection, or else over a new one.
    pub async fn attempt(
        &mut self,
        request: &Request,
        started_at: Timestamp,
        timeout: Duration,
        stop: impl Future<Output = ()>,
    ) -> Attempt {
        let Self { client, to, redactor, current, route } = self;
        let exchange = Exchange { to, request, redactor, started_at, timeout };
        let route = |trace| {
            current.set(trace);
            match route {
                Some(route) => Ok(&*route),
                none => Ok(&*none.insert(client.route(to, KeepAlive::Yes, current)?)),
            }
        };
        exchange.run(route, None::<fn(Progress)>, stop).await
    }
}
