//! A destination in a few words: the line under its URL, and the auth types in a list.

use std::borrow::Cow;

use crate::domain::auth::{AuthType, hmac};
use crate::domain::destination::Destination;
use crate::domain::draft::Draft;
use crate::domain::field::{CA_CERT, CLIENT_CERT, Choice, Field, Kind, TIMEOUT};
use crate::domain::signature::Format;
use crate::domain::text::visible;
use crate::present::clock::Clock;

/// What an auth type is called in a list, and what it does.
pub fn listed(auth_type: AuthType) -> (&'static str, &'static str) {
    match auth_type.name {
        "default" => ("Default", "no authentication, default headers only"),
        "hmac" => ("HMAC signature", "the body signed with SHA-256, seven formats"),
        "basic" => ("Basic Auth", "user name and password"),
        "bearer" => ("Bearer Token", "Authorization: Bearer …"),
        "api-key" => ("Api Key", "in a header or in the query"),
        "oauth2" => ("OAuth2", "client credentials"),
        _ => (auth_type.label, auth_type.help),
    }
}

/// `HMAC SHA-256`, `X-Signature`, `hex`, `…3f2a`, `2 headers`: what is set, and every setting that is not the default.
pub fn pieces(destination: &Destination, clock: &Clock) -> Vec<String> {
    let settings = destination.settings();
    let draft = Draft::of(settings);
    let mut pieces = vec![kind(&draft)];
    let (mut choices, mut hints) = (Vec::new(), Vec::new());
    for &field in draft.auth_type().fields {
        // What a template is made of is in the form.
        if !draft.applies(field) || field.only_with.is_some() {
            continue;
        }
        match field.kind {
            Kind::Text => pieces.push(text(&draft, field)),
            Kind::Choice(options) => choices.push(options[draft.choice(field)].label.to_owned()),
            Kind::Secret(_) => hints.extend(field.hint(draft.secret(field).expose()).map(|hint| format!("…{hint}"))),
        }
    }
    pieces.extend(choices);
    pieces.extend(hints);
    if let Some(until) = destination.auth().former_until().and_then(|until| jiff::Timestamp::from_second(until).ok()) {
        pieces.push(format!("old secret until {}", clock.time(until)));
    }
    match settings.headers().len() {
        0 => {}
        1 => pieces.push("1 header".to_owned()),
        count => pieces.push(format!("{count} headers")),
    }
    let files = [(CA_CERT, "CA file"), (CLIENT_CERT, "client certificate")];
    pieces.extend(files.into_iter().filter(|(field, _)| !draft.text(field).is_empty()).map(|(_, name)| name.to_owned()));
    let timeout = settings.timeout_s().map(|seconds| seconds.to_string()).filter(|seconds| *seconds != TIMEOUT.placeholder);
    pieces.extend(timeout.map(|seconds| format!("timeout {seconds} s")));
    for piece in &mut pieces {
        if let Cow::Owned(shown) = visible(piece) {
            *piece = shown;
        }
    }
    pieces
}

/// What authenticates a request.
fn kind(draft: &Draft) -> String {
    let auth_type = draft.auth_type();
    if auth_type != hmac::SPEC {
        return listed(auth_type).0.to_owned();
    }
    match option(draft, hmac::FORMAT).and_then(|format| Format::from_name(format.name)) {
        Some(Format::StandardEd25519) => "Signature".to_owned(),
        Some(Format::Template) => format!("HMAC {}", option(draft, hmac::ALGORITHM).map_or("", |algorithm| algorithm.label)),
        _ => "HMAC SHA-256".to_owned(),
    }
}

fn option(draft: &Draft, field: Field) -> Option<Choice> {
    match field.kind {
        Kind::Choice(options) => options.get(draft.choice(field)).copied(),
        Kind::Text | Kind::Secret(_) => None,
    }
}

/// The text, or what an empty one means.
fn text(draft: &Draft, field: Field) -> String {
    match draft.text(field) {
        "" => (field.default)(draft.values()).unwrap_or_default().to_owned(),
        text => text.to_owned(),
    }
}
