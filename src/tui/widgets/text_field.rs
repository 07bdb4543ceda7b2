//! A text field: what is typed, with a cursor.

use std::borrow::Cow;
use std::fmt;

use tui_input::{Input, InputRequest};
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;
use zeroize::Zeroize as _;

use crate::domain::auth::MAX_FIELD_BYTES;
use crate::domain::text::visible;

/// One line of text being edited. `Debug` shows only how long it is, since it may be a secret.
#[derive(Clone, Default)]
pub struct TextField(Input);

/// What is seen of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// The part that is in view.
    pub text: String,
    /// The cursor's column in it.
    pub cursor: usize,
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
        Self(Input::new(text.to_owned()))
    }

    /// The text.
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
            return Err(full());
        }
        self.0.handle(InputRequest::InsertChar(c));
        Ok(())
    }

    /// Inserts a text at the cursor, at once: a character at a time would cost the square of its length.
    ///
    /// # Errors
    /// It has a control character in it, or does not fit. Then nothing is inserted.
    pub fn paste(&mut self, text: &str) -> Result<(), Refusal> {
        if self.text().len() + text.len() > MAX_FIELD_BYTES {
            let size = text.len();
            return Err(Refusal(format!("nothing was pasted: {size} bytes do not fit, a field takes {MAX_FIELD_BYTES}")));
        }
        if let Some(position) = text.chars().position(char::is_control) {
            let name = match text.chars().nth(position) {
                Some('\n' | '\r') => "a line break",
                Some('\t') => "a tab",
                _ => "a control character",
            };
            return Err(Refusal(format!("nothing was pasted: the text has {name} in it, at position {}", position + 1)));
        }
        let cursor = self.0.cursor();
        let mut whole: String = self.text().chars().take(cursor).collect();
        whole.push_str(text);
        whole.extend(self.text().chars().skip(cursor));
        self.clear();
        self.0 = Input::new(whole).with_cursor(cursor + text.chars().count());
        Ok(())
    }

    /// Moves or deletes. Returns whether anything changed.
    pub fn request(&mut self, request: InputRequest) -> bool {
        self.0.handle(request).is_some()
    }

    /// Empties the field and zeroes what was in it.
    pub fn clear(&mut self) {
        let mut old = String::from(std::mem::take(&mut self.0));
        old.zeroize();
    }

    /// What is seen of it in `width` columns. `mask` stands for every character of a secret.
    #[must_use]
    pub fn window(&self, width: usize, mask: Option<&str>) -> Window {
        let cursor = self.0.cursor();
        let mut shown = Vec::new();
        let (mut position, mut at) = (0, 0);
        let mut columns = 0;
        for grapheme in self.text().graphemes(true) {
            if position < cursor {
                at = columns;
            }
            let cell: Cow<'_, str> = match mask {
                Some(dot) => Cow::Owned(dot.repeat(grapheme.chars().count())),
                None => visible(grapheme),
            };
            position += grapheme.chars().count();
            columns += cell.width();
            if position <= cursor {
                at = columns;
            }
            shown.push(cell);
        }
        // The cursor stands behind the last column when it is at the end.
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
        Window { text: out, cursor: at.saturating_sub(skipped), more }
    }
}

fn full() -> Refusal {
    Refusal(format!("a field takes {MAX_FIELD_BYTES} bytes, and this one is full"))
}

impl Drop for TextField {
    fn drop(&mut self) {
        self.clear();
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

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(field: &TextField, width: usize, mask: Option<&str>) -> (String, usize, (bool, bool)) {
        let Window { text, cursor, more } = field.window(width, mask);
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
        assert!(field.paste("a\nb").unwrap_err().0.contains("line break in it, at position 2"));
        assert!(field.paste(&"a".repeat(MAX_FIELD_BYTES)).unwrap_err().0.contains("8192"));
        assert_eq!(field.text(), "x");
        field.paste(&"a".repeat(MAX_FIELD_BYTES - 1)).unwrap();
        assert!(field.insert('b').is_err());
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
