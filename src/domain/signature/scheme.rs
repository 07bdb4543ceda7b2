//! What a format means: what is signed, how, and how the signature is written.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::format::Format;
use super::hex;
use super::template::{Piece, Template};

/// How a signature is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SigningAlgorithm {
    /// HMAC with SHA-256 (RFC 2104).
    #[default]
    HmacSha256,
    /// HMAC with SHA-512.
    HmacSha512,
    /// Ed25519 (RFC 8032).
    Ed25519,
}

/// How a signature's bytes are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SignatureEncoding {
    /// Lower-case hex.
    #[default]
    Hex,
    /// Standard base64 with padding.
    Base64,
}

impl SignatureEncoding {
    /// The text of a signature.
    #[must_use]
    pub fn encode(self, signature: &[u8]) -> String {
        match self {
            Self::Hex => hex(signature),
            Self::Base64 => STANDARD.encode(signature),
        }
    }
}

static BODY: [Piece; 1] = [Piece::Body];
static TIMESTAMP_BODY: [Piece; 3] = [Piece::Timestamp, Piece::literal("."), Piece::Body];
static ID_TIMESTAMP_BODY: [Piece; 5] = [Piece::Id, Piece::literal("."), Piece::Timestamp, Piece::literal("."), Piece::Body];

static SIGNATURE: [Piece; 1] = [Piece::Signature];
static GITHUB: [Piece; 2] = [Piece::literal("sha256="), Piece::Signature];
static STRIPE: [Piece; 4] = [Piece::literal("t="), Piece::Timestamp, Piece::literal(",v1="), Piece::Signature];
static V1: [Piece; 2] = [Piece::literal("v1,"), Piece::Signature];
static V1A: [Piece; 2] = [Piece::literal("v1a,"), Piece::Signature];

/// What a format means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningScheme {
    pub(super) format: Format,
    pub(super) algorithm: SigningAlgorithm,
    pub(super) encoding: SignatureEncoding,
    pub(super) content: Template,
    pub(super) value: Template,
}

impl From<Format> for SigningScheme {
    fn from(format: Format) -> Self {
        Self::of(format)
    }
}

impl SigningScheme {
    /// The scheme of a format; of [`Format::Template`], the one that signs the body alone.
    #[must_use]
    pub const fn of(format: Format) -> Self {
        use SignatureEncoding::{Base64, Hex};
        use SigningAlgorithm::{Ed25519, HmacSha256};
        let (algorithm, encoding, content, value): (_, _, &'static [Piece], &'static [Piece]) = match format {
            Format::Hex | Format::Template => (HmacSha256, Hex, &BODY, &SIGNATURE),
            Format::Base64 => (HmacSha256, Base64, &BODY, &SIGNATURE),
            Format::Sha256Hex => (HmacSha256, Hex, &BODY, &GITHUB),
            Format::Timestamped => (HmacSha256, Hex, &TIMESTAMP_BODY, &STRIPE),
            Format::Standard => (HmacSha256, Base64, &ID_TIMESTAMP_BODY, &V1),
            Format::StandardEd25519 => (Ed25519, Base64, &ID_TIMESTAMP_BODY, &V1A),
        };
        Self { format, algorithm, encoding, content: Template::new(content), value: Template::new(value) }
    }

    /// A scheme of templates: `content` has a `{body}`, and `value` a `{signature}`.
    #[must_use]
    pub const fn template(content: Template, value: Template, algorithm: SigningAlgorithm, encoding: SignatureEncoding) -> Self {
        Self { format: Format::Template, algorithm, encoding, content, value }
    }

    /// Its name.
    #[must_use]
    pub const fn format(&self) -> Format {
        self.format
    }

    /// How the signature is made.
    #[must_use]
    pub const fn algorithm(&self) -> SigningAlgorithm {
        self.algorithm
    }

    /// How its bytes are written.
    #[must_use]
    pub const fn encoding(&self) -> SignatureEncoding {
        self.encoding
    }

    /// What is signed.
    #[must_use]
    pub const fn content(&self) -> &Template {
        &self.content
    }

    /// The header's value.
    #[must_use]
    pub const fn value(&self) -> &Template {
        &self.value
    }

    /// What is added to the header's value for each further signature; `None` where it carries one.
    #[must_use]
    pub const fn repeated(&self) -> Option<&'static str> {
        match self.format {
            Format::Timestamped => Some(",v1="),
            Format::Standard => Some(" v1,"),
            Format::StandardEd25519 => Some(" v1a,"),
            Format::Hex | Format::Base64 | Format::Sha256Hex | Format::Template => None,
        }
    }

    /// Whether the time of the attempt is signed, so that a receiver can refuse an old request.
    #[must_use]
    pub fn signs_timestamp(&self) -> bool {
        self.content.has(&Piece::Timestamp)
    }

    /// Whether the `webhook-id` is signed.
    #[must_use]
    pub fn signs_id(&self) -> bool {
        self.content.has(&Piece::Id)
    }

    /// The characters of a signature's text.
    #[must_use]
    pub const fn signature_chars(&self) -> usize {
        match (self.algorithm, self.encoding) {
            (SigningAlgorithm::HmacSha256, SignatureEncoding::Hex) => 64,
            (SigningAlgorithm::HmacSha256, SignatureEncoding::Base64) => 44,
            (SigningAlgorithm::HmacSha512 | SigningAlgorithm::Ed25519, SignatureEncoding::Hex) => 128,
            (SigningAlgorithm::HmacSha512 | SigningAlgorithm::Ed25519, SignatureEncoding::Base64) => 88,
        }
    }
}
