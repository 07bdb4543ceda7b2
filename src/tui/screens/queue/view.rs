//! The queue as it is drawn, in place of the destination.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;
use ratatui::widgets::{Clear, Paragraph};

use crate::tui::model::Model;
use crate::tui::screens::delivery::state::shown_from;
use crate::tui::screens::queue::layout;
use crate::tui::screens::queue::state::QueueScreen;
use crate::tui::theme::Theme;
use crate::tui::widgets::{boxes, text};

pub fn draw(model: &Model, queue: &QueueScreen, theme: Theme, frame: &mut Frame, area: Rect) {
    let areas = layout::areas(model, queue, area);
    let clock = &model.environment.clock;
    let style = if model.question.is_none() { Style::new() } else { theme.styles.dim };
    let titled = |name: &'static str, right: String, focused: bool, place: Rect| {
        let block = boxes::one_of(theme, name, focused, style);
        if right.is_empty() || text::width(&right) + text::width(name) + 8 > usize::from(place.width) {
            return block;
        }
        block.title_top(Line::raw(format!(" {right} ")).right_aligned())
    };
    let at = queue.reading().map(|reading| layout::read_at(reading, clock)).unwrap_or_default();
    frame.render_widget(titled("Queue", at, false, areas.numbers), areas.numbers);
    let inner = boxes::inside(areas.numbers);
    frame.render_widget(Paragraph::new(layout::numbers(model, queue, theme, usize::from(inner.width))), inner);
    if let Some(reading) = queue.reading() {
        let total = queue.total();
        let count = if total > 0 { format!("{} of {total}", queue.at + 1) } else { String::new() };
        frame.render_widget(titled("Events", count, queue.detail.is_none(), areas.list), areas.list);
        let list = areas.list.inner(ratatui::layout::Margin::new(1, 1));
        let rows = usize::from(list.height);
        let columns = usize::from(list.width);
        let lines: Vec<Line> = if total == 0 {
            layout::empty(theme, columns.saturating_sub(2))
        } else {
            let top = shown_from(queue.top, queue.at, rows, total);
            let shown = (top..total.min(top + rows)).map(|at| match reading.get(at) {
                Some(entry) => layout::row(entry, at == queue.at && queue.detail.is_none(), clock, theme, columns),
                None => Line::styled("   …", theme.styles.dim),
            });
            shown.collect()
        };
        frame.render_widget(Paragraph::new(lines), list);
    }
    let Some(place) = areas.event else { return };
    let inner = boxes::inside(place);
    let columns = usize::from(inner.width);
    let (mut lines, scroll) = match (&queue.detail, queue.selected()) {
        (Some(detail), _) => (layout::event(&detail.entry, Some(&detail.body), clock, theme, columns), detail.scroll),
        (None, Some(entry)) => (layout::event(entry, None, clock, theme, columns), 0),
        (None, None) => (Vec::new(), 0),
    };
    frame.render_widget(Clear, place);
    frame.render_widget(titled("Event", String::new(), queue.detail.is_some(), place), place);
    let page = usize::from(inner.height);
    let scroll = scroll.min(lines.len().saturating_sub(page));
    lines.drain(..scroll);
    boxes::more(theme, lines.len().saturating_sub(page), frame, place);
    frame.render_widget(Paragraph::new(lines), inner);
}
