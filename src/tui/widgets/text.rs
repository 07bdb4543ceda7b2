//! Text in columns: width, wrapping, cutting.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use crate::domain::text::{is_unsafe, visible, visible_columns};

pub fn width(text: &str) -> usize {
    text.width()
}

/// Breaks a text into lines of at most `columns`, at spaces where there are any.
pub fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        for word in paragraph.split(' ') {
            let gap = usize::from(!line.is_empty());
            if width(&line) + gap + width(word) <= columns {
                if gap == 1 {
                    line.push(' ');
                }
                line.push_str(word);
                continue;
            }
            // A word that has to be broken anyhow begins where there is room for it.
            if width(word) > columns && gap == 1 && width(&line) + 5 <= columns {
                line.push(' ');
            } else if gap == 1 {
                lines.push(std::mem::take(&mut line));
            }
            for grapheme in word.graphemes(true) {
                if !line.is_empty() && width(&line) + width(grapheme) > columns {
                    lines.push(std::mem::take(&mut line));
                }
                line.push_str(grapheme);
            }
        }
        lines.push(line);
    }
    lines
}

/// Lines of which the last gives way to an ellipsis where there are too many.
pub fn cut_lines(mut lines: Vec<String>, most: usize, columns: usize) -> Vec<String> {
    let most = most.max(1);
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            *last = end_cut(&format!("{last} …"), columns);
        }
    }
    lines
}

/// Breaks a text anywhere, keeping every space: for what is shown byte for byte.
pub fn broken(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    let (mut lines, mut line, mut used) = (Vec::new(), String::new(), 0);
    for grapheme in text.graphemes(true) {
        let next = width(grapheme);
        if used + next > columns {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        line.push_str(grapheme);
        used += next;
    }
    lines.push(line);
    lines
}

/// Breaks a text keeping every space, after one where there is any: for code.
pub fn broken_after_spaces(text: &str, columns: usize) -> Vec<String> {
    let (mut lines, mut rest) = (Vec::new(), text);
    while width(rest) > columns.max(1) {
        let taken = fitting(rest, columns);
        let indent = rest.len() - rest.trim_start_matches(' ').len();
        let at = rest[..taken].rfind(' ').filter(|&at| at > indent).map_or(taken, |at| at + 1);
        if at == 0 {
            break;
        }
        lines.push(rest[..at].to_owned());
        rest = &rest[at..];
    }
    lines.push(rest.to_owned());
    lines
}

/// A text of at most `columns`, cut in the middle with an ellipsis: both ends of a URL matter.
pub fn middle_cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let keep = columns.saturating_sub(1);
    let tail = keep / 3;
    let mut out = take(text.graphemes(true), keep - tail);
    out.push('…');
    let back: Vec<&str> = text
        .graphemes(true)
        .rev()
        .scan(0, |used, grapheme| {
            *used += width(grapheme);
            (*used <= tail).then_some(grapheme)
        })
        .collect();
    out.extend(back.into_iter().rev());
    out
}

/// A text of at most `columns`, cut at its end with an ellipsis.
pub fn end_cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut out = take(text.graphemes(true), columns.saturating_sub(1));
    out.push('…');
    out
}

/// As many words from its beginning as fit, and an ellipsis for the others; where that leaves much room, what [`end_cut`] leaves.
pub fn whole_words(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.trim_end().to_owned();
    }
    let ends = text.char_indices().filter(|(_, c)| *c == ' ').map(|(at, _)| at);
    let fitting = ends.rev().find(|&end| width(text[..end].trim_end()) < columns);
    match fitting.filter(|&end| width(&text[..end]) * 2 > columns) {
        Some(end) => format!("{}…", text[..end].trim_end()),
        None => end_cut(text, columns),
    }
}

/// The number of bytes of a text that fit into `columns`.
pub fn fitting(text: &str, columns: usize) -> usize {
    let mut used = 0;
    let fits = |grapheme: &&str| {
        used += width(grapheme);
        used <= columns
    };
    text.graphemes(true).take_while(fits).map(str::len).sum()
}

fn take<'a>(graphemes: impl Iterator<Item = &'a str>, columns: usize) -> String {
    let mut used = 0;
    graphemes
        .take_while(|grapheme| {
            used += width(grapheme);
            used <= columns
        })
        .collect()
}

/// What a grapheme of a line that is edited is shown as: a tab as two spaces.
fn shown(grapheme: &str) -> Cow<'_, str> {
    if grapheme == "\t" { Cow::Borrowed("  ") } else { visible(grapheme) }
}

