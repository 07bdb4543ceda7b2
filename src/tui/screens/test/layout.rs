//! The parts of the test popup, and what is in them, in lines.

use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::domain::delivery::Delivery;
use crate::domain::request::Request;
use crate::domain::text::visible;
use crate::present::timing::duration;
use crate::tui::layout::{SIDE_BY_SIDE, delivery_area};
use crate::tui::model::{Model, Popup};
use crate::tui::screens::delivery::lines::{self as answer, section};
use crate::tui::screens::delivery::{fold, outcome, timing};
use crate::tui::screens::test::fix;
use crate::tui::screens::test::life::{Answered, Flight, Life, Past};
use crate::tui::screens::test::state::{Editing, Mode, TestFocus, TestPopup};
use crate::tui::screens::test::tabs::Tab;
use crate::tui::status::{Status, Tone};
use crate::tui::theme::Theme;
use crate::tui::widgets::{boxes, buttons, message, text};

/// What is under the tabs, as text, and how many lines of it fit.
pub fn content(model: &Model) -> (Vec<String>, usize) {
    let Some(Popup::Test(test)) = &model.popup else { return (Vec::new(), 0) };
    let (_, laid) = fitted(model, test, model.theme(), delivery_area(model));
    let text = |line: &Line| line.spans.iter().map(|span| span.content.as_ref()).collect();
    (laid.lines.iter().map(text).collect(), usize::from(laid.parts.content.height))
}

/// The parts of the popup, from top to bottom.
pub struct Parts {
    pub event: Rect,
    pub outcome: Rect,
    pub tabs: Rect,
    pub rule: Rect,
    pub content: Rect,
    pub said: Rect,
    pub buttons: Rect,
}

fn parts_of(area: Rect, outcome: usize, said: usize, buttons: usize) -> Parts {
    let inner = boxes::inside(area);
    let buttons = u16::try_from(buttons).unwrap_or(1);
    let outcome = u16::try_from(outcome).unwrap_or(0);
    let said = u16::try_from(said).unwrap_or(0);
    // On a low screen the empty lines go first, then the rule; the status takes the place of one.
    let gap = u16::from(inner.height > 14);
    let rule = u16::from(inner.height >= boxes::LOW);
    let [event, _, outcome, _, tabs, rule, content, said, buttons] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(gap),
        Constraint::Length(outcome),
        Constraint::Length(if outcome > 0 { gap } else { 0 }),
        Constraint::Length(1),
        Constraint::Length(rule),
        Constraint::Min(1),
        Constraint::Length(said.max(gap)),
        Constraint::Length(buttons),
    ])
    .areas(inner);
    Parts { event, outcome, tabs, rule, content, said, buttons }
}

/// Where a body is edited: a label, the body, what is said about it.
pub fn editor_parts(test: &TestPopup, theme: Theme, inner: Rect) -> [Rect; 3] {
    let said = u16::try_from(said(test, theme, usize::from(inner.width)).len()).unwrap_or(0);
    let below = said.clamp(1, inner.height.saturating_sub(2).max(1));
    Layout::vertical([Constraint::Length(1), Constraint::Min(1), Constraint::Length(below)]).areas(inner)
}

/// What is between the event and the tabs.
fn outcome(model: &Model, test: &TestPopup, theme: Theme, columns: usize) -> Vec<Line<'static>> {
    match &test.life {
        Life::Idle => Vec::new(),
        Life::Flight(flight) => progress(flight, theme, columns),
        Life::Answered(Answered { delivery, .. }) | Life::Past(Past { delivery, .. }) => {
            let shown =
                outcome::Shown { clock: &model.environment.clock, fix: fix::verb(model, delivery), each_attempt: test.is_past() };
            let mut lines = outcome::lines(delivery, shown, theme, columns);
            lines.extend(witnessed(model, delivery, theme, columns));
            lines
        }
    }
}

/// The status, wrapped; it is above the buttons.
pub fn said(test: &TestPopup, theme: Theme, columns: usize) -> Vec<Line<'static>> {
    let ((mark, style), text) = match (&test.said, &test.mode) {
        (_, Mode::Edit(Editing { refused: Some(text), .. } | Editing { warned: Some(text), .. })) => {
            (Tone::Note.look(theme), text)
        }
        (Some(Status { tone, text }), _) => (tone.look(theme), text),
        _ => return Vec::new(),
    };
    text::wrapped(&format!("{mark} {}", visible(text)), columns).into_iter().map(|line| Line::styled(line, style)).collect()
}

