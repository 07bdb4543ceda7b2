//! What is accepted, what is masked, and what a flag adds.

use super::parameters::joined;
use super::*;
use crate::domain::draft::Draft;
use crate::domain::field::URL;
use crate::domain::redact::Redactor;

fn draft() -> Draft {
    Draft::new(SPEC)
        .with(URL, "https://h.example/in")
        .with(TOKEN_URL, "https://auth.example.com/token")
        .with(CLIENT_ID, "client")
        .with(CLIENT_SECRET, "a-client-secret-0123456789")
}

fn error(field: Field, value: &str) -> String {
    let errors = draft().with(field, value).check().unwrap_err();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert_eq!(errors[0].field, Some(field), "{errors:?}");
    errors[0].to_string()
}

#[test]
fn h110_each_field_refuses_what_it_cannot_be() {
    let long = "x".repeat(9000);
    for (field, value, part) in [
        (TOKEN_URL, "", "is required"),
        (TOKEN_URL, "http://auth.example.com/token", "https://"),
        (TOKEN_URL, "https://169.254.169.254/token", ""),
        (TOKEN_URL, "https://user:pw@auth.example.com/token", "user name or password"),
        (TOKEN_URL, "https://auth.example.com/••••••••", "masked"),
        (CLIENT_ID, "", "is required"),
        (CLIENT_ID, " a", "whitespace"),
        (CLIENT_ID, "a\nb", "control character"),
        (CLIENT_ID, &long, "9000 bytes"),
        (CLIENT_SECRET, "", "is required"),
        (CLIENT_SECRET, "a\0b", "control character"),
        (CLIENT_SECRET, &long, "9000 bytes"),
        (SCOPE, "a \"b\"", "position 3"),
        (SCOPE, "ä", "position 1"),
        (SCOPE, "a\tb", "control character"),
        (SCOPE, " a", "whitespace"),
        (SCOPE, &long, "9000 bytes"),
        (AUDIENCE, "a\rb", "control character"),
        (AUDIENCE, "a ", "whitespace"),
        (AUDIENCE, &long, "9000 bytes"),
        (TOKEN_PARAMS, "a", "number 1 of them is not NAME=VALUE"),
        (TOKEN_PARAMS, "a=1&&b=2", "number 2 of them"),
        (TOKEN_PARAMS, "=1", "number 1 of them"),
        (TOKEN_PARAMS, "scope=a", "scope, which waypost sends itself"),
        (TOKEN_PARAMS, "grant%5Ftype=password", "grant_type, which"),
        (TOKEN_PARAMS, "client_secret=hunter2", "client_secret, which"),
        (TOKEN_PARAMS, "a=1&a=2", "has a twice"),
        (TOKEN_PARAMS, "a=\u{7}", "control character"),
        (TOKEN_PARAMS, "password=••••••••", "masked"),
        (TOKEN_PARAMS, &long, "9000 bytes"),
    ] {
        let error = error(field, value);
        assert!(error.contains(part) && !error.contains("hunter2"), "{value}: {error}");
    }
    for (field, value) in [
        (CLIENT_ID, "a:b c/ä"),
        (CLIENT_SECRET, "ä b"),
        (SCOPE, "https://graph.example.com/.default openid"),
        (AUDIENCE, "my audience ä"),
        (TOKEN_PARAMS, "resource=https://a.example/&resource=https://b.example/&x="),
    ] {
        assert!(draft().with(field, value).check().is_ok(), "{value}");
    }
    assert!(draft().with(SCOPE, "a,b").notices().iter().any(|notice| notice.field == SCOPE));
}

#[test]
fn a_parameter_of_a_flag_is_sent_as_it_was_given() {
    let all =
        ["resource=https://a.example/?x=1&y=50%", "a=b+c", "d=ä e"].iter().fold(String::new(), |all, one| joined(&all, one));
    assert_eq!(all, "resource=https://a.example/?x=1%26y=50%25&a=b%2Bc&d=ä e");
    let pairs: Vec<_> = token::parameters(&all).map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
    let expected = [("resource", "https://a.example/?x=1&y=50%"), ("a", "b+c"), ("d", "ä e")];
    assert_eq!(pairs, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    assert_eq!(joined("a=1", ""), "");
}

#[test]
fn what_is_a_credential_in_it_is_masked_and_stays_when_it_is_left_so() {
    let full = draft()
        .with(TOKEN_URL, "https://login.example.com/550e8400-e29b-41d4-a716-446655440000/token?key=hunter2hunter2")
        .with(TOKEN_PARAMS, "resource=api&password=hunter3&x=1");
    let settings = full.check().unwrap().settings;
    assert_eq!(TOKEN_PARAMS.shown(full.text(TOKEN_PARAMS)), "resource=api&password=••••••••&x=1");
    let shown = "https://login.example.com/••••••••/token?key=••••••••";
    assert_eq!(TOKEN_URL.shown(full.text(TOKEN_URL)), shown);
    let masked = draft().with(TOKEN_URL, shown).with(TOKEN_PARAMS, "resource=api&password=••••••••&x=1");
    assert!(masked.check().is_err());
    assert_eq!(masked.keeping(&settings).check().unwrap().settings, settings);

    let redactor = Redactor::new(&settings);
    for text in ["hunter2hunter2", "hunter3", "a-client-secret-0123456789", "550e8400-e29b-41d4-a716-446655440000"] {
        assert!(!redactor.redact(&format!("x {text} y")).contains(text), "{text}");
    }
    assert!(!format!("{settings:?}").contains("hunter"), "{settings:?}");
    let stand_in = settings.without_secrets();
    assert_eq!(stand_in.fingerprint(), settings.fingerprint());
    let values = stand_in.auth().values();
    assert_eq!(TOKEN_URL.shown(values.text(TOKEN_URL)), shown);
    assert_eq!(TOKEN_PARAMS.shown(values.text(TOKEN_PARAMS)), "resource=api&password=••••••••&x=1");
    assert!(!format!("{:?}", values.text(TOKEN_PARAMS)).contains("hunter"));
    // It is still a draft that holds.
    assert_eq!(Draft::of(&stand_in).check().unwrap().settings, stand_in);
}

#[test]
fn a_credential_before_a_resource_is_masked() {
    let (secret, resource) = ("client_assertion=hunter2hunter2", "resource=https://api.example.com");
    for text in [format!("{secret}&{resource}"), format!("{resource}&{secret}")] {
        assert!(!TOKEN_PARAMS.shown(&text).contains("hunter2"), "{text}");
    }
}
