//! A destination, for people and for scripts; its secret redacted.

use serde_json::{Map, Value, json};

use crate::cli::output::{Out, Tone};
use crate::domain::auth::Auth;
use crate::domain::destination::{DEFAULT_TIMEOUT_S, Destination};
use crate::domain::draft::Draft;
use crate::domain::field::{Field, Notice};
use crate::domain::mask::DOTS;
use crate::domain::text::visible;

/// The object that `show`, `register` and `edit` print.
#[must_use]
pub fn json(destination: &Destination, notices: &[Notice]) -> Value {
    json!({
        "schema_version": crate::cli::SCHEMA_VERSION,
        "destination": destination_json(destination),
        "notices": notices.iter().map(|notice| json!({ "field": notice.field.name(), "text": notice.text })).collect::<Vec<_>>(),
    })
}

/// The form of the state file, with each secret as whether it is set and how it ends.
fn destination_json(destination: &Destination) -> Value {
    let auth = destination.auth();
    let mut fields = Map::new();
    fields.insert("type".into(), auth.auth_type().name().into());
    match auth {
        Auth::Default => {}
        Auth::Hmac { header_key, secret } => {
            fields.insert("header_key".into(), header_key.as_str().into());
            fields.insert("format".into(), secret.format().name().into());
        }
        Auth::Basic { username, .. } => {
            fields.insert("username".into(), username.as_str().into());
        }
        Auth::Bearer { .. } => {}
        Auth::ApiKey { place, .. } => {
            fields.insert("key".into(), place.key().into());
            fields.insert("add_to".into(), place.add_to().name().into());
        }
    }
    if let Some((field, _)) = auth.secret() {
        fields.insert(field.name().into(), json!({ "set": true, "hint": auth.hint().map(|end| format!("…{end}")) }));
    }
    let mut out = json!({
        "url": destination.url().as_str(),
        "created_at": destination.created_at(),
        "updated_at": destination.updated_at(),
        "auth": fields,
    });
    if let Some(path) = destination.settings().ca_cert() {
        out["ca_cert"] = path.to_string_lossy().into();
    }
    if let Some(seconds) = destination.settings().timeout_s() {
        out["timeout_s"] = seconds.into();
    }
    out
}

/// Lines for people.
#[must_use]
pub fn text(destination: &Destination, out: Out) -> String {
    let hint = destination.auth().hint();
    let mut rows = rows(&Draft::of(destination.settings()), hint.as_deref());
    rows.push(("Registered", destination.created_at().to_string()));
    rows.push(("Changed", destination.updated_at().to_string()));
    table(&rows, out)
}

/// Lines for people, of a destination whose secret cannot be opened.
#[must_use]
pub fn locked_text(draft: &Draft, out: Out) -> String {
    table(&rows(draft, None), out)
}

fn rows(draft: &Draft, hint: Option<&str>) -> Vec<(&'static str, String)> {
    let mut rows = vec![
        (Field::Url.label(), draft.url.clone()),
        (Field::AuthType.label(), format!("{} ({})", draft.auth_type.label(), draft.auth_type.name())),
    ];
    for &field in draft.auth_type.fields() {
        let value = match field {
            Field::HeaderKey => draft.header_key.clone(),
            Field::Format => draft.format.name().to_owned(),
            Field::Username => draft.username.clone(),
            Field::Key => draft.key.clone(),
            Field::AddTo => draft.add_to.name().to_owned(),
            _ => format!("{DOTS}{}", hint.unwrap_or_default()),
        };
        rows.push((field.label(), value));
    }
    if !draft.ca_cert.is_empty() {
        rows.push((Field::CaCert.label(), draft.ca_cert.clone()));
    }
    let timeout = if draft.timeout_s.is_empty() { DEFAULT_TIMEOUT_S.to_string() } else { draft.timeout_s.clone() };
    rows.push((Field::Timeout.label(), format!("{timeout} s")));
    rows
}

/// Names and values in two columns.
#[must_use]
pub fn table(rows: &[(&str, String)], out: Out) -> String {
    let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let line = |(name, value): &(&str, String)| {
        let name = format!("{name:<width$}");
        format!("{}  {}\n", out.paint(&name, Tone::Label), visible(value))
    };
    rows.iter().map(line).collect::<Vec<_>>().concat()
}
