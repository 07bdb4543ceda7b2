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
use waypost::domain::signature::{
    Format, InvalidKey, Mismatch, Piece, SignatureEncoding, SigningAlgorithm, SigningScheme, SigningSecret, TOLERANCE_S,
    Template, generated, hex,
};

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
    let secret = generated(Format::Hex, &[0xfb; 32]);
    assert_eq!(secret.expose(), format!("whsec_{}+/s=", "+/v7".repeat(10)));
    for format in Format::ALL {
        let result = SigningSecret::new(secret.clone(), format);
        // A key pair is generated for it.
        assert_eq!(result.is_ok(), format != Format::StandardEd25519, "{format:?}");
        let own = generated(format, &[0xfb; 32]);
        assert!(SigningSecret::new(own, format).is_ok(), "{format:?}");
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
        let request = Request::build(
            &settings,
            b"{}",
            &Stamp { id: "msg_1".into(), event: "ping".into(), timestamp: 1 },
            &settings.auth().credential(),
        );
        assert_eq!(request.header("authorization").unwrap().exposed().expose(), text(&vector, "header"), "{vector}");
    }
}

/// Any secret that a format accepts.
fn secret_of(format: Format, key: &[u8]) -> SigningSecret {
    use base64::Engine as _;
    let coded = base64::engine::general_purpose::STANDARD.encode(key);
    let text = match format {
        Format::Standard => format!("whsec_{coded}"),
        Format::StandardEd25519 => {
            let seed = ring::digest::digest(&ring::digest::SHA256, key);
            format!("whsk_{}", base64::engine::general_purpose::STANDARD.encode(seed))
        }
        _ => coded,
    };
    signing(&text, format)
}

const NOW: i64 = 1_790_000_000;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

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
            if !matches!(format, Format::Standard | Format::StandardEd25519) {
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
        for format in [Format::Timestamped, Format::Standard, Format::StandardEd25519] {
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

/// The example of Standard Webhooks for `v1a`.
#[test]
fn ed25519_is_as_published() {
    let pair = "6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==";
    let seed = "6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbc=";
    let public = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=";
    let (id, at, body) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
    let value = "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==";
    for text in [format!("whsk_{pair}"), pair.to_owned(), format!("whsk_{seed}"), seed.to_owned()] {
        let secret = signing(&text, Format::StandardEd25519);
        assert_eq!(secret.sign(id, at, body), value);
        assert_eq!(secret.public_key().as_deref(), Some(public));
        assert_eq!(secret.verify(value, Some(id), Some(&at.to_string()), body, at), Ok(()));
        let both = format!("v1,AAAA v1a,AAAA {value}");
        assert_eq!(secret.verify(&both, Some(id), Some(&at.to_string()), body, at), Ok(()));
    }
    let invalid = |text: &str| SigningSecret::new(Secret::new(text), Format::StandardEd25519).unwrap_err();
    assert_eq!(invalid(public), InvalidKey::PublicKey);
    assert_eq!(invalid(&pair.replacen('1', "2", 1)), InvalidKey::KeysDiffer);
    for text in ["whsk_", "whsk_AAAA", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", &pair[4..], "whsk_ä", &format!("{pair}{seed}")]
    {
        assert_eq!(invalid(text), InvalidKey::NotPrivateKey, "{text}");
    }
}

/// Slack's own example of "Verifying requests from Slack", and Zoom's shape of the same with SHA-512 and base64.
#[test]
fn templates_sign_what_they_say() {
    let template = |text, allowed: &[Piece]| Template::parse(text, allowed).unwrap();
    let scheme = |content, value, algorithm, encoding| {
        SigningScheme::template(
            template(content, &[Piece::Id, Piece::Timestamp, Piece::Body]),
            template(value, &[Piece::Id, Piece::Timestamp, Piece::Signature]),
            algorithm,
            encoding,
        )
    };
    let slack = scheme("v0:{timestamp}:{body}", "v0={signature}", SigningAlgorithm::HmacSha256, SignatureEncoding::Hex);
    let secret = SigningSecret::new(Secret::new("8f742231b10e8888abcd99yyyzzz85a5"), slack).unwrap();
    let body = b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
    let value = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";
    assert_eq!(secret.sign("msg_1", 1_531_420_618, body), value);
    let at = 1_531_420_618;
    assert_eq!(secret.verify(value, None, Some("1531420618"), body, at), Ok(()));
    assert_eq!(secret.verify(value, None, None, body, at), Err(Mismatch::HeaderMissing("webhook-timestamp")));
    assert_eq!(secret.verify(value, None, Some("1531420618"), body, at + 301), Err(Mismatch::Stale(301)));
    assert_eq!(secret.verify(&value[3..], None, Some("1531420618"), body, at), Err(Mismatch::Signature));

    let long = scheme("{id}|{body}", "i={id};s={signature}", SigningAlgorithm::HmacSha512, SignatureEncoding::Base64);
    let secret = SigningSecret::new(Secret::new("a key"), long).unwrap();
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA512, b"a key");
    let mac = ring::hmac::sign(&key, b"msg_1|{}");
    let value = format!("i=msg_1;s={}", crate::support::check::base64(mac.as_ref()));
    assert_eq!(secret.sign("msg_1", 7, b"{}"), value);
    assert_eq!(secret.verify(&value, Some("msg_1"), None, b"{}", 0), Ok(()));
    assert_eq!(secret.verify(&value, None, None, b"{}", 0), Err(Mismatch::HeaderMissing("webhook-id")));
}
