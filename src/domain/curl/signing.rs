//! Signs the body in the shell, with openssl.

use super::script::{Script, demand};
use crate::domain::header::HeaderKey;
use crate::domain::secret::Secret;
use crate::domain::shell::quoted;
use crate::domain::signature::{
    Format, Piece, PreviousSecret, SignatureEncoding, SigningAlgorithm, SigningSecret, Template, WHSEC, WHSK,
};

/// The variables of the secrets, which the snippets for receivers have, too.
const SECRET: &str = "WAYPOST_SECRET";
const SECRET_OLD: &str = "WAYPOST_SECRET_OLD";

/// Bytes to lower-case hex digits, in a pipe.
const TO_HEX: &str = "od -An -v -tx1 | tr -d ' \\n'";

/// What precedes the 32 bytes of an ed25519 private key in its DER form (RFC 8410 §7), for `printf`.
const ED25519_DER: &str = r"'\060\056\002\001\000\060\005\006\003\053\145\160\004\042\004\040'";

impl Script<'_> {
    /// Signs the body when the command runs, and sends the signature in that header; with the previous secret, too, while that
    /// is valid.
    pub fn sign(
        &mut self,
        header: &str,
        secret: &SigningSecret,
        previous: Option<&PreviousSecret>,
        timestamp_header: Option<&HeaderKey>,
    ) {
        let scheme = secret.scheme();
        let is_hmac = scheme.algorithm() != SigningAlgorithm::Ed25519;
        self.secret(SECRET, "the signing secret", secret.secret());
        self.define_body();
        self.before.push("ts=$(date +%s)".into());
        if !is_hmac {
            // openssl reads the key and what it signs from files only: in a directory that nobody else can open.
            self.before.push("dir=$(mktemp -d) || exit 1".into());
            self.before.push("trap 'rm -rf \"$dir\"' EXIT".into());
        }
        let signature = self.signature("sig", SECRET, secret);
        self.before.extend(signature);
        let mut value = self.value(header, scheme.value());
        if let (Some(previous), Some(separator)) = (previous, scheme.repeated()) {
            self.before.push(format!("also=; if [ \"$ts\" -lt {} ]; then", previous.until));
            if !self.reveal {
                self.before.push(demand(SECRET_OLD, "the previous signing secret"));
            }
            let signature = self.signature("old", SECRET_OLD, &previous.key);
            self.before.extend(signature);
            self.before.push(format!("also={}\"$old\"", quoted(separator.as_bytes())));
            self.before.push("fi".into());
            value.push_str("\"$also\"");
        }
        self.options.push(format!("--header {value}"));
        if let Some(name) = timestamp_header {
            self.options.push(format!("--header {}\"$ts\"", quoted(format!("{}: ", name.wire()).as_bytes())));
        }
        self.time = "\"$ts\"";
        (self.signs, self.shows_secret) = (true, is_hmac);
    }

    /// The commands that set the variable `into` to a signature.
    fn signature(&self, into: &str, variable: &str, secret: &SigningSecret) -> Vec<String> {
        let scheme = secret.scheme();
        let key = match scheme.format() {
            Format::Standard => format!("{} | openssl base64 -d -A", self.bare(variable, secret.secret(), WHSEC)),
            Format::StandardEd25519 => {
                format!("{} | openssl base64 -d -A | head -c 32", self.bare(variable, secret.secret(), WHSK))
            }
            Format::Hex | Format::Base64 | Format::Sha256Hex | Format::Timestamped | Format::Template if self.reveal => {
                format!("printf '%s' {}", quoted(secret.secret().expose().as_bytes()))
            }
            Format::Hex | Format::Base64 | Format::Sha256Hex | Format::Timestamped | Format::Template => {
                format!("printf '%s' \"${variable}\"")
            }
        };
        let written = match scheme.encoding() {
            SignatureEncoding::Hex => TO_HEX,
            SignatureEncoding::Base64 => "openssl base64 -A",
        };
        let content = self.content(scheme.content());
        let hash = match scheme.algorithm() {
            SigningAlgorithm::HmacSha256 => "sha256",
            SigningAlgorithm::HmacSha512 => "sha512",
            SigningAlgorithm::Ed25519 => {
                let sign = "openssl pkeyutl -sign -keyform DER -inkey \"$dir/key\" -rawin -in \"$dir/content\"";
                return vec![
                    format!("{{ printf {ED25519_DER}; {key}; }} > \"$dir/key\""),
                    format!("{content} > \"$dir/content\""),
                    format!("{into}=$({sign} | {written})"),
                ];
            }
        };
        let mac = format!("openssl dgst -{hash} -mac HMAC -macopt \"hexkey:$key\" -binary");
        vec![format!("key=$({key} | {TO_HEX})"), format!("{into}=$({content} | {mac} | {written})")]
    }

    /// Prints the secret without a prefix that it may have.
    fn bare(&self, variable: &str, secret: &Secret, prefix: &str) -> String {
        if !self.reveal {
            return format!("printf '%s' \"${{{variable}#{prefix}}}\"");
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
