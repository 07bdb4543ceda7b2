//! The five signature formats: HMAC-SHA256 over the raw body, in the ways the field writes it.
//!
//! | format | header value | signs | key |
//! |---|---|---|---|
//! | `hex` | lower-case hex | body | the secret's UTF-8 bytes |
//! | `base64` | standard base64 | body | same |
//! | `sha256-hex` | `sha256=` + hex, as GitHub does | body | same |
//! | `timestamped` | `t=TS,v1=` + hex, as Stripe does | `TS.body` | same |
//! | `standard` | `v1,` + base64, Standard Webhooks | `ID.TS.body` | base64 after `whsec_` |

pub mod explain;
pub mod verify;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::domain::secret::Secret;

/// The prefix of a Standard Webhooks secret.
pub const WHSEC: &str = "whsec_";

/// How far a signed timestamp may be off, in seconds (Standard Webhooks, Stripe).
pub const TOLERANCE_S: i64 = 300;

/// How a signature is written, and over what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Format {
    /// Lower-case hex.
    #[default]
    Hex,
    /// Standard base64 with padding.
    Base64,
    /// `sha256=` and lower-case hex.
    Sha256Hex,
    /// `t=TS,v1=` and lower-case hex over `TS.body`.
    Timestamped,
    /// `v1,` and base64 over `ID.TS.body`.
    Standard,
}

impl Format {
    /// In the order of the form.
    pub const ALL: [Self; 5] = [Self::Hex, Self::Base64, Self::Sha256Hex, Self::Timestamped, Self::Standard];

    /// The words in the form.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Hex => "hex",
            Self::Base64 => "base64",
            Self::Sha256Hex => "sha256=hex",
            Self::Timestamped => "t=,v1=hex",
            Self::Standard => "Standard Webhooks",
        }
    }

    /// Its name in JSON and flags.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hex => "hex",
            Self::Base64 => "base64",
            Self::Sha256Hex => "sha256-hex",
            Self::Timestamped => "timestamped",
            Self::Standard => "standard",
        }
    }

    /// The format of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// What a value of it looks like, in words.
    #[must_use]
    pub const fn shape(self) -> &'static str {
        match self {
            Self::Hex => "64 hex digits",
            Self::Base64 => "44 base64 characters",
            Self::Sha256Hex => "sha256= and 64 hex digits",
            Self::Timestamped => "t=SECONDS,v1= and 64 hex digits",
            Self::Standard => "v1, and 44 base64 characters",
        }
    }

    /// The header key that is meant when none is given.
    #[must_use]
    pub const fn default_header_key(self) -> Option<&'static str> {
        match self {
            Self::Standard => Some("webhook-signature"),
            _ => None,
        }
    }
}

/// A signing secret that its format can use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningSecret {
    secret: Secret,
    format: Format,
}

/// Why a secret is not a key for its format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidKey {
    /// RFC 2104 allows an empty key, but it proves nothing.
    Empty,
    /// `standard` decodes the key from base64.
    NotBase64,
}

impl SigningSecret {
    /// Takes a secret for a format.
    ///
    /// # Errors
    /// An empty one (RFC 2104 allows it, but it proves nothing), or for `standard` one that is not base64 after `whsec_`.
    pub fn new(secret: Secret, format: Format) -> Result<Self, InvalidKey> {
        if secret.is_empty() {
            return Err(InvalidKey::Empty);
        }
        if format == Format::Standard && decode_standard(&secret).is_none_or(|key| key.is_empty()) {
            return Err(InvalidKey::NotBase64);
        }
        Ok(Self { secret, format })
    }

    /// The secret as it was entered.
    #[must_use]
    pub const fn secret(&self) -> &Secret {
        &self.secret
    }

    /// The format it is for.
    #[must_use]
    pub const fn format(&self) -> Format {
        self.format
    }

    /// How many bytes the key has.
    #[must_use]
    pub fn key_bytes(&self) -> usize {
        self.key().len()
    }

    /// The bytes that the MAC is keyed with.
    pub(super) fn key(&self) -> Zeroizing<Vec<u8>> {
        match self.format {
            Format::Standard => decode_standard(&self.secret).unwrap_or_default(),
            _ => Zeroizing::new(self.secret.expose().as_bytes().to_vec()),
        }
    }

