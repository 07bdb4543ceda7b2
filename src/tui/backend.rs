//! A `ratatui` backend that writes no byte too many.
//!
//! The stock one writes 25 bytes at every draw even when nothing changed, and about 40 for a typed letter: it resets styles
//! and moves the cursor without asking whether that is needed. Over a slow line that is felt. This one remembers where the
//! cursor is, whether it is seen and which style is in force, gathers a frame, and writes it at once: a typed letter costs
//! one byte.

use std::fmt::Write as _;
use std::io::{self, Write};

use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr as _;

/// Writes frames to a terminal that understands ECMA-48.
pub struct LeanBackend<W: Write> {
    out: W,
    size: fn() -> io::Result<Size>,
    frame: String,
    cursor: Option<Position>,
    wanted: Option<Position>,
    shown: Option<bool>,
    style: Option<Pen>,
    columns: u16,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Pen {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

const PLAIN: Pen = Pen { fg: Color::Reset, bg: Color::Reset, modifier: Modifier::empty() };

impl<W: Write> LeanBackend<W> {
    /// A backend that writes to `out`; `size` tells the terminal's size.
    pub const fn new(out: W, size: fn() -> io::Result<Size>) -> Self {
        Self { out, size, frame: String::new(), cursor: None, wanted: None, shown: None, style: None, columns: 0 }
    }

    /// What is written to.
    pub const fn out(&self) -> &W {
        &self.out
    }

    fn go(&mut self, to: Position) {
        match self.cursor {
            Some(at) if at == to => {}
            // Shorter than an absolute move where it is possible.
            Some(at) if at.y == to.y && to.x == 0 => self.frame.push('\r'),
            Some(at) if at.y == to.y && to.x < at.x && at.x - to.x <= 3 => {
                self.frame.extend(std::iter::repeat_n('\u{8}', usize::from(at.x - to.x)));
            }
            Some(at) if at.x == to.x && to.y == at.y + 1 => self.frame.push('\n'),
            _ if to.x == 0 => {
                let _ = write!(self.frame, "\x1b[{}H", to.y + 1);
            }
            _ => {
                let _ = write!(self.frame, "\x1b[{};{}H", to.y + 1, to.x + 1);
            }
        }
        self.cursor = Some(to);
    }

    fn set(&mut self, to: Pen) {
        if self.style == Some(to) {
            return;
        }
        if to == PLAIN {
            self.frame.push_str("\x1b[m");
        } else {
            self.frame.push_str("\x1b[0");
            for (flag, code) in MODIFIERS {
                if to.modifier.contains(flag) {
                    let _ = write!(self.frame, ";{code}");
                }
            }
            colour(&mut self.frame, to.fg, 30);
            colour(&mut self.frame, to.bg, 40);
            self.frame.push('m');
        }
        self.style = Some(to);
    }

    fn flush_frame(&mut self) -> io::Result<()> {
        if self.frame.is_empty() {
            return Ok(());
        }
        let result = self.out.write_all(self.frame.as_bytes()).and_then(|()| self.out.flush());
        self.frame.clear();
        result
    }
}

const MODIFIERS: [(Modifier, u8); 8] = [
    (Modifier::BOLD, 1),
    (Modifier::DIM, 2),
    (Modifier::ITALIC, 3),
    (Modifier::UNDERLINED, 4),
    (Modifier::SLOW_BLINK, 5),
    (Modifier::REVERSED, 7),
    (Modifier::HIDDEN, 8),
    (Modifier::CROSSED_OUT, 9),
];

/// Select Graphic Rendition for a colour; `base` is 30 for the foreground, 40 for the background.
fn colour(out: &mut String, colour: Color, base: u8) {
    let index = match colour {
        Color::Reset => return,
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 60,
        Color::LightRed => 61,
        Color::LightGreen => 62,
        Color::LightYellow => 63,
        Color::LightBlue => 64,
        Color::LightMagenta => 65,
        Color::LightCyan => 66,
        Color::White => 67,
        Color::Indexed(n) => {
            let _ = write!(out, ";{};5;{n}", base + 8);
            return;
        }
        Color::Rgb(r, g, b) => {
            let _ = write!(out, ";{};2;{r};{g};{b}", base + 8);
            return;
        }
    };
    let _ = write!(out, ";{}", base + index);
}

/// Latin and Greek letters, punctuation, arrows and box drawing: what every terminal draws one column wide.
const fn is_of_known_width(c: char) -> bool {
    matches!(c, '\u{20}'..='\u{2ff}' | '\u{370}'..='\u{3ff}' | '\u{2010}'..='\u{205e}' | '\u{2190}'..='\u{21ff}' | '\u{2500}'..='\u{25ff}' | '✓' | '✗')
}

impl<W: Write> Backend for LeanBackend<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        self.columns = self.size()?.width;
        for (x, y, cell) in content {
            self.go(Position { x, y });
            self.set(Pen { fg: cell.fg, bg: cell.bg, modifier: cell.modifier });
            self.frame.push_str(cell.symbol());
            let next = x + u16::try_from(cell.symbol().width()).unwrap_or(1);
            // In the last column terminals differ in where the cursor is now; elsewhere in how wide a sign outside the common
            // ones is.
            let certain = next < self.columns && cell.symbol().chars().all(is_of_known_width);
            self.cursor = certain.then_some(Position { x: next, y });
        }
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if self.shown != Some(false) {
            self.frame.push_str("\x1b[?25l");
            self.shown = Some(false);
        }
        self.wanted = None;
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        if self.shown != Some(true) {
            self.frame.push_str("\x1b[?25h");
            self.shown = Some(true);
        }
        Ok(())
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        // Asking the terminal costs a round trip, and its answer can end up in the shell.
        Ok(self.cursor.unwrap_or_default())
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.wanted = Some(position.into());
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        // Something else may have written to the terminal: nothing that was known of it holds.
        self.style = None;
        self.shown = None;
        self.set(PLAIN);
        self.frame.push_str("\x1b[H\x1b[2J");
        self.cursor = Some(Position::ORIGIN);
        Ok(())
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        self.set(PLAIN);
        match clear_type {
            ClearType::All => return self.clear(),
            ClearType::AfterCursor => self.frame.push_str("\x1b[J"),
            ClearType::BeforeCursor => self.frame.push_str("\x1b[1J"),
            ClearType::CurrentLine => self.frame.push_str("\x1b[2K"),
            ClearType::UntilNewLine => self.frame.push_str("\x1b[K"),
        }
        Ok(())
    }

