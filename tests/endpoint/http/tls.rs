//! Certificates and handshakes that fail, each with a text of its own.

use std::os::unix::fs::PermissionsExt as _;

use rcgen::{BasicConstraints, IsCa};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use waypost::domain::delivery::{Cause, TlsCause};

use super::server::{Identity, answering as serve, self_signed, tcp};
use super::*;
use crate::support::ca::Ca;

async fn cause_of(identity: Identity, trust: &Pki) -> (Cause, Attempt) {
    let server = serve(identity, OK).await;
    let attempt = Case::new(&server.url(), trust).send().await;
    assert_eq!((attempt.outcome, attempt.phase), (Outcome::Failed, Some(Phase::Tls)), "{attempt:?}");
    assert!(server.requests().iter().all(String::is_empty), "nothing was sent");
    (attempt.cause.clone().unwrap(), attempt)
}

#[tokio::test]
async fn expired_and_not_yet_valid() {
    let pki = Pki::new("CA");
    let expired = pki.issue(HOST, |params| {
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(2021, 2, 3);
    });
    let (cause, attempt) = cause_of(expired, &pki).await;
    assert!(
        matches!(cause, Cause::Tls(TlsCause::Expired(Some(end), now)) if end.to_string().starts_with("2021-02-03") && now > end)
    );
    assert!(attempt.diagnosis.why.contains("2021-02-03"), "{attempt:?}");
    assert_eq!(attempt.tls.unwrap().not_after.unwrap().to_string(), "2021-02-03T00:00:00Z", "the certificate is shown");
    let early = pki.issue(HOST, |params| {
        params.not_before = rcgen::date_time_ymd(3020, 1, 1);
        params.not_after = rcgen::date_time_ymd(3021, 1, 1);
    });
    let (cause, attempt) = cause_of(early, &pki).await;
    assert!(matches!(cause, Cause::Tls(TlsCause::NotYetValid(Some(_), _))));
    assert!(attempt.diagnosis.why.contains("3020-01-01"), "{attempt:?}");
}

#[tokio::test]
async fn of_another_name() {
    let pki = Pki::new("CA");
    let (cause, attempt) = cause_of(pki.issue("other.example.test", |_| {}), &pki).await;
    assert_eq!(cause, Cause::Tls(TlsCause::WrongName(vec!["other.example.test".into()])));
    assert!(attempt.diagnosis.why.contains("other.example.test") && attempt.diagnosis.why.contains(HOST));
}

#[tokio::test]
async fn of_an_unknown_ca() {
    let (cause, attempt) = cause_of(Pki::new("Their CA").issue(HOST, |_| {}), &Pki::new("Our CA")).await;
    let Cause::Tls(TlsCause::UnknownIssuer(Some(issuer))) = cause else { panic!("{cause:?}") };
    assert!(issuer.contains("Their CA"), "{issuer}");
    assert_eq!(attempt.diagnosis.fix.field(), Some(waypost::domain::field::CA_CERT));
    assert!(attempt.tls.unwrap().issuer.unwrap().contains("Their CA"));
}

#[tokio::test]
async fn without_the_certificate_between() {
    let theirs = Pki::new("R3");
    let identity = theirs.issue(HOST, |params| {
        // AuthorityInfoAccess with one caIssuers URL, http://r3.test/
        let der = b"\x30\x1f\x30\x1d\x06\x08\x2b\x06\x01\x05\x05\x07\x30\x02\x86\x11http://r3.test/ca";
        params.custom_extensions.push(rcgen::CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 1], der.to_vec()));
    });
    let (cause, attempt) = cause_of(identity, &Pki::new("Our CA")).await;
    assert!(matches!(&cause, Cause::Tls(TlsCause::MissingIntermediate(Some(issuer))) if issuer.contains("R3")), "{cause:?}");
    assert!(attempt.diagnosis.fix.text.contains("full chain"));
}

