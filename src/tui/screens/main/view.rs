//! The destination screen as it is drawn: what is registered, its buttons, the deliveries.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::ops::State;
use crate::tui::model::Model;
use crate::tui::screens::delivery::view as deliveries;
use crate::tui::screens::main::layout::{Upper, history_problem, name_of, split, upper};
use crate::tui::screens::main::state::MainFocus;
use crate::tui::screens::question::state::Question;
use crate::tui::theme::Theme;
use crate::tui::widgets::{boxes, message, text};

/// Rows of the list under the destination, its box included, from which on it does not take the whole screen when it has the
/// focus.
const LIST_ROWS: u16 = 6;

pub fn title(model: &Model, theme: Theme, frame: &mut Frame, area: Rect) {
    let name = name_of(&model.state)
        .unwrap_or_else(|| if matches!(model.state, State::Empty) { "no destination" } else { "not readable" }.to_owned());
    let left = if model.environment.demo.is_some() { " waypost demo" } else { " waypost" };
    let room = usize::from(area.width).saturating_sub(text::width(left) + 2);
    let name = text::middle_cut(&name, room);
    let gap = usize::from(area.width).saturating_sub(text::width(left) + text::width(&name) + 1);
    let line = Line::from(vec![Span::styled(left, theme.styles.strong), Span::raw(" ".repeat(gap)), Span::raw(name)]);
    frame.render_widget(line, area);
}

pub fn body(model: &Model, theme: Theme, frame: &mut Frame, area: Rect) {
    let upper = upper(model, theme, area);
    let [top, rest] = split(upper.rows(), area);
    // The frame is dimmed while a popup has the keys.
    let style = if model.is_main_active() { Style::new() } else { theme.styles.dim };
    if rest.height < LIST_ROWS && model.is_main_active() && matches!(model.main.focus, MainFocus::Delivery(_)) {
        deliveries::draw(model, theme, frame, area, style);
        return;
    }
    let block = boxes::boxed(theme, "Destination", style);
    let inner = block.inner(top);
    frame.render_widget(block, top);
    let Upper { mut text, buttons, hints } = upper;
    // Of a box that does not fit, the buttons are seen always, and the text can be scrolled.
    let page = usize::from(inner.height).saturating_sub(buttons.len() + hints.len());
    let scroll = model.main.scroll.min(text.len().saturating_sub(page));
    let below = text.len().saturating_sub(scroll + page);
    text.drain(..scroll);
    text.truncate(page);
    text.extend(buttons);
    text.extend(hints);
    frame.render_widget(Paragraph::new(text), inner);
    boxes::more(theme, below, frame, top);
    if matches!(model.state, State::Empty) || model.question.as_ref().is_some_and(Question::is_about_destination) {
        return;
    }
    let least = history_problem(model)
        .map_or(3, |problem| message::problem(problem, theme, usize::from(area.width.saturating_sub(4))).len() + 2);
    if usize::from(rest.height) >= least {
        deliveries::draw(model, theme, frame, rest, style);
    } else if !model.history.deliveries.is_empty() {
        let count = format!(" ↓ {} ", deliveries::counted(&model.history));
        let line =
            Line::styled(format!("{count}{} ", if count.trim() == "↓ 1" { "delivery" } else { "deliveries" }), theme.styles.dim);
        frame.render_widget(line, Rect { x: top.x + 1, y: top.bottom() - 1, width: top.width.min(20), height: 1 });
    }
}
