//! The tables of docs/troubleshooting.md are what the diagnosis says. To write them again:
//!
//! ```text
//! WAYPOST_TROUBLESHOOTING=1 cargo test --test faults troubleshooting
//! ```

use std::collections::BTreeSet;
use std::fmt::Write as _;
use waypost::domain::auth::{hmac, oauth2};
use waypost::domain::field;

use http::StatusCode;
use jiff::Timestamp;
use waypost::domain::delivery::diagnosis::{of_cause, of_response};
use waypost::domain::delivery::{
    Cause, CertificateFault, ChainMember, ClientFile, ClientFileFault, ClientRefusal, Diagnosis, FileFault, Phase, ProxyRefusal,
    RefusalReason, Response, TlsCause, TokenCause,
};
use waypost::domain::destination::Settings;
use waypost::domain::draft::Draft;
use waypost::domain::token::{Refusal, Rejected};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/troubleshooting.md");
const BEGIN: &str = "<!-- made by tests/faults/messages/troubleshooting.rs -->\n";
const END: &str = "<!-- end -->\n";

/// What is answered most, with a row of its own.
const ANSWERS: [u16; 15] = [301, 400, 401, 403, 404, 405, 410, 413, 415, 422, 429, 500, 502, 503, 504];

/// Rare answers, in a sentence each. Of each kind of status without words of its own there is one.
const RARE: [u16; 13] = [304, 402, 407, 408, 409, 411, 421, 431, 495, 496, 501, 507, 600];

fn settings() -> Settings {
    let draft = Draft::new(hmac::SPEC)
        .with(field::URL, "https://hooks.example.com/in")
        .with(hmac::HEADER_KEY, "X-Signature")
        .with(hmac::SIGNING_SECRET, "0123456789abcdef-3f2a");
    draft.check().unwrap().settings
}