/// Whether each byte of a line is one column. Most of what is edited is such text, and lines of it can be long.
fn is_one_column_a_byte(line: &str) -> bool {
    line.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// The columns of a line that is edited.
pub fn columns(line: &str) -> usize {
    if is_one_column_a_byte(line) {
        return line.len();
    }
    line.graphemes(true).map(columns_of).sum()
}

/// The columns of what is shown of a grapheme.
fn columns_of(grapheme: &str) -> usize {
    if !grapheme.chars().any(is_unsafe) {
        return width(grapheme);
    }
    let of_char = |c| if is_unsafe(c) { visible_columns(c) } else { c.width().unwrap_or(0) };
    grapheme.chars().map(of_char).sum()
}

/// The part of a line that is edited which is in the columns from `left` on, and whether there is more after it. What is wider than one
/// column and begins before `left` is left out, with spaces for what of it would be shown.
pub fn part(line: &str, left: usize, columns: usize) -> (String, bool) {
    if is_one_column_a_byte(line) {
        let end = line.len().min(left + columns);
        return (line[left.min(end)..end].to_owned(), end < line.len());
    }
    let (mut out, mut at) = (String::new(), 0);
    for grapheme in line.graphemes(true) {
        let next = at + columns_of(grapheme);
        if next > left + columns {
            return (out, true);
        }
        if at >= left {
            out.push_str(&shown(grapheme));
        } else if next > left {
            out.push_str(&" ".repeat(next - left));
        }
        at = next;
    }
    (out, false)
}

/// The byte of what is shown in that column of a line that is edited; its end where there is nothing.
pub fn byte_at(line: &str, column: usize) -> usize {
    let mut at = 0;
    let shown = line.grapheme_indices(true).find(|(_, grapheme)| {
        at += columns_of(grapheme);
        column < at
    });
    shown.map_or(line.len(), |(byte, _)| byte)
}

/// A text padded with spaces to `columns`.
pub fn padded(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_line_is_what_its_columns_show() {
        for (line, left, expected) in [
            ("abcdef", 0, ("abcd", true)),
            ("abcdef", 2, ("cdef", false)),
            ("abcdef", 9, ("", false)),
            ("a\tbcd", 0, ("a  b", true)),
            ("a\tbcd", 2, (" bcd", false)),
            ("漢字漢", 0, ("漢字", true)),
            ("漢字漢", 1, (" 字", true)),
            ("e\u{301}\u{200b}", 0, ("e\u{301}", true)),
        ] {
            let (shown, more) = part(line, left, 4);
            assert_eq!((shown.as_str(), more), expected, "{line:?} from {left}");
        }
        assert_eq!(["", "abc", "a\tb", "漢a", "\u{1b}"].map(columns), [0, 3, 4, 3, 4]);
    }

    #[test]
    fn words_wrap_and_long_ones_break() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("at /a/long/path here", 10), ["at /a/long", "/path here"]);
        assert_eq!(wrapped("abcdefgh ij", 3), ["abc", "def", "gh", "ij"]);
        assert_eq!(wrapped("", 5), [""]);
        assert_eq!(wrapped("a\nb", 5), ["a", "b"]);
        // A character that is wider than the line has a line of its own.
        assert_eq!(wrapped("漢字", 1), ["漢", "字"]);
    }

    #[test]
    fn cuts_have_an_ellipsis() {
        assert_eq!(middle_cut("https://hooks.example.com/in", 16), "https://ho…om/in");
        assert_eq!(end_cut("abcdef", 4), "abc…");
        assert_eq!(end_cut("abcd", 4), "abcd");
        assert_eq!(whole_words("503 Service Unavailable", 17), "503 Service…");
        assert_eq!(whole_words("503 Service Unavailable", 11), "503 Servic…");
        assert_eq!(whole_words("200 OK", 6), "200 OK");
    }

    #[test]
    fn code_breaks_after_spaces() {
        assert_eq!(broken_after_spaces("  one two  three", 10), ["  one two ", " three"]);
        assert_eq!(broken_after_spaces("    abcdefgh", 6), ["    ab", "cdefgh"]);
        assert_eq!(broken_after_spaces("漢字", 1), ["漢字"]);
    }

    #[test]
    fn broken_lines_keep_every_space() {
        assert_eq!(broken("a  b  c", 3), ["a  ", "b  ", "c"]);
    }
}
