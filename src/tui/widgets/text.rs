//! Text in columns: width, wrapping, cutting.

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

use crate::domain::text::visible;

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

/// A line that is edited, as it is shown: a tab as two spaces.
pub fn tabbed(line: &str) -> String {
    visible(&line.replace('\t', "  ")).into_owned()
}

/// A text padded with spaces to `columns`.
pub fn padded(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

#[cfg(test)]
mod tests {
    use super::*;

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
