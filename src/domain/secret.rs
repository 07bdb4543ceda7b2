//! A secret: erased when dropped, never printed.

use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The fewest characters of which the last four may be shown: of a shorter secret they would be too large a part.
const HINT_FROM: usize = 20;

/// A secret text. Its memory is zeroed on drop, `Debug` shows nothing of it, and it has no `Display`.
#[derive(Clone, Default, Zeroize, ZeroizeOnDrop)]
pub struct Secret(String);

impl Secret {
    /// Takes the text as it is; the rules for a field stand in [`super::draft`].
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself: to sign or to send with, or to show when the user has asked to see it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is no text at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many characters it has.
    #[must_use]
    pub fn chars(&self) -> usize {
        self.0.chars().count()
    }

    /// The last four characters, by which a person recognises it; `None` for one of fewer than 20 characters.
    ///
    /// Never ask this of a password: see [`super::auth::Auth::hint`].
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let count = self.chars();
        (count >= HINT_FROM).then(|| self.0.chars().skip(count - 4).collect())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(redacted)")
    }
}

impl PartialEq for Secret {
    /// In constant time for texts of equal length.
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl Eq for Secret {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", Secret::new("hunter2")), "Secret(redacted)");
    }

    #[test]
    fn hint_only_of_long_ones() {
        assert_eq!(Secret::new("a".repeat(19)).hint(), None);
        assert_eq!(Secret::new("0123456789abcdef3f2ä").hint().as_deref(), Some("3f2ä"));
    }

    #[test]
    fn equal_by_text() {
        assert_eq!(Secret::new("a"), Secret::new("a"));
        assert_ne!(Secret::new("a"), Secret::new("b"));
        assert_ne!(Secret::new("a"), Secret::new("ab"));
    }
}
