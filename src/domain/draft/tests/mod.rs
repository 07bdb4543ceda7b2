//! The rules for input, field by field.

mod values;

use crate::domain::auth::{self, api_key, basic, bearer, default, hmac, oauth2};
use crate::domain::field;
use crate::domain::problem::Problem;
use proptest::prelude::*;

use super::*;
use crate::domain::auth::MAX_FIELD_BYTES;
use crate::domain::field::Choice;
use crate::domain::signature::Format;
use crate::domain::text::is_unsafe;

const URL: &str = "https://hooks.example.com/in";
const WHSEC: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A draft of that type in which everything is right and nothing worth a notice.
fn draft(auth_type: AuthType) -> Draft {
    Draft::new(auth_type)
        .with(field::URL, URL)
        .with(hmac::HEADER_KEY, "X-Signature")
        .with(hmac::SIGNING_SECRET, "a-signing-secret")
        .with(basic::USERNAME, "ann")
        .with(basic::PASSWORD, "correct horse battery")
        .with(bearer::TOKEN, "abc.def")
        .with(oauth2::TOKEN_URL, "https://auth.example.com/token")
        .with(oauth2::CLIENT_ID, "client")
        .with(oauth2::CLIENT_SECRET, "a-client-secret")
        .with(api_key::KEY, "X-Api-Key")
        .with(api_key::VALUE, "k-123")
}

fn checked(draft: &Draft) -> Checked {
    draft.check().unwrap_or_else(|errors| panic!("{errors:?}"))
}

/// The only error of a draft.
#[track_caller]
fn error(draft: &Draft) -> Problem {
    let mut errors = draft.check().expect_err("refused");
    assert_eq!(errors.len(), 1, "{errors:?}");
    errors.remove(0)
}

/// The texts of a draft's notices about a field.
fn notices(draft: &Draft, field: Field) -> Vec<String> {
    checked(draft).notices.into_iter().filter(|notice| notice.field == field).map(|notice| notice.text).collect()
}

fn hmac(secret: &str, format: Format) -> Draft {
    draft(hmac::SPEC).with(hmac::SIGNING_SECRET, secret).with(hmac::FORMAT, format.name())
}

fn basic(username: &str, password: &str) -> Draft {
    draft(basic::SPEC).with(basic::USERNAME, username).with(basic::PASSWORD, password)
}

fn bearer(token: &str) -> Draft {
    draft(bearer::SPEC).with(bearer::TOKEN, token)
}

fn api_key(key: &str, value: &str, add_to: Choice) -> Draft {
    draft(api_key::SPEC).with(api_key::KEY, key).with(api_key::VALUE, value).with(api_key::ADD_TO, add_to.name)
}

/// The draft of that type with its secret replaced.
fn with_secret(auth_type: AuthType, text: &str) -> Draft {
    draft(auth_type).with(secret_field(auth_type).unwrap(), text)
}

fn secret_field(auth_type: AuthType) -> Option<Field> {
    auth_type.secret_fields().next()
}

fn with_secrets() -> impl Iterator<Item = AuthType> {
    auth::ALL.into_iter().filter(|auth| secret_field(auth).is_some())
}

#[test]
fn c21_a_masked_url_is_kept_only_as_it_is() {
    let of = |url: &str| Draft::default().with(field::URL, url);
    let registered = of("https://h.example/in?token=hunter2").check().unwrap().settings;
    let masked = registered.url().shown();
    assert_eq!(of(&masked).keeping(&registered).check().unwrap().settings, registered);
    for changed in [masked.replace("h.example", "evil.example"), format!("{masked}&a=1")] {
        let errors = of(&changed).keeping(&registered).check().unwrap_err();
        assert_eq!(errors[0].what, "is masked", "{changed}");
    }
    assert_eq!(of(&masked).check().unwrap_err()[0].what, "is masked", "copied from a screen");
    assert!(!format!("{:?}", Draft::of(&registered)).contains("hunter2"));
}

#[test]
fn what_is_right_is_accepted_without_a_word() {
    for auth_type in auth::ALL {
        let checked = checked(&draft(auth_type));
        assert_eq!(checked.settings.auth().auth_type(), auth_type);
        assert_eq!(checked.notices, Vec::new(), "{auth_type:?}");
    }
}

