//! Whether a header's value is the signature of a request.

use super::TOLERANCE_S;
use super::format::Format;
use super::key::SigningSecret;
use super::template::{Fill, Piece};
use crate::domain::secret::same_bytes;

/// The most signatures of one value that are checked: while a secret is replaced there are two, and for ed25519 each costs as much as
/// the body is long.
const MAX_SIGNATURES: usize = 32;

/// Why a signature does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    /// A header that the check needs is not there.
    #[error("the header {0} is missing")]
    HeaderMissing(&'static str),
    /// The value is not written as the format says.
    #[error("the signature is not of the form {}", .0.shape())]
    Shape(Format),
    /// The timestamp is not a number.
    #[error("the timestamp is not a number of seconds")]
    Timestamp,
    /// The timestamp is too old or too new; by how many seconds.
    #[error("the timestamp is {0} s off, more than the 300 s allowed")]
    Stale(i64),
    /// Another secret, or another body.
    #[error("the signature does not match: another secret was used, or the body was changed")]
    Signature,
}

impl SigningSecret {
    /// Checks the header value of a request that was received at `now` (Unix seconds). `id` and `timestamp` are the values
    /// of `webhook-id` and `webhook-timestamp`. Signatures are compared in constant time.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn verify(&self, value: &str, id: Option<&str>, timestamp: Option<&str>, body: &[u8], now: i64) -> Result<(), Mismatch> {
        let format = self.format();
        match format {
            Format::Sha256Hex if !value.starts_with("sha256=") => Err(Mismatch::Shape(format)),
            Format::Hex | Format::Base64 | Format::Sha256Hex | Format::Template => self.whole(value, id, timestamp, body, now),
            Format::Timestamped => {
                let t = value.split(',').find_map(|part| part.strip_prefix("t=")).ok_or(Mismatch::Shape(format))?;
                let at = fresh(t, now)?;
                self.any_matches(value.split(',').filter_map(|part| part.strip_prefix("v1=")), "", at, body)
            }
            Format::Standard | Format::StandardEd25519 => {
                let id = id.ok_or(Mismatch::HeaderMissing("webhook-id"))?;
                let at = fresh(timestamp.ok_or(Mismatch::HeaderMissing("webhook-timestamp"))?, now)?;
                let version = if format == Format::Standard { "v1," } else { "v1a," };
                self.any_matches(value.split(' ').filter_map(|part| part.strip_prefix(version)), id, at, body)
            }
        }
    }

    /// A value that is one signature with fixed text around it.
    fn whole(&self, value: &str, id: Option<&str>, timestamp: Option<&str>, body: &[u8], now: i64) -> Result<(), Mismatch> {
        let needs = |piece| self.scheme().content().has(&piece) || self.scheme().value().has(&piece);
        let id = match id {
            Some(id) => id,
            None if needs(Piece::Id) => return Err(Mismatch::HeaderMissing("webhook-id")),
            None => "",
        };
        let timestamp = match timestamp {
            Some(timestamp) => timestamp,
            None if needs(Piece::Timestamp) => return Err(Mismatch::HeaderMissing("webhook-timestamp")),
            None => "",
        };
        if self.scheme().signs_timestamp() {
            fresh(timestamp, now)?;
        }
        let signature = self.signature(id, timestamp, body);
        let mut expected = Vec::new();
        let fill = Fill { id, timestamp, body: b"", signature: &signature };
        self.scheme().value().each(&fill, &mut |piece| expected.extend_from_slice(piece));
        if same_bytes(&expected, value.as_bytes()) { Ok(()) } else { Err(Mismatch::Signature) }
    }

    fn any_matches<'a>(&self, found: impl Iterator<Item = &'a str>, id: &str, at: i64, body: &[u8]) -> Result<(), Mismatch> {
        let timestamp = at.to_string();
        let is_right = self.matcher(id, &timestamp, body);
        let mut seen = false;
        let mut matched = false;
        for signature in found.take(MAX_SIGNATURES) {
            seen = true;
            matched |= is_right(signature);
        }
        match (seen, matched) {
            (_, true) => Ok(()),
            (true, false) => Err(Mismatch::Signature),
            (false, false) => Err(Mismatch::Shape(self.format())),
        }
    }
}

/// Unix seconds: digits only.
pub(super) fn unix_seconds(text: &str) -> Option<i64> {
    text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
}

fn fresh(text: &str, now: i64) -> Result<i64, Mismatch> {
    let at = unix_seconds(text).ok_or(Mismatch::Timestamp)?;
    let off = at.saturating_sub(now).saturating_abs();
    if off > TOLERANCE_S { Err(Mismatch::Stale(off)) } else { Ok(at) }
}
