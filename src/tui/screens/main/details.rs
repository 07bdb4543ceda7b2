//! The selected delivery beside the list: its outcome, response, request and timing.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Wrap};

use crate::domain::delivery::Delivery;
use crate::tui::model::Model;
use crate::tui::screens::delivery::lines::{self as answer, section};
use crate::tui::screens::delivery::state::DAMAGED;
use crate::tui::screens::delivery::{outcome, timing};
use crate::tui::screens::main::state::MainFocus;
use crate::tui::theme::Theme;
use crate::tui::widgets::boxes;

/// Columns from which on request and response are side by side.
const SIDE_BY_SIDE: u16 = 110;

/// What the details consist of.
struct Parts {
    /// What stays in place.
    head: Vec<Line<'static>>,
    /// What is scrolled: one column, or two.
    columns: Vec<Vec<Line<'static>>>,
}

fn parts(model: &Model, delivery: &Delivery, theme: Theme, width: u16) -> Parts {
    let columns = usize::from(width);
    let head = outcome::lines(
        delivery,
        outcome::Shown { clock: &model.environment.clock, fix: None, each_attempt: false },
        theme,
        columns,
    );
    let request = |columns| {
        delivery.last().map_or_else(Vec::new, |attempt| {
            let it = &attempt.request;
            answer::requested(&it.method, &it.url, &it.headers, &it.body, theme, columns)
        })
    };
    let timing = |columns| {
        delivery.last().map_or_else(Vec::new, |attempt| timing::ended(attempt, &model.environment.clock, theme, columns))
    };
    if width >= SIDE_BY_SIDE {
        let half = columns / 2 - 1;
        let mut right = section("Response", answer::response(delivery, theme, half), theme, half);
        right.extend(section("Timing", timing(half), theme, half));
        return Parts { head, columns: vec![section("Request", request(half), theme, half), right] };
    }
    let mut lines = head;
    lines.extend(section("Response", answer::response(delivery, theme, columns), theme, columns));
    lines.extend(section("Request", request(columns), theme, columns));
    lines.extend(section("Timing", timing(columns), theme, columns));
    Parts { head: Vec::new(), columns: vec![lines] }
}

impl Parts {
    /// How many lines do not fit.
    fn overflow(&self, height: u16) -> usize {
        let longest = self.columns.iter().map(Vec::len).max().unwrap_or(0);
        (self.head.len() + longest).saturating_sub(height.into())
    }
}

/// How many lines do not fit into that box, and how many do.
pub fn extent(model: &Model, area: Rect) -> (usize, usize) {
    let inner = boxes::inside(area);
    let delivery = model.history.get(model.main.focus.delivery());
    let overflow = delivery.map_or(0, |delivery| parts(model, delivery, model.theme(), inner.width).overflow(inner.height));
    (overflow, inner.height.into())
}

pub fn draw(model: &Model, theme: Theme, frame: &mut Frame, area: Rect, style: Style) {
    let focused = matches!(model.main.focus, MainFocus::Details(_)) && model.is_main_active();
    let block = boxes::one_of(theme, if focused { "> Details" } else { "Details" }, focused, style);
    frame.render_widget(block, area);
    let inner = boxes::inside(area);
    let delivery = match model.history.row(model.main.focus.delivery()) {
        Some(Ok(delivery)) => delivery,
        Some(Err(_)) => return frame.render_widget(Paragraph::new(DAMAGED).wrap(Wrap::default()).style(theme.styles.dim), inner),
        None => return,
    };
    let parts = parts(model, delivery, theme, inner.width);
    let overflow = parts.overflow(inner.height);
    let scroll = model.main.details.min(overflow);
    boxes::more(theme, overflow - scroll, frame, area);
    let head = u16::try_from(parts.head.len()).unwrap_or(u16::MAX);
    let [above, below] = Layout::vertical([Constraint::Length(head), Constraint::Min(0)]).areas(inner);
    frame.render_widget(Paragraph::new(parts.head), above);
    let count = parts.columns.len();
    let places = Layout::horizontal(vec![Constraint::Fill(1); count]).spacing(2).split(below);
    for (lines, place) in parts.columns.into_iter().zip(places.iter()) {
        let shown: Vec<Line> = lines.into_iter().skip(scroll).take(place.height.into()).collect();
        frame.render_widget(Paragraph::new(shown), *place);
    }
}
