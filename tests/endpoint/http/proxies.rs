//! Field case c03: what a proxy answers in its own name.

use tokio::io::AsyncWriteExt;
use waypost::domain::delivery::{Cause, ProxyRefusal, TlsCause};

use super::server::{Server, tcp};
use super::*;

/// A proxy that answers each request with that, and closes.
pub async fn proxy_answering(answer: impl Into<Vec<u8>>) -> Server {
    let answer = answer.into();
    tcp(move |mut stream| {
        let answer = answer.clone();
        async move {
            server::read_request(&mut stream).await;
            let _ = stream.write_all(&answer).await;
        }
    })
    .await
}

pub fn through(case: &mut Case, proxy: &str) {
    proxy.clone_into(&mut case.proxies.https);
}

/// An attempt through a proxy with that user, in front of an endpoint that nobody reaches.
async fn asked(answer: impl Into<Vec<u8>>, user: &str) -> Attempt {
    let pki = Pki::new("CA");
    let endpoint = answering(&pki, OK).await;
    let proxy = proxy_answering(answer).await;
    let mut case = Case::new(&endpoint.url(), &pki);
    through(&mut case, &format!("http://{user}{}", proxy.address));
    let attempt = case.send().await;
    assert_eq!((attempt.outcome, attempt.status(), endpoint.connections()), (Outcome::Failed, None, 0), "{attempt:?}");
    attempt
}

fn refusal(attempt: &Attempt) -> &ProxyRefusal {
    match &attempt.cause {
        Some(Cause::ProxyRefused(refusal)) if attempt.phase == Some(Phase::Connect) => refusal,
        _ => panic!("{attempt:?}"),
    }
}

#[tokio::test]
async fn c03_the_proxys_answer_is_kept_and_shown() {
    let page = "<html><title>ERROR</title><p>hooks.example.test is not on the list. Ask it@corp.example.</html>";
    let answer = format!("HTTP/1.1 403 Policy Denied\r\ncontent-length: {}\r\nvia: squid\r\n\r\n{page}", page.len());
    let attempt = asked(answer, "").await;
    assert_eq!((refusal(&attempt).status, refusal(&attempt).reason.as_str()), (403, "Policy Denied"));
    let why = &attempt.diagnosis.why;
    assert!(why.contains("403 Policy Denied") && why.contains("ERROR hooks.example.test is not on the list."), "{why}");
    assert!(attempt.diagnosis.fix.text.contains("administrator of the proxy"), "{attempt:?}");
    let kept = attempt.proxy.unwrap().answer.unwrap();
    assert_eq!((kept.status, kept.header("via"), kept.body.as_slice()), (403, Some("squid"), page.as_bytes()));
}

#[tokio::test]
async fn c03_credentials_that_were_given_or_not() {
    let answer =
        "HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic realm=\"x\"\r\ncontent-length: 0\r\n\r\n";
    let attempt = asked(answer, "").await;
    assert!(!refusal(&attempt).credentials && attempt.diagnosis.why.contains("requires a user name"), "{attempt:?}");
    let attempt = asked(answer, "us:pw-canary@").await;
    assert!(refusal(&attempt).credentials && attempt.diagnosis.why.contains("does not accept the user name"), "{attempt:?}");
    let attempt = asked("HTTP/1.1 407 No\r\nproxy-authenticate: NTLM\r\nproxy-authenticate: Negotiate\r\n\r\n", "us:pw@").await;
    assert!(attempt.diagnosis.why.contains("a login by NTLM, Negotiate"), "{attempt:?}");
}

#[tokio::test]
async fn c03_a_page_that_repeats_the_credentials_gives_nothing_away() {
    use base64::Engine as _;
    let pair = base64::engine::general_purpose::STANDARD.encode("us:pw-canary");
    let page =
        format!("HTTP/1.1 407 pw-canary\r\nx-auth: Basic {pair}\r\nlocation: /?{pair}\r\n\r\npw-canary Basic {pair} pw%2Dcanary");
    let attempt = asked(page, "us:pw-canary@").await;
    let all = format!("{attempt:?}{}", String::from_utf8_lossy(&attempt.proxy.as_ref().unwrap().answer.as_ref().unwrap().body));
    assert!(!all.contains("canary") && !all.contains(&pair), "{all}");
    assert!(attempt.proxy.unwrap().url.starts_with("http://••••••••@127.0.0.1:"));
}

#[tokio::test]
async fn c03_every_way_of_a_proxy_to_misbehave() {
    // Garbage in place of TLS, once the tunnel is said to be open.
    let attempt = asked("HTTP/1.1 200 OK\r\n\r\n<html>login</html>", "").await;
    assert_eq!((attempt.phase, &attempt.cause), (Some(Phase::Tls), &Some(Cause::Tls(TlsCause::NotTls))));
    assert!(attempt.diagnosis.why.contains("went through the proxy http://127.0.0.1:"), "{attempt:?}");
    // A login page.
    let attempt = asked("HTTP/1.1 302 Found\r\nlocation: http://login.example/\r\ncontent-length: 0\r\n\r\n", "").await;
    assert!(attempt.diagnosis.why.contains("redirects to http://login.example/"), "{attempt:?}");
    for (answer, word) in
        [("SSH-2.0-OpenSSH_9.6\r\n\r\n", "not HTTP"), ("", "closed the connection"), ("HTTP/1.1 4", "closed the connection")]
    {
        let attempt = asked(answer, "").await;
        let Some(Cause::Proxy(text)) = &attempt.cause else { panic!("{attempt:?}") };
        assert!(text.contains(word), "{answer}: {text}");
        assert!(attempt.diagnosis.why.contains("The proxy is http://127.0.0.1:"), "{attempt:?}");
    }
    // What comes before the answer is not the answer.
    assert_eq!(
        refusal(&asked("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n", "").await).status,
        503
    );
    // A page without an end, and one of many megabytes.
    let page = format!("HTTP/1.0 502 Bad Gateway\r\n\r\n{}", "x".repeat(8 << 20));
    let attempt = asked(page, "").await;
    let kept = attempt.proxy.unwrap().answer.unwrap();
    assert!(kept.truncated && kept.body.len() == 4096, "{}", kept.body.len());
}

#[tokio::test]
async fn c03_a_page_that_does_not_end_is_not_waited_for() {
    let pki = Pki::new("CA");
    let proxy = tcp(|mut stream| async move {
        server::read_request(&mut stream).await;
        let _ = stream.write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 100\r\n\r\nBlocked").await;
        std::future::pending::<()>().await;
    })
    .await;
    // Known, too, when the time of the attempt is over before that of the page.
    let mut case = Case::new("https://hooks.example.test/in", &pki).timeout_ms(500);
    through(&mut case, &format!("http://{}", proxy.address));
    let attempt = case.send().await;
    assert_eq!((refusal(&attempt).status, refusal(&attempt).page.as_str()), (403, "Blocked"));
}
