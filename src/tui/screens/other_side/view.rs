//! The receiver's check as code, and the popup that tells why a request is not ours.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::domain::delivery::Attempt;
use crate::domain::signature::explain::{Explanation, Mistake};
use crate::domain::snippet;
use crate::domain::text::visible;
use crate::ops::probe::{Case, Report, Verdict};
use crate::tui::model::{Model, Popup};
use crate::tui::screens::delivery::lines as answer;
use crate::tui::screens::other_side::state::{Checked, ProbePopup, SnippetPopup, VerifyFocus, VerifyPopup};
use crate::tui::theme::Theme;
use crate::tui::widgets::editor::Editor;
use crate::tui::widgets::{boxes, buttons, text};

/// The app does not know when a request came.
const BY_NOW: &str = "Judged by the clock of now: if it came earlier, only its age is wrong.";

/// The widest that the probe's popup gets.
const PROBE_COLUMNS: u16 = 72;

/// How many lines can be scrolled, and how many of them fit.
pub fn extent(model: &Model, theme: Theme, area: Rect) -> (usize, usize) {
    let inner = boxes::inside(area);
    match &model.popup {
        Some(Popup::Snippet(popup)) => {
            (code(model, popup, usize::from(inner.width)).len(), usize::from(snippet_parts(inner)[2].height))
        }
        Some(Popup::Verify(popup)) => (verdict(popup, theme, inner).len(), usize::from(verify_parts(popup, inner)[4].height)),
        Some(Popup::Probe(popup)) => {
            let place = probe_place(popup, theme, area);
            (probe_lines(popup, theme, usize::from(boxes::inside(place).width)).len(), usize::from(boxes::inside(place).height))
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
    text.trim_end().split('\n').flat_map(|line| text::broken_after_spaces(&visible(line), columns)).collect()
}

pub fn snippet(model: &Model, popup: &SnippetPopup, theme: Theme, frame: &mut Frame, area: Rect) {
    boxes::popup(theme, "Receiver code", frame, area);
    let inner = boxes::inside(area);
    let [choice, _, text, foot] = snippet_parts(inner);
    let (left, right) = theme.glyphs.choice;
    let line = vec![
        Span::raw("> "),
        Span::styled("Language   ", theme.styles.accent),
        Span::raw(format!("{left} {} {right}", popup.lang.label())),
    ];
    frame.render_widget(Line::from(line), choice);
    let lines = code(model, popup, usize::from(inner.width));
    let below = lines.len().saturating_sub(popup.scroll + usize::from(text.height));
    let shown: Vec<Line> = lines.into_iter().skip(popup.scroll).take(usize::from(text.height)).map(Line::raw).collect();
    frame.render_widget(Paragraph::new(shown), text);
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

/// Headers' label, headers, body's label, body, verdict, buttons. On a low screen a verdict is worth more than the text that
/// one is not at.
fn verify_parts(popup: &VerifyPopup, inner: Rect) -> [Rect; 6] {
    let text = |focus| match inner.height {
        30.. => 8,
        16.. => 4,
        boxes::LOW.. => 2,
        _ => u16::from(popup.focus == focus || popup.checked == Checked::Not),
    };
    Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(text(VerifyFocus::Headers)),
        Constraint::Length(1),
        Constraint::Length(text(VerifyFocus::Body)),
        Constraint::Min(1),
        Constraint::Length(1),
    ])
    .areas(inner)
}

fn verdict(popup: &VerifyPopup, theme: Theme, inner: Rect) -> Vec<Line<'static>> {
    let columns = usize::from(inner.width);
    let mut lines = Vec::new();
    if popup.checked != Checked::Not && inner.height >= boxes::LOW {
        lines.push(Line::styled("─".repeat(columns), theme.styles.dim));
    }
    match &popup.checked {
        Checked::Not => {}
        Checked::Waiting(_) => lines.push(Line::raw("Looking for the mistake…")),
        Checked::Unfit(why) => {
            let text = format!("{} {why}", theme.glyphs.fail);
            lines.extend(text::wrapped(&text, columns).into_iter().map(|line| Line::styled(line, theme.styles.bad)));
        }
        Checked::Explained(explanation) => lines.extend(explained(explanation, theme, columns)),
    }
    lines
}

