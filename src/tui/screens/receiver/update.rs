//! What happens at a key in the receiver, and when it starts, gets a request or cannot start.

use crate::ops::Problem;
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::layout::popup_area;
use crate::tui::model::{Model, Popup};
use crate::tui::msg::Id;
use crate::tui::navigation::close;
use crate::tui::screens::receiver::arrived::Arrived;
use crate::tui::screens::receiver::layout::extent;
use crate::tui::screens::receiver::state::{Receiver, options};
use crate::tui::screens::test::send;
use crate::tui::status::Tone;
use crate::tui::widgets::scroll::scrolled;

/// Opens it, and starts a receiver if none runs.
pub fn open(model: &mut Model) -> Vec<Effect> {
    let Some(how) = model.destination().map(options) else { return Vec::new() };
    model.status = None;
    model.popup = Some(Popup::Receiver);
    if model.receiver.is_some() {
        return Vec::new();
    }
    let id = model.id();
    model.receiver = Some(Receiver::new(id));
    vec![Effect::Listen { id, how }]
}

pub fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let (lines, page) = extent(model, popup_area(model));
    let Some(receiver) = &mut model.receiver else {
        close(model);
        return Vec::new();
    };
    let last = receiver.requests.len().saturating_sub(1);
    let (selected, scroll) = (receiver.selected, receiver.scroll);
    match action {
        Action::SendTest => return send::open(model),
        Action::Up => receiver.selected = selected.saturating_sub(1),
        Action::Down => receiver.selected = (selected + 1).min(last),
        Action::Home => receiver.selected = 0,
        Action::Clear => {
            model.receiver = None;
            close(model);
            model.say(Tone::Note, "The receiver is stopped.");
            return vec![Effect::StopListening];
        }
        Action::Back => {
            let url = receiver.url.clone();
            close(model);
            if let Some(url) = url {
                model.say(Tone::Note, format!("Listening on {url}. Press l to see what arrives."));
            }
            return Vec::new();
        }
        action => receiver.scroll = scrolled(scroll, action, page, lines.saturating_sub(page)),
    }
    if receiver.selected != selected {
        receiver.scroll = 0;
    }
    model.changed = (receiver.selected, receiver.scroll) != (selected, scroll);
    Vec::new()
}

/// It listens, or cannot.
pub fn listening(model: &mut Model, id: Id, result: Result<String, Problem>) {
    let Some(receiver) = model.receiver.as_mut().filter(|receiver| receiver.id == id) else {
        model.changed = false;
        return;
    };
    match result {
        Ok(url) => receiver.url = Some(url),
        Err(problem) => {
            model.receiver = None;
            if matches!(model.popup, Some(Popup::Receiver)) {
                close(model);
            }
            model.say(Tone::Error, problem.to_string());
        }
    }
}

pub fn arrived(model: &mut Model, id: Id, arrived: Arrived) {
    match model.receiver.as_mut().filter(|receiver| receiver.id == id) {
        Some(receiver) => receiver.take(arrived),
        None => model.changed = false,
    }
}
