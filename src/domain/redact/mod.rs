//! Masks a secret in text that comes back from outside, in every form in which it may have been written.
//!
//! An endpoint may echo a request, a server may put a key into `Location`. Looked for are the secret and the pair of Basic Auth:
//! as they are, with any of their characters escaped up to three times, and as base64, base32, hex, numbers or UTF-16, also of a
//! longer text, also twice, also escaped. Letters count in either case.
//!
//! ```text
//! text ──────────────────────────► scan
//!   └──► decoded ──► again ──► scan
//!
//! scan        finds the forms of a secret in a text, whichever way it is read
//! escape      what a stretch of text means to a decoder       entities   the names that HTML has for characters
//! openings    a first look: whether a form may begin here     charset    bytes read in another character set
//! decode      what a whole stretch means                      runs, lists   base64, base32 and hex; numbers
//! stretch     a stretch, decoded, of which each byte knows its place
//! names       base64 in the name of a header, without its case
//! ```

mod charset;
mod decode;
mod entities;
mod escape;
mod lists;
mod names;
mod openings;
mod runs;
mod scan;
mod stretch;

use std::borrow::Cow;
use std::ops::Range;
use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

use crate::domain::destination::Settings;
use crate::domain::mask::DOTS;
use crate::domain::secret::Secret;
use crate::domain::signature::hex;
use scan::{Forms, Found, PREFIX_FROM, WORD_BELOW};
use stretch::{Decoded, End, Least};

/// How often a text is decoded.
const DEPTH: usize = 2;

/// Knows the forms of one destination's secret.
pub struct Redactor {
    forms: Forms,
    /// What else to look for in the name of a header: made for the first that is long enough.
    names: OnceLock<Forms>,
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Redactor(redacted)")
    }
}

impl Redactor {
    /// Collects the forms of a destination's secret; without one, nothing is ever masked.
    #[must_use]
    pub fn new(to: &Settings) -> Self {
        Self::of(to.wire_forms().iter().map(|form| form.as_slice()))
    }

    /// The same, with a token that authenticates its requests.
    #[must_use]
    pub fn with_token(to: &Settings, token: &Secret) -> Self {
        let forms = to.wire_forms();
        Self::of(forms.iter().map(|form| form.as_slice()).chain([token.expose().as_bytes()]))
    }

    /// Masks those texts in every form.
    #[must_use]
    pub fn of_texts(texts: &[String]) -> Self {
        Self::of(texts.iter().map(String::as_bytes))
    }