#[expect(clippy::too_many_lines, reason = "a table")]
/// One of each cause, and of a time that is over one of each phase where it means something else.
fn failures() -> [(&'static str, Vec<(Phase, Cause)>); 5] {
    use Cause as C;
    use CertificateFault as F;
    use ChainMember as M;
    use TlsCause as T;
    let at = |text: &str| text.parse().unwrap();
    let intermediate = || M::Intermediate("CN=Example CA R3".into());
    let now = at("2026-11-24T12:00:00Z");
    let refused = |status, reason: &str, credentials| {
        C::ProxyRefused(ProxyRefusal { status, reason: reason.into(), credentials, ..ProxyRefusal::default() })
    };
    let finding = vec![
        C::NoSuchName,
        C::NameServer("Temporary failure in name resolution".into()),
        C::ForbiddenAddress(
            [169, 254, 169, 254].into(),
            "a link-local address, where cloud machines keep their metadata service",
        ),
    ];
    let connecting = vec![
        C::ConnectionRefused(None),
        C::TimedOut(15),
        C::NoRoute("Network is unreachable".into()),
        C::Proxy("It did not answer within 15 s.".into()),
        refused(403, "Forbidden", false),
        refused(407, "Proxy Authentication Required", false),
        refused(407, "Proxy Authentication Required", true),
        refused(405, "Method Not Allowed", false),
        refused(400, "Bad Request", false),
        refused(302, "Found", false),
        refused(502, "Bad Gateway", false),
        refused(503, "Service Unavailable", false),
        refused(504, "Gateway Timeout", false),
        refused(429, "Too Many Requests", false),
        refused(500, "Internal Server Error", false),
        C::BadProxy("HTTPS_PROXY is not the address of a proxy.".into()),
    ];
    let not_accepted = |reason| {
        let issuer = Some("CN=Example Client CA".into());
        C::Tls(T::ClientCertificateRefused(ClientRefusal { reason, issuer, accepted: Vec::new() }))
    };
    let tls = vec![
        C::Tls(T::NotTls),
        C::TimedOut(15),
        C::Reset,
        C::Tls(T::TooOld),
        C::Tls(T::UnknownIssuer(Some("CN=Example CA".into()))),
        C::Tls(T::UntrustedChain(Some("CN=Example CA".into()))),
        C::Tls(T::SelfSigned),
        C::Tls(T::MissingIntermediate(Some("CN=Example CA R3".into()))),
        C::Tls(T::WrongName(vec!["www.example.com".into()])),
        C::Tls(T::Expired(Some(at("2026-11-01T00:00:00Z")), now)),
        C::Tls(T::NotYetValid(Some(at("2026-12-01T00:00:00Z")), now)),
        C::Tls(T::OtherCaKey(Some("CN=Example CA".into()))),
        C::Tls(T::CaUsedAsEndEntity),
        C::Tls(T::NoSubjectAltName(Some("hooks.example.com".into()))),
        C::Tls(T::NothingInCommon),
        C::Tls(T::Certificate(M::Leaf, F::RsaBits(1024))),
        C::Tls(T::Certificate(M::Leaf, F::KeyType("ECDSA on P-521".into()))),
        C::Tls(T::Certificate(M::Leaf, F::Signature("SHA-1 with RSA".into()))),
        C::Tls(T::Certificate(M::Leaf, F::Version(1))),
        C::Tls(T::Certificate(M::Leaf, F::Purpose)),
        C::Tls(T::Certificate(intermediate(), F::Expired(Some(at("2026-11-01T00:00:00Z")), now))),
        C::Tls(T::Certificate(intermediate(), F::NotYetValid(Some(at("2026-12-01T00:00:00Z")), now))),
        C::Tls(T::Certificate(intermediate(), F::NotACa)),
        C::Tls(T::Certificate(intermediate(), F::PathLength)),
        C::Tls(T::Certificate(intermediate(), F::NameConstraint)),
        C::Tls(T::Certificate(M::Leaf, F::OtherKey { issuer: Some("CN=Example CA R3".into()), sent: true })),
        C::Tls(T::Certificate(M::Leaf, F::MarkedAsCa)),
        C::Tls(T::Certificate(M::Leaf, F::NoHostNames)),
        C::Tls(T::Certificate(M::Leaf, F::TooDeep)),
        C::Tls(T::Certificate(M::Unknown, F::Extension(None))),
        C::Tls(T::Certificate(M::Unknown, F::Other("InvalidSerialNumber".into()))),
        C::Tls(T::NoHttp1),
        C::Tls(T::UnknownName),
        C::Tls(T::ClientCertificateWanted),
        not_accepted(RefusalReason::UnknownCa),
        not_accepted(RefusalReason::Unnamed("bad_certificate")),
        not_accepted(RefusalReason::Handshake),
        not_accepted(RefusalReason::Expired(Some(at("2026-11-01T00:00:00Z")), now)),
        not_accepted(RefusalReason::Expired(Some(at("2026-12-01T00:00:00Z")), now)),
        not_accepted(RefusalReason::NotYetValid(at("2026-12-01T00:00:00Z"), now)),
        not_accepted(RefusalReason::Revoked),
        not_accepted(RefusalReason::Unsupported),
        not_accepted(RefusalReason::KeyType),
        C::Tls(T::ClientFile(ClientFileFault::new(ClientFile::Key, FileFault::OtherKey))),
        C::Tls(T::Other("its certificate was revoked".into())),
        C::Tls(T::NoCaStore(String::new())),
        C::Tls(T::CaFile("no certificate is in it".into())),
    ];
    let token = vec![
        C::Token(TokenCause::NotReached(Some(Phase::Connect), Box::new(C::ConnectionRefused(None)))),
        C::TimedOut(15),
        refused_by_token("invalid_client"),
        refused_by_token("invalid_scope"),
        refused_by_token("unauthorized_client"),
        refused_by_token("unsupported_grant_type"),
        refused_by_token("invalid_target"),
        refused_by_token("invalid_request"),
        C::Token(TokenCause::Refused(Refusal::Status(503), None)),
        C::Token(TokenCause::Refused(Refusal::Redirect(302, Some("https://login.example.com/".into())), None)),
        C::Token(TokenCause::Refused(Refusal::Html(200), None)),
        C::Token(TokenCause::Refused(Refusal::NotJson(200), None)),
        C::Token(TokenCause::Refused(Refusal::TooLong(200), None)),
        C::Token(TokenCause::Refused(Refusal::NoToken, None)),
        C::Token(TokenCause::Refused(Refusal::TokenType(Some("mac".into())), None)),
    ];
    let answer = vec![C::TimedOut(15), C::Closed, C::NotHttp(String::new()), C::Other(String::new())];
    let each = |phase, causes: Vec<Cause>| causes.into_iter().map(|cause| (phase, cause)).collect();
    [
        ("The token (OAuth2)", each(Phase::Token, token)),
        ("Finding the host", each(Phase::Dns, finding)),
        ("Connecting", each(Phase::Connect, connecting)),
        ("TLS", each(Phase::Tls, tls)),
        ("The answer", each(Phase::Wait, answer)),
    ]
}

fn refused_by_token(code: &str) -> Cause {
    Cause::Token(TokenCause::Refused(Refusal::Error(Rejected { status: 400, code: code.into(), description: None }), None))
}

/// With a signature, or with a token where it is about one.
fn settings_for(phase: Phase) -> Settings {
    if phase != Phase::Token {
        return settings();
    }
    let draft = Draft::new(oauth2::SPEC)
        .with(field::URL, "https://hooks.example.com/in")
        .with(oauth2::TOKEN_URL, "https://auth.example.com/token")
        .with(oauth2::CLIENT_ID, "waypost")
        .with(oauth2::CLIENT_SECRET, "0123456789abcdef-3f2a");
    draft.check().unwrap().settings
}

fn answered(status: u16) -> Diagnosis {
    let header = match status {
        301 => ("location", "/in/"),
        429 => ("retry-after", "30"),
        _ => ("x-none", ""),
    };
    let headers = [header].into();
    let (reason, body) = (String::new(), Vec::new());
    of_response(&settings(), &[], &Response { status, reason, headers, body, truncated: false, cut: None }, Timestamp::UNIX_EPOCH)
}

/// `401 Unauthorized`
fn status_line(status: u16) -> String {
    let reason = StatusCode::from_u16(status).unwrap().canonical_reason().unwrap_or_default();
    format!("{status} {reason}").trim_end().to_owned()
}

/// A text in a cell: a URL is code, so that nothing makes a link of it.
fn cell(text: &str) -> String {
    let word = |word: &str| match word.strip_prefix("https://") {
        Some(_) => {
            let url = word.trim_end_matches([';', ',', '.']);
            format!("`{url}`{}", &word[url.len()..])
        }
        None => word.replace('|', "\\|").replace('<', "&lt;"),
    };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

fn row(out: &mut String, end: &str, said: &Diagnosis) {
    writeln!(out, "| ✗ {end} | {} | {} |", cell(&said.why), cell(&said.fix.text)).unwrap();
}

fn tables() -> String {
    let mut out = String::new();
    for (title, causes) in failures() {
        write!(out, "\n**{title}**\n\n| it says | why | what to do |\n|---|---|---|\n").unwrap();
        for (phase, cause) in causes {
            row(&mut out, phase.label(), &of_cause(&settings_for(phase), Some(phase), &cause));
        }
    }
    for status in ANSWERS {
        row(&mut out, &status_line(status), &answered(status));
    }
    out.push_str("\nRare; each message says what to do:\n\n");
    for status in RARE {
        writeln!(out, "- {}: {}", status_line(status), cell(&answered(status).why)).unwrap();
    }
    out.push('\n');
    out
}

#[test]
fn troubleshooting_is_what_the_diagnosis_says() {
    let page = std::fs::read_to_string(PAGE).unwrap();
    let (head, rest) = page.split_once(BEGIN).expect("the page marks where the tables begin");
    let (there, tail) = rest.split_once(END).expect("the page marks where the tables end");
    let tables = tables();
    if std::env::var_os("WAYPOST_TROUBLESHOOTING").is_some() {
        std::fs::write(PAGE, format!("{head}{BEGIN}{tables}{END}{tail}")).unwrap();
        return;
    }
    for (there, made) in there.lines().zip(tables.lines()) {
        assert_eq!(there, made, "WAYPOST_TROUBLESHOOTING=1 cargo test --test faults troubleshooting writes it again");
    }
    assert_eq!(there, tables);
}

/// A new cause does not compile until `causes` has it, and then is missed here.
#[test]
fn troubleshooting_has_every_cause() {
    let rows = failures().map(|(_, causes)| causes).concat();
    for cause in super::causes() {
        assert!(rows.iter().any(|(_, shown)| super::kind_of(shown) == super::kind_of(&cause)), "{cause:?} has no row");
    }
}

#[test]
fn troubleshooting_has_every_answer_with_its_own_message() {
    let words = |status: u16| {
        let said = answered(status);
        format!("{} {}", said.why, said.fix.text).replace(&status.to_string(), "N")
    };
    let shown: BTreeSet<String> = ANSWERS.into_iter().chain(RARE).map(words).collect();
    assert_eq!(shown.len(), ANSWERS.len() + RARE.len(), "two rows say the same");
    // Without a header that says where it leads.
    let bare = [300, 302, 303, 307, 308];
    for status in (300..=699).filter(|status| !bare.contains(status)) {
        assert!(shown.contains(&words(status)), "{status} has neither row nor sentence: {}", words(status));
    }
}
