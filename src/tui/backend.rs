//! A `ratatui` backend that writes no byte too many.
//!
//! The stock one writes 25 bytes at every draw even when nothing changed, and about 40 for a typed letter: it resets styles
//! and moves the cursor without asking whether that is needed. Over a slow line that is felt. This one remembers where the
//! cursor is, whether it is seen, which style is in force and what is shown, goes the shortest way from sign to sign, gathers a
//! frame, and writes it at once: a typed letter costs one byte.

mod shown;
mod way;

use std::fmt::Write as _;
use std::io::{self, Write};

use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr as _;

use shown::Shown;
use way::Way;

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
    screen: Shown,
    /// Nothing was drawn since the screen was cleared: what a frame passes over is blank.
    cleared: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Pen {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

impl Pen {
    /// Whether a blank in this style looks like one in none.
    const fn leaves_blanks_blank(self) -> bool {
        const SEEN: Modifier = Modifier::UNDERLINED.union(Modifier::REVERSED).union(Modifier::CROSSED_OUT);
        matches!(self.bg, Color::Reset) && !self.modifier.intersects(SEEN)
    }

    /// Whether everything of `other` is in it too, or is replaced.
    fn only_adds_to(self, other: Self) -> bool {
        let replaced = |colour: Color, other: Color| colour == other || colour != Color::Reset;
        self.modifier.contains(other.modifier) && replaced(self.fg, other.fg) && replaced(self.bg, other.bg)
    }
}

/// A run of blanks in one row.
struct Blanks {
    from: Position,
    count: u16,
}

impl Blanks {
    const fn end(&self) -> Position {
        Position { x: self.from.x + self.count, y: self.from.y }
    }
}

const PLAIN: Pen = Pen { fg: Color::Reset, bg: Color::Reset, modifier: Modifier::empty() };

impl<W: Write> LeanBackend<W> {
    /// A backend that writes to `out`; `size` tells the terminal's size.
    pub fn new(out: W, size: fn() -> io::Result<Size>) -> Self {
        Self {
            out,
            size,
            frame: String::new(),
            cursor: None,
            wanted: None,
            shown: None,
            style: None,
            columns: 0,
            screen: Shown::default(),
            cleared: true,
        }
    }

    /// What is written to.
    pub const fn out(&self) -> &W {
        &self.out
    }

    /// Moves the cursor, by whatever is shortest. A frame is full of single blanks that it passes over: written again, they are
    /// a byte each, where a move has three or more.
    fn go(&mut self, to: Position) {
        let (screen, style) = (&self.screen, self.style);
        self.way(to, style)
            .write(&mut self.frame, |frame, count| frame.extend(screen.before(to, count, style).into_iter().flatten()));
        self.cursor = Some(to);
    }

    /// Moves the cursor and changes the style, in whatever order is shorter: what is passed over may look the same in the one
    /// style, and not in the other.
    fn go_in(&mut self, to: Position, pen: Pen) {
        if self.way(to, Some(pen)).len() < self.way(to, self.style).len() {
            self.set(pen);
        }
        self.go(to);
        self.set(pen);
    }

    fn way(&self, to: Position, style: Option<Pen>) -> Way {
        let bytes = |count| self.screen.before(to, count, style).map(|signs| signs.map(char::len_utf8).sum());
        Way::shortest(self.cursor, to, bytes)
    }

    /// Draws blanks; `next` is what is drawn then. A run of them is erased where that is shorter: a line of help that gives way
    /// to a shorter one, or the blanks behind a label that changes its colour, are most of the bytes of a focus move.
    fn blank(&mut self, blanks: Option<Blanks>, next: Position) {
        let Some(Blanks { from, count }) = blanks.filter(|_| !self.cleared) else { return };
        if self.leaves_blanks_blank() {
            self.go(from);
        } else {
            self.go_in(from, PLAIN);
        }
        self.screen.put(from, count, Some((' ', PLAIN)));
        let end = from.x + count;
        if end >= self.columns && count > 3 {
            self.frame.push_str("\x1b[K");
        } else if count > if next.y == from.y && next.x == end { 9 } else { 4 } {
            let _ = write!(self.frame, "\x1b[{count}X");
        } else {
            self.frame.extend(std::iter::repeat_n(' ', usize::from(count)));
            self.cursor = (end < self.columns).then_some(Position { x: end, y: from.y });
        }
    }

    fn leaves_blanks_blank(&self) -> bool {
        self.style.is_some_and(Pen::leaves_blanks_blank)
    }

    fn set(&mut self, to: Pen) {
        if self.style == Some(to) {
            return;
        }
        if to == PLAIN {
            self.frame.push_str("\x1b[m");
        } else {
            // Where nothing is to go, what is in force needs no reset, and is not said again.
            let kept = self.style.filter(|&style| to.only_adds_to(style));
            let begin = self.frame.len() + 2;
            self.frame.push_str(if kept.is_some() { "\x1b[" } else { "\x1b[0" });
            let from = kept.unwrap_or(PLAIN);
            for (flag, code) in MODIFIERS {
                if to.modifier.difference(from.modifier).contains(flag) {
                    let _ = write!(self.frame, ";{code}");
                }
            }
            if to.fg != from.fg {
                colour(&mut self.frame, to.fg, 30);
            }
            if to.bg != from.bg {
                colour(&mut self.frame, to.bg, 40);
            }
            if self.frame[begin..].starts_with(';') {
                self.frame.remove(begin);
            }
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
        let size = self.size()?;
        self.columns = size.width;
        if self.cleared {
            self.screen.clear(size);
        }
        let mut blanks: Option<Blanks> = None;
        for (x, y, cell) in content {
            let pen = Pen { fg: cell.fg, bg: cell.bg, modifier: cell.modifier };
            let at = Position { x, y };
            if cell.symbol() == " " && pen.leaves_blanks_blank() {
                match &mut blanks {
                    Some(run) if run.end() == at => run.count += 1,
                    _ => {
                        let before = blanks.replace(Blanks { from: at, count: 1 });
                        self.blank(before, at);
                    }
                }
                continue;
            }
            self.blank(blanks.take(), at);
            self.go_in(at, pen);
            self.frame.push_str(cell.symbol());
            let next = x + u16::try_from(cell.symbol().width()).unwrap_or(1);
            // In the last column terminals differ in where the cursor is now; elsewhere in how wide a sign outside the common
            // ones is.
            let certain = next < self.columns && cell.symbol().chars().all(is_of_known_width);
            self.cursor = certain.then_some(Position { x: next, y });
            let sign = cell.symbol().chars().next().filter(|_| certain && next == x + 1);
            self.screen.put(at, next.max(x + 1) - x, sign.map(|sign| (sign, pen)));
        }
        self.blank(blanks, Position { x: 0, y: u16::MAX });
        self.cleared = false;
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
        self.cleared = true;
        Ok(())
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        self.set(PLAIN);
        self.screen.forget();
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
    fn what_is_passed_over_is_written_again_where_that_is_shorter() {
        let mut terminal = terminal();
        let bold = Style::new().add_modifier(Modifier::BOLD);
        let words =
            |terminal: &mut _| draw_line(terminal, Line::from(vec![Span::raw("a b  c      "), Span::styled("d e", bold)]));
        // Blanks in the style of before, where they look the same; the far word by a jump.
        assert_eq!(words(&mut terminal), "\x1b[2H\x1b[ma b  c\x1b[6C\x1b[1md e");
        assert_eq!(draw(&mut terminal, "x y  z      D E", Style::new(), None), "\r\x1b[mx y  z\x1b[6CD E");
        terminal.clear().unwrap();
        assert_eq!(words(&mut terminal), "\x1b[m\x1b[H\x1b[2J\na b  c\x1b[6C\x1b[1md e");
        // Letters only in their own style, and none of more bytes than a jump has.
        assert_eq!(draw(&mut terminal, "a B  C      d e", Style::new(), None), "\x1b[m\ra B  C\x1b[6Cd e");
        assert_eq!(draw(&mut terminal, "a…b──c", Style::new(), None), "\ra…b──c\x1b[6C   ");
        assert_eq!(draw(&mut terminal, "A…B──C", Style::new(), None), "\rA\x1b[CB\x1b[2CC");
        // What may be wider or narrower elsewhere is not written again.
        draw(&mut terminal, "a日c♠e", Style::new(), None);
        assert_eq!(draw(&mut terminal, "A日C♠E", Style::new(), None), "\rA\x1b[2CC\x1b[CE");
    }

    #[test]
    fn a_run_of_blanks_is_erased_where_that_is_shorter() {
        let mut terminal = terminal();
        let mut after = |before: &str, text: &str| {
            draw(&mut terminal, "", Style::new(), None);
            draw(&mut terminal, before, Style::new(), None);
            draw(&mut terminal, text, Style::new(), None)
        };
        assert_eq!(after("0123456789abcdef", "01"), "\r01\x1b[14X");
        assert_eq!(after("0123456789abcdef", "01          c"), "\r01\x1b[10X\x1b[11C   ");
        assert_eq!(after("0123456789abcdef", "01   5"), "\r01   5\x1b[10X");
        assert_eq!(after("0123456789abcdefghij", "01"), "\x1b[2;3H\x1b[K");
        assert_eq!(after("0123456789abcdef", "01         X"), "\r01         X    ");
    }

    #[test]
    fn reversed_blanks_are_drawn() {
        let mut terminal = terminal();
        draw(&mut terminal, "", Style::new(), None);
        let reversed = Style::new().add_modifier(Modifier::REVERSED);
        assert_eq!(draw(&mut terminal, "        ", reversed, None), format!("\x1b[2H\x1b[0;7m{}", " ".repeat(20)));
        assert_eq!(draw(&mut terminal, "        ", Style::new(), None), "\x1b[2H\x1b[m\x1b[K");
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
}
