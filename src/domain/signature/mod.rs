//! The signature formats, over the raw body, in the ways the field writes them.
//!
//! | format | header value | signs | key |
//! |---|---|---|---|
//! | `hex` | lower-case hex | body | the secret's UTF-8 bytes |
//! | `base64` | standard base64 | body | same |
//! | `sha256-hex` | `sha256=` + hex, as GitHub does | body | same |
//! | `timestamped` | `t=TS,v1=` + hex, as Stripe does | `TS.body` | same |
//! | `standard` | `v1,` + base64, Standard Webhooks | `ID.TS.body` | base64 after `whsec_` |
//! | `standard-ed25519` | `v1a,` + base64, Standard Webhooks | `ID.TS.body` | ed25519 key after `whsk_` |
//! | `template` | a template of `{signature}`, `{timestamp}`, `{id}` | a template of `{id}`, `{timestamp}`, `{body}` | the secret's UTF-8 bytes |
//!
//! ```text
//! format    the names of the formats
//! template  text with placeholders
//! scheme    what a format means, as data: content, algorithm, encoding, value
//! key       a secret with its scheme: signs
//! check     whether a header's value is right
//! verify    whether a request is right;  explain  why it is not
//! ```

mod check;
pub mod explain;
mod format;
mod key;
mod scheme;
mod template;
pub mod verify;

pub use check::Mismatch;
use check::unix_seconds;
pub use format::Format;
pub use key::{InvalidKey, PreviousSecret, SigningSecret};
pub use scheme::{SignatureEncoding, SigningAlgorithm, SigningScheme};
pub use template::{InvalidTemplate, Piece, Template};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::domain::secret::Secret;

/// The prefix of a Standard Webhooks secret.
pub const WHSEC: &str = "whsec_";

/// The prefix of a Standard Webhooks private key.
pub const WHSK: &str = "whsk_";

/// The prefix of a Standard Webhooks public key.
pub const WHPK: &str = "whpk_";

/// How far a signed timestamp may be off, in seconds (Standard Webhooks, Stripe).
pub const TOLERANCE_S: i64 = 300;

/// A new secret for a format, of 32 random bytes: `whsk_` and the base64 of a seed for a key pair; else `whsec_` and base64, which
/// every other format accepts.
#[must_use]
pub fn generated(format: Format, random: &[u8; 32]) -> Secret {
    let prefix = if format == Format::StandardEd25519 { WHSK } else { WHSEC };
    Secret::new(format!("{prefix}{}", STANDARD.encode(random)))
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
