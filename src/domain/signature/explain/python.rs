//! What `str()` makes of bytes and of a parsed body in Python, and so an f-string.

use std::fmt::Write as _;

use super::rewrites;
use crate::domain::json::{self, Numbers, Rewrite, Value, decoded};
use crate::domain::text::is_unsafe;

/// Of bytes: `b'…'`.
pub(super) fn bytes(body: &[u8]) -> Vec<u8> {
    let quote = if body.contains(&b'\'') && !body.contains(&b'"') { b'"' } else { b'\'' };
    let mut out = vec![b'b', quote];
    for &byte in body {
        match byte {
            b'\n' => out.extend(b"\\n"),
            b'\r' => out.extend(b"\\r"),
            b'\t' => out.extend(b"\\t"),
            b'\\' => out.extend(b"\\\\"),
            byte if byte == quote => out.extend([b'\\', quote]),
            b' '..=b'~' => out.push(byte),
            byte => out.extend(format!("\\x{byte:02x}").into_bytes()),
        }
    }
    out.push(quote);
    out
}

/// Of a parsed body, which is JSON: `{'a': None}`.
pub(super) fn dict(body: &[u8]) -> Option<Vec<u8>> {
    let value = rewrites::parse(body).filter(|value| matches!(value, Value::Object(_) | Value::Array(_)))?;
    let mut out = String::with_capacity(body.len());
    add(&value, &mut out);
    // Numbers alone are written in the same way as JSON.
    Some(out.into_bytes()).filter(|out| rewrites::parse(out).is_none())
}

fn add(value: &Value<'_>, out: &mut String) {
    match value {
        Value::Word("true") => out.push_str("True"),
        Value::Word("false") => out.push_str("False"),
        Value::Word(_) => out.push_str("None"),
        Value::Number(_) => {
            let mut number = Vec::new();
            json::write(value, Rewrite { numbers: Some(Numbers::Python), ..Rewrite::default() }, &mut number);
            out.push_str(&String::from_utf8_lossy(&number));
        }
        Value::Text(text) => add_text(text, out),
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index > 0 { ", " } else { "" });
                add(item, out);
            }
            out.push(']');
        }
        Value::Object(members) => {
            out.push('{');
            for (index, (key, value)) in members.iter().enumerate() {
                out.push_str(if index > 0 { ", " } else { "" });
                add_text(key, out);
                out.push_str(": ");
                add(value, out);
            }
            out.push('}');
        }
    }
}

/// A text of JSON, with its quotes, as `repr()` writes it.
fn add_text(text: &str, out: &mut String) {
    let text = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    let text = decoded(text);
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    out.push(quote);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\\' => out.push_str("\\\\"),
            c if c == quote => out.extend(['\\', quote]),
            ' ' => out.push(' '),
            c if is_unsafe(c) || c.is_whitespace() => {
                let _ = match u32::from(c) {
                    code @ ..=0xff => write!(out, "\\x{code:02x}"),
                    code @ ..=0xffff => write!(out, "\\u{code:04x}"),
                    code => write!(out, "\\U{code:08x}"),
                };
            }
            c => out.push(c),
        }
    }
    out.push(quote);
}
