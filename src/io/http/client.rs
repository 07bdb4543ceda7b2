//! One attempt at a delivery, from the first lookup to the last byte of the answer.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;
use rustls::pki_types::ServerName;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::answer::Answer;
use super::body::TracedBody;
use super::connect::Bracket;
use super::ended::{End, Ended, Fault};
use super::proxy::ProxyEnv;
use super::resolve::{Guarded, Lookup, SystemLookup};
use super::tls::Verification;
use super::trace::{Progress, Trace, millis};
use crate::domain::address::{Reach, reach};
use crate::domain::destination::Settings;
use crate::domain::outcome::{Attempt, Cause, Phase};
use crate::domain::redact::Redactor;
use crate::domain::request::Request;
use crate::domain::text::visible;

/// The most headers of an answer that are read; the library's own limit of 100 is less than some servers send.
const MAX_HEADERS: usize = 512;

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

    /// Sends a request once, and waits until it is answered, has failed, `timeout` is over or `stop` is ready.
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
        let begun = Instant::now();
        let (live, mut events) = unbounded_channel();
        let trace = Arc::new(Trace::new(live));
        let answer = Answer::default();
        let redactor = Redactor::new(to);
        let end = {
            let mut exchange = pin!(self.exchange(to, request, &redactor, &trace, &answer));
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

    async fn exchange(
        &self,
        to: &Settings,
        request: &Request,
        redactor: &Redactor,
        trace: &Arc<Trace>,
        answer: &Answer,
    ) -> Result<(), Fault> {
        let uri = uri_of(to)?;
        let proxy = self.surroundings.proxies.proxy_for(&uri)?;
        let through_proxy = proxy.is_some();
        trace.note(|seen| seen.through_proxy = through_proxy);
        if let Some(ip) = to.url().ip() {
            if !through_proxy {
                trace.note(|seen| seen.addresses.push((ip, to.url().port()).into()));
            }
            if let Reach::Forbidden(what) = reach(ip) {
                trace.begin(Phase::Connect);
                return Err(Cause::ForbiddenAddress(ip, what).into());
            }
        }
        let client = self.client(to, request, proxy.as_ref(), trace)?;
        let url = reqwest::Url::parse(request.url.exposed().expose()).map_err(|error| Cause::Other(error.to_string()))?;
        let mut sent = reqwest::Request::new(reqwest::Method::POST, url);
        *sent.headers_mut() = headers_of(request)?;
        let body = TracedBody::new(Bytes::copy_from_slice(&request.body), Arc::clone(trace));
        *sent.body_mut() = Some(reqwest::Body::wrap(body));

        let mut response = client.execute(sent).await?;
        trace.begin(Phase::Receive);
        answer.head(&response);
        let connected = response.remote_addr().filter(|_| !through_proxy);
        if let Some(connected) = connected {
            trace.note(|seen| seen.connected = Some(connected));
        }
        let slack = redactor.longest();
        while let Some(piece) = response.chunk().await? {
            if !answer.piece(&piece, slack) {
                break;
            }
        }
        Ok(())
    }

    /// A client for one attempt: building it is cheap, since the CAs are read already, and it keeps no connection.
    fn client(
        &self,
        to: &Settings,
        request: &Request,
        proxy: Option<&hyper_util::client::proxy::matcher::Intercept>,
        trace: &Arc<Trace>,
    ) -> Result<reqwest::Client, Fault> {
        let host = to.url().host().to_owned();
        let bare = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let server_name =
            ServerName::try_from(bare).map_err(|_| Cause::Tls("a certificate cannot be for such a host name".into()))?;
        let is_address = |host: &str| host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok();
        let first = proxy.map_or_else(|| is_address(&host), |proxy| proxy.uri().host().is_some_and(is_address));
        let bracket = Bracket {
            trace: Arc::clone(trace),
            first: if first { Phase::Connect } else { Phase::Dns },
            then: if request.body.is_empty() { Phase::Wait } else { Phase::Send },
        };
        let resolver =
            Guarded { lookup: Arc::clone(&self.surroundings.lookup), trace: Arc::clone(trace), host, port: to.url().port() };
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(self.verification.config(&server_name, trace)?)
            .http1_only()
            .http1_max_headers(MAX_HEADERS)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .pool_max_idle_per_host(0)
            .no_proxy()
            // The attempt's total time is the one limit; the library's own would end a slow one early, as a broken connection.
            .tcp_keepalive(None)
            .dns_resolver(resolver)
            .connector_layer(bracket);
        #[cfg(target_os = "linux")]
        {
            builder = builder.tcp_user_timeout(None);
        }
        if let Some(proxy) = proxy {
            let bad = |_| Cause::BadProxy("The proxy variable cannot be used.".into());
            let mut through = reqwest::Proxy::https(proxy.uri().to_string()).map_err(bad)?;
            if let Some(auth) = proxy.basic_auth() {
                let mut auth = auth.clone();
                auth.set_sensitive(true);
                through = through.custom_http_auth(auth);
            }
            builder = builder.proxy(through);
        }
        Ok(builder.build()?)
    }
}

fn uri_of(to: &Settings) -> Result<http::Uri, Cause> {
    to.url().as_str().parse().map_err(|error: http::uri::InvalidUri| Cause::Other(error.to_string()))
}

/// Exactly the request's headers, in their order.
fn headers_of(request: &Request) -> Result<HeaderMap, Cause> {
    let mut headers = HeaderMap::with_capacity(request.headers.len());
    for header in &request.headers {
        let name = HeaderName::from_bytes(header.name.as_bytes());
        let value = HeaderValue::from_bytes(header.value.exposed().expose().as_bytes());
        let (Ok(name), Ok(mut value)) = (name, value) else {
            return Err(Cause::Other(format!("the header {} cannot be sent", visible(&header.name))));
        };
        value.set_sensitive(header.value.has_secret());
        headers.append(name, value);
    }
    Ok(headers)
}

fn tell_rest(events: &mut UnboundedReceiver<Progress>, progress: &impl Fn(Progress)) {
    while let Ok(event) = events.try_recv() {
        progress(event);
    }
}