#[test]
fn every_error_at_once_in_the_order_of_the_form() {
    let wrong = Draft::default().with(field::URL, "http://h").with(field::CA_CERT, "ca.pem").with(field::TIMEOUT, "0");
    let fields = |auth_type, username: &str| -> Vec<Field> {
        let draft = wrong.clone().with_auth(auth_type).with(basic::USERNAME, username);
        draft.check().unwrap_err().into_iter().filter_map(|error| error.field).collect()
    };
    for (auth_type, own) in [
        (default::SPEC, vec![]),
        // A header key is meant by the format.
        (hmac::SPEC, vec![hmac::SIGNING_SECRET]),
        (basic::SPEC, vec![basic::USERNAME, basic::PASSWORD]),
        (bearer::SPEC, vec![bearer::TOKEN]),
        (api_key::SPEC, vec![api_key::KEY, api_key::VALUE]),
    ] {
        let expected = [vec![field::URL], own, vec![field::CA_CERT, field::TIMEOUT]].concat();
        assert_eq!(fields(auth_type, "a:b"), expected, "{auth_type:?}");
    }
}

#[test]
fn notices_come_in_the_order_of_the_form() {
    let draft = bearer("Bearer a|b").with(field::URL, "https://127.0.0.1/");
    let fields: Vec<_> = checked(&draft).notices.into_iter().map(|notice| notice.field).collect();
    assert_eq!(fields, [field::URL, bearer::TOKEN, bearer::TOKEN]);
}

#[test]
fn notices_are_reported_beside_errors() {
    let draft = bearer("abc:def!").with(field::URL, "https://127.0.0.1/").with(field::TIMEOUT, "0");
    assert_eq!(draft.check().unwrap_err().len(), 1);
    let fields: Vec<_> = draft.notices().iter().map(|notice| notice.field).collect();
    assert_eq!(fields, [field::URL, bearer::TOKEN]);
}

#[test]
fn what_another_type_would_refuse_does_not_count() {
    for auth_type in auth::ALL {
        let other = Draft::new(auth_type).with(field::URL, URL);
        let filled = other.with_auth(default::SPEC);
        assert_eq!(checked(&filled).settings.auth().auth_type(), default::SPEC);
    }
    let spoiled = draft(basic::SPEC).with(hmac::HEADER_KEY, "a b").with(bearer::TOKEN, "\n");
    assert_eq!(checked(&spoiled), checked(&draft(basic::SPEC)));
}

#[test]
fn urls_are_refused_as_the_url_rules_say() {
    for (url, part) in [
        ("", "is required"),
        ("http://h/in", "must start with https://"),
        ("h.example/in", "must start with https://"),
        (" https://h/", "starts or ends with whitespace"),
        ("https://h/a b", "a space at position 12"),
        ("https://user:pw@h/", "user name or password"),
        ("https://h/#x", "fragment"),
        ("https://h\u{ad}x/", "not ASCII"),
        ("https://127.1/", "127.1"),
        ("https://h:65536/", "port"),
        ("https://h/a/../b", "would be changed"),
        ("https://169.254.169.254/", "169.254.169.254"),
    ] {
        let error = error(&draft(default::SPEC).with(field::URL, url));
        assert_eq!(error.field, Some(field::URL));
        assert!(error.what.contains(part), "{url:?}: {error}");
    }
    let local = draft(default::SPEC).with(field::URL, "https://10.0.0.1/");
    assert_eq!(notices(&local, field::URL).len(), 1);
}

#[test]
fn control_characters_are_placed_and_never_quoted() {
    for auth_type in with_secrets() {
        for control in ['\0', '\t', '\n', '\r', '\x1b', '\x7f', '\u{85}', '\u{9b}'] {
            let error = error(&with_secret(auth_type, &format!("hunter{control}two")));
            assert_eq!(error.field, secret_field(auth_type));
            assert!(error.what.contains("position 7"), "{error}");
            assert!(!error.to_string().contains("hunter") && !error.to_string().contains("two"), "{error}");
        }
    }
    for draft in [basic("an\nn", "correct horse battery"), api_key("a\u{9b}b", "v", api_key::QUERY)] {
        assert!(error(&draft).what.contains("control character"));
    }
    assert!(error(&draft(default::SPEC).with(field::CA_CERT, "/a\n")).what.contains("position 3"));
}

