//! The body of an answer without its `content-encoding` (RFC 9110 §8.4): gzip and deflate, in any order. What is decoded is as
//! bounded as what is kept, whatever the body would come to.

use super::attempt::{BODY_KEPT, Response};
use crate::domain::compression::{Coding, Decompressed, compress, decompress};
use crate::domain::text::{ellipsis, visible};
use std::borrow::Cow;
use std::fmt::Write as _;

/// More of them in a row are not decoded: real senders use at most two.
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
        if let Some(other) = names.iter().find(|name| named(name).is_empty()) {
            let name = ellipsis(&visible(other), 30).into_owned();
            return as_it_came(Some(format!("encoded with {name}, which cannot be decoded here")));
        }
        if names.len() > MOST {
            return as_it_came(Some(format!("encoded with {shown}: too many encodings to decode")));
        }
        let mut bytes = Cow::Borrowed(&*self.body);
        let (mut whole, mut undone) = (true, Vec::new());
        for name in names.iter().rev() {
            // A name that does not match the bytes is skipped.
            let may_end_early = self.truncated || self.cut.is_some() || !whole;
            if let Some((coding, found)) = undo(named(name), &bytes, BODY_KEPT, may_end_early) {
                whole &= found.whole;
                bytes = Cow::Owned(found.bytes);
                undone.insert(0, coding.name());
            }
        }
        if undone.is_empty() {
            return as_it_came(Some(format!("content-encoding is {shown}, but the body is not; shown as it came")));
        }
        let cut = bytes.len() > BODY_KEPT || self.truncated;
        let mut note = format!("decoded from {}", undone.join(", "));
        if undone.len() < names.len() {
            let _ = write!(note, "; content-encoding says {shown}");
        }
        if !whole && !cut {
            note.push_str(", which is damaged or ends early");
        }
        let mut bytes = bytes.into_owned();
        bytes.truncate(BODY_KEPT);
        Decoded { bytes: Cow::Owned(bytes), note: Some(note), cut }
    }

    /// Changes the text inside the encodings by `mask`, which also gets `slack` bytes beyond what is kept. Where that changes anything,
    /// or more was decoded than is kept, the body becomes the encoding of what is kept: no secret is hidden in the bytes. Gzip and zlib
    /// are decoded whether a header announces them or not, and so is raw deflate in what is no text.
    pub fn mask_decoded(&mut self, slack: usize, mask: impl Fn(&[u8]) -> Vec<u8>) {
        let is_deflate_announced = self.codings().iter().any(|name| name == "deflate");
        // It has no magic number, and looking for it in every text would take too long.
        let may_be_deflate = is_deflate_announced || str::from_utf8(&self.body).is_err();
        let masking = Masking { mask: &mask, most: BODY_KEPT + slack, is_deflate_announced };
        if let Some(Masked { bytes, cut }) = masking.inside(&self.body, may_be_deflate, 0) {
            self.truncated |= cut || bytes.len() > BODY_KEPT;
            self.body = bytes;
            self.body.truncate(BODY_KEPT);
        }
    }

    /// The encodings in lower case, in the order in which they were applied.
    fn codings(&self) -> Vec<String> {
        let values = self.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("content-encoding"));
        let names = values.flat_map(|(_, value)| value.split(',')).map(|name| name.trim().to_ascii_lowercase());
        names.filter(|name| !name.is_empty() && name != "identity").take(MOST + 1).collect()
    }
}

/// Decompresses the bytes by the first of the codings that fits. `may_end_early`: there was more of them.
fn undo(codings: &[Coding], bytes: &[u8], most: usize, may_end_early: bool) -> Option<(Coding, Decompressed)> {
    codings.iter().find_map(|&coding| {
        let found = decompress(coding, bytes, most);
        let fits = match coding {
            // Many a text begins like a short stream.
            Coding::Deflate if !may_end_early => (found.whole && found.used == bytes.len()) || found.bytes.len() > most,
            _ => found.whole || !found.bytes.is_empty(),
        };
        fits.then_some((coding, found))
    })
}

