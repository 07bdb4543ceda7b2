//! The list of deliveries.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::domain::text::visible;
use crate::tui::model::Model;
use crate::tui::screens::delivery::row::{Marks, row};
use crate::tui::screens::delivery::state::shown_from;
use crate::tui::screens::main::state::MainFocus;
use crate::tui::theme::Theme;
use crate::tui::widgets::{boxes, message, text};

/// Columns of the box's corner and its name.
const AFTER_NAME: u16 = 13;

/// Columns that are left for the count.
const ROOM_FOR_COUNT: u16 = 20;

/// Which of how many: `3 of 214`
pub fn counted(model: &Model) -> String {
    let history = &model.history;
    let at = if history.total == 0 { 0 } else { model.main.focus.delivery() + 1 };
    match history.marked.len() {
        0 => format!("{at} of {}", history.total),
        marked => format!("{marked} marked, {at} of {}", history.total),
    }
}

pub fn draw(model: &Model, theme: Theme, frame: &mut Frame, area: Rect, style: Style) {
    let focused = match model.main.focus {
        MainFocus::Delivery(at) if model.is_main_active() => Some(at),
        _ => None,
    };
    let block = boxes::one_of(theme, "Deliveries", focused.is_some(), style);
    let block = if model.history.total > 0 || !model.history.query.is_empty() {
        block.title_top(Line::from(format!(" {} ", counted(model))).right_aligned())
    } else {
        block
    };
    let inner = block.inner(area);
    frame.render_widget(block, area);
    searched(model, theme, frame, area);
    if model.history.total == 0 {
        if let Some(problem) = &model.history.problem {
            frame.render_widget(Paragraph::new(message::problem(problem, theme, usize::from(inner.width))), inner);
            return;
        }
        let text = if model.history.query.is_empty() { "   None yet." } else { " > None has all of this. Esc lists all." };
        frame.render_widget(Paragraph::new(Line::styled(text, theme.styles.dim)), inner);
        return;
    }
    let rows = usize::from(inner.height);
    // The size may have changed since the focus moved.
    let top = shown_from(model.main.top, model.main.focus.delivery(), rows, model.history.total);
    let columns = usize::from(inner.width);
    let lines = (top..model.history.total.min(top + rows)).map(|at| match model.history.row(at) {
        Some(Err(_)) => damaged(focused == Some(at), theme, columns),
        Some(Ok(delivery)) => {
            let marks = Marks { focused: focused == Some(at), marked: model.history.is_marked(delivery) };
            row(delivery, marks, &model.environment.clock, theme, columns)
        }
        None => Line::styled(if focused == Some(at) { " > …" } else { "   …" }, theme.styles.dim),
    });
    frame.render_widget(Paragraph::new(lines.collect::<Vec<_>>()), inner);
}

/// A row in place of a record that cannot be read.
fn damaged(focused: bool, theme: Theme, columns: usize) -> Line<'static> {
    if focused {
        Line::styled(text::padded(" > damaged record", columns), theme.styles.selected)
    } else {
        Line::styled("   damaged record", theme.styles.dim)
    }
}

/// What the list is narrowed to, on its upper edge, after its name.
fn searched(model: &Model, theme: Theme, frame: &mut Frame, area: Rect) {
    let room = area.width.saturating_sub(AFTER_NAME + ROOM_FOR_COUNT);
    let place = Rect { x: area.x + AFTER_NAME, height: 1, width: room, ..area };
    let columns = usize::from(room.saturating_sub(3));
    let (shown, cursor) = match &model.history.search {
        Some(input) => {
            let window = input.window(columns, "", &[]);
            (window.text, Some(window.cursor))
        }
        None if model.history.query.is_empty() => return,
        None => (text::end_cut(&visible(&model.history.query), columns), None),
    };
    let style = if cursor.is_some() { theme.styles.accent } else { theme.styles.strong };
    let line = Line::from(vec![Span::styled(" /", style), Span::raw(shown), Span::raw(" ")]);
    frame.render_widget(line, place);
    if let Some(cursor) = cursor.filter(|_| model.is_main_active()) {
        let x = place.x + 2 + u16::try_from(cursor).unwrap_or(0);
        frame.set_cursor_position(Position { x: x.min(place.right().saturating_sub(1)), y: place.y });
    }
}
