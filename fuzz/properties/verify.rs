//! A received request.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::{hmac as mac, signature as ed25519};
use waypost::domain::auth::{api_key, basic, hmac};
use waypost::domain::destination::Settings;
use waypost::domain::draft::Draft;
use waypost::domain::field::Field;
use waypost::domain::request::{Request, Stamp};
use waypost::domain::signature::explain::{expected, explain};
use waypost::domain::signature::verify::Received;
use waypost::domain::signature::{Format, verify};

use super::{SECRET, holds, settings, with_bearer, with_secret};

const NOW: i64 = 1_700_000_000;

/// The private key of `standard-ed25519`.
const SEED: &[u8; 32] = b"canary canary canary canary 0123";

type Headers = [(String, String)];

/// Settings, and a second implementation, on another library, of whether a request was made with them.
type Case = (Settings, fn(&Headers, &[u8]) -> bool);

static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
    let signed = |format: &str, secret: &str, more: &[(Field, &str)]| {
        let draft = Draft::new(hmac::SPEC).with(hmac::FORMAT, format).with(hmac::SIGNING_SECRET, secret);
        settings(more.iter().fold(draft, |draft, (field, value)| draft.with(field, *value)))
    };
    let key: (Field, &str) = (hmac::HEADER_KEY, "X-Signature");
    let template = [
        key,
        (hmac::SIGNED_CONTENT, "v0:{timestamp}:{body}"),
        (hmac::SIGNATURE_VALUE, "v0={signature}"),
        (hmac::ALGORITHM, "sha512"),
    ];
    let standard = format!("whsec_{}", STANDARD.encode(SECRET));
    let private = format!("whsk_{}", STANDARD.encode(SEED));
    let basic = Draft::new(basic::SPEC).with(basic::USERNAME, "someone").with(basic::PASSWORD, SECRET);
    let api_key = Draft::new(api_key::SPEC).with(api_key::KEY, "X-Api-Key").with(api_key::VALUE, SECRET);
    vec![
        (signed("hex", SECRET, &[key]), |headers, body| {
            only(headers, "x-signature").is_some_and(|value| value == hex(&sha256(&[body])))
        }),
        (signed("base64", SECRET, &[key]), |headers, body| {
            only(headers, "x-signature").is_some_and(|value| value == STANDARD.encode(sha256(&[body])))
        }),
        (signed("sha256-hex", SECRET, &[key]), |headers, body| {
            only(headers, "x-signature") == Some(&format!("sha256={}", hex(&sha256(&[body]))))
        }),
        (signed("timestamped", SECRET, &[key]), timestamped),
        (signed("template", SECRET, &template), |headers, body| {
            let (Some(value), Some(time)) = (only(headers, "x-signature"), only(headers, "webhook-timestamp")) else {
                return false;
            };
            let key = mac::Key::new(mac::HMAC_SHA512, SECRET.as_bytes());
            let tag = mac::sign(&key, &[b"v0:", time.as_bytes(), b":", body].concat());
            value == format!("v0={}", hex(tag.as_ref())) && is_fresh(time)
        }),
        (signed("standard", &standard, &[]), |headers, body| {
            standard_with(headers, body, |content, signature| {
                signature.strip_prefix("v1,") == Some(&STANDARD.encode(sha256(&[content])))
            })
        }),
        (signed("standard-ed25519", &private, &[]), |headers, body| {
            let pair = ed25519::Ed25519KeyPair::from_seed_unchecked(SEED).expect("it has 32 bytes");
            let public =
                ed25519::UnparsedPublicKey::new(&ed25519::ED25519, ed25519::KeyPair::public_key(&pair).as_ref().to_vec());
            standard_with(headers, body, |content, signature| {
                let signature = signature.strip_prefix("v1a,").and_then(|text| STANDARD.decode(text).ok());
                signature.is_some_and(|signature| public.verify(content, &signature).is_ok())
            })
        }),
        (settings(basic), |headers, _| {
            let pair = credentials(headers, "basic").and_then(|text| STANDARD.decode(text).ok());
            pair.is_some_and(|pair| pair == format!("someone:{SECRET}").as_bytes())
        }),
        (with_bearer(), |headers, _| credentials(headers, "bearer") == Some(SECRET)),
        (settings(api_key), |headers, _| only(headers, "x-api-key") == Some(SECRET)),
    ]
});

