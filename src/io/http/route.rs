//! The route to a destination: everything about it that no request changes, and the connections that are made over it.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};

use bytes::BytesMut;
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::body::TracedBody;
use super::client_certificate::ClientPaths;
use super::config::NetworkConfig;
use super::connect::{self, STAGGER};
use super::dns::{self, Lookup};
use super::error::ExchangeError;
use super::proxy::Proxy;
use super::tls::{self, TlsVerifier};
use super::trace::Trace;
use super::tunnel;
use crate::domain::address::{Reach, reach};
use crate::domain::delivery::{Cause, Phase, ProxyUsed, TlsCause};
use crate::domain::request::{Header, Request};
use crate::domain::text::visible;
use crate::domain::url::EndpointUrl;

/// A connection below TLS: to the endpoint, or through a proxy.
pub(super) trait Transport: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Transport for T {}

type BoxedTransport = Box<dyn Transport>;

/// A connection to the endpoint by TLS.
pub(super) type Secured = TlsStream<BoxedTransport>;

/// The route to a destination.
pub(super) struct Route {
    verifier: Arc<TlsVerifier>,
    lookup: Arc<dyn Lookup>,
    proxy: Option<Proxy>,
    /// As it is looked up, and as a proxy is asked for it.
    host: String,
    port: u16,
    /// The address in the URL, if its host is one.
    literal: Option<SocketAddr>,
    /// The files of the client certificate, if it has one.
    client: Option<ClientPaths>,
    /// What the certificate is to be for.
    server_name: ServerName<'static>,
    /// The first URL that was sent to, as text and parsed, unless it contains a secret; any other is parsed each time.
    url: OnceLock<(String, Uri)>,
    /// The names of the headers of the first request, in their order; almost every other has the same.
    names: OnceLock<Vec<HeaderName>>,
}

impl Route {
    /// Connects to nothing yet.
    ///
    /// # Errors
    /// What keeps anything from being sent: a malformed proxy variable, or a host that no certificate can name.
    pub fn new(
        verifier: &Arc<TlsVerifier>,
        network: &NetworkConfig,
        url: &EndpointUrl,
        client: Option<ClientPaths>,
    ) -> Result<Self, Cause> {
        let name = bare(url.bare_host()).to_owned();
        let server_name = ServerName::try_from(name)
            .map_err(|_| Cause::Tls(TlsCause::Other("a certificate cannot be for such a host name".into())))?;
        Ok(Self {
            verifier: Arc::clone(verifier),
            lookup: Arc::clone(&network.lookup),
            proxy: network.proxies.proxy_for(url)?,
            host: url.host().to_owned(),
            port: url.port(),
            literal: url.ip().map(|ip| SocketAddr::new(ip, url.port())),
            client,
            server_name,
            url: OnceLock::new(),
            names: OnceLock::new(),
        })
    }

    /// The proxy's user name and password in all their forms, which its answer may repeat.
    pub fn proxy_secrets(&self) -> &[String] {
        self.proxy.as_ref().map_or(&[], |proxy| &proxy.secrets)
    }

    /// Notes what every attempt over this route has in common.
    pub fn note(&self, trace: &Trace) {
        trace.note(|observed| {
            if let Some(proxy) = &self.proxy {
                let (url, not_understood) = (proxy.masked(), proxy.not_understood.clone());
                observed.proxy = Some(ProxyUsed { url, answer: None, not_understood });
                observed.proxy_credentials = proxy.authorization.is_some();
            } else if let Some(literal) = self.literal {
                observed.addresses.push(literal);
            }
        });
    }

