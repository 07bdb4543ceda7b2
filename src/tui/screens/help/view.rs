//! The keys of the current screen as they are drawn.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

use crate::tui::model::Model;
use crate::tui::screens::help::layout::place;
use crate::tui::theme::Theme;
use crate::tui::widgets::boxes;

pub fn draw(model: &Model, theme: Theme, frame: &mut Frame, area: Rect) {
    let (area, parts) = place(model, theme, area);
    let inner = boxes::popup(theme, "Keys", frame, area);
    let longest = parts.iter().map(Vec::len).max().unwrap_or(0);
    let below = longest.saturating_sub(usize::from(inner.height));
    let scroll = model.help.unwrap_or(0).min(below);
    boxes::above(theme, scroll, frame, area);
    boxes::more(theme, below - scroll, frame, area);
    let places = Layout::horizontal(vec![Constraint::Fill(1); parts.len()]).split(inner);
    for (lines, place) in parts.into_iter().zip(places.iter()) {
        let shown: Vec<Line> = lines.into_iter().skip(scroll).take(place.height.into()).collect();
        frame.render_widget(Paragraph::new(shown), *place);
    }
}
