//! What a peer writes at length is cut where it is quoted, and how long it was is said.

use jiff::Timestamp;
use waypost::domain::auth::hmac;
use waypost::domain::delivery::diagnosis::{of_failure, of_response};
use waypost::domain::delivery::{
    Cause, CertificateFault, ChainMember, ClientRefusal, Phase, ProxyRefusal, RefusalReason, Response, TlsCause,
};
use waypost::domain::destination::Settings;
use waypost::domain::draft::Draft;
use waypost::domain::field;

use crate::support::ca::{Ca, Leaf};
use crate::support::check::expect_nothing;
use crate::support::common::{history, register, registered_at};
use crate::support::receiver::{Answer, Receiver};
use crate::support::{Home, app::App};

/// More characters of a Why, a Fix, a note or a status line are not for people.
const MOST: usize = 1_550;

fn settings() -> Settings {
    let draft = Draft::new(hmac::SPEC).with(field::URL, "https://h.example/in").with(hmac::HEADER_KEY, "X-Signature");
    draft.with(hmac::SIGNING_SECRET, "0123456789abcdef-3f2a").check().unwrap().settings
}

#[test]
fn a16_every_cause_is_short_whatever_a_peer_calls_itself() {
    use TlsCause as T;
    let long = || "x".repeat(60_000);
    let names = || (0..2_500).map(|n| format!("host-{n}.example.test")).collect::<Vec<_>>();
    let refused = |reason| {
        T::ClientCertificateRefused(ClientRefusal { reason, issuer: Some(long()), accepted: vec![long(), long(), long()] })
    };
    let certificate = |member, fault| T::Certificate(member, fault);
    let tls = [
        T::UnknownIssuer(Some(long())),
        T::UntrustedChain(Some(long())),
        T::MissingIntermediate(Some(long())),
        T::OtherCaKey(Some(long())),
        T::WrongName(names()),
        T::WrongName(vec![long(), long()]),
        T::WrongName(vec![format!("*.{}", long())]),
        T::NoSubjectAltName(Some(long())),
        certificate(ChainMember::Intermediate(long()), CertificateFault::NotACa),
        certificate(ChainMember::CaFile(long()), CertificateFault::KeyType(long())),
        certificate(ChainMember::Leaf, CertificateFault::Signature(long())),
        certificate(ChainMember::Leaf, CertificateFault::Extension(Some(long()))),
        certificate(ChainMember::Leaf, CertificateFault::OtherKey { issuer: Some(long()), sent: true }),
        certificate(ChainMember::Leaf, CertificateFault::Other(long())),
        refused(RefusalReason::UnknownCa),
        refused(RefusalReason::Unnamed("bad_certificate")),
        T::NoCaStore(long()),
        T::CaFile(long()),
        T::Other(long()),
    ];
    let proxy = |status| ProxyRefusal {
        status,
        reason: long(),
        page: long(),
        location: Some(long()),
        challenge: Some(long()),
        credentials: true,
    };
    let mut causes: Vec<_> = tls.into_iter().map(Cause::Tls).collect();
    causes.extend([302, 403, 407, 502, 999].map(|status| Cause::ProxyRefused(proxy(status))));
    causes.extend([Cause::NameServer(long()), Cause::NoRoute(long()), Cause::Proxy(long()), Cause::BadProxy(long())]);
    causes.extend([Cause::NotHttp(long()), Cause::Other(long())]);
    for cause in causes {
        let said = of_failure(&settings(), Some(Phase::Tls), &cause, &[]);
        let at = format!("{cause:.60?}");
        assert!(said.why.chars().count() < MOST && said.fix.text.chars().count() < MOST, "{at}: {}", said.why.len());
        assert!(said.why.contains("… (60 KB)") || said.why.contains("more"), "{at}: {}", said.why);
    }
}

