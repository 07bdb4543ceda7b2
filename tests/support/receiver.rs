//! An HTTPS receiver for tests that shares nothing with the product: threads, rustls and a parser of its own, and HMAC by
//! another library. It keeps the bytes of every request as they came, and checks the auth by what the RFCs say.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use rustls::{ServerConfig, ServerConnection, StreamOwned};

pub use super::answer::Answer;
use super::ca::{Ca, Leaf};
use super::check::Check;

/// How long a test waits for a request before it fails.
pub const DEADLINE: Duration = Duration::from_secs(20);

/// A request as it came.
#[derive(Clone, Debug)]
pub struct RawRequest {
    /// Everything from the first byte of the request line to the last of the body.
    pub raw: Vec<u8>,
    /// `POST /in?a=1 HTTP/1.1`
    pub line: String,
    /// In order, names as they were written.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// What the check made of it.
    pub verdict: Result<(), String>,
}

impl RawRequest {
    pub fn method(&self) -> &str {
        self.line.split(' ').next().unwrap()
    }

    /// Path and query.
    pub fn target(&self) -> &str {
        self.line.split(' ').nth(1).unwrap()
    }

    /// The values of a header, in order.
    pub fn values(&self, name: &str) -> Vec<&str> {
        self.headers.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str()).collect()
    }

    /// The only value of a header.
    #[track_caller]
    pub fn header(&self, name: &str) -> &str {
        let values = self.values(name);
        assert_eq!(values.len(), 1, "header {name} in {:?}", self.headers);
        values[0]
    }
}

/// A running receiver on a free port of 127.0.0.1. Its certificate is for `localhost` and `127.0.0.1`.
pub struct Receiver {
    /// `https://localhost:PORT/in`
    pub url: String,
    pub addr: SocketAddr,
    pub ca_pem_path: PathBuf,
    shared: Arc<Shared>,
    _dir: tempfile::TempDir,
}

struct Shared {
    check: Check,
    answers: Vec<Answer>,
    requests: Mutex<Vec<RawRequest>>,
    came: Condvar,
    connections: AtomicUsize,
    stopped: AtomicBool,
}

impl Receiver {
    /// Checks each request and answers 200 or 401.
    pub fn start(check: Check) -> Self {
        Self::scripted(check, vec![Answer::Checked])
    }

    /// Answers the first request with the first answer and so on; the last is for all that follow.
    pub fn scripted(check: Check, answers: Vec<Answer>) -> Self {
        let ca = Ca::new();
        let leaf = ca.leaf(&["localhost", "127.0.0.1"]);
        Self::with_leaf(check, answers, &ca, leaf)
    }

    /// With a certificate of the test's own; `ca` is what [`Receiver::ca_pem_path`] holds.
    pub fn with_leaf(check: Check, answers: Vec<Answer>, ca: &Ca, leaf: Leaf) -> Self {
        Self::with_config(check, answers, ca, leaf.server_config())
    }

    /// That refuses clients without a certificate of the CA `clients`.
    pub fn asking(check: Check, clients: &Ca) -> Self {
        let ca = Ca::new();
        let config = ca.leaf(&["localhost", "127.0.0.1"]).asking_server_config(clients);
        Self::with_config(check, vec![Answer::Checked], &ca, config)
    }

