//! Which mistake it is, when a request was not made with the registered auth.
//!
//! The verdict is [`verify::check`]'s. For a request that it rejects, the common mistakes are tried: each is undone, or
//! made again, and where the result is what the registered secret gives, that was it. A match of a MAC or of a whole
//! credential is proof, so nothing is guessed. For a request that matches none, the explanation says so.
//!
//! ```text
//! notation    a header's value -> the signatures in it, as bytes, and how each is written
//! search      keys × content × body forms -> the MAC that is one of them
//! rewrites    a body that is JSON, written as other libraries do
//! charset     a body in another character set
//! coding      a body that was compressed, or is base64
//! python      a body as Python's str() shows it
//! plain_hash  a hash without HMAC
//! credentials the same for passwords, tokens and API keys
//! corrected   the registered secret is mangled -> the one that was used
//! words, code what it is called, what to change, and the line of code
//! ```
//!
//! No reason, fix or line of code contains the secret, a key made of it, or the signature that was expected.

mod algorithm;
mod body;
mod charset;
mod code;
mod coding;
mod content;
mod corrected;
pub(crate) mod credentials;
mod keys;
pub mod mistake;
mod notation;
mod plain_hash;
mod python;
mod rewrites;
mod search;
pub(crate) mod signing;
mod words;

pub use algorithm::Algorithm;
pub use charset::Charset;
pub use code::CodeLine;
pub use corrected::corrected;
pub use mistake::{BodyForm, Content, CredentialForm, Encoding, Mistake, Part, Prefix, Scheme, SecretForm};
pub use plain_hash::Hashed;

use super::verify::{self, Received, Verdict};
use crate::domain::credential::Credential;
use crate::domain::destination::Settings;
use crate::domain::redact::Redactor;
use crate::domain::request::Request;
use crate::domain::secret::Secret;
use crate::domain::signature::{Format, Piece};

/// What is known about a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// Whether it was made with the registered auth.
    pub valid: bool,
    /// What is wrong with it. Empty when it is valid, and when no known mistake explains it.
    pub mistakes: Vec<Mistake>,
    /// Why it is valid or not: a sentence without a full stop.
    pub reason: String,
    /// What to change: sentences; empty when it is valid.
    pub fix: String,
    /// The line of code for each of the common frameworks, where one helps.
    pub code: Vec<CodeLine>,
}

/// Judges a request that was received at `now` (Unix seconds), and finds the mistake when it was not made with the registered
/// auth.
///
/// A body may be hashed a few hundred times: how large a body is taken is the caller's to limit.
#[must_use]
pub fn explain(settings: &Settings, received: &Received<'_>, now: i64) -> Explanation {
    let verdict = verify::check(settings, received, now);
    if let Verdict::Accepted { how } = verdict {
        return Explanation { valid: true, mistakes: Vec::new(), reason: how, fix: String::new(), code: Vec::new() };
    }
    let mistakes = if received.method == Request::METHOD {
        settings.auth().explain(received, now)
    } else {
        let signed = settings.auth().format().is_some();
        [Mistake::Method].into_iter().chain(signing::body_missing(received).filter(|_| signed)).collect()
    };
    let redactor = Redactor::new(settings);
    let mistakes: Vec<_> = mistakes.into_iter().map(|mistake| mistake.masked(|name| redactor.redact(name))).collect();
    let (reason, fix) = words::of(settings.auth(), &mistakes, verdict.reason());
    // What was signed comes after how it is written, and is harder to get right.
    let code = mistakes.iter().rev().map(|mistake| code::lines(settings.auth(), mistake)).find(|lines| !lines.is_empty());
    Explanation { valid: false, reason, fix, code: code.unwrap_or_default(), mistakes }
}

/// The value that the registered header should have had for a request: to show only when the user has asked to see it.
/// `None` for an auth type without a signature, or when the id or the timestamp that is signed did not come.
#[must_use]
pub fn expected(settings: &Settings, received: &Received<'_>) -> Option<Secret> {
    let Credential::Signature { header, key: secret, .. } = settings.auth().credential() else { return None };
    let id = received.header("webhook-id");
    let stamp = received.header("webhook-timestamp");
    let scheme = secret.scheme();
    let needs = |piece: Piece| scheme.content().has(&piece) || scheme.value().has(&piece);
    let (id, stamp) = match secret.format() {
        Format::Hex | Format::Base64 | Format::Sha256Hex | Format::Standard | Format::StandardEd25519 | Format::Template => {
            (id.or_else(|| (!needs(Piece::Id)).then_some(""))?, stamp.or_else(|| (!needs(Piece::Timestamp)).then_some("0"))?)
        }
        Format::Timestamped => {
            let value = received.header(&header.wire()).unwrap_or_default();
            ("", value.split(',').find_map(|part| part.strip_prefix("t=")).or(stamp)?)
        }
    };
    Some(Secret::new(secret.sign(id, stamp.parse().ok()?, received.body)))
}
