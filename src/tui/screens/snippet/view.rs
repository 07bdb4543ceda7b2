//! The snippet popup as it is drawn.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

use crate::domain::snippet;
use crate::domain::text::visible;
use crate::tui::model::Model;
use crate::tui::screens::snippet::layout::{code, language, parts};
use crate::tui::screens::snippet::state::SnippetPopup;
use crate::tui::theme::Theme;
use crate::tui::widgets::{boxes, text};

pub fn draw(model: &Model, popup: &SnippetPopup, theme: Theme, frame: &mut Frame, area: Rect) {
    boxes::popup(theme, "Receiver code", frame, area);
    let inner = boxes::inside(area);
    let [choice, _, place, foot] = parts(inner);
    frame.render_widget(language(popup, theme), choice);
    let lines = code(model, popup, usize::from(inner.width));
    let below = lines.len().saturating_sub(popup.scroll + usize::from(place.height));
    let shown: Vec<Line> = lines.into_iter().skip(popup.scroll).take(usize::from(place.height)).map(Line::raw).collect();
    frame.render_widget(Paragraph::new(shown), place);
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
    boxes::more(theme, below, frame, area);
}
