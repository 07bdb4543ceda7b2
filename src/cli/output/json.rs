//! The JSON that is printed.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use crate::domain::text::is_unsafe;

/// Of the schemas in `assets/`; the first member of every object.
const SCHEMA_VERSION: u64 = 1;

/// An object over several lines.
pub fn document(object: Value) -> String {
    escaped(&format!("{:#}\n", with_schema_version(object)))
}

/// An object on one line, for a stream of them.
pub fn line(object: Value) -> String {
    escaped(&with_schema_version(object).to_string())
}

fn with_schema_version(object: Value) -> Value {
    let mut all = Map::from_iter([("schema_version".to_owned(), SCHEMA_VERSION.into())]);
    if let Value::Object(members) = object {
        all.extend(members);
    }
    all.into()
}

/// The same JSON, with every character that may not reach a terminal written as `\uXXXX` (RFC 8259 §7).
fn escaped(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        // The line feeds left are those between members: within a string they are escaped already.
        if c == '\n' || !is_unsafe(c) {
            text.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            let _ = write!(text, "\\u{unit:04x}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn json_has_no_character_that_a_terminal_obeys_and_means_the_same() {
        let value = json!({ "a\u{9b}": "x\u{7f}\u{85}\u{202e}\u{200b}\u{e0041}\n\u{1b}é漢", "b": [1] });
        let text = document(value.clone());
        assert!(!text.chars().any(|c| is_unsafe(c) && c != '\n'), "{text:?}");
        assert!(text.contains("\\u202e") && text.contains("\\udb40\\udc41") && text.contains("é漢"), "{text}");
        let mut read: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read.as_object_mut().unwrap().shift_remove("schema_version"), Some(json!(SCHEMA_VERSION)));
        assert_eq!(read, value);
        assert_eq!(text.lines().count(), 7);
    }
}
