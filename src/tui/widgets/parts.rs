//! Small parts that several screens are made of.

use std::ops::Range;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Clear};
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

use crate::domain::text::visible;
use crate::tui::theme::Theme;

/// The widest that running text and popups get: lines that are longer are hard to read.
pub const READABLE: u16 = 120;

/// From so few rows on a popup gives up what it can do without.
pub const LOW: u16 = 12;

/// Columns of a text.
pub fn width(text: &str) -> usize {
    text.width()
}

/// A box with a title.
pub fn boxed(theme: Theme, title: &str, style: Style) -> Block<'_> {
    Block::new()
        .borders(Borders::ALL)
        .border_set(theme.glyphs.border)
        .border_style(style)
        .title(Span::styled(format!(" {title} "), theme.styles.strong))
}

/// Clears a popup's room and draws its box. Returns what is inside.
pub fn popup(theme: Theme, title: &str, frame: &mut Frame, area: Rect) -> Rect {
    let block = boxed(theme, title, theme.styles.accent);
    let inner = block.inner(area);
    frame.render_widget(Clear, area);
    frame.render_widget(block, area);
    inner
}

/// A room of that size in the middle of another, or all of it where it does not fit.
pub fn centred(area: Rect, columns: u16, rows: u16) -> Rect {
    let (columns, rows) = (columns.min(area.width), rows.min(area.height));
    Rect { x: area.x + (area.width - columns) / 2, y: area.y + (area.height - rows) / 2, width: columns, height: rows }
}

/// How much of a box does not fit in it, on its lower edge.
pub fn more(theme: Theme, below: usize, frame: &mut Frame, place: Rect) {
    if below > 0 && place.width > 20 && place.height > 1 {
        let line = Line::styled(format!(" {below} more ↓ "), theme.styles.dim).right_aligned();
        frame.render_widget(line, Rect { x: place.x + 1, y: place.bottom() - 1, width: place.width - 3, height: 1 });
    }
}

/// `> [ Words ]   [ Words ]`, `indent` columns in: the focused one has a mark and is reversed. On as many rows as it takes,
/// after they have moved together.
pub fn buttons<'a>(
    theme: Theme,
    labels: impl IntoIterator<Item = (&'a str, bool)>,
    indent: usize,
    columns: usize,
) -> Vec<Line<'static>> {
    let labels: Vec<(&str, bool)> = labels.into_iter().collect();
    let apart = labels.iter().map(|(label, _)| width(label) + 7).sum::<usize>() + indent;
    if apart > columns + 1
        && let (row, 0) = close_together(theme, &labels, columns)
    {
        return vec![row];
    }
    let mut rows: Vec<Line> = Vec::new();
    for (label, focused) in labels {
        let text = format!("[ {label} ]");
        let style = if focused { theme.styles.selected } else { Style::new() };
        let row = match rows.last_mut() {
            Some(row) if row.width() + 3 + width(&text) <= columns => row,
            _ => {
                // Where there is no room for the indent the mark is what stays.
                let indent = indent.min(columns.saturating_sub(width(&text) + 2));
                rows.push(Line::raw(" ".repeat(indent)));
                let last = rows.len() - 1;
                &mut rows[last]
            }
        };
        // The mark stands in the gap, so that nothing moves with the focus.
        let gap = if row.spans.len() > 1 { " " } else { "" };
        row.push_span(Span::raw(format!("{gap}{} ", if focused { ">" } else { " " })));
        row.push_span(Span::styled(text, style));
    }
    rows
}

/// Buttons on one row: where it does not hold them all, those around the focused one, with a sign for the rest.
pub fn button_row(theme: Theme, labels: &[(&str, bool)], indent: usize, columns: usize) -> Line<'static> {
    let mut rows = buttons(theme, labels.iter().copied(), indent, columns);
    if rows.len() == 1 { rows.remove(0) } else { close_together(theme, labels, columns).0 }
}

