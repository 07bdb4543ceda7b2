//! What is no mistake of anyone: never named as one. And what is right, never doubted.

use proptest::prelude::*;
use serde_json::Value;
use waypost::domain::auth::{api_key, basic, bearer};
use waypost::domain::destination::Settings;
use waypost::domain::request::{Request, Stamp};
use waypost::domain::secret::Secret;
use waypost::domain::signature::Format;
use waypost::domain::signature::explain::{Mistake, expected, explain};

use super::by_hand::{SHA256, hex, mac};
use super::{ID, NOW, Req, SECRET, WHSEC, draft, hmac_of};

const BODY: &str = r#"{"topic":"ping","name":"Zoë","n":[1,2.50,true],"url":"https://a.example/b"}"#;

/// Another secret. (Of zero bytes alone it would equal an empty one: HMAC pads its key with them.)
const OTHER: &str = "whsec_TfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn every_settings() -> Vec<Settings> {
    let secret = Secret::new("a-secret-of-some-length");
    let mut all: Vec<_> = Format::ALL.into_iter().map(|format| hmac_of(format, WHSEC)).collect();
    all.push(hmac_of(Format::Hex, SECRET));
    let others = [
        draft(basic::SPEC).with(basic::USERNAME, "ann").with(basic::PASSWORD, secret.clone()),
        draft(bearer::SPEC).with(bearer::TOKEN, secret.clone()),
        draft(api_key::SPEC).with(api_key::KEY, "x-key").with(api_key::VALUE, secret.clone()),
        draft(api_key::SPEC).with(api_key::KEY, "key").with(api_key::VALUE, secret).with(api_key::ADD_TO, api_key::QUERY.name),
    ];
    all.extend(others.map(|draft| draft.check().unwrap().settings));
    all
}

/// The request that waypost itself makes.
fn made(settings: &Settings, body: &[u8]) -> Req {
    let request = Request::build(
        settings,
        body,
        &Stamp { id: ID.into(), event: "ping".into(), timestamp: NOW },
        &settings.auth().credential(),
    );
    let url = request.url.exposed();
    let target = url.expose().strip_prefix("https://h.example").unwrap().to_owned();
    let headers =
        request.headers.iter().map(|header| (header.name.to_string(), header.value.exposed().expose().to_owned())).collect();
    Req { method: "POST".into(), target, headers, body: request.body.to_vec() }
}

#[test]
fn what_waypost_makes_is_valid() {
    for settings in every_settings() {
        let found = made(&settings, BODY.as_bytes()).explain(&settings);
        assert!(found.valid && found.mistakes.is_empty() && found.fix.is_empty() && found.code.is_empty(), "{found:?}");
    }
}

#[test]
fn the_expected_value_is_what_waypost_sends() {
    for settings in every_settings() {
        let right = made(&settings, BODY.as_bytes());
        let sent = right.headers.iter().find(|(name, _)| name == "x-signature").map(|(_, value)| Secret::new(value.clone()));
        assert_eq!(expected(&settings, &right.received()), sent);
        let without = right.without("webhook-timestamp").without("x-signature");
        let needs_time = settings.auth().scheme().is_none_or(|scheme| scheme.signs_timestamp());
        assert_eq!(expected(&settings, &without.received()).is_none(), needs_time);
    }
}

#[test]
fn the_code_that_helps_most_is_shown() {
    let settings = hmac_of(Format::Hex, SECRET);
    let spaced = mac(SHA256, SECRET, BODY.replace(',', ", ").replace("\":", "\": "));
    let request = Req::new(BODY).with("x-signature", hex(&spaced).to_uppercase());
    let found = request.explain(&settings);
    assert_eq!(found.mistakes.len(), 2, "{}", found.reason);
    let line = found.code.iter().find(|line| line.framework == "Flask").unwrap();
    assert_eq!(line.code, "body = request.get_data()");
}

#[test]
fn published_vectors_are_valid() {
    let all: Value = serde_json::from_str(include_str!("../../data/vectors.json")).unwrap();
    let mut count = 0;
    for vector in all["formats"].as_array().unwrap() {
        let text = |name: &str| vector[name].as_str().unwrap().to_owned();
        let settings = hmac_of(Format::from_name(&text("format")).unwrap(), &text("secret"));
        let at = vector["timestamp"].as_i64().unwrap_or(NOW);
        let request = Req::new(text("body"))
            .instead("webhook-id", vector["id"].as_str().unwrap_or(ID))
            .instead("webhook-timestamp", at.to_string())
            .with("x-signature", text("header"));
        assert!(explain(&settings, &request.received(), at).valid, "{vector}");
        count += 1;
    }
    assert!(count >= 4);
}

#[test]
fn another_secret_is_no_known_mistake() {
    for settings in every_settings() {
        let right = made(&settings, BODY.as_bytes());
        let auth = settings.auth();
        let Some(format) = auth.format() else { continue };
        let other = made(&hmac_of(format, OTHER), BODY.as_bytes());
        let found = other.explain(&settings);
        assert_eq!(found.mistakes, []);
        assert!(found.reason.ends_with("no known mistake explains it"), "{}", found.reason);
        assert!(right.explain(&settings).valid);
    }
}

