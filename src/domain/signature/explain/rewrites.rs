//! The ways in which libraries write JSON again, in the order in which they are tried.

use crate::domain::json::{self, Escaped, NonAscii, Numbers, Rewrite, Spacing, Texts, Value, decoded, rewritten_number};

/// The deepest nesting of a body that is read as JSON: reading and writing recurse.
const MAX_DEPTH: usize = 128;

const SPACINGS: [Spacing; 4] = [Spacing::Compact, Spacing::Spaced, Spacing::Pretty2, Spacing::Pretty4];

const NUMBERS: [Numbers; 3] = [Numbers::JavaScript, Numbers::Python, Numbers::WithPoint];

/// A body as JSON; `None` when it is not one JSON value.
pub(super) fn parse(body: &[u8]) -> Option<Value<'_>> {
    json::parse(std::str::from_utf8(body).ok()?, MAX_DEPTH)
}

/// What a JSON text in quotes says; `None` for anything else.
pub(super) fn unquoted(body: &[u8]) -> Option<Vec<u8>> {
    match parse(body)? {
        Value::Text(text) => serde_json::from_str::<String>(text).ok().map(String::into_bytes),
        Value::Word(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The spacing in which a body is written throughout, if it is a known one; its last newline apart.
pub(super) fn spacing(value: &Value<'_>, body: &[u8]) -> Option<Spacing> {
    let mut out = Vec::new();
    SPACINGS.into_iter().find(|&spacing| {
        json::write(value, Rewrite { spacing: Some(spacing), ..Rewrite::default() }, &mut out);
        out == body || body.strip_suffix(b"\n") == Some(&out)
    })
}

/// What occurs in a document. A change of anything else changes nothing.
#[derive(Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each stands for itself: any of them may occur with any other")]
struct Traits {
    /// Characters outside ASCII, as themselves.
    non_ascii: bool,
    /// `\uXXXX`
    escapes: bool,
    /// `/`
    slash: bool,
    /// `\/`
    escaped_slash: bool,
    /// `<`, `>` or `&`
    html: bool,
    /// Numbers that change, by [`NUMBERS`].
    numbers: [bool; NUMBERS.len()],
    /// Numbers that JavaScript and Python write differently.
    languages_differ: bool,
    /// Keys that are not sorted.
    unsorted: bool,
}

impl Traits {
    fn collect(&mut self, value: &Value<'_>) {
        match value {
            Value::Word(_) => {}
            Value::Number(text) => self.number(text),
            Value::Text(text) => self.text(text),
            Value::Array(items) => items.iter().for_each(|item| self.collect(item)),
            Value::Object(members) => {
                self.unsorted |= !members.is_sorted_by_key(|(key, _)| decoded(key));
                for (key, value) in members {
                    self.text(key);
                    self.collect(value);
                }
            }
        }
    }

    fn number(&mut self, text: &str) {
        for (numbers, differs) in NUMBERS.into_iter().zip(&mut self.numbers) {
            *differs = *differs || rewritten_number(text, numbers) != text;
        }
        self.languages_differ |= rewritten_number(text, Numbers::JavaScript) != rewritten_number(text, Numbers::Python);
    }

    fn text(&mut self, text: &str) {
        let mut is_escaped = false;
        for byte in text.bytes() {
            match (is_escaped, byte) {
                (true, b'/') => self.escaped_slash = true,
                (true, b'u') => self.escapes = true,
                (false, b'/') => self.slash = true,
                (false, b'<' | b'>' | b'&') => self.html = true,
                (false, 0x80..) => self.non_ascii = true,
                _ => {}
            }
            is_escaped = byte == b'\\' && !is_escaped;
        }
    }
}

/// The rewrites that can make a difference to a value, the fewest changes first.
pub(super) fn rewrites(value: &Value<'_>) -> Vec<Rewrite> {
    let mut t = Traits::default();
    t.collect(value);
    let plain = |spacing| Rewrite { spacing: Some(spacing), ..Rewrite::default() };
    let mut all = SPACINGS.map(plain).to_vec();
    vary(&mut all, &[|rewrite: &mut Rewrite| rewrite.newline = true], true);
    vary(&mut all, &[|rewrite: &mut Rewrite| rewrite.sorted = true], t.unsorted);
    vary(&mut all, &[|rewrite: &mut Rewrite| rewrite.slashes = Some(Escaped::Yes)], t.slash);
    vary(&mut all, &[|rewrite: &mut Rewrite| rewrite.slashes = Some(Escaped::No)], t.escaped_slash);
    vary(&mut all, &[|rewrite: &mut Rewrite| rewrite.html = Some(Escaped::Yes)], t.html);
    vary(&mut all, &[|rewrite: &mut Rewrite| rewrite.html = Some(Escaped::No)], t.escapes);
    let escaped: [Change; 2] =
        [|rewrite| rewrite.non_ascii = Some(NonAscii::Escaped), |rewrite| rewrite.non_ascii = Some(NonAscii::EscapedUpper)];
    vary(&mut all, &escaped, t.non_ascii);
    vary(&mut all, &[|rewrite: &mut Rewrite| rewrite.non_ascii = Some(NonAscii::Plain)], t.escapes);
    let numbers = NUMBERS.into_iter().zip(t.numbers).filter(|&(_, differs)| differs);
    // Where both languages write the same, neither is named.
    let numbers = numbers.filter_map(|(way, _)| match way {
        Numbers::JavaScript if !t.languages_differ => Some(Numbers::Alike),
        Numbers::Python if !t.languages_differ => None,
        way => Some(way),
    });
    let numbers: Vec<_> = numbers.map(|way| move |rewrite: &mut Rewrite| rewrite.numbers = Some(way)).collect();
    vary(&mut all, &numbers, true);
    let mut anew = SPACINGS.map(plain).to_vec();
    vary(&mut anew, &[|rewrite: &mut Rewrite| rewrite.sorted = true], t.unsorted);
    vary(&mut anew, &numbers, true);
    for texts in [Texts::Minimal, Texts::MinimalUpper, Texts::DotNet] {
        all.extend(anew.iter().map(|rewrite| Rewrite { texts: Some(texts), ..*rewrite }));
    }
    // The sort is stable: rewrites of equal weight stay in the order above.
    all.sort_by_key(|rewrite| match weight(*rewrite) {
        // After those that say more exactly which escapes changed.
        few if rewrite.texts.is_some() => (2, 1 + few),
        few @ ..=2 => (few, 0),
        many => (if is_of_a_library(*rewrite) { 3 } else { 4 }, many),
    });
    all
}

/// Sets one part of a rewrite.
type Change = fn(&mut Rewrite);

/// Adds to each rewrite the same with each of the changes, if they can make a difference.
fn vary(all: &mut Vec<Rewrite>, changes: &[impl Fn(&mut Rewrite)], applies: bool) {
    if !applies {
        return;
    }
    for index in 0..all.len() {
        for change in changes {
            let mut rewrite = all[index];
            change(&mut rewrite);
            all.push(rewrite);
        }
    }
}

/// How much is changed. Spacing costs nothing: it is always set, and named only where it differs.
fn weight(rewrite: Rewrite) -> u8 {
    // No library writes these two by default.
    let rare = matches!(rewrite.non_ascii, Some(NonAscii::EscapedUpper)) || rewrite.numbers == Some(Numbers::WithPoint);
    u8::from(rewrite.sorted)
        + u8::from(rewrite.non_ascii.is_some())
        + u8::from(rewrite.slashes.is_some())
        + u8::from(rewrite.html.is_some())
        + u8::from(rewrite.numbers.is_some())
        + u8::from(rewrite.newline)
        + u8::from(rare)
}

/// Whether a library writes JSON like this, by its defaults or common options.
fn is_of_a_library(rewrite: Rewrite) -> bool {
    let Rewrite { sorted, non_ascii, slashes, html, numbers, newline, .. } = rewrite;
    let plain = matches!(non_ascii, None | Some(NonAscii::Plain));
    let escaped = matches!(non_ascii, None | Some(NonAscii::Escaped));
    let slashes_plain = slashes != Some(Escaped::Yes);
    let html_plain = html != Some(Escaped::Yes);
    let as_javascript = matches!(numbers, None | Some(Numbers::JavaScript | Numbers::Alike));
    let as_python = matches!(numbers, None | Some(Numbers::Python | Numbers::Alike));
    let javascript = plain && slashes_plain && html_plain && as_javascript && !newline;
    let python = escaped && slashes_plain && html_plain && as_python && !newline;
    let php = escaped && html_plain && as_python && !sorted && !newline;
    let go = plain && slashes_plain && html != Some(Escaped::No) && as_javascript;
    let ruby = plain && slashes_plain && as_python && !sorted && !newline;
    javascript || python || php || go || ruby
}
