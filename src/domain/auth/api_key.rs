//! A fixed key in a header or in the query.

use percent_encoding::percent_decode_str;
use zeroize::Zeroizing;

use super::rules::{mangling_notices, no_control, no_outer_space, not_empty, not_too_long};
use super::spec::{Auth, AuthMethod, AuthSpec, AuthType, Check};
use crate::domain::credential::Credential;
use crate::domain::curl::script::Script;
use crate::domain::field::{Choice, Field, FieldSpec, Kind, SecretSpec, Values};
use crate::domain::header::HeaderKey;
use crate::domain::mask::Masked;
use crate::domain::problem::{IS_REQUIRED, Problem};
use crate::domain::secret::Secret;
use crate::domain::signature::explain::credentials;
use crate::domain::signature::explain::mistake::Mistake;
use crate::domain::signature::verify::received::Received;
use crate::domain::snippet::check::ReceiverCheck;
use crate::domain::text::visible;
use crate::domain::url::EndpointUrl;

/// Api Key.
pub const SPEC: AuthType = &AuthSpec {
    name: "api-key",
    label: "Api Key",
    help: "A key in each request",
    fields: &[ADD_TO, KEY, VALUE],
    kept: &[],
    sends,
    check,
};

/// The name of the header or query parameter.
pub const KEY: Field = &FieldSpec {
    id: "key",
    label: "Key",
    label_note: |values| if in_header(values) { "(header name)" } else { "(parameter)" },
    required: true,
    flag: Some("--key"),
    value_name: "NAME",
    about: "the name of the header or query parameter",
    help: "Header or parameter, such as X-Api-Key",
    placeholder: "X-Api-Key",
    ..FieldSpec::TEXT
};

