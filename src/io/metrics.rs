//! Answers `GET /metrics` on a socket of its own.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::{Method, Request, Response, StatusCode, header};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// The number of connections at a time; a collector needs one.
const CONNECTIONS: usize = 8;

/// How long a connection may take, whatever it does.
const WITHIN: Duration = Duration::from_secs(10);

/// A socket that is listened on.
#[derive(Debug)]
pub struct MetricsServer(TcpListener);

impl MetricsServer {
    /// # Errors
    /// The system's, such as an address that is in use.
    pub async fn bind(address: SocketAddr) -> io::Result<Self> {
        TcpListener::bind(address).await.map(Self)
    }

    /// Where it listens.
    ///
    /// # Errors
    /// The system's.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }

    /// Answers with what `text` says then, for ever.
    pub async fn serve(self, text: impl Fn() -> String + Send + Sync + 'static) -> Infallible {
        let (text, room) = (Arc::new(text), Arc::new(Semaphore::new(CONNECTIONS)));
        loop {
            let permit = Arc::clone(&room).acquire_owned().await;
            let Ok((stream, _)) = self.0.accept().await else {
                // No file is left to the process, or the peer was gone already.
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            };
            let text = Arc::clone(&text);
            tokio::spawn(async move {
                let service = service_fn(move |request: Request<Incoming>| {
                    let text = Arc::clone(&text);
                    async move { answer(&request, text).await }
                });
                let connection = http1::Builder::new()
                    .timer(TokioTimer::new())
                    .keep_alive(false)
                    .serve_connection(TokioIo::new(stream), service);
                // Its errors are the collector's.
                let _ = tokio::time::timeout(WITHIN, connection).await;
                drop(permit);
            });
        }
    }
}

async fn answer(
    request: &Request<Incoming>,
    text: Arc<impl Fn() -> String + Send + Sync + 'static>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (status, body) = match (request.method(), request.uri().path()) {
        (&Method::GET | &Method::HEAD, "/metrics" | "/") => match tokio::task::spawn_blocking(move || text()).await {
            Ok(text) => (StatusCode::OK, text),
            Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, String::new()),
        },
        (&Method::GET, _) => (StatusCode::NOT_FOUND, "GET /metrics\n".to_owned()),
        _ => (StatusCode::METHOD_NOT_ALLOWED, String::new()),
    };
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, http::HeaderValue::from_static("text/plain; version=0.0.4"));
    Ok(response)
}
