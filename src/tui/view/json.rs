//! JSON with line breaks and indentation. Only white space between tokens changes: numbers, escapes, the order of keys and
//! duplicate keys stay as they came.

/// The text indented by two, or `None` when it is not JSON.
pub fn indented(text: &str) -> Option<String> {
    serde_json::from_str::<serde::de::IgnoredAny>(text).ok()?;
    let mut out = String::with_capacity(text.len() * 2);
    let mut depth = 0_usize;
    let (mut in_string, mut escaped) = (false, false);
    let mut tokens = text.chars().peekable();
    while let Some(c) = tokens.next() {
        if in_string {
            out.push(c);
            in_string = escaped || c != '"';
            escaped = c == '\\' && !escaped;
            continue;
        }
        match c {
            ' ' | '\t' | '\r' | '\n' => {}
            '{' | '[' => {
                out.push(c);
                while tokens.next_if(|next| matches!(next, ' ' | '\t' | '\r' | '\n')).is_some() {}
                if let Some(close) = tokens.next_if(|next| matches!(next, '}' | ']')) {
                    out.push(close);
                } else {
                    depth += 1;
                    line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            '"' => {
                in_string = true;
                out.push(c);
            }
            c => out.push(c),
        }
    }
    Some(out)
}

fn line(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_white_space_changes() {
        assert_eq!(
            indented(r#"{"a":[1.0,1e5,{}],"a":"x\"{,:\\","b":[ ] }"#).unwrap(),
            "{\n  \"a\": [\n    1.0,\n    1e5,\n    {}\n  ],\n  \"a\": \"x\\\"{,:\\\\\",\n  \"b\": []\n}"
        );
        assert_eq!(indented("{\"a\":"), None);
    }

    proptest! {
        #[test]
        fn stays_the_same_value(texts in proptest::collection::vec(any::<String>(), 0..6)) {
            let value = serde_json::json!({ "list": texts, "empty": {}, "n": [1, [2.5, null], true] });
            let out = indented(&value.to_string()).unwrap();
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&out).unwrap(), value);
        }
    }
}
