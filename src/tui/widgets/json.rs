//! JSON with line breaks and indentation. Only white space between tokens changes: numbers, escapes, the order of keys and
//! duplicate keys stay as they came.

/// How deep an answer may nest to be indented. A deeper one would grow to many times its size.
const MAX_DEPTH: usize = 64;

/// The text indented by two, or `None` when it is not JSON, or nests too deep to be read that way.
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
                    if depth > MAX_DEPTH {
                        return None;
                    }
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

/// What a piece of an indented line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The name of a member.
    Key,
    /// A text.
    Text,
    /// A number, `true`, `false` or `null`.
    Literal,
    /// Brackets, commas, colons, blanks.
    Sign,
}

/// The pieces of one line of [`indented`] text.
pub fn pieces(line: &str) -> Vec<(&str, Kind)> {
    let mut out = Vec::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let (length, kind) = match first {
            '"' => {
                let end = string_end(rest);
                let kind = if rest[end..].starts_with(':') { Kind::Key } else { Kind::Text };
                (end, kind)
            }
            '{' | '}' | '[' | ']' | ',' | ':' | ' ' => {
                (rest.find(|c| !matches!(c, '{' | '}' | '[' | ']' | ',' | ':' | ' ')).unwrap_or(rest.len()), Kind::Sign)
            }
            _ => (rest.find([',', '}', ']', ' ']).unwrap_or(rest.len()), Kind::Literal),
        };
        let (piece, tail) = rest.split_at(length);
        out.push((piece, kind));
        rest = tail;
    }
    out
}

/// Behind the closing quote of a text that begins the line, or the line's end.
fn string_end(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '"' if !escaped => return at + 1,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
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
        assert_eq!(indented(&format!("{}{}", "[".repeat(8190), "]".repeat(8190))), None, "it would grow to 130 MB");
    }

    #[test]
    fn a_lines_pieces_have_their_kinds() {
        use Kind::{Key, Literal, Sign, Text};
        assert_eq!(
            pieces("  \"a\": \"x\\\"y\","),
            [("  ", Sign), ("\"a\"", Key), (": ", Sign), ("\"x\\\"y\"", Text), (",", Sign)]
        );
        assert_eq!(pieces("\"n\": -1.5e3,"), [("\"n\"", Key), (": ", Sign), ("-1.5e3", Literal), (",", Sign)]);
        assert_eq!(pieces("{}"), [("{}", Sign)]);
        assert_eq!(pieces(""), []);
    }

    proptest! {
        #[test]
        fn pieces_are_the_whole_line(line in any::<String>()) {
            prop_assert_eq!(pieces(&line).iter().map(|(piece, _)| *piece).collect::<String>(), line);
        }

        #[test]
        fn stays_the_same_value(texts in proptest::collection::vec(any::<String>(), 0..6)) {
            let value = serde_json::json!({ "list": texts, "empty": {}, "n": [1, [2.5, null], true] });
            let out = indented(&value.to_string()).unwrap();
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&out).unwrap(), value);
        }
    }
}
