//! The probe in lines, and where it lies.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::domain::delivery::Attempt;
use crate::domain::text::visible;
use crate::ops::probe::{Case, Report, Verdict};
use crate::tui::layout::popup_area;
use crate::tui::model::{Model, Popup};
use crate::tui::screens::probe::state::ProbePopup;
use crate::tui::theme::Theme;
use crate::tui::widgets::{boxes, message, text};

/// The widest that the probe's popup gets.
const PROBE_COLUMNS: u16 = 72;

/// How many lines there are, and how many of them fit.
pub fn extent(model: &Model) -> (usize, usize) {
    let Some(Popup::Probe(popup)) = &model.popup else { return (0, 0) };
    let inner = boxes::inside(place(popup, model.theme(), popup_area(model)));
    (lines(popup, model.theme(), usize::from(inner.width)).len(), usize::from(inner.height))
}

/// As much room as its text takes.
pub fn place(popup: &ProbePopup, theme: Theme, area: Rect) -> Rect {
    let columns = area.width.min(PROBE_COLUMNS);
    let lines = lines(popup, theme, usize::from(columns.saturating_sub(4)));
    boxes::centred(area, columns, u16::try_from(lines.len() + 2).unwrap_or(u16::MAX))
}

pub fn lines(popup: &ProbePopup, theme: Theme, columns: usize) -> Vec<Line<'static>> {
    match popup {
        ProbePopup::Running { stopping: true, .. } => {
            vec![Line::from(vec![Span::styled(theme.glyphs.busy, theme.styles.accent), Span::raw(" stopping")])]
        }
        ProbePopup::Running { case, .. } => {
            let what = case.map_or("", Case::label);
            vec![Line::from(vec![Span::styled(theme.glyphs.busy, theme.styles.accent), Span::raw(format!(" a ping {what}"))])]
        }
        ProbePopup::Failed(why) => {
            let text = format!("{} {}", theme.glyphs.fail, visible(why));
            text::wrapped(&text, columns).into_iter().map(|line| Line::styled(line, theme.styles.error)).collect()
        }
        ProbePopup::Done { report, .. } => report_lines(report, theme, columns),
    }
}

fn report_lines(report: &Report, theme: Theme, columns: usize) -> Vec<Line<'static>> {
    let probe = report.probe();
    let (finding, fix) = probe.finding();
    let well = probe.verdict() == Verdict::Good;
    let (mark, style) = if well { (theme.glyphs.ok, theme.styles.ok) } else { (theme.glyphs.fail, theme.styles.error) };
    let text = format!("{mark} {}", visible(finding));
    let mut lines: Vec<Line> = text::wrapped(&text, columns).into_iter().map(|line| Line::styled(line, style)).collect();
    if !fix.is_empty() {
        lines.extend(message::labelled("Fix", &fix.text, theme, columns));
    }
    lines.push(Line::default());
    for (row, attempt) in report.delivery.probed() {
        let (mark, style, word) = match row.verdict {
            Verdict::Good => (theme.glyphs.ok, theme.styles.ok, "as expected"),
            Verdict::Bad => (theme.glyphs.fail, theme.styles.error, "unexpected"),
            Verdict::Unclear => ("?", theme.styles.warning, "inconclusive"),
        };
        let status = attempt.and_then(Attempt::status).map(|status| format!(" {status}")).unwrap_or_default();
        let ended = format!("{}{status}", attempt.map_or("", |attempt| attempt.outcome.name()));
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
    if probe.is_cut_short() {
        lines.push(Line::styled("The rest was not sent.", theme.styles.dim));
    }
    if let Some(problem) = &report.unrecorded {
        lines.extend(message::labelled("Note", &format!("Not recorded: {problem}"), theme, columns));
    }
    lines
}
