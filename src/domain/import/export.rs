//! A registration as JSON without its secrets, and back.

use serde_json::{Map, Value, json};

use crate::domain::auth;
use crate::domain::draft::Draft;
use crate::domain::field::{Field, TIMEOUT, TLS_FILES, URL};
use crate::domain::header::HeaderEntry;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::url::credential;

/// The version that is read; the front end that prints the object adds it.
const SCHEMA_VERSION: u64 = 1;

/// What is in a draft, as an object; of a secret that it is there, of a URL with a credential dots in its place.
#[must_use]
pub fn exported(draft: &Draft) -> Value {
    let mut auth = Map::from_iter([("type".to_owned(), Value::from(draft.auth_type().name))]);
    let fields = draft.auth_type().fields.iter().filter(|field| !field.is_secret() && draft.applies(field));
    for field in fields {
        let value = if field.is_choice() { field.options()[draft.choice(field)].name } else { draft.text(field) };
        if !value.is_empty() {
            auth.insert(field.id.into(), field.shown(value).into());
        }
    }
    let mut out = json!({ "url": credential::shown(draft.text(URL)), "auth": auth });
    let header = |header: &HeaderEntry| {
        if header.is_secret {
            json!({ "name": header.name, "secret": true })
        } else {
            json!({ "name": header.name, "value": header.value.expose() })
        }
    };
    if !draft.headers().is_empty() {
        out["headers"] = draft.headers().iter().map(header).collect();
    }
    for field in TLS_FILES.into_iter().filter(|field| !draft.text(field).is_empty()) {
        out["tls"][field.id] = draft.text(field).into();
    }
    if let Ok(seconds) = draft.text(TIMEOUT).parse::<u16>() {
        out["timeout_s"] = seconds.into();
    }
    json!({ "destination": out })
}

/// The draft of what [`exported`] made; its secrets are empty.
///
/// # Errors
/// The text is not of that form.
pub fn from_export(text: &str) -> Result<Draft, Problem> {
    let root: Value = serde_json::from_str(text)
        .map_err(|error| wrong(format!("it is not JSON at line {}, column {}", error.line(), error.column())))?;
    match root.get("schema_version").and_then(Value::as_u64) {
        Some(SCHEMA_VERSION) => {}
        Some(newer) if newer > SCHEMA_VERSION => {
            return Err(wrong(format!("it is of version {newer}, and needs a newer waypost")));
        }
        _ => return Err(wrong("schema_version is not 1")),
    }
    let Some(Value::Object(destination)) = root.get("destination") else { return Err(wrong("destination is not an object")) };
    known(destination, "destination", &["url", "auth", "headers", "tls", "timeout_s"])?;
    let Some(Value::Object(of_auth)) = destination.get("auth") else { return Err(wrong("destination.auth is not an object")) };
    let auth_type = of_auth.get("type").and_then(Value::as_str).and_then(auth::named);
    let auth_type = auth_type.ok_or_else(|| wrong("destination.auth.type is not an auth type"))?;
    let mut draft = Draft::new(auth_type);
    draft.set(URL, text_of(destination, "destination", "url")?);
    let fields: Vec<Field> = auth_type.fields.iter().copied().filter(|field| !field.is_secret()).collect();
    known(of_auth, "destination.auth", &fields.iter().map(|field| field.id).chain(["type"]).collect::<Vec<_>>())?;
    for field in fields {
        let value = text_of(of_auth, "destination.auth", field.id)?;
        if field.is_choice() && !value.is_empty() && field.option(value).is_none() {
            return Err(wrong(format!("destination.auth.{} is none of its options", field.id)));
        }
        draft.set(field, value);
    }
    draft.set_headers(headers(destination.get("headers"))?);
    if let Some(of_tls) = destination.get("tls") {
        let Value::Object(of_tls) = of_tls else { return Err(wrong("destination.tls is not an object")) };
        known(of_tls, "destination.tls", &TLS_FILES.map(|field| field.id))?;
        for field in TLS_FILES {
            draft.set(field, text_of(of_tls, "destination.tls", field.id)?);
        }
    }
    match destination.get("timeout_s") {
        None => {}
        Some(Value::Number(seconds)) => draft.set(TIMEOUT, seconds.to_string()),
        Some(_) => return Err(wrong("destination.timeout_s is not a number")),
    }
    Ok(draft)
}

fn headers(value: Option<&Value>) -> Result<Vec<HeaderEntry>, Problem> {
    let Some(value) = value else { return Ok(Vec::new()) };
    let bad = || wrong("destination.headers is not a list of headers");
    let read = |header: &Value| {
        let header = header.as_object()?;
        let name = header.get("name")?.as_str()?;
        match (header.get("value"), header.get("secret"), header.len()) {
            (Some(Value::String(value)), None, 2) => Some(HeaderEntry::plain(name, value)),
            (None, Some(Value::Bool(true)), 2) => Some(HeaderEntry::secret(name, "")),
            _ => None,
        }
    };
    value.as_array().ok_or_else(bad)?.iter().map(|header| read(header).ok_or_else(bad)).collect()
}

/// The text of that name; empty where there is none.
fn text_of<'a>(of: &'a Map<String, Value>, place: &str, name: &str) -> Result<&'a str, Problem> {
    match of.get(name) {
        None => Ok(""),
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(wrong(format!("{place}.{name} is not a text"))),
    }
}

