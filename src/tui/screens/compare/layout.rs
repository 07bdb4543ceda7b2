//! Two deliveries in lines, and where they lie.
//!
//! ```text
//!                      Nov 26 21:03:12          03:14:07
//!                      ✗ 401 Unauthorized 3 ms  ✓ 200 OK 14 ms
//!
//!  Settings                                               1 of 9 differs
//!    Format            hex                      base64
//!  Response body                                                the same
//! ```

use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::domain::text::{ellipsis, visible};
use crate::present::compare::{Pair, Part};
use crate::tui::layout::wide_area;
use crate::tui::model::{Model, Popup};
use crate::tui::screens::compare::state::ComparePopup;
use crate::tui::theme::Theme;
use crate::tui::widgets::{boxes, text};

/// The most characters of a value that are shown.
const VALUE: usize = 400;

/// Characters that two values may begin with alike before these are left out.
const ALIKE: usize = 60;

/// How many lines there are, and how many of them fit.
pub fn extent(model: &Model) -> (usize, usize) {
    let Some(Popup::Compare(popup)) = &model.popup else { return (0, 0) };
    let inner = boxes::inside(wide_area(model));
    let [_, _, content] = rows(inner);
    (lines(popup, model.theme(), usize::from(inner.width)).len(), usize::from(content.height))
}

/// The two heads, a gap where there is room, what is compared.
pub fn rows(inner: Rect) -> [Rect; 3] {
    let gap = u16::from(inner.height > boxes::LOW);
    Layout::vertical([Constraint::Length(2), Constraint::Length(gap), Constraint::Min(1)]).areas(inner)
}

/// Columns of the labels with their indent, and of each value; a column is left before each value.
pub struct Columns {
    pub label: usize,
    pub value: usize,
}

impl Columns {
    pub fn new(popup: &ComparePopup, columns: usize) -> Self {
        let widest = popup.parts.iter().flat_map(|part| &part.pairs).map(|pair| text::width(&visible(&pair.label)) + 2).max();
        let label = widest.unwrap_or(0).clamp(10, (columns / 4).max(10));
        Self { label, value: columns.saturating_sub(label + 4) / 2 }
    }
}

pub fn lines(popup: &ComparePopup, theme: Theme, columns: usize) -> Vec<Line<'static>> {
    let widths = Columns::new(popup, columns);
    let mut lines: Vec<Line> = Vec::new();
    for part in &popup.parts {
        let shown: Vec<&Pair> = part.pairs.iter().filter(|pair| popup.all || pair.differs).collect();
        // What has nothing below it needs no gap around it.
        if !lines.is_empty() && (!shown.is_empty() || lines.last().is_some_and(is_value)) {
            lines.push(Line::default());
        }
        lines.push(heading(part, theme, columns));
        for pair in shown {
            lines.extend(row(pair, popup.all, &widths, theme));
        }
    }
    lines
}

fn is_value(line: &Line) -> bool {
    line.spans.first().is_some_and(|span| span.content.starts_with(' ') || span.content.starts_with('≠'))
}

fn heading(part: &Part, theme: Theme, columns: usize) -> Line<'static> {
    let count = match (part.differences(), part.pairs.len()) {
        (_, 0) => String::new(),
        (0, _) => "the same".to_owned(),
        (1, all) => format!("1 of {all} differs"),
        (some, all) => format!("{some} of {all} differ"),
    };
    let note = part.note.map(|note| if count.is_empty() { note.to_owned() } else { format!("{note}, {count}") });
    let count = note.unwrap_or(count);
    let gap = columns.saturating_sub(text::width(part.name) + text::width(&count));
    Line::from(vec![
        Span::styled(part.name, theme.styles.strong),
        Span::raw(" ".repeat(gap)),
        Span::styled(count, theme.styles.dim),
    ])
}

/// A place in both: what differs is marked where the rest is shown as well.
fn row(pair: &Pair, all: bool, widths: &Columns, theme: Theme) -> Vec<Line<'static>> {
    let differs = pair.differs && all;
    let quiet = if all && !pair.differs { theme.styles.dim } else { Style::new() };
    let label = text::wrapped(&visible(&pair.label), widths.label.saturating_sub(2));
    let (before, after) = values(pair, widths.value);
    let cell = |lines: &[String], at: usize| lines.get(at).cloned().unwrap_or_default();
    (0..label.len().max(before.len()).max(after.len()))
        .map(|at| {
            let mark = if differs && at == 0 { "≠ " } else { "  " };
            let label = text::padded(&cell(&label, at), widths.label.saturating_sub(2));
            let before = text::padded(&cell(&before, at), widths.value);
            Line::from(vec![
                Span::styled(mark, theme.styles.strong),
                Span::styled(label, theme.styles.dim),
                Span::raw("  "),
                Span::styled(before, quiet),
                Span::raw("  "),
                Span::styled(cell(&after, at), quiet),
            ])
        })
        .collect()
}

/// Both values, wrapped; one that is the same is shown once.
fn values(pair: &Pair, columns: usize) -> (Vec<String>, Vec<String>) {
    let skipped = match (&pair.before, &pair.after) {
        (Some(before), Some(after)) if pair.differs => before.chars().zip(after.chars()).take_while(|(a, b)| a == b).count(),
        _ => 0,
    };
    let skipped = if skipped > ALIKE { skipped - ALIKE / 3 } else { 0 };
    let value = |value: &Option<String>| {
        let Some(value) = value else { return vec!["–".to_owned()] };
        let rest: String = value.chars().skip(skipped).collect();
        let rest = format!("{}{}", if skipped > 0 { "…" } else { "" }, ellipsis(&rest, VALUE));
        text::wrapped(&visible(&rest), columns)
    };
    let after = if pair.differs { value(&pair.after) } else { vec!["=".to_owned()] };
    (value(&pair.before), after)
}
