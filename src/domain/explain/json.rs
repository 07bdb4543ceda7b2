//! JSON as tokens, so that writing it again changes only what is meant to: key order, number text and escapes are kept.

use std::borrow::Cow;

use super::mistake::{Escaped, NonAscii, Numbers, Rewrite, Spacing};
use super::number;

/// How deep a body may nest before it is taken for something else than a payload; what is written recurses.
const MAX_DEPTH: usize = 128;

/// A value, with the texts as they stand in the body.
enum Value<'a> {
    /// `true`, `false`, `null`.
    Word(&'a str),
    Number(&'a str),
    /// With its quotes.
    Text(&'a str),
    Array(Vec<Value<'a>>),
    /// Keys with their quotes.
    Object(Vec<(&'a str, Value<'a>)>),
}

/// A body that is JSON.
pub struct Document<'a> {
    root: Value<'a>,
    traits: Traits,
}

/// What occurs in a document: a change of anything else changes nothing.
#[derive(Clone, Copy, Default)]
struct Traits {
    non_ascii: bool,
    escapes: bool,
    slash: bool,
    escaped_slash: bool,
    html: bool,
    /// By the way of writing them.
    numbers: [bool; NUMBERS.len()],
    keys: bool,
}

impl<'a> Document<'a> {
    /// Reads a body; `None` when it is not one JSON value, or nests deeper than anybody's payload.
    pub fn parse(body: &'a [u8]) -> Option<Self> {
        let text = std::str::from_utf8(body).ok()?;
        let mut parser = Parser { text, at: 0, traits: Traits::default() };
        let root = parser.value(MAX_DEPTH)?;
        parser.blanks();
        (parser.at == text.len()).then_some(Self { root, traits: parser.traits })
    }

    /// The ways of writing it again that can make a difference, the fewest changes first.
    pub fn rewrites(&self) -> Vec<Rewrite> {
        let t = self.traits;
        let plain = |spacing| Rewrite { spacing: Some(spacing), ..Rewrite::default() };
        let mut all = SPACINGS.map(plain).to_vec();
        vary(&mut all, &[|how: &mut Rewrite| how.newline = true], true);
        vary(&mut all, &[|how: &mut Rewrite| how.sorted = true], t.keys);
        vary(&mut all, &[|how: &mut Rewrite| how.slashes = Some(Escaped::Yes)], t.slash);
        vary(&mut all, &[|how: &mut Rewrite| how.slashes = Some(Escaped::No)], t.escaped_slash);
        vary(&mut all, &[|how: &mut Rewrite| how.html = Some(Escaped::Yes)], t.html);
        vary(&mut all, &[|how: &mut Rewrite| how.html = Some(Escaped::No)], t.escapes);
        let escaped: [Change; 2] =
            [|how| how.non_ascii = Some(NonAscii::Escaped), |how| how.non_ascii = Some(NonAscii::EscapedUpper)];
        vary(&mut all, &escaped, t.non_ascii);
        vary(&mut all, &[|how: &mut Rewrite| how.non_ascii = Some(NonAscii::Plain)], t.escapes);
        let numbers = NUMBERS.into_iter().zip(t.numbers).filter(|&(_, differs)| differs);
        let numbers: Vec<_> = numbers.map(|(way, _)| move |how: &mut Rewrite| how.numbers = Some(way)).collect();
        vary(&mut all, &numbers, true);
        // A stable sort: of equal weight, the order above stays.
        all.sort_by_key(|how| match weight(how) {
            few @ ..=2 => (few, 0),
            many => (if is_of_a_library(how) { 3 } else { 4 }, many),
        });
        all
    }

    /// Writes it again into `out`, which is emptied first. A spacing must be set.
    pub fn write(&self, how: &Rewrite, out: &mut Vec<u8>) {
        out.clear();
        Writer { how, out }.value(&self.root, 0);
        if how.newline {
            out.push(b'\n');
        }
    }

    /// The spacing in which the body is written throughout, if it is one of those known; its last newline apart.
    pub fn spacing(&self, body: &[u8]) -> Option<Spacing> {
        let mut out = Vec::new();
        SPACINGS.into_iter().find(|&spacing| {
            self.write(&Rewrite { spacing: Some(spacing), ..Rewrite::default() }, &mut out);
            out == body || body.strip_suffix(b"\n") == Some(&out)
        })
    }
}

const SPACINGS: [Spacing; 4] = [Spacing::Compact, Spacing::Spaced, Spacing::Pretty2, Spacing::Pretty4];

const NUMBERS: [Numbers; 3] = [Numbers::JavaScript, Numbers::Python, Numbers::WithPoint];

/// Sets one part of a rewriting.
type Change = fn(&mut Rewrite);

/// Adds to each rewriting the same with each of the changes, if they can make a difference.
fn vary(all: &mut Vec<Rewrite>, changes: &[impl Fn(&mut Rewrite)], applies: bool) {
    if !applies {
        return;
    }
    for index in 0..all.len() {
        for change in changes {
            let mut how = all[index];
            change(&mut how);
            all.push(how);
        }
    }
}

/// How much is changed. Spacing costs nothing: it is always set, and named only where it differs.
fn weight(how: &Rewrite) -> u8 {
    // These two come of no library's defaults.
    let rare = matches!(how.non_ascii, Some(NonAscii::EscapedUpper)) || how.numbers == Some(Numbers::WithPoint);
    u8::from(how.sorted)
        + u8::from(how.non_ascii.is_some())
        + u8::from(how.slashes.is_some())
        + u8::from(how.html.is_some())
        + u8::from(how.numbers.is_some())
        + u8::from(how.newline)
        + u8::from(rare)
}

/// Whether a library writes JSON so, by its defaults or common options.
fn is_of_a_library(how: &Rewrite) -> bool {
    let Rewrite { sorted, non_ascii, slashes, html, numbers, newline, .. } = *how;
    let plain = matches!(non_ascii, None | Some(NonAscii::Plain));
    let escaped = matches!(non_ascii, None | Some(NonAscii::Escaped));
    let slashes_plain = slashes != Some(Escaped::Yes);
    let html_plain = html != Some(Escaped::Yes);
    let as_javascript = matches!(numbers, None | Some(Numbers::JavaScript));
    let as_python = matches!(numbers, None | Some(Numbers::Python));
    let javascript = plain && slashes_plain && html_plain && as_javascript && !newline;
    let python = escaped && slashes_plain && html_plain && as_python && !newline;
    let php = escaped && html_plain && as_python && !sorted && !newline;
    let go = plain && slashes_plain && html != Some(Escaped::No) && as_javascript;
    let ruby = plain && slashes_plain && as_python && !sorted && !newline;
    javascript || python || php || go || ruby
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    traits: Traits,
}

impl<'a> Parser<'a> {
    fn value(&mut self, depth: usize) -> Option<Value<'a>> {
        self.blanks();
        match self.peek()? {
            b'"' => self.string().map(Value::Text),
            b'{' if depth > 0 => self.object(depth),
            b'[' if depth > 0 => self.array(depth),
            b'-' | b'0'..=b'9' => self.number(),
            _ => ["true", "false", "null"].into_iter().find(|word| self.text[self.at..].starts_with(word)).map(|word| {
                self.at += word.len();
                Value::Word(word)
            }),
        }
    }

    fn object(&mut self, depth: usize) -> Option<Value<'a>> {
        self.at += 1;
        let mut members: Vec<(&str, Value<'_>)> = Vec::new();
        if self.eat(b'}') {
            return Some(Value::Object(members));
        }
        loop {
            self.blanks();
            let key = self.string()?;
            if !self.eat(b':') {
                return None;
            }
            if members.last().is_some_and(|(before, _)| decoded(before) > decoded(key)) {
                self.traits.keys = true;
            }
            members.push((key, self.value(depth - 1)?));
            if self.eat(b'}') {
                return Some(Value::Object(members));
            }
            if !self.eat(b',') {
                return None;
            }
        }
    }

    fn array(&mut self, depth: usize) -> Option<Value<'a>> {
        self.at += 1;
        let mut items = Vec::new();
        if self.eat(b']') {
            return Some(Value::Array(items));
        }
        loop {
            items.push(self.value(depth - 1)?);
            if self.eat(b']') {
                return Some(Value::Array(items));
            }
            if !self.eat(b',') {
                return None;
            }
        }
    }

    fn number(&mut self) -> Option<Value<'a>> {
        let rest = &self.text[self.at..];
        let end = rest.find(|c: char| !matches!(c, '0'..='9' | '+' | '-' | '.' | 'e' | 'E')).unwrap_or(rest.len());
        let text = &rest[..end];
        if !number::is_json(text) {
            return None;
        }
        for (way, differs) in NUMBERS.into_iter().zip(&mut self.traits.numbers) {
            *differs = *differs || number::written(text, way) != text;
        }
        self.at += end;
        Some(Value::Number(text))
    }

    /// A text with its quotes. Escapes are not judged: what they are stays what they are.
    fn string(&mut self) -> Option<&'a str> {
        let bytes = self.text.as_bytes();
        let from = self.at;
        if bytes.get(from) != Some(&b'"') {
            return None;
        }
        let mut at = from + 1;
        loop {
            match *bytes.get(at)? {
                b'"' => break,
                b'\\' => {
                    match *bytes.get(at + 1)? {
                        b'/' => self.traits.escaped_slash = true,
                        b'u' => self.traits.escapes = true,
                        _ => {}
                    }
                    at += 2;
                    continue;
                }
                b'/' => self.traits.slash = true,
                b'<' | b'>' | b'&' => self.traits.html = true,
                0..=0x1f => return None,
                0x80.. => self.traits.non_ascii = true,
                _ => {}
            }
            at += 1;
        }
        self.at = at + 1;
        self.text.get(from..=at)
    }

    fn eat(&mut self, wanted: u8) -> bool {
        self.blanks();
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }
}

struct Writer<'a, 'b> {
    how: &'a Rewrite,
    out: &'b mut Vec<u8>,
}

impl Writer<'_, '_> {
    fn value(&mut self, value: &Value<'_>, depth: usize) {
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
fn decoded(text: &str) -> Cow<'_, str> {
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

/// What a JSON text in quotes says; `None` for anything else.
pub fn unquoted(body: &[u8]) -> Option<Vec<u8>> {
    match Document::parse(body)?.root {
        Value::Text(text) => serde_json::from_str::<String>(text).ok().map(String::into_bytes),
        _ => None,
    }
}
