//! A question with two buttons, of which the safe one has the focus first.

use ratatui::Frame;
use ratatui::layout::{Margin, Position, Rect};
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

use crate::tui::action::Action;
use crate::tui::theme::Theme;
use crate::tui::widgets::{boxes, buttons, text};

/// Rows that a question of two lines takes.
pub const ROWS: u16 = 8;

/// Which of the two buttons has the focus.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Confirm {
    accepts: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Yes,
    No,
}

impl Confirm {
    /// Moves the focus to one of the two.
    pub const fn focus(&mut self, accepts: bool) {
        self.accepts = accepts;
    }

    /// Takes a key. Returns the answer, once there is one.
    pub fn act(&mut self, action: Action) -> Option<Answer> {
        match action {
            Action::Yes => return Some(Answer::Yes),
            Action::Press if self.accepts => return Some(Answer::Yes),
            Action::Press | Action::Back | Action::No => return Some(Answer::No),
            Action::Left => self.accepts = false,
            Action::Right => self.accepts = true,
            _ => self.accepts = !self.accepts,
        }
        None
    }
}

/// Where a question lies, and its lines, of which the last ones are the buttons.
struct Laid {
    place: Rect,
    content: Vec<Line<'static>>,
}

/// Draws a question in the middle of an area: title, text, the safe button and the other one.
pub fn draw(title: &str, question: &str, labels: [&str; 2], confirm: Confirm, theme: Theme, frame: &mut Frame, area: Rect) {
    let Laid { place, content } = laid(question, labels, confirm, theme, area);
    let inner = boxes::popup(theme, title, frame, place);
    frame.render_widget(Paragraph::new(content), inner);
}

/// Whether the button at that place accepts.
pub fn accepts_at(question: &str, labels: [&str; 2], confirm: Confirm, theme: Theme, area: Rect, at: Position) -> Option<bool> {
    let Laid { place, content } = laid(question, labels, confirm, theme, area);
    let label = buttons::label_at(&content, place.inner(Margin::new(1, 1)), at)?;
    labels.iter().position(|other| *other == label).map(|at| at == 1)
}

fn laid(question: &str, labels: [&str; 2], confirm: Confirm, theme: Theme, area: Rect) -> Laid {
    let wanted = u16::try_from(text::width(question) + 8).unwrap_or(u16::MAX);
    let columns = wanted.clamp(50, 76).min(area.width);
    let room = usize::from(columns.saturating_sub(4));
    let [no, yes] = labels;
    let buttons = buttons::buttons(theme, [(no, !confirm.accepts), (yes, confirm.accepts)], 2, room + 1);
    // A long text is cut at its end: the buttons have to stay.
    let most = usize::from(area.height).saturating_sub(buttons.len() + 2).max(1);
    let lines = text::cut_lines(text::wrapped(question, room.saturating_sub(2)), most, room.saturating_sub(2));
    // On a low screen the empty lines go first.
    let gap = usize::from(usize::from(area.height) >= lines.len() + buttons.len() + 5);
    let rows = u16::try_from(lines.len() + buttons.len() + 2 + 3 * gap).unwrap_or(u16::MAX);
    let mut content = vec![Line::default(); gap];
    content.extend(lines.into_iter().map(|line| Line::raw(format!("  {line}"))));
    content.extend(vec![Line::default(); gap]);
    content.extend(buttons);
    Laid { place: boxes::centred(area, columns, rows), content }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enter_is_safe_until_the_other_button_has_the_focus() {
        let mut confirm = Confirm::default();
        assert_eq!(confirm.act(Action::Press), Some(Answer::No));
        assert_eq!(confirm.act(Action::Right), None);
        assert_eq!(confirm.act(Action::Press), Some(Answer::Yes));
        assert_eq!(confirm.act(Action::Back), Some(Answer::No));
        assert_eq!(confirm.act(Action::Next), None);
        assert_eq!(confirm.act(Action::Press), Some(Answer::No));
    }
}
