//! The list of deliveries; on a wide terminal the focused one is beside it.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

use crate::tui::model::Model;
use crate::tui::screens::delivery::lines as answer;
use crate::tui::screens::delivery::state::History;
use crate::tui::screens::main::state::MainFocus;
use crate::tui::theme::Theme;
use crate::tui::widgets::{boxes, message};

/// The width from which a delivery's details are beside the list.
const WIDE: u16 = 120;

/// Columns of the list beside the details: the names of most events have room in it.
const LIST_COLUMNS: u16 = 66;

/// How many deliveries there are: `17`, `50+`
pub fn counted(history: &History) -> String {
    format!("{}{}", history.deliveries.len(), if history.more { "+" } else { "" })
}

pub fn draw(model: &Model, theme: Theme, frame: &mut Frame, area: Rect, style: Style) {
    let focused = match model.main.focus {
        MainFocus::Delivery(at) if model.is_main_active() => Some(at),
        _ => None,
    };
    let (list, details) = if area.width >= WIDE && !model.history.deliveries.is_empty() {
        let [list, details] =
            Layout::horizontal([Constraint::Length((area.width / 2).max(LIST_COLUMNS)), Constraint::Min(0)]).areas(area);
        (list, Some(details))
    } else {
        (area, None)
    };
    let count = counted(&model.history);
    let block = boxes::boxed(theme, "Deliveries", style);
    let count = model.history.filter.map_or_else(|| count.clone(), |filter| format!("{} only: {count}", filter.name()));
    let shown = !model.history.deliveries.is_empty() || model.history.filter.is_some();
    let block = if shown { block.title_top(Line::from(format!(" {count} ")).right_aligned()) } else { block };
    let inner = block.inner(list);
    frame.render_widget(block, list);
    if model.history.deliveries.is_empty() {
        if let Some(problem) = &model.history.problem {
            frame.render_widget(Paragraph::new(message::problem(problem, theme, usize::from(inner.width))), inner);
            return;
        }
        let text =
            model.history.filter.map_or_else(|| "   None yet.".to_owned(), |_| " > None. f lists the next outcome.".to_owned());
        frame.render_widget(Paragraph::new(Line::styled(text, theme.styles.dim)), inner);
        return;
    }
    let rows = usize::from(inner.height);
    let at = focused.unwrap_or(0);
    let from = (at + 1).saturating_sub(rows);
    let lines: Vec<Line> = model
        .history
        .deliveries
        .iter()
        .enumerate()
        .skip(from)
        .take(rows)
        .map(|(row, delivery)| {
            answer::list_row(delivery, model.history.deliveries.first(), focused == Some(row), theme, usize::from(inner.width))
        })
        .collect();
    frame.render_widget(Paragraph::new(lines), inner);
    if let (Some(details), Some(delivery)) = (details, model.history.deliveries.get(at)) {
        let block = boxes::boxed(theme, "Details", style);
        let inner = block.inner(details);
        frame.render_widget(block, details);
        let columns = usize::from(inner.width.saturating_sub(2));
        let mut lines = answer::outcome(delivery, theme, columns);
        lines.push(Line::default());
        lines.extend(answer::response(delivery, theme, columns));
        let below = lines.len().saturating_sub(usize::from(inner.height));
        frame.render_widget(Paragraph::new(lines), Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner });
        // Enter shows it whole.
        boxes::more(theme, below, frame, details);
    }
}
