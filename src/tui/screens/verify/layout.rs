//! The parts of the verify popup, and its verdict in lines.

use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Line;

use crate::domain::signature::explain::{Explanation, Mistake};
use crate::domain::text::capitalised;
use crate::tui::layout::popup_area;
use crate::tui::model::{Model, Popup};
use crate::tui::screens::verify::state::{Checked, VerifyFocus, VerifyPopup};
use crate::tui::theme::Theme;
use crate::tui::widgets::fix::name_key;
use crate::tui::widgets::{boxes, buttons, message, text};

/// The app does not know when a request came.
const BY_NOW: &str = "Checked against the current time: if it arrived earlier, only its age is wrong.";

/// How many lines the verdict has, and how many of them fit.
pub fn extent(model: &Model) -> (usize, usize) {
    let Some(Popup::Verify(popup)) = &model.popup else { return (0, 0) };
    let inner = boxes::inside(popup_area(model));
    (verdict(popup, model.theme(), inner).len(), usize::from(parts(popup, inner)[4].height))
}

/// Headers' label, headers, body's label, body, verdict, buttons. On a low screen a verdict is worth more than the text that
/// one is not at.
pub fn parts(popup: &VerifyPopup, inner: Rect) -> [Rect; 6] {
    let rows = |focus| match inner.height {
        30.. => 8,
        16.. => 4,
        boxes::LOW.. => 2,
        _ => u16::from(popup.focus == focus || popup.checked == Checked::Not),
    };
    Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(rows(VerifyFocus::Headers)),
        Constraint::Length(1),
        Constraint::Length(rows(VerifyFocus::Body)),
        Constraint::Min(1),
        Constraint::Length(1),
    ])
    .areas(inner)
}

pub fn buttons(popup: &VerifyPopup, theme: Theme, columns: usize) -> Vec<Line<'static>> {
    let labels = [("Check", popup.focus == VerifyFocus::Check), ("Close", popup.focus == VerifyFocus::Close)];
    buttons::buttons(theme, labels, 2, columns)
}

pub fn verdict(popup: &VerifyPopup, theme: Theme, inner: Rect) -> Vec<Line<'static>> {
    let columns = usize::from(inner.width);
    let mut lines = Vec::new();
    if popup.checked != Checked::Not && inner.height >= boxes::LOW {
        lines.push(Line::styled("─".repeat(columns), theme.styles.dim));
    }
    match &popup.checked {
        Checked::Not => {}
        Checked::Waiting(_) => lines.push(Line::raw("Looking for the cause…")),
        Checked::Invalid(why) => {
            let text = format!("{} {why}", theme.glyphs.fail);
            lines.extend(text::wrapped(&text, columns).into_iter().map(|line| Line::styled(line, theme.styles.error)));
        }
        Checked::Explained(explanation) => lines.extend(explained(explanation, theme, columns)),
    }
    lines
}

fn explained(explanation: &Explanation, theme: Theme, columns: usize) -> Vec<Line<'static>> {
    let (mark, style, word) = if explanation.valid {
        (theme.glyphs.ok, theme.styles.ok, "made with the registered auth")
    } else {
        (theme.glyphs.fail, theme.styles.error, "not made with the registered auth")
    };
    let mut lines = vec![Line::styled(format!("{mark} {word}"), style)];
    lines.extend(message::labelled("Why", &format!("{}.", capitalised(&explanation.reason)), theme, columns));
    if !explanation.fix.is_empty() {
        let key = explanation.mistakes.iter().any(Mistake::is_of_registered_secret).then_some(("^F", "apply"));
        let room = columns.saturating_sub(key.map_or(0, |(key, verb)| text::width(key) + text::width(verb) + 3));
        let mut fix = message::labelled("Fix", &explanation.fix, theme, room);
        if let Some((key, verb)) = key {
            name_key(&mut fix, key, verb, theme, columns);
        }
        lines.extend(fix);
    }
    if matches!(explanation.mistakes.as_slice(), [Mistake::Stale(_)]) {
        lines.extend(message::labelled("Note", BY_NOW, theme, columns));
    }
    for line in &explanation.code {
        lines.push(Line::styled(line.framework, theme.styles.strong));
        for piece in line.code.split('\n') {
            lines.extend(text::broken(piece, columns.saturating_sub(2)).into_iter().map(|piece| Line::raw(format!("  {piece}"))));
        }
    }
    lines
}
