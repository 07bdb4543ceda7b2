//! Masks a secret in text that comes back from outside, in every form in which it may have been written.
//!
//! An endpoint may echo a request, a server may put a key into `Location`. Looked for are the secret, its base64 (standard and
//! URL-safe, also from the middle of a longer text) and its hex, and the pair of Basic Auth in the same forms; each as it is, or
//! with any of its characters escaped once or twice. Letters count in either case.
//!
//! ```text
//! mod         the forms of a secret, and the text with them masked
//! scan        finds forms in a text, whichever way it is read
//! escape      what a stretch of text means to a decoder       entities   the names that HTML has for characters
//! openings    a first look: whether a form may begin here     runs       stretches of base64 and hex, decoded
//! ```

mod entities;
mod escape;
mod openings;
mod runs;
mod scan;

use std::borrow::Cow;
use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

use crate::domain::destination::Settings;
use crate::domain::mask::DOTS;
use crate::domain::signature::hex;
use scan::{End, Forms, Found, PREFIX_FROM};

/// The fewest bytes of which the base64 from the middle of a longer text is looked for.
const INNER_FROM: usize = 8;

/// Knows the forms of one destination's secret.
pub struct Redactor(Forms);

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
        Self(Forms::new(forms))
    }

    /// The most bytes that one form may have in a text: how far to read past an end to mask what crosses it.
    #[must_use]
    pub fn longest(&self) -> usize {
        self.0.longest().saturating_mul(escape::LONGEST).min(64 * 1024)
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
    pub fn redact_bytes(&self, bytes: &[u8]) -> Vec<u8> {
        self.mask(bytes, End::Whole).into_owned()
    }

    /// Like [`Redactor::redact_bytes`], for bytes that were cut off: a form that had begun at their end is masked as well.
    #[must_use]
    pub fn redact_cut(&self, bytes: &[u8]) -> Vec<u8> {
        self.mask(bytes, End::Cut).into_owned()
    }

    fn mask<'a>(&self, text: &'a [u8], end: End) -> Cow<'a, [u8]> {
        let ranges = joined(self.find(text, end).ranges);
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

    fn find(&self, text: &[u8], end: End) -> Found {
        let mut found = self.0.find(text, end);
        let Some(shortest) = self.0.shortest() else { return found };
        let least = if end == End::Cut { PREFIX_FROM } else { shortest };
        runs::each(text, least, |decoded, is_last| {
            let inner = self.0.find(&decoded.bytes, if is_last { end } else { End::Whole });
            found.steps += inner.steps;
            // Of random bytes, some are a short word.
            let enough = if is_last { least } else { shortest };
            let long = inner.ranges.into_iter().filter(|range| range.len() >= enough);
            found.ranges.extend(long.map(|range| {
                let place = decoded.place(&range);
                // The last digits of what was cut off are not a whole byte.
                let goes_on = is_last && end == End::Cut && range.end == decoded.bytes.len();
                place.start..if goes_on { text.len() } else { place.end }
            }));
        });
        found
    }
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

/// A secret, its base64 and its hex.
fn forms_of(secret: &[u8]) -> Vec<Zeroizing<Vec<u8>>> {
    let mut forms = vec![Zeroizing::new(secret.to_vec()), Zeroizing::new(hex(secret).into_bytes())];
    for padded in [&STANDARD, &URL_SAFE] {
        forms.push(Zeroizing::new(padded.encode(secret).into_bytes()));
    }
    for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
        let encoded = Zeroizing::new(engine.encode(secret).into_bytes());
        if secret.len() >= INNER_FROM {
            forms.push(Zeroizing::new(encoded[..secret.len() * 8 / 6].to_vec()));
            // Behind one or two other bytes the characters are others; those at the edges hold bits of the neighbours.
            for before in 1..=2 {
                let mut shifted = Zeroizing::new(vec![0; before]);
                shifted.extend_from_slice(secret);
                let encoded = Zeroizing::new(engine.encode(&shifted));
                forms.push(Zeroizing::new(encoded.as_bytes()[before + 1..shifted.len() * 8 / 6].to_vec()));
            }
        }
        forms.push(encoded);
    }
    forms
}

#[cfg(test)]
mod tests;