fn explained(explanation: &Explanation, theme: Theme, columns: usize) -> Vec<Line<'static>> {
    let (mark, style, word) = if explanation.valid {
        (theme.glyphs.ok, theme.styles.good, "made with the registered auth")
    } else {
        (theme.glyphs.fail, theme.styles.bad, "not made with the registered auth")
    };
    let mut lines = vec![Line::styled(format!("{mark} {word}"), style)];
    lines.extend(answer::told("Why", &format!("{}.", text::capitalised(&explanation.reason)), theme, columns));
    if !explanation.fix.is_empty() {
        lines.extend(answer::told("Fix", &explanation.fix, theme, columns));
    }
    if matches!(explanation.mistakes.as_slice(), [Mistake::Stale(_)]) {
        lines.extend(answer::told("Note", BY_NOW, theme, columns));
    }
    for line in &explanation.code {
        lines.push(Line::styled(line.framework, theme.styles.strong));
        for piece in line.code.split('\n') {
            lines.extend(text::broken(piece, columns.saturating_sub(2)).into_iter().map(|piece| Line::raw(format!("  {piece}"))));
        }
    }
    lines
}

pub fn verify(popup: &VerifyPopup, theme: Theme, frame: &mut Frame, area: Rect) {
    boxes::popup(theme, "Verify a request", frame, area);
    let inner = boxes::inside(area);
    let columns = usize::from(inner.width);
    let [headers_label, headers, body_label, body, text, foot] = verify_parts(popup, inner);
    let label = |focus, text: &str| {
        let focused = popup.focus == focus;
        let style = if focused { theme.styles.accent } else { theme.styles.dim };
        let text = text::end_cut(&format!("{}{text} ", if focused { "> " } else { "" }), columns);
        let rule = "─".repeat(columns.saturating_sub(text::width(&text)));
        Line::from(vec![Span::styled(text, style), Span::styled(rule, theme.styles.dim)])
    };
    frame.render_widget(label(VerifyFocus::Headers, "Headers as received, one a line"), headers_label);
    frame.render_widget(label(VerifyFocus::Body, "Body as received, or @FILE"), body_label);
    for (focus, text, area, hint) in [
        (VerifyFocus::Headers, &popup.headers, headers, "(the request line may stand first)"),
        (VerifyFocus::Body, &popup.body, body, "(a file is exact to the byte)"),
    ] {
        editor(text, popup.focus == focus, theme, frame, area);
        if matches!(text.lines(), [line] if line.is_empty()) {
            frame.render_widget(Line::styled(hint, theme.styles.dim), area);
        }
    }
    let lines = verdict(popup, theme, inner);
    let below = lines.len().saturating_sub(popup.scroll + usize::from(text.height));
    frame.render_widget(Paragraph::new(lines.into_iter().skip(popup.scroll).collect::<Vec<_>>()), text);
    let focused = |focus| popup.focus == focus;
    let buttons = [("Check", focused(VerifyFocus::Check)), ("Close", focused(VerifyFocus::Close))];
    frame.render_widget(Paragraph::new(buttons::buttons(theme, buttons, 2, columns)), foot);
    boxes::more(theme, below, frame, area);
}

/// The probe on its way, and what it found.
pub fn probe(popup: &ProbePopup, theme: Theme, frame: &mut Frame, area: Rect) {
    let area = probe_place(popup, theme, area);
    boxes::popup(theme, "Probe", frame, area);
    let inner = boxes::inside(area);
    let mut lines = probe_lines(popup, theme, usize::from(inner.width));
    let page = usize::from(inner.height);
    let scroll = match popup {
        ProbePopup::Done { scroll, .. } => (*scroll).min(lines.len().saturating_sub(page)),
        _ => 0,
    };
    lines.drain(..scroll);
    boxes::more(theme, lines.len().saturating_sub(page), frame, area);
    frame.render_widget(Paragraph::new(lines), inner);
}

/// As much room as its text takes.
fn probe_place(popup: &ProbePopup, theme: Theme, area: Rect) -> Rect {
    let columns = area.width.min(PROBE_COLUMNS);
    let lines = probe_lines(popup, theme, usize::from(columns.saturating_sub(4)));
    boxes::centred(area, columns, u16::try_from(lines.len() + 2).unwrap_or(u16::MAX))
}

