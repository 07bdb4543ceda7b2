//! Two deliveries beside each other, as they are drawn.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::present::compare::Part;
use crate::tui::screens::compare::layout::{Columns, lines, rows};
use crate::tui::screens::compare::state::ComparePopup;
use crate::tui::screens::delivery::lines::verdict;
use crate::tui::theme::Theme;
use crate::tui::widgets::{boxes, text};

pub fn draw(popup: &ComparePopup, theme: Theme, frame: &mut Frame, area: Rect) {
    boxes::popup(theme, "Compare", frame, area);
    let inner = boxes::inside(area);
    let columns = usize::from(inner.width);
    counted(popup, theme, frame, area);
    let [heads, _, content] = rows(inner);
    frame.render_widget(Paragraph::new(head_lines(popup, theme, columns)), heads);
    let mut lines = lines(popup, theme, columns);
    let page = usize::from(content.height);
    lines.drain(..popup.scroll.min(lines.len().saturating_sub(page)));
    boxes::more(theme, lines.len().saturating_sub(page), frame, area);
    frame.render_widget(Paragraph::new(lines), content);
}

/// How many differences there are, on the upper edge.
fn counted(popup: &ComparePopup, theme: Theme, frame: &mut Frame, area: Rect) {
    let count: usize = popup.parts.iter().map(Part::differences).sum();
    let unit = if count == 1 { "difference" } else { "differences" };
    let line = Line::styled(format!(" {count} {unit} "), theme.styles.dim).right_aligned();
    frame.render_widget(line, Rect { x: area.x + 1, y: area.y, width: area.width.saturating_sub(3), height: 1 });
}

/// When each was, and how it ended.
fn head_lines(popup: &ComparePopup, theme: Theme, columns: usize) -> Vec<Line<'static>> {
    let widths = Columns::new(popup, columns);
    let indent = || Span::raw(" ".repeat(widths.label + 2));
    let cell = |text: &str| text::padded(&text::end_cut(text, widths.value), widths.value + 2);
    let [older, newer] = &popup.heads;
    // The time beside the clock: a status with its words needs the other row for itself.
    let times =
        [older, newer].map(|(time, summary)| Span::styled(cell(&format!("{time}  {}", summary.took)), theme.styles.strong));
    let ends = [&older.1, &newer.1].map(|summary| {
        let (text, style) = verdict(summary, theme);
        Span::styled(cell(&text), style)
    });
    let line = |spans: [Span<'static>; 2]| {
        let mut line = Line::from(indent());
        line.extend(spans);
        line
    };
    vec![line(times), line(ends)]
}
