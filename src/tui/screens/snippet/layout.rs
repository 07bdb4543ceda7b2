//! The code of the snippet popup in lines, and where it lies.

use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};

use crate::domain::snippet;
use crate::domain::text::visible;
use crate::tui::layout::popup_area;
use crate::tui::model::{Model, Popup};
use crate::tui::screens::snippet::state::SnippetPopup;
use crate::tui::theme::Theme;
use crate::tui::widgets::{boxes, text};

/// How many lines of code there are, and how many of them fit.
pub fn extent(model: &Model) -> (usize, usize) {
    let Some(Popup::Snippet(popup)) = &model.popup else { return (0, 0) };
    let inner = boxes::inside(popup_area(model));
    (code(model, popup, usize::from(inner.width)).len(), usize::from(parts(inner)[2].height))
}

/// The language, a gap, the code, a hint.
pub fn parts(inner: Rect) -> [Rect; 4] {
    Layout::vertical([Constraint::Length(1), Constraint::Length(1), Constraint::Min(1), Constraint::Length(1)]).areas(inner)
}

/// The choice of the language.
pub fn language(popup: &SnippetPopup, theme: Theme) -> Line<'static> {
    let (left, right) = theme.glyphs.choice;
    Line::from(vec![
        Span::raw("> "),
        Span::styled("Language   ", theme.styles.accent),
        Span::raw(format!("{left} {} {right}", popup.lang.label())),
    ])
}

pub fn code(model: &Model, popup: &SnippetPopup, columns: usize) -> Vec<String> {
    let Some(destination) = model.destination() else { return Vec::new() };
    let text = snippet::snippet(destination.settings(), popup.lang).replace('\t', "    ");
    text.trim_end().split('\n').flat_map(|line| text::broken_after_spaces(&visible(line), columns)).collect()
}
