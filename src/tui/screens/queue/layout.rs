//! The queue in lines, and where they lie.
//!
//! ```text
//! ╭ Queue ──────────╮  numbers, gate, oldest, rate
//! ╰─────────────────╯
//! ╭ Events ───╮╭ Event ───╮  from 120 columns the selected one beside the list
//! ╰───────────╯╰──────────╯
//! ```

use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::domain::delivery::Delivery;
use crate::domain::delivery::gate::{Gate, State};
use crate::domain::text::visible;
use crate::ops::queue::{Counts, Entry, EventState};
use crate::present::clock::Clock;
use crate::present::queue as words;
use crate::tui::layout::{Screen, below_guide};
use crate::tui::model::{Model, Popup};
use crate::tui::screens::delivery::lines::{label_of, plain_body};
use crate::tui::screens::main::layout::WIDE;
use crate::tui::screens::queue::state::{QueueScreen, Reading};
use crate::tui::theme::Theme;
use crate::tui::widgets::{boxes, message, text};

/// Columns of the list beside the selected event.
const LIST: u16 = 66;

/// Columns of a time, of a state.
const TIME: usize = 12;
const STATE: usize = 11;

pub struct Areas {
    pub numbers: Rect,
    pub list: Rect,
    /// The event that is open, or the selected one beside the list.
    pub event: Option<Rect>,
}

pub fn areas(model: &Model, queue: &QueueScreen, area: Rect) -> Areas {
    let lines = numbers(model, queue, model.theme(), usize::from(area.width.saturating_sub(4))).len();
    let rows = u16::try_from(lines + 2).unwrap_or(u16::MAX).min(area.height);
    let [numbers, rest] = Layout::vertical([Constraint::Length(rows), Constraint::Min(0)]).areas(area);
    if queue.total() == 0 {
        return Areas { numbers, list: rest, event: None };
    }
    if area.width >= WIDE {
        let [list, event] = Layout::horizontal([Constraint::Length(LIST), Constraint::Min(0)]).areas(rest);
        return Areas { numbers, list, event: Some(event) };
    }
    Areas { numbers, list: rest, event: queue.detail.as_ref().map(|_| area) }
}

fn laid_out(model: &Model) -> Option<(&QueueScreen, Areas)> {
    let Some(Popup::Queue(queue)) = &model.popup else { return None };
    let body = Screen::new(model, below_guide(model)).body;
    Some((queue, areas(model, queue, body)))
}

/// How many rows the list has.
pub fn list_rows(model: &Model) -> usize {
    laid_out(model).map_or(1, |(_, areas)| usize::from(areas.list.height.saturating_sub(2)).max(1))
}

/// How many lines the open event has, and how many of them fit.
pub fn extent(model: &Model) -> (usize, usize) {
    let Some((queue, Areas { event: Some(area), .. })) = laid_out(model) else { return (0, 0) };
    let inner = boxes::inside(area);
    let lines = queue.detail.as_ref().map_or(0, |detail| {
        event(&detail.entry, Some(&detail.body), &model.environment.clock, model.theme(), usize::from(inner.width)).len()
    });
    (lines, usize::from(inner.height))
}

/// `12 ready · 3 waiting · 1 dead`, each in its colour; if not `all`, without what is zero.
pub fn counts(counts: Counts, all: bool, theme: Theme) -> Vec<Span<'static>> {
    let is_empty = counts.undelivered() + counts.dead == 0;
    let of_states = [
        (counts.ready, "ready", all || is_empty),
        (counts.waiting, "waiting", all),
        (counts.in_flight, "in flight", false),
        (counts.dead, "dead", all),
    ];
    let mut spans = Vec::new();
    for (count, name, _) in of_states.into_iter().filter(|(count, _, always)| *count > 0 || *always) {
        if !spans.is_empty() {
            spans.push(Span::styled(" · ", theme.styles.dim));
        }
        if name == "dead" && count > 0 {
            spans.push(Span::styled(format!("{} {count} {name}", theme.glyphs.fail), theme.styles.error));
        } else {
            spans.push(Span::raw(format!("{count} {name}")));
        }
    }
    spans
}

