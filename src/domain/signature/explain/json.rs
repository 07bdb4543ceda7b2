//! JSON as tokens, so that writing it again changes only what is meant to: key order, number text and escapes are kept.

use super::mistake::Numbers;
use super::mistake::{Rewrite, Spacing};
use super::number;
use super::rewrites::{self, NUMBERS, SPACINGS, Traits};
use super::writer::{Writer, decoded};

/// How deep a body may nest before it is taken for something else than a payload; what is written recurses.
const MAX_DEPTH: usize = 128;

/// A value, with the texts as they stand in the body.
pub enum Value<'a> {
    /// `true`, `false`, `null`.
    Word(&'a str),
    /// As it is written.
    Number(&'a str),
    /// With its quotes.
    Text(&'a str),
    /// In order.
    Array(Vec<Value<'a>>),
    /// Keys with their quotes.
    Object(Vec<(&'a str, Value<'a>)>),
}

/// A body that is JSON.
pub struct Document<'a> {
    root: Value<'a>,
    traits: Traits,
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
        rewrites::of(self.traits)
    }

    /// Writes it again into `out`, which is emptied first. A spacing must be set.
    pub fn write(&self, how: Rewrite, out: &mut Vec<u8>) {
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
            self.write(Rewrite { spacing: Some(spacing), ..Rewrite::default() }, &mut out);
            out == body || body.strip_suffix(b"\n") == Some(&out)
        })
    }
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
        self.traits.languages_differ |= number::written(text, Numbers::JavaScript) != number::written(text, Numbers::Python);
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

/// What a JSON text in quotes says; `None` for anything else.
pub fn unquoted(body: &[u8]) -> Option<Vec<u8>> {
    match Document::parse(body)?.root {
        Value::Text(text) => serde_json::from_str::<String>(text).ok().map(String::into_bytes),
        _ => None,
    }
}
