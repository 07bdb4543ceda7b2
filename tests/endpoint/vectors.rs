//! Published vectors, and what must hold of every signature.

use hmac::{Hmac, KeyInit as _, Mac as _};
use proptest::prelude::*;
use serde_json::Value;
use sha2::Sha256;
use waypost::domain::auth::basic;
use waypost::domain::draft::Draft;
use waypost::domain::field;
use waypost::domain::request::{Request, Stamp};
use waypost::domain::secret::Secret;
use waypost::domain::signature::{Format, Mismatch, SigningSecret, TOLERANCE_S, generated, hex};

fn vectors(section: &str) -> Vec<Value> {
    let all: Value = serde_json::from_str(include_str!("../data/vectors.json")).unwrap();
    let found = all[section].as_array().unwrap().clone();
    assert!(!found.is_empty(), "{section}");
    found
}

fn text<'a>(vector: &'a Value, name: &str) -> &'a str {
    vector[name].as_str().unwrap_or_else(|| panic!("no {name} in {vector}"))
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn hmac_sha256(key: &[u8], data: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(data);
    mac.finalize().into_bytes().to_vec()
}

fn signing(secret: &str, format: Format) -> SigningSecret {
    SigningSecret::new(Secret::new(secret), format).unwrap()
}

#[test]
fn every_format_accepts_a_generated_secret() {
    let secret = generated(&[0xfb; 32]);
    assert_eq!(secret.expose(), format!("whsec_{}+/s=", "+/v7".repeat(10)));
    for format in Format::ALL {
        let bytes = if format == Format::Standard { 32 } else { 50 };
        assert_eq!(SigningSecret::new(secret.clone(), format).unwrap().key_bytes(), bytes, "{format:?}");
    }
}

#[test]
fn hmac_sha256_is_as_published() {
    for vector in vectors("hmac_sha256") {
        let key = match (vector["key"].as_str(), vector["key_hex"].as_str(), vector["key_hex_repeat"].as_array()) {
            (Some(key), ..) => key.as_bytes().to_vec(),
            (_, Some(key), _) => unhex(key),
            (.., Some(parts)) => unhex(parts[0].as_str().unwrap()).repeat(parts[1].as_u64().unwrap().try_into().unwrap()),
            _ => panic!("no key in {vector}"),
        };
        let (data, expected) = (text(&vector, "data").as_bytes(), text(&vector, "hex"));
        assert_eq!(hex(&hmac_sha256(&key, data)), expected, "{vector}");
        // What is typed is text: a key of other bytes cannot be entered.
        if let Ok(key) = String::from_utf8(key) {
            assert_eq!(signing(&key, Format::Hex).sign("msg_1", 1, data), expected, "{vector}");
        }
    }
}

#[test]
fn formats_are_as_published() {
    let mut seen = Vec::new();
    for vector in vectors("formats") {
        let format = Format::from_name(text(&vector, "format")).unwrap();
        let secret = signing(text(&vector, "secret"), format);
        let (id, at) = (vector["id"].as_str().unwrap_or("msg_1"), vector["timestamp"].as_i64().unwrap_or(1));
        let (body, header) = (text(&vector, "body").as_bytes(), text(&vector, "header"));
        assert_eq!(secret.sign(id, at, body), header, "{vector}");
        assert_eq!(secret.verify(header, Some(id), Some(&at.to_string()), body, at), Ok(()), "{vector}");
        seen.push(format);
    }
    for format in [Format::Hex, Format::Base64, Format::Sha256Hex, Format::Standard] {
        assert!(seen.contains(&format), "no vector of {format:?}");
    }
}

/// Stripe publishes no vector, only the rule: `v1` is the hex of HMAC-SHA256, keyed with the secret's bytes, over the
/// timestamp, a full stop, and the body.
#[test]
fn timestamped_is_as_its_definition() {
    let (secret, at, body) = ("It's a Secret to Everybody", 1_649_367_553, "Hello, World!");
    let expected = hex(&hmac_sha256(secret.as_bytes(), format!("{at}.{body}").as_bytes()));
    let header = signing(secret, Format::Timestamped).sign("msg_1", at, body.as_bytes());
    assert_eq!(header, format!("t={at},v1={expected}"));
    let both = format!("t={at},v1={},v1={expected},v0=x", "0".repeat(64));
    assert_eq!(signing(secret, Format::Timestamped).verify(&both, None, None, body.as_bytes(), at), Ok(()));
}