/// The gate, which stands out where it is not open.
pub fn gate(state: &Gate, clock: &Clock, theme: Theme) -> Span<'static> {
    let style = if *state.state() == State::Open { Style::new() } else { theme.styles.strong };
    Span::styled(words::gate(state, clock), style)
}

/// The numbers of the queue, or why there are none.
pub fn numbers(model: &Model, queue: &QueueScreen, theme: Theme, columns: usize) -> Vec<Line<'static>> {
    let reading = match &queue.read {
        None => return vec![Line::styled(format!("Reading {}", theme.glyphs.busy), theme.styles.dim)],
        Some(Err(problem)) => return message::problem(problem, theme, columns),
        Some(Ok(reading)) => reading,
    };
    let clock = &model.environment.clock;
    let view = &reading.view;
    let labelled = |label: &str, spans: Vec<Span<'static>>| {
        Line::from([vec![Span::styled(text::padded(label, 8), theme.styles.strong)], spans].concat())
    };
    let mut lines = vec![labelled("Events", counts(view.counts, true, theme))];
    let why = words::closed_by(&view.gate.gate);
    let gate = gate(&view.gate.gate, clock, theme);
    let room = columns.saturating_sub(8 + gate.width() + 3);
    if text::width(&why) <= room {
        let why = if why.is_empty() { String::new() } else { format!(" · {why}") };
        lines.push(labelled("Gate", vec![gate, Span::raw(why)]));
    } else {
        lines.push(labelled("Gate", vec![gate]));
        lines.extend(text::wrapped(&why, columns.saturating_sub(8)).into_iter().map(|line| Line::raw(format!("        {line}"))));
    }
    let oldest = view.oldest.map_or_else(
        || "nothing waits".to_owned(),
        |since| format!("{}, since {}", words::age(since, reading.at), clock.time(since)),
    );
    let rate = format!("{} a minute", reading.delivered);
    if columns >= 60 {
        let gap = " ".repeat(34_usize.saturating_sub(text::width(&oldest)).max(3));
        let mut spans = vec![Span::raw(format!("{oldest}{gap}")), Span::styled("Rate  ", theme.styles.strong)];
        spans.push(Span::raw(rate));
        lines.push(labelled("Oldest", spans));
    } else {
        lines.push(labelled("Oldest", vec![Span::raw(oldest)]));
        lines.push(labelled("Rate", vec![Span::raw(rate)]));
    }
    lines
}

/// `a relay is running · 03:14:07`
pub fn read_at(reading: &Reading, clock: &Clock) -> String {
    let relay = if reading.view.relay_runs { "a relay is running" } else { "no relay is running" };
    format!("{relay} · {}", clock.time(reading.at))
}

/// How events get into an empty queue.
pub fn empty(theme: Theme, columns: usize) -> Vec<Line<'static>> {
    let mut lines = vec![Line::default()];
    lines.extend(text::wrapped("The queue is empty.", columns).into_iter().map(|line| Line::raw(format!(" {line}"))));
    lines.push(Line::default());
    for (what, command) in [
        ("Queue an event:", "waypost enqueue event.json"),
        ("Many, one per line:", "waypost enqueue --lines events.jsonl"),
        ("Deliver the queue:", "waypost relay"),
    ] {
        if columns > 21 + text::width(command) {
            let what = Span::styled(format!(" {}", text::padded(what, 21)), theme.styles.dim);
            lines.push(Line::from(vec![what, Span::raw(command)]));
        } else {
            lines.push(Line::styled(format!(" {what}"), theme.styles.dim));
            lines.push(Line::raw(format!("   {}", text::end_cut(command, columns.saturating_sub(2)))));
        }
    }
    lines
}

