//! A line of text that is typed, with a cursor. It may be a secret: its buffer is allocated once, so that no copy of the text is
//! left behind when it grows, and is zeroed when it is given up.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use tui_input::{Input, InputRequest};
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;
use zeroize::Zeroize as _;

use crate::domain::auth::MAX_FIELD_BYTES;
use crate::domain::text::visible;
use crate::tui::action::Action;

/// One line of text being edited. `Debug` shows only its length.
pub struct TextField(Input);

/// The visible part of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    pub text: String,
    /// The cursor's column in it.
    pub cursor: usize,
    /// The columns before it.
    pub skipped: usize,
    /// Whether there is more before it, and after it.
    pub more: (bool, bool),
}

/// Why nothing was typed or pasted, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal(pub String);

impl TextField {
    /// A field with that text, the cursor at its end.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(buffer([text]))
    }

    #[must_use]
    pub fn text(&self) -> &str {
        self.0.value()
    }

    /// Types a character.
    ///
    /// # Errors
    /// The field is full.
    pub fn insert(&mut self, c: char) -> Result<(), Refusal> {
        if self.text().len() + c.len_utf8() > MAX_FIELD_BYTES {
            return Err(Refusal(format!("the field is full: its limit is {MAX_FIELD_BYTES} bytes")));
        }
        self.0.handle(InputRequest::InsertChar(c));
        Ok(())
    }

    /// Inserts a text at the cursor.
    ///
    /// # Errors
    /// It has a control character in it, or does not fit. Then nothing is inserted.
    pub fn paste(&mut self, text: &str) -> Result<(), Refusal> {
        if self.text().len() + text.len() > MAX_FIELD_BYTES {
            let size = text.len();
            return Err(Refusal(format!("nothing was pasted: {size} bytes exceed the limit of {MAX_FIELD_BYTES}")));
        }
        if let Some(position) = text.chars().position(char::is_control) {
            let name = match text.chars().nth(position) {
                Some('\n' | '\r') => "a line break",
                Some('\t') => "a tab",
                _ => "a control character",
            };
            return Err(Refusal(format!("nothing was pasted: the text contains {name} at position {}", position + 1)));
        }
        let cursor = self.0.cursor();
        self.replace(cursor..cursor, text);
        Ok(())
    }

    /// Moves or deletes. Returns whether anything changed.
    pub fn request(&mut self, request: InputRequest) -> bool {
        let cursor = self.0.cursor();
        let deleted = match request {
            InputRequest::DeletePrevWord => {
                self.0.handle(InputRequest::GoToPrevWord);
                self.0.cursor()..cursor
            }
            InputRequest::DeleteFromStart => 0..cursor,
            InputRequest::DeleteTillEnd => cursor..self.text().chars().count(),
            request => return self.0.handle(request).is_some(),
        };
        if deleted.is_empty() {
            return false;
        }
        // The input itself would keep what was deleted, to put it back.
        self.replace(deleted, "");
        true
    }

    /// Replaces characters, and puts the cursor after the new ones.
    fn replace(&mut self, range: Range<usize>, with: &str) {
        let text = self.text();
        let byte = |at| text.char_indices().nth(at).map_or(text.len(), |(byte, _)| byte);
        let new = buffer([&text[..byte(range.start)], with, &text[byte(range.end)..]]);
        self.clear();
        self.0 = new.with_cursor(range.start + with.chars().count());
    }

    pub fn clear(&mut self) {
        String::from(std::mem::replace(&mut self.0, buffer([]))).zeroize();
    }

    /// Puts the cursor before the character that is shown in that column, or after the last one. The hidden parts, in bytes, have a
    /// column for each character.
    pub fn go_to_column(&mut self, column: usize, hidden: &[Range<usize>]) {
        let (mut position, mut at) = (0, 0);
        for (byte, grapheme) in self.text().grapheme_indices(true) {
            let chars = grapheme.chars().count();
            let is_hidden = hidden.iter().any(|part| part.contains(&byte));
            let width = if is_hidden { chars } else { visible(grapheme).width() };
            if column < at + width {
                position += if is_hidden { column - at } else { 0 };
                break;
            }
            position += chars;
            at += width;
        }
        self.0.handle(InputRequest::SetCursor(position));
    }

    /// The part of it around the cursor that fits into `width` columns. `dot` replaces every character of the parts of it, in
    /// bytes, that are hidden.
    #[must_use]
    pub fn window(&self, width: usize, dot: &str, hidden: &[Range<usize>]) -> Window {
        let cursor = self.0.cursor();
        let mut shown = Vec::new();
        let (mut position, mut at) = (0, 0);
        let mut columns = 0;
        for (byte, grapheme) in self.text().grapheme_indices(true) {
            if position < cursor {
                at = columns;
            }
            let cell: Cow<'_, str> = if hidden.iter().any(|part| part.contains(&byte)) {
                Cow::Owned(dot.repeat(grapheme.chars().count()))
            } else {
                visible(grapheme)
            };
            position += grapheme.chars().count();
            columns += cell.width();
            if position <= cursor {
                at = columns;
            }
            shown.push(cell);
        }
        // At the end of the text the cursor is one column after it.
        let from = (at + 1).saturating_sub(width);
        let (mut out, mut column, mut skipped) = (String::new(), 0, 0);
        for cell in shown {
            let next = column + cell.width();
            if column >= from && next - skipped <= width {
                if out.is_empty() {
                    skipped = column;
                }
                out.push_str(&cell);
            } else if out.is_empty() {
                skipped = next;
            }
            column = next;
        }
        let more = (skipped > 0, skipped + out.width() < column);
        Window { text: out, cursor: at.saturating_sub(skipped), skipped, more }
    }
}

