//! JSON as a list of its members, each with its path: for comparing two texts field by field.

use super::indent::MAX_DEPTH;
use super::value::{Value, parse};

/// Every value that has no members of its own, as it is written, after its path (`items[0].price`, empty for the text itself);
/// `None` when the text is not JSON, or nests too deep.
pub(crate) fn members(text: &str) -> Option<Vec<(String, String)>> {
    let value = parse(text, MAX_DEPTH)?;
    let mut found = Vec::new();
    collect(&value, String::new(), &mut found);
    Some(found)
}

fn collect(value: &Value<'_>, path: String, found: &mut Vec<(String, String)>) {
    match value {
        Value::Word(text) | Value::Number(text) | Value::Text(text) => found.push((path, (*text).to_owned())),
        Value::Array(items) if items.is_empty() => found.push((path, "[]".to_owned())),
        Value::Object(members) if members.is_empty() => found.push((path, "{}".to_owned())),
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                collect(item, format!("{path}[{at}]"), found);
            }
        }
        Value::Object(members) => {
            for (key, member) in members {
                let bare = key.trim_matches('"');
                let is_plain = !bare.is_empty() && bare.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
                let path = match (is_plain, path.is_empty()) {
                    (true, true) => bare.to_owned(),
                    (true, false) => format!("{path}.{bare}"),
                    (false, _) => format!("{path}[{key}]"),
                };
                collect(member, path, found);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_value_has_its_path() {
        let text = r#"{"id":1.50,"to":{"name":"\u00e9","a.b":null},"items":[{"n":1},[]],"none":{}}"#;
        let found = members(text).unwrap();
        let found: Vec<(&str, &str)> = found.iter().map(|(path, value)| (path.as_str(), value.as_str())).collect();
        let expected = [
            ("id", "1.50"),
            ("to.name", r#""\u00e9""#),
            (r#"to["a.b"]"#, "null"),
            ("items[0].n", "1"),
            ("items[1]", "[]"),
            ("none", "{}"),
        ];
        assert_eq!(found, expected);
        assert_eq!(members("1").unwrap(), [(String::new(), "1".to_owned())]);
        assert_eq!(members("{"), None);
    }
}
