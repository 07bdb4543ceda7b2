//! The endpoint of the soak: it counts what it accepts, and fails in every way, at random and in phases.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::{ServerConnection, StreamOwned};

use crate::endpoint::Endpoint;
use crate::random::Random;
use crate::support::ca::Ca;

/// The length of a body in bytes, to within a few.
const BODY: usize = 4 * 1024;

/// The event of that number: the same in each call, and no two are alike.
pub fn body(n: usize) -> Vec<u8> {
    const LETTERS: &[u8; 64] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 _";
    let mut random = Random(n as u64);
    let mut body = format!("{{\"n\":{n},\"text\":\"").into_bytes();
    while body.len() < BODY - 2 {
        let bits = random.next();
        body.extend((0..10).map(|at| LETTERS[usize::try_from((bits >> (6 * at)) & 63).unwrap()]));
    }
    body.extend_from_slice(b"\"}");
    body
}

/// Refused whenever it comes.
pub fn is_poison(n: usize) -> bool {
    n % 4_999 == 17
}

/// An id, in eight bytes.
pub fn digest(id: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}

/// What came of an event.
#[derive(Clone, Copy, Default)]
pub struct Arrived {
    /// Its id, as [`digest`]; 0 before it came.
    pub id: u64,
    pub accepted: u32,
    pub refused: u32,
}

#[derive(Default)]
pub struct Arrivals {
    pub of_event: Vec<Arrived>,
    /// Those that came under another id as well: of a killed `enqueue`, which had not answered.
    pub second: BTreeMap<usize, Arrived>,
    /// What must not happen: another body, an event that was never queued.
    pub wrong: Vec<String>,
}

#[derive(Default)]
pub struct Shared {
    pub arrivals: Mutex<Arrivals>,
    /// The events that were accepted, or refused for what they are.
    pub done: AtomicU64,
    /// Everything is answered with 503.
    pub is_down: AtomicBool,
    /// Answers while it was down.
    pub turned_away: AtomicU64,
    /// The highest `X-Edit` that came.
    pub edit: AtomicU64,
    /// By what happened to it: each request.
    pub answers: Mutex<BTreeMap<&'static str, u64>>,
}

pub fn start(ca: &Ca, events: usize) -> (Endpoint, Arc<Shared>) {
    let arrivals = Arrivals { of_event: vec![Arrived::default(); events], ..Arrivals::default() };
    let shared = Arc::new(Shared { arrivals: Mutex::new(arrivals), ..Shared::default() });
    let (of_endpoint, seed) = (Arc::clone(&shared), AtomicU64::new(1));
    let endpoint = Endpoint::tls(ca, move |stream| {
        stream.sock.set_nodelay(true)?;
        let mut random = Random(seed.fetch_add(0x1_0001, Ordering::SeqCst));
        while of_endpoint.exchange(stream, &mut random)? {}
        stream.conn.send_close_notify();
        stream.flush()
    });
    (endpoint, shared)
}

const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
const REFUSED: &[u8] = b"HTTP/1.1 422 No\r\ncontent-length: 0\r\n\r\n";
const DOWN: &[u8] = b"HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n";

impl Shared {
    /// A request and its answer; whether the connection goes on.
    fn exchange(&self, stream: &mut StreamOwned<ServerConnection, TcpStream>, random: &mut Random) -> io::Result<bool> {
        let fault = random.below(20_000);
        if fault < 20 {
            // What is left unread at the close is answered with a reset.
            stream.sock.peek(&mut [0; 1])?;
            self.count("reset");
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        let Some(request) = read_request(stream)? else { return Ok(false) };
        let number = request.number();
        if self.is_down.load(Ordering::SeqCst) {
            self.count("503 in a phase");
            self.turned_away.fetch_add(1, Ordering::SeqCst);
            stream.write_all(DOWN)?;
            return Ok(true);
        }
        let (what, answer): (_, &[u8]) = match fault {
            20..40 => ("closed without an answer", b""),
            40..50 => ("cut in the status line", b"HTTP/1.1 20"),
            50..80 => ("429", b"HTTP/1.1 429 No\r\ncontent-length: 0\r\n\r\n"),
            80..82 => ("429 with Retry-After", b"HTTP/1.1 429 No\r\nretry-after: 1\r\ncontent-length: 0\r\n\r\n"),
            82..110 => ("503", DOWN),
            110..120 => ("200, cut in the body", b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf"),
            120..150 => ("200 and closed", b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok"),
            150..170 => ("200, slow", OK),
            _ => ("200", OK),
        };
        let (what, answer) = if is_poison(number) && what.starts_with("200") { ("422", REFUSED) } else { (what, answer) };
        self.count(what);
        self.arrive(number, &request, what);
        if what == "200, slow" {
            std::thread::sleep(Duration::from_millis(u64::try_from(random.below(1_500)).unwrap()));
        }
        stream.write_all(answer)?;
        Ok(answer.ends_with(b"\r\n\r\n") || answer == OK)
    }

    fn count(&self, what: &'static str) {
        *self.answers.lock().unwrap().entry(what).or_default() += 1;
    }

    fn arrive(&self, number: usize, request: &Request, what: &str) {
        let is_whole = request.body == body(number);
        let id = digest(&request.id);
        self.edit.fetch_max(request.edit, Ordering::SeqCst);
        let mut arrivals = self.arrivals.lock().unwrap();
        if !is_whole || number >= arrivals.of_event.len() {
            arrivals.wrong.push(format!("{number}: {}", request.id));
            return;
        }
        let first = &mut arrivals.of_event[number];
        let is_first = first.id == id || first.id == 0;
        let arrived = if is_first { first } else { arrivals.second.entry(number).or_default() };
        if arrived.id != 0 && arrived.id != id {
            arrivals.wrong.push(format!("{number} under a third id, {}", request.id));
            return;
        }
        arrived.id = id;
        let is_new = arrived.accepted + arrived.refused == 0;
        match what {
            "422" => arrived.refused += 1,
            _ if what.starts_with("200") => arrived.accepted += 1,
            _ => return,
        }
        if is_first && is_new {
            self.done.fetch_add(1, Ordering::SeqCst);
        }
    }
}

struct Request {
    id: String,
    edit: u64,
    body: Vec<u8>,
}

impl Request {
    /// Which event it is; one that was never queued if it does not say.
    fn number(&self) -> usize {
        let text = String::from_utf8_lossy(&self.body[..self.body.len().min(40)]);
        let number = text.strip_prefix("{\"n\":").and_then(|rest| rest.split(',').next()).and_then(|number| number.parse().ok());
        number.unwrap_or(usize::MAX)
    }
}

/// `None` when the client has closed the connection between two requests.
fn read_request(stream: &mut StreamOwned<ServerConnection, TcpStream>) -> io::Result<Option<Request>> {
    let mut raw = Vec::with_capacity(8 * 1024);
    let mut chunk = [0; 16 * 1024];
    loop {
        if let Some(end) = raw.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&raw[..end]).to_ascii_lowercase();
            let value =
                |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).map(str::trim).unwrap_or_default().to_owned();
            let length: usize = value("content-length:").parse().map_err(io::Error::other)?;
            if raw.len() >= end + 4 + length {
                let (id, edit) = (value("webhook-id:"), value("x-edit:").parse().unwrap_or(0));
                return Ok(Some(Request { id, edit, body: raw.split_off(end + 4) }));
            }
        }
        match stream.read(&mut chunk) {
            Ok(0) if raw.is_empty() => return Ok(None),
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => raw.extend_from_slice(&chunk[..count]),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof && raw.is_empty() => return Ok(None),
            Err(error) => return Err(error),
        }
    }
}
