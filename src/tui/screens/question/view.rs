//! Questions as they are drawn.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::tui::model::Model;
use crate::tui::screens::question::state::Question;
use crate::tui::screens::question::words::asked;
use crate::tui::theme::Theme;
use crate::tui::widgets::confirm;

pub fn draw(model: &Model, question: &Question, theme: Theme, frame: &mut Frame, area: Rect) {
    let (title, words, labels) = asked(model, question, theme);
    confirm::draw(title, &words, labels, question.confirm, theme, frame, area);
}
