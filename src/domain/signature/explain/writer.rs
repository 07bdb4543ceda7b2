//! Writes JSON's tokens again, changing only what is meant to change.

use std::borrow::Cow;

use super::json::Value;
use super::mistake::{Escaped, NonAscii, Rewrite, Spacing};
use super::number;

/// Writes one document.
pub struct Writer<'a> {
    /// What changes.
    pub how: Rewrite,
    /// What it is added to.
    pub out: &'a mut Vec<u8>,
}

impl Writer<'_> {
    /// Adds a value that stands so many levels deep.
    pub fn value(&mut self, value: &Value<'_>, depth: usize) {
        match value {
            Value::Word(text) => self.raw(text),
            Value::Number(text) => self.raw(&self.how.numbers.map_or(Cow::Borrowed(*text), |way| number::written(text, way))),
            Value::Text(text) => self.text(text),
            Value::Array(items) => {
                self.raw("[");
                for (index, item) in items.iter().enumerate() {
                    self.before(index, depth);
                    self.value(item, depth + 1);
                }
                self.close("]", items.is_empty(), depth);
            }
            Value::Object(members) => {
                self.raw("{");
                let mut order: Vec<usize> = (0..members.len()).collect();
                if self.how.sorted {
                    order.sort_by_cached_key(|&index| decoded(members[index].0));
                }
                for (count, index) in order.into_iter().enumerate() {
                    let (key, value) = &members[index];
                    self.before(count, depth);
                    self.text(key);
                    self.raw(if self.how.spacing == Some(Spacing::Compact) { ":" } else { ": " });
                    self.value(value, depth + 1);
                }
                self.close("}", members.is_empty(), depth);
            }
        }
    }

    /// What stands before an item: a comma unless it is the first, and the blank or line break.
    fn before(&mut self, index: usize, depth: usize) {
        if index > 0 {
            self.raw(",");
        }
        match self.indent() {
            Some(width) => self.line(width * (depth + 1)),
            None if index > 0 && self.how.spacing == Some(Spacing::Spaced) => self.raw(" "),
            None => {}
        }
    }

    fn close(&mut self, bracket: &str, is_empty: bool, depth: usize) {
        if let Some(width) = self.indent()
            && !is_empty
        {
            self.line(width * depth);
        }
        self.raw(bracket);
    }

    const fn indent(&self) -> Option<usize> {
        match self.how.spacing {
            Some(Spacing::Pretty2) => Some(2),
            Some(Spacing::Pretty4) => Some(4),
            _ => None,
        }
    }

    fn line(&mut self, blanks: usize) {
        self.out.push(b'\n');
        self.out.resize(self.out.len() + blanks, b' ');
    }

    fn raw(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn text(&mut self, text: &str) {
        let how = self.how;
        if how.non_ascii.is_none() && how.slashes.is_none() && how.html.is_none() {
            return self.raw(text);
        }
        let mut at = 0;
        while at < text.len() {
            // What no rewriting concerns is copied at one go.
            let concerns = |b: u8| matches!(b, b'\\' | b'/' | b'<' | b'>' | b'&' | 0x80..);
            let plain = text[at..].bytes().position(concerns).unwrap_or(text.len() - at);
            self.raw(&text[at..at + plain]);
            at += plain;
            let Some(Unit { length, meaning }) = unit(&text[at..]) else { return };
            let literal = &text[at..at + length];
            at += length;
            let is_escape = literal.starts_with('\\');
            let target = match meaning {
                Some('/') => how.slashes,
                Some('<' | '>' | '&') => how.html,
                Some(c) if !c.is_ascii() => match how.non_ascii {
                    Some(NonAscii::Plain) => Some(Escaped::No),
                    Some(_) => Some(Escaped::Yes),
                    None => None,
                },
                _ => None,
            };
            match (target, meaning) {
                (Some(Escaped::No), Some(c)) if is_escape => self.raw(c.encode_utf8(&mut [0; 4])),
                (Some(Escaped::Yes), Some('/')) if !is_escape => self.raw("\\/"),
                (Some(Escaped::Yes), Some(c)) if !is_escape => {
                    for unit in c.encode_utf16(&mut [0; 2]) {
                        let upper = how.non_ascii == Some(NonAscii::EscapedUpper);
                        self.raw(&if upper { format!("\\u{unit:04X}") } else { format!("\\u{unit:04x}") });
                    }
                }
                _ => self.raw(literal),
            }
        }
    }
}

/// One character of a JSON text, as it is written.
struct Unit {
    /// In bytes, as it is written.
    length: usize,
    /// What it means; `None` for half a surrogate pair, or an escape that is none.
    meaning: Option<char>,
}

/// The character that a text begins with; `None` at its end.
fn unit(text: &str) -> Option<Unit> {
    let c = text.chars().next()?;
    let (length, meaning) = if c == '\\' { escape(text) } else { (c.len_utf8(), Some(c)) };
    Some(Unit { length, meaning })
}

/// The length and the meaning of the escape that a text begins with.
fn escape(text: &str) -> (usize, Option<char>) {
    let Some(second) = text[1..].chars().next() else { return (1, None) };
    let short = |meaning| (2, Some(meaning));
    match second {
        '"' | '\\' | '/' => short(second),
        'b' => short('\u{8}'),
        'f' => short('\u{c}'),
        'n' => short('\n'),
        'r' => short('\r'),
        't' => short('\t'),
        'u' => match (code_unit(text, 2), code_unit(text, 8).filter(|_| text.get(6..8) == Some("\\u"))) {
            (Some(high @ 0xd800..=0xdbff), Some(low @ 0xdc00..=0xdfff)) => {
                let code = 0x1_0000 + ((u32::from(high) - 0xd800) << 10) + (u32::from(low) - 0xdc00);
                (12, char::from_u32(code))
            }
            (Some(unit), _) => (6, char::from_u32(unit.into())),
            (None, _) => (2, None),
        },
        other => (1 + other.len_utf8(), None),
    }
}

fn code_unit(text: &str, at: usize) -> Option<u16> {
    let digits = text.get(at..at + 4).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
    u16::from_str_radix(digits, 16).ok()
}

/// A key's characters, by which keys are sorted.
pub fn decoded(text: &str) -> Cow<'_, str> {
    if text.contains('\\') {
        let mut rest = text;
        let mut out = String::with_capacity(text.len());
        while let Some(Unit { length, meaning }) = unit(rest) {
            out.push(meaning.unwrap_or(char::REPLACEMENT_CHARACTER));
            rest = &rest[length..];
        }
        Cow::Owned(out)
    } else {
        Cow::Borrowed(text)
    }
}
