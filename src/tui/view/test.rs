//! The test delivery popup.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::{Pen, answer, parts};
use crate::domain::event::BuiltIn;
use crate::domain::outcome::Delivery;
use crate::domain::request::Request;
use crate::tui::model::Model;
use crate::tui::test_popup::{Flight, Life, Tab, TestFocus, TestPopup};

/// The parts of the popup, from top to bottom.
struct Parts {
    event: Rect,
    outcome: Rect,
    tabs: Rect,
    rule: Rect,
    content: Rect,
    buttons: Rect,
}

fn inside(area: Rect) -> Rect {
    Rect { x: area.x + 2, y: area.y + 1, width: area.width.saturating_sub(4), height: area.height.saturating_sub(2) }
}

fn parts_of(area: Rect, outcome: usize) -> Parts {
    let inner = inside(area);
    let outcome = u16::try_from(outcome).unwrap_or(0);
    // On a low screen the blank lines go first.
    let gap = u16::from(inner.height > 14);
    let [event, _, outcome, _, tabs, rule, content, _, buttons] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(gap),
        Constraint::Length(outcome.min(inner.height / 2)),
        Constraint::Length(if outcome > 0 { gap } else { 0 }),
        Constraint::Length(1),
        Constraint::Length(1),
        Constraint::Min(1),
        Constraint::Length(gap),
        Constraint::Length(1),
    ])
    .areas(inner);
    Parts { event, outcome, tabs, rule, content, buttons }
}

/// What stands between the event and the tabs.
fn outcome(model: &Model, test: &TestPopup, pen: Pen, columns: usize) -> Vec<Line<'static>> {
    match &test.life {
        Life::Idle => Vec::new(),
        Life::Flight(flight) => vec![progress(flight, pen)],
        Life::Answered(delivery) => {
            let mut lines = answer::outcome(delivery, pen, columns);
            lines.extend(witnessed(model, delivery, pen, columns));
            if let Some(problem) = &test.unrecorded {
                lines.extend(answer::told("Note", &format!("Not recorded: {problem}"), pen, columns));
            }
            lines
        }
    }
}

/// In the demo: what the receiver saw of this delivery.
fn witnessed(model: &Model, delivery: &Delivery, pen: Pen, columns: usize) -> Vec<Line<'static>> {
    match &model.witness {
        Some(witness) if witness.id.as_deref() == Some(&delivery.id) => answer::told("Seen", &witness.text, pen, columns),
        _ => Vec::new(),
    }
}

/// `✓ DNS 3 ms   ✓ connect 11 ms   … TLS 4.2 s of 15 s`
fn progress(flight: &Flight, pen: Pen) -> Line<'static> {
    let mut spans = Vec::new();
    for (phase, ms) in &flight.done {
        spans.push(Span::styled(pen.glyphs.ok, pen.theme.good));
        spans.push(Span::raw(format!(" {} {}   ", phase.label(), answer::time(*ms))));
    }
    if flight.stopping {
        spans.push(Span::raw("stopping"));
        return Line::from(spans);
    }
    let phase = flight.phase.map_or_else(String::new, |phase| format!("{} ", phase.label()));
    let tenths = flight.elapsed_ms / 100;
    spans.push(Span::styled(pen.glyphs.busy, pen.theme.accent));
    spans.push(Span::raw(format!(" {phase}{}.{} s of {} s", tenths / 10, tenths % 10, flight.limit_s)));
    Line::from(spans)
}

fn content(model: &Model, test: &TestPopup, pen: Pen, columns: usize) -> Vec<Line<'static>> {
    let quiet = |text: &str| vec![Line::styled(text.to_owned(), pen.theme.dim)];
    match (test.tab, &test.life) {
        (Tab::Response, Life::Answered(delivery)) => answer::response(delivery, pen, columns),
        (Tab::Timing, Life::Answered(delivery)) => {
            delivery.last().map(|attempt| answer::timing(attempt, pen, columns)).unwrap_or_default()
        }
        (Tab::Response | Tab::Timing, Life::Idle) => quiet("Nothing was sent yet."),
        (Tab::Response | Tab::Timing, Life::Flight(_)) => quiet("No answer yet."),
        (Tab::Request, life) => {
            if let Some(sent) = &test.sent {
                return answer::request(sent, test.revealed, pen, columns);
            }
            if let Life::Answered(delivery) = life {
                let Some(attempt) = delivery.last() else { return Vec::new() };
                let request = &attempt.request;
                return answer::requested(&request.method, &request.url, &request.headers, &request.body, pen, columns);
            }
            match model.destination() {
                Some(destination) => {
                    answer::request(&Request::preview(destination.settings(), &test.event.body), false, pen, columns)
                }
                None => Vec::new(),
            }
        }
    }
}

/// How many lines are under the tabs, and how many of them fit.
pub fn extent(model: &Model, test: &TestPopup, pen: Pen, area: Rect) -> (usize, usize) {
    let columns = usize::from(inside(area).width);
    let parts = parts_of(area, outcome(model, test, pen, columns).len());
    (content(model, test, pen, columns).len(), usize::from(parts.content.height))
}

pub fn draw(model: &Model, test: &TestPopup, pen: Pen, frame: &mut Frame, area: Rect) {
    parts::popup(pen, if test.past { "Delivery" } else { "Test delivery" }, frame, area);
    let columns = usize::from(inside(area).width);
    let outcome = outcome(model, test, pen, columns);
    let parts = parts_of(area, outcome.len());
    frame.render_widget(event(test, pen), parts.event);
    frame.render_widget(Paragraph::new(outcome), parts.outcome);
    frame.render_widget(tabs(test, pen), parts.tabs);
    frame.render_widget(Line::styled("─".repeat(columns), pen.theme.dim), parts.rule);
    let lines = content(model, test, pen, columns);
    let page = usize::from(parts.content.height);
    let below = lines.len().saturating_sub(test.scroll + page);
    let scroll = u16::try_from(test.scroll).unwrap_or(u16::MAX);
    frame.render_widget(Paragraph::new(lines).scroll((scroll, 0)), parts.content);
    let focused = |button| test.focus == TestFocus::Button(button);
    let mut line = parts::buttons(pen, test.buttons().iter().map(|&button| (button.label(), focused(button))));
    line.spans.insert(0, "  ".into());
    frame.render_widget(line, parts.buttons);
    if below > 0 {
        let text = format!("{below} more lines below");
        frame.render_widget(Line::styled(text, pen.theme.dim).right_aligned(), parts.buttons);
    }
}

fn event(test: &TestPopup, pen: Pen) -> Line<'static> {
    let focused = test.focus == TestFocus::Event;
    let style = if focused { pen.theme.accent } else { pen.theme.dim };
    let (left, right) = pen.glyphs.choice;
    let name = test
        .choice
        .map_or_else(|| crate::domain::text::visible(&test.event.name).into_owned(), |choice| BuiltIn::label(choice).to_owned());
    let value = if test.choice.is_some() { format!("{left} {name} {right}") } else { name };
    Line::from(vec![Span::raw(if focused { "> " } else { "" }), Span::styled("Event   ", style), Span::raw(value)])
}

fn tabs(test: &TestPopup, pen: Pen) -> Line<'static> {
    let mut spans = vec![Span::raw(if test.focus == TestFocus::Tabs { ">" } else { " " })];
    for tab in Tab::ALL {
        let style = if tab == test.tab { pen.theme.selected } else { pen.theme.dim };
        spans.push(Span::styled(format!(" {} ", tab.label()), style));
        spans.push(Span::raw(" "));
    }
    Line::from(spans)
}
