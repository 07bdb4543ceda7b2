//! How a signature is written in a header's value: found anywhere, in any encoding.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use super::mistake::{Encoding, Prefix};
use crate::domain::signature::{Format, Piece, SignatureEncoding, SigningScheme};

/// The most signatures looked at in one value: lists are short, and each costs a comparison for every candidate.
const MAX_FOUND: usize = 16;

/// The longest text that is read as a signature: the base64 of the hex of the largest of them has 172 letters.
const MAX_TEXT: usize = 256;

/// The sizes of MD5, SHA-1, SHA-224, SHA-256, SHA-384 and SHA-512, in bytes.
const TAG_SIZES: [usize; 6] = [16, 20, 28, 32, 48, 64];

/// Prefixes that may be named: a fixed list, so that nothing of the value is ever shown.
const KNOWN_PREFIXES: [&str; 29] = [
    "sha256=",
    "SHA256=",
    "sha256:",
    "sha256 ",
    "sha1=",
    "sha512=",
    "sha384=",
    "sha224=",
    "md5=",
    "sha1:",
    "sha512:",
    "sha-256=",
    "v0=",
    "v1=",
    "v2=",
    "v0,",
    "v1,",
    "v1a,",
    "v2,",
    "v1:",
    "v1 ",
    "v1.",
    "hmac ",
    "HMAC ",
    "hmac-sha256=",
    "HMAC-SHA256=",
    "HMAC-SHA256 ",
    "signature=",
    "sig=",
];

/// A signature found in a value.
pub struct Found {
    /// What is before it, without the timestamp.
    before: String,
    /// How it is written.
    pub encoding: Encoding,
    /// Its bytes.
    pub tag: Vec<u8>,
}

/// A header's value, taken apart.
pub struct Value {
    /// The signatures in it, in order.
    pub found: Vec<Found>,
    /// What follows `t=` in it.
    pub timestamp: Option<String>,
}

/// Takes a value apart.
pub fn read(value: &str) -> Value {
    let timestamp = value.split([',', ' ']).find_map(|part| part.strip_prefix("t=")).filter(|t| !t.is_empty());
    let t_part = timestamp.map(|t| format!("t={t},"));
    let mut found = Vec::new();
    let mut after = 0;
    for (from, to) in runs(value).into_iter().filter(|(from, to)| to - from <= MAX_TEXT) {
        let decoded = decode(&value[from..to]);
        if decoded.is_empty() {
            continue;
        }
        let before = value[after..from].trim_start_matches([' ', ',']);
        let before = t_part.as_deref().and_then(|t| before.strip_prefix(t)).unwrap_or(before).trim_start();
        found.extend(decoded.into_iter().map(|(encoding, tag)| Found { before: before.to_owned(), encoding, tag }));
        after = to;
        if found.len() >= MAX_FOUND {
            break;
        }
    }
    Value { found, timestamp: timestamp.map(str::to_owned) }
}

/// The stretches that could be an encoded signature: letters of any of the alphabets, then the padding.
fn runs(value: &str) -> Vec<(usize, usize)> {
    let bytes = value.as_bytes();
    let is_letter = |at: usize| bytes.get(at).is_some_and(|b| b.is_ascii_alphanumeric() || b"+/-_".contains(b));
    let mut all = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let from = at;
        while is_letter(at) {
            at += 1;
        }
        if at == from {
            at += 1;
            continue;
        }
        while bytes.get(at) == Some(&b'=') {
            at += 1;
        }
        all.push((from, at));
    }
    all
}

/// Every way in which a text can be read as a signature of one of the known sizes.
fn decode(text: &str) -> Vec<(Encoding, Vec<u8>)> {
    let mut all = Vec::new();
    if let Some((encoding, tag)) = hex(text) {
        all.push((encoding, tag));
    }
    if let Some((encoding, bytes)) = base64(text) {
        if let Some((Encoding::Hex, tag)) = std::str::from_utf8(&bytes).ok().and_then(hex) {
            all.push((Encoding::Base64OfHex, tag));
        }
        if TAG_SIZES.contains(&bytes.len()) {
            all.push((encoding, bytes));
        }
    }
    all
}

fn hex(text: &str) -> Option<(Encoding, Vec<u8>)> {
    if !text.len().is_multiple_of(2) || !TAG_SIZES.contains(&(text.len() / 2)) || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    // A mixture of both cases is no one's mistake: it was changed by hand.
    let encoding = match (text.bytes().any(|b| b.is_ascii_lowercase()), text.bytes().any(|b| b.is_ascii_uppercase())) {
        (true, true) => return None,
        (false, true) => Encoding::HexUpper,
        (_, false) => Encoding::Hex,
    };
    unhex(text).map(|tag| (encoding, tag))
}

/// The bytes of a hex text in either case.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect()
}

fn base64(text: &str) -> Option<(Encoding, Vec<u8>)> {
    let bare = text.trim_end_matches('=');
    let padding = text.len() - bare.len();
    if padding > 0 && padding != (4 - bare.len() % 4) % 4 {
        return None;
    }
    let padded = text.len().is_multiple_of(4);
    let (engine, encoding) = match (bare.contains(['-', '_']), padded) {
        (false, true) => (&STANDARD_NO_PAD, Encoding::Base64),
        (false, false) => (&STANDARD_NO_PAD, Encoding::Base64Unpadded),
        (true, true) => (&URL_SAFE_NO_PAD, Encoding::Base64Url),
        (true, false) => (&URL_SAFE_NO_PAD, Encoding::Base64UrlUnpadded),
    };
    // Bits left over must be zero: otherwise another text would pass for the same signature.
    engine.decode(bare).ok().map(|bytes| (encoding, bytes))
}

/// How a scheme writes the bytes.
pub const fn encoding_of(scheme: &SigningScheme) -> Encoding {
    match scheme.encoding() {
        SignatureEncoding::Hex => Encoding::Hex,
        SignatureEncoding::Base64 => Encoding::Base64,
    }
}

/// What is before the bytes in a scheme, without the timestamp; `None` where that is more than fixed text.
fn prefix_of(scheme: &SigningScheme) -> Option<&str> {
    match scheme.value().pieces() {
        [Piece::Signature, ..] => Some(""),
        [Piece::Literal(prefix), Piece::Signature, ..] => Some(prefix),
        _ if scheme.format() == Format::Timestamped => Some("v1="),
        _ => None,
    }
}

impl Value {
    /// What is wrong with the prefix of a signature, for a scheme.
    pub fn prefix(&self, found: &Found, scheme: &SigningScheme) -> Option<Prefix> {
        let wanted = prefix_of(scheme)?;
        let before = found.before.as_str();
        match (scheme.format() == Format::Timestamped, self.timestamp.is_some()) {
            (true, false) if before == wanted => return Some(Prefix::Other("v1=")),
            (true, true) if before.is_empty() => return Some(Prefix::Other("t=SECONDS,")),
            (false, true) if before == "v1=" || before.is_empty() => return Some(Prefix::Other("t=SECONDS,v1=")),
            _ => {}
        }
        if before == wanted {
            return None;
        }
        if before.is_empty() {
            return Some(Prefix::Missing);
        }
        if !wanted.is_empty() && before.replace(wanted, "").is_empty() {
            return Some(Prefix::Doubled);
        }
        let known = KNOWN_PREFIXES.into_iter().find(|known| *known == before);
        Some(known.map_or(Prefix::Unknown, Prefix::Other))
    }
}
