//! Writes a value again, changing only what a [`Rewrite`] says.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::lexer::{decoded, escape};
use super::number;
use super::rewrite::{Duplicates, Escaped, NonAscii, Rewrite, Spacing, Texts};
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
                // Jackson keeps arrays on one line, and their members no deeper.
                let is_inline = self.rewrite.spacing == Some(Spacing::Jackson);
                for (index, item) in items.iter().enumerate() {
                    if is_inline {
                        self.raw(if index > 0 { ", " } else { " " });
                    } else {
                        self.separator(index, depth);
                    }
                    self.value(item, if is_inline { depth } else { depth + 1 });
                }
                if is_inline {
                    self.raw(" ]");
                } else {
                    self.close("]", items.is_empty(), depth);
                }
            }
            Value::Object(members) if members.is_empty() && self.rewrite.empty_as_array => {
                self.value(&Value::Array(Vec::new()), depth);
            }
            Value::Object(members) if members.is_empty() && self.rewrite.spacing == Some(Spacing::Jackson) => self.raw("{ }"),
            Value::Object(members) => {
                self.raw("{");
                let order = order(members, self.rewrite);
                for (count, index) in order.into_iter().enumerate() {
                    let (key, value) = &members[index];
                    self.separator(count, depth);
                    self.text(key);
                    self.raw(match self.rewrite.spacing {
                        None | Some(Spacing::Compact | Spacing::AfterCommas) => ":",
                        Some(Spacing::Jackson) => " : ",
                        Some(_) => ": ",
                    });
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
            Some((unit, width)) => self.line_break(unit, width * (depth + 1)),
            None if index > 0 && matches!(self.rewrite.spacing, Some(Spacing::Spaced | Spacing::AfterCommas)) => self.raw(" "),
            None => {}
        }
    }

    fn close(&mut self, bracket: &str, is_empty: bool, depth: usize) {
        if let Some((unit, width)) = self.indent()
            && !is_empty
        {
            self.line_break(unit, width * depth);
        }
        self.raw(bracket);
    }

    /// With what lines are indented, and how many of it a level has.
    const fn indent(&self) -> Option<(u8, usize)> {
        match self.rewrite.spacing {
            Some(Spacing::Pretty2 | Spacing::Windows | Spacing::Jackson) => Some((b' ', 2)),
            Some(Spacing::Pretty1) => Some((b' ', 1)),
            Some(Spacing::Pretty3) => Some((b' ', 3)),
            Some(Spacing::Pretty4) => Some((b' ', 4)),
            Some(Spacing::Tabs) => Some((b'\t', 1)),
            Some(Spacing::Compact | Spacing::Spaced | Spacing::AfterCommas | Spacing::AfterColons) | None => None,
        }
    }

    fn line_break(&mut self, unit: u8, count: usize) {
        self.raw(if self.rewrite.spacing == Some(Spacing::Windows) { "\r\n" } else { "\n" });
        self.out.resize(self.out.len() + count, unit);
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
        let style = style(texts);
        let is_escaped = style.escapes.contains(c) || (style.is_ascii && !c.is_ascii());
        let short = match c {
            '\u{8}' => "\\b",
            '\u{c}' => "\\f",
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            '\\' => "\\\\",
            '"' if !is_escaped => "\\\"",
            '/' if style.slashes => "\\/",
            _ => "",
        };
        if !short.is_empty() {
            self.raw(short);
        } else if is_escaped || c < ' ' {
            for code in c.encode_utf16(&mut [0; 2]) {
                // PHP has only the escapes of ASCII in upper case.
                let is_upper = style.is_upper && (c.is_ascii() || !matches!(texts, Texts::PhpHex | Texts::Laravel));
                self.raw(&if is_upper { format!("\\u{code:04X}") } else { format!("\\u{code:04x}") });
            }
        } else {
            self.raw(c.encode_utf8(&mut [0; 4]));
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

/// The members of an object that are written, in their order.
fn order(members: &[(&str, Value<'_>)], rewrite: Rewrite) -> Vec<usize> {
    let mut order: Vec<usize> = (0..members.len()).collect();
    if let Some(kept) = rewrite.duplicates {
        let mut places: HashMap<Cow<'_, str>, usize> = HashMap::new();
        let mut left: Vec<usize> = Vec::new();
        for index in order {
            match places.entry(decoded(members[index].0)) {
                Entry::Vacant(place) => {
                    place.insert(left.len());
                    left.push(index);
                }
                Entry::Occupied(place) if kept == Duplicates::Last => left[*place.get()] = index,
                Entry::Occupied(_) => {}
            }
        }
        order = left;
    }
    if rewrite.sorted {
        order.sort_by_cached_key(|&index| decoded(members[index].0));
    }
    if rewrite.integers_first {
        order.sort_by_key(|&index| integer(members[index].0).unwrap_or(u32::MAX));
    }
    order
}

/// A key that is an array index to JavaScript (ECMAScript §6.1.7).
pub(crate) fn integer(key: &str) -> Option<u32> {
    let digits = key.strip_prefix('"')?.strip_suffix('"')?;
    let is_canonical = digits == "0" || !digits.starts_with(['0', '+']);
    digits.parse().ok().filter(|&value| is_canonical && value < u32::MAX)
}

/// How texts are written.
struct Style {
    /// As `\uXXXX`, besides what JSON needs.
    escapes: &'static str,
    is_upper: bool,
    /// Everything outside ASCII as well.
    is_ascii: bool,
    /// `/` as `\/`.
    slashes: bool,
}

const fn style(texts: Texts) -> Style {
    let plain = Style { escapes: "", is_upper: false, is_ascii: false, slashes: false };
    match texts {
        Texts::Minimal => plain,
        Texts::MinimalUpper => Style { is_upper: true, ..plain },
        Texts::DotNet => Style { escapes: "\"<>&'+`\u{7f}", is_upper: true, is_ascii: true, ..plain },
        Texts::Ascii => Style { is_ascii: true, ..plain },
        Texts::AsciiSlashes => Style { is_ascii: true, slashes: true, ..plain },
        Texts::PhpHex => Style { escapes: "<>&'\"", is_upper: true, is_ascii: true, slashes: true },
        Texts::Laravel => Style { escapes: "<>&'\"", is_upper: true, is_ascii: true, ..plain },
        Texts::Gson => Style { escapes: "<>&='\u{2028}\u{2029}", ..plain },
        Texts::Html => Style { escapes: "<>&\u{2028}\u{2029}", ..plain },
        Texts::LineSeparators => Style { escapes: "\u{2028}\u{2029}", ..plain },
    }
}