    fn size(&self) -> io::Result<Size> {
        (self.size)()
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize { columns_rows: self.size()?, pixels: Size::default() })
    }

    fn flush(&mut self) -> io::Result<()> {
        if let Some(position) = self.wanted.take() {
            self.go(position);
        }
        self.flush_frame()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::Terminal;
    use ratatui::layout::Rect;
    use ratatui::style::Style;
    use ratatui::text::Line;

    #[expect(clippy::unnecessary_wraps, reason = "has the form of the system call")]
    fn size() -> io::Result<Size> {
        Ok(Size { width: 20, height: 4 })
    }

    fn terminal() -> Terminal<LeanBackend<Vec<u8>>> {
        Terminal::new(LeanBackend::new(Vec::new(), size)).unwrap()
    }

    fn draw(terminal: &mut Terminal<LeanBackend<Vec<u8>>>, text: &str, style: Style, cursor: Option<u16>) -> String {
        terminal.backend_mut().out.clear();
        terminal
            .draw(|frame| {
                frame.render_widget(Line::styled(text.to_owned(), style), Rect::new(0, 1, 20, 1));
                if let Some(x) = cursor {
                    frame.set_cursor_position((x, 1));
                }
            })
            .unwrap();
        String::from_utf8(terminal.backend().out.clone()).unwrap()
    }

    #[test]
    fn a_letter_costs_one_byte_and_nothing_costs_nothing() {
        let mut terminal = terminal();
        draw(&mut terminal, "ab", Style::new(), Some(2));
        assert_eq!(draw(&mut terminal, "abc", Style::new(), Some(3)), "c");
        assert_eq!(draw(&mut terminal, "abc", Style::new(), Some(3)), "");
        assert_eq!(draw(&mut terminal, "ab", Style::new(), Some(2)), "\u{8} \u{8}");
    }

    #[test]
    fn styles_are_set_once_and_reset_when_they_end() {
        let mut terminal = terminal();
        draw(&mut terminal, "", Style::new(), None);
        let bold_red = Style::new().fg(Color::Red).add_modifier(Modifier::BOLD);
        assert_eq!(draw(&mut terminal, &"ab".repeat(10), bold_red, None), format!("\x1b[2H\x1b[0;1;31m{}", "ab".repeat(10)));
        assert_eq!(draw(&mut terminal, &"ab".repeat(10), Style::new(), None), format!("\x1b[2H\x1b[m{}", "ab".repeat(10)));
    }

    #[test]
    fn the_last_column_leaves_the_cursor_unknown() {
        let mut terminal = terminal();
        draw(&mut terminal, "", Style::new(), None);
        draw(&mut terminal, &"x".repeat(20), Style::new(), None);
        assert_eq!(draw(&mut terminal, &format!("{}y", "x".repeat(19)), Style::new(), None), "\x1b[2;20Hy");
    }
}
