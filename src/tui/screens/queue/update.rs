//! What happens at a key in the queue, and when it was read or changed.

use crate::domain::delivery::gate::State;
use crate::ops::Problem;
use crate::ops::queue::Entry;
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::model::{Model, Popup};
use crate::tui::msg::Id;
use crate::tui::navigation::{ask, close};
use crate::tui::screens::delivery::state::shown_from;
use crate::tui::screens::question::state::Pending;
use crate::tui::screens::queue::layout;
use crate::tui::screens::queue::state::{Change, Detail, QueueScreen, Reading, WINDOW};
use crate::tui::status::Tone;
use crate::tui::widgets::scroll::scrolled;

/// What a change of the gate is answered with: said for as long as it is true.
const HELD: &str = "Held: nothing goes out until you release it.";
const RELEASED: &str = "The gate is open.";

fn screen(model: &mut Model) -> Option<&mut QueueScreen> {
    match &mut model.popup {
        Some(Popup::Queue(queue)) => Some(queue),
        _ => None,
    }
}

pub fn open(model: &mut Model) -> Vec<Effect> {
    model.status = None;
    model.popup = Some(Popup::Queue(Box::default()));
    read(model, 0)
}

/// Reads what is shown again, where the queue is open.
pub fn refresh(model: &mut Model) -> Vec<Effect> {
    let Some(queue) = screen(model) else { return Vec::new() };
    if queue.reading.is_some() {
        queue.changed = true;
        return Vec::new();
    }
    let skip = queue.reading().map_or(0, |reading| reading.skipped);
    read(model, skip)
}

fn read(model: &mut Model, skip: usize) -> Vec<Effect> {
    let id = model.id();
    let Some(queue) = screen(model) else { return Vec::new() };
    queue.reading = Some(id);
    vec![Effect::ReadQueue { id, skip }]
}

pub fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let rows = layout::list_rows(model);
    let (lines, page) = layout::extent(model);
    let Some(queue) = screen(model) else { return Vec::new() };
    let named = queue.detail.as_ref().map(|detail| &detail.entry).or(queue.selected()).cloned();
    match (action, named) {
        (Action::Back, _) if queue.detail.take().is_some() => queue.opening = None,
        (Action::Back, _) => close(model),
        (Action::Hold, _) => return vec![Effect::ChangeQueue(Change::Hold)],
        (Action::Release, _) => return vec![Effect::ChangeQueue(Change::Release)],
        (Action::Retry, Some(entry)) => return vec![Effect::ChangeQueue(Change::Retry(entry.id))],
        (Action::Drop, Some(entry)) => ask(model, Pending::DropQueued { id: entry.id, event: entry.event }),
        (Action::Press, Some(entry)) if queue.detail.is_none() => return vec![open_event(model, entry.id)],
        (action, _) => {
            if let Some(detail) = &mut queue.detail {
                let to = scrolled(detail.scroll, action, page, lines.saturating_sub(page));
                model.changed = std::mem::replace(&mut detail.scroll, to) != to;
                return Vec::new();
            }
            let to = scrolled(queue.at, action, rows.max(2) - 1, queue.total().saturating_sub(1));
            model.changed = std::mem::replace(&mut queue.at, to) != to;
            return settle(model);
        }
    }
    Vec::new()
}

/// Keeps the selection on an event, and in view.
fn keep_selection(model: &mut Model) {
    let rows = layout::list_rows(model);
    let Some(queue) = screen(model) else { return };
    let total = queue.total();
    queue.at = queue.at.min(total.saturating_sub(1));
    queue.top = shown_from(queue.top, queue.at, rows, total);
}

/// Shows the selected event, and reads the rows in view that were not read.
pub fn settle(model: &mut Model) -> Vec<Effect> {
    keep_selection(model);
    let rows = layout::list_rows(model);
    let Some(queue) = screen(model) else { return Vec::new() };
    let total = queue.total();
    let (top, bottom) = (queue.top, (queue.top + rows).min(total));
    let (is_shown, is_read) = queue.reading().map_or((true, true), |reading| {
        let end = reading.skipped + reading.view.events.len();
        (reading.skipped <= top && bottom <= end, end > reading.skipped || total == 0)
    });
    if queue.reading.is_some() || (is_shown && is_read) {
        return Vec::new();
    }
    read(model, top.saturating_sub(WINDOW.saturating_sub(rows) / 2))
}