    fn with_config(check: Check, answers: Vec<Answer>, ca: &Ca, tls: Arc<ServerConfig>) -> Self {
        assert!(!answers.is_empty(), "an answer is needed");
        let dir = tempfile::tempdir().unwrap();
        let ca_pem_path = ca.write(dir.path());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            check,
            answers,
            requests: Mutex::default(),
            came: Condvar::new(),
            connections: AtomicUsize::new(0),
            stopped: AtomicBool::new(false),
        });
        let kept = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if kept.stopped.load(Ordering::SeqCst) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                kept.connections.fetch_add(1, Ordering::SeqCst);
                let (tls, kept) = (Arc::clone(&tls), Arc::clone(&kept));
                std::thread::spawn(move || {
                    // A client that breaks off is a test's business, seen by what it reports.
                    let _ = kept.serve(stream, tls);
                });
            }
        });
        Self { url: format!("https://localhost:{}/in", addr.port()), addr, ca_pem_path, shared, _dir: dir }
    }

    pub fn ca(&self) -> &Path {
        &self.ca_pem_path
    }

    /// How many connections were made so far, with or without a request.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// The requests so far.
    pub fn requests(&self) -> Vec<RawRequest> {
        self.shared.requests.lock().unwrap().clone()
    }

    /// The first request, as soon as it has come.
    #[track_caller]
    pub fn wait_for_request(&self, timeout: Duration) -> RawRequest {
        self.wait_for_requests(1, timeout).remove(0)
    }

    /// All requests, as soon as there are that many.
    #[track_caller]
    pub fn wait_for_requests(&self, count: usize, timeout: Duration) -> Vec<RawRequest> {
        let deadline = Instant::now() + timeout;
        let mut requests = self.shared.requests.lock().unwrap();
        while requests.len() < count {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "{} of {count} requests came within {timeout:?}", requests.len());
            requests = self.shared.came.wait_timeout(requests, left).unwrap().0;
        }
        requests.clone()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        // Wakes the thread that accepts, so that it sees the flag and lets go of the port.
        let _ = TcpStream::connect(self.addr);
    }
}

impl Shared {
    fn serve(&self, stream: TcpStream, tls: Arc<ServerConfig>) -> io::Result<()> {
        // An answer is written in pieces, which must not wait for each other.
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_mins(1)))?;
        let session = ServerConnection::new(tls).map_err(io::Error::other)?;
        let mut stream = StreamOwned::new(session, stream);
        while let Some(mut request) = read_request(&mut stream)? {
            request.verdict = self.check.judge(&request);
            let (verdict, copy) = (request.verdict.clone(), request.clone());
            let count = {
                let mut requests = self.requests.lock().unwrap();
                requests.push(request);
                self.came.notify_all();
                requests.len()
            };
            let answer = &self.answers[(count - 1).min(self.answers.len() - 1)];
            let chosen = if let Answer::Chosen(choice) = answer { Some(choice(&copy)) } else { None };
            if !chosen.as_ref().unwrap_or(answer).write(&mut stream, &verdict)? {
                stream.conn.send_close_notify();
                stream.flush()?;
                return Ok(());
            }
        }
        Ok(())
    }
}

/// `None` when the client has closed the connection between two requests.
fn read_request(stream: &mut impl Read) -> io::Result<Option<RawRequest>> {
    let mut raw = Vec::new();
    let end = loop {
        if let Some(at) = raw.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        if !read_some(stream, &mut raw)? {
            return if raw.is_empty() { Ok(None) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
        }
    };
    let head = String::from_utf8_lossy(&raw[..end - 4]).into_owned();
    let mut lines = head.split("\r\n");
    let line = lines.next().unwrap_or_default().to_owned();
    let mut headers = Vec::new();
    for line in lines {
        let (name, value) = line.split_once(':').ok_or_else(|| io::Error::other(format!("no colon in {line:?}")))?;
        headers.push((name.to_owned(), value.trim_matches([' ', '\t']).to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length: usize = length.map_or(Ok(0), |(_, value)| value.parse()).map_err(io::Error::other)?;
    while raw.len() < end + length {
        if !read_some(stream, &mut raw)? {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    if raw.len() > end + length {
        return Err(io::Error::other("bytes follow the body before the answer"));
    }
    let body = raw[end..].to_vec();
    Ok(Some(RawRequest { raw, line, headers, body, verdict: Ok(()) }))
}

/// Whether anything came. A client that goes without a TLS goodbye has closed, too.
fn read_some(stream: &mut impl Read, into: &mut Vec<u8>) -> io::Result<bool> {
    let mut chunk = [0; 16 * 1024];
    match stream.read(&mut chunk) {
        Ok(n) => {
            into.extend_from_slice(&chunk[..n]);
            Ok(n > 0)
        }
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}
