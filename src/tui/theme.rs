//! Styles: the terminal's own foreground and background, and of its 16 colours those that are readable on both light and
//! dark. Beside every colour is a mark: a word or a glyph.
//!
//! In the usual palettes only magenta and light red have a contrast of 3 on both; cyan falls to 2 on white, blue and red below
//! 3 on black. Green is kept for what went well, although two light palettes have it paler: a mark says the same.

use ratatui::style::{Color, Modifier, Style};

use crate::tui::glyphs::Glyphs;

/// How the app looks on this terminal: what every part of the view is drawn with.
#[derive(Clone, Copy)]
pub(crate) struct Theme {
    pub(crate) styles: &'static Styles,
    pub(crate) glyphs: &'static Glyphs,
}

impl Theme {
    pub(crate) const fn new(colourless: bool, ascii: bool) -> Self {
        Self { styles: Styles::of(colourless), glyphs: Glyphs::of(ascii) }
    }
}

#[derive(Clone, Copy, Debug)]
pub struct Styles {
    /// Frames of what has the keys, and the focused label.
    pub accent: Style,
    /// What matters less: placeholders, rules, inactive frames.
    pub dim: Style,
    /// Headings and names of keys.
    pub strong: Style,
    /// The focused button or row.
    pub selected: Style,
    pub good: Style,
    pub bad: Style,
    pub note: Style,
    /// Names of members in JSON.
    pub key: Style,
}

impl Styles {
    /// The styles, with colours or (`NO_COLOR`) without.
    #[must_use]
    pub const fn of(colourless: bool) -> &'static Self {
        if colourless { &COLOURLESS } else { &COLOURED }
    }
}

static COLOURED: Styles = Styles {
    accent: Style::new().fg(Color::Magenta).add_modifier(Modifier::BOLD),
    good: Style::new().fg(Color::Green),
    bad: Style::new().fg(Color::LightRed),
    note: Style::new().fg(Color::Magenta),
    key: Style::new().fg(Color::Magenta),
    ..COLOURLESS
};

static COLOURLESS: Styles = Styles {
    accent: Style::new().add_modifier(Modifier::BOLD),
    dim: Style::new().add_modifier(Modifier::DIM),
    strong: Style::new().add_modifier(Modifier::BOLD),
    selected: Style::new().add_modifier(Modifier::REVERSED),
    good: Style::new(),
    bad: Style::new(),
    note: Style::new(),
    key: Style::new(),
};
