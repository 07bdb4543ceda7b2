//! Tokens: fetched before a request, kept, fetched again when one is refused; and every way in which there is none.

use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::join_all;
use tokio::io::AsyncWriteExt as _;
use waypost::domain::auth::oauth2::{self, CLIENT_ID, CLIENT_SECRET, TOKEN_URL};
use waypost::domain::delivery::{Cause, TokenCause};
use waypost::domain::token::Refusal;

use super::*;

const SECRET: &str = "canary-client-5ecret-0123456789";

/// A server of which each answer depends on the request and on how many came before.
async fn answering_each(pki: &Pki, answer: impl Fn(&str, usize) -> String + Send + Sync + 'static) -> Server {
    let requests: Arc<Mutex<Vec<String>>> = Arc::default();
    let (seen, count, answer) = (Arc::clone(&requests), Arc::new(AtomicUsize::new(0)), Arc::new(answer));
    let mut server = server::tls_raw(pki.issue(HOST, |_| {}), move |mut stream| {
        let (seen, count, answer) = (Arc::clone(&seen), Arc::clone(&count), Arc::clone(&answer));
        Box::pin(async move {
            let request = server::read_request(&mut stream).await;
            let answer = answer(&request, count.fetch_add(1, Ordering::SeqCst));
            seen.lock().unwrap().push(request);
            let _ = stream.write_all(answer.as_bytes()).await;
            let _ = stream.shutdown().await;
        })
    })
    .await;
    server.requests = requests;
    server
}

