//! The keys of the current screen as they are drawn.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::widgets::Paragraph;

use crate::tui::model::Model;
use crate::tui::screens::help::layout::place;
use crate::tui::theme::Theme;
use crate::tui::widgets::boxes;

pub fn draw(model: &Model, theme: Theme, frame: &mut Frame, area: Rect) {
    let (area, lines) = place(model, theme, area);
    let inner = boxes::popup(theme, "Keys", frame, area);
    let below = lines.len().saturating_sub(usize::from(inner.height));
    let scroll = model.help.unwrap_or(0).min(below);
    boxes::more(theme, below - scroll, frame, area);
    frame.render_widget(Paragraph::new(lines).scroll((u16::try_from(scroll).unwrap_or(0), 0)), inner);
}
