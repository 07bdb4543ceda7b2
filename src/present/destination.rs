//! A destination as rows.

use jiff::Timestamp;

use super::clock::Clock;
use super::{Row, Value};
use crate::domain::destination::Destination;
use crate::domain::draft::Draft;
use crate::domain::field::{AUTH, Field, Kind, TIMEOUT, TLS_FILES, URL};
use crate::domain::header::HeaderEntry;

/// What is registered, and since when.
pub fn registered(destination: &Destination, clock: &Clock) -> Vec<Row> {
    let mut rows = settings(&Draft::of(destination.settings()));
    // The app's has a stand-in for its credential, which only it knows to be one.
    rows[0].value = Value::Url(destination.url().shown());
    if let Some(until) = destination.auth().former_until().and_then(|until| Timestamp::from_second(until).ok()) {
        rows.push(Row::text("Old secret until", clock.minute(until)));
    }
    if let Some(key) = destination.auth().public_key() {
        rows.push(Row::new("Public key", Value::Text(key)));
    }
    rows.push(Row::text("Registered", clock.minute(destination.created_at())));
    if destination.updated_at() != destination.created_at() {
        rows.push(Row::text("Changed", clock.minute(destination.updated_at())));
    }
    rows
}

/// The settings, in the order of the form.
pub fn settings(draft: &Draft) -> Vec<Row> {
    let mut rows = vec![
        Row::new(URL.label, Value::Url(URL.shown(draft.text(URL)).into_owned())),
        Row::new(AUTH.label, Value::AuthType(draft.auth_type())),
    ];
    let fields = draft.auth_type().fields.iter().filter(|field| draft.applies(field));
    rows.extend(fields.map(|field| Row::new(field.label, value(draft, field))));
    for header in draft.headers() {
        rows.push(Row::new("Header", Value::Header { name: header.name.clone(), value: header_value(header) }));
    }
    let files = TLS_FILES.into_iter().filter(|field| !draft.text(field).is_empty());
    rows.extend(files.map(|field| Row::new(field.label, Value::Path(draft.text(field).to_owned()))));
    let is_default = draft.text(TIMEOUT).is_empty();
    rows.push(Row::new(TIMEOUT.label, Value::Timeout { seconds: text(draft, TIMEOUT), is_default }));
    rows
}

/// `None` of a secret.
fn header_value(header: &HeaderEntry) -> Option<String> {
    (!header.is_secret).then(|| header.value.expose().to_owned())
}

fn value(draft: &Draft, field: Field) -> Value {
    match field.kind {
        Kind::Text => Value::Text(field.shown(&text(draft, field)).into_owned()),
        Kind::Choice(options) => Value::Choice(&options[draft.choice(field)]),
        Kind::Secret(_) => {
            let secret = draft.secret(field);
            Value::Secret { is_set: !secret.is_empty(), hint: field.hint(secret.expose()) }
        }
    }
}

/// The text, or what an empty one means.
fn text(draft: &Draft, field: Field) -> String {
    match draft.text(field) {
        "" => (field.default)(draft.values()).unwrap_or_default().to_owned(),
        text => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::auth::bearer;

    #[test]
    fn a_secret_is_never_in_a_row() {
        let secret = "0123456789abcdef-wxyz";
        let draft = Draft::new(bearer::SPEC).with(URL, "https://example.com/in").with(bearer::TOKEN, secret);
        let rows = settings(&draft);
        assert!(!format!("{rows:?}").contains(&secret[..8]), "{rows:?}");
        assert_eq!(rows[2].value, Value::Secret { is_set: true, hint: Some("wxyz".into()) });
        assert_eq!(rows[3].value, Value::Timeout { seconds: "15".into(), is_default: true });
    }
}
