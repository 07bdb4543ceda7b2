//! What the receiver does with too much, too slow and too many.

use super::*;
use crate::domain::delivery::BODY_KEPT;

#[tokio::test]
async fn a_long_body_is_413_and_the_connection_ends() {
    let (sender, mut seen) = ears();
    let limits = Limits { body: 10, ..Limits::default() };
    let receiver = start_within(options(Some(hmac())), sender, limits).await.unwrap();
    let mut stream = connected(&receiver, "localhost").await.unwrap();
    let answer = exchanged(&mut stream, &post(&hmac(), b"[1,2,3,4]  ")).await;
    assert!(answer.starts_with("HTTP/1.1 413 ") && answer.contains("connection: close"), "{answer}");
    assert!(answer.contains("more than 10 bytes"), "{answer}");
    assert_eq!(seen.recv().await.unwrap().status, 413);
    let mut stream = connected(&receiver, "localhost").await.unwrap();
    assert!(exchanged(&mut stream, &post(&hmac(), b"[1,2,3,4] ")).await.starts_with("HTTP/1.1 200 "));
}

#[tokio::test]
async fn a_client_that_writes_far_too_much_still_reads_why() {
    let (receiver, mut seen) = started(options(Some(hmac()))).await;
    let mut stream = connected(&receiver, "localhost").await.unwrap();
    let answer = exchanged(&mut stream, &post(&hmac(), &vec![b' '; 8 * 1024 * 1024])).await;
    assert!(answer.starts_with("HTTP/1.1 413 ") && answer.contains("more than 1048576 bytes"), "{answer}");
    assert_eq!(seen.recv().await.unwrap().body_bytes, 0);
}

#[tokio::test]
async fn a_client_that_leaves_early_is_reported_as_gone() {
    let (receiver, mut seen) = started(options(Some(hmac()))).await;
    let mut stream = connected(&receiver, "localhost").await.unwrap();
    stream.write_all(b"POST /in HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\n\r\n{").await.unwrap();
    stream.shutdown().await.unwrap();
    let seen = seen.recv().await.unwrap();
    assert_eq!((seen.status, seen.verdict.as_ref().map(Verdict::reason)), (400, Some("the body was cut short")));
}

#[tokio::test]
async fn a_slow_client_is_cut_off() {
    let (sender, _seen) = ears();
    let limits = Limits { time: Duration::from_secs(1), ..Limits::default() };
    let receiver = start_within(options(None), sender, limits).await.unwrap();
    let no_handshake = async {
        let mut stream = TcpStream::connect(receiver.addr()).await.unwrap();
        assert_eq!(stream.read_to_end(&mut Vec::new()).await.unwrap_or(0), 0);
    };
    let no_head = async {
        let mut stream = connected(&receiver, "localhost").await.unwrap();
        let answer = exchanged(&mut stream, b"POST /in HT").await;
        assert!(!answer.contains("200 OK"), "{answer}");
    };
    let no_body = async {
        let mut stream = connected(&receiver, "localhost").await.unwrap();
        let answer = exchanged(&mut stream, b"POST /in HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\n\r\n{").await;
        assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    };
    let idle = async {
        let mut stream = connected(&receiver, "localhost").await.unwrap();
        exchanged(&mut stream, &bare("POST", "{}")).await;
        assert_eq!(exchanged(&mut stream, b"").await, "");
    };
    tokio::join!(no_handshake, no_head, no_body, idle);
}

