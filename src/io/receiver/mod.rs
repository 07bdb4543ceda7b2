//! The HTTPS receiver inside waypost: an endpoint on this machine, for trying out a path and for simulating failures.
//!
//! ```text
//! accept (64 at once, 30 s each) → TLS handshake → request (1 MiB) → domain::signature::verify → answer, and a ReceiverEvent
//! ```
//! The channel of events is bounded: while it is full, requests wait for their answers.
//! The receiver runs as tasks of the caller's runtime and ends when its [`Receiver`] is dropped.

mod answer;
pub mod ca_file;
mod certificate;
mod event;
mod shared;
mod token;

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::{RootCertStore, ServerConfig};
use sha2::{Digest as _, Sha256};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::sync::mpsc::Sender;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, sleep_until, timeout_at};
use tokio_rustls::TlsAcceptor;

use answer::answer;
use certificate::Certificate;
use event::{no_handshake, no_http};
use shared::{Limits, Shared};

use crate::domain::signature::hex;
use crate::io::http::describe_client;

pub use event::{NoRequest, ReceiverEvent, RejectedRequest, RequestBody, RequestEvent};
pub use shared::{Clock, Options, PATH, Registered, TOKEN_PATH};

/// How long to wait before accepting again when the process has no file descriptors left.
const RETRY_ACCEPT: Duration = Duration::from_millis(50);

/// How many rejected requests are kept at the same time to be explained; others are reported without an explanation.
const REJECTED_KEPT: usize = 16;

/// A running receiver. Dropping it closes the port and every connection.
#[derive(Debug)]
pub struct Receiver {
    addr: SocketAddr,
    url: String,
    ca_pem: String,
    ca_sha256: String,
    task: AbortHandle,
}

impl Receiver {
    /// Where it listens.
    #[must_use]
    pub const fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The URL to register, with the name from the options.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The token URL to register, for an auth type that fetches tokens.
    #[must_use]
    pub fn token_url(&self) -> String {
        let base = self.url.strip_suffix(PATH).unwrap_or(&self.url);
        format!("{base}{TOKEN_PATH}")
    }

    /// The certificate that a client has to trust, as PEM.
    #[must_use]
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// The SHA-256 of that certificate, in lower-case hex.
    #[must_use]
    pub fn ca_sha256(&self) -> &str {
        &self.ca_sha256
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Starts a receiver in the current tokio runtime. It reports to `events`, whose other end may have been dropped.
///
/// # Errors
/// `InvalidInput` for an invalid status, share or name; otherwise the system's error when it cannot listen there.
pub async fn start(options: Options, events: Sender<ReceiverEvent>) -> io::Result<Receiver> {
    start_within(options, events, Limits::default()).await
}

async fn start_within(options: Options, events: Sender<ReceiverEvent>, limits: Limits) -> io::Result<Receiver> {
    if options.respond.is_some_and(|status| !(200..=599).contains(&status)) {
        return Err(invalid("the status to answer with must be from 200 to 599"));
    }
    if !(0.0..=1.0).contains(&options.fail_rate) {
        return Err(invalid("the share of failures must be from 0 to 1"));
    }
    let Certificate { chain, key, ca_pem } = certificate::make(&options.name, (options.clock)())?;
    let ca_sha256 = chain.last().map(|ca| hex(&Sha256::digest(ca))).unwrap_or_default();
    // The provider is named: with two in the dependency tree rustls would not choose one.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?;
    let config = match &options.client_ca {
        Some(pem) => config.with_client_cert_verifier(client_verifier(pem, provider)?),
        None => config.with_no_client_auth(),
    };
    let mut config = config.with_single_cert(chain, key).map_err(io::Error::other)?;
    // curl --http1.0 offers that alone.
    config.alpn_protocols = vec![b"http/1.1".to_vec(), b"http/1.0".to_vec()];

    let listener = TcpListener::bind(options.addr).await?;
    let addr = listener.local_addr()?;
    let url = url_of(&options.name, addr.port());
    let places = Arc::new(Semaphore::new(REJECTED_KEPT));
    let shared = Arc::new(Shared { options, limits, events, places });
    let task = tokio::spawn(accept(listener, TlsAcceptor::from(Arc::new(config)), shared)).abort_handle();
    Ok(Receiver { addr, url, ca_pem, ca_sha256, task })
}

/// Accepts the certificates that one of these CAs issued.
fn client_verifier(pem: &[u8], provider: Arc<CryptoProvider>) -> io::Result<Arc<dyn ClientCertVerifier>> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(CertificateDer::pem_slice_iter(pem).flatten());
    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().map_err(io::Error::other)
}

fn invalid(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, why)
}

