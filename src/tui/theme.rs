//! Styles: the terminal's own foreground and background, and four of its 16 colours, each with one meaning. Beside every colour
//! is a mark: a word or a glyph.
//!
//! | role | means | default |
//! |---|---|---|
//! | accent | where the keys go: the focused box, field and label | magenta |
//! | ok | what went well | green |
//! | warning | what needs attention, and is not wrong yet | yellow |
//! | error | what failed | light red |
//!
//! In the usual palettes only magenta and light red have a contrast of 3 on both dark and light; cyan falls to 2 on white, blue
//! and red below 3 on black. Green and yellow are what everybody expects, although light palettes have them paler: a mark says
//! the same.

use ratatui::style::{Color, Modifier, Style};

use crate::domain::config::{self, Colour};
use crate::tui::glyphs::Glyphs;

/// The four colours, by what they mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Roles {
    pub accent: Color,
    pub ok: Color,
    pub warning: Color,
    pub error: Color,
}

impl Roles {
    pub const DEFAULT: Self = Self { accent: Color::Magenta, ok: Color::Green, warning: Color::Yellow, error: Color::LightRed };

    /// The user's, where they chose one.
    #[must_use]
    pub fn chosen(theme: config::Theme) -> Self {
        let or = |chosen: Option<Colour>, default| chosen.map_or(default, ansi);
        Self {
            accent: or(theme.accent, Self::DEFAULT.accent),
            ok: or(theme.ok, Self::DEFAULT.ok),
            warning: or(theme.warning, Self::DEFAULT.warning),
            error: or(theme.error, Self::DEFAULT.error),
        }
    }
}

const fn ansi(colour: Colour) -> Color {
    match colour {
        Colour::Default => Color::Reset,
        Colour::Black => Color::Black,
        Colour::Red => Color::Red,
        Colour::Green => Color::Green,
        Colour::Yellow => Color::Yellow,
        Colour::Blue => Color::Blue,
        Colour::Magenta => Color::Magenta,
        Colour::Cyan => Color::Cyan,
        Colour::White => Color::Gray,
        Colour::BrightBlack => Color::DarkGray,
        Colour::BrightRed => Color::LightRed,
        Colour::BrightGreen => Color::LightGreen,
        Colour::BrightYellow => Color::LightYellow,
        Colour::BrightBlue => Color::LightBlue,
        Colour::BrightMagenta => Color::LightMagenta,
        Colour::BrightCyan => Color::LightCyan,
        Colour::BrightWhite => Color::White,
    }
}

impl Default for Roles {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// How the app looks on this terminal: what every part of the view is drawn with.
#[derive(Clone, Copy)]
pub(crate) struct Theme {
    pub(crate) styles: Styles,
    pub(crate) glyphs: &'static Glyphs,
}

impl Theme {
    pub(crate) const fn new(roles: Option<Roles>, ascii: bool) -> Self {
        Self { styles: Styles::new(roles), glyphs: Glyphs::of(ascii) }
    }
}

#[derive(Clone, Copy, Debug)]
pub struct Styles {
    /// Where the keys go: the frame of what has them, the focused label.
    pub accent: Style,
    /// What matters less: placeholders, rules, inactive frames.
    pub dim: Style,
    /// Headings, names of keys, names of members in JSON.
    pub strong: Style,
    /// The focused button or row.
    pub selected: Style,
    pub ok: Style,
    pub warning: Style,
    pub error: Style,
}

impl Styles {
    /// The styles in these colours, or (`NO_COLOR`) without any: then the selection is still reversed, and the accent bold.
    #[must_use]
    pub const fn new(roles: Option<Roles>) -> Self {
        let plain = Style::new();
        let bold = plain.add_modifier(Modifier::BOLD);
        let (accent, ok, warning, error) = match roles {
            Some(Roles { accent, ok, warning, error }) => (bold.fg(accent), plain.fg(ok), plain.fg(warning), plain.fg(error)),
            None => (bold, plain, plain, plain),
        };
        Self {
            accent,
            dim: plain.add_modifier(Modifier::DIM),
            strong: bold,
            selected: plain.add_modifier(Modifier::REVERSED),
            ok,
            warning,
            error,
        }
    }
}
