//! Boxes, and what lies in them.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Clear};

use crate::tui::theme::Theme;

/// The widest that running text and popups get: lines that are longer are hard to read.
pub const READABLE: u16 = 120;

/// From so few rows on a popup gives up what it can do without.
pub const LOW: u16 = 12;

/// A box with a title.
pub fn boxed(theme: Theme, title: &str, style: Style) -> Block<'static> {
    one_of(theme, title, false, style)
}

/// A box on a screen with several: the title of the one with the focus is in the accent. Its sides stay as they are, since they are
/// many bytes to draw again.
pub fn one_of(theme: Theme, title: &str, focused: bool, style: Style) -> Block<'static> {
    let title_style = if focused { theme.styles.accent } else { theme.styles.strong };
    Block::new()
        .borders(Borders::ALL)
        .border_set(theme.glyphs.border)
        .border_style(style)
        .title(Span::styled(format!(" {title} "), title_style))
}

/// Clears a popup's room and draws its box. Returns what is inside.
pub fn popup(theme: Theme, title: &str, frame: &mut Frame, area: Rect) -> Rect {
    let block = boxed(theme, title, theme.styles.accent);
    let inner = block.inner(area);
    frame.render_widget(Clear, area);
    frame.render_widget(block, area);
    inner
}

/// How much of what is in a box is scrolled out of view at its top, on its upper edge.
pub fn above(theme: Theme, above: usize, frame: &mut Frame, place: Rect) {
    if above > 0 && place.width > 40 {
        let line = beside_title(theme, format!(" {above} more ↑ "));
        frame.render_widget(line, Rect { x: place.x + 1, width: place.width - 3, height: 1, ..place });
    }
}

/// A room of that size in the middle of another, or all of it where it does not fit.
pub fn centred(area: Rect, columns: u16, rows: u16) -> Rect {
    let (columns, rows) = (columns.min(area.width), rows.min(area.height));
    Rect { x: area.x + (area.width - columns) / 2, y: area.y + (area.height - rows) / 2, width: columns, height: rows }
}

/// With at least this number of rows, a popup leaves free those that it does not need.
pub const TALL: u16 = 30;

/// The fewest rows that are worth leaving free: in fewer, nothing could be recognised.
const FREED: u16 = 6;

/// A tall room without its spare rows, which are at the bottom; any other room as it is.
pub fn fitted(room: Rect, spare: u16) -> Rect {
    let is_tall = room.height + 2 >= TALL;
    if is_tall && spare >= FREED { Rect { height: room.height.saturating_sub(spare), ..room } } else { room }
}

/// A text at the right end of the edge of a box, without the style of the edge, which the rest of the edge keeps.
pub fn beside_title(theme: Theme, text: String) -> Line<'static> {
    Line::from(Span::styled(text, Style::reset().patch(theme.styles.dim))).right_aligned()
}

/// How much of a box does not fit in it, on its lower edge.
pub fn more(theme: Theme, below: usize, frame: &mut Frame, place: Rect) {
    if below > 0 && place.width > 20 && place.height > 1 {
        let line = beside_title(theme, format!(" {below} more ↓ "));
        frame.render_widget(line, Rect { x: place.x + 1, y: place.bottom() - 1, width: place.width - 3, height: 1 });
    }
}

/// What is inside of a box, with a column to spare on each side.
pub fn inside(area: Rect) -> Rect {
    Rect { x: area.x + 2, y: area.y + 1, width: area.width.saturating_sub(4), height: area.height.saturating_sub(2) }
}
