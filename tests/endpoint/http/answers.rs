//! Answers of every kind: what is kept of them, and what is masked.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::AsyncWriteExt;
use waypost::domain::auth::{self, api_key, basic, bearer, default, hmac, oauth2};
use waypost::domain::delivery::{BODY_KEPT, Cause};

use super::*;

async fn answered(answer: impl Into<Vec<u8>>) -> Attempt {
    let pki = Pki::new("CA");
    let server = answering(&pki, answer).await;
    Case::new(&server.url(), &pki).send().await
}

#[tokio::test]
async fn judged_by_status() {
    for status in [200, 201, 202, 204, 299, 300, 304, 400, 401, 404, 429, 500, 503, 599] {
        let attempt = answered(format!("HTTP/1.1 {status} Some Words\r\ncontent-length: 0\r\n\r\n")).await;
        let expected = if status < 300 { Outcome::Delivered } else { Outcome::Refused };
        assert_eq!((attempt.outcome, attempt.status(), attempt.phase), (expected, Some(status), None), "{attempt:?}");
        assert_eq!(attempt.response.unwrap().reason, "Some Words");
        assert!(!attempt.diagnosis.why.is_empty());
    }
    assert_eq!(answered("HTTP/1.1 404\r\ncontent-length: 0\r\n\r\n").await.response.unwrap().status_line(), "404 Not Found");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let pki = Pki::new("CA");
    let second = answering(&pki, OK).await;
    for status in [301, 302, 303, 307, 308] {
        let location = second.url();
        let first =
            answering(&pki, format!("HTTP/1.1 {status} Moved\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n")).await;
        let attempt = Case::new(&first.url(), &pki).bearer("canary-0123456789").send().await;
        assert_eq!((attempt.outcome, attempt.status()), (Outcome::Refused, Some(status)));
        assert!(attempt.diagnosis.why.contains("redirect not followed") && attempt.diagnosis.why.contains(&location));
        assert_eq!(first.connections(), 1);
    }
    assert_eq!(second.connections(), 0);
}

#[tokio::test]
async fn an_endless_body_is_cut() {
    let pki = Pki::new("CA");
    let server = server::tls(pki.issue(HOST, |_| {}), |mut stream| {
        Box::pin(async move {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
            while stream.write_all(&[b'x'; 1000]).await.is_ok() {}
        })
    })
    .await;
    let attempt = Case::new(&server.url(), &pki).bearer("canary-0123456789").send().await;
    let response = attempt.response.unwrap();
    assert_eq!((attempt.outcome, response.truncated, response.body.len()), (Outcome::Delivered, true, BODY_KEPT));
    assert_eq!(response.cut, None, "it was not the endpoint that cut it");
}

