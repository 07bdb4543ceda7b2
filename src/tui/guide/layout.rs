//! How many rows the guide's line takes.

use ratatui::layout::Rect;

use crate::tui::model::Model;

/// From as many columns a line fits into one row.
const ONE_ROW: u16 = 60;

/// From as many rows a narrow screen has a second one to give.
const HIGH: u16 = 16;

/// How many rows it takes. As many whatever the line is: nothing below moves with it.
pub const fn rows(area: Rect) -> u16 {
    if area.width < ONE_ROW && area.height >= HIGH { 2 } else { 1 }
}

/// What is left below the guide.
pub fn below(model: &Model, area: Rect) -> Rect {
    let rows = if model.guide.is_some() { rows(area).min(area.height) } else { 0 };
    Rect { y: area.y + rows, height: area.height - rows, ..area }
}
