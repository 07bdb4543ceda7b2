//! The guide's line, in the demo: above everything, with a row of its own.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{Pen, parts};
use crate::tui::guide;
use crate::tui::model::Model;

/// What is left under the guide's row.
pub fn under(model: &Model, area: Rect) -> Rect {
    let rows = u16::from(model.guide.is_some()).min(area.height);
    Rect { y: area.y + rows, height: area.height - rows, ..area }
}

/// Draws the line; gives what is left for everything else.
pub fn draw(model: &Model, pen: Pen, frame: &mut Frame, area: Rect) -> Rect {
    if let Some(line) = guide::line(model) {
        let place = format!(" {} ", line.place);
        let room = usize::from(area.width).saturating_sub(parts::width(&place) + 2);
        let long = pen.glyphs.key(&line.long);
        let text = if parts::width(&long) <= room { long } else { parts::end_cut(&pen.glyphs.key(&line.short), room) };
        let spans = vec![Span::styled(place, pen.theme.selected), Span::styled(format!(" {text}"), pen.theme.strong)];
        frame.render_widget(Line::from(spans), Rect { height: 1, ..area });
    }
    under(model, area)
}
