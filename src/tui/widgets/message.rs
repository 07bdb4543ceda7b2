//! Messages in lines.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::domain::text::{capitalised, visible};
use crate::ops::Problem;
use crate::tui::theme::Theme;
use crate::tui::widgets::fix::fix_text;
use crate::tui::widgets::{boxes, text};

/// `Why   …`, wrapped after its label.
pub fn labelled(label: &str, message: &str, theme: Theme, columns: usize) -> Vec<Line<'static>> {
    labelled_at(6, label, message, theme, columns)
}

/// The same with the message in that column.
pub fn labelled_at(column: usize, label: &str, message: &str, theme: Theme, columns: usize) -> Vec<Line<'static>> {
    text::wrapped(&visible(message), columns.saturating_sub(column))
        .into_iter()
        .enumerate()
        .map(|(at, line)| {
            let label = text::padded(if at == 0 { label } else { "" }, column);
            Line::from(vec![Span::styled(label, theme.styles.strong), Span::raw(line)])
        })
        .collect()
}

/// What failed, why, and how to fix it.
pub fn problem(problem: &Problem, theme: Theme, columns: usize) -> Vec<Line<'static>> {
    let what = format!("{} {}.", theme.glyphs.fail, capitalised(&problem.what));
    let columns = columns.saturating_sub(1).min(boxes::READABLE.into());
    let lines = |message: &str, style: Style| {
        text::wrapped(message, columns).into_iter().map(move |line| Line::styled(format!("  {line}"), style))
    };
    lines(&what, theme.styles.error)
        .chain(lines(&problem.why, Style::new()))
        .chain(lines(&fix_text(&problem.fix), Style::new()))
        .collect()
}