/// Any request: it is accepted if, and only if, the second implementation accepts it; the explanation contains neither the secret nor the
/// signature that was expected. A request that waypost makes is accepted; if it is signed, it is not accepted with another body.
pub fn request(bytes: &[u8]) {
    let bytes = with_secret(bytes, SECRET.as_bytes());
    // Lines of headers, an empty line, and the body; else a body alone.
    let (head, body) =
        bytes.windows(2).position(|two| two == b"\n\n").map_or((&b""[..], &bytes[..]), |at| (&bytes[..at], &bytes[at + 2..]));
    let head = String::from_utf8_lossy(head);
    let headers: Vec<_> = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect();
    let received = Received { method: "POST", target: "/in", headers: &headers, body };
    // Of two ids or times, a receiver could read either, also where neither is signed.
    let is_clear = ["webhook-id", "webhook-timestamp"]
        .iter()
        .all(|name| headers.iter().filter(|(header, _)| header.eq_ignore_ascii_case(name)).count() < 2);
    for (settings, is_made_with) in &*CASES {
        let is_accepted = verify::check(settings, &received, NOW).is_accepted();
        let is_right = is_made_with(&headers, body) && (is_clear || settings.auth().auth_type() != hmac::SPEC);
        assert_eq!(is_accepted, is_right, "{headers:?} for {settings:?}");
    }
    // The search for a mistake takes long, so it is made for one of the settings.
    let chosen = bytes.iter().map(|&byte| usize::from(byte)).sum::<usize>() % CASES.len();
    let (settings, is_made_with) = &CASES[chosen];
    explained(settings, &received);
    made(settings, *is_made_with, body, usize::from(bytes.first().copied().unwrap_or_default()));
}

/// The explanation of a request contains neither the secret nor the signature that was expected.
fn explained(settings: &Settings, received: &Received<'_>) {
    let explanation = explain(settings, received, NOW);
    let said = format!("{explanation:?}");
    // The sender has the secret already; the explanation must not repeat it.
    let secret = if settings.auth().format() == Some(Format::StandardEd25519) { SEED } else { SECRET.as_bytes() };
    assert!(!holds(said.as_bytes(), secret), "{said}");
    assert_eq!(explanation.valid, verify::check(settings, received, NOW).is_accepted());
    if let Some(signature) = expected(settings, received).filter(|_| !explanation.valid) {
        assert!(!said.contains(signature.expose()), "{said}");
    }
}

/// A request that waypost makes is accepted; if it is signed, it is not accepted with one bit of the body changed.
fn made(settings: &Settings, is_made_with: fn(&Headers, &[u8]) -> bool, body: &[u8], change: usize) {
    let stamp = Stamp { id: "evt_1".into(), event: "ping".into(), timestamp: NOW };
    let request = Request::build(settings, body, &stamp, &settings.auth().credential());
    let sent: Vec<_> =
        request.headers.iter().map(|header| (header.name.to_string(), header.value.exposed().expose().to_owned())).collect();
    let received = Received { method: "POST", target: "/in", headers: &sent, body };
    let verdict = verify::check(settings, &received, NOW);
    assert!(verdict.is_accepted(), "{}", verdict.reason());
    assert!(is_made_with(&sent, body), "{sent:?}");
    let mut other = body.to_vec();
    if body.is_empty() {
        other.push(b' ');
    } else {
        other[change % body.len()] ^= 1 << (change % 8);
    }
    let received = Received { body: &other, ..received };
    assert_eq!(verify::check(settings, &received, NOW).is_accepted(), settings.auth().format().is_none());
}

/// The value of a header that is there once.
fn only<'a>(headers: &'a Headers, name: &str) -> Option<&'a str> {
    let mut values = headers.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str());
    values.next().filter(|_| values.next().is_none())
}

fn credentials<'a>(headers: &'a Headers, scheme: &str) -> Option<&'a str> {
    let (found, rest) = only(headers, "authorization")?.split_once(' ')?;
    found.eq_ignore_ascii_case(scheme).then(|| rest.trim_matches(' '))
}

fn sha256(parts: &[&[u8]]) -> Vec<u8> {
    mac::sign(&mac::Key::new(mac::HMAC_SHA256, SECRET.as_bytes()), &parts.concat()).as_ref().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

fn is_fresh(time: &str) -> bool {
    let is_number = time.bytes().all(|byte| byte.is_ascii_digit());
    is_number && time.parse::<i128>().is_ok_and(|time| (time - i128::from(NOW)).abs() <= 300)
}

/// `t=TS,v1=HEX`, of which each may be there more than once: the first time counts, and any of the signatures.
fn timestamped(headers: &Headers, body: &[u8]) -> bool {
    let parts: Vec<_> = only(headers, "x-signature").into_iter().flat_map(|value| value.split(',')).collect();
    let Some(time) = parts.iter().find_map(|part| part.strip_prefix("t=")).filter(|time| is_fresh(time)) else { return false };
    let number: i64 = time.parse().expect("it is fresh");
    let right = format!("v1={}", hex(&sha256(&[format!("{number}.").as_bytes(), body])));
    parts.contains(&right.as_str())
}

fn standard_with(headers: &Headers, body: &[u8], is_right: impl Fn(&[u8], &str) -> bool) -> bool {
    let [Some(value), Some(id), Some(time)] =
        ["webhook-signature", "webhook-id", "webhook-timestamp"].map(|name| only(headers, name))
    else {
        return false;
    };
    let Some(number) = time.parse::<i64>().ok().filter(|_| is_fresh(time)) else { return false };
    let content = [format!("{id}.{number}.").as_bytes(), body].concat();
    value.split(' ').any(|signature| is_right(&content, signature))
}
