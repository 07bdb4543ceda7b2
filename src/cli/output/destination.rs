//! A destination, for people and for scripts; its secret redacted.

use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::input::secret::SecretInput;
use crate::cli::output::{self, Out, Tone};
use crate::domain::destination::{DEFAULT_TIMEOUT_S, Destination};
use crate::domain::draft::Draft;
use crate::domain::field::{AUTH, CA_CERT, Kind, Notice, TIMEOUT, URL};
use crate::domain::mask::DOTS;
use crate::domain::text::visible;
use crate::ops::Saved;

/// Prints the destination that `register` or `edit` saved, and a generated secret.
pub fn print_saved(verb: &str, saved: &Saved, notices: &[Notice], given: Option<&SecretInput>, out: Out) -> Result<u8, Failure> {
    let code = if saved.warning.is_some() { exit::DISK } else { exit::DONE };
    let generated = given.filter(|given| given.generated).map(|given| &given.secret);
    if out.json {
        let mut object = json(&saved.destination, notices);
        if let Some(secret) = generated {
            object["generated_secret"] = json!(secret.expose());
        }
        if let Some(warning) = &saved.warning {
            object["error"] = Failure::from(warning.clone()).error_json();
        }
        return output::print_json(object, code);
    }
    out.say_notices(notices);
    out.say(&format!("{verb}: {}", visible(saved.destination.url().as_str())));
    if let Some(warning) = &saved.warning {
        output::print_problem("error", warning);
    }
    match generated {
        Some(secret) => {
            out.say("Give this signing secret to the receiver:");
            output::print(&Zeroizing::new(format!("{}\n", secret.expose())), code)
        }
        None => Ok(code),
    }
}

/// The object that `show`, `register` and `edit` print.
pub fn json(destination: &Destination, notices: &[Notice]) -> Value {
    json!({
        "destination": destination_json(destination),
        "notices": notices.iter().map(|notice| json!({ "field": notice.field.id, "text": notice.text })).collect::<Vec<_>>(),
    })
}

/// The form of the state file, with each secret as whether it is set and how it ends.
fn destination_json(destination: &Destination) -> Value {
    let auth = destination.auth();
    let mut fields = Map::new();
    fields.insert("type".into(), auth.auth_type().name.into());
    auth.each_value(&mut |field, value| {
        let shown = match field.kind {
            Kind::Text | Kind::Choice(_) => value.into(),
            Kind::Secret(_) => json!({ "set": true, "hint": field.hint(value).map(|end| format!("…{end}")) }),
        };
        fields.insert(field.id.into(), shown);
    });
    let mut out = json!({
        "id": destination.id().as_str(),
        "url": destination.url().as_str(),
        "created_at": destination.created_at(),
        "updated_at": destination.updated_at(),
        "auth": fields,
    });
    if let Some(path) = destination.settings().ca_cert() {
        out["tls"]["ca_cert"] = path.to_string_lossy().into();
    }
    if let Some(seconds) = destination.settings().timeout_s() {
        out["timeout_s"] = seconds.into();
    }
    out
}

/// Lines for people.
pub fn text(destination: &Destination, out: Out) -> String {
    let hint = destination.auth().hint();
    let mut rows = rows(&Draft::of(destination.settings()), hint.as_deref());
    rows.push(("Registered", destination.created_at().to_string()));
    rows.push(("Changed", destination.updated_at().to_string()));
    table(&rows, out)
}

/// Lines for people, of a destination whose secret cannot be opened.
pub fn locked_text(draft: &Draft, out: Out) -> String {
    table(&rows(draft, None), out)
}

fn rows(draft: &Draft, hint: Option<&str>) -> Vec<(&'static str, String)> {
    let mut rows = vec![
        (URL.label, draft.text(URL).to_owned()),
        (AUTH.label, format!("{} ({})", draft.auth_type().label, draft.auth_type().name)),
    ];
    for field in draft.auth_type().fields {
        let value = match field.kind {
            Kind::Text => draft.text(field).to_owned(),
            Kind::Choice(options) => options[draft.choice(field)].name.to_owned(),
            Kind::Secret(_) => format!("{DOTS}{}", hint.unwrap_or_default()),
        };
        rows.push((field.label, value));
    }
    if !draft.text(CA_CERT).is_empty() {
        rows.push((CA_CERT.label, draft.text(CA_CERT).to_owned()));
    }
    let timeout = draft.text(TIMEOUT);
    let timeout = if timeout.is_empty() { DEFAULT_TIMEOUT_S.to_string() } else { timeout.to_owned() };
    rows.push((TIMEOUT.label, format!("{timeout} s")));
    rows
}

/// Names and values in two columns.
pub fn table(rows: &[(&str, String)], out: Out) -> String {
    let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let line = |(name, value): &(&str, String)| {
        let name = format!("{name:<width$}");
        format!("{}  {}\n", out.paint(&name, Tone::Label), visible(value))
    };
    rows.iter().map(line).collect::<Vec<_>>().concat()
}
