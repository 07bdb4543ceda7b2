//! The receiver's check as code, and the popup that tells why a request is not ours.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::{Pen, answer, parts};
use crate::domain::explain::Mistake;
use crate::domain::outcome::Attempt;
use crate::domain::snippet;
use crate::domain::text::visible;
use crate::ops::probe::{Case, Report, Verdict};
use crate::tui::editor::Editor;
use crate::tui::model::{Model, Popup};
use crate::tui::other_side::{Checked, ProbePopup, SnippetPopup, VerifyFocus, VerifyPopup};

/// The app does not know when a request came.
const BY_NOW: &str = "Judged by the clock of now: if it came earlier, only its age is wrong.";

fn inside(area: Rect) -> Rect {
    Rect { x: area.x + 2, y: area.y + 1, width: area.width.saturating_sub(4), height: area.height.saturating_sub(2) }
}

/// How many lines can be scrolled, and how many of them fit.
pub fn extent(model: &Model, pen: Pen, area: Rect) -> (usize, usize) {
    let inner = inside(area);
    match &model.popup {
        Some(Popup::Snippet(popup)) => {
            (code(model, popup, usize::from(inner.width)).len(), usize::from(snippet_parts(inner)[2].height))
        }
        Some(Popup::Verify(popup)) => {
            (verdict(popup, pen, usize::from(inner.width)).len() + 1, usize::from(verify_parts(inner)[4].height))
        }
        _ => (0, 0),
    }
}

fn snippet_parts(inner: Rect) -> [Rect; 4] {
    Layout::vertical([Constraint::Length(1), Constraint::Length(1), Constraint::Min(1), Constraint::Length(1)]).areas(inner)
}

fn code(model: &Model, popup: &SnippetPopup, columns: usize) -> Vec<String> {
    let Some(destination) = model.destination() else { return Vec::new() };
    let text = snippet::snippet(destination.settings(), popup.lang).replace('\t', "    ");
    text.trim_end().split('\n').flat_map(|line| parts::broken(&crate::domain::text::visible(line), columns)).collect()
}

pub fn snippet(model: &Model, popup: &SnippetPopup, pen: Pen, frame: &mut Frame, area: Rect) {
    parts::popup(pen, "Receiver code", frame, area);
    let inner = inside(area);
    let [choice, _, text, foot] = snippet_parts(inner);
    let (left, right) = pen.glyphs.choice;
    let line = vec![
        Span::raw("> "),
        Span::styled("Language   ", pen.theme.accent),
        Span::raw(format!("{left} {} {right}", popup.lang.label())),
    ];
    frame.render_widget(Line::from(line), choice);
    let lines = code(model, popup, usize::from(inner.width));
    let below = lines.len().saturating_sub(popup.scroll + usize::from(text.height));
    let shown: Vec<Line> = lines.into_iter().skip(popup.scroll).take(usize::from(text.height)).map(Line::raw).collect();
    frame.render_widget(Paragraph::new(shown), text);
    let hint = format!("The secret comes from the environment: {}", snippet::VARIABLE);
    // What came of a copy is said here: the popup covers the line above the keys.
    let (hint, style) = match &model.status {
        Some(status) => {
            let (mark, style) = super::tone_of(pen, status.tone);
            (format!("{mark} {}", visible(&status.text)), style)
        }
        None => (hint, pen.theme.dim),
    };
    frame.render_widget(Line::styled(parts::end_cut(&hint, usize::from(foot.width).saturating_sub(8)), style), foot);
    if below > 0 {
        frame.render_widget(Line::styled(format!("+{below}"), pen.theme.dim).right_aligned(), foot);
    }
}

/// Headers' label, headers, body's label, body, verdict, buttons.
fn verify_parts(inner: Rect) -> [Rect; 6] {
    let low = inner.height < 16;
    let text = if low { 2 } else { 4 };
    Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(text),
        Constraint::Length(1),
        Constraint::Length(text),
        Constraint::Min(1),
        Constraint::Length(1),
    ])
    .areas(inner)
}

fn verdict(popup: &VerifyPopup, pen: Pen, columns: usize) -> Vec<Line<'static>> {
    let explanation = match &popup.checked {
        Checked::Not => return Vec::new(),
        Checked::Waiting(_) => return vec![Line::raw("Looking for the mistake…")],
        Checked::Unfit(why) => {
            let style = pen.theme.bad;
            return parts::wrapped(why, columns).into_iter().map(|line| Line::styled(line, style)).collect();
        }
        Checked::Explained(explanation) => explanation,
    };
    let (mark, style, word) = if explanation.valid {
        (pen.glyphs.ok, pen.theme.good, "made with the registered auth")
    } else {
        (pen.glyphs.fail, pen.theme.bad, "not made with the registered auth")
    };
    let mut lines = vec![Line::styled(format!("{mark} {word}"), style)];
    lines.extend(answer::told("Why", &format!("{}.", parts::capitalised(&explanation.reason)), pen, columns));
    if !explanation.fix.is_empty() {
        lines.extend(answer::told("Fix", &explanation.fix, pen, columns));
    }
    if matches!(explanation.mistakes.as_slice(), [Mistake::Stale(_)]) {
        lines.extend(answer::told("Note", BY_NOW, pen, columns));
    }
    for line in &explanation.code {
        lines.push(Line::styled(line.framework, pen.theme.strong));
        for piece in line.code.split('\n') {
            lines
                .extend(parts::broken(piece, columns.saturating_sub(2)).into_iter().map(|piece| Line::raw(format!("  {piece}"))));
        }
    }
    lines
}

