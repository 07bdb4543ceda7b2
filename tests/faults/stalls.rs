//! Row 38: an endpoint that stalls, in every phase.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::json;

use super::endpoint::{Endpoint, attempt, text};
use crate::support::Home;
use crate::support::ca::Ca;

/// Runs a test with a timeout of one second, which is what ends it.
#[track_caller]
fn stalls(home: &Home, stdin: &str, code: i32) -> serde_json::Value {
    let args: &[&str] = if stdin.is_empty() { &[] } else { &["--body", "-"] };
    let begun = Instant::now();
    let attempt = attempt(home, args, stdin, code);
    let took = begun.elapsed();
    // The process may start slowly on a busy machine; the attempt knows how long it took.
    let lasted = attempt["duration_ms"].as_f64().unwrap();
    assert!(
        (1000.0..4000.0).contains(&lasted) && took < Duration::from_secs(30),
        "it took {took:?}, {lasted} ms of it in flight"
    );
    attempt
}

/// Nothing but waiting, until the other side has gone.
fn nothing(stream: &mut impl std::io::Read) -> std::io::Result<()> {
    while stream.read(&mut [0; 4096])? > 0 {}
    Ok(())
}

fn failed_in(attempt: &serde_json::Value, phase: &str) {
    assert_eq!((text(attempt, "outcome"), text(attempt, "phase"), &attempt["status"]), ("failed", phase, &json!(null)));
    assert!(text(attempt, "why").contains("1 s"), "{attempt}");
    assert!(!text(attempt, "fix").is_empty());
}

#[test]
fn h38_a_stall_of_the_connection_ends_at_the_timeout() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let listener = runtime.block_on(async {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
        socket.listen(1).unwrap()
    });
    let address = listener.local_addr().unwrap();
    // Fill the queue of connections that wait to be taken, until one more gets no answer.
    let mut waiting = Vec::new();
    while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(300)) {
        waiting.push(stream);
    }
    let home = Home::new();
    let url = format!("https://127.0.0.1:{}/", address.port());
    crate::support::common::register(&home, &url, &["--auth", "default", "--timeout", "1"], "");
    failed_in(&stalls(&home, "", 4), "connect");
    drop(listener);
}

#[test]
fn h38_a_stall_of_the_handshake_ends_at_the_timeout() {
    let endpoint = Endpoint::tcp(|mut stream| nothing(&mut stream));
    failed_in(&stalls(&endpoint.registered(None, "1"), "", 4), "tls");
}

#[test]
fn h38_a_stall_while_the_body_is_sent_ends_at_the_timeout() {
    let ca = Ca::new();
    let endpoint = Endpoint::tls(&ca, |_| {
        // Not read, and not closed either.
        std::thread::sleep(Duration::from_mins(1));
        Ok(())
    });
    let body = format!("\"{}\"", "x".repeat(8 << 20));
    failed_in(&stalls(&endpoint.registered(Some(&ca), "1"), &body, 4), "write");
}

#[test]
fn h38_a_stall_before_the_status_ends_at_the_timeout() {
    let ca = Ca::new();
    let endpoint = Endpoint::tls(&ca, nothing);
    failed_in(&stalls(&endpoint.registered(Some(&ca), "1"), "", 4), "wait");
    // Half of a status line is no status.
    let endpoint = Endpoint::tls(&ca, |stream| {
        stream.read_exact(&mut [0])?;
        stream.write_all(b"HTTP/1.1 20")?;
        stream.flush()?;
        nothing(stream)
    });
    failed_in(&stalls(&endpoint.registered(Some(&ca), "1"), "", 4), "wait");
}

#[test]
fn h38_endless_interim_answers_end_at_the_timeout() {
    let ca = Ca::new();
    let endpoint = Endpoint::tls(&ca, |stream| {
        stream.read_exact(&mut [0])?;
        loop {
            stream.write_all(b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n")?;
            stream.flush()?;
        }
    });
    failed_in(&stalls(&endpoint.registered(Some(&ca), "1"), "", 4), "wait");
}

#[test]
fn h38_a_stall_in_the_body_is_judged_by_its_status() {
    for (status, code, outcome) in [(200, 0, "delivered"), (503, 3, "refused")] {
        let ca = Ca::new();
        let endpoint = Endpoint::tls(&ca, move |stream| {
            stream.read_exact(&mut [0])?;
            write!(stream, "HTTP/1.1 {status} Slow\r\ncontent-length: 1000\r\n\r\nhalf")?;
            stream.flush()?;
            nothing(stream)
        });
        let attempt = stalls(&endpoint.registered(Some(&ca), "1"), "", code);
        assert_eq!((text(&attempt, "outcome"), &attempt["status"]), (outcome, &json!(status)));
        assert_eq!(attempt["response"]["body"], "half");
        assert!(text(&attempt, "why").contains("ended early"), "{attempt}");
    }
}

#[test]
fn h38_a_body_of_a_byte_a_second_is_judged_by_its_status() {
    let ca = Ca::new();
    let endpoint = Endpoint::tls(&ca, |stream| {
        stream.read_exact(&mut [0])?;
        stream.write_all(b"HTTP/1.1 401 No\r\ncontent-length: 1000\r\n\r\n")?;
        loop {
            stream.write_all(b"x")?;
            stream.flush()?;
            std::thread::sleep(Duration::from_secs(1));
        }
    });
    let attempt = stalls(&endpoint.registered(Some(&ca), "1"), "", 3);
    assert_eq!((text(&attempt, "outcome"), &attempt["status"]), ("refused", &json!(401)));
    assert!(attempt["response"]["body"].as_str().is_some_and(|body| body.starts_with('x')), "{attempt}");
}