/// Refuses what would be left out silently: it may have been meant to be a secret, or be of a newer waypost.
fn known(of: &Map<String, Value>, place: &str, names: &[&str]) -> Result<(), Problem> {
    if of.keys().all(|name| names.contains(&name.as_str())) {
        return Ok(());
    }
    Err(wrong(format!("{place} has a member that is not known; known are: {}", names.join(", "))))
}

fn wrong(what: impl Into<String>) -> Problem {
    let what = format!("the registration cannot be read: {}", what.into());
    Problem::of_kind(
        ProblemKind::Usage,
        what,
        "",
        "Use what waypost export printed; the secrets, which are not in it, are given apart from it.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::auth::{api_key, basic, bearer, default, hmac};
    use crate::domain::field::CA_CERT;

    fn round(draft: &Draft) -> (String, Draft) {
        let mut object = exported(draft);
        object["schema_version"] = 1.into();
        let text = object.to_string();
        let back = from_export(&text).unwrap();
        (text, back)
    }

    #[test]
    fn h96_what_is_exported_is_read_without_secrets() {
        for (spec, fields) in [
            (default::SPEC, vec![]),
            (bearer::SPEC, vec![(bearer::TOKEN, "hunter2-hunter2")]),
            (basic::SPEC, vec![(basic::USERNAME, "me"), (basic::PASSWORD, "hunter2-hunter2")]),
            (api_key::SPEC, vec![(api_key::KEY, "k"), (api_key::ADD_TO, "query"), (api_key::VALUE, "hunter2-hunter2")]),
            (hmac::SPEC, vec![(hmac::HEADER_KEY, "X-Sig"), (hmac::FORMAT, "base64"), (hmac::SIGNING_SECRET, "hunter2-hunter2")]),
            (
                hmac::SPEC,
                vec![
                    (hmac::HEADER_KEY, "X-Sig"),
                    (hmac::FORMAT, "template"),
                    (hmac::SIGNED_CONTENT, "{timestamp}.{body}"),
                    (hmac::SIGNATURE_VALUE, "v0={signature}"),
                    (hmac::SIGNING_SECRET, "hunter2-hunter2"),
                ],
            ),
        ] {
            let mut draft = Draft::new(spec).with(URL, "https://h.example/in?a=1").with(CA_CERT, "/ca.pem").with(TIMEOUT, "30");
            for (field, value) in fields {
                draft.set(field, value);
            }
            draft.put_header(HeaderEntry::plain("X-Env", "{event}"));
            draft.put_header(HeaderEntry::secret("X-Env-Token", "hunter2-hunter2"));
            let checked = draft.check().unwrap().settings;
            let (text, back) = round(&Draft::of(&checked));
            assert!(!text.contains("hunter2"), "{text}");
            assert!(back.check().is_err());
            assert_eq!(back.keeping(&checked).check().unwrap().settings, checked);
        }
    }

    #[test]
    fn the_credential_of_a_url_is_not_exported() {
        let draft = Draft::default().with(URL, "https://h.example/in?token=hunter2hunter2");
        let (text, back) = round(&draft);
        assert!(!text.contains("hunter2"), "{text}");
        assert!(back.check().unwrap_err()[0].what.contains("masked"));
    }

    #[test]
    fn h97_what_is_not_an_export_is_refused() {
        let full = |destination: &str| format!(r#"{{"schema_version":1,"destination":{destination}}}"#);
        let auth = |auth: &str| full(&format!(r#"{{"url":"https://h.example/","auth":{auth}}}"#));
        let rest = |rest: &str| full(&format!(r#"{{"url":"https://h.example/","auth":{{"type":"default"}},{rest}}}"#));
        for (text, part) in [
            (String::new(), "not JSON"),
            ("{".into(), "not JSON"),
            ("[]".into(), "schema_version"),
            (r#"{"schema_version":2}"#.into(), "a newer waypost"),
            (r#"{"schema_version":1}"#.into(), "destination is not an object"),
            (full("null"), "destination is not an object"),
            (full("{}"), "destination.auth"),
            (auth(r#"{"type":"hunter2"}"#), "not an auth type"),
            (auth(r#"{"type":"bearer","token":"hunter2"}"#), "a member that is not known"),
            (auth(r#"{"type":"hmac","format":"hunter2"}"#), "none of its options"),
            (auth(r#"{"type":"basic","username":1}"#), "username is not a text"),
            (rest(r#""headers":{}"#), "not a list of headers"),
            (rest(r#""headers":[{"name":"A"}]"#), "not a list of headers"),
            (rest(r#""headers":[{"name":"A","value":"hunter2","secret":true}]"#), "not a list of headers"),
            (rest(r#""tls":[]"#), "tls is not an object"),
            (rest(r#""tls":{"ca_cert":1}"#), "ca_cert is not a text"),
            (rest(r#""timeout_s":"1""#), "timeout_s is not a number"),
            (rest(r#""hunter2":1"#), "a member that is not known"),
        ] {
            let error = from_export(&text).unwrap_err().to_string();
            assert!(error.contains(part) && !error.contains("hunter2"), "{text}: {error}");
        }
    }
}
