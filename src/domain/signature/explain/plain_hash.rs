//! A hash without HMAC: of the body alone, or of the body joined with the secret.

use md5::Md5;
use sha1::Sha1;
use sha2::digest::Digest;
use sha2::{Sha224, Sha256, Sha384, Sha512};
use zeroize::Zeroizing;

use super::algorithm::Algorithm;

/// What people write between the secret and the rest.
const SEPARATORS: [&str; 10] = ["", ".", ":", "|", ",", ";", "&", "-", " ", "\n"];

/// Of a larger body only the first separators are tried.
const LARGE: usize = 1 << 20;

/// What was hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hashed {
    /// What the format signs, without any secret.
    WithoutSecret,
    /// The secret, then the rest.
    SecretFirst,
    /// The secret after the rest.
    SecretLast,
    /// The secret at both ends.
    SecretAround,
}

impl Hashed {
    /// What the hash is of, where `signed` is what HMAC would have been over.
    pub(super) fn words(self, signed: &str) -> String {
        match self {
            Self::WithoutSecret => format!("{signed}, without the secret"),
            Self::SecretFirst => format!("the secret and {signed}"),
            Self::SecretLast => format!("{signed} and the secret"),
            Self::SecretAround => format!("the secret, {signed} and the secret"),
        }
    }
}

/// The first hash that `is_tag` knows; `sizes` are those of the signatures that came. `keys` are the texts and keys that the secret may have been used as.
pub(super) fn find(
    keys: &[Zeroizing<Vec<u8>>],
    parts: &[&[u8]],
    sizes: &[usize],
    mut is_tag: impl FnMut(&[u8]) -> bool,
) -> Option<(Algorithm, Hashed)> {
    of::<Sha256>(keys, parts, sizes, &mut is_tag)
        .map(|hashed| (Algorithm::Sha256, hashed))
        .or_else(|| of::<Sha1>(keys, parts, sizes, &mut is_tag).map(|hashed| (Algorithm::Sha1, hashed)))
        .or_else(|| of::<Sha512>(keys, parts, sizes, &mut is_tag).map(|hashed| (Algorithm::Sha512, hashed)))
        .or_else(|| of::<Md5>(keys, parts, sizes, &mut is_tag).map(|hashed| (Algorithm::Md5, hashed)))
        .or_else(|| of::<Sha384>(keys, parts, sizes, &mut is_tag).map(|hashed| (Algorithm::Sha384, hashed)))
        .or_else(|| of::<Sha224>(keys, parts, sizes, &mut is_tag).map(|hashed| (Algorithm::Sha224, hashed)))
}

fn of<D: Digest + Clone>(
    keys: &[Zeroizing<Vec<u8>>],
    parts: &[&[u8]],
    sizes: &[usize],
    is_tag: &mut impl FnMut(&[u8]) -> bool,
) -> Option<Hashed> {
    if !sizes.contains(&<D as Digest>::output_size()) {
        return None;
    }
    // What follows the body costs little: the state after it is kept.
    let mut after_parts = D::new();
    for part in parts {
        after_parts.update(part);
    }
    if is_tag(&after_parts.clone().finalize()) {
        return Some(Hashed::WithoutSecret);
    }
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let separators = if length > LARGE { &SEPARATORS[..3] } else { &SEPARATORS[..] };
    for key in keys {
        for separator in separators.iter().map(|separator| separator.as_bytes()) {
            let mut last = after_parts.clone();
            last.update(separator);
            last.update(key);
            if is_tag(&last.finalize()) {
                return Some(Hashed::SecretLast);
            }
            let mut first = D::new();
            for part in [key.as_slice(), separator].iter().chain(parts) {
                first.update(part);
            }
            let mut around = first.clone();
            if is_tag(&first.finalize()) {
                return Some(Hashed::SecretFirst);
            }
            around.update(separator);
            around.update(key);
            if is_tag(&around.finalize()) {
                return Some(Hashed::SecretAround);
            }
        }
    }
    None
}
