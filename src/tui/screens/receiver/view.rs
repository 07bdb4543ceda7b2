//! The receiver as it is drawn, as a popup or beside the sender.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

use crate::tui::model::Model;
use crate::tui::screens::receiver::layout::parts;
use crate::tui::theme::Theme;
use crate::tui::widgets::boxes;

pub fn draw(model: &Model, theme: Theme, frame: &mut Frame, area: Rect) {
    boxes::popup(theme, "Receiver", frame, area);
    let inner = boxes::inside(area);
    let parts = parts(model, theme, inner);
    let below = parts.request.len();
    let scroll = model.receiver.as_ref().map_or(0, |receiver| receiver.scroll).min(below.saturating_sub(parts.page));
    let shown = parts.list.into_iter().chain(parts.request.into_iter().skip(scroll).take(parts.page));
    frame.render_widget(Paragraph::new(shown.collect::<Vec<Line>>()), inner);
    boxes::more(theme, below.saturating_sub(scroll + parts.page), frame, area);
}