fn answer(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

/// Issues `canary-t0ken-1`, `canary-t0ken-2` …
async fn issuing(pki: &Pki, expires_in: &'static str) -> Server {
    answering_each(pki, move |_, before| {
        answer("200 OK", &format!(r#"{{"access_token":"canary-t0ken-{}","token_type":"Bearer"{expires_in}}}"#, before + 1))
    })
    .await
}

/// Accepts those tokens alone.
async fn accepting(pki: &Pki, tokens: &'static [&'static str], otherwise: &'static str) -> Server {
    answering_each(pki, move |request, _| {
        let accepted = tokens.iter().any(|token| request.contains(&format!("authorization: Bearer {token}\r\n")));
        if accepted { OK.to_owned() } else { answer(otherwise, "not you") }
    })
    .await
}

fn case(endpoint: &Server, issuer: &Server, pki: &Pki) -> Case {
    let mut case = Case::new(&endpoint.url(), pki);
    let token_url = issuer.url().replace("/in", "/token");
    case.draft = case.draft.with_auth(oauth2::SPEC).with(TOKEN_URL, token_url).with(CLIENT_ID, "me").with(CLIENT_SECRET, SECRET);
    case
}

impl Case {
    /// That many attempts at a time, as often as said, over connections that share what they know.
    async fn send_many(&self, at_a_time: usize, times: usize) -> Vec<Attempt> {
        let to = self.settings();
        let config = NetworkConfig { proxies: self.proxies.clone(), lookup: Arc::new(self.names.clone()) };
        let client = Client::with(&to, &self.trust, config).unwrap();
        let mut connections = client.connections(&to, at_a_time);
        let request = self.request();
        let mut all = Vec::new();
        for _ in 0..times {
            let now = Timestamp::from_second(1_700_000_000).unwrap();
            let attempts =
                connections.iter_mut().map(|one| one.attempt(&request, now, self.timeout, std::future::pending::<()>()));
            all.extend(join_all(attempts).await);
        }
        all
    }
}

fn hidden(attempt: &Attempt) {
    let text = format!("{attempt:?}");
    assert!(!text.contains("canary"), "{text}");
}

#[tokio::test]
async fn a_token_is_fetched_and_sent() {
    let pki = Pki::new("test CA");
    let (endpoint, issuer) = (accepting(&pki, &["canary-t0ken-1"], "401 Unauthorized").await, issuing(&pki, "").await);
    let mut case = case(&endpoint, &issuer, &pki);
    case.draft = case.draft.with(oauth2::SCOPE, "a b").with(oauth2::TOKEN_PARAMS, "resource=https://api/");
    let began = Mutex::new(Vec::new());
    let progress = |progress| {
        if let Progress::Began(phase) = progress {
            began.lock().unwrap().push(phase);
        }
    };
    let attempt = case.send_with(progress, std::future::pending()).await;
    assert_eq!((attempt.outcome, attempt.status()), (Outcome::Delivered, Some(200)), "{attempt:?}");
    assert_eq!(began.into_inner().unwrap(), Phase::ALL);
    assert!(Phase::ALL.iter().all(|&phase| attempt.timings.get(phase).is_some()), "{:?}", attempt.timings);
    assert!(attempt.request.headers.iter().any(|header| header == ("authorization", "Bearer ••••••••")));
    hidden(&attempt);
    let [asked] = issuer.requests().try_into().unwrap();
    assert!(asked.starts_with("POST /token HTTP/1.1\r\ncontent-type: application/x-www-form-urlencoded\r\n"), "{asked}");
    assert!(asked.contains("\r\nauthorization: Basic bWU6Y2FuYXJ5LWNsaWVudC01ZWNyZXQtMDEyMzQ1Njc4OQ==\r\n"), "{asked}");
    assert!(asked.ends_with("\r\n\r\ngrant_type=client_credentials&scope=a+b&resource=https%3A%2F%2Fapi%2F"), "{asked}");
    let [sent] = endpoint.requests().try_into().unwrap();
    assert!(!sent.contains(SECRET) && !sent.contains("client_credentials"), "{sent}");

    case.draft = case.draft.with(oauth2::CLIENT_AUTH, "body");
    assert_eq!(case.send().await.status(), Some(401), "another token");
    let asked = issuer.requests().pop().unwrap();
    assert!(!asked.contains("authorization"), "{asked}");
    assert!(asked.contains(&format!("&client_id=me&client_secret={SECRET}&scope=")), "{asked}");
}

#[tokio::test]
async fn h117_of_many_attempts_one_asks_and_after_a_401_one_asks_again() {
    let pki = Pki::new("test CA");
    let issuer = issuing(&pki, ",\"expires_in\":3600").await;
    // The first token was revoked.
    let endpoint = accepting(&pki, &["canary-t0ken-2"], "401 Unauthorized").await;
    let attempts = case(&endpoint, &issuer, &pki).send_many(50, 2).await;
    assert_eq!(attempts.len(), 100);
    for attempt in &attempts {
        assert_eq!(attempt.outcome, Outcome::Delivered, "{attempt:?}");
        hidden(attempt);
    }
    assert_eq!(issuer.requests().len(), 2);
    assert_eq!(endpoint.requests().len(), 50 + 100);
    assert!(attempts[99].timings.get(Phase::Token).is_none(), "there was a token");
}

#[tokio::test]
async fn h117_a_403_brings_no_new_token_and_a_second_401_is_the_answer() {
    let pki = Pki::new("test CA");
    for (status, asked) in [("403 Forbidden", 1), ("401 Unauthorized", 2)] {
        let (issuer, endpoint) = (issuing(&pki, "").await, accepting(&pki, &[], status).await);
        let attempt = case(&endpoint, &issuer, &pki).send().await;
        assert_eq!((attempt.outcome, attempt.phase), (Outcome::Refused, None), "{attempt:?}");
        assert_eq!(attempt.response.as_ref().unwrap().status_line(), status);
        assert_eq!((issuer.requests().len(), endpoint.requests().len()), (asked, asked));
        hidden(&attempt);
    }
}

#[tokio::test]
async fn h116_a_token_is_kept_as_long_as_it_says() {
    let pki = Pki::new("test CA");
    for (expires_in, asked) in [
        (",\"expires_in\":3600", 1),
        (",\"expires_in\":\"3600\"", 1),
        ("", 1),
        (",\"expires_in\":0", 3),
        (",\"expires_in\":-1", 3),
        (",\"expires_in\":30", 3),
    ] {
        let (issuer, endpoint) = (issuing(&pki, expires_in).await, answering(&pki, OK).await);
        let attempts = case(&endpoint, &issuer, &pki).send_many(1, 3).await;
        assert!(attempts.iter().all(|attempt| attempt.outcome == Outcome::Delivered));
        assert_eq!(issuer.requests().len(), asked, "{expires_in}");
    }
}

#[tokio::test]
async fn h112_what_the_token_endpoint_answers_is_the_reason() {
    let pki = Pki::new("test CA");
    let endpoint = answering(&pki, OK).await;
    let echo = format!(r#"{{"error":"invalid_client","error_description":"no client with {SECRET}"}}"#);
    let location = "HTTP/1.1 302 Found\r\nlocation: https://login.example.com/\r\ncontent-length: 0\r\n\r\n".to_owned();
    for (text, why) in [
        (answer("401 Unauthorized", &echo), "does not accept the client (401 invalid_client: no client with ••••••••)."),
        (answer("400 Bad Request", r#"{"error":"invalid_scope"}"#), "does not accept the scope (400 invalid_scope)."),
        (location, "a redirect to https://login.example.com/"),
        (answer("200 OK", "<!doctype html><title>Log in</title>"), "answered 200 with a page for a browser."),
        (answer("200 OK", "access_token=canary-t0ken"), "its answer is not a JSON object."),
        (answer("200 OK", ""), "its answer is not a JSON object."),
        (answer("200 OK", "{}"), "without an access_token"),
        (answer("200 OK", r#"{"access_token":"canary t0ken"}"#), "without an access_token"),
        (answer("200 OK", r#"{"access_token":"canary-t0ken","token_type":"mac"}"#), "of the type \"mac\""),
        (answer("503 Service Unavailable", "busy"), "answered 503."),
        (answer("404 Not Found", "<html>"), "answered 404 with a page"),
    ] {
        let shown = text.clone();
        let issuer = answering_each(&pki, move |_, _| text.clone()).await;
        let attempt = case(&endpoint, &issuer, &pki).send().await;
        assert_eq!((attempt.outcome, attempt.phase), (Outcome::Refused, Some(Phase::Token)), "{shown}: {attempt:?}");
        assert!(matches!(attempt.cause, Some(Cause::Token(TokenCause::Refused(..)))), "{attempt:?}");
        assert!(attempt.diagnosis.why.contains(why), "{shown}: {}", attempt.diagnosis.why);
        assert!(attempt.timings.get(Phase::Token).is_some() && attempt.response.is_none());
        hidden(&attempt);
    }
    assert_eq!(endpoint.connections(), 0);
}

#[tokio::test]
async fn h115_a_huge_answer_is_not_read_to_its_end() {
    let pki = Pki::new("test CA");
    let endpoint = answering(&pki, OK).await;
    let huge = format!(r#"{{"access_token":"canary-t0ken","x":"{}"}}"#, "x".repeat(10_000_000));
    let issuer = answering_each(&pki, move |_, _| answer("200 OK", &huge)).await;
    let attempt = case(&endpoint, &issuer, &pki).send().await;
    let Some(Cause::Token(TokenCause::Refused(Refusal::TooLong(200), _))) = attempt.cause else { panic!("{attempt:?}") };
    assert!(attempt.diagnosis.why.contains("larger than 1 MiB"), "{}", attempt.diagnosis.why);
}

#[tokio::test]
async fn h111_a_token_endpoint_that_is_not_there() {
    let pki = Pki::new("test CA");
    let endpoint = answering(&pki, OK).await;
    let issuer = issuing(&pki, "").await;
    let of = |url: &str, pki: &Pki| {
        let mut case = case(&endpoint, &issuer, pki);
        case.draft = case.draft.with(TOKEN_URL, url);
        case
    };
    let closed = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap().local_addr().unwrap().port();
    let attempt = of(&format!("https://{HOST}:{closed}/token"), &pki).send().await;
    assert_eq!((attempt.outcome, attempt.phase), (Outcome::Failed, Some(Phase::Token)), "{attempt:?}");
    let Some(Cause::Token(TokenCause::NotReached(Some(Phase::Connect), cause))) = &attempt.cause else { panic!("{attempt:?}") };
    assert!(matches!(**cause, Cause::ConnectionRefused(_)), "{cause:?}");
    let why = format!("There is no token for the request. Nothing is listening at {HOST}:{closed}");
    assert!(attempt.diagnosis.why.starts_with(&why), "{}", attempt.diagnosis.why);
    // Its certificate is checked as the endpoint's is.
    let other = Pki::new("other CA");
    let elsewhere = issuing(&other, "").await;
    let attempt = of(&elsewhere.url(), &pki).send().await;
    let Some(Cause::Token(TokenCause::NotReached(Some(Phase::Tls), cause))) = &attempt.cause else { panic!("{attempt:?}") };
    assert!(matches!(**cause, Cause::Tls(_)), "{cause:?}");
    let cut = answering_each(&pki, |_, _| "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"access_token\":".to_owned()).await;
    let attempt = of(&cut.url(), &pki).send().await;
    assert!(matches!(attempt.cause, Some(Cause::Token(TokenCause::NotReached(Some(Phase::Read), _)))), "{attempt:?}");
    assert_eq!(endpoint.connections(), 0);
}

#[tokio::test]
async fn h111_of_many_attempts_one_finds_out() {
    let pki = Pki::new("test CA");
    let endpoint = answering(&pki, OK).await;
    let issuer = answering_each(&pki, |_, _| answer("503 Service Unavailable", "")).await;
    let attempts = case(&endpoint, &issuer, &pki).send_many(50, 1).await;
    assert!(attempts.iter().all(|attempt| attempt.phase == Some(Phase::Token) && attempt.outcome == Outcome::Refused));
    assert_eq!(issuer.requests().len(), 1);
}

#[tokio::test]
async fn h114_a_token_endpoint_that_is_silent_ends_with_the_attempt() {
    let pki = Pki::new("test CA");
    let endpoint = answering(&pki, OK).await;
    let silent = server::tls_raw(pki.issue(HOST, |_| {}), |stream| {
        Box::pin(async move {
            std::future::pending::<()>().await;
            drop(stream);
        })
    })
    .await;
    let slow = case(&endpoint, &silent, &pki).timeout_ms(200);
    let attempt = slow.send().await;
    assert_eq!((attempt.outcome, attempt.phase), (Outcome::Failed, Some(Phase::Token)), "{attempt:?}");
    assert_eq!(attempt.cause, Some(Cause::TimedOut(1)));
    assert!(attempt.diagnosis.why.contains("issued none within 1 s"), "{}", attempt.diagnosis.why);
    for attempt in slow.send_many(3, 1).await {
        assert_eq!((attempt.outcome, attempt.phase), (Outcome::Failed, Some(Phase::Token)), "{attempt:?}");
    }
    // Stopped once it has begun.
    let (begun, stop) = tokio::sync::oneshot::channel();
    let begun = Mutex::new(Some(begun));
    let progress = |progress| {
        if progress == Progress::Began(Phase::Token) {
            begun.lock().unwrap().take().unwrap().send(()).unwrap();
        }
    };
    let attempt = case(&endpoint, &silent, &pki).send_with(progress, async { stop.await.unwrap() }).await;
    assert_eq!((attempt.outcome, attempt.phase), (Outcome::Stopped, Some(Phase::Token)), "{attempt:?}");
    assert!(attempt.diagnosis.why.contains("while a token was fetched"), "{}", attempt.diagnosis.why);
    assert_eq!(endpoint.connections(), 0);
}

#[tokio::test]
async fn h118_a_token_that_is_echoed_is_masked() {
    let pki = Pki::new("test CA");
    let (endpoint, issuer) = (server::tls_echo(pki.issue(HOST, |_| {})).await, issuing(&pki, "").await);
    for attempt in case(&endpoint, &issuer, &pki).send_many(2, 2).await {
        assert_eq!(attempt.status(), Some(302), "{attempt:?}");
        let answer = attempt.response.as_ref().unwrap();
        let body = String::from_utf8_lossy(&answer.body);
        assert!(body.contains("Bearer ••••••••") && !body.contains("canary"), "{body}");
        hidden(&attempt);
    }
}
