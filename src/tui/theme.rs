//! Styles: the terminal's own foreground and background, and of its 16 colours those that are readable on both light and
//! dark. Beside every colour stands a mark in words or glyph.

use ratatui::style::{Color, Modifier, Style};

/// The styles in use.
#[derive(Clone, Copy, Debug)]
pub struct Theme {
    /// Frames of what has the keys, and the focused label.
    pub accent: Style,
    /// What is of lesser weight: placeholders, rules, frames behind.
    pub dim: Style,
    /// Headings and names of keys.
    pub strong: Style,
    /// The focused button or row.
    pub selected: Style,
    /// Done, delivered.
    pub good: Style,
    /// Errors, refused, failed.
    pub bad: Style,
    /// Notices.
    pub note: Style,
}

impl Theme {
    /// The theme, with colours or (`NO_COLOR`) without.
    #[must_use]
    pub fn new(colourless: bool) -> Self {
        let colour = |colour| if colourless { Style::new() } else { Style::new().fg(colour) };
        Self {
            accent: colour(Color::Cyan).add_modifier(Modifier::BOLD),
            dim: Style::new().add_modifier(Modifier::DIM),
            strong: Style::new().add_modifier(Modifier::BOLD),
            selected: Style::new().add_modifier(Modifier::REVERSED),
            good: colour(Color::Green),
            bad: colour(Color::Red),
            note: colour(Color::Magenta),
        }
    }
}