/// Masks what is inside compressed bytes.
struct Masking<'a> {
    mask: &'a dyn Fn(&[u8]) -> Vec<u8>,
    /// How much of each layer is decompressed.
    most: usize,
    is_deflate_announced: bool,
}

struct Masked {
    bytes: Vec<u8>,
    /// Whether something inside was cut.
    cut: bool,
}

impl Masking<'_> {
    /// The bytes with everything inside them masked, `depth` layers deep; `None` where nothing had to be changed.
    fn inside(&self, bytes: &[u8], try_deflate: bool, depth: usize) -> Option<Masked> {
        let fitting = [Coding::Gzip, Coding::Zlib].into_iter().filter(|coding| coding.begins(bytes));
        fitting.chain(try_deflate.then_some(Coding::Deflate)).find_map(|coding| {
            let Decompressed { bytes: text, whole, used } = decompress(coding, bytes, self.most);
            if text.is_empty() {
                return None;
            }
            if depth == MOST {
                // Whatever is that deep is dropped: nobody reads it.
                return (coding != Coding::Deflate).then_some(Masked { bytes: Vec::new(), cut: true });
            }
            let masked = (self.mask)(&text);
            let deeper = self.inside(&masked, true, depth + 1);
            // Other bytes may be read as raw deflate, too: only a secret in it proves that it is some.
            let is_sure = coding != Coding::Deflate || self.is_deflate_announced;
            let is_longer = is_sure && text.len() > BODY_KEPT;
            // Another stream may follow the first.
            let is_followed = coding == Coding::Zlib && whole && used < bytes.len();
            if masked == text && deeper.is_none() && !is_longer && !is_followed {
                return None;
            }
            let Masked { bytes: mut kept, mut cut } = deeper.unwrap_or(Masked { bytes: masked, cut: false });
            cut |= kept.len() > BODY_KEPT;
            kept.truncate(BODY_KEPT);
            Some(Masked { bytes: compress(coding, &kept).unwrap_or_default(), cut })
        })
    }
}

