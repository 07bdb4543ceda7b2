//! Signs the body in the shell, with openssl.

use super::script::Script;
use crate::domain::header::HeaderKey;
use crate::domain::secret::Secret;
use crate::domain::shell::quoted;
use crate::domain::signature::{Format, Piece, SignatureEncoding, SigningAlgorithm, SigningSecret, Template, WHSEC, WHSK};

/// Bytes to lower-case hex digits, in a pipe.
const TO_HEX: &str = "od -An -v -tx1 | tr -d ' \\n'";

/// What precedes the 32 bytes of an ed25519 private key in its DER form (RFC 8410 §7), for `printf`.
const ED25519_DER: &str = r"'\060\056\002\001\000\060\005\006\003\053\145\160\004\042\004\040'";

impl Script<'_> {
    /// Signs the body when the command runs, and sends the signature in that header.
    pub fn sign(&mut self, header: &str, secret: &SigningSecret, timestamp_header: Option<&HeaderKey>) {
        let scheme = secret.scheme();
        let text = self.secret("WAYPOST_SECRET", "the signing secret", secret.secret());
        let key = match scheme.format() {
            Format::Standard => format!("{} | openssl base64 -d -A", self.bare(secret.secret(), WHSEC)),
            Format::StandardEd25519 => format!("{} | openssl base64 -d -A | head -c 32", self.bare(secret.secret(), WHSK)),
            Format::Hex | Format::Base64 | Format::Sha256Hex | Format::Timestamped | Format::Template => {
                format!("printf '%s' {text}")
            }
        };
        let written = match scheme.encoding() {
            SignatureEncoding::Hex => TO_HEX,
            SignatureEncoding::Base64 => "openssl base64 -A",
        };
        let content = self.content(scheme.content());
        self.define_body();
        self.before.push("ts=$(date +%s)".into());
        let hash = match scheme.algorithm() {
            SigningAlgorithm::HmacSha256 => Some("sha256"),
            SigningAlgorithm::HmacSha512 => Some("sha512"),
            SigningAlgorithm::Ed25519 => None,
        };
        if let Some(hash) = hash {
            self.before.push(format!("key=$({key} | {TO_HEX})"));
            let mac = format!("openssl dgst -{hash} -mac HMAC -macopt \"hexkey:$key\" -binary");
            self.before.push(format!("sig=$({content} | {mac} | {written})"));
        } else {
            // openssl reads the key and what it signs from files only: in a directory that nobody else can open.
            self.before.push("dir=$(mktemp -d) || exit 1".into());
            self.before.push("trap 'rm -rf \"$dir\"' EXIT".into());
            self.before.push(format!("{{ printf {ED25519_DER}; {key}; }} > \"$dir/key\""));
            self.before.push(format!("{content} > \"$dir/content\""));
            let sign = "openssl pkeyutl -sign -keyform DER -inkey \"$dir/key\" -rawin -in \"$dir/content\"";
            self.before.push(format!("sig=$({sign} | {written})"));
        }
        self.options.push(format!("--header {}", self.value(header, scheme.value())));
        if let Some(name) = timestamp_header {
            self.options.push(format!("--header {}\"$ts\"", quoted(format!("{}: ", name.wire()).as_bytes())));
        }
        self.time = "\"$ts\"";
        (self.signs, self.shows_secret) = (true, hash.is_some());
    }

    /// Prints the secret without a prefix that it may have.
    fn bare(&self, secret: &Secret, prefix: &str) -> String {
        if !self.reveal {
            return format!("printf '%s' \"${{WAYPOST_SECRET#{prefix}}}\"");
        }
        let text = secret.expose();
        format!("printf '%s' {}", quoted(text.strip_prefix(prefix).unwrap_or(text).as_bytes()))
    }

    /// Prints what is signed.
    fn content(&self, content: &Template) -> String {
        let mut commands: Vec<String> = Vec::new();
        let mut words = String::new();
        for piece in content.pieces() {
            let word = match piece {
                Piece::Literal(text) => quoted(text.as_bytes()),
                Piece::Id => quoted(self.id.as_bytes()),
                Piece::Timestamp => "\"$ts\"".to_owned(),
                Piece::Body | Piece::Signature => {
                    commands.extend(printed(&std::mem::take(&mut words)));
                    commands.push("body".into());
                    continue;
                }
            };
            words = format!("{words} {word}");
        }
        commands.extend(printed(&words));
        match commands.as_slice() {
            [one] => one.clone(),
            _ => format!("{{ {}; }}", commands.join("; ")),
        }
    }

    /// A header as a word of the shell.
    fn value(&self, header: &str, value: &Template) -> String {
        let mut word = String::new();
        let mut literal = format!("{header}: ");
        for piece in value.pieces() {
            match piece {
                Piece::Literal(text) => literal.push_str(text),
                Piece::Id => literal.push_str(self.id),
                Piece::Timestamp | Piece::Signature | Piece::Body => {
                    if !literal.is_empty() {
                        word.push_str(&quoted(std::mem::take(&mut literal).as_bytes()));
                    }
                    word.push_str(if *piece == Piece::Timestamp { "\"$ts\"" } else { "\"$sig\"" });
                }
            }
        }
        if !literal.is_empty() {
            word.push_str(&quoted(literal.as_bytes()));
        }
        word
    }
}

/// The command that prints words one after the other; none for no words.
fn printed(words: &str) -> Option<String> {
    (!words.is_empty()).then(|| format!("printf '%s'{words}"))
}