/// The key itself. Never empty.
pub const VALUE: Field = &FieldSpec {
    id: "value",
    label: "Value",
    label_note: |_| "(the secret)",
    required: true,
    kind: Kind::Secret(SecretSpec {
        shows_hint: true,
        generate: None,
        refused_flags: &["--value", "--api-key", "--apikey", "--key-value"],
    }),
    about: "the key itself",
    help: "As issued by the receiver",
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

#[derive(Clone, Debug)]
struct ApiKey {
    place: Place,
    value: Secret,
}

/// Where the key goes, and under which name.
#[derive(Clone, Debug)]
enum Place {
    Header(HeaderKey),
    /// Not yet percent-encoded.
    Query(String),
}

impl AuthMethod for ApiKey {
    fn spec(&self) -> AuthType {
        SPEC
    }

    fn each_value<'a>(&'a self, visit: &mut dyn FnMut(Field, &'a str)) {
        let (key, add_to) = match &self.place {
            Place::Header(key) => (key.as_str(), HEADER),
            Place::Query(key) => (key.as_str(), QUERY),
        };
        visit(ADD_TO, add_to.name);
        visit(KEY, key);
        visit(VALUE, self.value.expose());
    }

    fn credential(&self) -> Credential {
        match &self.place {
            Place::Header(key) => {
                Credential::Header { name: key.wire(), value: Masked::default().then_secret(self.value.expose()) }
            }
            Place::Query(key) => Credential::Query { name: key.clone(), value: self.value.clone() },
        }
    }

    fn wire_forms(&self) -> Vec<Zeroizing<Vec<u8>>> {
        vec![Zeroizing::new(self.value.expose().as_bytes().to_vec())]
    }

    fn verify(&self, received: &Received<'_>, _: i64) -> Result<String, String> {
        let (given, name) = match &self.place {
            Place::Header(key) => (Secret::new(received.only(&key.wire())?), key.wire()),
            Place::Query(key) => (only_parameter(received, key)?, format!("the query's {}", visible(key))),
        };
        if given == self.value {
            Ok(format!("the key in {name} is correct"))
        } else {
            Err(format!("the key in {name} does not match"))
        }
    }

    fn explain(&self, received: &Received<'_>, _: i64) -> Vec<Mistake> {
        let value = self.value.expose().as_bytes();
        match &self.place {
            Place::Header(key) => credentials::key_in_header(&key.wire(), value, received),
            Place::Query(key) => credentials::key_in_query(key, value, received),
        }
    }

    fn curl(&self, script: &mut Script<'_>) {
        match &self.place {
            Place::Header(key) => {
                let value = script.secret("WAYPOST_VALUE", "the API key", &self.value);
                script.send_secret_header(format!("{}: ", key.wire()), value);
            }
            Place::Query(key) => script.key_in_query(key, &self.value),
        }
    }

    fn receiver_check(&self) -> ReceiverCheck {
        match &self.place {
            Place::Header(key) => ReceiverCheck::Header(key.wire()),
            Place::Query(key) => ReceiverCheck::Query(key.clone()),
        }
    }

    fn in_words(&self) -> Option<String> {
        Some(match &self.place {
            Place::Header(key) => format!("the value of {}", key.as_str()),
            Place::Query(key) => format!("the value of the query parameter {}", visible(key)),
        })
    }

    fn without_secrets(&self) -> Auth {
        Auth::new(Self { place: self.place.clone(), value: VALUE.stand_in(&self.value) })
    }

    fn keeping(&self, _: &Auth, _: i64) -> Option<Auth> {
        None
    }

    fn former_until(&self) -> Option<i64> {
        None
    }

    fn without_former(&self) -> Auth {
        Auth::new(self.clone())
    }

    fn public_key(&self) -> Option<String> {
        None
    }
}

fn in_header(values: &Values) -> bool {
    ADD_TO.options()[values.choice(ADD_TO)] == HEADER
}

fn sends(values: &Values) -> String {
    let name = match values.text(KEY) {
        "" => KEY.placeholder.into(),
        name => visible(name),
    };
    if in_header(values) { format!("{name}: the value") } else { format!("?{name}=… at the end of the URL") }
}

/// The value of a parameter that must be there exactly once.
fn only_parameter(received: &Received<'_>, key: &str) -> Result<Secret, String> {
    let name = visible(key);
    let mut found = url::form_urlencoded::parse(received.query().as_bytes()).filter(|(name, _)| name == key);
    let given = found.next().ok_or_else(|| format!("the query has no parameter {name}"))?.1;
    if found.next().is_some() {
        return Err(format!("the query has the parameter {name} more than once"));
    }
    Ok(Secret::new(given))
}

fn check(check: &mut Check<'_>) -> Option<Auth> {
    let in_header = in_header(check.values);
    let place = place(check.values.text(KEY), in_header, check.url);
    let place = check.keep(place);
    let value = value(check.values.secret(VALUE), in_header);
    let value = check.keep(value);
    if let Some(value) = &value {
        mangling_notices(check, VALUE, value);
    }
    Some(Auth::new(ApiKey { place: place?, value: value? }))
}

fn place(key: &str, in_header: bool, url: Option<&EndpointUrl>) -> Result<Place, Problem> {
    if in_header {
        // Some APIs want `Authorization: ApiKey …`.
        return HeaderKey::parse(KEY, key, &["authorization"]).map(Place::Header);
    }
    if key.is_empty() {
        return Err(Problem::new(
            KEY,
            IS_REQUIRED,
            "The query parameter with that name carries the key.",
            "Enter a name such as api_key.",
        ));
    }
    no_outer_space(KEY, key)?;
    no_control(KEY, key)?;
    not_too_long(KEY, key)?;
    if url.and_then(EndpointUrl::query).is_some_and(|query| has_parameter(query, key)) {
        return Err(Problem::new(
            KEY,
            format!("\"{}\" is already in the URL's query", visible(key)),
            "Of two parameters with the same name, some receivers read the first, others the last.",
            "Remove it from the URL, or use another name.",
        ));
    }
    Ok(Place::Query(key.to_owned()))
}

/// Whether a query has a parameter that any receiver reads as that name: percent-decoded, with `+` as a space (the form
/// encoding of the WHATWG URL standard) or as itself (RFC 3986).
fn has_parameter(query: &str, name: &str) -> bool {
    let as_uri = |pair: &str| percent_decode_str(pair.split('=').next().unwrap_or_default()).eq(name.bytes());
    url::form_urlencoded::parse(query.as_bytes()).any(|(key, _)| key == name) || query.split('&').any(as_uri)
}

fn value(secret: &Secret, in_header: bool) -> Result<Secret, Problem> {
    not_empty(VALUE, secret, "Enter the key that the receiver gave you.")?;
    no_outer_space(VALUE, secret.expose())?;
    no_control(VALUE, secret.expose())?;
    not_too_long(VALUE, secret.expose())?;
    if in_header && let Some(position) = secret.expose().chars().position(|c| !c.is_ascii()) {
        let what = format!("has a character at position {} that is not ASCII", position + 1);
        return Err(Problem::new(
            VALUE,
            what,
            "Servers disagree about other characters in a header (RFC 9110 §5.5).",
            "Paste it again, alone.",
        ));
    }
    Ok(secret.clone())
}
