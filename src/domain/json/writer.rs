//! Writes a value again, changing only what a [`Rewrite`] says.

use std::borrow::Cow;

use super::lexer::{decoded, escape};
use super::number;
use super::rewrite::{Escaped, NonAscii, Rewrite, Spacing, Texts};
use super::value::Value;

/// Writes a value into `out`, which is emptied first; compact, unless there is a spacing.
pub(crate) fn write(value: &Value<'_>, rewrite: Rewrite, out: &mut Vec<u8>) {
    out.clear();
    Writer { rewrite, out }.value(value, 0);
    if rewrite.newline {
        out.push(b'\n');
    }
}

struct Writer<'a> {
    rewrite: Rewrite,
    out: &'a mut Vec<u8>,
}

impl Writer<'_> {
    /// Adds a value that is `depth` levels deep.
    fn value(&mut self, value: &Value<'_>, depth: usize) {
        match value {
            Value::Word(text) => self.raw(text),
            Value::Number(text) => {
                self.raw(&self.rewrite.numbers.map_or(Cow::Borrowed(*text), |numbers| number::rewritten(text, numbers)));
            }
            Value::Text(text) => self.text(text),
            Value::Array(items) => {
                self.raw("[");
                for (index, item) in items.iter().enumerate() {
                    self.separator(index, depth);
                    self.value(item, depth + 1);
                }
                self.close("]", items.is_empty(), depth);
            }
            Value::Object(members) => {
                self.raw("{");
                let mut order: Vec<usize> = (0..members.len()).collect();
                if self.rewrite.sorted {
                    order.sort_by_cached_key(|&index| decoded(members[index].0));
                }
                for (count, index) in order.into_iter().enumerate() {
                    let (key, value) = &members[index];
                    self.separator(count, depth);
                    self.text(key);
                    self.raw(if matches!(self.rewrite.spacing, None | Some(Spacing::Compact)) { ":" } else { ": " });
                    self.value(value, depth + 1);
                }
                self.close("}", members.is_empty(), depth);
            }
        }
    }

    /// What comes before an item: a comma unless it is the first, and the space or line break.
    fn separator(&mut self, index: usize, depth: usize) {
        if index > 0 {
            self.raw(",");
        }
        match self.indent() {
            Some(width) => self.line_break(width * (depth + 1)),
            None if index > 0 && self.rewrite.spacing == Some(Spacing::Spaced) => self.raw(" "),
            None => {}
        }
    }

    fn close(&mut self, bracket: &str, is_empty: bool, depth: usize) {
        if let Some(width) = self.indent()
            && !is_empty
        {
            self.line_break(width * depth);
        }
        self.raw(bracket);
    }

    const fn indent(&self) -> Option<usize> {
        match self.rewrite.spacing {
            Some(Spacing::Pretty2) => Some(2),
            Some(Spacing::Pretty4) => Some(4),
            Some(Spacing::Compact | Spacing::Spaced) | None => None,
        }
    }

    fn line_break(&mut self, indent: usize) {
        self.out.push(b'\n');
        self.out.resize(self.out.len() + indent, b' ');
    }

    fn raw(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn text(&mut self, text: &str) {
        let rewrite = self.rewrite;
        if rewrite.non_ascii.is_none() && rewrite.slashes.is_none() && rewrite.html.is_none() && rewrite.texts.is_none() {
            return self.raw(text);
        }
        if let Some(texts) = rewrite.texts {
            return self.encoded(text, texts);
        }
        let mut rest = text;
        loop {
            // What no rewrite changes is copied in one go.
            let is_special = |c: char| matches!(c, '\\' | '/' | '<' | '>' | '&') || !c.is_ascii();
            let plain = rest.find(is_special).unwrap_or(rest.len());
            self.raw(&rest[..plain]);
            rest = &rest[plain..];
            let Some(first) = rest.chars().next() else { return };
            let is_escape = first == '\\';
            let (length, meaning) = if is_escape { escape(rest.as_bytes()) } else { (first.len_utf8(), Some(first)) };
            let (unit, tail) = rest.split_at(length);
            self.unit(unit, meaning, is_escape);
            rest = tail;
        }
    }

    /// A text, with its quotes, encoded anew.
    fn encoded(&mut self, text: &str, texts: Texts) {
        let Some(mut rest) = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) else { return self.raw(text) };
        self.raw("\"");
        while let Some(first) = rest.chars().next() {
            let (length, meaning) = if first == '\\' { escape(rest.as_bytes()) } else { (first.len_utf8(), Some(first)) };
            let (unit, tail) = rest.split_at(length);
            rest = tail;
            match meaning {
                Some(c) => self.character(c, texts),
                None => self.raw(unit),
            }
        }
        self.raw("\"");
    }

    fn character(&mut self, c: char, texts: Texts) {
        let short = match c {
            '\u{8}' => "\\b",
            '\u{c}' => "\\f",
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            '\\' => "\\\\",
            '"' if texts != Texts::DotNet => "\\\"",
            _ => "",
        };
        if !short.is_empty() {
            return self.raw(short);
        }
        let is_escaped = c < ' '
            || (texts == Texts::DotNet && (matches!(c, '"' | '<' | '>' | '&' | '\'' | '+' | '`' | '\u{7f}') || !c.is_ascii()));
        if !is_escaped {
            return self.raw(c.encode_utf8(&mut [0; 4]));
        }
        for code in c.encode_utf16(&mut [0; 2]) {
            self.raw(&if texts == Texts::Minimal { format!("\\u{code:04x}") } else { format!("\\u{code:04X}") });
        }
    }

    /// A character of a text, as it is written and as it is meant.
    fn unit(&mut self, unit: &str, meaning: Option<char>, is_escape: bool) {
        let target = match meaning {
            Some('/') => self.rewrite.slashes,
            Some('<' | '>' | '&') => self.rewrite.html,
            Some(c) if !c.is_ascii() => self.rewrite.non_ascii.map(|non_ascii| match non_ascii {
                NonAscii::Plain => Escaped::No,
                NonAscii::Escaped | NonAscii::EscapedUpper => Escaped::Yes,
            }),
            _ => None,
        };
        match (target, meaning) {
            (Some(Escaped::No), Some(c)) if is_escape => self.raw(c.encode_utf8(&mut [0; 4])),
            (Some(Escaped::Yes), Some('/')) if !is_escape => self.raw("\\/"),
            (Some(Escaped::Yes), Some(c)) if !is_escape => {
                let is_upper = self.rewrite.non_ascii == Some(NonAscii::EscapedUpper);
                for code in c.encode_utf16(&mut [0; 2]) {
                    self.raw(&if is_upper { format!("\\u{code:04X}") } else { format!("\\u{code:04x}") });
                }
            }
            _ => self.raw(unit),
        }
    }
}