fn state(entry: &Entry, theme: Theme) -> (String, Style) {
    let (mark, style) = match entry.state {
        EventState::Ready => ("·", Style::new()),
        EventState::Waiting => (theme.glyphs.busy, Style::new()),
        EventState::InFlight => ("→", Style::new()),
        EventState::Dead => (theme.glyphs.fail, theme.styles.error),
    };
    (format!("{mark} {}", entry.state.name().replace('_', " ")), style)
}

/// `order.created ×4`
fn called(entry: &Entry) -> String {
    let label = label_of(&entry.event);
    if entry.attempts > 0 { format!("{label} ×{}", entry.attempts) } else { label }
}

pub fn row(entry: &Entry, selected: bool, clock: &Clock, theme: Theme, columns: usize) -> Line<'static> {
    let (state, style) = state(entry, theme);
    let style = if selected { Style::new() } else { style };
    let mark = if selected { " > " } else { "   " };
    let head = format!("{mark}{}", text::padded(&clock.time(entry.enqueued_at), TIME + 2));
    let room = columns.saturating_sub(text::width(&head) + STATE + 2);
    let why = visible(&words::short_why(entry.dead, entry.delivery.as_deref())).into_owned();
    let name = called(entry);
    let rest = if why.is_empty() || room < 30 {
        text::middle_cut(&name, room)
    } else {
        let column = (room / 3).max(19);
        let name = text::padded(&text::middle_cut(&name, column - 2), column);
        format!("{name}{}", text::whole_words(&why, room - column))
    };
    let line = Line::from(vec![Span::raw(head), Span::styled(text::padded(&state, STATE + 2), style), Span::raw(rest)]);
    if !selected {
        return line;
    }
    let rest = " ".repeat(columns.saturating_sub(line.width()));
    let mut line = line.style(theme.styles.selected);
    line.push_span(Span::raw(rest));
    line
}

/// An event whole, its body where that was read.
pub fn event(entry: &Entry, body: Option<&[u8]>, clock: &Clock, theme: Theme, columns: usize) -> Vec<Line<'static>> {
    let (state, style) = state(entry, theme);
    let mut lines = vec![Line::from(vec![
        Span::styled(state, style),
        Span::raw("   "),
        Span::styled(text::middle_cut(&label_of(&entry.event), columns.saturating_sub(16)), theme.styles.strong),
    ])];
    lines.push(Line::default());
    let why = words::why(entry.dead, entry.delivery.as_deref());
    let last = entry.delivery.as_deref().and_then(Delivery::last);
    let fix = last.map(|last| last.diagnosis.fix.text.clone()).unwrap_or_default();
    for (label, value) in [
        ("Why", why),
        ("Fix", fix),
        ("Id", entry.id.clone()),
        ("Queued", clock.moment(entry.enqueued_at)),
        ("Due", entry.due_at.map(|at| clock.moment(at)).unwrap_or_default()),
        ("Attempts", entry.attempts.to_string()),
        ("Body", format!("{} bytes{}", entry.bytes, if body.is_none() { "; Enter shows it" } else { "" })),
    ] {
        if !value.is_empty() {
            lines.extend(message::labelled_at(10, label, &value, theme, columns));
        }
    }
    for attempt in entry.delivery.iter().flat_map(|delivery| &delivery.attempts) {
        let time = clock.second(attempt.started_at);
        let column = text::width(&time) + 2;
        let said = crate::present::delivery::line(attempt, clock);
        let said = text::wrapped(&visible(&said), columns.saturating_sub(column));
        lines.extend(said.into_iter().enumerate().map(|(at, said)| {
            let time = if at == 0 { time.as_str() } else { "" };
            Line::raw(format!("{}{said}", text::padded(time, column)))
        }));
    }
    if let Some(body) = body {
        lines.push(Line::default());
        lines.extend(plain_body(body, columns));
    }
    lines
}
