//! A destination, for people and for scripts; its secret redacted.

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::input::secret::SecretInput;
use crate::cli::output::{self, Out};
use crate::domain::destination::Destination;
use crate::domain::field::{Field, Kind, Notice};
use crate::domain::text::visible;
use crate::ops::Saved;
use crate::present::clock::Clock;

/// Prints the destination that `register` or `edit` saved, and a generated secret. `more` has further members of the JSON.
pub fn print_saved(
    verb: &str,
    saved: &Saved,
    notices: &[Notice],
    given: Option<&SecretInput>,
    more: Map<String, Value>,
    clock: &Clock,
    out: Out,
) -> Result<u8, Failure> {
    let code = if saved.warning.is_some() { exit::DISK } else { exit::DONE };
    let notices = [notices, &saved.notices].concat();
    let auth = saved.destination.auth();
    let was_generated = given.is_some_and(|given| given.random.is_some());
    // Of a key pair the receiver gets the public key, and the private one stays here.
    let generated = auth.secret().filter(|_| was_generated && auth.public_key().is_none());
    if out.json {
        let mut object = json(&saved.destination, &notices);
        for (name, value) in more {
            object[name] = value;
        }
        if let Some((_, secret)) = generated {
            object["generated_secret"] = json!(secret.expose());
        }
        if let Some(warning) = &saved.warning {
            object["error"] = Failure::from(warning.clone()).error_json();
        }
        return output::print_json(object, code);
    }
    out.say_notices(&notices, clock);
    out.say(&format!("{verb}: {}", visible(&saved.destination.url().shown())));
    if let Some(warning) = &saved.warning {
        output::print_problem("error", warning);
    }
    match (generated, auth.public_key()) {
        (Some((_, secret)), _) => {
            out.say("Give this signing secret to the receiver:");
            output::print(&Zeroizing::new(format!("{}\n", secret.expose())), code)
        }
        (None, Some(key)) if was_generated => {
            out.say("Give this public key to the receiver:");
            output::print(&format!("{key}\n"), code)
        }
        (None, _) => Ok(code),
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
    let is_kept = |field: Field| auth.auth_type().kept.contains(&field);
    auth.each_value(&mut |field, value| {
        if is_kept(field) {
            return;
        }
        let shown = match field.kind {
            Kind::Text | Kind::Choice(_) => field.shown(value).into(),
            Kind::Secret(_) => json!({ "set": true, "hint": field.hint(value).map(|end| format!("…{end}")) }),
        };
        fields.insert(field.id.into(), shown);
    });
    if let Some(until) = auth.former_until().and_then(|until| Timestamp::from_second(until).ok()) {
        fields.insert("previous_secret".into(), json!({ "set": true, "valid_until": until }));
    }
    if let Some(key) = auth.public_key() {
        fields.insert("public_key".into(), key.into());
    }
    let mut out = json!({
        "id": destination.id().as_str(),
        "url": destination.url().shown(),
        "created_at": destination.created_at(),
        "updated_at": destination.updated_at(),
        "auth": fields,
    });
    let headers = destination.settings().headers().iter().map(|header| match header.plain() {
        Some(value) => json!({ "name": header.key().as_str(), "value": value }),
        None => json!({ "name": header.key().as_str(), "secret": true }),
    });
    let headers: Vec<Value> = headers.collect();
    if !headers.is_empty() {
        out["headers"] = headers.into();
    }
    for (field, path) in destination.settings().files() {
        if let Some(path) = path {
            out["tls"][field.id] = path.to_string_lossy().into();
        }
    }
    if let Some(seconds) = destination.settings().timeout_s() {
        out["timeout_s"] = seconds.into();
    }
    out
}