pub fn read_queue(model: &mut Model, id: Id, result: Result<Box<Reading>, Problem>) -> Vec<Effect> {
    let Some(queue) = screen(model).filter(|queue| queue.reading == Some(id)) else {
        model.changed = false;
        return Vec::new();
    };
    queue.reading = None;
    let selected = queue.selected().map(|entry| entry.id.clone());
    let window = |queue: &QueueScreen| queue.reading().map(|reading| (reading.skipped, reading.view.events.len()));
    let had = window(queue);
    queue.read = Some(result);
    // The selection stays on its event, wherever that is now.
    if let (Some(id), Some(Ok(reading))) = (selected, &queue.read)
        && let Some(at) = reading.view.events.iter().position(|entry| entry.id == id)
    {
        let moved = reading.skipped + at;
        (queue.top, queue.at) = ((queue.top + moved).saturating_sub(queue.at), moved);
    }
    // In an empty queue no event is shown, so that none may take the keys.
    if queue.total() == 0 {
        queue.detail = None;
    }
    let changed = std::mem::take(&mut queue.changed);
    let is_same = window(queue) == had;
    let outdated = outdated(queue);
    // What has changed since is read next.
    if !changed {
        withdraw(model);
    }
    let mut effects = if changed { refresh(model) } else { Vec::new() };
    // Where nothing new came there is nothing more to come.
    if is_same {
        keep_selection(model);
    } else {
        effects.extend(settle(model));
    }
    if let Some(event) = outdated {
        effects.push(open_event(model, event));
    }
    effects
}

/// Takes back what was said of the gate, where the gate that was read is another.
fn withdraw(model: &mut Model) {
    let Some(reading) = screen(model).and_then(|queue| queue.reading()) else { return };
    let gate = reading.view.gate.gate.state();
    let (is_open, is_held) = (*gate == State::Open, *gate == State::Held);
    let is_false = |text: &str| (text == RELEASED && !is_open) || (text == HELD && !is_held);
    model.status.take_if(|status| is_false(&status.text));
}

/// The event that is open, if it is another one by now, or is not among those that were read.
fn outdated(queue: &QueueScreen) -> Option<String> {
    let open = &queue.detail.as_ref()?.entry;
    let now = queue.reading()?.view.events.iter().find(|entry| entry.id == open.id);
    (now != Some(open)).then(|| open.id.clone())
}

/// Reads an event with its body.
fn open_event(model: &mut Model, event: String) -> Effect {
    let id = model.id();
    if let Some(queue) = screen(model) {
        queue.opening = Some(id);
    }
    Effect::ShowQueued { id, event }
}

pub fn shown(model: &mut Model, id: Id, result: Result<Box<(Entry, Vec<u8>)>, Problem>) -> Vec<Effect> {
    let Some(queue) = screen(model).filter(|queue| queue.opening == Some(id)) else {
        model.changed = false;
        return Vec::new();
    };
    queue.opening = None;
    match result {
        Ok(found) => {
            let (entry, body) = *found;
            let open = queue.detail.take();
            let is_first = open.is_none();
            let scroll = open.map_or(0, |open| open.scroll);
            queue.detail = Some(Box::new(Detail { entry, body, scroll }));
            if is_first {
                model.status = None;
            }
            Vec::new()
        }
        // It was delivered or dropped meanwhile.
        Err(problem) => {
            queue.detail = None;
            model.say(Tone::Note, problem.to_string());
            refresh(model)
        }
    }
}

pub fn changed(model: &mut Model, change: &Change, result: Result<(), Problem>) -> Vec<Effect> {
    match result {
        Ok(()) => {
            let text = match change {
                Change::Retry(_) => "Ready to go out.",
                Change::Drop(_) => "Dropped from the queue.",
                Change::Hold => HELD,
                Change::Release => RELEASED,
            };
            if let Some(queue) = screen(model) {
                match (change, &mut queue.read) {
                    (Change::Retry(_) | Change::Drop(_), _) => (queue.detail, queue.opening) = (None, None),
                    // Changed here before it is read again, so that the key for the opposite works at once.
                    (Change::Hold, Some(Ok(reading))) => reading.view.gate.gate.hold(),
                    (Change::Release, Some(Ok(reading))) => reading.view.gate.gate.release(),
                    _ => {}
                }
            }
            model.say(Tone::Done, text);
        }
        Err(problem) => model.say(Tone::Error, problem.to_string()),
    }
    refresh(model)
}
