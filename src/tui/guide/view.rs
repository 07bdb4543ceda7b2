//! The guide's line, in the demo: above everything, with a row of its own.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::tui::guide;
use crate::tui::guide::layout::{below, rows};
use crate::tui::model::Model;
use crate::tui::theme::Theme;
use crate::tui::widgets::text;

/// Draws the line; gives what is left for everything else.
pub fn draw(model: &Model, theme: Theme, frame: &mut Frame, area: Rect) -> Rect {
    if let Some(line) = guide::line(model) {
        let place = format!(" {} ", line.place);
        let indent = text::width(&place);
        let room = usize::from(area.width).saturating_sub(indent + 2);
        let [long, short] = [&line.long, &line.short].map(|text| theme.glyphs.key(text));
        let mut texts = if text::width(&long) <= room { vec![long] } else { text::wrapped(&short, room) };
        let rows = rows(area);
        if texts.len() > usize::from(rows) {
            let rest = texts.split_off(usize::from(rows) - 1).join(" ");
            texts.push(text::end_cut(&rest, room));
        }
        for (y, text) in (area.y..).zip(texts) {
            let head =
                if y == area.y { Span::styled(place.clone(), theme.styles.selected) } else { Span::raw(" ".repeat(indent)) };
            let line = Line::from(vec![head, Span::styled(format!(" {text}"), theme.styles.strong)]);
            frame.render_widget(line, Rect { y, height: 1, ..area });
        }
    }
    below(model, area)
}
