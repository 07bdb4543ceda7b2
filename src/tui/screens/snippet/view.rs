//! The snippet popup as it is drawn.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

use crate::domain::snippet;
use crate::domain::text::visible;
use crate::tui::model::Model;
use crate::tui::screens::snippet::layout::{Laid, laid, language};
use crate::tui::screens::snippet::state::SnippetPopup;
use crate::tui::theme::Theme;
use crate::tui::widgets::{boxes, text};

pub fn draw(model: &Model, popup: &SnippetPopup, theme: Theme, frame: &mut Frame, room: Rect) {
    let Laid { place, choice, code_place, code, beside, foot } = laid(model, popup, room);
    boxes::popup(theme, "Receiver code", frame, place);
    frame.render_widget(language(popup, theme), choice);
    let below = code.len().saturating_sub(popup.scroll + usize::from(code_place.height));
    let shown: Vec<Line> = code.into_iter().skip(popup.scroll).take(usize::from(code_place.height)).collect();
    frame.render_widget(Paragraph::new(shown), code_place);
    if let Some((place, lines)) = beside {
        frame.render_widget(Paragraph::new(lines), place);
    }
    let hint = format!("Its secret is in ${}", snippet::VARIABLE);
    // What came of a copy is said here: the popup covers the line above the keys.
    let (hint, style) = match &model.status {
        Some(status) => {
            let (mark, style) = status.tone.look(theme);
            (format!("{mark} {}", visible(&status.text)), style)
        }
        None => (hint, theme.styles.dim),
    };
    frame.render_widget(Line::styled(text::end_cut(&hint, usize::from(foot.width)), style), foot);
    boxes::more(theme, below, frame, place);
}
