//! Where in a JSON text a value begins, for messages. `serde_json`'s own errors know the place, but print the value there.

use super::lexer::{Token, TokenKind, decoded, tokens};

/// Line and column (in bytes), both from 1, of the value that the keys of `path` lead to; where a key is missing, of the object
/// that should have it.
///
/// `json` must be valid JSON; of a repeated key the last counts, as for `serde_json`.
pub(crate) fn position(json: &str, path: &[&str]) -> (usize, usize) {
    let tokens: Vec<_> = tokens(json).filter(|token| token.kind != TokenKind::Space).collect();
    let mut at = 0;
    for key in path {
        match member(&tokens, at, key) {
            Some(value) => at = value,
            None => break,
        }
    }
    line_and_column(json, tokens.get(at).map_or(0, |token| token.start))
}

fn line_and_column(json: &str, at: usize) -> (usize, usize) {
    let before = &json[..at];
    let line = before.matches('\n').count() + 1;
    (line, at - before.rfind('\n').map_or(0, |newline| newline + 1) + 1)
}

/// The first token of that key's value, in the object whose first token is `at`.
fn member(tokens: &[Token<'_>], at: usize, key: &str) -> Option<usize> {
    let mut found = None;
    let mut at = at + usize::from(tokens.get(at)?.text == "{");
    while let Some(token) = tokens.get(at).filter(|token| token.kind == TokenKind::Key) {
        let value = at + 2;
        if decoded(&token.text[1..token.text.len() - 1]) == key {
            found = Some(value);
        }
        // Past the value and its comma.
        at = after(tokens, value) + 1;
    }
    found
}

/// The token after the value whose first token is `at`.
fn after(tokens: &[Token<'_>], at: usize) -> usize {
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate().skip(at) {
        match (token.kind, token.text) {
            (TokenKind::Punctuation, "{" | "[") => depth += 1,
            (TokenKind::Punctuation, "}" | "]") => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return index + 1;
        }
    }
    tokens.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_parts() {
        let json = "{\n  \"a\": [1, {\"b\": \"}]\\\"\"}],\n  \"\\u0062\": {\"c\" : true, \"d\":{}}, \"n\": -1.5e3\n}\n";
        assert_eq!(position(json, &[]), (1, 1));
        assert_eq!(position(json, &["a"]), (2, 8));
        assert_eq!(position(json, &["b"]), (3, 13));
        assert_eq!(position(json, &["b", "c"]), (3, 20));
        assert_eq!(position(json, &["b", "d"]), (3, 30));
        assert_eq!(position(json, &["n"]), (3, 40));
        assert_eq!(position("\n [1]", &["a"]), (2, 2));
    }

    #[test]
    fn an_absent_part_is_at_what_should_hold_it() {
        let json = "{\"a\": {\"b\": 1}, \"a\": {}}";
        assert_eq!(position(json, &["a", "b"]), (1, 22));
        assert_eq!(position(json, &["x", "y"]), (1, 1));
    }
}