#[test]
fn basic_credentials_are_as_published() {
    for vector in vectors("basic") {
        let draft = Draft::new(basic::SPEC)
            .with(field::URL, "https://h.example/in")
            .with(basic::USERNAME, text(&vector, "username"))
            .with(basic::PASSWORD, text(&vector, "password"));
        let settings = draft.check().unwrap().settings;
        let request =
            Request::build(&settings, b"{}", &Stamp { id: "msg_1".into(), timestamp: 1 }, &settings.auth().credential());
        assert_eq!(request.header("authorization").unwrap().exposed().expose(), text(&vector, "header"), "{vector}");
    }
}

/// Any secret that a format accepts.
fn secret_of(format: Format, key: &[u8]) -> SigningSecret {
    use base64::Engine as _;
    let coded = base64::engine::general_purpose::STANDARD.encode(key);
    let text = if format == Format::Standard { format!("whsec_{coded}") } else { coded };
    signing(&text, format)
}

const NOW: i64 = 1_790_000_000;

proptest! {
    #[test]
    fn what_is_signed_verifies(
        key in prop::collection::vec(any::<u8>(), 1..100),
        text in "\\PC{1,40}",
        id in "msg_[0-9a-zA-Z]{1,32}",
        body in prop::collection::vec(any::<u8>(), 0..300),
        off in -TOLERANCE_S..=TOLERANCE_S,
    ) {
        for format in Format::ALL {
            let mut secrets = vec![secret_of(format, &key)];
            if format != Format::Standard {
                secrets.push(signing(&text, format));
            }
            for secret in secrets {
                let header = secret.sign(&id, NOW, &body);
                prop_assert_eq!(secret.verify(&header, Some(&id), Some(&NOW.to_string()), &body, NOW + off), Ok(()));
            }
        }
    }

    #[test]
    fn a_changed_byte_does_not(
        key in prop::collection::vec(any::<u8>(), 1..100),
        body in prop::collection::vec(any::<u8>(), 1..300),
        at in any::<prop::sample::Index>(),
        change in 1_u8..,
    ) {
        let mut other = body.clone();
        other[at.index(body.len())] ^= change;
        for format in Format::ALL {
            let secret = secret_of(format, &key);
            let header = secret.sign("msg_1", NOW, &body);
            let verified = secret.verify(&header, Some("msg_1"), Some(&NOW.to_string()), &other, NOW);
            prop_assert_eq!(verified, Err(Mismatch::Signature));
        }
    }

    #[test]
    fn another_secret_id_or_time_does_not(
        key in prop::collection::vec(any::<u8>(), 1..64),
        change in 1_u8..,
        body in prop::collection::vec(any::<u8>(), 0..100),
    ) {
        let mut other = key.clone();
        other[0] ^= change;
        for format in Format::ALL {
            let secret = secret_of(format, &key);
            let header = secret.sign("msg_1", NOW, &body);
            let now = NOW.to_string();
            let by_other = secret_of(format, &other).verify(&header, Some("msg_1"), Some(&now), &body, NOW);
            prop_assert_eq!(by_other, Err(Mismatch::Signature));
        }
        let standard = secret_of(Format::Standard, &key);
        let header = standard.sign("msg_1", NOW, &body);
        let later = (NOW + 1).to_string();
        prop_assert!(standard.verify(&header, Some("msg_2"), Some(&NOW.to_string()), &body, NOW).is_err());
        prop_assert!(standard.verify(&header, Some("msg_1"), Some(&later), &body, NOW).is_err());
        let stripe = secret_of(Format::Timestamped, &key);
        let header = stripe.sign("", NOW, &body).replace(&NOW.to_string(), &later);
        prop_assert_eq!(stripe.verify(&header, None, None, &body, NOW), Err(Mismatch::Signature));
    }

    #[test]
    fn a_stale_timestamp_does_not(beyond in 1_i64..1_000_000, past in any::<bool>()) {
        let off = TOLERANCE_S + beyond;
        let received = if past { NOW + off } else { NOW - off };
        for format in [Format::Timestamped, Format::Standard] {
            let secret = secret_of(format, b"a key");
            let header = secret.sign("msg_1", NOW, b"{}");
            let verified = secret.verify(&header, Some("msg_1"), Some(&NOW.to_string()), b"{}", received);
            prop_assert_eq!(verified, Err(Mismatch::Stale(off)));
        }
    }

    #[test]
    fn no_header_makes_it_panic(header in any::<String>(), id in any::<Option<String>>(), at in any::<Option<String>>(), now: i64) {
        for format in Format::ALL {
            let verified = secret_of(format, b"a key").verify(&header, id.as_deref(), at.as_deref(), b"{}", now);
            prop_assert!(verified.is_err());
        }
    }
}