/// What a name of `content-encoding` may mean: senders disagree about `deflate`.
fn named(name: &str) -> &'static [Coding] {
    match name {
        "gzip" | "x-gzip" => &[Coding::Gzip],
        "deflate" => &[Coding::Zlib, Coding::Deflate],
        _ => &[],
    }
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
        for codings in ["gzip", "deflate", "deflate, gzip"] {
            for text in [&text, "{\n  \"error\": \"invalid signature\"\n}", "[\n  1\n]"] {
                let answer = answer(&[codings], text.as_bytes().to_vec());
                assert!(answer.decoded().note.unwrap().contains("but the body is not; shown as it came"), "{codings} {text}");
                assert_eq!(&*answer.decoded().bytes, text.as_bytes());
            }
        }
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
        let mask = |bytes: &[u8]| match str::from_utf8(bytes) {
            Ok(text) => text.replace("canary", "••••").into_bytes(),
            Err(_) => bytes.to_vec(),
        };
        // What is announced, and what the bytes are in.
        for (codings, inner) in [
            (&["gzip"][..], &[Coding::Gzip][..]),
            (&["deflate"], &[Coding::Zlib]),
            (&["deflate"], &[Coding::Deflate]),
            (&["gzip", "gzip"], &[Coding::Gzip]),
            (&["deflate, gzip"], &[Coding::Gzip]),
            (&["deflate"], &[Coding::Deflate, Coding::Gzip]),
            (&["gzip"], &[Coding::Gzip, Coding::Gzip]),
            (&["br, gzip"], &[Coding::Gzip]),
            (&["gzip, br"], &[Coding::Gzip]),
            (&["gzip,gzip,gzip,gzip,gzip,gzip"], &[Coding::Gzip]),
            (&[], &[Coding::Zlib]),
            (&[], &[Coding::Deflate]),
            (&["gzip"], &[Coding::Deflate]),
            (&[], &[Coding::Gzip, Coding::Zlib, Coding::Gzip]),
            (&[], &[Coding::Gzip, Coding::Gzip, Coding::Gzip, Coding::Gzip]),
        ] {
            for text in [&b"a canary sings"[..], b"{\"x\": \"a canary sings\"}", b"{\n  \"x\": \"a canary sings\"\n}"] {
                let of = |text: &[u8]| inner.iter().fold(text.to_vec(), |bytes, coding| compress(*coding, &bytes).unwrap());
                let mut answer = answer(codings, of(text));
                answer.mask_decoded(10, mask);
                assert_eq!(answer.body, of(&mask(text)), "{codings:?} {inner:?}");
            }
        }
    }

    /// Whatever a stream is beside, in or before: the secret is nowhere in what can be decoded.
    #[test]
    fn c13_a_secret_in_odd_streams_is_masked() {
        let gzip = |bytes: &[u8]| compress(Coding::Gzip, bytes).unwrap();
        let zlib = |bytes: &[u8]| compress(Coding::Zlib, bytes).unwrap();
        let mut long = b"canary".to_vec();
        long.resize(20_000_000, b'a');
        let commented = |text: &[u8]| {
            let encoder = flate2::GzBuilder::new().comment("canary").write(Vec::new(), flate2::Compression::default());
            let mut encoder = encoder;
            std::io::Write::write_all(&mut encoder, text).unwrap();
            encoder.finish().unwrap()
        };
        let mut unended = compress(Coding::Deflate, b"a canary sings").unwrap();
        unended.pop();
        for (codings, body) in [
            (&["gzip, gzip"][..], gzip(&gzip(&long))),
            (&["gzip, gzip"], gzip(&commented(b"canary"))),
            (&[], gzip(&commented(b"canary"))),
            (&[], compress(Coding::Deflate, &compress(Coding::Deflate, b"canary").unwrap()).unwrap()),
            (&["deflate"], unended),
            (&["deflate"], [zlib(b"ok"), zlib(b"canary")].concat()),
            (&["gzip"], [gzip(b"ok"), gzip(b"canary")].concat()),
            (&[], (0..6).fold(b"canary".to_vec(), |bytes, _| gzip(&bytes))),
            (&[], (0..5).fold(b"canary".to_vec(), |bytes, _| zlib(&bytes))),
        ] {
            let mut answer = answer(codings, body);
            answer.mask_decoded(64, |bytes| {
                let places = bytes.windows(6).enumerate().filter(|(_, window)| window == b"canary").map(|(at, _)| at);
                places.fold(bytes.to_vec(), |mut masked, at| {
                    masked[at..at + 6].fill(b'*');
                    masked
                })
            });
            let mut layers = vec![answer.body.clone()];
            while let Some(layer) = layers.pop() {
                assert!(!layer.windows(6).any(|window| window == b"canary"), "{codings:?}");
                for coding in [Coding::Gzip, Coding::Zlib, Coding::Deflate] {
                    let found = decompress(coding, &layer, 1 << 20);
                    if !found.bytes.is_empty() && layers.len() < 100 {
                        layers.push(found.bytes);
                        layers.push(layer[found.used.min(layer.len())..].to_vec());
                    }
                }
            }
        }
    }

    #[test]
    fn c13_a_name_that_does_not_match_the_bytes_is_skipped() {
        let text = "{\n  \"error\": \"invalid signature\"\n}";
        let gzip = compress(Coding::Gzip, text.as_bytes()).unwrap();
        for codings in [&["gzip", "gzip"][..], &["gzip, x-gzip"], &["deflate, gzip"], &["gzip, deflate"]] {
            let answer = answer(codings, gzip.clone());
            let decoded = answer.decoded();
            assert_eq!(String::from_utf8_lossy(&decoded.bytes), text);
            assert_eq!(decoded.note.unwrap(), format!("decoded from gzip; content-encoding says {}", codings.join(", ")));
        }
    }
}
