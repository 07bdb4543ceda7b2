//! The test delivery popup.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use unicode_segmentation::UnicodeSegmentation as _;

use crate::domain::delivery::Delivery;
use crate::domain::delivery::diagnosis;
use crate::domain::request::Request;
use crate::domain::text::visible;
use crate::tui::model::Model;
use crate::tui::screens::delivery::lines as answer;
use crate::tui::screens::test::state::{Asked, Editing, Flight, Life, Prompt, Tab, TestFocus, TestPopup};
use crate::tui::status::{Status, Tone};
use crate::tui::theme::Theme;
use crate::tui::widgets::editor::Editor;
use crate::tui::widgets::text_field::Window;
use crate::tui::widgets::{boxes, buttons, text};

/// The parts of the popup, from top to bottom.
struct Parts {
    event: Rect,
    outcome: Rect,
    tabs: Rect,
    rule: Rect,
    content: Rect,
    said: Rect,
    buttons: Rect,
}

fn parts_of(area: Rect, outcome: usize, said: usize, buttons: usize) -> Parts {
    let inner = boxes::inside(area);
    let buttons = u16::try_from(buttons).unwrap_or(1);
    let outcome = u16::try_from(outcome).unwrap_or(0);
    let said = u16::try_from(said).unwrap_or(0);
    // On a low screen the blank lines go first, then the rule; what was said stands where one was.
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

/// What stands between the event and the tabs.
fn outcome(model: &Model, test: &TestPopup, theme: Theme, columns: usize) -> Vec<Line<'static>> {
    match &test.life {
        Life::Idle => Vec::new(),
        Life::Flight(flight) => progress(flight, theme, columns),
        Life::Answered(delivery) => {
            let mut lines = answer::outcome(delivery, theme, columns);
            for notice in delivery.last().map(diagnosis::notices).unwrap_or_default() {
                lines.extend(answer::told("Note", &notice, theme, columns));
            }
            lines.extend(witnessed(model, delivery, theme, columns));
            lines
        }
    }
}

/// What was said last, wrapped; it stands above the buttons.
fn said(test: &TestPopup, theme: Theme, columns: usize) -> Vec<Line<'static>> {
    let ((mark, style), text) = match (&test.said, &test.editing) {
        (_, Some(Editing { refused: Some(text), .. } | Editing { warned: Some(text), .. })) => (Tone::Note.look(theme), text),
        (Some(Status { tone, text }), _) => (tone.look(theme), text),
        _ => return Vec::new(),
    };
    text::wrapped(&format!("{mark} {}", visible(text)), columns).into_iter().map(|line| Line::styled(line, style)).collect()
}

/// In the demo: what the receiver saw of this delivery.
fn witnessed(model: &Model, delivery: &Delivery, theme: Theme, columns: usize) -> Vec<Line<'static>> {
    match &model.witness {
        Some(witness) if witness.id.as_deref() == Some(&delivery.id) => answer::told("Seen", &witness.text, theme, columns),
        _ => Vec::new(),
    }
}

/// `✓ DNS 3 ms   ✓ connect 11 ms   … TLS 4.2 s of 15 s`, on as many lines as it takes.
fn progress(flight: &Flight, theme: Theme, columns: usize) -> Vec<Line<'static>> {
    let mut pieces: Vec<(&str, Style, String)> = flight
        .done
        .iter()
        .map(|(phase, ms)| (theme.glyphs.ok, theme.styles.good, format!(" {} {}", phase.label(), answer::time(*ms))))
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

fn content(model: &Model, test: &TestPopup, theme: Theme, columns: usize) -> Vec<Line<'static>> {
    let quiet = |text: &str| vec![Line::styled(text.to_owned(), theme.styles.dim)];
    match (test.tab, &test.life) {
        (Tab::Response, Life::Answered(delivery)) => answer::response(delivery, theme, columns),
        (Tab::Timing, Life::Answered(delivery)) => {
            delivery.last().map(|attempt| answer::timing(attempt, theme, columns)).unwrap_or_default()
        }
        (Tab::Response | Tab::Timing, Life::Idle) => quiet("Nothing was sent yet."),
        (Tab::Response | Tab::Timing, Life::Flight(_)) => quiet("No answer yet."),
        (Tab::Request, life) => {
            if let Some(sent) = &test.sent {
                return answer::request(sent, test.revealed, theme, columns);
            }
            if let Life::Answered(delivery) = life {
                let Some(attempt) = delivery.last() else { return Vec::new() };
                let request = &attempt.request;
                return answer::requested(&request.method, &request.url, &request.headers, &request.body, theme, columns);
            }
            match model.destination() {
                Some(destination) => {
                    answer::request(&Request::preview(destination.settings(), &test.event.body), false, theme, columns)
                }
                None => Vec::new(),
            }
        }
    }
}

/// Everything in the popup, laid out for a room.
struct Laid {
    parts: Parts,
    /// What stands between the event and the tabs.
    head: Vec<Line<'static>>,
    /// What stands under the tabs.
    lines: Vec<Line<'static>>,
    said: Vec<Line<'static>>,
    buttons: Vec<Line<'static>>,
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
    let mut lines = content(model, test, theme, columns);
    let most = usize::from(inner.height / 3);
    if said.len() > most {
        // Its beginning stands where it always does, and all of it ahead of what is under the tabs.
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
            if test.tab == Tab::Response {
                rest.push(Line::default());
                rest.append(&mut lines);
                lines = rest;
            }
        }
    }
    let parts = parts_of(area, head.len(), said.len(), buttons.len());
    Laid { parts, head, lines, said, buttons }
}

