//! The parts of the verify popup, and its verdict in lines.

use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Line;

use crate::domain::draft::Draft;
use crate::domain::signature::explain::{Explanation, Mistake};
use crate::domain::text::capitalised;
use crate::tui::layout::{SIDE_BY_SIDE, wide_area};
use crate::tui::model::{Model, Popup};
use crate::tui::screens::verify::state::{Checked, VerifyFocus, VerifyPopup};
use crate::tui::theme::Theme;
use crate::tui::widgets::fix::name_key;
use crate::tui::widgets::{boxes, buttons, message, text};

/// The app does not know when a request came.
const BY_NOW: &str = "Checked against the current time: if it arrived earlier, only its age is wrong.";

/// The fewest columns inside the popup from which on the verdict is beside the request.
const BESIDE: u16 = SIDE_BY_SIDE - 10;

/// The most rows of the popup where the verdict is beside the request: what is below it stays visible.
const ROWS: u16 = 36;

/// Where the popup lies.
pub fn place(room: Rect) -> Rect {
    if room.width >= SIDE_BY_SIDE { Rect { height: room.height.min(ROWS), ..room } } else { room }
}

/// Where the parts of the popup lie.
pub struct Parts {
    pub headers_label: Rect,
    pub headers: Rect,
    pub body_label: Rect,
    pub body: Rect,
    /// No row where the verdict is below the request.
    pub verdict_label: Rect,
    pub verdict: Rect,
    pub foot: Rect,
}

/// Columns of the labels before anything is checked.
const ABOUT: usize = 10;

/// What comes of a check.
const VERDICT: &str = "Whether the request was made with the registered secret. If it was not: which mistake explains it, how to fix it, and the line of code to change.";

/// How many lines the verdict has, and how many of them fit.
pub fn extent(model: &Model) -> (usize, usize) {
    let Some(Popup::Verify(popup)) = &model.popup else { return (0, 0) };
    let inner = boxes::inside(place(wide_area(model)));
    let page = parts(popup, inner).verdict.height;
    (verdict(model, popup, model.theme(), inner).len(), usize::from(page))
}

/// On a low screen the verdict gets the rows of the text that has no focus; on a wide one it is beside both texts.
pub fn parts(popup: &VerifyPopup, inner: Rect) -> Parts {
    if inner.width >= BESIDE {
        let [upper, foot] = Layout::vertical([Constraint::Min(1), Constraint::Length(1)]).areas(inner);
        let [left, _, right] = Layout::horizontal([Constraint::Fill(1), Constraint::Length(3), Constraint::Fill(1)]).areas(upper);
        let label = Constraint::Length(1);
        let [headers_label, headers, body_label, body, _] =
            Layout::vertical([label, Constraint::Fill(1), label, Constraint::Fill(1), label]).areas(left);
        let [verdict_label, verdict] = Layout::vertical([label, Constraint::Min(1)]).areas(right);
        return Parts { headers_label, headers, body_label, body, verdict_label, verdict, foot };
    }
    let rows = |focus| match inner.height {
        30.. => 8,
        16.. => 4,
        boxes::LOW.. => 2,
        _ => u16::from(popup.focus == focus || popup.checked == Checked::Not),
    };
    let [headers_label, headers, body_label, body, verdict, foot] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(rows(VerifyFocus::Headers)),
        Constraint::Length(1),
        Constraint::Length(rows(VerifyFocus::Body)),
        Constraint::Min(1),
        Constraint::Length(1),
    ])
    .areas(inner);
    let verdict_label = Rect { height: 0, ..verdict };
    Parts { headers_label, headers, body_label, body, verdict_label, verdict, foot }
}

pub fn buttons(popup: &VerifyPopup, theme: Theme, columns: usize) -> Vec<Line<'static>> {
    let labels = [("Check", popup.focus == VerifyFocus::Check), ("Close", popup.focus == VerifyFocus::Close)];
    buttons::buttons(theme, labels, 2, columns)
}

pub fn verdict(model: &Model, popup: &VerifyPopup, theme: Theme, inner: Rect) -> Vec<Line<'static>> {
    let Parts { verdict: place, verdict_label, .. } = parts(popup, inner);
    let columns = usize::from(place.width);
    let mut lines = Vec::new();
    if popup.checked != Checked::Not && inner.height >= boxes::LOW && verdict_label.height == 0 {
        lines.push(Line::styled("─".repeat(columns), theme.styles.dim));
    }
    match &popup.checked {
        Checked::Not => {
            let said = about(model, theme, columns.min(boxes::READABLE.into()));
            // All of it or nothing: the line of keys says enough.
            lines.extend(if said.len() <= usize::from(place.height) { said } else { Vec::new() });
        }
        Checked::Waiting(_) => lines.push(Line::raw("Looking for the cause…")),
        Checked::Invalid(why) => {
            let text = format!("{} {why}", theme.glyphs.fail);
            lines.extend(text::wrapped(&text, columns).into_iter().map(|line| Line::styled(line, theme.styles.error)));
        }
        Checked::Explained(explanation) => lines.extend(explained(explanation, theme, columns)),
    }
    lines
}

/// What is checked, before anything is.
fn about(model: &Model, theme: Theme, columns: usize) -> Vec<Line<'static>> {
    let Some(destination) = model.destination() else { return Vec::new() };
    let draft = Draft::of(destination.settings());
    let expected = (draft.auth_type().sends)(draft.values());
    let mut lines = vec![Line::default()];
    lines.extend(message::labelled_at(ABOUT, "Expected", &expected, theme, columns));
    lines.extend(message::labelled_at(ABOUT, "Result", VERDICT, theme, columns));
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
