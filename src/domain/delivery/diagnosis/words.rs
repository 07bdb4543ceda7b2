//! What several diagnoses name: the endpoint, a time, the credentials, a header.

use std::borrow::Cow;

use jiff::Timestamp;

use crate::domain::auth::oauth2;
use crate::domain::delivery::Response;
use crate::domain::destination::Settings;
use crate::domain::mangling::{self, Correction};
use crate::domain::problem::Fix;
use crate::domain::snippet::check::ReceiverCheck;
use crate::domain::text::quoted;

/// `hooks.example.com:8443`, always with the port.
pub(super) fn host_and_port(to: &Settings) -> String {
    format!("{}:{}", to.url().bare_host(), to.url().port())
}

/// `2026-11-23 09:12 UTC`
pub(super) fn date(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// A detail in the library's or the peer's words, after a colon; empty without one.
pub(super) fn because(detail: &str) -> String {
    let detail = detail.trim().trim_end_matches('.');
    if detail.is_empty() { String::new() } else { format!(": {}", quoted(detail, 200)) }
}

/// The name of a certificate's subject or issuer, or the path of a file, safe to show.
pub(super) fn name(text: &str) -> Cow<'_, str> {
    quoted(text, 200)
}

/// A header's value, safe to show.
pub(super) fn shown(response: &Response, name: &str) -> Option<String> {
    response.header(name).map(|value| quoted(value.trim(), 100).into_owned())
}

/// What must be the same on both sides besides the secret, and is as often the mistake: ` and the format (hex)`.
pub(super) fn beside_secret(to: &Settings) -> String {
    match to.auth().receiver_check() {
        ReceiverCheck::Signature(_, scheme) => format!(" and the format ({})", scheme.format().label()),
        ReceiverCheck::Header(_) => " and its place (a header)".into(),
        ReceiverCheck::Query(_) => " and its place (the URL)".into(),
        ReceiverCheck::Nothing | ReceiverCheck::Basic(_) | ReceiverCheck::Bearer | ReceiverCheck::AccessToken => String::new(),
    }
}

/// The credentials as the user knows them: `the signing secret (ends 3f2a)`. `None` without any.
pub(super) fn credentials(to: &Settings) -> Option<String> {
    let name = to.auth().in_words()?;
    // What is known of an access token is not what is sent of it.
    let hint = to.auth().hint().filter(|_| !sends_access_token(to));
    Some(match hint {
        Some(hint) => format!("{name} (ends {hint})"),
        None => name,
    })
}

/// That the registered secret looks mangled, as a sentence after another; empty where it does not.
pub(super) fn mangled_secret(to: &Settings) -> String {
    let registered = to.auth().secret().filter(|_| !sends_access_token(to));
    match registered.and_then(|(field, secret)| Some((field, mangling::correction(secret.expose())?))) {
        Some((field, Correction { was, .. })) => {
            format!(" The registered {} {was}: check whether that is meant.", field.label.to_lowercase())
        }
        None => String::new(),
    }
}

fn sends_access_token(to: &Settings) -> bool {
    to.auth().receiver_check() == ReceiverCheck::AccessToken
}

/// How to fix that an access token is not accepted, where one is sent: there is no secret to compare.
pub(super) fn access_token_fix(to: &Settings) -> Option<Fix> {
    let fix =
        "Compare the scope and the audience with what the receiver expects, and check that it accepts tokens of that issuer.";
    sends_access_token(to).then(|| Fix::from(fix).by_editing(oauth2::SCOPE))
}
