//! The client against real sockets on loopback: what is sent, what is reported, and every way in which it can fail.

mod server;

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use waypost::domain::auth::{self, api_key, basic, bearer, hmac, oauth2};
use waypost::domain::field;

use jiff::Timestamp;
use server::{HOST, Names, Pki, Server};
use waypost::domain::delivery::{Attempt, Outcome, Phase};
use waypost::domain::destination::Settings;
use waypost::domain::draft::Draft;
use waypost::domain::request::{Request, Stamp};
use waypost::domain::secret::Secret;
use waypost::io::http::{Client, NetworkConfig, Progress, ProxyEnv, Trust};

const BODY: &[u8] = b"{\"topic\":\"ping\"}";
const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/// A destination, and how to send to it.
struct Case {
    draft: Draft,
    trust: Trust,
    names: Names,
    proxies: ProxyEnv,
    body: Vec<u8>,
    timeout: Duration,
}

impl Case {
    fn new(url: &str, trust: &Pki) -> Self {
        Self {
            draft: Draft::default().with(field::URL, url),
            trust: Trust::Only(trust.pem.clone().into_bytes()),
            names: Names(vec![Ipv4Addr::LOCALHOST.into()]),
            proxies: ProxyEnv::default(),
            body: BODY.to_vec(),
            timeout: Duration::from_secs(20),
        }
    }

    fn bearer(mut self, token: &str) -> Self {
        self.draft = self.draft.with_auth(bearer::SPEC).with(bearer::TOKEN, token);
        self
    }

    fn timeout_ms(mut self, ms: u64) -> Self {
        self.timeout = Duration::from_millis(ms);
        self
    }

    fn settings(&self) -> Settings {
        self.draft.check().unwrap().settings
    }

    fn request(&self) -> Request {
        let settings = self.settings();
        let stamp = Stamp { id: "msg_1".into(), event: "ping".into(), timestamp: 1_700_000_000 };
        Request::build(&settings, &self.body, &stamp, &settings.auth().credential())
    }

    async fn send(&self) -> Attempt {
        self.send_with(|_| {}, std::future::pending()).await
    }

    async fn send_with(&self, progress: impl Fn(Progress) + Send, stop: impl Future<Output = ()> + Send) -> Attempt {
        let to = self.settings();
        let config = NetworkConfig { proxies: self.proxies.clone(), lookup: Arc::new(self.names.clone()) };
        let sender = Client::with(&to, &self.trust, config).unwrap();
        let now = Timestamp::from_second(1_700_000_000).unwrap();
        sender.attempt(&to, &self.request(), now, self.timeout, progress, stop).await
    }
}

async fn answering(pki: &Pki, answer: impl Into<Vec<u8>>) -> Server {
    server::answering(pki.issue(HOST, |_| {}), answer).await
}

#[tokio::test]
async fn what_is_sent_is_the_request_and_nothing_else() {
    let pki = Pki::new("test CA");
    let server = answering(&pki, OK).await;
    // A token is put in when it is sent: `token` has that.
    for auth_type in auth::ALL.into_iter().filter(|auth_type| *auth_type != oauth2::SPEC) {
        let mut case = Case::new(&server.url(), &pki);
        case.draft = case
            .draft
            .with_auth(auth_type)
            .with(hmac::HEADER_KEY, "X-Signature")
            .with(hmac::SIGNING_SECRET, "canary-signing")
            .with(basic::USERNAME, "me")
            .with(basic::PASSWORD, "canary-password")
            .with(bearer::TOKEN, "canary-token")
            .with(api_key::KEY, "X-Api-Key")
            .with(api_key::VALUE, "canary-value");
        let attempt = case.send().await;
        assert_eq!((attempt.outcome, attempt.status()), (Outcome::Delivered, Some(200)), "{attempt:?}");
        let got = server.requests().pop().unwrap();
        let request = case.request();
        let mut expected = String::from("POST /in HTTP/1.1\r\n");
        for header in &request.headers {
            for part in [&header.name, ": ", header.value.exposed().expose(), "\r\n"] {
                expected.push_str(part);
            }
        }
        assert_eq!(got, format!("{expected}\r\n{}", std::str::from_utf8(BODY).unwrap()));
        assert!(!format!("{attempt:?}").contains("canary"));
    }
}

#[tokio::test]
async fn the_phases_are_reported_in_order() {
    let pki = Pki::new("test CA");
    let server = answering(&pki, OK).await;
    let seen = Mutex::new(Vec::new());
    let attempt =
        Case::new(&server.url(), &pki).send_with(|progress| seen.lock().unwrap().push(progress), std::future::pending()).await;
    let seen = seen.into_inner().unwrap();
    let began: Vec<Phase> =
        seen.iter().filter_map(|p| if let Progress::Began(phase) = p { Some(*phase) } else { None }).collect();
    let ended: Vec<Phase> =
        seen.iter().filter_map(|p| if let Progress::Ended(phase, _) = p { Some(*phase) } else { None }).collect();
    let all: Vec<Phase> = Phase::ALL.into_iter().filter(|phase| *phase != Phase::Token).collect();
    assert_eq!((&began, &ended), (&all, &all));
    let sum: f64 = all.iter().map(|&phase| attempt.timings.get(phase).unwrap()).sum();
    assert!(sum <= attempt.duration_ms, "{attempt:?}");
    assert_eq!(attempt.addresses, [server.address]);
    assert_eq!(attempt.connected, Some(server.address));
    let tls = attempt.tls.unwrap();
    assert_eq!((tls.version.as_deref(), tls.names.as_slice()), (Some("TLS 1.3"), [HOST.to_owned()].as_slice()));
    assert_eq!(tls.issuer.as_deref(), Some("CN=test CA"));
}

mod answers;
mod environment;
mod faults;
mod kept;
mod proxies;
mod tls;
mod token;
