//! A connection to the destination: opened when it is needed, and kept from one attempt to the next where that is wanted.
//!
//! It carries one attempt at a time, so that what a connection reports (its phases, its certificate) belongs to that attempt. An
//! attempt over a kept connection has no timings of dns, connect and tls, and no certificate: nothing of that happened.
//!
//! A server may close a connection at the very moment at which the next request is written to it. A request that got no byte of
//! an answer over a kept connection, or 408, is therefore sent once more, over a new one, within the same attempt.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker, ready};
use std::time::{Duration, Instant};

use http_body_util::BodyExt as _;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncBufRead as _, AsyncRead, AsyncWrite, ReadBuf};

use super::body::TracedBody;
use super::drive::Driver;
use super::error::ExchangeError;
use super::limits::{HEAD_READ, HEADERS_READ};
use super::response::ResponseReader;
use super::route::{Route, Secured};
use super::trace::Trace;
use crate::domain::delivery::{Cause, Phase};
use crate::domain::destination::Settings;
use crate::domain::redact::Redactor;
use crate::domain::request::Request;

/// How long an idle connection is kept. Common servers close theirs after five seconds, and a request that is sent at that moment
/// is lost.
const IDLE: Duration = Duration::from_secs(4);

/// What the connections to one destination share.
pub(super) struct Shared {
    pub to: Arc<Settings>,
    pub redactor: Redactor,
    pub route: Result<Route, Cause>,
    /// Of the destination's CA file, if it has one.
    pub ca_sha256: Option<String>,
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

    /// Sends a request and reads the response as far as it is kept.
    pub(super) async fn exchange(
        &mut self,
        request: &Request,
        trace: &Arc<Trace>,
        answer: &ResponseReader,
    ) -> Result<(), ExchangeError> {
        let shared = Arc::clone(&self.shared);
        let route = shared.route.as_ref().map_err(Clone::clone)?;
        let slack = shared.redactor.longest();
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
        open.idle_since = Some(Instant::now());
        if self.keep && open.is_usable().await {
            self.open = Some(open);
        }
    }
}

type Library = http1::Connection<TokioIo<Watched>, TracedBody>;

/// An open connection.
struct Open {
    sender: Option<http1::SendRequest<TracedBody>>,
    driver: Driver<Library>,
    /// Of the endpoint, where it is known.
    address: Option<SocketAddr>,
    /// Whether a byte of an answer came since the last request.
    answered: Arc<AtomicBool>,
    /// Since the last answer was read to its end.
    idle_since: Option<Instant>,
}

impl Open {
    async fn new(stream: Secured, address: Option<SocketAddr>) -> Result<Self, ExchangeError> {
        let answered = Arc::<AtomicBool>::default();
        let stream = TokioIo::new(Watched { stream, answered: Arc::clone(&answered), failed: None });
        let mut library = http1::Builder::new();
        library.max_headers(HEADERS_READ).max_buf_size(HEAD_READ);
        let (sender, connection) = library.handshake(stream).await?;
        Ok(Self { sender: Some(sender), driver: Driver::new(connection), address, answered, idle_since: None })
    }

    /// Whether another request can be sent.
    async fn is_usable(&mut self) -> bool {
        self.idle_since.is_some_and(|since| since.elapsed() < IDLE)
            && self.driver.is_open().await
            && self.sender.as_ref().is_some_and(http1::SendRequest::is_ready)
    }

    fn has_answered(&self) -> bool {
        self.answered.load(Ordering::Relaxed)
    }

    async fn exchange(
        &mut self,
        message: http::Request<TracedBody>,
        trace: &Trace,
        answer: &ResponseReader,
        slack: usize,
    ) -> Result<(), ExchangeError> {
        let Self { sender: Some(sender), driver, address, answered, idle_since } = self else { return Ok(()) };
        *idle_since = None;
        answered.store(false, Ordering::Relaxed);
        trace.note(|observed| observed.connected = *address);
        trace.begin(Phase::Write);
        trace.begin(trace.on_ready);
        let (head, mut body) = driver.drive(sender.send_request(message)).await?.into_parts();
        trace.begin(Phase::Read);
        answer.head(&head, slack);
        while let Some(frame) = driver.drive(body.frame()).await {
            if frame?.data_ref().is_some_and(|piece| !answer.piece(piece, slack)) {
                break;
            }
        }
        Ok(())
    }
}

impl Drop for Open {
    /// Takes leave of the server (TLS `close_notify`) where nothing is under way; without waiting for that.
    fn drop(&mut self) {
        if self.idle_since.is_some() {
            self.sender = None;
            self.driver.poll_once(&mut Context::from_waker(Waker::noop()));
        }
    }
}

/// Notes whether anything came.
struct Watched {
    stream: Secured,
    answered: Arc<AtomicBool>,
    /// Why it could not be written to.
    failed: Option<io::Error>,
}

impl Watched {
    /// What a write came to. When the server has closed the connection, it may have said why before: its alert can still be read.
    fn written<T>(&mut self, context: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset};
        match written {
            Poll::Ready(Err(error)) if matches!(error.kind(), BrokenPipe | ConnectionAborted | ConnectionReset) => {
                self.failed.get_or_insert(error);
            }
            other => return other,
        }
        // Nothing is taken out of what came: an answer is the library's to read. A closed connection can be read at once, but
        // that may not be known here yet.
        let said = ready!(Pin::new(&mut self.stream).poll_fill_buf(context)).err();
        let is_tls = |said: &io::Error| said.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()).is_some();
        let said = said.filter(is_tls);
        Poll::Ready(Err(said.or_else(|| self.failed.take()).unwrap_or_else(|| BrokenPipe.into())))
    }
}

impl AsyncRead for Watched {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.answered.store(true, Ordering::Relaxed);
        }
        read
    }
}

impl AsyncWrite for Watched {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.written(context, written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let written = Pin::new(&mut self.stream).poll_flush(context);
        self.written(context, written)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.written(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
