//! The formats beside each other: what the header carries, and over what.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::domain::signature::Format;
use crate::tui::screens::form::lines::{MARK, mark};
use crate::tui::theme::Theme;
use crate::tui::widgets::{boxes, text};

/// Columns of a format's name, with the mark before it.
const NAME: usize = 29;

/// The formats in lines, with a mark at the one that is chosen.
pub(super) fn lines(chosen: usize, theme: Theme, room: usize) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for (at, format) in Format::ALL.into_iter().enumerate() {
        let style = if at == chosen { theme.styles.strong } else { Style::new() };
        let about = match format {
            Format::Template => format.shape().to_owned(),
            _ => format!("{}: {} over {}", format.default_header_key(), format.shape(), format.covers()),
        };
        let wide = room >= 2 * NAME;
        let name = if wide { text::padded(format.label(), NAME - MARK) } else { format.label().to_owned() };
        let mut head = vec![Span::raw(" "), mark(at == chosen, theme), Span::raw(" "), Span::styled(name, style)];
        if !wide {
            lines.push(Line::from(std::mem::take(&mut head)));
        }
        for line in text::wrapped(&about, room - if wide { NAME } else { MARK }) {
            let before = if wide { NAME } else { MARK };
            let mut spans = if head.is_empty() { vec![Span::raw(" ".repeat(before))] } else { std::mem::take(&mut head) };
            spans.push(Span::styled(line, theme.styles.dim));
            lines.push(Line::from(spans));
        }
    }
    lines
}

/// Draws the list over the form.
pub(super) fn draw(chosen: usize, theme: Theme, frame: &mut Frame, area: Rect) {
    let columns = area.width.min(96);
    let lines = lines(chosen, theme, usize::from(columns.saturating_sub(4)));
    let rows = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX);
    let place = boxes::centred(area, columns, rows);
    let inner = boxes::popup(theme, "Formats", frame, place);
    let page = usize::from(inner.height);
    // Where not all of it fits, the chosen one does.
    let scroll = if lines.len() > page { (chosen * lines.len() / Format::ALL.len()).min(lines.len() - page) } else { 0 };
    frame.render_widget(Paragraph::new(lines).scroll((u16::try_from(scroll).unwrap_or(0), 0)), inner);
}