/// In the demo: what the receiver saw of this delivery.
fn witnessed(model: &Model, delivery: &Delivery, theme: Theme, columns: usize) -> Vec<Line<'static>> {
    match &model.witness {
        Some(witness) if witness.id.as_deref() == Some(&delivery.id) => {
            message::labelled_at(7, "Seen", &witness.text, theme, columns)
        }
        _ => Vec::new(),
    }
}

/// `✓ DNS 3 ms   ✓ connect 11 ms   … TLS 4.2 s of 15 s`, on as many lines as it takes.
fn progress(flight: &Flight, theme: Theme, columns: usize) -> Vec<Line<'static>> {
    let mut pieces: Vec<(&str, Style, String)> = flight
        .done
        .iter()
        .map(|(phase, ms)| (theme.glyphs.ok, theme.styles.ok, format!(" {} {}", phase.label(), duration(*ms))))
        .collect();
    let tenths = flight.elapsed_ms / 100;
    let phase = flight.phase.map_or_else(String::new, |phase| format!(" {}", phase.label()));
    let now = format!("{phase} {}.{} s of {} s", tenths / 10, tenths % 10, flight.limit_s);
    pieces.push((theme.glyphs.busy, theme.styles.accent, if flight.stopping { " stopping".to_owned() } else { now }));
    let mut lines = vec![Line::default()];
    for (mark, style, text) in pieces {
        let needed = text::width(mark) + text::width(&text) + 3;
        let line = match lines.last_mut() {
            Some(line) if line.width() + needed <= columns + 3 => line,
            _ => {
                lines.push(Line::default());
                let last = lines.len() - 1;
                &mut lines[last]
            }
        };
        line.push_span(Span::styled(mark.to_owned(), style));
        line.push_span(Span::raw(format!("{text}   ")));
    }
    lines
}

fn under_tabs(model: &Model, test: &TestPopup, theme: Theme, columns: usize) -> Vec<Line<'static>> {
    let quiet = |text: &str| vec![Line::styled(text.to_owned(), theme.styles.dim)];
    match (test.tabs.front, test.delivery()) {
        (Tab::Request, _) => request(model, test, theme, columns),
        (Tab::Response, Some(delivery)) => {
            let lines = answer::response(delivery, theme, columns);
            if test.tabs.folded { fold::folded(lines, theme) } else { lines }
        }
        (Tab::Timing, Some(delivery)) => {
            delivery.last().map(|attempt| timing::ended(attempt, &model.environment.clock, theme, columns)).unwrap_or_default()
        }
        (Tab::Timing, None) => match &test.life {
            Life::Flight(flight) => {
                #[expect(clippy::cast_precision_loss, reason = "a few minutes, in milliseconds")]
                let elapsed = flight.elapsed_ms as f64;
                timing::growing(&flight.done, flight.phase, elapsed, theme, columns)
            }
            _ => quiet("Nothing sent yet."),
        },
        (_, None) if test.in_flight().is_some() => quiet("No response yet."),
        (_, None) => quiet("Nothing sent yet."),
    }
}

/// What is under the other tabs, after the response: each as a whole, as far as there is room.
fn rest(model: &Model, test: &TestPopup, beside: bool, theme: Theme, columns: usize, room: usize) -> Vec<Line<'static>> {
    let Some(attempt) = test.delivery().and_then(Delivery::last) else { return Vec::new() };
    let mut lines = section("Timing", timing::ended(attempt, &model.environment.clock, theme, columns), theme, columns);
    // Without a response this is all that there is to see, so it scrolls.
    if lines.len() > room && attempt.response.is_some() {
        return Vec::new();
    }
    let request = if beside { Vec::new() } else { section("Request", request(model, test, theme, columns), theme, columns) };
    if lines.len() + request.len() <= room {
        lines.extend(request);
    }
    lines
}

