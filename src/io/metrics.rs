//! Answers `GET /metrics` on a socket of its own.

use std::collections::VecDeque;
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
use tokio::task::JoinHandle;

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
        let text = Arc::new(text);
        let mut open: VecDeque<JoinHandle<()>> = VecDeque::with_capacity(CONNECTIONS);
        loop {
            let Ok((stream, _)) = self.0.accept().await else {
                // No file is left to the process, or the peer was gone already.
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            };
            open.retain(|connection| !connection.is_finished());
            // A collector is done within milliseconds, so the oldest connection is a stalled one. It must not keep others out.
            if open.len() == CONNECTIONS
                && let Some(oldest) = open.pop_front()
            {
                oldest.abort();
            }
            let text = Arc::clone(&text);
            open.push_back(tokio::spawn(async move {
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
            }));
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

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpStream;
    use std::thread;

    use super::*;

    const GET: &str = "GET /metrics HTTP/1.1\r\nhost: h\r\n";

    fn open(address: SocketAddr, text: &str) -> TcpStream {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(WITHIN / 2)).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        stream
    }

    fn asked(address: SocketAddr, text: &str) -> String {
        let mut answer = String::new();
        // A request that the server does not read to its end is answered with a reset.
        let _ = open(address, text).read_to_string(&mut answer);
        answer
    }

    #[tokio::test]
    async fn a20_connections_that_are_held_keep_nobody_out() {
        let server = MetricsServer::bind(([127, 0, 0, 1], 0).into()).await.unwrap();
        let address = server.address().unwrap();
        let collector = thread::spawn(move || {
            let held: Vec<_> = (0..10 * CONNECTIONS).map(|_| open(address, GET)).collect();
            let answer = asked(address, &format!("{GET}\r\n"));
            // All were closed but those that there is room for.
            let is_closed = |mut stream: TcpStream| {
                let read = stream.read(&mut [0]);
                !read.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
            };
            (answer, held.into_iter().map(is_closed).take(9 * CONNECTIONS).filter(|closed| *closed).count())
        });
        let ended = tokio::task::spawn_blocking(move || collector.join().unwrap());
        tokio::select! {
            _ = server.serve(|| "a_metric 1\n".to_owned()) => unreachable!(),
            ended = ended => {
                let (answer, closed) = ended.unwrap();
                assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with("\r\n\r\na_metric 1\n"), "{answer}");
                assert_eq!(closed, 9 * CONNECTIONS);
            }
        }
    }

    #[tokio::test]
    async fn a20_whatever_else_is_asked_for_is_not_there() {
        let server = MetricsServer::bind(([127, 0, 0, 1], 0).into()).await.unwrap();
        let address = server.address().unwrap();
        let client = tokio::task::spawn_blocking(move || {
            for (request, starts) in [
                ("GET /../../etc/passwd HTTP/1.1\r\n\r\n", "HTTP/1.1 404"),
                ("GET /metrics/../x HTTP/1.1\r\n\r\n", "HTTP/1.1 404"),
                ("GET /%6detrics HTTP/1.1\r\n\r\n", "HTTP/1.1 404"),
                ("POST /metrics HTTP/1.1\r\ncontent-length: 99999999999\r\n\r\n", "HTTP/1.1 405"),
                ("CONNECT h:443 HTTP/1.1\r\n\r\n", "HTTP/1.1 405"),
                ("\u{16}\u{3}\u{1}\0\0", ""),
                ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", ""),
                (&format!("GET /metrics HTTP/1.1\r\na: {}", "b".repeat(1_000_000)), "HTTP/1.1 431"),
            ] {
                let answer = asked(address, request);
                assert!(answer.starts_with(starts) && !answer.contains("a_metric"), "{request:.40}: {answer}");
            }
        });
        tokio::select! {
            _ = server.serve(|| "a_metric 1\n".to_owned()) => unreachable!(),
            ended = client => ended.unwrap(),
        }
    }
}
