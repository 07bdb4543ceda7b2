//! The route to a destination: a reqwest client with everything that no request changes, and one exchange over it.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use rustls::pki_types::ServerName;

use super::body::TracedBody;
use super::config::NetworkConfig;
use super::dns::GuardedResolver;
use super::proxy::Proxy;
use super::response::ResponseReader;
use super::result::ExchangeError;
use super::timing::ConnectTiming;
use super::tls::TlsVerifier;
use super::trace::{CurrentTrace, Trace};
use crate::domain::address::{Reach, reach};
use crate::domain::delivery::{Cause, Phase, TlsCause};
use crate::domain::destination::Settings;
use crate::domain::request::Request;
use crate::domain::text::visible;

/// The largest number of response headers; the library's own limit of 100 is less than some servers send. Memory for all of them
/// is allocated for each response.
const MAX_HEADERS: usize = 256;

/// How long an idle connection is kept. Common servers close theirs after five seconds, and a request that is sent at that moment
/// is lost.
const IDLE: Duration = Duration::from_secs(4);

/// Whether a connection is reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeepAlive {
    /// Every exchange opens its own.
    No,
    /// The next exchange uses the same one, if it is still open.
    Yes,
}

/// The route to a destination.
pub struct Route {
    client: reqwest::Client,
    through_proxy: bool,
    /// The address in the URL, if its host is one.
    literal: Option<SocketAddr>,
    /// The first URL that was sent to, as text and parsed, unless it contains a secret; any other is parsed each time.
    url: OnceLock<(String, reqwest::Url)>,
}

impl Route {
    /// Creates the client without connecting. It is cheap: the CAs have been read.
    ///
    /// # Errors
    /// What keeps anything from being sent: a malformed proxy variable, or a host that no certificate can name.
    pub fn new(
        verifier: &TlsVerifier,
        network: &NetworkConfig,
        to: &Settings,
        keep: KeepAlive,
        current: &CurrentTrace,
    ) -> Result<Self, ExchangeError> {
        let proxy = network.proxies.proxy_for(to.url())?;
        let client = client(verifier, network, to, keep, proxy.as_ref(), current)?;
        let literal = to.url().ip().map(|ip| SocketAddr::new(ip, to.url().port()));
        Ok(Self { client, through_proxy: proxy.is_some(), literal, url: OnceLock::new() })
    }

    /// Sends a request and reads the response as far as it is kept. `slack` is how many bytes a secret may extend beyond the part
    /// of the body that is kept.
    pub async fn exchange(
        &self,
        request: &Request,
        trace: &Arc<Trace>,
        answer: &ResponseReader,
        slack: usize,
    ) -> Result<(), ExchangeError> {
        trace.note(|observed| observed.through_proxy = self.through_proxy);
        if let Some(address) = self.literal {
            if !self.through_proxy {
                trace.note(|observed| observed.addresses.push(address));
            }
            if let Reach::Forbidden(what) = reach(address.ip()) {
                trace.begin(Phase::Connect);
                return Err(Cause::ForbiddenAddress(address.ip(), what).into());
            }
        }
        let mut sent = reqwest::Request::new(reqwest::Method::POST, self.url(request)?);
        *sent.headers_mut() = headers_of(request)?;
        let body = TracedBody::new(Bytes::copy_from_slice(&request.body), Arc::clone(trace));
        *sent.body_mut() = Some(reqwest::Body::wrap(body));

        let mut response = self.client.execute(sent).await?;
        trace.begin(Phase::Read);
        answer.head(&response);
        let connected = response.remote_addr().filter(|_| !self.through_proxy);
        if let Some(connected) = connected {
            trace.note(|observed| observed.connected = Some(connected));
        }
        while let Some(piece) = response.chunk().await? {
            if !answer.piece(&piece, slack) {
                break;
            }
        }
        Ok(())
    }

    fn url(&self, request: &Request) -> Result<reqwest::Url, Cause> {
        let parse = |text: &str| reqwest::Url::parse(text).map_err(|error| Cause::Other(error.to_string()));
        // A key is not kept longer than its request.
        let Some(text) = request.url.as_plain() else { return parse(request.url.exposed().expose()) };
        match self.url.get() {
            Some((known, url)) if known == text => Ok(url.clone()),
            _ => {
                let url = parse(text)?;
                let _ = self.url.set((text.to_owned(), url.clone()));
                Ok(url)
            }
        }
    }
}

fn client(
    verifier: &TlsVerifier,
    network: &NetworkConfig,
    to: &Settings,
    keep: KeepAlive,
    proxy: Option<&Proxy>,
    current: &CurrentTrace,
) -> Result<reqwest::Client, ExchangeError> {
    let host = to.url().host().to_owned();
    let bare = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let server_name = ServerName::try_from(bare)
        .map_err(|_| Cause::Tls(TlsCause::Other("a certificate cannot be for such a host name".into())))?;
    let is_address = |host: &str| host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
    let first = proxy.map_or_else(|| is_address(&host), |proxy| is_address(&proxy.host));
    let bracket = ConnectTiming { current: current.clone(), first: if first { Phase::Connect } else { Phase::Dns } };
    let resolver = GuardedResolver { lookup: Arc::clone(&network.lookup), current: current.clone(), host, port: to.url().port() };
    let mut builder = reqwest::Client::builder()
        .tls_backend_preconfigured(verifier.config(&server_name, current)?)
        .http1_only()
        .http1_max_headers(MAX_HEADERS)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .pool_max_idle_per_host(usize::from(keep == KeepAlive::Yes))
        .pool_idle_timeout(IDLE)
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
        let scheme = if proxy.tls { "https" } else { "http" };
        let mut through = reqwest::Proxy::https(format!("{scheme}://{}:{}", proxy.host, proxy.port)).map_err(bad)?;
        if let Some(authorization) = &proxy.authorization {
            through = through.custom_http_auth(authorization.clone());
        }
        builder = builder.proxy(through);
    }
    Ok(builder.build()?)
}

/// Exactly the request's headers, in their order.
fn headers_of(request: &Request) -> Result<HeaderMap, Cause> {
    let mut headers = HeaderMap::with_capacity(request.headers.len());
    for header in &request.headers {
        let name = HeaderName::from_bytes(header.name.as_bytes());
        let value = match header.value.as_plain() {
            Some(text) => HeaderValue::from_bytes(text.as_bytes()),
            None => HeaderValue::from_bytes(header.value.exposed().expose().as_bytes()),
        };
        let (Ok(name), Ok(mut value)) = (name, value) else {
            return Err(Cause::Other(format!("the header {} cannot be sent", visible(&header.name))));
        };
        value.set_sensitive(header.value.has_secret());
        headers.append(name, value);
    }
    Ok(headers)
}
