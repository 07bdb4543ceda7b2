//! A sentence or two about what was done, or failed.

use ratatui::style::Style;

use crate::tui::theme::Theme;

/// How a status is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Done,
    Note,
    Error,
}

impl Tone {
    /// The glyph before a status, and its style.
    pub(crate) const fn look(self, theme: Theme) -> (&'static str, Style) {
        match self {
            Self::Done => (theme.glyphs.ok, theme.styles.ok),
            Self::Note => ("!", theme.styles.warning),
            Self::Error => (theme.glyphs.fail, theme.styles.error),
        }
    }
}

/// What the line above the keys says, or a popup about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    pub tone: Tone,
    pub text: String,
}

impl Status {
    pub(crate) fn new(tone: Tone, text: impl Into<String>) -> Self {
        Self { tone, text: text.into() }
    }
}