/// An input with room for the longest text, so that it never moves while it is typed.
fn buffer<const N: usize>(parts: [&str; N]) -> Input {
    let length = parts.iter().map(|part| part.len()).sum();
    let mut text = String::with_capacity(MAX_FIELD_BYTES.max(length));
    text.extend(parts);
    Input::new(text)
}

impl Clone for TextField {
    fn clone(&self) -> Self {
        Self(buffer([self.text()]).with_cursor(self.0.cursor()))
    }
}

impl Drop for TextField {
    fn drop(&mut self) {
        String::from(std::mem::take(&mut self.0)).zeroize();
    }
}

impl PartialEq for TextField {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text() && self.0.cursor() == other.0.cursor()
    }
}

impl fmt::Debug for TextField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TextField({} bytes)", self.text().len())
    }
}

/// What a key does in a line of text; `None` for one that does nothing there.
pub const fn request(action: Action) -> Option<InputRequest> {
    Some(match action {
        Action::CursorLeft => InputRequest::GoToPrevChar,
        Action::CursorRight => InputRequest::GoToNextChar,
        Action::WordLeft => InputRequest::GoToPrevWord,
        Action::WordRight => InputRequest::GoToNextWord,
        Action::Home => InputRequest::GoToStart,
        Action::End => InputRequest::GoToEnd,
        Action::EraseBack => InputRequest::DeletePrevChar,
        Action::EraseForward => InputRequest::DeleteNextChar,
        Action::EraseWord => InputRequest::DeletePrevWord,
        Action::EraseToStart => InputRequest::DeleteFromStart,
        Action::EraseToEnd => InputRequest::DeleteTillEnd,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(field: &TextField, width: usize, mask: Option<&str>) -> (String, usize, (bool, bool)) {
        let all = std::iter::once(0..field.text().len()).collect::<Vec<_>>();
        let Window { text, cursor, more, .. } =
            field.window(width, mask.unwrap_or_default(), mask.map_or(&[], |_| all.as_slice()));
        (text, cursor, more)
    }

    #[test]
    fn debug_shows_no_text() {
        assert_eq!(format!("{:?}", TextField::new("hunter2")), "TextField(7 bytes)");
    }

    #[test]
    fn a_paste_lands_at_the_cursor() {
        let mut field = TextField::new("ad");
        field.request(InputRequest::GoToPrevChar);
        field.paste("bc").unwrap();
        assert_eq!((field.text(), seen(&field, 10, None)), ("abcd", ("abcd".into(), 3, (false, false))));
    }

    #[test]
    fn control_characters_and_floods_are_refused_whole() {
        let mut field = TextField::new("x");
        assert!(field.paste("a\nb").unwrap_err().0.contains("a line break at position 2"));
        assert!(field.paste(&"a".repeat(MAX_FIELD_BYTES)).unwrap_err().0.contains("8192"));
        assert_eq!(field.text(), "x");
        field.paste(&"a".repeat(MAX_FIELD_BYTES - 1)).unwrap();
        assert!(field.insert('b').is_err());
    }

    #[test]
    fn a_text_never_moves_while_it_is_typed() {
        let mut field = TextField::new("");
        let at = field.text().as_ptr();
        for c in "a secret of many letters ".chars().cycle().take(MAX_FIELD_BYTES) {
            field.insert(c).unwrap();
        }
        field.request(InputRequest::DeletePrevChar);
        field.request(InputRequest::GoToStart);
        field.insert('x').unwrap();
        assert_eq!(field.text().as_ptr(), at);
    }

    #[test]
    fn words_and_ends_are_deleted() {
        let mut field = TextField::new("one two three");
        assert!(field.request(InputRequest::DeletePrevWord));
        assert_eq!(seen(&field, 20, None).0, "one two ");
        field.request(InputRequest::GoToPrevWord);
        assert!(field.request(InputRequest::DeleteFromStart));
        assert_eq!(seen(&field, 20, None), ("two ".into(), 0, (false, false)));
        assert!(!field.request(InputRequest::DeleteFromStart));
        assert!(field.request(InputRequest::DeleteTillEnd));
        assert_eq!(field.text(), "");
    }

    #[test]
    fn c21_a_part_of_a_text_is_hidden() {
        let shown = |width| TextField::new("ab-cdef-gh").window(width, "*", std::slice::from_ref(&(3..7)));
        assert_eq!((shown(12).text.as_str(), shown(12).cursor), ("ab-****-gh", 10));
        assert_eq!((shown(6).text.as_str(), shown(6).more), ("**-gh", (true, false)));
    }

    #[test]
    fn a_column_is_a_place_between_characters() {
        let mut field = TextField::new("a漢字b\u{202e}c");
        let mut at = |column| {
            field.go_to_column(column, &[]);
            field.0.cursor()
        };
        assert_eq!([0, 1, 2, 3, 4, 5].map(&mut at), [0, 1, 1, 2, 2, 3]);
        // An escaped character has the columns of its escape.
        assert_eq!([6, 13, 14, 15, 99].map(&mut at), [4, 4, 5, 6, 6]);
        let mut hidden = TextField::new("ab漢d");
        let dots = |field: &mut TextField, column| {
            let all = 0..field.text().len();
            field.go_to_column(column, std::slice::from_ref(&all));
            field.0.cursor()
        };
        assert_eq!([0, 2, 3, 4, 9].map(|column| dots(&mut hidden, column)), [0, 2, 3, 4, 4]);
    }

    #[test]
    fn the_window_follows_the_cursor() {
        let mut field = TextField::new("0123456789");
        assert_eq!(seen(&field, 5, None), ("6789".into(), 4, (true, false)));
        field.request(InputRequest::GoToStart);
        assert_eq!(seen(&field, 5, None), ("01234".into(), 0, (false, true)));
        assert_eq!(seen(&field, 5, Some("•")), ("•••••".into(), 0, (false, true)));
        assert_eq!(seen(&TextField::new("漢字x"), 10, None), ("漢字x".into(), 5, (false, false)));
        assert_eq!(seen(&TextField::new("a\u{202e}"), 20, None), ("a\\u{202e}".into(), 9, (false, false)));
        assert_eq!(seen(&TextField::new(""), 5, None), (String::new(), 0, (false, false)));
    }
}
