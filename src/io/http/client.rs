//! The client: attempts at a destination, each over a connection of its own, or over kept ones.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::attempt::Exchange;
use super::client_certificate::ClientPaths;
use super::config::{NetworkConfig, Trust};
use super::connection::{Connection, Shared};
use super::route::Route;
use super::tls::TlsVerifier;
use super::token::TokenSource;
use super::trace::Progress;
use crate::domain::credential::Credential;
use crate::domain::delivery::{Attempt, Cause};
use crate::domain::destination::Settings;
use crate::domain::redact::Redactor;
use crate::domain::request::Request;
use crate::domain::signature::hex;
use crate::io::state::token::TokenCache;

/// Sends requests to one destination. Creating one reads the trusted CAs, which takes some milliseconds.
pub struct Client {
    verifier: Arc<TlsVerifier>,
    network: NetworkConfig,
    /// Of the destination's CA file.
    ca_sha256: Option<String>,
    token_cache: Option<TokenCache>,
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
        let ca_sha256 = match trust {
            Trust::Only(pem) if to.ca_cert().is_some() => Some(hex(&Sha256::digest(pem))),
            Trust::Only(_) | Trust::System => None,
        };
        Ok(Self { verifier: Arc::new(TlsVerifier::new(trust)?), network, ca_sha256, token_cache: None })
    }

    /// The same, which keeps the tokens that it fetches there.
    #[must_use]
    pub fn with_token_cache(self, cache: TokenCache) -> Self {
        Self { token_cache: Some(cache), ..self }
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
        let shared = self.shared(to);
        let mut connection = Connection::new(Arc::clone(&shared), false);
        let exchange = Exchange { to, request, redactor: &shared.redactor, started_at, timeout };
        exchange.run(&mut connection, Some(progress), stop).await
    }

    /// A number of connections to a destination that are kept from one attempt to the next; none is opened yet.
    #[must_use]
    pub fn connections(&self, to: &Settings, count: usize) -> Vec<Connection> {
        let shared = self.shared(to);
        (0..count).map(|_| Connection::new(Arc::clone(&shared), true)).collect()
    }

    fn shared(&self, to: &Settings) -> Arc<Shared> {
        let route = Route::new(&self.verifier, &self.network, to.url(), ClientPaths::of(to));
        let to = Arc::new(to.clone());
        let tokens = match to.auth().credential() {
            Credential::Token(client) => {
                // A client certificate is for the destination alone.
                let route = Route::new(&self.verifier, &self.network, &client.url, None);
                Some(TokenSource::new(client, Arc::clone(&to), route, self.token_cache.clone()))
            }
            _ => None,
        };
        Arc::new(Shared { redactor: Redactor::new(&to), to, route, ca_sha256: self.ca_sha256.clone(), tokens })
    }
}