#[tokio::test]
async fn a_body_of_just_what_is_kept_is_whole() {
    for (length, truncated) in [(BODY_KEPT, false), (BODY_KEPT + 1, true)] {
        let attempt = answered(format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{}", "x".repeat(length))).await;
        let response = attempt.response.unwrap();
        assert_eq!((response.truncated, response.body.len(), response.cut), (truncated, BODY_KEPT, None));
    }
}

#[tokio::test]
async fn a_body_that_ends_early_is_judged_by_status() {
    let attempt = answered("HTTP/1.1 500 No\r\ncontent-length: 100\r\n\r\nhalf").await;
    let response = attempt.response.unwrap();
    assert_eq!((attempt.outcome, attempt.phase, response.body.as_slice()), (Outcome::Refused, None, b"half".as_slice()));
    assert!(response.cut.unwrap().contains("closed the connection"));
    assert!(attempt.diagnosis.why.contains("ended early"));

    let pki = Pki::new("CA");
    let server = server::tls(pki.issue(HOST, |_| {}), |mut stream| {
        Box::pin(async move {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf").await.unwrap();
            std::future::pending::<()>().await;
        })
    })
    .await;
    let attempt = Case::new(&server.url(), &pki).timeout_ms(1000).send().await;
    assert_eq!((attempt.outcome, attempt.status()), (Outcome::Delivered, Some(200)));
    assert_eq!(attempt.response.unwrap().cut.unwrap(), "the timeout of 1 s was reached");
}

#[tokio::test]
async fn one_byte_at_a_time() {
    let pki = Pki::new("CA");
    let server = server::tls(pki.issue(HOST, |_| {}), |mut stream| {
        Box::pin(async move {
            for byte in OK.as_bytes() {
                stream.write_all(&[*byte]).await.unwrap();
                stream.flush().await.unwrap();
            }
            stream.shutdown().await.unwrap();
        })
    })
    .await;
    assert_eq!(Case::new(&server.url(), &pki).send().await.response.unwrap().body, b"ok");
}

#[tokio::test]
async fn many_and_huge_headers() {
    let many = (0..200).map(|n| format!("x-{n}: {n}\r\n")).collect::<Vec<_>>().concat();
    let attempt = answered(format!("HTTP/1.1 200 OK\r\n{many}content-length: 0\r\n\r\n")).await;
    assert_eq!(attempt.response.unwrap().headers.len(), 201);
    let attempt = answered(format!("HTTP/1.1 200 OK\r\nx: {}\r\ncontent-length: 0\r\n\r\n", "x".repeat(2 << 20))).await;
    assert_eq!((attempt.outcome, attempt.phase), (Outcome::Failed, Some(Phase::Wait)));
    assert!(matches!(attempt.cause, Some(Cause::NotHttp(_))), "{:?}", attempt.cause);
    let attempt = answered(format!("HTTP/1.1 200 OK\r\nx: {}\r\ncontent-length: 0\r\n\r\n", "x".repeat(200_000))).await;
    let kept = attempt.response.unwrap();
    let value = kept.header("x").unwrap();
    assert!(value.len() < 5_000 && value.ends_with("… (200 KB)"), "{}", &value[value.len() - 40..]);
}

#[tokio::test]
async fn control_characters_in_the_head() {
    let attempt = answered("HTTP/1.1 200 O\x1bK\r\ncontent-length: 0\r\n\r\n").await;
    assert!(matches!(attempt.cause, Some(Cause::NotHttp(_))), "{attempt:?}");
    let attempt = answered("HTTP/1.1 200 OK\r\nx: \x1b[31m\r\ncontent-length: 0\r\n\r\n").await;
    assert!(matches!(attempt.cause, Some(Cause::NotHttp(_))), "{attempt:?}");
    let attempt = answered(b"HTTP/1.1 200 OK\r\nx: \x9b31m\xff\r\ncontent-length: 0\r\n\r\n".as_slice()).await;
    assert_eq!(attempt.response.unwrap().header("x"), Some("\u{fffd}31m\u{fffd}"));
}

#[tokio::test]
async fn a_compressed_body_stays_as_it_is() {
    let gzip = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let mut answer = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 20\r\n\r\n".to_vec();
    answer.extend(gzip);
    assert_eq!(answered(answer).await.response.unwrap().body, gzip);
}

/// Everything that a canary could have become.
fn assert_no_canary(attempt: &Attempt, canary: &str) {
    let body = attempt.response.as_ref().map(|response| String::from_utf8_lossy(&response.body).into_owned());
    let all = format!("{attempt:?} {}", body.unwrap_or_default());
    let hex = canary.bytes().map(|b| format!("{b:02x}")).collect::<Vec<_>>().concat();
    let base64 = STANDARD.encode(canary);
    for form in [canary, &hex, base64.trim_end_matches('='), &canary.replace('+', "%2B")] {
        assert!(!all.contains(form), "{form} is in {all}");
    }
}

#[tokio::test]
async fn an_endpoint_that_echoes_the_request_gives_nothing_away() {
    const CANARY: &str = "canary+0123456789";
    let pki = Pki::new("CA");
    // For tokens `token` has it.
    for auth_type in auth::ALL.into_iter().filter(|auth_type| *auth_type != oauth2::SPEC) {
        for add_to in api_key::ADD_TO.options() {
            let server = server::tls_echo(pki.issue(HOST, |_| {})).await;
            let mut case = Case::new(&server.url(), &pki);
            case.draft = case
                .draft
                .with_auth(auth_type)
                .with(api_key::ADD_TO, add_to.name)
                .with(hmac::HEADER_KEY, "X-Signature")
                .with(hmac::SIGNING_SECRET, CANARY)
                .with(basic::USERNAME, "me")
                .with(basic::PASSWORD, CANARY)
                .with(bearer::TOKEN, CANARY)
                .with(api_key::KEY, "x-key")
                .with(api_key::VALUE, CANARY);
            let attempt = case.send().await;
            assert_eq!(attempt.status(), Some(302), "{attempt:?}");
            assert_no_canary(&attempt, CANARY);
            let response = attempt.response.unwrap();
            let sent = String::from_utf8_lossy(&response.body).into_owned();
            assert_eq!(sent.contains("••••••••"), ![default::SPEC, hmac::SPEC].contains(&auth_type), "{sent}");
        }
    }
}

#[tokio::test]
async fn a_secret_across_the_cut_is_masked() {
    const CANARY: &str = "canary-0123456789";
    let pki = Pki::new("CA");
    for inside in [1, 5, 10, 16, 17] {
        let body = format!("{}{CANARY}{}", "x".repeat(BODY_KEPT - inside), "y".repeat(100_000));
        let server = answering(&pki, format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len())).await;
        let attempt = Case::new(&server.url(), &pki).bearer(CANARY).send().await;
        let response = attempt.response.unwrap();
        assert!(response.truncated && response.body.len() <= BODY_KEPT);
        let kept = String::from_utf8(response.body).unwrap();
        assert!(!kept.contains("can"), "{inside}");
    }
    let server = answering(&pki, "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nxx canary-01234").await;
    let attempt = Case::new(&server.url(), &pki).bearer(CANARY).send().await;
    assert_eq!(String::from_utf8(attempt.response.unwrap().body).unwrap(), "xx ••••••••");
}

