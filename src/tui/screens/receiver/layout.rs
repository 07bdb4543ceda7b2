//! The receiver in lines: its requests, and the selected one whole.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::domain::text::visible;
use crate::tui::model::Model;
use crate::tui::screens::delivery::lines::plain_body;
use crate::tui::screens::receiver::arrived::Arrived;
use crate::tui::theme::Theme;
use crate::tui::widgets::{boxes, message, text};

/// The part of the rows that the list of requests has at most.
const LIST: usize = 3;

/// What is shown: the list, and the lines of the selected request.
pub struct Parts {
    pub list: Vec<Line<'static>>,
    pub request: Vec<Line<'static>>,
    /// How many rows the request has.
    pub page: usize,
}

/// How many lines the selected request has, and how many of them fit.
pub fn extent(model: &Model, area: Rect) -> (usize, usize) {
    let parts = parts(model, model.theme(), boxes::inside(area));
    (parts.request.len(), parts.page)
}

pub fn parts(model: &Model, theme: Theme, inner: Rect) -> Parts {
    let (columns, rows) = (usize::from(inner.width), usize::from(inner.height));
    let Some(receiver) = &model.receiver else { return Parts { list: Vec::new(), request: Vec::new(), page: 0 } };
    let mut list = vec![Line::styled(
        match &receiver.url {
            Some(url) => text::end_cut(&visible(url), columns),
            None => format!("Starting {}", theme.glyphs.busy),
        },
        theme.styles.dim,
    )];
    if receiver.requests.is_empty() {
        list.push(Line::raw(""));
        list.extend(
            text::wrapped("Nothing has arrived yet. Send a test delivery to that URL.", columns).into_iter().map(Line::raw),
        );
    }
    let most = most(rows);
    let top = top(receiver.selected, most);
    for (at, arrived) in receiver.requests.iter().enumerate().skip(top).take(most) {
        list.push(row(model, arrived, at == receiver.selected, theme, columns));
    }
    let request = receiver.selected().map(|arrived| request(arrived, theme, columns)).unwrap_or_default();
    let page = rows.saturating_sub(list.len());
    Parts { list, request, page }
}

/// How many requests are listed at a time.
fn most(rows: usize) -> usize {
    (rows / LIST).max(1)
}

/// The first one that is listed.
const fn top(selected: usize, most: usize) -> usize {
    selected.saturating_sub(most - 1)
}

/// The request whose row that is, of those inside the box.
pub fn request_at(model: &Model, inner: Rect, row: usize) -> Option<usize> {
    let receiver = model.receiver.as_ref()?;
    let most = most(usize::from(inner.height));
    // The first row is the URL.
    let at = row.checked_sub(1).filter(|at| *at < most)? + top(receiver.selected, most);
    (at < receiver.requests.len()).then_some(at)
}

fn row(model: &Model, arrived: &Arrived, selected: bool, theme: Theme, columns: usize) -> Line<'static> {
    let (mark, style) =
        if arrived.accepted { (theme.glyphs.ok, theme.styles.ok) } else { (theme.glyphs.fail, theme.styles.error) };
    let time = model.environment.clock.time(arrived.at);
    let rest =
        format!(" {}  {} {}  {} bytes", arrived.status, visible(&arrived.method), visible(&arrived.target), arrived.body_bytes);
    let room = columns.saturating_sub(text::width(&time) + text::width(mark) + 4);
    Line::from(vec![
        Span::raw(if selected { "> " } else { "  " }),
        Span::raw(format!("{time}  ")),
        Span::styled(mark, style),
        Span::raw(text::end_cut(&rest, room)),
    ])
}

fn request(arrived: &Arrived, theme: Theme, columns: usize) -> Vec<Line<'static>> {
    let mut lines = vec![Line::styled("─".repeat(columns), theme.styles.dim)];
    let (mark, style) = if arrived.accepted {
        (format!("{} accepted", theme.glyphs.ok), theme.styles.ok)
    } else {
        (format!("{} rejected", theme.glyphs.fail), theme.styles.error)
    };
    lines.push(Line::styled(mark, style));
    if !arrived.reason.is_empty() {
        lines.extend(message::labelled("Why", &arrived.reason, theme, columns));
    }
    lines.push(Line::raw(""));
    let broken = |line: &str| text::broken_after_spaces(&visible(line), columns);
    lines.extend(broken(&format!("{} {}", arrived.method, arrived.target)).into_iter().map(Line::raw));
    for (name, value) in &arrived.headers {
        lines.extend(broken(&format!("{name}: {value}")).into_iter().map(Line::raw));
    }
    lines.push(Line::raw(""));
    lines.extend(plain_body(&arrived.body, columns));
    if arrived.body_bytes > arrived.body.len() {
        lines.push(Line::styled(format!("(the first {} of {} bytes)", arrived.body.len(), arrived.body_bytes), theme.styles.dim));
    }
    lines
}
