//! The probe popup as it is drawn.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::widgets::Paragraph;

use crate::tui::screens::probe::layout;
use crate::tui::screens::probe::state::ProbePopup;
use crate::tui::theme::Theme;
use crate::tui::widgets::boxes;

/// The probe on its way, and what it found.
pub fn draw(popup: &ProbePopup, theme: Theme, frame: &mut Frame, area: Rect) {
    let area = layout::place(popup, theme, area);
    boxes::popup(theme, "Probe", frame, area);
    let inner = boxes::inside(area);
    let mut lines = layout::lines(popup, theme, usize::from(inner.width));
    let page = usize::from(inner.height);
    let scroll = match popup {
        ProbePopup::Done { scroll, .. } => (*scroll).min(lines.len().saturating_sub(page)),
        _ => 0,
    };
    lines.drain(..scroll);
    boxes::more(theme, lines.len().saturating_sub(page), frame, area);
    frame.render_widget(Paragraph::new(lines), inner);
}
