//! A mangled secret, corrected. It is a proposal: the user decides whether it is what was meant.

use zeroize::Zeroizing;

use super::notices::words;
use super::undo::{Undone, undone, undone_deeply};
use crate::domain::secret::Secret;

/// The most layers that are removed at once: `export NAME="…"` has two.
const MAX_LAYERS: usize = 3;

/// A corrected secret: without what looked mangled in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    /// How the mangled one is: "is in quotation marks".
    pub was: &'static str,
    pub secret: Secret,
}

/// What a secret is without its outermost mangling. What is around a piece of the text is removed at once; what has to be decoded
/// is decoded once.
pub(crate) fn correction(text: &str) -> Option<Correction> {
    let mut found: Option<(&'static str, Zeroizing<String>)> = None;
    for _ in 0..MAX_LAYERS {
        let at = found.as_ref().map_or(text, |(_, rest)| rest);
        let layer = undone(at.trim_ascii()).into_iter().find(|undone| !undone.is_doubtful);
        let Some(Undone { mangling, rest_at, text: rest, .. }) = layer else { break };
        if found.is_some() && rest_at.is_none() {
            break;
        }
        found = Some((found.map_or(words(mangling), |(outermost, _)| outermost), rest));
        if rest_at.is_none() {
            break;
        }
    }
    let bare = text.trim();
    let (was, rest) = match found {
        Some(found) => found,
        None if bare.len() < text.len() && !bare.is_empty() => {
            ("starts or ends with whitespace", Zeroizing::new(bare.to_owned()))
        }
        None => return None,
    };
    Some(Correction { was, secret: Secret::new(rest.trim_ascii()) })
}

/// Everything that a secret may have been before it was mangled, for what can prove which of them it was.
pub(crate) fn candidates(text: &str) -> Vec<Correction> {
    let trimmed = [text.trim_ascii(), text.trim_ascii_end(), text.trim_ascii_start()].into_iter().filter(|bare| *bare != text);
    let spaces = trimmed.map(|bare| Correction { was: "starts or ends with whitespace", secret: Secret::new(bare) });
    let undone = undone_deeply(text).into_iter();
    spaces.chain(undone.map(|(mangling, bare)| Correction { was: words(mangling), secret: Secret::new(bare.as_str()) })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn corrected(text: &str) -> Option<String> {
        correction(text).map(|correction| correction.secret.expose().to_owned())
    }

    #[test]
    fn a_secret_is_proposed_without_what_looks_mangled_in_it() {
        for (mangled, bare) in [
            ("\"kT9v-2Qx.7hWz\"", "kT9v-2Qx.7hWz"),
            ("'kT9v-2Qx.7hWz' ", "kT9v-2Qx.7hWz"),
            ("export SECRET=\"kT9v-2Qx.7hWz\"", "kT9v-2Qx.7hWz"),
            ("kT9v-2Qx.7hWz\n", "kT9v-2Qx.7hWz"),
            (" kT9v-2Qx.7hWz", "kT9v-2Qx.7hWz"),
            ("kT9v-2Qx.7hWz\\n", "kT9v-2Qx.7hWz"),
            ("a1Q5di0yUXguN2hXeg==", "kT9v-2Qx.7hWz"),
            ("Bearer kT9v-2Qx.7hWz", "kT9v-2Qx.7hWz"),
            ("kT9v\u{2013}2Qx.7hWz", "kT9v-2Qx.7hWz"),
        ] {
            assert_eq!(corrected(mangled).as_deref(), Some(bare), "{mangled:?}");
        }
    }

    #[test]
    fn a_secret_as_it_is_issued_is_left_alone() {
        for text in ["", " ", "kT9v-2Qx.7hWz", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "correct horse battery"] {
            assert_eq!(corrected(text), None, "{text:?}");
        }
    }
}
