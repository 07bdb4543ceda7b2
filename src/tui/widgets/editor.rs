//! A small editor for the body of an event: for where no `$VISUAL` or `$EDITOR` is set. Pure.

use std::fmt;

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use unicode_segmentation::UnicodeSegmentation as _;

use crate::tui::theme::Theme;
use crate::tui::widgets::text;

/// The largest body that is edited here, in bytes; a larger one needs a real editor.
pub const MAX_BYTES: usize = 256 * 1024;

/// Lines of text with a cursor. `Debug` shows only how many.
#[derive(Clone, PartialEq, Eq)]
pub struct Editor {
    lines: Vec<String>,
    /// Line, and byte in it.
    cursor: (usize, usize),
    /// Of all lines, each with its line break.
    bytes: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    Left,
    Right,
    Up,
    Down,
    /// To the start of the line.
    Home,
    End,
    /// That number of lines up.
    PageUp(usize),
    /// That number of lines down.
    PageDown(usize),
}

impl Editor {
    /// An editor on a text, the cursor at its beginning.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self { lines: text.split('\n').map(str::to_owned).collect(), cursor: (0, 0), bytes: text.len() + 1 }
    }

    #[must_use]
    pub fn text(&self) -> String {
        self.lines.join("\n")
    }

    #[must_use]
    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    /// The cursor's line, and the text before the cursor in it.
    #[must_use]
    pub fn cursor(&self) -> (usize, &str) {
        let (line, byte) = self.cursor;
        (line, &self.lines[line][..byte])
    }

    /// Inserts a text, which may have several lines. Controls other than tabs are left out. Returns whether it fits.
    pub fn insert(&mut self, text: &str) -> bool {
        if self.bytes + text.len() > MAX_BYTES {
            return false;
        }
        let (line, byte) = self.cursor;
        let is_kept = |c: &char| *c == '\t' || !c.is_control();
        if !text.contains(['\n', '\r']) {
            // As it is typed: nothing but this line is touched.
            let before = self.lines[line].len();
            let mut at = byte;
            for c in text.chars().filter(is_kept) {
                self.lines[line].insert(at, c);
                at += c.len_utf8();
            }
            self.bytes += self.lines[line].len() - before;
            self.cursor.1 = at;
            return true;
        }
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let mut new: Vec<String> = text.split('\n').map(|piece| piece.chars().filter(is_kept).collect()).collect();
        let last = new.len() - 1;
        self.bytes += new.iter().map(String::len).sum::<usize>() + last;
        self.cursor = (line + last, new[last].len() + if last == 0 { byte } else { 0 });
        let tail = self.lines[line].split_off(byte);
        new[last].push_str(&tail);
        let mut new = new.into_iter();
        self.lines[line].push_str(&new.next().unwrap_or_default());
        // At once: one by one would move the lines below once for each.
        let below = line + 1;
        self.lines.splice(below..below, new);
        true
    }

    /// Starts a new line, indented as the one before.
    pub fn newline(&mut self) {
        let (line, byte) = self.cursor;
        let indent: String = self.lines[line][..byte].chars().take_while(|c| matches!(c, ' ' | '\t')).collect();
        self.insert(&format!("\n{indent}"));
    }

    /// Erases the character before the cursor.
    pub fn erase_back(&mut self) {
        if self.cursor != (0, 0) {
            self.go(Move::Left);
            self.erase_forward();
        }
    }

    /// Erases the character under the cursor.
    pub fn erase_forward(&mut self) {
        let (line, byte) = self.cursor;
        match self.lines[line][byte..].graphemes(true).next().map(str::len) {
            Some(length) => {
                self.lines[line].drain(byte..byte + length);
                self.bytes -= length;
            }
            None if line + 1 < self.lines.len() => {
                let next = self.lines.remove(line + 1);
                self.lines[line].push_str(&next);
                self.bytes -= 1;
            }
            None => {}
        }
    }

    /// Erases to the end of the line, or the line break there.
    pub fn erase_to_end(&mut self) {
        let (line, byte) = self.cursor;
        if byte == self.lines[line].len() {
            self.erase_forward();
        } else {
            self.bytes -= self.lines[line].len() - byte;
            self.lines[line].truncate(byte);
        }
    }

    pub fn go(&mut self, to: Move) {
        let (line, byte) = self.cursor;
        let last = self.lines.len() - 1;
        match to {
            Move::Left => match self.lines[line][..byte].graphemes(true).next_back().map(str::len) {
                Some(length) => self.cursor.1 -= length,
                None if line > 0 => self.cursor = (line - 1, self.lines[line - 1].len()),
                None => {}
            },
            Move::Right => match self.lines[line][byte..].graphemes(true).next().map(str::len) {
                Some(length) => self.cursor.1 += length,
                None if line < last => self.cursor = (line + 1, 0),
                None => {}
            },
            Move::Up => self.jump(line.saturating_sub(1)),
            Move::Down => self.jump((line + 1).min(last)),
            Move::PageUp(lines) => self.jump(line.saturating_sub(lines)),
            Move::PageDown(lines) => self.jump((line + lines).min(last)),
            Move::Home => self.cursor.1 = 0,
            Move::End => self.cursor.1 = self.lines[line].len(),
        }
    }

    /// To another line, as many characters in as before where it is long enough.
    fn jump(&mut self, to: usize) {
        let (line, byte) = self.cursor;
        let characters = self.lines[line][..byte].graphemes(true).count();
        let byte = self.lines[to].graphemes(true).take(characters).map(str::len).sum();
        self.cursor = (to, byte);
    }

    /// Puts the cursor at a line and a column as they are shown, both counted from 0: before the character there, or at the end.
    pub fn go_to_shown(&mut self, line: usize, column: usize) {
        let line = line.min(self.lines.len() - 1);
        self.cursor = (line, text::byte_at(&self.lines[line], column));
    }

    /// Puts the cursor at a line and column, both counted from 1 as parsers do.
    pub fn go_to(&mut self, line: usize, column: usize) {
        let line = line.saturating_sub(1).min(self.lines.len() - 1);
        let mut byte = column.saturating_sub(1).min(self.lines[line].len());
        while !self.lines[line].is_char_boundary(byte) {
            byte -= 1;
        }
        self.cursor = (line, byte);
    }
}

