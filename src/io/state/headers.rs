//! The headers in the state file: `{"name", "value"}`, or `{"name", "secret": true}`, whose value is sealed.

use serde_json::{Map, Value};

use crate::domain::header::{CustomHeader, HeaderEntry};

const EXPECTED: &str = "a list of objects with a \"name\", and a \"value\" or \"secret\": true";

/// The headers without their secrets; or what was expected in their place.
pub(super) fn read(value: Option<&Value>) -> Result<Vec<HeaderEntry>, &'static str> {
    match value {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(headers)) => headers.iter().map(|header| one(header).ok_or(EXPECTED)).collect(),
        Some(_) => Err(EXPECTED),
    }
}

fn one(value: &Value) -> Option<HeaderEntry> {
    let name = value.get("name")?.as_str()?;
    match (value.get("secret"), value.get("value")) {
        (Some(Value::Bool(true)), None | Some(Value::Null)) => Some(HeaderEntry::secret(name, "")),
        (None | Some(Value::Null | Value::Bool(false)), Some(Value::String(text))) => {
            Some(HeaderEntry::plain(name, text.as_str()))
        }
        _ => None,
    }
}

/// What is written in place of `old`; `None` for no headers. Unknown fields of a header that stays are kept.
pub(super) fn value(old: Option<&Value>, headers: &[CustomHeader]) -> Option<Value> {
    if headers.is_empty() {
        return None;
    }
    let old = old.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let written = headers.iter().map(|header| {
        let is_it = |old: &&Value| {
            old.get("name").and_then(Value::as_str).is_some_and(|name| name.eq_ignore_ascii_case(header.key().as_str()))
        };
        let mut object = old.iter().find(is_it).and_then(Value::as_object).cloned().unwrap_or_else(Map::new);
        object.insert("name".into(), header.key().as_str().into());
        match header.plain() {
            Some(text) => {
                object.shift_remove("secret");
                object.insert("value".into(), text.into());
            }
            None => {
                object.shift_remove("value");
                object.insert("secret".into(), true.into());
            }
        }
        Value::Object(object)
    });
    Some(Value::Array(written.collect()))
}
