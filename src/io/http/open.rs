//! An open connection: it carries one exchange at a time, and says whether it can carry another.

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
use super::route::Secured;
use super::trace::Trace;
use crate::domain::delivery::Phase;

/// How long an idle connection is kept. Common servers close theirs after five seconds, and a request that is sent at that moment
/// is lost.
const IDLE: Duration = Duration::from_secs(4);

type Library = http1::Connection<TokioIo<Watched>, TracedBody>;

/// An open connection.
pub(super) struct Open {
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
    pub async fn new(stream: Secured, address: Option<SocketAddr>) -> Result<Self, ExchangeError> {
        let answered = Arc::<AtomicBool>::default();
        let stream = TokioIo::new(Watched { stream, answered: Arc::clone(&answered), failed: None });
        let mut library = http1::Builder::new();
        library.max_headers(HEADERS_READ).max_buf_size(HEAD_READ);
        let (sender, connection) = library.handshake(stream).await?;
        Ok(Self { sender: Some(sender), driver: Driver::new(connection), address, answered, idle_since: None })
    }

    /// Notes that its answer was read to the end.
    pub fn rest(&mut self) {
        self.idle_since = Some(Instant::now());
    }

    /// Whether another request can be sent.
    pub async fn is_usable(&mut self) -> bool {
        self.idle_since.is_some_and(|since| since.elapsed() < IDLE)
            && self.driver.is_open().await
            && self.sender.as_ref().is_some_and(http1::SendRequest::is_ready)
    }

    pub fn has_answered(&self) -> bool {
        self.answered.load(Ordering::Relaxed)
    }

    pub async fn exchange(
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
        answer.head(head, slack);
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