/// The first line and the first column that are shown in an area of that size.
fn scrolled_to(editor: &Editor, area: Rect) -> (usize, usize) {
    let (line, before) = editor.cursor();
    let top = (line + 1).saturating_sub(usize::from(area.height));
    (top, (text::columns(before) + 1).saturating_sub(usize::from(area.width)))
}

/// The line and the column at a place of an area that an editor is drawn in.
pub fn place_at(editor: &Editor, area: Rect, at: Position) -> Option<(usize, usize)> {
    let (top, left) = scrolled_to(editor, area);
    area.contains(at).then(|| (top + usize::from(at.y - area.y), left + usize::from(at.x - area.x)))
}

/// A text that is edited, scrolled so that the cursor is in view.
///
/// The columns beside the area are for the signs of lines that go on there.
pub fn draw(editor: &Editor, focused: bool, theme: Theme, frame: &mut Frame, area: Rect) {
    if area.height == 0 {
        return;
    }
    let (line, before) = editor.cursor();
    let (column, page, columns) = (text::columns(before), usize::from(area.height), usize::from(area.width));
    let (top, left) = scrolled_to(editor, area);
    let (before, after) = theme.glyphs.choice;
    for (line, y) in editor.lines().iter().skip(top).take(page).zip(area.y..) {
        let side = |x| Rect { x, y, width: 1, height: 1 };
        let (shown, more) = text::part(line, left, columns);
        if left > 0 && !line.is_empty() {
            frame.render_widget(Span::styled(before, theme.styles.dim), side(area.x.saturating_sub(1)));
        }
        if more {
            frame.render_widget(Span::styled(after, theme.styles.dim), side(area.right()));
        }
        frame.render_widget(Line::raw(shown), Rect { y, height: 1, ..area });
    }
    if focused {
        let (x, y) = (u16::try_from(column - left).unwrap_or(0), u16::try_from(line - top).unwrap_or(0));
        frame.set_cursor_position(Position { x: area.x + x, y: area.y + y });
    }
}