/// The request as it went out, as it is on record, or as it would be sent.
fn request(model: &Model, test: &TestPopup, theme: Theme, columns: usize) -> Vec<Line<'static>> {
    if let Some(sent) = test.life.sent() {
        return answer::request(sent, test.tabs.revealed, theme, columns);
    }
    if let Some(delivery) = test.delivery() {
        let Some(attempt) = delivery.last() else { return Vec::new() };
        let request = &attempt.request;
        return answer::requested(&request.method, &request.url, &request.headers, &request.body, theme, columns);
    }
    let Some(destination) = model.destination() else { return Vec::new() };
    answer::request(&Request::preview(destination.settings(), &test.event.name, &test.event.body), false, theme, columns)
}

/// Everything in the popup, laid out.
pub struct Laid {
    pub parts: Parts,
    /// What is between the event and the tabs.
    pub head: Vec<Line<'static>>,
    /// What is under the tabs.
    pub lines: Vec<Line<'static>>,
    /// The request beside the response, where there is room for both.
    pub beside: Option<Vec<Line<'static>>>,
    pub said: Vec<Line<'static>>,
    pub buttons: Vec<Line<'static>>,
}

/// In a tall room only the rows that it needs, from the top: what it is about stays visible below.
pub fn fitted(model: &Model, test: &TestPopup, theme: Theme, room: Rect) -> (Rect, Laid) {
    let whole = laid(model, test, theme, room);
    let taken = whole.lines.len().max(whole.beside.as_ref().map_or(0, Vec::len)).max(1);
    let spare = usize::from(whole.parts.content.height).saturating_sub(taken);
    let area = boxes::fitted(room, u16::try_from(spare).unwrap_or(0));
    if area == room || model.receiver.is_some() {
        return (room, whole);
    }
    let parts = parts_of(area, whole.head.len(), whole.said.len(), whole.buttons.len());
    (area, Laid { parts, ..whole })
}

fn laid(model: &Model, test: &TestPopup, theme: Theme, area: Rect) -> Laid {
    let inner = boxes::inside(area);
    let columns = usize::from(inner.width);
    let focused = |button| test.focus == TestFocus::Button(button);
    let labels: Vec<(&str, bool)> = test.buttons().iter().map(|&button| (button.label(), focused(button))).collect();
    let low = inner.height < boxes::LOW;
    let buttons =
        if low { vec![buttons::button_row(theme, &labels, 2, columns)] } else { buttons::buttons(theme, labels, 2, columns) };
    let mut said = said(test, theme, columns);
    let mut head = outcome(model, test, theme, columns);
    let both = area.width >= SIDE_BY_SIDE && test.tabs.front == Tab::Response && test.delivery().is_some();
    let left = if both { columns / 2 - 1 } else { columns };
    let mut lines = under_tabs(model, test, theme, left);
    let beside = both.then(|| request(model, test, theme, columns - left - 2));
    let most = usize::from(inner.height / 3);
    if said.len() > most {
        // Its beginning stays in place, and all of it precedes what is under the tabs.
        let begins = said[0].to_string();
        let style = said[0].style;
        let mut rest = said;
        rest.push(Line::default());
        rest.append(&mut lines);
        lines = rest;
        said = vec![Line::styled(text::end_cut(&format!("{begins} …"), columns), style)];
    }
    // Besides these there are event, tabs, rule, buttons and some lines under the tabs. Where why and fix do not fit beside
    // them, they scroll with the answer, ahead of it; of a delivery in flight the phase that it is in stays.
    let room = usize::from(inner.height).saturating_sub(if low { 5 } else { 4 } + buttons.len());
    if head.len() > room.max(1) {
        if matches!(test.life, Life::Flight(_)) {
            head.drain(..head.len() - 1);
        } else {
            let mut rest = head.split_off(1);
            if test.tabs.front == Tab::Response {
                rest.push(Line::default());
                rest.append(&mut lines);
                lines = rest;
            }
        }
    }
    let parts = parts_of(area, head.len(), said.len(), buttons.len());
    if test.tabs.front == Tab::Response {
        let room = usize::from(parts.content.height).saturating_sub(lines.len());
        lines.extend(rest(model, test, both, theme, left, room));
    }
    Laid { parts, head, lines, beside, said, buttons }
}