#[test]
fn empty_secrets() {
    for auth_type in with_secrets() {
        let error = error(&with_secret(auth_type, ""));
        assert_eq!((error.field, error.what.as_str()), (secret_field(auth_type), "is required"));
    }
    for format in Format::ALL {
        assert_eq!(error(&hmac("", format)).what, "is required");
    }
    assert_eq!(error(&hmac("whsec_", Format::Standard)).field, Some(hmac::SIGNING_SECRET));
    assert_eq!(error(&bearer("Bearer ")).what, "is required");
    assert_eq!(error(&api_key("", "v", api_key::QUERY)).field, Some(api_key::KEY));
}

#[test]
fn too_long() {
    let (fits, long) = ("a".repeat(MAX_FIELD_BYTES), "a".repeat(MAX_FIELD_BYTES + 1));
    for auth_type in with_secrets() {
        checked(&with_secret(auth_type, &fits));
        assert!(error(&with_secret(auth_type, &long)).what.contains("8193 bytes"));
    }
    checked(&basic(&fits, "correct horse battery"));
    assert_eq!(error(&basic(&long, "correct horse battery")).field, Some(basic::USERNAME));
    assert_eq!(error(&api_key(&long, "v", api_key::QUERY)).field, Some(api_key::KEY));
}

#[test]
fn timeouts_and_ca_files() {
    let timeout = |text: &str| draft(default::SPEC).with(field::TIMEOUT, text);
    for (text, seconds) in [("", None), (" ", None), ("1", Some(1)), ("120", Some(120)), (" 15 ", Some(15))] {
        assert_eq!(checked(&timeout(text)).settings.timeout_s(), seconds, "{text:?}");
    }
    for text in ["0", "121", "-1", "+5", "1.5", "15s", "99999999", "\u{664}"] {
        assert_eq!(error(&timeout(text)).field, Some(field::TIMEOUT), "{text:?}");
    }
    let file = |text: &str| draft(default::SPEC).with(field::CA_CERT, text);
    assert_eq!(checked(&file("")).settings.ca_cert(), None);
    assert_eq!(checked(&file("/etc/ca.pem")).settings.ca_cert(), Some(Path::new("/etc/ca.pem")));
    for text in ["ca.pem", "./ca.pem", "~/ca.pem"] {
        assert!(error(&file(text)).what.contains("not an absolute path"));
    }
}

#[test]
fn an_empty_secret_stays_as_it_is_registered() {
    for auth_type in with_secrets() {
        let registered = checked(&draft(auth_type)).settings;
        let edited = with_secret(auth_type, "").with(field::URL, "https://other.example/").keeping(&registered);
        assert_eq!(checked(&edited).settings.auth(), registered.auth(), "{auth_type:?}");
        let changed = with_secret(auth_type, "another-secret-of-mine").keeping(&registered);
        assert_eq!(checked(&changed).settings.auth().secret().unwrap().1.expose(), "another-secret-of-mine");
        for other in with_secrets().filter(|&other| other != auth_type) {
            assert_eq!(error(&with_secret(other, "").keeping(&registered)).what, "is required");
        }
    }
}

#[test]
fn no_debug_output_reveals_a_secret() {
    for auth_type in with_secrets() {
        let draft = with_secret(auth_type, "hunter2hunter2");
        assert!(!format!("{draft:?}{:?}", draft.check()).contains("hunter2"), "{auth_type:?}");
    }
}