#[test]
fn a16_every_answer_is_short_whatever_it_says() {
    let long = "x".repeat(60_000);
    for status in [200, 301, 302, 400, 401, 405, 407, 429, 500, 503] {
        for name in ["location", "retry-after", "www-authenticate", "allow", "content-encoding", &long] {
            for body in ["invalid signature ", "client certificate required ", "", "{\"error\":\""] {
                let headers = [(name, &long)].into();
                let body = format!("{body}{long}").into_bytes();
                let cut = Some(long.clone());
                let answer = Response { status, reason: long.clone(), headers, body, truncated: true, cut };
                let said = of_response(&settings(), b"{}", &answer, Timestamp::UNIX_EPOCH);
                let at = format!("{status} {name:.20}");
                assert!(said.why.len() < MOST && said.fix.text.len() < MOST, "{at}: {said:?}");
                assert!(answer.status_line().len() < 120 && answer.status_line().ends_with("… (60 KB)"), "{at}");
            }
        }
    }
}

/// The lines that a command prints about a delivery, without the answer itself.
fn about(text: &str) -> Vec<&str> {
    let is = |line: &&str| {
        ["Why", "Fix", "note:", "refused", "error:", "attempt", "Certificate"].iter().any(|it| line.starts_with(it))
    };
    text.lines().filter(is).collect()
}

#[test]
fn a16_texts_of_every_front_end_are_short() {
    let long = |count| "z".repeat(count);
    let location = Answer::status(301).header("location", &format!("/{}", long(60_000)));
    let reason = Answer::Raw(format!("HTTP/1.1 503 {}\r\ncontent-length: 0\r\n\r\n", long(200_000)).into_bytes());
    let names = Answer::status(400).header(&long(60_000), "v");
    let receiver = Receiver::scripted(expect_nothing(), vec![location, reason, names]);
    let home = registered_at(&receiver, &["--auth", "default"], "");
    for size in ["… (60 KB)", "… (200 KB)", ""] {
        let out = home.waypost(&["test", "-v"]).exits(3);
        let lines: Vec<_> = about(&out.stdout).into_iter().chain(about(&out.stderr)).collect();
        assert!(lines.len() > 1 && lines.iter().all(|line| line.chars().count() < MOST), "{lines:?}");
        assert!(lines.iter().any(|line| line.contains(size)), "{size}: {lines:?}");
    }
    for delivery in history(&home) {
        for part in ["why", "fix"] {
            assert!(delivery["attempts"][0][part].as_str().unwrap().len() < MOST, "{delivery}");
        }
    }
    let log = std::fs::read_to_string(home.state_dir().join("waypost.log")).unwrap_or_default();
    assert!(!log.contains("zzz") && log.lines().all(|line| line.len() < MOST), "{log:.2000}");
    let mut app = App::open(&home);
    app.wait_for("503");
    assert!(!app.screen_text().contains(&"z".repeat(200)), "{}", app.screen_text());
    app.quit();
}

#[test]
fn a16_a_certificate_with_2500_names_and_a_long_subject() {
    // A certificate cannot have more than 64 KiB.
    let ca = Ca::named(&"Q".repeat(20_000));
    let names: Vec<_> = (0..2_500).map(|n| format!("h{n}.test")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let leaf: Leaf = ca.leaf(&names);
    let receiver = Receiver::with_leaf(expect_nothing(), vec![Answer::Checked], &ca, leaf);
    let home = Home::new();
    register(&home, &receiver.url, &["--auth", "default"], "").exits(0);
    for (args, says) in [([].as_slice(), "… (20 KB)"), (&["--ca-cert", receiver.ca().to_str().unwrap()], "h0.test, h1.test")] {
        let out = home.waypost(&[&["test", "-v"], args].concat()).exits(4);
        let lines = about(&out.stdout);
        assert!(lines.iter().all(|line| line.chars().count() < MOST), "{lines:?}");
        assert!(lines.iter().any(|line| line.starts_with("Why") && line.contains(says)), "{lines:?}");
    }
}