pub fn verify(popup: &VerifyPopup, pen: Pen, frame: &mut Frame, area: Rect) {
    parts::popup(pen, "Verify a request", frame, area);
    let inner = inside(area);
    let columns = usize::from(inner.width);
    let [headers_label, headers, body_label, body, text, foot] = verify_parts(inner);
    let label = |focus, text: &str| {
        let focused = popup.focus == focus;
        let style = if focused { pen.theme.accent } else { pen.theme.dim };
        let text = parts::end_cut(&format!("{}{text} ", if focused { "> " } else { "" }), columns);
        let rule = "─".repeat(columns.saturating_sub(parts::width(&text)));
        Line::from(vec![Span::styled(text, style), Span::styled(rule, pen.theme.dim)])
    };
    frame.render_widget(
        label(VerifyFocus::Headers, "Headers, as received: one a line; the request line may stand first"),
        headers_label,
    );
    frame.render_widget(label(VerifyFocus::Body, "Body, as received; @PATH reads a file, exact to the byte"), body_label);
    editor(&popup.headers, popup.focus == VerifyFocus::Headers, frame, headers);
    editor(&popup.body, popup.focus == VerifyFocus::Body, frame, body);
    let mut lines = verdict(popup, pen, columns);
    if !lines.is_empty() {
        lines.insert(0, Line::styled("─".repeat(columns), pen.theme.dim));
    }
    let below = lines.len().saturating_sub(popup.scroll + usize::from(text.height));
    frame.render_widget(Paragraph::new(lines.into_iter().skip(popup.scroll).collect::<Vec<_>>()), text);
    let focused = |focus| popup.focus == focus;
    let buttons = [("Check", focused(VerifyFocus::Check)), ("Close", focused(VerifyFocus::Close))];
    frame.render_widget(Paragraph::new(parts::buttons(pen, buttons, 3, columns)), foot);
    if below > 0 {
        frame.render_widget(Line::styled(format!("+{below}"), pen.theme.dim).right_aligned(), foot);
    }
}

/// The probe on its way, and what it found.
pub fn probe(popup: &ProbePopup, pen: Pen, frame: &mut Frame, area: Rect) {
    parts::popup(pen, "Probe", frame, area);
    let inner = inside(area);
    let columns = usize::from(inner.width);
    let lines = match popup {
        ProbePopup::Asking(_) => Vec::new(),
        ProbePopup::Running { stopping: true, .. } => vec![Line::raw("stopping")],
        ProbePopup::Running { case, .. } => {
            let what = case.map_or("", Case::label);
            vec![Line::from(vec![Span::styled(pen.glyphs.busy, pen.theme.accent), Span::raw(format!(" a ping {what}"))])]
        }
        ProbePopup::Failed(why) => {
            parts::wrapped(&visible(why), columns).into_iter().map(|line| Line::styled(line, pen.theme.bad)).collect()
        }
        ProbePopup::Done(report) => report_lines(report, pen, columns),
    };
    frame.render_widget(Paragraph::new(lines), inner);
}

fn report_lines(report: &Report, pen: Pen, columns: usize) -> Vec<Line<'static>> {
    let (finding, fix) = report.finding();
    let well = report.rows.iter().all(|row| row.verdict == Verdict::Good) && !report.cut_short;
    let (mark, style) = if well { (pen.glyphs.ok, pen.theme.good) } else { (pen.glyphs.fail, pen.theme.bad) };
    let text = format!("{mark} {}", visible(finding));
    let mut lines: Vec<Line> = parts::wrapped(&text, columns).into_iter().map(|line| Line::styled(line, style)).collect();
    if !fix.is_empty() {
        lines.extend(answer::told("Fix", fix, pen, columns));
    }
    lines.push(Line::default());
    for row in &report.rows {
        let (mark, style, word) = match row.verdict {
            Verdict::Good => (pen.glyphs.ok, pen.theme.good, "as it should be"),
            Verdict::Bad => (pen.glyphs.fail, pen.theme.bad, "not as it should be"),
            Verdict::Unclear => ("?", pen.theme.note, "tells nothing"),
        };
        let status = row.delivery.last().and_then(Attempt::status).map(|status| format!(" {status}")).unwrap_or_default();
        let ended = format!("{}{status}", row.delivery.outcome().name());
        let text = format!(" {}  {}  {word}", parts::padded(row.case.label(), 22), parts::padded(&ended, 14));
        lines.push(Line::from(vec![Span::styled(mark, style), Span::raw(parts::end_cut(&text, columns.saturating_sub(2)))]));
    }
    if report.cut_short {
        lines.push(Line::styled("The rest was not sent.", pen.theme.dim));
    }
    if let Some(problem) = &report.unrecorded {
        lines.extend(answer::told("Note", &format!("Not recorded: {problem}"), pen, columns));
    }
    lines
}

/// A text that is edited, scrolled so that the cursor is in view.
pub fn editor(editor: &Editor, focused: bool, frame: &mut Frame, area: Rect) {
    let (line, before) = editor.cursor();
    let (column, page, columns) = (parts::width(&parts::tabbed(before)), usize::from(area.height), usize::from(area.width));
    let top = (line + 1).saturating_sub(page);
    let left = (column + 1).saturating_sub(columns);
    let lines: Vec<Line> = editor.lines().iter().skip(top).take(page).map(|line| Line::raw(parts::tabbed(line))).collect();
    frame.render_widget(Paragraph::new(lines).scroll((0, u16::try_from(left).unwrap_or(0))), area);
    if focused {
        let (x, y) = (u16::try_from(column - left).unwrap_or(0), u16::try_from(line - top).unwrap_or(0));
        frame.set_cursor_position(Position { x: area.x + x, y: area.y + y });
    }
}