#[tokio::test]
async fn self_signed_leaf() {
    let (identity, _) = self_signed(HOST, |_| {});
    assert_eq!(cause_of(identity, &Pki::new("CA")).await.0, Cause::Tls(TlsCause::SelfSigned));
}

#[tokio::test]
async fn a_cas_certificate_as_a_servers() {
    let (identity, pem) = self_signed(HOST, |params| params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained));
    let server = serve(identity, OK).await;
    let mut case = Case::new(&server.url(), &Pki::new("CA"));
    // Even where it is trusted.
    case.trust = Trust::Only(pem.into_bytes());
    let attempt = case.send().await;
    assert_eq!(attempt.cause, Some(Cause::Tls(TlsCause::CaUsedAsEndEntity)), "{attempt:?}");
}

#[tokio::test]
async fn a_trusted_self_signed_leaf_is_accepted() {
    let (identity, pem) = self_signed(HOST, |_| {});
    let server = serve(identity, OK).await;
    let mut case = Case::new(&server.url(), &Pki::new("CA"));
    case.trust = Trust::Only(pem.into_bytes());
    assert_eq!(case.send().await.status(), Some(200));
}

#[tokio::test]
async fn tls_too_old() {
    // The fatal alert protocol_version, as a server of TLS 1.1 sends it; and a ServerHello of TLS 1.1.
    let alert = vec![21, 3, 1, 0, 2, 2, 70];
    let mut hello = vec![22, 3, 2, 0, 42, 2, 0, 0, 38, 3, 2];
    hello.extend([7; 32]);
    hello.extend([0, 0xc0, 0x13, 0]);
    for bytes in [alert, hello] {
        let server = tcp(move |mut stream| {
            let bytes = bytes.clone();
            async move {
                let _ = stream.read(&mut [0; 4096]).await;
                let _ = stream.write_all(&bytes).await;
                let _ = stream.read(&mut [0; 4096]).await;
            }
        })
        .await;
        let attempt = Case::new(&server.url(), &Pki::new("CA")).send().await;
        assert_eq!((attempt.phase, attempt.cause), (Some(Phase::Tls), Some(Cause::Tls(TlsCause::TooOld))));
    }
}

#[tokio::test]
async fn plain_http_on_the_port() {
    let server = tcp(|mut stream| async move {
        let _ = stream.read(&mut [0; 4096]).await;
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").await;
        let _ = stream.read(&mut [0; 4096]).await;
    })
    .await;
    let attempt = Case::new(&server.url(), &Pki::new("CA")).send().await;
    assert_eq!((attempt.phase, attempt.cause), (Some(Phase::Tls), Some(Cause::Tls(TlsCause::NotTls))));
}

#[tokio::test]
async fn h104_a_client_certificate_wanted_and_one_not_accepted() {
    let pki = Pki::new("CA");
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut roots = rustls::RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(pki.pem.as_bytes()).unwrap()).unwrap();
        let clients = rustls::server::WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
        let identity = pki.issue(HOST, |_| {});
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[version])
            .unwrap()
            .with_client_cert_verifier(clients.build().unwrap())
            .with_single_cert(identity.chain, identity.key)
            .unwrap();
        let server = server::tls_with(config, |_| Box::pin(async {})).await;
        let mut case = Case::new(&server.url(), &pki);
        let attempt = case.send().await;
        assert_eq!(
            (attempt.outcome, &attempt.cause),
            (Outcome::Failed, &Some(Cause::Tls(TlsCause::ClientCertificateWanted))),
            "{attempt:?}"
        );
        // One that it does not accept; for TLS 1.2 that is known before the end of the handshake.
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("client.pem");
        std::fs::write(&path, Ca::named("Other CA").leaf(&["client"]).pem()).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        case.draft = case.draft.with(field::CLIENT_CERT, path.to_str().unwrap());
        let attempt = case.send().await;
        let Some(Cause::Tls(TlsCause::ClientCertificateRefused(refusal))) = &attempt.cause else { panic!("{attempt:?}") };
        assert!(refusal.issuer.as_ref().unwrap().contains("Other CA") && refusal.accepted == ["CN=CA"], "{refusal:?}");
        assert!(attempt.tls.as_ref().unwrap().client.is_some(), "{attempt:?}");
    }
}