/// Writes a piece again and again, until the connection ends.
async fn dribble(mut stream: impl tokio::io::AsyncWrite + Unpin, piece: &[u8]) {
    while stream.write_all(piece).await.is_ok() && stream.flush().await.is_ok() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Connects to a receiver with one place, does that, and returns how long the place was held.
async fn holds(how: impl AsyncFnOnce(&Receiver), delay: Duration) -> Duration {
    let (sender, _seen) = channel(4096);
    let limits = Limits { connections: 1, time: Duration::from_secs(1), ..Limits::default() };
    let receiver = start_within(Options { delay, ..options(None) }, sender, limits).await.unwrap();
    let begun = Instant::now();
    tokio::select! {
        () = async { how(&receiver).await; std::future::pending().await } => unreachable!(),
        // The listener takes it from its queue as soon as there is a place.
        next = async {
            tokio::time::sleep(Duration::from_millis(200)).await;
            connected(&receiver, "localhost").await
        } => drop(next.unwrap()),
    }
    begun.elapsed()
}

#[tokio::test]
async fn a14_a_place_is_free_in_time_whatever_its_connection_does() {
    let begin = b"POST /in HTTP/1.1\r\nhost: localhost\r\n";
    let silent = async |receiver: &Receiver| {
        let _stream = TcpStream::connect(receiver.addr()).await.unwrap();
        std::future::pending::<()>().await;
    };
    let handshake = async |receiver: &Receiver| {
        let mut stream = TcpStream::connect(receiver.addr()).await.unwrap();
        // The beginning of a ClientHello of 16,000 bytes.
        stream.write_all(&[0x16, 3, 1, 0x3e, 0x80, 1, 0, 0x3e, 0x7c, 3, 3]).await.unwrap();
        dribble(stream, &[0]).await;
    };
    let head = async |receiver: &Receiver| {
        let mut stream = connected(receiver, "localhost").await.unwrap();
        stream.write_all(begin).await.unwrap();
        dribble(stream, b"a: b\r\n").await;
    };
    let body = async |receiver: &Receiver| {
        let mut stream = connected(receiver, "localhost").await.unwrap();
        stream.write_all(begin).await.unwrap();
        stream.write_all(b"content-length: 100000\r\n\r\n").await.unwrap();
        dribble(stream, b" ").await;
    };
    let idle = async |receiver: &Receiver| {
        let mut stream = connected(receiver, "localhost").await.unwrap();
        exchanged(&mut stream, &bare("POST", "{}")).await;
        // Keeps the connection open, whatever comes.
        std::future::pending::<()>().await;
    };
    let again = async |receiver: &Receiver| {
        let mut stream = connected(receiver, "localhost").await.unwrap();
        while !exchanged(&mut stream, &bare("POST", "{}")).await.is_empty() {}
        std::future::pending::<()>().await;
    };
    // Requests by the thousand, of whose answers none is read.
    let unread = async |receiver: &Receiver| {
        let stream = connected(receiver, "localhost").await.unwrap();
        dribble(stream, &bare("POST", "{}").repeat(1000)).await;
    };
    let none = Duration::ZERO;
    let held: [Duration; 7] = tokio::join!(
        holds(silent, none),
        holds(handshake, none),
        holds(head, none),
        holds(body, none),
        holds(idle, none),
        holds(again, none),
        holds(unread, none)
    )
    .into();
    assert!(held.iter().all(|&held| held < Duration::from_millis(1900)), "{held:?}");
    // What the user asked for comes on top.
    let delayed = holds(again, Duration::from_millis(600)).await;
    assert!(delayed < Duration::from_millis(2500), "{delayed:?}");
}

#[tokio::test]
async fn a14_a_body_that_is_late_is_answered_and_a_head_that_is_late_is_reported() {
    let (sender, mut told) = ears();
    let limits = Limits { time: Duration::from_secs(1), ..Limits::default() };
    let receiver = start_within(options(Some(hmac())), sender, limits).await.unwrap();
    let mut stream = connected(&receiver, "localhost").await.unwrap();
    let answer = exchanged(&mut stream, b"POST /in HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\n\r\n{").await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert_eq!(told.recv().await.unwrap().body, None);
    let mut stream = connected(&receiver, "localhost").await.unwrap();
    exchanged(&mut stream, b"POST /in HT").await;
    assert!(told.no_request().await.why.contains("no complete request within 1s"));
}

#[tokio::test]
async fn c28_headers_and_body_are_reported_without_credentials() {
    let bearer = Draft::new(crate::domain::auth::bearer::SPEC)
        .with(field::URL, "https://localhost/in")
        .with(crate::domain::auth::bearer::TOKEN, "mF_9.B5f-4.1JqM");
    let (receiver, mut told) = started(options(Some(bearer.check().unwrap().settings))).await;
    let mut stream = connected(&receiver, "localhost").await.unwrap();
    let head = "POST /in HTTP/1.1\r\nhost: localhost\r\nX-Echo: mF_9.B5f-4.1JqM\r\nAuthorization: Bearer another-0123\r\nCookie: a=b\r\nX-Raw: ";
    let secret = b"mF_9.B5f-4.1JqM";
    let body = [vec![b'x'; BODY_KEPT - 5].as_slice(), secret, &[b'y'; 5000]].concat();
    let rest = format!("\r\ncontent-length: {}\r\n\r\n", body.len());
    exchanged(&mut stream, &[head.as_bytes(), b"\xff\xe9", rest.as_bytes(), &body].concat()).await;
    let seen = told.recv().await.unwrap();
    let headers: Vec<_> = seen.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    let bearer = format!("authorization: Bearer {DOTS}");
    let (echo, cookie) = (format!("x-echo: {DOTS}"), format!("cookie: {DOTS}"));
    assert_eq!(
        headers,
        ["host: localhost", &echo, &bearer, &cookie, r"x-raw: \xff\xe9", &format!("content-length: {}", body.len())]
    );
    let shown = seen.body.unwrap();
    assert!(shown.truncated && shown.bytes.len() <= BODY_KEPT && seen.body_bytes == body.len());
    assert!(!String::from_utf8_lossy(&shown.bytes).contains("mF_"), "a part of the secret is shown at the cut");
}

#[tokio::test]
async fn a36_a_head_that_is_too_long_to_be_searched_is_431() {
    let (receiver, mut told) = started(options(Some(hmac()))).await;
    for (length, answer) in [(30_000, "HTTP/1.1 401 "), (70_000, "HTTP/1.1 431 ")] {
        let mut stream = connected(&receiver, "localhost").await.unwrap();
        let head = format!(
            "POST /in HTTP/1.1\r\nhost: localhost\r\nx-long: {}\r\ncontent-length: 2\r\n\r\n{{}}",
            "%25".repeat(length / 3)
        );
        let answered = exchanged(&mut stream, head.as_bytes()).await;
        assert!(answered.starts_with(answer), "{length}: {answered}");
    }
    assert_eq!(told.recv().await.unwrap().status, 401);
    assert!(told.no_request().await.why.contains("too large"));
}

#[tokio::test]
async fn connections_beyond_the_limit_wait_their_turn() {
    let (sender, _seen) = ears();
    let limits = Limits { connections: 1, ..Limits::default() };
    let receiver = start_within(options(None), sender, limits).await.unwrap();
    let first = connected(&receiver, "localhost").await.unwrap();
    let mut second = Box::pin(connected(&receiver, "localhost"));
    assert!(tokio::time::timeout(Duration::from_millis(100), second.as_mut()).await.is_err());
    drop(first);
    second.await.unwrap();
}

#[tokio::test]
async fn connections_without_a_request_are_reported() {
    let (receiver, mut events) = started(options(Some(hmac()))).await;
    let mut stream = TcpStream::connect(receiver.addr()).await.unwrap();
    stream.write_all(b"POST /in HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    let what = events.no_request().await;
    assert_eq!((what.at, what.from), (now(), std::net::IpAddr::from([127, 0, 0, 1])));
    assert!(what.why.contains("did not speak TLS"), "{}", what.why);
    drop(TcpStream::connect(receiver.addr()).await.unwrap());
    assert!(events.no_request().await.why.contains("before the TLS handshake finished"));
    assert!(connected(&receiver, "other.example").await.is_err());
    assert!(events.no_request().await.why.contains("refuses the certificate"));
    let mut stream = connected(&receiver, "localhost").await.unwrap();
    stream.write_all(b"\x01\x02 nothing of HTTP\r\n\r\n").await.unwrap();
    assert!(events.no_request().await.why.contains("did not send a valid HTTP/1.1 request"));
}

#[tokio::test]
async fn a_request_that_cannot_be_reported_is_not_accepted() {
    let unknown = Options { settings: Arc::new(|| Err("the file is broken".into())), ..options(None) };
    let (receiver, mut seen) = started(unknown).await;
    let mut stream = connected(&receiver, "localhost").await.unwrap();
    let answer = exchanged(&mut stream, &post(&hmac(), b"{}")).await;
    assert!(answer.starts_with("HTTP/1.1 503 ") && !answer.contains("broken"), "{answer}");
    let seen = seen.recv().await.unwrap();
    assert_eq!(seen.verdict.as_ref().map(Verdict::reason), Some("the file is broken"));
}

#[tokio::test]
async fn rejected_requests_can_be_explained_while_there_is_room() {
    let (receiver, mut events) = started(options(Some(hmac()))).await;
    let mut stream = connected(&receiver, "localhost").await.unwrap();
    exchanged(&mut stream, &post(&hmac(), b"{}")).await;
    assert!(events.recv().await.unwrap().rejected.is_none());
    let tampered = String::from_utf8(post(&hmac(), b"{}")).unwrap().replace("x-signature", "x-other");
    let mut kept = Vec::new();
    for _ in 0..REJECTED_KEPT {
        exchanged(&mut stream, tampered.as_bytes()).await;
        kept.push(events.recv().await.unwrap().rejected.unwrap());
    }
    exchanged(&mut stream, tampered.as_bytes()).await;
    assert!(events.recv().await.unwrap().rejected.is_none());
    let rejected = kept.pop().unwrap();
    assert!(rejected.explain().reason.contains("is in x-other"), "{:?}", rejected.explain());
    assert!(!format!("{rejected:?}").contains("{}"));
    drop(rejected);
    exchanged(&mut stream, tampered.as_bytes()).await;
    assert!(events.recv().await.unwrap().rejected.is_some());
    drop(kept);
    exchanged(&mut stream, &bare("POST", &" ".repeat(64 * 1024 + 1))).await;
    assert!(events.recv().await.unwrap().rejected.is_none());
}

#[tokio::test]
async fn requests_wait_until_the_reports_are_read() {
    let (sender, mut events) = channel(1);
    let receiver = start(options(Some(hmac())), sender).await.unwrap();
    let mut stream = connected(&receiver, "localhost").await.unwrap();
    assert!(exchanged(&mut stream, &post(&hmac(), b"{}")).await.starts_with("HTTP/1.1 200 "));
    let request = post(&hmac(), b"{}");
    let mut second = Box::pin(exchanged(&mut stream, &request));
    assert!(tokio::time::timeout(Duration::from_millis(100), second.as_mut()).await.is_err());
    events.recv().await.unwrap();
    assert!(second.await.starts_with("HTTP/1.1 200 "));
}

#[tokio::test]
async fn dropping_it_closes_everything() {
    let (receiver, _seen) = started(options(None)).await;
    let mut stream = connected(&receiver, "localhost").await.unwrap();
    let addr = receiver.addr();
    drop(receiver);
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest).await;
    // The stream ended with the task that held it; the listener goes with the same task.
    assert!(rest.is_empty());
    assert!(TcpStream::connect(addr).await.is_err());
}