#[test]
fn another_id_or_time_is_no_known_mistake() {
    let later = (NOW + 1).to_string();
    let standard = hmac_of(Format::Standard, WHSEC);
    let right = made(&standard, BODY.as_bytes());
    assert_eq!(right.clone().instead("webhook-id", "msg_2").explain(&standard).mistakes, []);
    assert_eq!(right.instead("webhook-timestamp", &later).explain(&standard).mistakes, []);
    let stripe = hmac_of(Format::Timestamped, SECRET);
    let mut request = made(&stripe, BODY.as_bytes());
    for (_, value) in request.headers.iter_mut().filter(|(name, _)| name == "x-signature") {
        *value = value.replace(&NOW.to_string(), &later);
    }
    assert_eq!(request.explain(&stripe).mistakes, []);
}

/// A stale timestamp is named only where the signature is right: otherwise it explains nothing.
#[test]
fn an_old_request_with_another_secret_is_no_known_mistake() {
    let settings = hmac_of(Format::Standard, WHSEC);
    let request = made(&hmac_of(Format::Standard, OTHER), BODY.as_bytes());
    assert_eq!(explain(&settings, &request.received(), NOW + 1000).mistakes, []);
}

#[test]
fn a_name_that_holds_the_secret_is_masked() {
    let settings = draft(bearer::SPEC).with(bearer::TOKEN, "a-secret-of-some-length").check().unwrap().settings;
    let request = Req::new("{}").with("a-secret-of-some-length", "Bearer a-secret-of-some-length");
    let found = request.explain(&settings);
    assert!(matches!(found.mistakes.as_slice(), [Mistake::HeaderName { .. }]));
    assert!(!format!("{found:?}").contains("a-secret"), "{found:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Letters of the body, which no rewriting changes back.
    #[test]
    fn a_changed_letter_of_the_body_is_none(at in any::<prop::sample::Index>(), to in "[a-zA-Z]") {
        let letters: Vec<usize> = BODY.bytes().enumerate().filter(|(_, b)| b.is_ascii_alphabetic()).map(|(at, _)| at).collect();
        let at = letters[at.index(letters.len())];
        prop_assume!(BODY.as_bytes()[at] != to.as_bytes()[0]);
        for settings in every_settings().into_iter().filter(|settings| settings.auth().format().is_some()) {
            let mut request = made(&settings, BODY.as_bytes());
            request.body[at] = to.as_bytes()[0];
            prop_assert_eq!(request.explain(&settings).mistakes, []);
        }
    }

    /// A bit of the signature or credential.
    #[test]
    fn a_changed_signature_is_none(at in any::<prop::sample::Index>(), to in "[0-9a-f]") {
        for settings in every_settings() {
            let mut request = made(&settings, BODY.as_bytes());
            let names = ["x-signature", "authorization", "x-key"];
            let value = match request.headers.iter_mut().find(|(name, _)| names.contains(&name.as_str())) {
                Some((_, value)) => value,
                None => &mut request.target,
            };
            // After prefix, scheme, path and timestamp, and before the padding.
            let bare = value.trim_end_matches('=').len();
            let at = bare - 1 - at.index(20);
            prop_assume!(value.as_bytes()[at] != to.as_bytes()[0]);
            value.replace_range(at..=at, &to);
            let found = request.explain(&settings);
            prop_assert!(!found.valid);
            prop_assert_eq!(found.mistakes, []);
        }
    }

    /// Whatever comes: no panic, no secret, and nothing named but what is missing.
    #[test]
    fn anything_is_none(
        value in "\\PC{0,200}", name in "[a-z-]{1,20}", body in prop::collection::vec(any::<u8>(), 0..200),
        target in "/[a-z0-9?&=%+]{0,30}",
    ) {
        for settings in every_settings() {
            let request = Req::new(&body).to(&target).with(&name, value.clone()).with("x-signature", value.clone());
            let found = request.explain(&settings);
            prop_assert!(!found.valid);
            let absent = |mistake: &Mistake| {
                matches!(
                    mistake,
                    Mistake::HeaderMissing { .. } | Mistake::ParameterMissing { .. } | Mistake::BodyMissing { .. }
                )
            };
            prop_assert!(found.mistakes.iter().all(absent), "{:?}", found);
        }
    }

    /// JSON of any shape: writing it again never panics, and is named when it was what was signed.
    #[test]
    fn any_json_is_written_again(text in "\\PC{0,20}", number in any::<f64>(), key in "\\PC{0,5}", flag: bool) {
        let value = serde_json::json!({ "b": text, key: [number, flag, null], "a": {} });
        let (received, signed) = (serde_json::to_string(&value).unwrap(), serde_json::to_string_pretty(&value).unwrap());
        let settings = hmac_of(Format::Hex, SECRET);
        let request = Req::new(received).with("x-signature", hex(&mac(SHA256, SECRET, signed)));
        let found = request.explain(&settings);
        prop_assert!(found.reason.contains("indented by 2"), "{:?}", found);
    }
}
