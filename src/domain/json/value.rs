//! A JSON text as a tree of its parts, each as it is written.

use super::lexer::{Token, TokenKind, tokens};
use super::number;

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    /// `true`, `false` or `null`
    Word(&'a str),
    Number(&'a str),
    /// With its quotes.
    Text(&'a str),
    Array(Vec<Value<'a>>),
    /// Keys with their quotes, in their order; one may come twice.
    Object(Vec<(&'a str, Value<'a>)>),
}

/// Reads one value; `None` when the text is not JSON, or nests deeper than `depth`: reading and writing recurse. Escapes are not
/// checked, they stay as they are.
pub(crate) fn parse(text: &str, depth: usize) -> Option<Value<'_>> {
    let mut parser = Parser { tokens: tokens(text).filter(|token| token.kind != TokenKind::Space) };
    let first = parser.tokens.next()?;
    let value = parser.value(first, depth)?;
    parser.tokens.next().is_none().then_some(value)
}

struct Parser<I> {
    tokens: I,
}

impl<'a, I: Iterator<Item = Token<'a>>> Parser<I> {
    fn value(&mut self, token: Token<'a>, depth: usize) -> Option<Value<'a>> {
        match (token.kind, token.text) {
            (TokenKind::Punctuation, "{") if depth > 0 => self.object(depth - 1),
            (TokenKind::Punctuation, "[") if depth > 0 => self.array(depth - 1),
            (TokenKind::Text, text) if is_closed(text) => Some(Value::Text(text)),
            (TokenKind::Literal, "true" | "false" | "null") => Some(Value::Word(token.text)),
            (TokenKind::Literal, text) if number::is_json(text) => Some(Value::Number(text)),
            _ => None,
        }
    }

    fn object(&mut self, depth: usize) -> Option<Value<'a>> {
        let mut members = Vec::new();
        let mut token = self.tokens.next()?;
        if token.text == "}" {
            return Some(Value::Object(members));
        }
        loop {
            if token.kind != TokenKind::Key || !is_closed(token.text) || self.tokens.next()?.text != ":" {
                return None;
            }
            let first = self.tokens.next()?;
            members.push((token.text, self.value(first, depth)?));
            match self.tokens.next()?.text {
                "}" => return Some(Value::Object(members)),
                "," => token = self.tokens.next()?,
                _ => return None,
            }
        }
    }

    fn array(&mut self, depth: usize) -> Option<Value<'a>> {
        let mut items = Vec::new();
        let mut token = self.tokens.next()?;
        if token.text == "]" {
            return Some(Value::Array(items));
        }
        loop {
            items.push(self.value(token, depth)?);
            match self.tokens.next()?.text {
                "]" => return Some(Value::Array(items)),
                "," => token = self.tokens.next()?,
                _ => return None,
            }
        }
    }
}

/// Whether a text token has its closing quote, and no control character.
fn is_closed(text: &str) -> bool {
    let backslashes = text.strip_suffix('"').map_or(0, |rest| rest.bytes().rev().take_while(|&byte| byte == b'\\').count());
    text.len() > 1 && text.ends_with('"') && backslashes.is_multiple_of(2) && !text.bytes().any(|byte| byte < b' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_stay_as_they_are_written() {
        let text = "{ \"b\" : [1.50, \"\\u00e9\"], \"a\": null, \"a\": {} }";
        let list = Value::Array(vec![Value::Number("1.50"), Value::Text("\"\\u00e9\"")]);
        let members = vec![("\"b\"", list), ("\"a\"", Value::Word("null")), ("\"a\"", Value::Object(Vec::new()))];
        assert_eq!(parse(text, 8), Some(Value::Object(members)));
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for text in [
            "",
            "{",
            "[1,]",
            "[,1]",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{a:1}",
            "{1:2}",
            "[1 2]",
            "1 2",
            "tru",
            "01",
            "\"a",
            "\"a\\\"",
            "\"a\nb\"",
            "[\"a\":1]",
            "{\"a\" \"b\"}",
            "nulll",
            "\"",
        ] {
            assert_eq!(parse(text, 8), None, "{text}");
        }
        for text in [" 1 ", "\"\"", "[]", "[[]]", "\"\\\\\"", "{\"\":{}}"] {
            assert!(parse(text, 2).is_some(), "{text}");
        }
        assert_eq!(parse("[[[]]]", 2), None);
    }
}