#[tokio::test]
async fn an_answer_before_the_body_was_read_counts() {
    let pki = Pki::new("CA");
    let server = server::tls_raw(pki.issue(HOST, |_| {}), |mut stream| {
        Box::pin(async move {
            use tokio::io::AsyncReadExt as _;
            let _ = stream.read(&mut [0; 1000]).await;
            let _ = stream.write_all(b"HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\n\r\n").await;
            let _ = stream.flush().await;
            // Stays open: the answer alone must end the attempt.
            std::future::pending::<()>().await;
        })
    })
    .await;
    let mut case = Case::new(&server.url(), &pki);
    case.body = vec![b'x'; 16 << 20];
    let attempt = case.send().await;
    assert_eq!((attempt.outcome, attempt.status()), (Outcome::Refused, Some(413)), "{:?}", attempt.cause);
}

#[tokio::test]
async fn a_body_that_pauses_at_the_cut_is_truncated_all_the_same() {
    let pki = Pki::new("CA");
    let server = server::tls(pki.issue(HOST, |_| {}), |mut stream| {
        Box::pin(async move {
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", BODY_KEPT + 5);
            stream.write_all(head.as_bytes()).await.unwrap();
            for piece in [vec![b'x'; BODY_KEPT - 100], vec![b'x'; 100], vec![b'y'; 5]] {
                stream.write_all(&piece).await.unwrap();
                stream.flush().await.unwrap();
                tokio::task::yield_now().await;
            }
            std::future::pending::<()>().await;
        })
    })
    .await;
    let response = Case::new(&server.url(), &pki).send().await.response.unwrap();
    assert_eq!((response.truncated, response.body.len(), response.cut), (true, BODY_KEPT, None));
}

/// What is logged, by waypost and by the libraries, at their most talkative.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_log_leaks_a_secret() {
    const CANARY: &str = "canary+0123456789";
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let pki = Pki::new("CA");
    for add_to in api_key::ADD_TO.options() {
        let server = server::tls_echo(pki.issue(HOST, |_| {})).await;
        let mut case = Case::new(&server.url(), &pki);
        let value = Secret::new(CANARY);
        case.draft = case
            .draft
            .with_auth(api_key::SPEC)
            .with(api_key::ADD_TO, add_to.name)
            .with(api_key::KEY, "x-key")
            .with(api_key::VALUE, value);
        assert_eq!(case.send().await.status(), Some(302));
        // The same, with an error on the way.
        case.timeout = Duration::from_millis(1);
        case.send().await;
        case.names = Names::default();
        assert_eq!(case.send().await.outcome, Outcome::Failed);
    }
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("attempt begins"), "{log}");
    assert!(!log.contains("canary"), "{log}");
}
