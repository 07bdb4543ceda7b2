//! Buttons in rows.

use std::ops::Range;

use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::tui::theme::Theme;
use crate::tui::widgets::text::width;

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
        // The mark is in the gap, so that nothing moves with the focus.
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

/// The label of the button at a place in those lines, which lie in that area.
pub fn label_at<'a>(lines: &'a [Line], area: Rect, at: Position) -> Option<&'a str> {
    if !area.contains(at) {
        return None;
    }
    let mut right = usize::from(area.x);
    let spans = &lines.get(usize::from(at.y - area.y))?.spans;
    let span = spans.iter().find(|span| {
        right += span.width();
        usize::from(at.x) < right
    })?;
    span.content.strip_prefix("[ ")?.strip_suffix(" ]")
}

/// Whether that place of a line, which begins at column `x`, is the sign at the left or at the right of a choice.
pub fn choice_at(theme: Theme, line: &Line, x: u16, at: Position) -> Option<Side> {
    let (before, after) = theme.glyphs.choice;
    let mut left = usize::from(x);
    for span in &line.spans {
        let right = left + span.width();
        if span.content.starts_with(&format!("{before} ")) && span.content.ends_with(&format!(" {after}")) {
            return match usize::from(at.x) {
                column if column == left => Some(Side::Left),
                column if column + 1 == right => Some(Side::Right),
                _ => None,
            };
        }
        left = right;
    }
    None
}

/// A side of a choice: to the option before, or to the one after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Left,
    Right,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buttons_take_as_many_rows_as_they_need() {
        let theme = Theme::new(None, false);
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
        let theme = Theme::new(None, false);
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
    fn a_button_is_where_it_is_drawn() {
        let theme = Theme::new(None, false);
        let lines = buttons(theme, [("One", true), ("Two", false)], 3, 60);
        let area = Rect::new(10, 5, 60, 1);
        let at = |x, y| label_at(&lines, area, Position { x, y });
        assert_eq!([at(14, 5), at(15, 5), at(21, 5), at(22, 5)], [None, Some("One"), Some("One"), None]);
        assert_eq!([at(25, 5), at(31, 5), at(32, 5), at(25, 6), at(5, 5)], [Some("Two"), Some("Two"), None, None, None]);
        let line = Line::from(vec![Span::raw("Format "), Span::raw("‹ hex ›"), Span::raw("  1 of 7")]);
        let side = |x| choice_at(theme, &line, 2, Position { x, y: 0 });
        assert_eq!([side(8), side(9), side(10), side(15), side(16)], [None, Some(Side::Left), None, Some(Side::Right), None]);
    }
}
