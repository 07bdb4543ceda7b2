//! The receiver as a client meets it, over real sockets and TLS.

mod limits;

use std::sync::Mutex;

use jiff::Timestamp;
use rustls::pki_types::{CertificateDer, ServerName, pem::PemObject as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::mpsc::channel;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::*;
use crate::domain::auth::{api_key, hmac};
use crate::domain::destination::Settings;
use crate::domain::draft::Draft;
use crate::domain::field;
use crate::domain::mask::DOTS;
use crate::domain::request::{Request, Stamp};
use crate::domain::signature::verify::Verdict;

const NOW: &str = "2026-11-23T09:12:00Z";

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

fn options(settings: Option<Settings>) -> Options {
    Options {
        addr: "127.0.0.1:0".parse().unwrap(),
        name: "localhost".into(),
        respond: None,
        delay: Duration::ZERO,
        fail_rate: 0.0,
        client_ca: None,
        one_path: false,
        settings: Arc::new(move || Ok(settings.clone())),
        clock: Arc::new(now),
    }
}

fn hmac() -> Settings {
    let draft = Draft::new(hmac::SPEC)
        .with(field::URL, "https://localhost/in")
        .with(hmac::HEADER_KEY, "X-Signature")
        .with(hmac::SIGNING_SECRET, "s3cret");
    draft.check().unwrap().settings
}

/// What was reported, request by request.
struct Heard(tokio::sync::mpsc::Receiver<ReceiverEvent>);

impl Heard {
    async fn recv(&mut self) -> Option<RequestEvent> {
        loop {
            if let ReceiverEvent::Request(seen) = self.0.recv().await? {
                return Some(*seen);
            }
        }
    }

    async fn no_request(&mut self) -> NoRequest {
        loop {
            if let ReceiverEvent::NoRequest(what) = self.0.recv().await.unwrap() {
                return what;
            }
        }
    }
}

fn ears() -> (Sender<ReceiverEvent>, Heard) {
    let (sender, events) = channel(64);
    (sender, Heard(events))
}

async fn started(options: Options) -> (Receiver, Heard) {
    let (sender, seen) = ears();
    (start(options, sender).await.unwrap(), seen)
}

async fn connected(receiver: &Receiver, name: &'static str) -> io::Result<TlsStream<TcpStream>> {
    connected_with(receiver, name, &[]).await
}

async fn connected_with(receiver: &Receiver, name: &'static str, alpn: &[&[u8]]) -> io::Result<TlsStream<TcpStream>> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(receiver.ca_pem().as_bytes()).unwrap()).unwrap();
    let mut config = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = alpn.iter().map(|protocol| protocol.to_vec()).collect();
    let tcp = TcpStream::connect(receiver.addr()).await?;
    TlsConnector::from(Arc::new(config)).connect(ServerName::try_from(name).unwrap(), tcp).await
}

/// Sends bytes and reads until the answer is whole or the connection ends.
async fn exchanged(stream: &mut TlsStream<TcpStream>, request: &[u8]) -> String {
    stream.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&answer).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap_or("0");
            if body.len() >= length.parse().unwrap() {
                return text;
            }
        }
        let mut chunk = [0; 4096];
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => return text,
            Ok(n) => answer.extend_from_slice(&chunk[..n]),
        }
    }
}

