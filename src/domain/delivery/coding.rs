//! The body of an answer without its `content-encoding` (RFC 9110 §8.4): gzip and deflate, in any order. What is decoded is as
//! bounded as what is kept, whatever the body would come to.

use super::attempt::{BODY_KEPT, Response};
use crate::domain::compression::{Coding, compress, decompress};
use crate::domain::text::{ellipsis, visible};
use std::borrow::Cow;

/// More of them in a row are not decoded: none that means well has more than two.
const MOST: usize = 4;

/// A body as people read it.
#[derive(Debug, PartialEq, Eq)]
pub struct Decoded<'a> {
    /// At most [`BODY_KEPT`] bytes where something was decoded.
    pub bytes: Cow<'a, [u8]>,
    /// What was decoded, or why not; none for a body without an encoding.
    pub note: Option<String>,
    /// Whether there is more than the bytes.
    pub cut: bool,
}

impl Response {
    /// The body as people read it.
    #[must_use]
    pub fn decoded(&self) -> Decoded<'_> {
        let names = self.codings();
        let as_it_came = |note| Decoded { bytes: Cow::Borrowed(&self.body), note, cut: self.truncated };
        if names.is_empty() || self.body.is_empty() {
            return as_it_came(None);
        }
        let shown = ellipsis(&visible(&names.join(", ")), 60).into_owned();
        if let Some(other) = names.iter().find(|name| !is_known(name)) {
            let name = ellipsis(&visible(other), 30).into_owned();
            return as_it_came(Some(format!("encoded with {name}, which cannot be decoded here")));
        }
        if names.len() > MOST {
            return as_it_came(Some(format!("encoded with {shown}: too many encodings to decode")));
        }
        let Some((bytes, whole, _)) = decode(&self.body, &names, BODY_KEPT) else {
            return as_it_came(Some(format!("content-encoding is {shown}, but the body is not; shown as it came")));
        };
        let cut = bytes.len() > BODY_KEPT || self.truncated;
        let note = if whole || cut {
            format!("decoded from {shown}")
        } else {
            format!("decoded from {shown}, which is damaged or ends early")
        };
        let mut bytes = bytes;
        bytes.truncate(BODY_KEPT);
        Decoded { bytes: Cow::Owned(bytes), note: Some(note), cut }
    }

    /// Changes the decoded text by `mask`, which also gets `slack` bytes beyond what is kept. Where that changes anything, or
    /// more was decoded than is kept, the body becomes the encoding of what is kept: no secret is hidden in the bytes.
    pub fn mask_decoded(&mut self, slack: usize, mask: impl Fn(&[u8]) -> Vec<u8>) {
        let names = self.codings();
        if names.is_empty() || names.len() > MOST || !names.iter().all(|name| is_known(name)) {
            return;
        }
        let Some((bytes, _, codings)) = decode(&self.body, &names, BODY_KEPT + slack) else { return };
        let mut masked = mask(&bytes);
        if masked == bytes && bytes.len() <= BODY_KEPT {
            return;
        }
        self.truncated |= masked.len() > BODY_KEPT;
        masked.truncate(BODY_KEPT);
        self.body = codings.iter().fold(masked, |bytes, coding| compress(*coding, &bytes).unwrap_or_default());
    }

    /// The encodings in lower case, in the order in which they were applied.
    fn codings(&self) -> Vec<String> {
        let values = self.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("content-encoding"));
        let names = values.flat_map(|(_, value)| value.split(',')).map(|name| name.trim().to_ascii_lowercase());
        names.filter(|name| !name.is_empty() && name != "identity").take(MOST + 1).collect()
    }
}

fn is_known(name: &str) -> bool {
    matches!(name, "gzip" | "x-gzip" | "deflate")
}

