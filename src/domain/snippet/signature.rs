//! What the languages have in common when they check a signature.

use crate::domain::signature::{Format, Piece, SignatureEncoding, SigningAlgorithm, SigningScheme, Template};

/// How several signatures are separated in the header's value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// There is one, and the value is compared as a whole.
    One,
    Commas,
    Spaces,
}

/// A check of a signature, as the generators of code need it.
#[derive(Clone, Copy)]
pub struct SignatureCheck<'a> {
    /// In lower case.
    pub header: &'a str,
    pub scheme: &'a SigningScheme,
}

impl SignatureCheck<'_> {
    pub fn list(self) -> List {
        match self.scheme.format() {
            Format::Timestamped => List::Commas,
            Format::Standard | Format::StandardEd25519 => List::Spaces,
            Format::Hex | Format::Base64 | Format::Sha256Hex | Format::Template => List::One,
        }
    }

    /// Whether the key is the base64 after `whsec_`.
    pub fn decodes_key(self) -> bool {
        self.scheme.format() == Format::Standard
    }

    pub fn is_ed25519(self) -> bool {
        self.scheme.algorithm() == SigningAlgorithm::Ed25519
    }

    pub fn is_sha512(self) -> bool {
        self.scheme.algorithm() == SigningAlgorithm::HmacSha512
    }

    pub fn is_hex(self) -> bool {
        self.scheme.encoding() == SignatureEncoding::Hex
    }

    /// Whether the timestamp is in the header's value, not in a header of its own.
    pub fn has_timestamp_in_value(self) -> bool {
        self.scheme.format() == Format::Timestamped
    }

    pub fn needs_id(self) -> bool {
        self.scheme.signs_id() || self.scheme.value().has(&Piece::Id)
    }

    pub fn needs_timestamp(self) -> bool {
        self.scheme.signs_timestamp() || self.scheme.value().has(&Piece::Timestamp)
    }

    /// What is signed before and after the body.
    pub fn content(self) -> (Vec<Piece>, Vec<Piece>) {
        let pieces = self.scheme.content().pieces();
        let at = pieces.iter().position(|piece| *piece == Piece::Body).unwrap_or(pieces.len());
        (pieces[..at].to_vec(), pieces.get(at + 1..).unwrap_or_default().to_vec())
    }

    /// What is compared, in pieces: of a list, one of its entries.
    pub fn value(self) -> Vec<Piece> {
        match self.scheme.format() {
            Format::Timestamped => vec![Piece::Literal("v1=".into()), Piece::Signature],
            _ => self.scheme.value().pieces().to_vec(),
        }
    }

    /// The first words of a snippet.
    pub fn title(self) -> String {
        let fixed = match self.scheme.format() {
            Format::Hex => "HMAC-SHA256 of the body, in hex",
            Format::Base64 => "HMAC-SHA256 of the body, in base64",
            Format::Sha256Hex => "sha256= and HMAC-SHA256 of the body, in hex",
            Format::Timestamped => "HMAC-SHA256 of TIMESTAMP.BODY, at most 300 s old",
            Format::Standard => return "Checks a Standard Webhooks signature, at most 300 s old.".to_owned(),
            Format::StandardEd25519 => {
                return "Checks a Standard Webhooks ed25519 signature, at most 300 s old.".to_owned();
            }
            Format::Template => {
                let hash = if self.is_sha512() { "SHA512" } else { "SHA256" };
                let encoding = if self.is_hex() { "hex" } else { "base64" };
                let age = if self.scheme.signs_timestamp() { ", at most 300 s old" } else { "" };
                let content = in_words(self.scheme.content());
                return format!("Checks the signature of a webhook: HMAC-{hash} of {content}, in {encoding}{age}.");
            }
        };
        format!("Checks the signature of a webhook: {fixed}.")
    }
}

/// A template as a comment says it. Only short texts of a few characters are shown: in a comment, too, `?>` would end the code of
/// PHP, and `coding:` would have Python read all that follows in another encoding.
fn in_words(template: &Template) -> String {
    let is_shown = |text: &str| text.len() <= 6 && text.chars().all(|c| c.is_ascii_alphanumeric() || ".:,;=_-|/".contains(c));
    let words = template.pieces().iter().map(|piece| match piece {
        Piece::Literal(text) if is_shown(text) => text,
        Piece::Literal(_) => "[...]",
        Piece::Id => "ID",
        Piece::Timestamp => "TIMESTAMP",
        Piece::Body => "BODY",
        Piece::Signature => "SIGNATURE",
    });
    words.collect()
}

/// Pieces as an expression: each in the language's words, joined by its operator.
pub fn expression(pieces: &[Piece], operator: &str, word: impl Fn(&Piece) -> String) -> String {
    pieces.iter().map(word).collect::<Vec<_>>().join(operator)
}
