//! JSON with line breaks and indentation, to be read by a person. Only whitespace between tokens changes.

use super::rewrite::{Rewrite, Spacing};
use super::value::parse;
use super::writer::write;

/// The deepest nesting that is indented: a deeper text would grow to many times its size.
pub(super) const MAX_DEPTH: usize = 64;

/// The text indented by two, or `None` when it is not JSON, or nests too deep.
#[must_use]
pub fn indented(text: &str) -> Option<String> {
    let value = parse(text, MAX_DEPTH)?;
    let mut out = Vec::with_capacity(text.len() * 2);
    write(&value, Rewrite { spacing: Some(Spacing::Pretty2), ..Rewrite::default() }, &mut out);
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_white_space_changes() {
        assert_eq!(
            indented(r#"{"a":[1.0,1e5,{}],"a":"x\"{,:\\","b":[ ] }"#).unwrap(),
            "{\n  \"a\": [\n    1.0,\n    1e5,\n    {}\n  ],\n  \"a\": \"x\\\"{,:\\\\\",\n  \"b\": []\n}"
        );
        assert_eq!(indented("{\"a\":"), None);
        assert_eq!(indented(&format!("{}{}", "[".repeat(8190), "]".repeat(8190))), None, "it would grow to 130 MB");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn stays_the_same_value(texts in proptest::collection::vec(any::<String>(), 0..6)) {
            let value = serde_json::json!({ "list": texts, "empty": {}, "n": [1, [2.5, null], true] });
            let out = indented(&value.to_string()).unwrap();
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&out).unwrap(), value);
        }
    }
}
