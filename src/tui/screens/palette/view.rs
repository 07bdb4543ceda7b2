//! The palette as it is drawn.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::tui::model::Model;
use crate::tui::screens::palette::layout::{inside, items, page, place, row, top};
use crate::tui::screens::palette::state::Palette;
use crate::tui::theme::Theme;
use crate::tui::widgets::boxes;
use crate::tui::widgets::text_field::Window;

pub fn draw(model: &Model, palette: &Palette, theme: Theme, frame: &mut Frame, area: Rect) {
    let items = items(model, palette.input.text());
    let area = place(area, items.len());
    boxes::popup(theme, "Commands", frame, area);
    let inner = inside(area);
    let columns = usize::from(inner.width);
    let Window { text: shown, cursor, .. } = palette.input.window(columns.saturating_sub(2), "", &[]);
    let prompt = Line::from(vec![Span::styled(": ", theme.styles.accent), Span::raw(shown)]);
    let rule = Line::styled("─".repeat(columns), theme.styles.dim);
    let mut lines = vec![prompt, rule];
    let selected = palette.selected.min(items.len().saturating_sub(1));
    let rows = page(area);
    let top = top(selected, rows);
    for (at, item) in items.iter().enumerate().skip(top).take(rows) {
        let (mark, style) = if at == selected { ("> ", theme.styles.selected) } else { ("  ", ratatui::style::Style::new()) };
        lines.push(Line::styled(format!("{mark}{}", theme.glyphs.key(&row(item, columns.saturating_sub(2)))), style));
    }
    if items.is_empty() {
        lines.push(Line::styled("  No command has this in its name.", theme.styles.dim));
    }
    boxes::more(theme, items.len().saturating_sub(top + rows), frame, area);
    frame.render_widget(Paragraph::new(lines), inner);
    let x = inner.x + 2 + u16::try_from(cursor).unwrap_or(0);
    frame.set_cursor_position(Position { x: x.min(inner.right().saturating_sub(1)), y: inner.y });
}