/// Drafts near the rules: prefixes, whitespace, separators, encodings.
fn near() -> impl Strategy<Value = Draft> {
    let piece = prop::sample::select(vec![
        "a",
        "Z9",
        "bearer ",
        "Bearer ",
        "authorization:",
        "Authorization: ",
        " ",
        ":",
        "%20",
        "+",
        "=",
        "&",
        "é",
        "\n",
        "whsec_",
        "aGk=",
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "-",
        "/",
    ]);
    let text = prop::collection::vec(piece, 0..4).prop_map(|pieces| pieces.concat());
    let url =
        prop::sample::select(vec![URL, "https://H.example", "https://h:443/?k=1&a+b=2", "https://[::1]:8443/x?", "https://h./"]);
    let types = prop::sample::select(auth::ALL.to_vec());
    let formats = prop::sample::select(Format::ALL.to_vec());
    let places = prop::sample::select(api_key::ADD_TO.options());
    let files = prop::sample::select(vec!["", "/ca.pem", "/a//b"]);
    let times = prop::sample::select(vec!["", "7", " 007 "]);
    let names = prop_oneof![Just("X-Key".to_owned()), text.clone()];
    (url, types, formats, places, files, times, names, text.clone(), text).prop_map(
        |(url, auth_type, format, add_to, ca_cert, timeout_s, name, user, secret)| {
            Draft::new(auth_type)
                .with(field::URL, url)
                .with(hmac::HEADER_KEY, &name)
                .with(hmac::SIGNING_SECRET, &secret)
                .with(hmac::FORMAT, format.name())
                .with(basic::USERNAME, user)
                .with(basic::PASSWORD, &secret)
                .with(bearer::TOKEN, &secret)
                .with(api_key::KEY, &name)
                .with(api_key::VALUE, &secret)
                .with(oauth2::TOKEN_URL, url)
                .with(oauth2::CLIENT_ID, &name)
                .with(oauth2::CLIENT_SECRET, &secret)
                .with(oauth2::SCOPE, &secret)
                .with(oauth2::TOKEN_PARAMS, &secret)
                .with(oauth2::AUDIENCE, name)
                .with(api_key::ADD_TO, add_to.name)
                .with(field::CA_CERT, ca_cert)
                .with(field::TIMEOUT, timeout_s)
        },
    )
}

/// Found by the test below: a token that was cleaned once began with another "Bearer ".
#[test]
fn a_token_that_was_cleaned_stays_as_it_is() {
    for text in ["Bearer Bearer a", "authorization:bearer bearer a", "bearer Authorization: a", " bearer bearer a"] {
        let Ok(checked) = bearer(text).with(hmac::HEADER_KEY, "X-Key").with(api_key::KEY, "X-Key").check() else { continue };
        assert_eq!(Draft::of(&checked.settings).check().unwrap().settings, checked.settings, "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_registered_can_be_edited(draft in near()) {
        if let Ok(checked) = draft.check() {
            let again = Draft::of(&checked.settings).check();
            prop_assert_eq!(again.map(|again| again.settings), Ok(checked.settings));
        }
    }

    #[test]
    fn errors_hold_one_per_field_in_order_and_nothing_unsafe(draft in near()) {
        if let Err(errors) = draft.check() {
            let fields: Vec<_> = errors.iter().filter_map(|error| error.field).collect();
            let ordered: Vec<_> = draft.fields().filter(|field| fields.contains(field)).collect();
            prop_assert_eq!(fields, ordered);
            for error in errors {
                prop_assert!(!error.to_string().contains(is_unsafe), "{}", error);
            }
        }
    }
}

#[test]
fn settings_without_secrets_keep_the_hint_alone() {
    let check = |draft: &Draft| draft.check().unwrap().settings;
    let private = "whsk_MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA=";
    for secret in ["whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", WHSEC, "AAECAw=="] {
        for auth_type in crate::domain::auth::ALL {
            for format in Format::ALL {
                let mut draft = Draft::new(auth_type)
                    .with(field::URL, URL)
                    .with(hmac::HEADER_KEY, "X-Sig")
                    .with(hmac::FORMAT, format.name())
                    .with(basic::USERNAME, "Aladdin")
                    .with(api_key::KEY, "X-Key")
                    .with(oauth2::TOKEN_URL, "https://auth.example.com/token")
                    .with(oauth2::CLIENT_ID, "client");
                for field in auth_type.secret_fields() {
                    draft.set(field, if format == Format::StandardEd25519 { private } else { secret });
                }
                let settings = check(&draft);
                let shown = settings.without_secrets();
                assert_eq!(shown.auth().hint(), settings.auth().hint(), "{auth_type:?} {format:?}");
                assert_eq!(shown.auth().public_key(), settings.auth().public_key());
                let [shown, settings] = [&shown, &settings].map(Draft::of);
                for field in settings.fields() {
                    let same = shown.text(field) == settings.text(field);
                    assert_eq!(same, !field.is_secret(), "{auth_type:?} {format:?} {field:?}");
                }
            }
        }
    }
}