    /// The header value for one attempt: `id` is the `webhook-id`, `timestamp` the `webhook-timestamp` in Unix seconds.
    #[must_use]
    pub fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        let mac = self.mac(id, timestamp, body);
        match self.format {
            Format::Hex => hex(&mac),
            Format::Base64 => STANDARD.encode(mac),
            Format::Sha256Hex => format!("sha256={}", hex(&mac)),
            Format::Timestamped => format!("t={timestamp},v1={}", hex(&mac)),
            Format::Standard => format!("v1,{}", STANDARD.encode(mac)),
        }
    }

    fn mac(&self, id: &str, timestamp: i64, body: &[u8]) -> [u8; 32] {
        let mut mac = keyed(&self.key());
        match self.format {
            Format::Hex | Format::Base64 | Format::Sha256Hex => {}
            Format::Timestamped => mac.update(format!("{timestamp}.").as_bytes()),
            Format::Standard => mac.update(format!("{id}.{timestamp}.").as_bytes()),
        }
        mac.update(body);
        mac.finalize().into_bytes().into()
    }

    /// Checks the header value of a request that was received at `now` (Unix seconds). `id` and `timestamp` are the values
    /// of `webhook-id` and `webhook-timestamp`. Signatures are compared in constant time.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn verify(&self, value: &str, id: Option<&str>, timestamp: Option<&str>, body: &[u8], now: i64) -> Result<(), Mismatch> {
        match self.format {
            Format::Hex | Format::Base64 => self.matches(value, "", 0, body),
            Format::Sha256Hex => {
                if !value.starts_with("sha256=") {
                    return Err(Mismatch::Shape(self.format));
                }
                self.matches(value, "", 0, body)
            }
            Format::Timestamped => {
                let t = value.split(',').find_map(|part| part.strip_prefix("t=")).ok_or(Mismatch::Shape(self.format))?;
                let at = fresh(t, now)?;
                let found = value.split(',').filter_map(|part| part.strip_prefix("v1="));
                any_matches(found, &hex(&self.mac("", at, body)), self.format)
            }
            Format::Standard => {
                let id = id.ok_or(Mismatch::HeaderMissing("webhook-id"))?;
                let at = fresh(timestamp.ok_or(Mismatch::HeaderMissing("webhook-timestamp"))?, now)?;
                let found = value.split(' ').filter_map(|part| part.strip_prefix("v1,"));
                any_matches(found, &STANDARD.encode(self.mac(id, at, body)), self.format)
            }
        }
    }

    fn matches(&self, value: &str, id: &str, timestamp: i64, body: &[u8]) -> Result<(), Mismatch> {
        let expected = self.sign(id, timestamp, body);
        if bool::from(expected.as_bytes().ct_eq(value.as_bytes())) { Ok(()) } else { Err(Mismatch::Signature) }
    }
}

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

fn fresh(text: &str, now: i64) -> Result<i64, Mismatch> {
    let at: i64 = text.parse().map_err(|_| Mismatch::Timestamp)?;
    let off = at.saturating_sub(now).saturating_abs();
    if off > TOLERANCE_S { Err(Mismatch::Stale(off)) } else { Ok(at) }
}

fn any_matches<'a>(found: impl Iterator<Item = &'a str>, expected: &str, format: Format) -> Result<(), Mismatch> {
    let mut seen = false;
    let mut matched = false;
    for value in found {
        seen = true;
        matched |= bool::from(expected.as_bytes().ct_eq(value.as_bytes()));
    }
    match (seen, matched) {
        (_, true) => Ok(()),
        (true, false) => Err(Mismatch::Signature),
        (false, false) => Err(Mismatch::Shape(format)),
    }
}

/// HMAC-SHA256 with that key. A key of any length is accepted (RFC 2104 §3), so making one cannot fail.
fn keyed(key: &[u8]) -> Hmac<Sha256> {
    match Hmac::<Sha256>::new_from_slice(key) {
        Ok(mac) => mac,
        Err(_) => unreachable!("HMAC accepts a key of any length"),
    }
}

fn decode_standard(secret: &Secret) -> Option<Zeroizing<Vec<u8>>> {
    let text = secret.expose();
    STANDARD.decode(text.strip_prefix(WHSEC).unwrap_or(text)).ok().map(Zeroizing::new)
}

/// `whsec_` and the base64 of 32 random bytes: a secret that every format accepts.
#[must_use]
pub fn generated(random: &[u8; 32]) -> Secret {
    Secret::new(format!("{WHSEC}{}", STANDARD.encode(random)))
}

/// Lower-case hex.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| char::from(DIGITS[usize::from(value & 0xf)]);
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        out.push(digit(byte >> 4));
        out.push(digit(*byte));
    }
    out
}
