//! Keys: a secret as its scheme uses it, and the signatures made with it.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{EagerHash, Hmac, KeyInit as _, Mac as _};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use sha2::{Sha256, Sha512};
use zeroize::Zeroizing;

use super::format::Format;
use super::scheme::{SigningAlgorithm, SigningScheme};
use super::template::Fill;
use super::{WHPK, WHSEC, WHSK};
use crate::domain::secret::{Secret, same_bytes};

/// A signing secret that its scheme can use. Clones share the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningSecret {
    secret: Secret,
    scheme: Arc<SigningScheme>,
    key: Arc<Key>,
}

/// The secret before the current one, and until when requests are signed with it, too (Unix seconds).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviousSecret {
    pub key: SigningSecret,
    pub until: i64,
}

/// The key in a secret.
#[derive(PartialEq, Eq)]
enum Key {
    Hmac(Zeroizing<Vec<u8>>),
    Ed25519 { seed: Zeroizing<Vec<u8>>, public: [u8; 32] },
}

/// Without the key.
impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Hmac(_) => "Hmac(…)",
            Self::Ed25519 { .. } => "Ed25519(…)",
        })
    }
}

/// Why a secret is not a key for its scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidKey {
    /// RFC 2104 allows an empty key, but it proves nothing.
    Empty,
    /// `standard` decodes the key from base64.
    NotBase64,
    /// `standard-ed25519` wants the base64 of 32 or 64 bytes after `whsk_`.
    NotPrivateKey,
    /// The public key.
    PublicKey,
    /// Of the 64 bytes, the last 32 are not the public key that belongs to the first 32.
    KeysDiffer,
}

impl SigningSecret {
    /// Takes a secret for a scheme.
    ///
    /// # Errors
    /// Why the scheme cannot use it.
    pub fn new(secret: Secret, scheme: impl Into<SigningScheme>) -> Result<Self, InvalidKey> {
        let scheme = scheme.into();
        if secret.is_empty() {
            return Err(InvalidKey::Empty);
        }
        let key = match scheme.format() {
            Format::StandardEd25519 => ed25519(secret.expose())?,
            Format::Standard => {
                let text = secret.expose();
                let key = STANDARD.decode(text.strip_prefix(WHSEC).unwrap_or(text)).map(Zeroizing::new);
                Key::Hmac(key.ok().filter(|key| !key.is_empty()).ok_or(InvalidKey::NotBase64)?)
            }
            Format::Hex | Format::Base64 | Format::Sha256Hex | Format::Timestamped | Format::Template => {
                Key::Hmac(Zeroizing::new(secret.expose().as_bytes().to_vec()))
            }
        };
        Ok(Self { secret, scheme: Arc::new(scheme), key: Arc::new(key) })
    }

    /// The same without its key, and with that text for a secret: for what lives long, or is shown. What it signs is worthless.
    #[must_use]
    pub(crate) fn with_stand_in(&self, secret: Secret) -> Self {
        let key = match &*self.key {
            Key::Hmac(_) => Key::Hmac(Zeroizing::default()),
            Key::Ed25519 { public, .. } => Key::Ed25519 { seed: Zeroizing::default(), public: *public },
        };
        Self { secret, scheme: Arc::clone(&self.scheme), key: Arc::new(key) }
    }

    /// The secret as it was entered.
    #[must_use]
    pub const fn secret(&self) -> &Secret {
        &self.secret
    }

    /// What is signed, and how.
    #[must_use]
    pub fn scheme(&self) -> &SigningScheme {
        &self.scheme
    }

    /// The name of the scheme.
    #[must_use]
    pub fn format(&self) -> Format {
        self.scheme.format
    }

    /// The bytes of the key; of a private key, its seed.
    pub(crate) fn key(&self) -> &Zeroizing<Vec<u8>> {
        match &*self.key {
            Key::Hmac(key) => key,
            Key::Ed25519 { seed, .. } => seed,
        }
    }

    /// The bytes of the public key, where the scheme has one.
    pub(super) fn public_bytes(&self) -> Option<&[u8; 32]> {
        match &*self.key {
            Key::Hmac(_) => None,
            Key::Ed25519 { public, .. } => Some(public),
        }
    }

    /// The public key as receivers take it, `whpk_` and base64, where the scheme has one.
    #[must_use]
    pub fn public_key(&self) -> Option<String> {
        match &*self.key {
            Key::Hmac(_) => None,
            Key::Ed25519 { public, .. } => Some(format!("{WHPK}{}", STANDARD.encode(public))),
        }
    }

