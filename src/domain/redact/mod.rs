//! Masks a secret in text that comes back from outside, in every form in which it may have been written.
//!
//! An endpoint may echo a request, a server may put a key into `Location`. Looked for are: the secret as it is, with any of its
//! characters percent-encoded, form-encoded (`+`), JSON-escaped or HTML-escaped; its base64 (standard and URL-safe, also from
//! the middle of a longer text); its hex; and the pair of Basic Auth in the same forms. Letters count in either case.

mod openings;

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

use crate::domain::destination::Settings;
use crate::domain::json;
use crate::domain::mask::DOTS;
use crate::domain::signature::hex;
use openings::Openings;

/// Forms of fewer bytes are masked only where they are a whole word: a password `at` would shred every sentence,
/// but a header that says just `at` gives it away.
const WORD_BELOW: usize = 6;

/// The fewest bytes of a form that are masked where a text was cut off in the middle of it.
const PREFIX_FROM: usize = 4;

/// The most bytes that one byte of a secret may have become: those of an entity.
const WIDEST: usize = ENTITY;

/// The fewest bytes of which the base64 from the middle of a longer text is looked for.
const INNER_FROM: usize = 8;

/// Knows the forms of one destination's secret.
pub struct Redactor {
    forms: Vec<Form>,
    openings: Openings,
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Redactor(redacted)")
    }
}

struct Form {
    bytes: Zeroizing<Vec<u8>>,
    /// Whether it is masked inside of words, too.
    long_enough: bool,
}

enum Found {
    /// The number of bytes of the text that are the whole form.
    Whole(usize),
    /// The text ended in the middle of the form; the number of its bytes until there.
    Begun(usize),
    No,
}

impl Redactor {
    /// Collects the forms of a destination's secret; without one, nothing is ever masked.
    #[must_use]
    pub fn new(to: &Settings) -> Self {
        let mut forms = Forms::default();
        for form in to.wire_forms() {
            forms.add_all(&form);
        }
        Self::of(forms)
    }

    /// Masks those texts in every form.
    #[must_use]
    pub fn of_texts(texts: &[String]) -> Self {
        let mut forms = Forms::default();
        for text in texts {
            forms.add_all(text.as_bytes());
        }
        Self::of(forms)
    }

    fn of(mut forms: Forms) -> Self {
        // The longest first, so that a form that holds another is masked whole.
        forms.0.sort_by_key(|form| std::cmp::Reverse(form.len()));
        forms.0.dedup();
        let openings = Openings::of(forms.0.iter().map(|form| form.as_slice()));
        let forms = forms.0.into_iter().map(|bytes| Form { long_enough: bytes.len() >= WORD_BELOW, bytes }).collect();
        Self { forms, openings }
    }

    /// The most bytes that one form may have in a text: how far to read past an end to mask what crosses it.
    #[must_use]
    pub fn longest(&self) -> usize {
        self.forms.first().map_or(0, |form| form.bytes.len().saturating_mul(WIDEST)).min(64 * 1024)
    }

    /// The text with every form of the secret masked.
    #[must_use]
    pub fn redact(&self, text: &str) -> String {
        match self.mask(text.as_bytes(), false) {
            Cow::Borrowed(_) => text.to_owned(),
            // What is masked in a text is a whole number of characters but for a part of one that is not whole itself.
            Cow::Owned(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    /// The bytes with every form of the secret masked.
    #[must_use]
    pub fn redact_bytes(&self, bytes: &[u8]) -> Vec<u8> {
        self.mask(bytes, false).into_owned()
    }

    /// Like [`Redactor::redact_bytes`], for bytes that were cut off: a form that had begun at their end is masked as well.
    #[must_use]
    pub fn redact_cut(&self, bytes: &[u8]) -> Vec<u8> {
        self.mask(bytes, true).into_owned()
    }

    fn mask<'a>(&self, text: &'a [u8], cut: bool) -> Cow<'a, [u8]> {
        let mut out: Option<Vec<u8>> = None;
        let mut at = 0_usize;
        let mut kept = 0;
        // An escape only makes a form longer, so what is shorter than each of them holds none.
        let least = self.forms.last().map_or(usize::MAX, |form| form.bytes.len());
        let least = if cut { least.min(PREFIX_FROM) } else { least };
        while at.saturating_add(least) <= text.len() {
            let may_be = text.get(at + 1).is_none_or(|second| self.openings.may_be(text[at], *second));
            let Some(length) = may_be.then(|| self.at(text, at, cut)).flatten() else {
                at += 1;
                continue;
            };
            let out = out.get_or_insert_with(|| Vec::with_capacity(text.len()));
            out.extend_from_slice(&text[kept..at]);
            out.extend_from_slice(DOTS.as_bytes());
            at += length;
            kept = at;
        }
        match out {
            None => Cow::Borrowed(text),
            Some(mut out) => {
                out.extend_from_slice(&text[kept..]);
                Cow::Owned(out)
            }
        }
    }

    /// How many bytes from `at` on are to be masked.
    fn at(&self, text: &[u8], at: usize, cut: bool) -> Option<usize> {
        let mut begun = None;
        let first = text[at];
        for form in self.forms.iter().filter(|form| openings::may_begin(&form.bytes, first)) {
            match find(&text[at..], &form.bytes) {
                Found::Whole(length) if form.long_enough || is_word(text, at, length) => return Some(length),
                Found::Begun(bytes) if cut && bytes >= PREFIX_FROM => begun = Some(text.len() - at),
                _ => {}
            }
        }
        begun
    }
}

#[derive(Default)]
struct Forms(Vec<Zeroizing<Vec<u8>>>);

impl Forms {
    /// A secret and its base64 and hex.
    fn add_all(&mut self, secret: &[u8]) {
        self.add(secret.to_vec());
        self.add(hex(secret).into_bytes());
        self.add(STANDARD.encode(secret).into_bytes());
        self.add(URL_SAFE.encode(secret).into_bytes());
        for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
            self.add(engine.encode(secret).into_bytes());
            if secret.len() < INNER_FROM {
                continue;
            }
            // Behind one or two other bytes the characters are others; those at the edges hold bits of the neighbours.
            for before in 1..=2 {
                let mut shifted = Zeroizing::new(vec![0; before]);
                shifted.extend_from_slice(secret);
                let encoded = Zeroizing::new(engine.encode(&shifted));
                let end = shifted.len() * 8 / 6;
                self.add(encoded.as_bytes()[before + 1..end].to_vec());
            }
            let end = secret.len() * 8 / 6;
            let encoded = Zeroizing::new(engine.encode(secret));
            self.add(encoded.as_bytes()[..end].to_vec());
        }
    }