/// The bytes before the encodings, up to one more than `most`; whether that is all; and what the encodings were, in their order.
/// `None` if the bytes are not so encoded.
fn decode(bytes: &[u8], names: &[String], most: usize) -> Option<(Vec<u8>, bool, Vec<Coding>)> {
    let mut bytes = bytes.to_vec();
    let (mut whole, mut codings) = (true, Vec::new());
    for name in names.iter().rev() {
        let tries: &[Coding] = if name == "deflate" { &[Coding::Zlib, Coding::Deflate] } else { &[Coding::Gzip] };
        let (decoded, ended, coding) = tries.iter().find_map(|coding| {
            let (decoded, ended) = decompress(*coding, &bytes, most);
            (ended || !decoded.is_empty()).then_some((decoded, ended, *coding))
        })?;
        whole &= ended;
        bytes = decoded;
        codings.insert(0, coding);
    }
    Some((bytes, whole, codings))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(codings: &[&str], body: Vec<u8>) -> Response {
        let headers = codings.iter().map(|name| ("Content-Encoding".to_owned(), (*name).to_owned())).collect();
        Response { status: 400, reason: String::new(), headers, body, truncated: false, cut: None }
    }

    #[test]
    fn c13_every_encoding_that_is_known_is_decoded() {
        let text = b"{\"error\":\"invalid signature\"}";
        let gzip = compress(Coding::Gzip, text).unwrap();
        let zlib = compress(Coding::Zlib, text).unwrap();
        let both = compress(Coding::Gzip, &zlib).unwrap();
        let members = [compress(Coding::Gzip, &text[..9]).unwrap(), compress(Coding::Gzip, &text[9..]).unwrap()].concat();
        for (codings, body) in [
            (&["gzip"][..], gzip.clone()),
            (&["X-GZIP"], gzip.clone()),
            (&["identity", "gzip"], gzip),
            (&["gzip"], members),
            (&["deflate"], zlib),
            (&["deflate"], compress(Coding::Deflate, text).unwrap()),
            (&["deflate, gzip"], both.clone()),
            (&["deflate", "gzip"], both),
        ] {
            let answer = answer(codings, body.clone());
            let decoded = answer.decoded();
            assert_eq!(&*decoded.bytes, text, "{codings:?}");
            assert!(decoded.note.unwrap().starts_with("decoded from "), "{codings:?}");
            assert_eq!(answer.body, body);
        }
    }

    #[test]
    fn c13_what_cannot_be_decoded_says_so() {
        let text = "not signed".repeat(50);
        let note = |codings: &[&str], body: &[u8]| answer(codings, body.to_vec()).decoded().note.unwrap();
        assert_eq!(note(&["br"], b"x"), "encoded with br, which cannot be decoded here");
        assert_eq!(note(&["gzip, zstd"], b"x"), "encoded with zstd, which cannot be decoded here");
        assert!(note(&["gzip"], text.as_bytes()).contains("but the body is not; shown as it came"));
        assert!(note(&["gzip,gzip,gzip,gzip,gzip"], b"x").contains("too many"));
        let mut gzip = compress(Coding::Gzip, text.as_bytes()).unwrap();
        gzip.truncate(gzip.len() - 6);
        let answer = answer(&["gzip"], gzip);
        assert!(answer.decoded().note.unwrap().contains("damaged or ends early"));
        assert!(answer.decoded().bytes.starts_with(b"not signed"));
    }

    #[test]
    fn c13_a_bomb_stays_within_the_cap() {
        let one = compress(Coding::Gzip, &vec![b'a'; 10_000_000]).unwrap();
        let two = compress(Coding::Gzip, &one).unwrap();
        for (codings, body) in [(&["gzip"][..], one), (&["gzip, gzip"], two)] {
            let mut answer = answer(codings, body);
            let decoded = answer.decoded();
            assert!(decoded.bytes.len() <= BODY_KEPT && decoded.bytes.starts_with(b"aaaa") && decoded.cut);
            answer.mask_decoded(64, <[u8]>::to_vec);
            assert!(answer.truncated && answer.decoded().bytes.len() <= BODY_KEPT);
        }
    }

    #[test]
    fn c13_a_secret_in_the_decoded_text_is_masked_in_the_bytes_too() {
        let mask = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace("canary", "••••").into_bytes();
        for coding in ["gzip", "deflate"] {
            let body = compress(if coding == "gzip" { Coding::Gzip } else { Coding::Zlib }, b"a canary sings").unwrap();
            let mut answer = answer(&[coding], body);
            answer.mask_decoded(10, mask);
            assert_eq!(String::from_utf8_lossy(&answer.decoded().bytes), "a •••• sings");
        }
    }
}
