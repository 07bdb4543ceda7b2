//! The list of deliveries: reading what is shown, filter, sending again.

use crate::domain::delivery::Outcome;
use crate::ops::{Page, Problem};
use crate::tui::effect::Effect;
use crate::tui::layout::list_rows;
use crate::tui::model::{Model, Popup};
use crate::tui::msg::Id;
use crate::tui::navigation::ask;
use crate::tui::screens::delivery::state::shown_from;
use crate::tui::screens::main::state::MainFocus;
use crate::tui::screens::question::state::Pending;
use crate::tui::screens::test::life::redirect_target;
use crate::tui::screens::test::send::{is_real, send};
use crate::tui::screens::test::state::TestPopup;
use crate::tui::status::Tone;

pub fn open(model: &mut Model, at: usize) {
    let Some(delivery) = model.history.get(at).cloned() else { return };
    let offer = model.destination().and_then(|destination| redirect_target(destination.settings(), &delivery));
    model.popup = Some(Popup::Test(Box::new(TestPopup::past(delivery, offer))));
}

/// Opens the delivery that many places further in the list than the one that is open, under the same tab.
pub fn beside(model: &mut Model, by: isize) -> Vec<Effect> {
    let Some(Popup::Test(test)) = &model.popup else { return Vec::new() };
    let front = test.tabs.front;
    let place = test.delivery().and_then(|delivery| model.history.place_of(&delivery.id));
    let Some(at) = place.and_then(|at| at.checked_add_signed(by)).filter(|at| *at < model.history.total) else {
        model.changed = false;
        return Vec::new();
    };
    let effects = select(model, at);
    // One that was not read yet opens at the next key, when it was.
    if model.history.get(at).is_some() {
        open(model, at);
    }
    if let Some(Popup::Test(test)) = &mut model.popup {
        test.tabs.front = front;
    }
    effects
}

/// Opens a past delivery, and sends the same event and body again under a new id. Asks first where it is a real event.
pub fn resend(model: &mut Model, at: usize) -> Vec<Effect> {
    let Some(delivery) = model.history.get(at) else { return Vec::new() };
    if is_real(&delivery.event_again().name) {
        ask(model, Pending::Resend);
        return Vec::new();
    }
    open(model, at);
    send(model)
}

/// The next filter: all, then each outcome.
pub fn next_filter(model: &mut Model) -> Vec<Effect> {
    model.history.filter = match model.history.filter {
        None => Outcome::ALL.first().copied(),
        Some(outcome) => {
            let at = Outcome::ALL.iter().position(|&other| other == outcome).unwrap_or(0);
            Outcome::ALL.get(at + 1).copied()
        }
    };
    (model.main.top, model.history.first) = (0, 0);
    if let MainFocus::Delivery(at) = &mut model.main.focus {
        *at = 0;
    }
    refresh(model)
}

/// Moves the focus to that delivery, and what is shown with it.
pub fn select(model: &mut Model, at: usize) -> Vec<Effect> {
    model.main.focus = MainFocus::Delivery(at);
    model.main.details = 0;
    let rows = list_rows(model);
    model.main.top = shown_from(model.main.top, at, rows, model.history.total);
    read(model, rows)
}

/// Reads what of the rows that are shown was not read yet.
pub fn read_shown(model: &mut Model) -> Vec<Effect> {
    let rows = list_rows(model);
    read(model, rows)
}

fn read(model: &mut Model, rows: usize) -> Vec<Effect> {
    if model.history.listing.is_some() {
        return Vec::new();
    }
    match model.history.missing(model.main.top, rows) {
        Some(skip) => list(model, skip),
        None => Vec::new(),
    }
}

/// Reads what is shown again.
pub fn refresh(model: &mut Model) -> Vec<Effect> {
    model.history.afresh = true;
    let first = model.history.first;
    list(model, first)
}

fn list(model: &mut Model, skip: usize) -> Vec<Effect> {
    let id = model.id();
    model.history.listing = Some(id);
    vec![Effect::List { id, outcome: model.history.filter, skip }]
}

pub fn listed(model: &mut Model, id: Id, result: Result<Box<Page>, Problem>) -> Vec<Effect> {
    if model.history.listing.take_if(|waited| *waited == id).is_none() {
        model.changed = false;
        return Vec::new();
    }
    let page = match result {
        Ok(page) => page,
        Err(problem) => {
            model.history.afresh = false;
            model.say(Tone::Error, format!("The history cannot be read: {problem}"));
            return Vec::new();
        }
    };
    let before = (model.history.total, model.history.get(model.main.focus.delivery()).map(|delivery| delivery.id.clone()));
    let window = |model: &Model| (model.history.first, model.history.deliveries.len());
    let had = window(model);
    model.history.take(*page);
    keep_focus(model, before);
    model.measure();
    // Where nothing new came there is nothing more to come.
    if window(model) == had { Vec::new() } else { read_shown(model) }
}

/// The focus stays on the delivery that it was on, although newer ones may have come before it.
fn keep_focus(model: &mut Model, (total, id): (usize, Option<String>)) {
    let at = match model.main.focus {
        MainFocus::Button(_) => return,
        MainFocus::Delivery(at) | MainFocus::Details(at) => at,
    };
    let count = model.history.total;
    if count == 0 {
        // With a filter that nothing passes the focus stays, so that the next filter is one key away.
        model.main.focus = if model.history.filter.is_some() { MainFocus::Delivery(0) } else { MainFocus::Button(0) };
        return;
    }
    let moved = id.and_then(|id| model.history.place_of(&id)).unwrap_or(at + count.saturating_sub(total)).min(count - 1);
    model.main.top = (model.main.top + moved).saturating_sub(at);
    match &mut model.main.focus {
        MainFocus::Delivery(at) | MainFocus::Details(at) => *at = moved,
        MainFocus::Button(_) => {}
    }
    model.main.top = shown_from(model.main.top, moved, list_rows(model), count);
}
