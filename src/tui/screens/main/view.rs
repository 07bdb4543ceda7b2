//! The destination screen as it is drawn: what is registered, how it is doing, the deliveries.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Paragraph};

use crate::ops::State;
use crate::tui::model::Model;
use crate::tui::screens::delivery::view as deliveries;
use crate::tui::screens::main::layout::{Upper, areas, history_problem, name_of};
use crate::tui::screens::main::state::MainFocus;
use crate::tui::screens::main::{details, strip};
use crate::tui::screens::watch::view as watch;
use crate::tui::theme::Theme;
use crate::tui::widgets::{boxes, message, text};

/// The fewest columns of the destination's name in the title.
const NAME: usize = 12;

/// `waypost  ✓ works · delivered 03:14:07        hooks.example.com`
pub fn title(model: &Model, theme: Theme, frame: &mut Frame, area: Rect) {
    let name = name_of(&model.state)
        .unwrap_or_else(|| if matches!(model.state, State::Empty) { "no destination" } else { "not readable" }.to_owned());
    let left = if model.environment.demo.is_some() { " waypost demo" } else { " waypost" };
    let mut room = usize::from(area.width).saturating_sub(text::width(left) + 2);
    let mut spans = vec![Span::styled(left, theme.styles.strong)];
    if model.environment.readonly {
        spans.push(Span::styled("  read-only", theme.styles.accent));
        room = room.saturating_sub("  read-only".len());
    }
    if matches!(model.state, State::Open(_)) {
        let clock = &model.environment.clock;
        let columns = room.saturating_sub(NAME.min(text::width(&name)) + 2);
        let said = match &model.watch {
            Some(watch) => Some(watch::title(watch, clock, theme, columns)),
            None => strip::standing(&model.known, clock, theme, columns),
        };
        if let Some((word, style)) = said
            && let needed = text::width(&word) + 2
            && needed + NAME.min(text::width(&name)) <= room
        {
            room -= needed;
            spans.extend([Span::raw("  "), Span::styled(word, style)]);
        }
    }
    let name = text::middle_cut(&name, room);
    let used: usize = spans.iter().map(Span::width).sum();
    spans.push(Span::raw(" ".repeat(usize::from(area.width).saturating_sub(used + text::width(&name) + 1))));
    spans.push(Span::raw(name));
    frame.render_widget(Line::from(spans), area);
}

pub fn body(model: &Model, theme: Theme, frame: &mut Frame, area: Rect) {
    let (areas, upper) = areas(model, theme, area);
    // The frame is dimmed while a popup has the keys.
    let style = if model.is_main_active() { Style::new() } else { theme.styles.dim };
    if !areas.list_alone {
        let focused = model.is_main_active() && matches!(model.main.focus, MainFocus::Button(_));
        destination(model, upper, theme, frame, areas.destination, focused, style);
        match (areas.health, &model.known.queue) {
            (Some(health), _) => strip::draw(&model.known, &model.environment.clock, theme, frame, health, style),
            // Without a row to spare it is on the lower edge.
            (None, Some(queue)) => {
                let edge = areas.destination;
                let columns = edge.width.saturating_sub(4);
                let line = strip::queued(queue, &model.environment.clock, theme, columns.saturating_sub(2).into());
                let width = u16::try_from(line.width() + 2).unwrap_or(columns).min(columns);
                let place = Rect { x: edge.x + 1, y: edge.bottom().saturating_sub(1), width, height: 1 };
                frame.render_widget(Clear, place);
                frame.render_widget(line, Rect { x: place.x + 1, width: place.width.saturating_sub(1), ..place });
            }
            (None, None) => {}
        }
    }
    if matches!(model.state, State::Empty) && !model.history.is_listed() {
        return;
    }
    let least = history_problem(model)
        .map_or(3, |problem| message::problem(problem, theme, usize::from(area.width.saturating_sub(4))).len() + 2);
    if usize::from(areas.list.height) >= least {
        deliveries::draw(model, theme, frame, areas.list, style);
        if let Some(place) = areas.details {
            details::draw(model, theme, frame, place, style);
        }
    } else if model.history.total > 0 {
        let count = model.history.total;
        let line = format!(" ↓ {count} {} ", if count == 1 { "delivery" } else { "deliveries" });
        let top = areas.destination;
        let place = Rect { x: top.x + 1, y: top.bottom() - 1, width: top.width.saturating_sub(3), height: 1 };
        let line = Line::styled(line, theme.styles.dim);
        frame.render_widget(if model.known.queue.is_some() { line.right_aligned() } else { line }, place);
    }
}

fn destination(model: &Model, upper: Upper, theme: Theme, frame: &mut Frame, area: Rect, focused: bool, style: Style) {
    let title = match &model.environment.shared {
        Some(servers) => format!("Destination on {servers}"),
        None => "Destination".to_owned(),
    };
    let block = boxes::one_of(theme, &title, focused, style);
    let inner = block.inner(area);
    frame.render_widget(block, area);
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
    boxes::more(theme, below, frame, area);
}
