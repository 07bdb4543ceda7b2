//! What the receiver does with too much, too slow and too many.

use super::*;

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
