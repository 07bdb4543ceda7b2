//! A body that was compressed, or written in base64, on its way to the check.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::mistake::Mistake;
use crate::domain::compression::{Coding, Decompressed, decompress};
use crate::domain::signature::verify::received::Received;

/// The most bytes that a body is decompressed to; of what gives more, nothing is tried.
const MAX_DECOMPRESSED: usize = 16 << 20;

/// The codings that may be named (RFC 9110 §8.4.1): a fixed list, so that nothing of the value is ever shown.
const CODINGS: [&str; 6] = ["gzip", "x-gzip", "deflate", "br", "zstd", "compress"];

/// A gzip or zlib body without its compression; `None` where it is neither, or too large.
pub(super) fn decompressed(body: &[u8]) -> Option<Vec<u8>> {
    match body {
        [0x1f, 0x8b, ..] => whole(Coding::Gzip, body),
        // Zlib's first two bytes are a multiple of 31 (RFC 1950 §2.2); without them it is bare DEFLATE.
        [first, second, ..] if first & 0xf == 8 && u16::from_be_bytes([*first, *second]).is_multiple_of(31) => {
            whole(Coding::Zlib, body).or_else(|| whole(Coding::Deflate, body))
        }
        _ => None,
    }
}

/// Bare DEFLATE, which has no mark of its own.
pub(super) fn inflated(body: &[u8]) -> Option<Vec<u8>> {
    let is_text = std::str::from_utf8(body).is_ok_and(|text| text.trim_start().starts_with(['{', '[', '"']));
    if is_text { None } else { whole(Coding::Deflate, body) }
}

fn whole(coding: Coding, body: &[u8]) -> Option<Vec<u8>> {
    let Decompressed { bytes: out, whole: has_ended, .. } = decompress(coding, body, MAX_DECOMPRESSED);
    (has_ended && !out.is_empty() && out.len() <= MAX_DECOMPRESSED).then_some(out)
}

/// Base64, as a function behind a gateway gets a body.
pub(super) fn base64_decoded(body: &[u8]) -> Option<Vec<u8>> {
    STANDARD.decode(body.trim_ascii()).ok().filter(|bytes| !bytes.is_empty())
}

/// What the request says about its compression, and whether that still holds; only known when nothing else is.
pub(super) fn announced(received: &Received<'_>) -> Option<Mistake> {
    let value = received.header("content-encoding")?;
    let coding = CODINGS.into_iter().find(|coding| value.split(',').any(|part| part.trim().eq_ignore_ascii_case(coding)))?;
    let is_text = std::str::from_utf8(received.body).is_ok();
    Some(Mistake::Compression { coding, is_compressed: !is_text })
}
