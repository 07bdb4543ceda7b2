//! The names of keys.

/// A key that can be given another meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    Char(char),
    /// With Ctrl; a letter in lower case.
    Ctrl(char),
}

impl Key {
    pub(super) const FORM: &'static str = "one character, such as \"n\", or a letter with ctrl, such as \"ctrl-n\"";

    pub(super) fn from_name(name: &str) -> Option<Self> {
        let mut chars = name.strip_prefix("ctrl-").unwrap_or(name).chars();
        let c = chars.next().filter(|c| !c.is_control() && *c != ' ')?;
        match (chars.next(), name.starts_with("ctrl-")) {
            (None, false) => Some(Self::Char(c)),
            (None, true) if c.is_ascii_alphabetic() => Some(Self::Ctrl(c.to_ascii_lowercase())),
            _ => None,
        }
    }

    /// Whether ^c never arrives, or means something else to terminals and multiplexers.
    pub(super) const fn is_kept_by_terminals(c: char) -> bool {
        matches!(c, 's' | 'q' | 'b' | 'a' | 'h' | 'i' | 'j' | 'm')
    }
}