fn post(settings: &Settings, body: &[u8]) -> Vec<u8> {
    let request = Request::build(
        settings,
        body,
        &Stamp { id: "msg_1".into(), event: "ping".into(), timestamp: now().as_second() },
        &settings.auth().credential(),
    );
    let mut bytes = b"POST /in HTTP/1.1\r\n".to_vec();
    for header in &request.headers {
        bytes.extend_from_slice(format!("{}: {}\r\n", header.name, header.value.exposed().expose()).as_bytes());
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(body);
    bytes
}

fn bare(method: &str, body: &str) -> Vec<u8> {
    format!("{method} /in HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

#[tokio::test]
async fn c29_a_client_that_offers_http_1_0_alone_is_served() {
    let (receiver, _seen) = started(options(Some(hmac()))).await;
    for alpn in [&[b"http/1.0".as_slice()][..], &[b"http/1.0", b"http/1.1"], &[b"h2", b"http/1.1"], &[]] {
        let mut stream = connected_with(&receiver, "localhost", alpn).await.unwrap();
        let request = String::from_utf8(post(&hmac(), b"{}")).unwrap();
        let request = if alpn.len() == 1 { request.replacen("HTTP/1.1", "HTTP/1.0", 1) } else { request };
        let answer = exchanged(&mut stream, request.as_bytes()).await;
        assert!(answer.contains(" 200 OK\r\n"), "{alpn:?}: {answer}");
    }
}

#[tokio::test]
async fn a_signed_request_is_accepted_and_seen() {
    let (receiver, mut seen) = started(options(Some(hmac()))).await;
    assert_eq!(receiver.url(), format!("https://localhost:{}/in", receiver.addr().port()));
    let mut stream = connected(&receiver, "localhost").await.unwrap();
    let answer = exchanged(&mut stream, &post(&hmac(), b"{}")).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.contains("content-type: application/json"), "{answer}");
    assert!(answer.ends_with("{\"received\":true,\"auth\":\"the signature in x-signature is valid\"}\n"), "{answer}");
    let seen = seen.recv().await.unwrap();
    assert_eq!((seen.at, seen.method.as_str(), seen.target.as_str(), seen.status), (now(), "POST", "/in", 200));
    assert_eq!((seen.body_bytes, seen.webhook_id.as_deref()), (2, Some("msg_1")));
    assert!(seen.verdict.is_some_and(|verdict| verdict.is_accepted()));
    assert!(seen.headers.iter().any(|(name, value)| name == "x-signature" && value.len() == 64));
}

#[tokio::test]
async fn a_wrong_signature_is_401_with_the_reason_and_the_connection_goes_on() {
    let (receiver, mut seen) = started(options(Some(hmac()))).await;
    let mut stream = connected(&receiver, "localhost").await.unwrap();
    let answer = exchanged(&mut stream, &bare("POST", "{}")).await;
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
    assert!(answer.contains(r#"{"received":true,"accepted":false,"reason":"the header x-signature is missing"}"#), "{answer}");
    assert_eq!(seen.recv().await.unwrap().status, 401);
    assert!(exchanged(&mut stream, &post(&hmac(), b"{}")).await.starts_with("HTTP/1.1 200 "));
}

#[tokio::test]
async fn other_methods_are_405() {
    for settings in [Some(hmac()), None] {
        let (receiver, mut seen) = started(options(settings.clone())).await;
        let mut stream = connected(&receiver, "localhost").await.unwrap();
        let answer = exchanged(&mut stream, &bare("GET", "")).await;
        assert!(answer.starts_with("HTTP/1.1 405 ") && answer.contains("\r\nallow: POST\r\n"), "{answer}");
        let seen = seen.recv().await.unwrap();
        assert_eq!((seen.status, seen.verdict.is_some()), (405, settings.is_some()));
    }
}

#[tokio::test]
async fn with_one_path_there_is_nothing_at_any_other() {
    let target = |target: &str| format!("POST {target} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n").into_bytes();
    for settings in [Some(hmac()), None] {
        let (receiver, mut seen) = started(Options { one_path: true, ..options(settings.clone()) }).await;
        let mut stream = connected(&receiver, "localhost").await.unwrap();
        for elsewhere in ["/inx", "/", "/in/", "/IN", "/?/in"] {
            let answer = exchanged(&mut stream, &target(elsewhere)).await;
            assert!(answer.starts_with("HTTP/1.1 404 ") && answer.contains("events go to /in"), "{elsewhere}: {answer}");
            let seen = seen.recv().await.unwrap();
            assert!(seen.status == 404 && seen.rejected.is_none(), "{seen:?}");
            assert!(seen.verdict.is_some_and(|verdict| !verdict.is_accepted()));
        }
        let expected = if settings.is_some() { "HTTP/1.1 401 " } else { "HTTP/1.1 200 " };
        for there in ["/in", "/in?a=1"] {
            assert!(exchanged(&mut stream, &target(there)).await.starts_with(expected), "{there}");
        }
    }
}

#[tokio::test]
async fn what_is_registered_is_asked_at_each_request() {
    let registered = Arc::new(Mutex::new(None));
    let asked = Arc::clone(&registered);
    let (receiver, mut seen) =
        started(Options { settings: Arc::new(move || Ok(asked.lock().unwrap().clone())), ..options(None) }).await;
    let mut stream = connected(&receiver, "localhost").await.unwrap();
    let answer = exchanged(&mut stream, &bare("POST", "{}")).await;
    assert!(answer.contains("200 OK") && answer.contains("no destination is registered"), "{answer}");
    assert_eq!(seen.recv().await.unwrap().verdict, None);
    *registered.lock().unwrap() = Some(hmac());
    assert!(exchanged(&mut stream, &bare("POST", "{}")).await.starts_with("HTTP/1.1 401 "));
}

#[tokio::test]
async fn a_key_in_the_query_is_masked() {
    let draft = Draft::new(api_key::SPEC)
        .with(field::URL, "https://localhost/in")
        .with(api_key::KEY, "k")
        .with(api_key::VALUE, "hunter2hunter2")
        .with(api_key::ADD_TO, api_key::QUERY.name);
    let (receiver, mut seen) = started(options(Some(draft.check().unwrap().settings))).await;
    let mut stream = connected(&receiver, "localhost").await.unwrap();
    let request = b"POST /in?a=1&k=hunter2hunter2 HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n";
    assert!(exchanged(&mut stream, request).await.starts_with("HTTP/1.1 200 "));
    let seen = seen.recv().await.unwrap();
    assert_eq!(seen.target, format!("/in?a={DOTS}&k={DOTS}"));
    assert!(!format!("{seen:?}").contains("hunter2"));
}

#[tokio::test]
async fn a_given_status_and_given_failures() {
    let (receiver, _seen) = started(Options { respond: Some(204), ..options(Some(hmac())) }).await;
    let mut stream = connected(&receiver, "localhost").await.unwrap();
    let answer = exchanged(&mut stream, &post(&hmac(), b"{}")).await;
    assert!(answer.starts_with("HTTP/1.1 204 ") && answer.ends_with("\r\n\r\n"), "{answer}");
    assert!(exchanged(&mut stream, &bare("POST", "{}")).await.starts_with("HTTP/1.1 401 "));

    let (receiver, mut seen) = started(Options { fail_rate: 1.0, ..options(Some(hmac())) }).await;
    let mut stream = connected(&receiver, "localhost").await.unwrap();
    assert!(exchanged(&mut stream, &post(&hmac(), b"{}")).await.starts_with("HTTP/1.1 503 "));
    assert_eq!(seen.recv().await.unwrap().status, 503);
}

#[tokio::test]
async fn a_request_is_seen_before_the_delay_and_answered_after_it() {
    let hour = Duration::from_hours(1);
    let (receiver, mut seen) = started(Options { delay: hour, ..options(Some(hmac())) }).await;
    let mut stream = connected(&receiver, "localhost").await.unwrap();
    stream.write_all(&post(&hmac(), b"{}")).await.unwrap();
    assert_eq!(seen.recv().await.unwrap().status, 200);

    let delay = Duration::from_millis(50);
    let (receiver, _seen) = started(Options { delay, ..options(Some(hmac())) }).await;
    let mut stream = connected(&receiver, "localhost").await.unwrap();
    let began = std::time::Instant::now();
    assert!(exchanged(&mut stream, &post(&hmac(), b"{}")).await.starts_with("HTTP/1.1 200 "));
    assert!(began.elapsed() >= delay);
}

#[tokio::test]
async fn impossible_options_are_refused() {
    let (sender, _seen) = ears();
    for options in [
        Options { respond: Some(199), ..options(None) },
        Options { respond: Some(600), ..options(None) },
        Options { fail_rate: 1.1, ..options(None) },
        Options { fail_rate: f64::NAN, ..options(None) },
        Options { name: "ä".into(), ..options(None) },
    ] {
        assert_eq!(start(options, sender.clone()).await.unwrap_err().kind(), io::ErrorKind::InvalidInput);
    }
}

#[tokio::test]
async fn the_certificate_is_for_the_name_and_for_loopback_only() {
    let (receiver, _seen) = started(Options { name: "Hooks.Example".into(), ..options(None) }).await;
    assert!(receiver.url().starts_with("https://hooks.example:"));
    for name in ["hooks.example", "localhost", "127.0.0.1", "::1"] {
        connected(&receiver, name).await.unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    assert!(connected(&receiver, "other.example").await.is_err());
}