    /// A new connection, and the address of the endpoint that it leads to, where that is known. The phases of the attempt are
    /// reported up to the writing.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn connect(&self, trace: &Arc<Trace>, slack: usize) -> Result<(Secured, Option<SocketAddr>), ExchangeError> {
        // Before anything is sent. For each connection, so that a renewed certificate counts.
        let client = match &self.client {
            Some(paths) => Some(paths.clone().read().await?),
            None => None,
        };
        trace.note(|observed| observed.client_certificate = client.as_ref().map(|client| client.shown.clone()));
        if let Some(literal) = self.literal
            && let Reach::Forbidden(what) = reach(literal.ip())
        {
            trace.begin(Phase::Connect);
            return Err(Cause::ForbiddenAddress(literal.ip(), what).into());
        }
        let (transport, address) = match &self.proxy {
            Some(proxy) => (self.through(proxy, trace, slack).await?, None),
            None => {
                let addresses = match self.literal {
                    Some(literal) => vec![literal],
                    None => {
                        trace.begin(Phase::Dns);
                        dns::of_destination(&*self.lookup, &self.host, self.port, trace).await?
                    }
                };
                trace.begin(Phase::Connect);
                let (stream, address) = connect::first(&addresses, STAGGER, trace, connect::tcp).await?;
                trace.note(|observed| observed.connected = Some(address));
                (Box::new(stream) as BoxedTransport, Some(address))
            }
        };
        trace.begin(Phase::Tls);
        let connector = TlsConnector::from(Arc::new(self.verifier.config(Some(trace), client)?));
        let stream = connector.connect(self.server_name.clone(), transport).await?;
        tls::note_session(stream.get_ref().1, trace);
        Ok((stream, address))
    }

    async fn through(&self, proxy: &Proxy, trace: &Arc<Trace>, slack: usize) -> Result<BoxedTransport, ExchangeError> {
        let addresses = match bare(&proxy.host).parse::<IpAddr>() {
            Ok(ip) => vec![SocketAddr::new(ip, proxy.port)],
            Err(_) => {
                trace.begin(Phase::Dns);
                dns::of_proxy(&*self.lookup, &proxy.host, proxy.port).await?
            }
        };
        trace.begin(Phase::Connect);
        let (stream, _) = connect::first(&addresses, STAGGER, trace, connect::tcp).await?;
        let target = format!("{}:{}", self.host, self.port);
        if !proxy.tls {
            return Ok(Box::new(tunnel::open(stream, proxy, &target, trace, slack).await?));
        }
        let name = ServerName::try_from(bare(&proxy.host).to_owned())
            .map_err(|_| Cause::BadProxy("No certificate can be for the proxy's host name.".into()))?;
        let connector = TlsConnector::from(Arc::new(self.verifier.config(None, None)?));
        let stream = connector.connect(name, stream).await?;
        Ok(Box::new(tunnel::open(stream, proxy, &target, trace, slack).await?))
    }

    /// The request as the library takes it: exactly its headers, in their order.
    ///
    /// # Errors
    /// [`Cause::Other`] where the libraries disagree about what a URL or a header is.
    pub fn message(&self, request: &Request, trace: &Arc<Trace>) -> Result<http::Request<TracedBody>, Cause> {
        let body = TracedBody::new(request.body.clone(), Arc::clone(trace));
        let mut message = http::Request::new(body);
        *message.method_mut() = Method::POST;
        *message.uri_mut() = self.target(request)?;
        *message.headers_mut() = self.headers(request)?;
        Ok(message)
    }

    fn headers(&self, request: &Request) -> Result<HeaderMap, Cause> {
        let names = match self.names.get() {
            Some(names) => names,
            None => {
                let names = request.headers.iter().map(name_of).collect::<Result<_, _>>()?;
                self.names.get_or_init(|| names)
            }
        };
        let mut headers = HeaderMap::with_capacity(request.headers.len());
        // One allocation for all values that are neither static nor secret.
        let mut values = BytesMut::with_capacity(512);
        for (at, header) in request.headers.iter().enumerate() {
            let name = match names.get(at) {
                Some(known) if known.as_str() == header.name => known.clone(),
                _ => name_of(header)?,
            };
            let value = match (header.value.as_static(), header.value.as_plain()) {
                (Some(text), _) if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) => Ok(HeaderValue::from_static(text)),
                (_, Some(text)) => {
                    values.extend_from_slice(text.as_bytes());
                    HeaderValue::from_maybe_shared(values.split().freeze())
                }
                (_, None) => HeaderValue::from_bytes(header.value.exposed().expose().as_bytes()),
            };
            let mut value = value.map_err(|_| unsendable(header))?;
            value.set_sensitive(header.value.has_secret());
            headers.append(name, value);
        }
        Ok(headers)
    }

    fn target(&self, request: &Request) -> Result<Uri, Cause> {
        // A key is not kept longer than its request.
        let Some(text) = request.url.as_plain() else { return target_of(request.url.exposed().expose()) };
        match self.url.get() {
            Some((known, target)) if known == text => Ok(target.clone()),
            _ => {
                let target = target_of(text)?;
                let _ = self.url.set((text.to_owned(), target.clone()));
                Ok(target)
            }
        }
    }
}

/// Path and query of a URL.
fn target_of(url: &str) -> Result<Uri, Cause> {
    let unusable = |error: http::uri::InvalidUri| Cause::Other(error.to_string());
    let path = url.parse::<Uri>().map_err(unusable)?.into_parts().path_and_query;
    Ok(path.unwrap_or_else(|| PathAndQuery::from_static("/")).into())
}

/// A host without the brackets of an IPv6 address.
fn bare(host: &str) -> &str {
    host.trim_start_matches('[').trim_end_matches(']')
}

/// The name of a header of a request.
fn name_of(header: &Header) -> Result<HeaderName, Cause> {
    HeaderName::from_bytes(header.name.as_bytes()).map_err(|_| unsendable(header))
}

fn unsendable(header: &Header) -> Cause {
    Cause::Other(format!("the header {} cannot be sent", visible(&header.name)))
}