    /// The header's value for one attempt: `id` is the `webhook-id`, `timestamp` the `webhook-timestamp` in Unix seconds.
    #[must_use]
    pub fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        let timestamp = timestamp.to_string();
        let signature = self.signature(id, &timestamp, body);
        let mut value = Vec::with_capacity(signature.len() + 32);
        let fill = Fill { id, timestamp: &timestamp, body: b"", signature: &signature };
        self.scheme.value.each(&fill, &mut |piece| value.extend_from_slice(piece));
        String::from_utf8(value).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
    }

    /// The same, with a signature by the previous secret after it, while that is valid.
    #[must_use]
    pub fn sign_with(&self, previous: Option<&PreviousSecret>, id: &str, timestamp: i64, body: &[u8]) -> String {
        let value = self.sign(id, timestamp, body);
        match (previous.filter(|previous| timestamp < previous.until), self.scheme.repeated()) {
            (Some(previous), Some(separator)) => value + separator + &previous.key.signature(id, &timestamp.to_string(), body),
            _ => value,
        }
    }

    /// The signature as text, without what is around it in the header.
    pub(super) fn signature(&self, id: &str, timestamp: &str, body: &[u8]) -> String {
        let fill = Fill { id, timestamp, body, signature: "" };
        let signature = match (&*self.key, self.scheme.algorithm) {
            (Key::Ed25519 { seed, .. }, _) => Ed25519KeyPair::from_seed_unchecked(seed)
                .map(|pair| pair.sign(&self.content(&fill)).as_ref().to_vec())
                // The seed had the right length when the key was made.
                .unwrap_or_default(),
            (Key::Hmac(key), SigningAlgorithm::HmacSha512) => self.mac::<Sha512>(key, &fill),
            (Key::Hmac(key), SigningAlgorithm::HmacSha256 | SigningAlgorithm::Ed25519) => self.mac::<Sha256>(key, &fill),
        };
        self.scheme.encoding.encode(&signature)
    }

    /// A function that tells whether a signature over these parts, as text, is right. For wrong ones of one length it takes the same time.
    pub(super) fn matcher(&self, id: &str, timestamp: &str, body: &[u8]) -> Box<dyn Fn(&str) -> bool> {
        match &*self.key {
            Key::Hmac(_) => {
                let expected = self.signature(id, timestamp, body);
                Box::new(move |signature| same_bytes(expected.as_bytes(), signature.as_bytes()))
            }
            // By the public key, as a receiver does: the signature of the same bytes by another library may differ.
            Key::Ed25519 { public, .. } => {
                let public = UnparsedPublicKey::new(&ED25519, *public);
                let content = self.content(&Fill { id, timestamp, body, signature: "" });
                Box::new(move |signature| {
                    STANDARD.decode(signature).is_ok_and(|signature| public.verify(&content, &signature).is_ok())
                })
            }
        }
    }

    fn mac<D: EagerHash>(&self, key: &[u8], fill: &Fill<'_>) -> Vec<u8> {
        let mut mac = keyed::<D>(key);
        self.scheme.content.each(fill, &mut |piece| mac.update(piece));
        mac.finalize().into_bytes().to_vec()
    }

    fn content(&self, fill: &Fill<'_>) -> Vec<u8> {
        let mut content = Vec::with_capacity(fill.body.len() + 64);
        self.scheme.content.each(fill, &mut |piece| content.extend_from_slice(piece));
        content
    }
}

/// The key pair in the text of a private key: `whsk_`, which may be missing, and base64 of a 32-byte seed, with or without the
/// 32 bytes of its public key after it.
fn ed25519(text: &str) -> Result<Key, InvalidKey> {
    if text.starts_with(WHPK) {
        return Err(InvalidKey::PublicKey);
    }
    let bytes = STANDARD.decode(text.strip_prefix(WHSK).unwrap_or(text)).map(Zeroizing::new);
    let bytes = bytes.map_err(|_| InvalidKey::NotPrivateKey)?;
    let (seed, given) = bytes.split_at_checked(32).ok_or(InvalidKey::NotPrivateKey)?;
    if !given.is_empty() && given.len() != 32 {
        return Err(InvalidKey::NotPrivateKey);
    }
    let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| InvalidKey::NotPrivateKey)?;
    let public: [u8; 32] = pair.public_key().as_ref().try_into().map_err(|_| InvalidKey::NotPrivateKey)?;
    if !given.is_empty() && given != public {
        return Err(InvalidKey::KeysDiffer);
    }
    Ok(Key::Ed25519 { seed: Zeroizing::new(seed.to_vec()), public })
}

/// HMAC with that key. A key of any length is accepted (RFC 2104 §3), so making one cannot fail.
fn keyed<D: EagerHash>(key: &[u8]) -> Hmac<D> {
    match Hmac::<D>::new_from_slice(key) {
        Ok(mac) => mac,
        Err(_) => unreachable!("HMAC accepts a key of any length"),
    }
}