impl fmt::Debug for Editor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Editor({} lines)", self.lines.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn types_breaks_and_joins_lines() {
        let mut editor = Editor::new("ab\ncd");
        editor.go(Move::End);
        editor.newline();
        editor.insert("x\ty\r\nz");
        assert_eq!(editor.text(), "ab\nx\ty\nz\ncd");
        editor.go(Move::Home);
        editor.erase_back();
        assert_eq!(editor.text(), "ab\nx\tyz\ncd");
        editor.erase_to_end();
        editor.erase_to_end();
        assert_eq!(editor.text(), "ab\nx\tycd");
    }

    #[test]
    fn a_new_line_is_indented_like_the_one_before() {
        let mut editor = Editor::new("  {");
        editor.go(Move::End);
        editor.newline();
        assert_eq!(editor.text(), "  {\n  ");
    }

    #[test]
    fn lines_go_in_before_and_after_the_cursor() {
        let mut editor = Editor::new("ab\ncd");
        editor.go(Move::Right);
        assert!(editor.insert("1\r\n2\r3\u{7}"));
        assert_eq!((editor.text().as_str(), editor.cursor()), ("a1\n2\n3b\ncd", (2, "3")));
        assert!(editor.insert("\r"));
        assert_eq!((editor.text().as_str(), editor.cursor()), ("a1\n2\n3\nb\ncd", (3, "")));
        assert!(!editor.insert(&"x".repeat(MAX_BYTES)));
    }

    #[test]
    fn goes_where_a_click_points() {
        let mut editor = Editor::new("{\n\t漢é:1");
        let mut at = |line, column| {
            editor.go_to_shown(line, column);
            let (line, before) = editor.cursor();
            (line, before.to_owned())
        };
        let tab = text::columns("\t");
        assert_eq!(at(1, tab), (1, "\t".to_owned()));
        assert_eq!(at(1, tab + 1), (1, "\t".to_owned()));
        assert_eq!(at(1, tab + 2), (1, "\t漢".to_owned()));
        assert_eq!(at(9, 99), (1, "\t漢é:1".to_owned()));
        assert_eq!(at(0, 0), (0, String::new()));
        let mut editor = Editor::new("0123456789\n\n\nabc");
        editor.go_to(4, 1);
        let area = Rect::new(2, 3, 5, 2);
        assert_eq!(place_at(&editor, area, Position { x: 4, y: 4 }), Some((3, 2)));
        assert_eq!(place_at(&editor, area, Position { x: 1, y: 4 }), None);
        editor.go_to(1, 9);
        assert_eq!(place_at(&editor, area, Position { x: 2, y: 3 }), Some((0, 4)));
    }

    #[test]
    fn goes_where_a_parser_points() {
        let mut editor = Editor::new("{\n  é:1");
        editor.go_to(2, 4);
        assert_eq!(editor.cursor(), (1, "  "));
        editor.go_to(99, 99);
        assert_eq!(editor.cursor(), (1, "  é:1"));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn never_off_a_boundary(text in any::<String>(), steps in proptest::collection::vec(0_u8..14, 0..60)) {
            let mut editor = Editor::new(&text);
            for step in steps {
                match step {
                    0 => editor.go(Move::Left),
                    1 => editor.go(Move::Right),
                    2 => editor.go(Move::Up),
                    3 => editor.go(Move::Down),
                    4 => editor.go(Move::Home),
                    5 => editor.go(Move::End),
                    6 => editor.go(Move::PageUp(3)),
                    7 => editor.go(Move::PageDown(3)),
                    8 => editor.erase_back(),
                    9 => editor.erase_forward(),
                    10 => editor.newline(),
                    11 => editor.erase_to_end(),
                    12 => { editor.insert("é漢\n"); }
                    _ => editor.go_to(2, 3),
                }
                let (line, _) = editor.cursor();
                prop_assert!(line < editor.lines().len());
                prop_assert_eq!(editor.bytes, editor.text().len() + 1);
            }
        }
    }
}