    fn add(&mut self, form: Vec<u8>) {
        if !form.is_empty() {
            self.0.push(Zeroizing::new(form));
        }
    }
}

/// Whether the text begins with the form, each of its bytes plain or escaped.
fn find(text: &[u8], form: &[u8]) -> Found {
    // As it is comes first: what looks like an escape may be the secret's own text.
    let length = text.len().min(form.len());
    if length > 0 && text[..length].eq_ignore_ascii_case(&form[..length]) {
        return if length == form.len() { Found::Whole(length) } else { Found::Begun(length) };
    }
    let mut at = 0;
    let mut done = 0;
    while done < form.len() {
        let rest = &text[at..];
        if rest.is_empty() {
            return Found::Begun(done);
        }
        match unescape(rest, &form[done..]) {
            Some((taken, bytes)) => {
                at += taken;
                done += bytes;
            }
            None if is_torn_escape(rest) => return Found::Begun(done),
            None => return Found::No,
        }
    }
    Found::Whole(at)
}

/// How many bytes of the text write how many bytes of the form.
fn unescape(text: &[u8], form: &[u8]) -> Option<(usize, usize)> {
    let wanted = form[0];
    let first = text[0];
    // A backslash, a percent sign or an ampersand of the secret may be escaped itself: the longer reading comes first.
    let plain = first.eq_ignore_ascii_case(&wanted) || (first == b'+' && wanted == b' ');
    escaped(text, form).or_else(|| plain.then_some((1, 1)))
}

fn escaped(text: &[u8], form: &[u8]) -> Option<(usize, usize)> {
    let wanted = form[0];
    match text {
        [b'%', high, low, ..] => (hex_value(&[*high, *low])? == u32::from(wanted)).then_some((3, 1)),
        [b'\\', b'u', ..] => {
            let (taken, c) = json::escape(text);
            is_char((taken, c?), form)
        }
        [b'\\', c, ..] if *c == wanted && matches!(c, b'"' | b'\\' | b'/' | b'\'') => Some((2, 1)),
        [b'&', b'#', ..] => is_char(numeric_entity(text)?, form),
        [b'&', ..] => ENTITIES
            .iter()
            .find(|(entity, byte)| *byte == wanted && text.starts_with(entity.as_bytes()))
            .map(|(entity, _)| (entity.len(), 1)),
        _ => None,
    }
}

/// Whether a character that a number of bytes of the text encode is the next of the form.
fn is_char((taken, c): (usize, char), form: &[u8]) -> Option<(usize, usize)> {
    let mut buffer = [0; 4];
    let utf8 = c.encode_utf8(&mut buffer).as_bytes();
    form.starts_with(utf8).then_some((taken, utf8.len()))
}

/// `&#39;`, `&#x27;`, also with zeros before: how many bytes it has, and its character.
fn numeric_entity(text: &[u8]) -> Option<(usize, char)> {
    let end = text.iter().take(ENTITY).position(|&byte| byte == b';')?;
    let value = match text.get(2..end)? {
        [b'x' | b'X', digits @ ..] if !digits.is_empty() => hex_value(digits)?,
        digits if !digits.is_empty() => {
            digits.iter().try_fold(0_u32, |value, &digit| Some(value * 10 + char::from(digit).to_digit(10)?))?
        }
        _ => return None,
    };
    Some((end + 1, char::from_u32(value)?))
}

/// The most bytes of an entity: `&#x00002f;`.
const ENTITY: usize = 10;

const ENTITIES: [(&str, u8); 5] = [("&amp;", b'&'), ("&lt;", b'<'), ("&gt;", b'>'), ("&quot;", b'"'), ("&apos;", b'\'')];

/// Whether the text ends in the middle of an escape.
fn is_torn_escape(text: &[u8]) -> bool {
    match text {
        [b'%', rest @ ..] => rest.len() < 2,
        [b'\\', b'u', rest @ ..] if rest.len() >= 4 => {
            // The first of a pair, whose second is not whole.
            rest.len() < 10
                && matches!(hex_value(&rest[..4]), Some(0xd800..0xdc00))
                && (rest.len() == 4 || rest[4] == b'\\' && rest.get(5).is_none_or(|&byte| byte == b'u'))
        }
        [b'\\', rest @ ..] => rest.is_empty() || rest[0] == b'u',
        [b'&', rest @ ..] => rest.len() < ENTITY - 1 && rest.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'#'),
        _ => false,
    }
}

fn hex_value(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |value, &digit| Some(value * 16 + char::from(digit).to_digit(16)?))
}

/// Whether the match is a whole word.
fn is_word(text: &[u8], at: usize, length: usize) -> bool {
    let part = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte >= 0x80);
    !part(at.checked_sub(1).and_then(|before| text.get(before))) && !part(text.get(at + length))
}

#[cfg(test)]
mod tests;
