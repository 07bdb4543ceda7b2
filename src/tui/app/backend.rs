//! A `ratatui` backend for slow lines.
//!
//! The stock one writes 25 bytes at every draw even when nothing changed, and about 40 for a typed letter. This one remembers
//! where the cursor is, whether it is visible and which style is set, erases the end of a line with one sequence, and writes
//! each frame at once, so that no terminal shows half of one.

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
    /// `None` where terminals differ in where it is now.
    cursor: Option<Position>,
    /// Where the frame being drawn leaves the cursor, if it shows one.
    target: Option<Position>,
    visible: Option<bool>,
    style: Option<CellStyle>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct CellStyle {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

const PLAIN: CellStyle = CellStyle { fg: Color::Reset, bg: Color::Reset, modifier: Modifier::empty() };

impl CellStyle {
    const fn of(cell: &Cell) -> Self {
        Self { fg: cell.fg, bg: cell.bg, modifier: cell.modifier }
    }

    /// Whether a space in this style looks like a plain one.
    const fn leaves_spaces_plain(self) -> bool {
        const SEEN: Modifier = Modifier::UNDERLINED.union(Modifier::REVERSED).union(Modifier::CROSSED_OUT);
        matches!(self.bg, Color::Reset) && !self.modifier.intersects(SEEN)
    }
}

/// Consecutive plain spaces in one row.
#[derive(Clone, Copy)]
struct Spaces {
    at: Position,
    count: u16,
}

impl<W: Write> LeanBackend<W> {
    /// A backend that writes to `out`; `size` returns the terminal's size.
    pub fn new(out: W, size: fn() -> io::Result<Size>) -> Self {
        Self { out, size, frame: String::new(), cursor: None, target: None, visible: None, style: None }
    }

    pub const fn out(&self) -> &W {
        &self.out
    }

    fn move_to(&mut self, to: Position) {
        let _ = match self.cursor {
            Some(at) if at == to => Ok(()),
            Some(at) if at.y == to.y && at.x == to.x + 1 => self.frame.write_char('\u{8}'),
            Some(at) if at.y == to.y && at.x + 1 == to.x => self.frame.write_str("\x1b[C"),
            Some(at) if at.y == to.y && at.x < to.x => write!(self.frame, "\x1b[{}C", to.x - at.x),
            Some(at) if at.y + 1 == to.y && to.x == 0 => self.frame.write_str("\r\n"),
            _ if to.x == 0 => write!(self.frame, "\x1b[{}H", to.y + 1),
            _ => write!(self.frame, "\x1b[{};{}H", to.y + 1, to.x + 1),
        };
        self.cursor = Some(to);
    }

    fn set_style(&mut self, to: CellStyle) {
        let before = self.style.replace(to);
        if before == Some(to) {
            return;
        }
        if to == PLAIN {
            self.frame.push_str("\x1b[m");
            return;
        }
        // After the plain style there is nothing to reset.
        let mut codes = if before == Some(PLAIN) { String::new() } else { ";0".to_owned() };
        for (flag, code) in MODIFIERS {
            if to.modifier.contains(flag) {
                let _ = write!(codes, ";{code}");
            }
        }
        colour(&mut codes, to.fg, 30);
        colour(&mut codes, to.bg, 40);
        let _ = write!(self.frame, "\x1b[{}m", &codes[1..]);
    }

    /// Draws spaces. Where they reach the end of the row, or are many, they are erased with one sequence.
    fn draw_spaces(&mut self, Spaces { at, count }: Spaces, columns: u16) {
        if !self.style.is_some_and(CellStyle::leaves_spaces_plain) {
            self.set_style(PLAIN);
        }
        self.move_to(at);
        let end = at.x + count;
        if end >= columns {
            self.frame.push_str("\x1b[K");
        } else if count > 8 {
            let _ = write!(self.frame, "\x1b[{count}X");
        } else {
            self.frame.extend(std::iter::repeat_n(' ', usize::from(count)));
            self.cursor = Some(Position { x: end, y: at.y });
        }
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

/// The most characters that are drawn in one cell: more than any script needs.
const PER_CELL: usize = 16;

/// A symbol with no more combining marks than any script needs. Marks take no columns, so nothing else bounds their number, and
/// terminals draw them over other lines.
fn drawn(symbol: &str) -> &str {
    symbol.char_indices().nth(PER_CELL).map_or(symbol, |(end, _)| &symbol[..end])
}

impl<W: Write> Backend for LeanBackend<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let columns = self.size()?.width;
        let mut spaces: Option<Spaces> = None;
        for (x, y, cell) in content {
            let (at, style) = (Position { x, y }, CellStyle::of(cell));
            if let Some(run) = &mut spaces
                && cell.symbol() == " "
                && style.leaves_spaces_plain()
                && run.at.y == y
                && run.at.x + run.count == x
            {
                run.count += 1;
                continue;
            }
            if let Some(run) = spaces.take() {
                self.draw_spaces(run, columns);
            }
            if cell.symbol() == " " && style.leaves_spaces_plain() {
                spaces = Some(Spaces { at, count: 1 });
                continue;
            }
            self.move_to(at);
            self.set_style(style);
            let symbol = drawn(cell.symbol());
            self.frame.push_str(symbol);
            let next = x + u16::try_from(symbol.width()).unwrap_or(1);
            // Terminals differ in where the cursor is after the last column, and in how wide an unusual character is.
            let certain = next < columns && symbol.chars().all(is_of_known_width);
            self.cursor = certain.then_some(Position { x: next, y });
        }
        if let Some(run) = spaces {
            self.draw_spaces(run, columns);
        }
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if self.visible != Some(false) {
            self.frame.push_str("\x1b[?25l");
            self.visible = Some(false);
        }
        self.target = None;
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        if self.visible != Some(true) {
            self.frame.push_str("\x1b[?25h");
            self.visible = Some(true);
        }
        Ok(())
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        // Asking the terminal costs a round trip, and its answer can end up in the shell.
        Ok(self.cursor.unwrap_or_default())
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.target = Some(position.into());
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        // Something else may have written to the terminal: nothing that was known of it holds. What was not written yet would
        // be erased: while a terminal takes nothing, it would grow with each clear.
        self.frame.clear();
        self.style = None;
        self.visible = None;
        self.set_style(PLAIN);
        self.frame.push_str("\x1b[H\x1b[2J");
        self.cursor = Some(Position::ORIGIN);
        Ok(())
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        self.set_style(PLAIN);
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
        if let Some(position) = self.target.take() {
            self.move_to(position);
        }
        if self.frame.is_empty() {
            return Ok(());
        }
        let result = self.out.write_all(self.frame.as_bytes()).and_then(|()| self.out.flush());
        self.frame.clear();
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::Terminal;
    use ratatui::layout::Rect;
    use ratatui::style::Style;
    use ratatui::text::{Line, Span};

    #[expect(clippy::unnecessary_wraps, reason = "has the form of the system call")]
    fn size() -> io::Result<Size> {
        Ok(Size { width: 20, height: 4 })
    }

    fn terminal() -> Terminal<LeanBackend<Vec<u8>>> {
        Terminal::new(LeanBackend::new(Vec::new(), size)).unwrap()
    }

    fn draw_line(terminal: &mut Terminal<LeanBackend<Vec<u8>>>, line: Line<'static>) -> String {
        terminal.backend_mut().out.clear();
        terminal.draw(|frame| frame.render_widget(line, Rect::new(0, 1, 20, 1))).unwrap();
        let drawn = terminal.backend().out.clone();
        String::from_utf8(drawn).unwrap().trim_end_matches("\x1b[?25l").to_owned()
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
    fn many_spaces_and_those_at_the_end_of_a_row_are_erased() {
        let mut terminal = terminal();
        let mut after = |before: &str, text: &str| {
            draw(&mut terminal, "", Style::new(), None);
            draw(&mut terminal, before, Style::new(), None);
            draw(&mut terminal, text, Style::new(), None)
        };
        assert_eq!(after("0123456789abcdef", "01"), "\x1b[2;3H\x1b[14X");
        assert_eq!(after("0123456789abcdefghij", "01"), "\x1b[2;3H\x1b[K");
        assert_eq!(after("0123456789abcdef", "01          c"), "\x1b[2;3H\x1b[10X\x1b[11C   ");
    }

    #[test]
    fn reversed_spaces_are_drawn() {
        let mut terminal = terminal();
        draw(&mut terminal, "", Style::new(), None);
        let reversed = Style::new().add_modifier(Modifier::REVERSED);
        assert_eq!(draw(&mut terminal, "        ", reversed, None), format!("\x1b[2H\x1b[0;7m{}", " ".repeat(20)));
        assert_eq!(draw(&mut terminal, "        ", Style::new(), None), "\x1b[m\x1b[2H\x1b[K");
    }

    #[test]
    fn a_gap_after_reversed_letters_is_not_reversed() {
        let mut terminal = terminal();
        let reversed = Style::new().add_modifier(Modifier::REVERSED);
        let line = Line::from(vec![Span::styled("a", reversed), Span::raw(" "), Span::styled("b", reversed)]);
        assert_eq!(draw_line(&mut terminal, line), "\x1b[2H\x1b[0;7ma\x1b[Cb");
    }

    #[test]
    fn the_last_column_leaves_the_cursor_unknown() {
        let mut terminal = terminal();
        draw(&mut terminal, "", Style::new(), None);
        draw(&mut terminal, &"x".repeat(20), Style::new(), None);
        assert_eq!(draw(&mut terminal, &format!("{}y", "x".repeat(19)), Style::new(), None), "\x1b[2;20Hy");
    }

    #[test]
    fn a39_of_a_flood_of_marks_a_cell_has_a_few() {
        let mut terminal = terminal();
        draw(&mut terminal, "", Style::new(), None);
        let flood = format!("a{}b", "\u{301}".repeat(100_000));
        let drawn = draw(&mut terminal, &flood, Style::new(), None);
        assert!(drawn.ends_with(&format!("a{}\x1b[2;2Hb", "\u{301}".repeat(15))), "{drawn:?}");
        let family = "\u{915}\u{94d}\u{937}\u{93f}";
        assert!(draw(&mut terminal, family, Style::new(), None).contains(family));
    }
}
