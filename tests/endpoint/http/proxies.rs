//! Field case c03: what a proxy answers in its own name.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt};
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
    for (answer, word) in [
        ("SSH-2.0-OpenSSH_9.6\r\n\r\n", "not HTTP"),
        ("", "closed the connection"),
        ("HTTP/1.1 4", "in the middle of its answer, which began: \"HTTP/1.1 4\""),
    ] {
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
    assert!(kept.truncated && kept.body.len() == 16 * 1024, "{}", kept.body.len());
}

fn gzip(text: &str) -> Vec<u8> {
    use std::io::Write as _;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn c03_a_page_is_read_or_described() {
    let page = |encoding: &str, body: &[u8]| {
        let head = format!("HTTP/1.1 403 No\r\ncontent-encoding: {encoding}\r\ncontent-length: {}\r\n\r\n", body.len());
        [head.as_bytes(), body].concat()
    };
    for (answer, says) in [
        (page("gzip", &gzip("<h1>Policy 7 forbids it</h1>")), "It says: \"Policy 7 forbids it\"."),
        (page("br", b"\x8b\x01\x80"), "(encoded with br, which cannot be decoded here)"),
        (page("gzip", b"plain text"), "content-encoding is gzip, but the body is not"),
        (page("identity", b"\x89PNG\r\n\x1a\n\0\0"), "(10 bytes that are not text)"),
        (page("identity", b"<p>Acc\xe8s refus\xe9 par la politique"), "s refus"),
    ] {
        let attempt = asked(answer, "").await;
        assert!(attempt.diagnosis.why.contains(says), "{says}: {attempt:?}");
    }
}

#[tokio::test]
async fn c03_what_came_in_place_of_a_tunnel_is_said() {
    for (answer, says) in [
        ("HTTP/1.1 204 No Content\r\n\r\n", "The proxy answered 204 No Content and did not connect"),
        ("HTTP/1.1 200 OK\r\ncontent-le", "in the middle of its answer, which began: \"HTTP/1.1 200 OK\""),
        ("HTTP/1.1", "in the middle of its answer, which began: \"HTTP/1.1\""),
        ("SSH-2.0-OpenSSH_9.6\r\n", "It began: \"SSH-2.0-OpenSSH_9.6\""),
        ("<html>no status line</html>\r\n\r\n", "It began: \"<html>no status line</html>\""),
        ("220 mail.example ESMTP\r\n", "It began: \"220 mail.example ESMTP\""),
        ("\x15\x03\x01\0\x02\x02\x46", "It speaks TLS: its address begins with https://"),
    ] {
        let attempt = asked(answer, "").await;
        assert!(attempt.diagnosis.why.contains(says), "{answer:?}: {}", attempt.diagnosis.why);
        assert_eq!(attempt.phase, Some(Phase::Connect), "{answer:?}");
    }
    // By TLS where there is none.
    let pki = Pki::new("CA");
    let proxy = tcp(|mut stream| async move {
        let _ = stream.read(&mut [0; 1024]).await;
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
    })
    .await;
    let mut case = Case::new("https://hooks.example.test/in", &pki);
    through(&mut case, &format!("https://{}", proxy.address));
    let attempt = case.send().await;
    assert!(attempt.diagnosis.why.contains("It does not speak TLS"), "{attempt:?}");
    // Half an answer, and then silence.
    let proxy = tcp(|mut stream| async move {
        server::read_request(&mut stream).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n").await;
        std::future::pending::<()>().await;
    })
    .await;
    let mut case = Case::new("https://hooks.example.test/in", &pki).timeout_ms(300);
    through(&mut case, &format!("http://{}", proxy.address));
    let attempt = case.send().await;
    assert!(attempt.diagnosis.why.contains("did not end its answer within 1 s. It began: \"HTTP/1.1 200 OK\""), "{attempt:?}");
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
