//! Row 41: certificates and handshakes that fail, each with its own text, and tried once.

use std::io::{Read as _, Write as _};

use super::endpoint::{Endpoint, attempt, text};
use crate::support::ca::{Ca, Leaf};

/// Tests it twice, for a script and for a person, and sends to it; gives why and fix.
#[track_caller]
pub fn fails(endpoint: &Endpoint, ca: &Ca) -> (String, String) {
    let home = endpoint.registered(Some(ca), "10");
    let attempt = attempt(&home, &[], "", 4);
    assert_eq!((text(&attempt, "outcome"), text(&attempt, "phase")), ("failed", "tls"), "{attempt}");
    assert!(attempt["response"].is_null() && attempt["status"].is_null());
    assert_eq!(endpoint.connections(), 1, "a test is one attempt");
    let shown = home.waypost(&["test"]).exits(4).stdout;
    assert!(shown.starts_with("failed") && shown.contains("TLS"), "{shown}");
    let sent = home.waypost_stdin(&["send", "-", "--json"], "{}").exits(4).json();
    let attempts = sent["delivery"]["attempts"].as_array().map(Vec::len);
    assert_eq!((attempts, endpoint.connections()), (Some(1), 3), "send tries it once: {sent}");
    (text(&attempt, "why").to_owned(), text(&attempt, "fix").to_owned())
}

#[test]
fn h41_each_certificate_fault_has_its_own_message() {
    let ca = Ca::named("Our CA");
    let of = |leaf| Endpoint::with_leaf(leaf);
    let expired = fails(
        &of(ca.leaf_with(&["localhost"], |params| {
            params.not_before = rcgen::date_time_ymd(2020, 1, 1);
            params.not_after = rcgen::date_time_ymd(2021, 2, 3);
        })),
        &ca,
    );
    assert!(expired.0.contains("2021-02-03") && expired.0.contains("expired"), "{expired:?}");
    let early = fails(
        &of(ca.leaf_with(&["localhost"], |params| {
            params.not_before = rcgen::date_time_ymd(3020, 1, 1);
            params.not_after = rcgen::date_time_ymd(3021, 1, 1);
        })),
        &ca,
    );
    assert!(early.0.contains("3020-01-01"), "{early:?}");
    let named = fails(&of(ca.leaf(&["other.example"])), &ca);
    assert!(named.0.contains("other.example") && named.0.contains("localhost"), "{named:?}");
    let unknown = fails(&of(Ca::named("Their CA").leaf(&["localhost"])), &ca);
    assert!(unknown.0.contains("Their CA") && unknown.1.contains("as the CA certificate"), "{unknown:?}");
    let own = fails(&of(Leaf::self_signed(&["localhost"], false)), &ca);
    let as_ca = fails(&of(Leaf::self_signed(&["localhost"], true)), &ca);
    assert!(own.0.contains("self-signed"), "{own:?}");
    assert!(as_ca.0.contains("self-signed") && as_ca.0.contains("CA:TRUE"), "{as_ca:?}");
    let mut texts = [&expired, &early, &named, &unknown, &own, &as_ca].map(|(why, _)| why.clone());
    texts.sort();
    assert!(texts.windows(2).all(|two| two[0] != two[1]), "{texts:?}");
}

/// A server that answers every hello with those bytes.
fn saying(bytes: Vec<u8>) -> Endpoint {
    Endpoint::tcp(move |mut stream| {
        // The first byte of its hello, whose rest may stay unread.
        stream.read_exact(&mut [0])?;
        stream.write_all(&bytes)?;
        while stream.read(&mut [0; 4096])? > 0 {}
        Ok(())
    })
}

#[test]
fn h41_tls_1_1_alone() {
    let ca = Ca::new();
    // The fatal alert protocol_version (RFC 8446 §6), and a ServerHello of TLS 1.1.
    let alert = vec![21, 3, 1, 0, 2, 2, 70];
    let mut hello = vec![22, 3, 2, 0, 42, 2, 0, 0, 38, 3, 2];
    hello.extend([7; 32]);
    hello.extend([0, 0xc0, 0x13, 0]);
    for bytes in [alert, hello] {
        let (why, _) = fails(&saying(bytes), &ca);
        assert!(why.contains("no safe version of TLS"), "{why}");
    }
}

#[test]
fn h41_plain_http_on_the_port() {
    let plain = saying(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n".to_vec());
    let (why, fix) = fails(&plain, &Ca::new());
    assert!(why.contains("does not speak TLS") || why.contains("not TLS"), "{why} {fix}");
}
