//! A fixed key in a header or in the query.

use percent_encoding::percent_decode_str;

use super::Auth;
use super::rules::{no_control, no_outer_space, not_empty, not_too_long};
use super::spec::{AuthSpec, AuthType, Check};
use crate::domain::field::{Choice, Field, FieldError, FieldSpec, Kind, SecretSpec};
use crate::domain::header::HeaderKey;
use crate::domain::secret::Secret;
use crate::domain::text::visible;
use crate::domain::url::EndpointUrl;

/// Api Key.
pub const SPEC: AuthType =
    &AuthSpec { name: "api-key", label: "Api Key", help: "A key in each request", fields: &[KEY, VALUE, ADD_TO], check };

/// The name of the header or query parameter.
pub const KEY: Field = &FieldSpec {
    id: "key",
    label: "Key",
    flag: Some("--key"),
    value_name: "NAME",
    about: "the name of the header or query parameter",
    help: "Its header or parameter, as X-Api-Key",
    placeholder: "X-Api-Key",
    ..FieldSpec::TEXT
};

/// The key itself. Never empty.
pub const VALUE: Field = &FieldSpec {
    id: "value",
    label: "Value",
    kind: Kind::Secret(SecretSpec {
        shows_hint: true,
        can_be_generated: false,
        refused_flags: &["--value", "--api-key", "--apikey", "--key-value"],
    }),
    about: "the key itself",
    help: "As the receiver gave it",
    ..FieldSpec::TEXT
};

/// Header or query.
pub const ADD_TO: Field = &FieldSpec {
    id: "add_to",
    label: "Add to",
    flag: Some("--add-to"),
    value_name: "PLACE",
    kind: Kind::Choice(&[HEADER, QUERY]),
    about: "where it goes [default: header]",
    help: "A query ends up in access logs",
    binds_secrets: true,
    ..FieldSpec::TEXT
};

/// A header of its own.
pub const HEADER: Choice = Choice { name: "header", label: "Header", detail: "" };

/// A parameter at the end of the URL's query.
pub const QUERY: Choice = Choice { name: "query", label: "Query parameter", detail: "" };

/// The place and name of an API key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApiKeyPlace {
    /// A header of that name.
    Header(HeaderKey),
    /// A query parameter of that name, not yet percent-encoded.
    Query(String),
}

impl ApiKeyPlace {
    /// The name as it was entered.
    #[must_use]
    pub fn key(&self) -> &str {
        match self {
            Self::Header(key) => key.as_str(),
            Self::Query(key) => key,
        }
    }

    /// [`HEADER`] or [`QUERY`].
    #[must_use]
    pub const fn add_to(&self) -> Choice {
        match self {
            Self::Header(_) => HEADER,
            Self::Query(_) => QUERY,
        }
    }
}

fn check(check: &mut Check<'_>) -> Option<Auth> {
    let in_header = ADD_TO.options()[check.values.choice(ADD_TO)] == HEADER;
    let place = place(check.values.text(KEY), in_header, check.url);
    let place = check.keep(place);
    let value = value(check.values.secret(VALUE), in_header);
    let value = check.keep(value);
    Some(Auth::ApiKey { place: place?, value: value? })
}

fn place(key: &str, in_header: bool, url: Option<&EndpointUrl>) -> Result<ApiKeyPlace, FieldError> {
    if in_header {
        // Some APIs want `Authorization: ApiKey …`.
        return HeaderKey::parse(KEY, key, &["authorization"]).map(ApiKeyPlace::Header);
    }
    if key.is_empty() {
        return Err(FieldError::new(
            KEY,
            "is empty",
            "Required: the name of the query parameter that carries the key.",
            "Enter a name such as api_key.",
        ));
    }
    no_outer_space(KEY, key)?;
    no_control(KEY, key)?;
    not_too_long(KEY, key)?;
    if url.and_then(EndpointUrl::query).is_some_and(|query| has_parameter(query, key)) {
        return Err(FieldError::new(
            KEY,
            format!("\"{}\" is already in the URL's query", visible(key)),
            "Of two parameters with one name, receivers read one or the other.",
            "Remove it from the URL, or enter another name.",
        ));
    }
    Ok(ApiKeyPlace::Query(key.to_owned()))
}

/// Whether a query has a parameter that any receiver reads as that name: percent-decoded, with `+` as a space (the form
/// encoding of the WHATWG URL standard) or as itself (RFC 3986).
fn has_parameter(query: &str, name: &str) -> bool {
    let as_uri = |pair: &str| percent_decode_str(pair.split('=').next().unwrap_or_default()).eq(name.bytes());
    url::form_urlencoded::parse(query.as_bytes()).any(|(key, _)| key == name) || query.split('&').any(as_uri)
}

fn value(secret: &Secret, in_header: bool) -> Result<Secret, FieldError> {
    not_empty(VALUE, secret, "Enter the key that the receiver gave you.")?;
    no_outer_space(VALUE, secret.expose())?;
    no_control(VALUE, secret.expose())?;
    not_too_long(VALUE, secret.expose())?;
    if in_header && let Some(position) = secret.expose().chars().position(|c| !c.is_ascii()) {
        let what = format!("has a character at position {} that is not ASCII", position + 1);
        return Err(FieldError::new(
            VALUE,
            what,
            "Servers read other characters in a header differently (RFC 9110 §5.5).",
            "Paste it again, alone.",
        ));
    }
    Ok(secret.clone())
}
