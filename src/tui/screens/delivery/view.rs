//! The list of deliveries.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

use crate::tui::model::Model;
use crate::tui::screens::delivery::row::row;
use crate::tui::screens::delivery::state::shown_from;
use crate::tui::screens::main::state::MainFocus;
use crate::tui::theme::Theme;
use crate::tui::widgets::{boxes, message};

/// Which of how many: `3 of 214`
pub fn counted(model: &Model) -> String {
    let history = &model.history;
    let at = if history.total == 0 { 0 } else { model.main.focus.delivery() + 1 };
    let filter = history.filter.map_or_else(String::new, |filter| format!("{} only: ", filter.name()));
    format!("{filter}{at} of {}", history.total)
}

pub fn draw(model: &Model, theme: Theme, frame: &mut Frame, area: Rect, style: Style) {
    let focused = match model.main.focus {
        MainFocus::Delivery(at) if model.is_main_active() => Some(at),
        _ => None,
    };
    let block = boxes::one_of(theme, "Deliveries", focused.is_some(), style);
    let block = if model.history.is_listed() {
        block.title_top(Line::from(format!(" {} ", counted(model))).right_aligned())
    } else {
        block
    };
    let inner = block.inner(area);
    frame.render_widget(block, area);
    if model.history.total == 0 {
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
    // The size may have changed since the focus moved.
    let top = shown_from(model.main.top, model.main.focus.delivery(), rows, model.history.total);
    let columns = usize::from(inner.width);
    let lines = (top..model.history.total.min(top + rows)).map(|at| match model.history.get(at) {
        Some(delivery) => row(delivery, focused == Some(at), &model.environment.clock, theme, columns),
        None => Line::styled(if focused == Some(at) { " > …" } else { "   …" }, theme.styles.dim),
    });
    frame.render_widget(Paragraph::new(lines.collect::<Vec<_>>()), inner);
}
