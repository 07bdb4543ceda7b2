//! The signs on the screen, in Unicode or in ASCII.

use ratatui::buffer::Buffer;
use ratatui::symbols::border;

/// Signs whose ASCII form has another width, and so decides the layout.
#[derive(Clone, Copy, Debug)]
pub struct Glyphs {
    pub ok: &'static str,
    pub fail: &'static str,
    /// Stopped by the user, which is no failure.
    pub stopped: &'static str,
    pub busy: &'static str,
    /// Stands for a character of a secret.
    pub dot: &'static str,
    pub choice: (&'static str, &'static str),
    /// The corners and sides of a box.
    pub border: border::Set<'static>,
    /// Whether only ASCII is shown.
    pub ascii: bool,
}

const ASCII_BORDER: border::Set<'static> = border::Set {
    top_left: "+",
    top_right: "+",
    bottom_left: "+",
    bottom_right: "+",
    vertical_left: "|",
    vertical_right: "|",
    horizontal_top: "-",
    horizontal_bottom: "-",
};

static UNICODE: Glyphs =
    Glyphs {
        ok: "✓", fail: "✗", stopped: "■", busy: "…", dot: "•", choice: ("‹", "›"), border: border::ROUNDED, ascii: false
    };

static ASCII: Glyphs =
    Glyphs { ok: "OK", fail: "FAIL", stopped: "--", busy: "..", dot: "*", choice: ("<", ">"), border: ASCII_BORDER, ascii: true };

impl Glyphs {
    /// The signs for a terminal.
    #[must_use]
    pub const fn of(ascii: bool) -> &'static Self {
        if ascii { &ASCII } else { &UNICODE }
    }

    /// How a key is called: arrows have words in ASCII.
    #[must_use]
    pub fn key(&self, label: &str) -> String {
        if !self.ascii {
            return label.to_owned();
        }
        label.replace("↑↓", "Up/Down").replace("←→", "Left/Right").replace('↓', "Down").replace('↑', "Up")
    }
}

/// Replaces what is left of non-ASCII, sign by sign, on a terminal that shows ASCII only.
pub fn to_ascii(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        let ascii = match cell.symbol() {
            symbol if symbol.is_ascii() => continue,
            "•" | "●" => "*",
            "─" | "—" | "–" => "-",
            "│" => "|",
            "…" => "~",
            "█" | "▏" => "#",
            "›" | "→" => ">",
            "‹" | "←" => "<",
            "↑" => "^",
            "↓" => "v",
            "·" => ".",
            "×" => "x",
            "▾" => "v",
            "≠" => "!",
            _ => "?",
        };
        cell.set_symbol(ascii);
    }
}