fn url_of(name: &str, port: u16) -> String {
    let name = if name.parse::<std::net::Ipv6Addr>().is_ok() { format!("[{name}]") } else { name.to_ascii_lowercase() };
    format!("https://{name}:{port}{PATH}")
}

/// The connections are this task's children: when it is aborted they are, too.
async fn accept(listener: TcpListener, tls: TlsAcceptor, shared: Arc<Shared>) {
    let places = Arc::new(Semaphore::new(shared.limits.connections));
    let mut connections = JoinSet::new();
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        // Those that have ended are forgotten, or the set would grow for ever.
        while connections.try_join_next().is_some() {}
        match listener.accept().await {
            Ok((stream, from)) => {
                // An answer in two writes would wait for the other side's delayed acknowledgement, some 40 ms.
                let _ = stream.set_nodelay(true);
                let (tls, shared) = (tls.clone(), Arc::clone(&shared));
                connections.spawn(async move {
                    serve(stream, from.ip(), tls, shared).await;
                    drop(place);
                });
            }
            // The other side gave up, or there are no descriptors left: neither ends the receiver.
            Err(_) => tokio::time::sleep(RETRY_ACCEPT).await,
        }
    }
}

/// Serves a connection until it ends, and until its time is over: whatever it does or leaves undone, its place is free then.
async fn serve(stream: TcpStream, from: IpAddr, tls: TlsAcceptor, shared: Arc<Shared>) {
    let Limits { time, .. } = shared.limits;
    let begun = Instant::now();
    let until = Until { read: begun + shared.limits.reading(), end: begun + time.saturating_add(shared.options.delay) };
    let came = AtomicBool::new(false);
    if timeout_at(until.end, exchange(stream, from, tls, &shared, until, &came)).await.is_err() && !came.into_inner() {
        // Not by waiting for room among the events: that would hold the place.
        shared.tell_if_there_is_room(from, format!("no complete request within {time:?}"));
    }
}

/// What a connection has time for.
#[derive(Clone, Copy)]
struct Until {
    /// The handshake and every request must be there by then.
    read: Instant,
    end: Instant,
}

async fn exchange(stream: TcpStream, from: IpAddr, tls: TlsAcceptor, shared: &Arc<Shared>, until: Until, came: &AtomicBool) {
    let now = || (shared.options.clock)();
    let stream = match timeout_at(until.read, tls.accept(stream)).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return shared.tell(now(), from, no_handshake(&error)).await,
        Err(_) => return shared.tell(now(), from, format!("no TLS handshake within {:?}", shared.limits.reading())).await,
    };
    let client = stream.get_ref().1.peer_certificates().and_then(<[_]>::first).map(describe_client);
    let service = service_fn(|request| {
        came.store(true, Ordering::Relaxed);
        answer(Arc::clone(shared), request, client.clone(), until.read)
    });
    let mut builder = http1::Builder::new();
    // The head of a request has as long as everything else: hyper's own limit would begin anew with each.
    builder.header_read_timeout(None).max_buf_size(shared.limits.head);
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    tokio::select! {
        ended = connection.as_mut() => {
            if let Err(error) = ended && let Some(why) = no_http(&error) {
                shared.tell(now(), from, why).await;
            }
            return;
        }
        () = sleep_until(until.read) => {}
    }
    // A request under way is still answered, but no other is taken.
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}

#[cfg(test)]
mod tests;