    fn of<'a>(secrets: impl Iterator<Item = &'a [u8]>) -> Self {
        let mut forms: Vec<Zeroizing<Vec<u8>>> = Vec::new();
        for form in secrets.flat_map(forms_of) {
            if !form.is_empty() && !forms.contains(&form) {
                forms.push(form);
            }
        }
        Self { forms: Forms::new(forms), names: OnceLock::new() }
    }

    /// The most bytes that one form may have in a text: how far to read past an end to mask what crosses it.
    #[must_use]
    pub fn longest(&self) -> usize {
        self.forms.longest().saturating_mul(escape::LONGEST).min(64 * 1024)
    }

    /// The text with every form of the secret masked.
    #[must_use]
    pub fn redact(&self, text: &str) -> String {
        match self.mask(text.as_bytes(), End::Whole) {
            Cow::Borrowed(_) => text.to_owned(),
            // What is masked in a text is a whole number of characters but for a part of one that is not whole itself.
            Cow::Owned(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    /// The bytes with every form of the secret masked.
    #[must_use]
    pub fn redact_bytes<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        self.mask(bytes, End::Whole)
    }

    /// Like [`Redactor::redact_bytes`], for bytes that were cut off: a form that had begun at their end is masked as well.
    #[must_use]
    pub fn redact_cut<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        self.mask(bytes, End::Cut)
    }

    /// The name of a header, which was cut off or is whole, with every form of the secret masked.
    #[must_use]
    pub fn redact_name<'a>(&self, name: &'a [u8], is_cut: bool) -> Cow<'a, [u8]> {
        let end = if is_cut { End::Cut } else { End::Whole };
        // Base64 has more digits than the secret has bytes.
        if self.forms.shortest().is_none_or(|shortest| !is_cut && name.len() <= shortest) {
            return self.mask(name, end);
        }
        let names = self.names.get_or_init(|| names::forms(&self.forms));
        let mut ranges = self.find(name, end).ranges;
        // The digit on each side stands for a part of the secret, too, and for a part of its neighbour.
        let beside = |range: Range<usize>| range.start.saturating_sub(1)..name.len().min(range.end + 1);
        ranges.extend(names.find(name, end).ranges.into_iter().map(beside));
        with_dots(name, ranges)
    }

    fn mask<'a>(&self, text: &'a [u8], end: End) -> Cow<'a, [u8]> {
        // Most values of headers are shorter than a secret, and every way of writing the secret has at least as many bytes as it has
        // characters.
        if end == End::Whole && text.len() < self.forms.fewest() {
            return Cow::Borrowed(text);
        }
        with_dots(text, self.find(text, end).ranges)
    }

    fn find(&self, text: &[u8], end: End) -> Found {
        self.find_in(text, end, DEPTH)
    }

    /// In the text, and in what it means decoded so many times.
    fn find_in(&self, text: &[u8], end: End, depth: usize) -> Found {
        let mut found = self.forms.find(text, end);
        let Some((shortest, depth)) = self.forms.shortest().zip(depth.checked_sub(1)) else { return found };
        let last = if end == End::Cut { PREFIX_FROM } else { shortest };
        let least = Least { whole: shortest, last, is_ascii: self.forms.is_ascii() };
        if least.fits(text.len()) {
            self.add_decoded(text, end, (depth, depth + 1), least, &mut found);
        }
        found
    }

    /// Adds what is in the stretches of a text, and in those of the text without its escapes: `layers` times.
    fn add_decoded(&self, text: &[u8], end: End, (depth, layers): (usize, usize), least: Least, found: &mut Found) {
        decode::each(text, end, least, |decoded| {
            let end = if decoded.is_last { end } else { End::Whole };
            let mut inner = self.find_in(&decoded.bytes, end, depth);
            // Of random bytes, some are a short word.
            inner.ranges.retain(|range| range.len() >= least.of(decoded.is_last));
            add(found, inner, decoded, text.len(), end);
        });
        let Some(layers) = layers.checked_sub(1) else { return };
        for is_kind in decode::KINDS {
            if let Some(plain) = decode::unescaped(text, end, is_kind) {
                let mut inner = Found::default();
                self.add_decoded(&plain.bytes, end, (depth, layers), least, &mut inner);
                add(found, inner, &plain, text.len(), end);
            }
        }
    }
}

/// Adds what was found in a stretch of a text of that length, decoded.
fn add(found: &mut Found, inner: Found, decoded: &Decoded, length: usize, end: End) {
    found.steps += inner.steps;
    found.ranges.extend(inner.ranges.into_iter().map(|range| {
        let place = decoded.place(&range);
        // The last digits of what was cut off are not a whole byte.
        let goes_on = decoded.is_last && end == End::Cut && range.end == decoded.bytes.len();
        place.start..if goes_on { length } else { place.end }
    }));
}

/// A text with dots in place of those ranges, which may overlap.
fn with_dots(text: &[u8], ranges: Vec<Range<usize>>) -> Cow<'_, [u8]> {
    let ranges = joined(ranges);
    if ranges.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len());
    let mut kept = 0;
    for range in ranges {
        out.extend_from_slice(&text[kept..range.start]);
        out.extend_from_slice(DOTS.as_bytes());
        kept = range.end;
    }
    out.extend_from_slice(&text[kept..]);
    Cow::Owned(out)
}

/// Ranges in their order, with those that overlap made one.
fn joined(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_unstable_by_key(|range| range.start);
    let mut all: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match all.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => all.push(range),
        }
    }
    all
}

/// A secret, and what is not found by decoding a text.
fn forms_of(secret: &[u8]) -> Vec<Zeroizing<Vec<u8>>> {
    let mut forms = vec![secret.to_vec()];
    forms.extend(charset::replaced(secret));
    if secret.len() < WORD_BELOW {
        // So few bytes are found in any that are random.
        forms.push(hex(secret).into_bytes());
        forms.extend([STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD].map(|engine| engine.encode(secret).into_bytes()));
    } else if let Some(text) = str::from_utf8(secret).ok().filter(|text| !text.is_ascii()) {
        forms.extend([u16::to_le_bytes, u16::to_be_bytes].map(|write| text.encode_utf16().flat_map(write).collect()));
        forms.extend([text.to_lowercase().into_bytes(), text.to_uppercase().into_bytes()]);
    }
    forms.into_iter().map(Zeroizing::new).collect()
}

#[cfg(test)]
mod tests;