fn probe_lines(popup: &ProbePopup, theme: Theme, columns: usize) -> Vec<Line<'static>> {
    match popup {
        ProbePopup::Asking(_) => Vec::new(),
        ProbePopup::Running { stopping: true, .. } => {
            vec![Line::from(vec![Span::styled(theme.glyphs.busy, theme.styles.accent), Span::raw(" stopping")])]
        }
        ProbePopup::Running { case, .. } => {
            let what = case.map_or("", Case::label);
            vec![Line::from(vec![Span::styled(theme.glyphs.busy, theme.styles.accent), Span::raw(format!(" a ping {what}"))])]
        }
        ProbePopup::Failed(why) => {
            let text = format!("{} {}", theme.glyphs.fail, visible(why));
            text::wrapped(&text, columns).into_iter().map(|line| Line::styled(line, theme.styles.bad)).collect()
        }
        ProbePopup::Done { report, .. } => report_lines(report, theme, columns),
    }
}

fn report_lines(report: &Report, theme: Theme, columns: usize) -> Vec<Line<'static>> {
    let (finding, fix) = report.finding();
    let well = report.rows.iter().all(|row| row.verdict == Verdict::Good) && !report.cut_short;
    let (mark, style) = if well { (theme.glyphs.ok, theme.styles.good) } else { (theme.glyphs.fail, theme.styles.bad) };
    let text = format!("{mark} {}", visible(finding));
    let mut lines: Vec<Line> = text::wrapped(&text, columns).into_iter().map(|line| Line::styled(line, style)).collect();
    if !fix.is_empty() {
        lines.extend(answer::told("Fix", &fix.text, theme, columns));
    }
    lines.push(Line::default());
    for row in &report.rows {
        let (mark, style, word) = match row.verdict {
            Verdict::Good => (theme.glyphs.ok, theme.styles.good, "as it should be"),
            Verdict::Bad => (theme.glyphs.fail, theme.styles.bad, "not as it should be"),
            Verdict::Unclear => ("?", theme.styles.note, "tells nothing"),
        };
        let status = row.delivery.last().and_then(Attempt::status).map(|status| format!(" {status}")).unwrap_or_default();
        let ended = format!("{}{status}", row.delivery.outcome().name());
        let mark = text::padded(mark, text::width(theme.glyphs.fail));
        let text = format!(" {}  {}  {word}", text::padded(row.case.label(), 22), text::padded(&ended, 14));
        if text::width(&mark) + text::width(&text) <= columns {
            lines.push(Line::from(vec![Span::styled(mark, style), Span::raw(text)]));
        } else {
            lines.push(Line::from(vec![Span::styled(mark, style), Span::raw(format!(" {}", row.case.label()))]));
            lines.extend(
                text::wrapped(&format!("{ended}: {word}"), columns.saturating_sub(2))
                    .into_iter()
                    .map(|line| Line::raw(format!("  {line}"))),
            );
        }
    }
    if report.cut_short {
        lines.push(Line::styled("The rest was not sent.", theme.styles.dim));
    }
    if let Some(problem) = &report.unrecorded {
        lines.extend(answer::told("Note", &format!("Not recorded: {problem}"), theme, columns));
    }
    lines
}

/// A text that is edited, scrolled so that the cursor is in view.
///
/// The columns beside the area are for the signs of lines that go on there.
pub fn editor(editor: &Editor, focused: bool, theme: Theme, frame: &mut Frame, area: Rect) {
    if area.height == 0 {
        return;
    }
    let (line, before) = editor.cursor();
    let (column, page, columns) = (text::width(&text::tabbed(before)), usize::from(area.height), usize::from(area.width));
    let top = (line + 1).saturating_sub(page);
    let left = (column + 1).saturating_sub(columns);
    let lines: Vec<String> = editor.lines().iter().skip(top).take(page).map(|line| text::tabbed(line)).collect();
    let (before, after) = theme.glyphs.choice;
    for (line, y) in lines.iter().zip(area.y..) {
        let side = |x| Rect { x, y, width: 1, height: 1 };
        if left > 0 && !line.is_empty() {
            frame.render_widget(Span::styled(before, theme.styles.dim), side(area.x.saturating_sub(1)));
        }
        if text::width(line) > left + columns {
            frame.render_widget(Span::styled(after, theme.styles.dim), side(area.right()));
        }
    }
    let lines: Vec<Line> = lines.into_iter().map(Line::raw).collect();
    frame.render_widget(Paragraph::new(lines).scroll((0, u16::try_from(left).unwrap_or(0))), area);
    if focused {
        let (x, y) = (u16::try_from(column - left).unwrap_or(0), u16::try_from(line - top).unwrap_or(0));
        frame.set_cursor_position(Position { x: area.x + x, y: area.y + y });
    }
}
