//! The Register and Edit popup as it is drawn.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::widgets::{Clear, Paragraph};

use crate::domain::auth::hmac;
use crate::tui::screens::form::compare;
use crate::tui::screens::form::layout::{Laid, laid};
use crate::tui::screens::form::state::Form;
use crate::tui::theme::Theme;
use crate::tui::widgets::boxes;

/// Draws the form in the room above the lines of help and keys; `area` is the whole screen. The cursor is shown
/// where the form is active: no question is over it.
pub fn draw(form: &Form, active: bool, theme: Theme, frame: &mut Frame, area: Rect, room: Rect) {
    let Laid { place, rows, body, scroll, foot, foot_area, below, rest } = laid(form, theme, area, room);
    if place.y == room.y {
        // Of the title only its ends would be left.
        frame.render_widget(Clear, Rect { height: 1, ..room });
    }
    boxes::popup(theme, if form.is_edit() { "Edit destination" } else { "Register destination" }, frame, place);
    let page = usize::from(body.height);
    let total = rows.lines.len();
    frame.render_widget(Paragraph::new(rows.lines).scroll((u16::try_from(scroll).unwrap_or(0), 0)), body);
    frame.render_widget(Paragraph::new(foot), foot_area);
    frame.render_widget(Paragraph::new(below), rest);
    boxes::above(theme, scroll, frame, place);
    boxes::more(theme, total.saturating_sub(scroll + page), frame, place);
    if form.comparing {
        compare::draw(form.inputs.chosen(hmac::FORMAT), theme, frame, room);
        return;
    }
    if active
        && let Some((column, row)) = rows.cursor
        && (scroll..scroll + page).contains(&row)
    {
        let x = body.x + u16::try_from(column).unwrap_or(0).min(body.width.saturating_sub(1));
        let y = body.y + u16::try_from(row - scroll).unwrap_or(0);
        frame.set_cursor_position(Position { x, y });
    }
}
