//! Networks and proxies that fail.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use waypost::domain::delivery::Cause;
use waypost::io::http::failed_before_sending;

use super::proxies::{proxy_answering, through};
use super::server::tcp;
use super::*;

fn failed(attempt: &Attempt, phase: Phase) -> Cause {
    assert_eq!((attempt.outcome, attempt.phase), (Outcome::Failed, Some(phase)), "{attempt:?}");
    assert!(!attempt.diagnosis.why.is_empty() && !attempt.diagnosis.fix.is_empty());
    assert_eq!(attempt.response, None);
    attempt.cause.clone().unwrap()
}

#[tokio::test]
async fn a_name_without_address() {
    let mut case = Case::new("https://nowhere.example.test/in", &Pki::new("CA"));
    case.names = Names::default();
    assert_eq!(failed(&case.send().await, Phase::Dns), Cause::NoSuchName);
}

#[tokio::test]
async fn one_forbidden_address_refuses_all_and_nothing_is_connected_to() {
    let pki = Pki::new("CA");
    let server = answering(&pki, OK).await;
    for forbidden in
        ["169.254.169.254", "fe80::1", "fd00:ec2::254", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "0.0.0.0", "224.0.0.1"]
    {
        let forbidden: IpAddr = forbidden.parse().unwrap();
        let mut case = Case::new(&server.url(), &pki);
        case.names = Names(vec![Ipv4Addr::LOCALHOST.into(), forbidden]);
        let attempt = case.send().await;
        assert!(matches!(failed(&attempt, Phase::Dns), Cause::ForbiddenAddress(ip, _) if ip == forbidden));
        assert!(attempt.diagnosis.why.contains(&forbidden.to_string()));
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn nothing_listens() {
    let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap().local_addr().unwrap();
    let case = Case::new(&format!("https://{HOST}:{}/in", address.port()), &Pki::new("CA"));
    let attempt = case.send().await;
    assert_eq!(failed(&attempt, Phase::Connect), Cause::ConnectionRefused(Some(address)));
    assert!(attempt.diagnosis.why.contains(&format!("{HOST}:{}", address.port())), "{attempt:?}");
    assert!(attempt.diagnosis.why.contains("127.0.0.1"), "a private address of a name is reported");
    let case = Case::new(&format!("https://127.0.0.1:{}/in", address.port()), &Pki::new("CA"));
    let attempt = case.send().await;
    assert_eq!(failed(&attempt, Phase::Connect), Cause::ConnectionRefused(Some(address)));
    assert_eq!(attempt.timings.get(Phase::Dns), None, "an address is not looked up");
}

#[tokio::test]
async fn cut_and_closed_in_the_handshake() {
    let pki = Pki::new("CA");
    let reset = tcp(|mut stream| async move {
        let _ = stream.read(&mut [0; 10]).await;
        // Unread bytes and a linger of none make it a reset.
        stream.set_zero_linger().unwrap();
    })
    .await;
    assert_eq!(failed(&Case::new(&reset.url(), &pki).send().await, Phase::Tls), Cause::Reset);
    let closed = tcp(|mut stream| async move {
        let _ = stream.read(&mut [0; 4096]).await;
    })
    .await;
    assert_eq!(failed(&Case::new(&closed.url(), &pki).send().await, Phase::Tls), Cause::Closed);
}

#[tokio::test]
async fn closed_and_garbage_instead_of_an_answer() {
    let pki = Pki::new("CA");
    assert_eq!(failed(&Case::new(&answering(&pki, "").await.url(), &pki).send().await, Phase::Wait), Cause::Closed);
    assert_eq!(failed(&Case::new(&answering(&pki, "HTTP/1.1 2").await.url(), &pki).send().await, Phase::Wait), Cause::Closed);
    let garbage = answering(&pki, "SSH-2.0-OpenSSH_9.6\r\n\r\n").await;
    assert!(matches!(failed(&Case::new(&garbage.url(), &pki).send().await, Phase::Wait), Cause::NotHttp(_)));
}

#[tokio::test]
async fn a_stall_in_each_phase_ends_at_the_timeout() {
    struct Never;
    impl waypost::io::http::Lookup for Never {
        fn lookup(&self, _: &str) -> futures_util::future::BoxFuture<'static, std::io::Result<Vec<IpAddr>>> {
            Box::pin(std::future::pending())
        }
    }
    let pki = Pki::new("CA");

    let case = Case::new("https://hooks.example.test/in", &pki).timeout_ms(100);
    let to = case.settings();
    let sender = Client::with(&to, &case.trust, NetworkConfig { lookup: Arc::new(Never), proxies: ProxyEnv::default() }).unwrap();
    let attempt = sender.attempt(&to, &case.request(), Timestamp::UNIX_EPOCH, case.timeout, |_| {}, std::future::pending()).await;
    assert_eq!(failed(&attempt, Phase::Dns), Cause::TimedOut(1));
    assert!(attempt.timings.get(Phase::Dns).unwrap() >= 90.0);

    let tls = tcp(|stream| async move {
        std::future::pending::<()>().await;
        drop(stream);
    })
    .await;
    assert_eq!(failed(&Case::new(&tls.url(), &pki).timeout_ms(1000).send().await, Phase::Tls), Cause::TimedOut(1));

    let silent = || {
        server::tls_raw(pki.issue(HOST, |_| {}), |stream| {
            Box::pin(async move {
                std::future::pending::<()>().await;
                drop(stream);
            })
        })
    };
    let server = silent().await;
    let mut case = Case::new(&server.url(), &pki).timeout_ms(1000);
    case.body = vec![b'x'; 16 << 20];
    let attempt = case.send().await;
    assert_eq!(failed(&attempt, Phase::Write), Cause::TimedOut(1));
    let attempt = Case::new(&server.url(), &pki).timeout_ms(1000).send().await;
    assert_eq!(failed(&attempt, Phase::Wait), Cause::TimedOut(1));
}

#[tokio::test]
async fn endless_early_hints_end_at_the_timeout() {
    let pki = Pki::new("CA");
    let server = server::tls(pki.issue(HOST, |_| {}), |mut stream| {
        Box::pin(async move { while stream.write_all(b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n").await.is_ok() {} })
    })
    .await;
    assert_eq!(failed(&Case::new(&server.url(), &pki).timeout_ms(1000).send().await, Phase::Wait), Cause::TimedOut(1));
}

#[tokio::test]
async fn a_stop_keeps_what_was_seen() {
    let pki = Pki::new("CA");
    let silent = server::tls(pki.issue(HOST, |_| {}), |stream| {
        Box::pin(async move {
            std::future::pending::<()>().await;
            drop(stream);
        })
    })
    .await;
    let waiting = Arc::new(tokio::sync::Notify::new());
    let signal = Arc::clone(&waiting);
    let progress = move |progress| {
        if progress == Progress::Began(Phase::Wait) {
            signal.notify_one();
        }
    };
    let attempt = Case::new(&silent.url(), &pki).send_with(progress, waiting.notified()).await;
    assert_eq!((attempt.outcome, attempt.phase, &attempt.cause), (Outcome::Stopped, Some(Phase::Wait), &None));
    assert!(attempt.connected.is_some() && attempt.tls.is_some() && attempt.diagnosis.why.contains("You stopped it"));

    let half = server::tls(pki.issue(HOST, |_| {}), |mut stream| {
        Box::pin(async move {
            stream.write_all(b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 9\r\n\r\nhalf").await.unwrap();
            std::future::pending::<()>().await;
        })
    })
    .await;
    let receiving = Arc::new(AtomicBool::new(false));
    let signal = Arc::clone(&receiving);
    let progress = move |progress| {
        if progress == Progress::Began(Phase::Read) {
            signal.store(true, Ordering::SeqCst);
        }
    };
    let stop = std::future::poll_fn(move |context| {
        if receiving.load(Ordering::SeqCst) {
            return std::task::Poll::Ready(());
        }
        context.waker().wake_by_ref();
        std::task::Poll::Pending
    });
    let attempt = Case::new(&half.url(), &pki).send_with(progress, stop).await;
    assert_eq!((attempt.outcome, attempt.status(), attempt.phase), (Outcome::Stopped, Some(401), Some(Phase::Read)));
}

#[test]
fn a_malformed_proxy_keeps_everything_from_being_sent() {
    let pki = Pki::new("CA");
    let case = Case::new("https://hooks.example.test/in", &pki);
    let proxies = ProxyEnv { https: "http://us er:pw-canary@proxy".into(), ..ProxyEnv::default() };
    let config = NetworkConfig { proxies, lookup: Arc::new(Names::default()) };
    let Err(why) = Client::with(&case.settings(), &case.trust, config) else { panic!("it was taken") };
    let attempt = failed_before_sending(&case.settings(), &case.request(), Timestamp::UNIX_EPOCH, why);
    assert_eq!(attempt.outcome, Outcome::Failed);
    assert!(matches!(&attempt.cause, Some(Cause::BadProxy(_))));
    assert!(attempt.diagnosis.why.contains("HTTPS_PROXY") && !format!("{attempt:?}").contains("canary"));
}

#[tokio::test]
async fn a_proxy_that_is_silent_or_not_there() {
    let pki = Pki::new("CA");
    let server = answering(&pki, OK).await;
    let proxy = proxy_answering("").await;
    let mut case = Case::new(&server.url(), &pki);
    through(&mut case, &format!("http://{}", proxy.address));
    let attempt = case.send().await;
    let Cause::Proxy(text) = failed(&attempt, Phase::Connect) else { panic!("{attempt:?}") };
    assert!(text.contains("closed the connection"), "{text}");
    let silent = tcp(|stream| async move {
        std::future::pending::<()>().await;
        drop(stream);
    })
    .await;
    let mut case = Case::new(&server.url(), &pki).timeout_ms(1000);
    through(&mut case, &format!("http://{}", silent.address));
    assert_eq!(failed(&case.send().await, Phase::Connect), Cause::Proxy("It did not answer within 1 s.".into()));
    let gone = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap().local_addr().unwrap();
    let mut case = Case::new(&server.url(), &pki);
    through(&mut case, &format!("http://us:pw-canary@{gone}"));
    let attempt = case.send().await;
    let Cause::Proxy(text) = failed(&attempt, Phase::Connect) else { panic!("{attempt:?}") };
    assert!(text.contains("refused"), "{text}");
    assert!(!format!("{attempt:?}").contains("canary"));
    assert_eq!(server.connections(), 0);
    case.proxies.no = HOST.to_owned();
    assert_eq!(case.send().await.status(), Some(200), "NO_PROXY is honoured");
}

#[tokio::test]
async fn c05_through_a_proxy() {
    let pki = Pki::new("CA");
    let server = answering(&pki, OK).await;
    let target = server.address;
    let proxy = tcp(move |mut stream| async move {
        let request = server::read_request(&mut stream).await;
        assert!(request.starts_with("CONNECT hooks.example.test:"), "{request}");
        let mut onward = tokio::net::TcpStream::connect(target).await.unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
        let _ = tokio::io::copy_bidirectional(&mut stream, &mut onward).await;
    })
    .await;
    let mut case = Case::new(&server.url(), &pki);
    case.names = Names::default();
    through(&mut case, &format!("http://{}", proxy.address));
    let attempt = case.send().await;
    assert_eq!((attempt.status(), attempt.addresses.len()), (Some(200), 0), "{attempt:?}");
    assert_eq!(proxy.connections(), 1);
    // c05: the record says so.
    assert_eq!(attempt.proxy.unwrap().url, format!("http://{}", proxy.address));
    assert_eq!((attempt.tried[0].address, attempt.connected), (proxy.address, None));
}

#[tokio::test]
async fn a_connection_that_is_not_accepted_ends_at_the_timeout() {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    // Fill the queue of connections that wait to be taken, until one more gets no answer.
    let mut waiting = Vec::new();
    while let Ok(stream) =
        tokio::time::timeout(std::time::Duration::from_millis(300), tokio::net::TcpStream::connect(address)).await
    {
        waiting.push(stream.unwrap());
    }
    let case = Case::new(&format!("https://{HOST}:{}/in", address.port()), &Pki::new("CA")).timeout_ms(1000);
    let attempt = case.send().await;
    assert_eq!(failed(&attempt, Phase::Connect), Cause::TimedOut(1));
    assert_eq!(attempt.connected, None);
    drop((listener, waiting));
}

#[tokio::test]
async fn an_ipv6_address_in_the_url() {
    let case = Case::new("https://[::1]:1/in", &Pki::new("CA"));
    let attempt = case.send().await;
    // Where there is no IPv6 the cause is another, but the phase is not.
    failed(&attempt, Phase::Connect);
    assert_eq!(attempt.addresses, ["[::1]:1".parse().unwrap()]);
}

#[tokio::test]
async fn an_attempt_can_be_spawned() {
    let pki = Pki::new("CA");
    let server = answering(&pki, OK).await;
    let case = Case::new(&server.url(), &pki);
    let attempt = tokio::spawn(async move { case.send().await }).await.unwrap();
    assert_eq!(attempt.status(), Some(200));
}