#[tokio::test]
async fn a_host_that_is_an_address() {
    let pki = Pki::new("CA");
    let server = serve(pki.issue("127.0.0.1", |_| {}), OK).await;
    let attempt = Case::new(&format!("https://{}/in", server.address), &pki).send().await;
    assert_eq!((attempt.status(), attempt.connected), (Some(200), Some(server.address)), "{attempt:?}");
    let tls = attempt.tls.unwrap();
    assert_eq!(tls.names, ["127.0.0.1"]);
    assert_eq!(tls.version.as_deref(), Some("TLS 1.3"));
    // As IANA names it.
    let cipher = tls.cipher.unwrap();
    assert!(
        ["TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256"].contains(&cipher.as_str()),
        "{cipher}"
    );
}

#[test]
fn an_invalid_ca_file() {
    let case = Case::new("https://hooks.example.test/in", &Pki::new("CA"));
    for pem in ["", "junk", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "-----BEGIN CERTIFICATE-----\n!"] {
        let why = Client::with(&case.settings(), &Trust::Only(pem.into()), NetworkConfig::default()).err();
        assert!(matches!(why, Some(Cause::Tls(TlsCause::CaFile(_)))), "{pem}: {why:?}");
    }
}

fn offering(identity: Identity, version: &'static rustls::SupportedProtocolVersion, alpn: &[u8]) -> rustls::ServerConfig {
    let mut config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_protocol_versions(&[version])
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(identity.chain, identity.key)
        .unwrap();
    config.alpn_protocols.push(alpn.to_vec());
    config
}

#[tokio::test]
async fn tls_1_2_is_accepted_and_reported() {
    let pki = Pki::new("CA");
    let config = offering(pki.issue(HOST, |_| {}), &rustls::version::TLS12, b"http/1.1");
    let server = server::tls_with(config, |mut stream| {
        Box::pin(async move {
            stream.write_all(OK.as_bytes()).await.unwrap();
            stream.shutdown().await.unwrap();
        })
    })
    .await;
    let attempt = Case::new(&server.url(), &pki).send().await;
    assert_eq!(attempt.status(), Some(200), "{attempt:?}");
    assert_eq!(attempt.tls.unwrap().version.as_deref(), Some("TLS 1.2"));
    let began = attempt.timings;
    let all = Phase::ALL.iter().filter(|phase| **phase != Phase::Token);
    assert!(all.into_iter().all(|&phase| began.get(phase).is_some()), "{began:?}");
}

#[tokio::test]
async fn a_server_of_http_2_alone() {
    let pki = Pki::new("CA");
    let config = offering(pki.issue(HOST, |_| {}), &rustls::version::TLS13, b"h2");
    let server = server::tls_with(config, |_| Box::pin(async {})).await;
    let attempt = Case::new(&server.url(), &pki).send().await;
    assert_eq!((attempt.outcome, attempt.phase), (Outcome::Failed, Some(Phase::Tls)));
    assert!(attempt.diagnosis.why.contains("does not speak HTTP/1.1"), "{attempt:?}");
}

#[tokio::test]
async fn a_name_with_a_final_dot() {
    let pki = Pki::new("CA");
    let server = serve(pki.issue(HOST, |_| {}), OK).await;
    let url = format!("https://{HOST}.:{}/in", server.address.port());
    let attempt = Case::new(&url, &pki).send().await;
    assert_eq!(attempt.status(), Some(200), "{attempt:?}");
    assert!(attempt.timings.get(Phase::Tls).is_some() && attempt.tls.is_some());
}