/// How many lines are under the tabs, and how many of them fit.
pub fn extent(model: &Model, test: &TestPopup, theme: Theme, area: Rect) -> (usize, usize) {
    let laid = laid(model, test, theme, area);
    (laid.lines.len(), usize::from(laid.parts.content.height))
}

/// What is under the tabs, as text.
pub fn lines(model: &Model, test: &TestPopup, theme: Theme, area: Rect) -> Vec<String> {
    let text = |line: &Line| line.spans.iter().map(|span| span.content.as_ref()).collect();
    laid(model, test, theme, area).lines.iter().map(text).collect()
}

pub fn draw(model: &Model, test: &TestPopup, theme: Theme, frame: &mut Frame, area: Rect) {
    boxes::popup(theme, if test.past { "Delivery" } else { "Test delivery" }, frame, area);
    let columns = usize::from(boxes::inside(area).width);
    if let Some(editing) = &test.editing {
        return edit(&editing.editor, said(test, theme, columns), theme, frame, boxes::inside(area));
    }
    let Laid { parts, head, lines, said, buttons } = laid(model, test, theme, area);
    frame.render_widget(event(test, theme, columns), parts.event);
    frame.render_widget(Paragraph::new(head), parts.outcome);
    frame.render_widget(tabs(test, theme), parts.tabs);
    if parts.rule.height > 0 {
        frame.render_widget(Line::styled("─".repeat(columns), theme.styles.dim), parts.rule);
    }
    let page = usize::from(parts.content.height);
    // The size may have changed since it was scrolled.
    let scroll = test.scroll.min(lines.len().saturating_sub(page));
    let below = lines.len().saturating_sub(scroll + page);
    let shown: Vec<Line> = lines.into_iter().skip(scroll).take(page).collect();
    frame.render_widget(Paragraph::new(shown), parts.content);
    if test.found.is_some() {
        mark(&test.query, frame, parts.content);
    }
    frame.render_widget(Paragraph::new(said), parts.said);
    if let Some(prompt) = &test.prompt {
        return ask(prompt, theme, frame, parts.buttons);
    }
    frame.render_widget(Paragraph::new(buttons), parts.buttons);
    boxes::more(theme, below, frame, area);
}

/// Reverses every place where the text stands.
fn mark(query: &str, frame: &mut Frame, area: Rect) {
    let wanted: Vec<String> = query.graphemes(true).map(str::to_lowercase).collect();
    let buffer = frame.buffer_mut();
    for y in area.top()..area.bottom() {
        let cells: Vec<String> = (area.left()..area.right()).map(|x| buffer[(x, y)].symbol().to_lowercase()).collect();
        for (at, _) in cells.windows(wanted.len().max(1)).enumerate().filter(|(_, window)| *window == wanted) {
            for offset in 0..wanted.len() {
                let x = area.left() + u16::try_from(at + offset).unwrap_or(0);
                buffer[(x, y)].modifier.insert(Modifier::REVERSED);
            }
        }
    }
}

/// The line that asks for something.
fn ask(prompt: &Prompt, theme: Theme, frame: &mut Frame, area: Rect) {
    let label = match prompt.asked {
        Asked::Find => "Find: ",
        Asked::Write => "Write the body to: ",
        Asked::Keep => "Keep the event as: ",
    };
    let room = usize::from(area.width).saturating_sub(text::width(label));
    let Window { text: shown, cursor, .. } = prompt.input.window(room, None);
    frame.render_widget(Line::from(vec![Span::styled(label, theme.styles.accent), Span::raw(shown)]), area);
    let x = area.x + u16::try_from(text::width(label) + cursor).unwrap_or(0);
    frame.set_cursor_position(Position { x: x.min(area.right().saturating_sub(1)), y: area.y });
}

/// The body in an editor, scrolled so that the cursor is in view.
fn edit(editor: &Editor, said: Vec<Line<'static>>, theme: Theme, frame: &mut Frame, area: Rect) {
    let below = u16::try_from(said.len()).unwrap_or(0).clamp(1, area.height.saturating_sub(2).max(1));
    let [head, text, foot] = Layout::vertical([Constraint::Length(1), Constraint::Min(1), Constraint::Length(below)]).areas(area);
    frame.render_widget(Line::styled("The body, as it will be sent", theme.styles.dim), head);
    crate::tui::screens::other_side::view::editor(editor, true, theme, frame, text);
    frame.render_widget(Paragraph::new(said), foot);
}

fn event(test: &TestPopup, theme: Theme, columns: usize) -> Line<'static> {
    let focused = test.focus == TestFocus::Event;
    let style = if focused { theme.styles.accent } else { theme.styles.dim };
    let (left, right) = theme.glyphs.choice;
    let name = answer::label_of(&test.event.name);
    let name = if test.choices.is_empty() { name } else { format!("{left} {name} {right}") };
    let name = if test.edited { format!("{name}  (edited)") } else { name };
    let mut line = Line::from(vec![Span::raw(if focused { "> " } else { "" }), Span::styled("Event   ", style), Span::raw(name)]);
    let hint = "^E edit the body";
    let gap = columns.saturating_sub(line.width() + text::width(hint));
    if test.can_edit() && gap > 2 {
        line.push_span(Span::styled(format!("{}{hint}", " ".repeat(gap)), theme.styles.dim));
    }
    line
}

fn tabs(test: &TestPopup, theme: Theme) -> Line<'static> {
    let mut spans = vec![Span::raw(if test.focus == TestFocus::Tabs { ">" } else { " " })];
    for tab in Tab::ALL {
        let style = if tab == test.tab { theme.styles.selected } else { theme.styles.dim };
        spans.push(Span::styled(format!(" {} ", tab.label()), style));
        spans.push(Span::raw(" "));
    }
    Line::from(spans)
}
