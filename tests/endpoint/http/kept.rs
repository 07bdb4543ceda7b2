//! Field case c17: connections that are kept, and closed by the server when it likes.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::AsyncWriteExt;
use waypost::io::http::Connection;

use super::*;

fn kept(case: &Case) -> Connection {
    let config = NetworkConfig { proxies: case.proxies.clone(), lookup: Arc::new(case.names.clone()) };
    let to = case.settings();
    Client::with(&to, &case.trust, config).unwrap().connections(&to, 1).remove(0)
}

async fn attempt(connection: &mut Connection, case: &Case) -> Attempt {
    connection.attempt(&case.request(), Timestamp::UNIX_EPOCH, case.timeout, std::future::pending()).await
}

/// A server that answers each request of a connection with the next of these, and closes after the last one.
async fn serving(pki: &Pki, answers: &'static [&'static str], requests: Arc<AtomicUsize>) -> Server {
    server::tls_raw(pki.issue(HOST, |_| {}), move |mut stream| {
        let requests = Arc::clone(&requests);
        Box::pin(async move {
            for answer in answers {
                if server::read_request(&mut stream).await.is_empty() {
                    return;
                }
                requests.fetch_add(1, Ordering::SeqCst);
                let _ = stream.write_all(answer.as_bytes()).await;
                let _ = stream.flush().await;
            }
        })
    })
    .await
}

#[tokio::test]
async fn c17_a_connection_is_kept() {
    let pki = Pki::new("CA");
    let server = serving(&pki, &[OK; 3], Arc::default()).await;
    let case = Case::new(&server.url(), &pki);
    let mut connection = kept(&case);
    for number in 0..3 {
        let attempt = attempt(&mut connection, &case).await;
        assert_eq!(attempt.status(), Some(200), "{attempt:?}");
        // Nothing is looked up and connected to for the later ones.
        assert_eq!((attempt.timings.get(Phase::Tls).is_some(), attempt.tried.len()), (number == 0, usize::from(number == 0)));
        assert_eq!(attempt.connected, Some(server.address));
    }
    assert_eq!(server.connections(), 1);
    connection.close();
    assert_eq!(attempt(&mut connection, &case).await.status(), Some(200));
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn c17_a_connection_that_closes_when_it_is_used_again_is_replaced_within_the_attempt() {
    let pki = Pki::new("CA");
    let requests = Arc::new(AtomicUsize::new(0));
    // The second request is read, and the connection closed without a byte.
    let server = serving(&pki, &[OK, ""], Arc::clone(&requests)).await;
    let case = Case::new(&server.url(), &pki);
    let mut connection = kept(&case);
    for number in 1..=10 {
        let attempt = attempt(&mut connection, &case).await;
        assert_eq!(attempt.status(), Some(200), "{attempt:?}");
        assert!(attempt.timings.get(Phase::Tls).is_some(), "the phases are those of the new connection");
        assert_eq!(server.connections(), number);
    }
    assert_eq!(requests.load(Ordering::SeqCst), 10 + 9);
}

#[tokio::test]
async fn c17_an_answer_that_began_is_not_sent_again() {
    let pki = Pki::new("CA");
    let requests = Arc::new(AtomicUsize::new(0));
    let server = serving(&pki, &[OK, "HTTP/1.1 20"], Arc::clone(&requests)).await;
    let case = Case::new(&server.url(), &pki);
    let mut connection = kept(&case);
    assert_eq!(attempt(&mut connection, &case).await.status(), Some(200));
    let cut = attempt(&mut connection, &case).await;
    assert_eq!((cut.outcome, requests.load(Ordering::SeqCst)), (Outcome::Failed, 2), "{cut:?}");
    // After a failure it is a new connection.
    assert_eq!(attempt(&mut connection, &case).await.status(), Some(200));
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn c17_a_replacement_that_fails_is_the_end_of_the_attempt() {
    let pki = Pki::new("CA");
    let answered = Arc::new(AtomicUsize::new(0));
    let first = Arc::clone(&answered);
    let server = server::tls_raw(pki.issue(HOST, |_| {}), move |mut stream| {
        let first = Arc::clone(&first);
        Box::pin(async move {
            server::read_request(&mut stream).await;
            if first.fetch_add(1, Ordering::SeqCst) == 0 {
                let _ = stream.write_all(OK.as_bytes()).await;
                server::read_request(&mut stream).await;
            }
        })
    })
    .await;
    let case = Case::new(&server.url(), &pki);
    let mut connection = kept(&case);
    assert_eq!(attempt(&mut connection, &case).await.status(), Some(200));
    let failed = attempt(&mut connection, &case).await;
    assert_eq!((failed.outcome, failed.phase), (Outcome::Failed, Some(Phase::Wait)), "{failed:?}");
    assert_eq!(server.connections(), 2);
}

/// Each is answered by the connection that was opened for it: what a kept one has to say is of no request.
#[tokio::test]
async fn c17_every_other_way_to_end_a_kept_connection() {
    const LEFT: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 500 Left\r\ncontent-length: 0\r\n\r\n";
    const LONGER: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok, and more than it said";
    const LATE: &str = "HTTP/1.1 408 Request Time-out\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
    const CLOSE: &str = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
    const OLD: &str = "HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n";
    const TO_THE_END: &str = "HTTP/1.1 200 OK\r\n\r\nok";
    const ONCE: &str = "HTTP/1.1 200 OK\r\nkeep-alive: timeout=5, max=1\r\ncontent-length: 0\r\n\r\n";
    const EMPTY: &str = "HTTP/1.1 204 No Content\r\n\r\n\r\n\r\n";
    let pki = Pki::new("CA");
    let cases: [&'static [&'static str]; 8] =
        [&[LEFT, OK], &[LONGER, OK], &[OK, LATE], &[CLOSE], &[OLD], &[TO_THE_END], &[ONCE], &[EMPTY, ""]];
    for answers in cases {
        let requests = Arc::new(AtomicUsize::new(0));
        let server = serving(&pki, answers, Arc::clone(&requests)).await;
        let case = Case::new(&server.url(), &pki);
        let mut connection = kept(&case);
        for number in 1..=4 {
            let attempt = attempt(&mut connection, &case).await;
            assert_eq!(attempt.outcome, Outcome::Delivered, "{answers:?}: {attempt:?}");
            assert_eq!(server.connections(), number, "{answers:?}");
        }
    }
    // A first request that is answered so was not over a kept connection.
    let server = serving(&pki, &[LATE], Arc::default()).await;
    let case = Case::new(&server.url(), &pki);
    assert_eq!(attempt(&mut kept(&case), &case).await.status(), Some(408));
    assert_eq!(server.connections(), 1);
}