/// `>[ Words ] [ Words ]`, around the focused one. Returns how many there was no room for, too.
fn close_together(theme: Theme, labels: &[(&str, bool)], columns: usize) -> (Line<'static>, usize) {
    let needed = |range: &Range<usize>| labels[range.clone()].iter().map(|(label, _)| width(label) + 5).sum::<usize>();
    let room = if needed(&(0..labels.len())) <= columns { columns } else { columns.saturating_sub(4) };
    let focused = labels.iter().position(|&(_, focused)| focused).unwrap_or(0);
    let mut range = focused..(focused + 1).min(labels.len());
    loop {
        let wider = [range.start..range.end + 1, range.start.saturating_sub(1)..range.end];
        let Some(next) = wider.into_iter().find(|next| *next != range && next.end <= labels.len() && needed(next) <= room) else {
            break;
        };
        range = next;
    }
    let (before, after) = theme.glyphs.choice;
    let mut row = Line::default();
    if range.start > 0 {
        row.push_span(Span::styled(format!("{before} "), theme.styles.dim));
    }
    for &(label, focused) in &labels[range.clone()] {
        let style = if focused { theme.styles.selected } else { Style::new() };
        row.push_span(Span::raw(if focused { ">" } else { " " }));
        row.push_span(Span::styled(format!("[ {label} ]"), style));
    }
    if range.end < labels.len() {
        row.push_span(Span::styled(format!(" {after}"), theme.styles.dim));
    }
    let left = labels.len() - range.len();
    (row, left)
}

/// Breaks a text into lines of at most `columns`, at blanks where there are any.
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

/// Breaks a text anywhere, keeping every blank: for what is shown byte for byte.
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

/// Breaks a text keeping every blank, behind one where there is any: for code.
pub fn broken_behind_blanks(text: &str, columns: usize) -> Vec<String> {
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

/// A text of at most `columns`, cut in the middle with an ellipsis: both ends of a URL tell something.
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

/// How many bytes of a text fit into so many columns.
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

/// A line that is edited, as it is seen: a tab as two blanks.
pub fn tabbed(line: &str) -> String {
    visible(&line.replace('\t', "  ")).into_owned()
}

/// A text that begins with a capital letter.
pub fn capitalised(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map(|first| first.to_uppercase().collect::<String>()).unwrap_or_default() + rest.as_str()
}

/// A text filled up with blanks to so many columns.
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
        assert_eq!(
            wrapped("漢字", 1),
            ["", "漢", "字"].map(String::from).into_iter().filter(|l| !l.is_empty()).collect::<Vec<_>>()
        );
    }

    #[test]
    fn cuts_have_an_ellipsis() {
        assert_eq!(middle_cut("https://hooks.example.com/in", 16), "https://ho…om/in");
        assert_eq!(end_cut("abcdef", 4), "abc…");
        assert_eq!(end_cut("abcd", 4), "abcd");
    }

    #[test]
    fn buttons_take_as_many_rows_as_they_need() {
        let theme = Theme::new(true, false);
        let rows = |columns| {
            let rows = buttons(theme, [("One", true), ("Another", false), ("Third", false)], 3, columns);
            rows.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(rows(60), ["   > [ One ]   [ Another ]   [ Third ]"]);
        // Rather close together than on two rows.
        assert_eq!(rows(30), [">[ One ] [ Another ] [ Third ]"]);
        assert_eq!(rows(29), ["   > [ One ]   [ Another ]", "     [ Third ]"]);
        // Where there is no room for the indent, it gives way; the mark's room stays.
        assert!(rows(12).iter().all(|row| row.chars().count() <= 13), "{:?}", rows(12));
        assert_eq!(rows(12).len(), 3);
    }

    #[test]
    fn a_row_of_buttons_has_the_focused_one_and_signs_for_the_rest() {
        let theme = Theme::new(true, false);
        let row = |at: usize, columns| {
            let labels: Vec<(&str, bool)> =
                ["One", "Two", "Three"].iter().enumerate().map(|(label, &text)| (text, label == at)).collect();
            button_row(theme, &labels, 3, columns).to_string()
        };
        assert_eq!(row(0, 60), "   > [ One ]   [ Two ]   [ Three ]");
        assert_eq!(row(0, 26), ">[ One ] [ Two ] [ Three ]");
        assert_eq!(row(0, 22), ">[ One ] [ Two ] ›");
        assert_eq!(row(2, 22), "‹  [ Two ]>[ Three ]");
        assert_eq!(row(1, 14), "‹ >[ Two ] ›");
        assert_eq!(row(1, 3), "‹ >[ Two ] ›");
    }

    #[test]
    fn code_breaks_behind_blanks() {
        assert_eq!(broken_behind_blanks("  one two  three", 10), ["  one two ", " three"]);
        assert_eq!(broken_behind_blanks("    abcdefgh", 6), ["    ab", "cdefgh"]);
        assert_eq!(broken_behind_blanks("漢字", 1), ["漢字"]);
    }

    #[test]
    fn broken_keeps_every_blank() {
        assert_eq!(broken("a  b  c", 3), ["a  ", "b  ", "c"]);
    }
}
