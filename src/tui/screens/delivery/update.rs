//! The list of deliveries: reading what is shown, filter, sending again.

use std::iter::successors;

use jiff::Timestamp;

use crate::domain::delivery::Delivery;
use crate::domain::delivery::filter::Filter;
use crate::ops::{Listing, Problem};
use crate::tui::action::Action;
use crate::tui::effect::{Effect, Query};
use crate::tui::layout::list_rows;
use crate::tui::model::{Model, Popup};
use crate::tui::msg::Id;
use crate::tui::navigation::ask;
use crate::tui::screens::delivery::state::{DAMAGED, Key, key, shown_from};
use crate::tui::screens::main::state::MainFocus;
use crate::tui::screens::question::state::Pending;
use crate::tui::screens::test::life::redirect_target;
use crate::tui::screens::test::send::{is_real, send};
use crate::tui::screens::test::state::TestPopup;
use crate::tui::status::Tone;
use crate::tui::widgets::text_field::{TextField, request};

pub fn open(model: &mut Model, at: usize) {
    let Some(delivery) = readable(model, at) else { return };
    let offer = model.destination().and_then(|destination| redirect_target(destination.settings(), &delivery));
    model.popup = Some(Popup::Test(Box::new(TestPopup::past(delivery, offer))));
}

/// The delivery at that place, if it was read. If its record is damaged, this is said.
fn readable(model: &mut Model, at: usize) -> Option<Delivery> {
    match model.history.row(at) {
        Some(Ok(delivery)) => return Some(delivery.clone()),
        Some(Err(_)) => model.say(Tone::Note, DAMAGED),
        None => model.changed = false,
    }
    None
}

/// Opens the delivery that many places further in the list than the one that is open, under the same tab.
pub fn beside(model: &mut Model, by: isize) -> Vec<Effect> {
    let Some(Popup::Test(test)) = &model.popup else { return Vec::new() };
    let front = test.tabs.front;
    // Beyond many damaged records, the open one is not in memory any more: the focus has gone on.
    let place = test.delivery().and_then(|delivery| model.history.place_of(&key(delivery)));
    let place = place.unwrap_or_else(|| model.main.focus.delivery());
    let mut places = successors(Some(place), |at| at.checked_add_signed(by)).skip(1).take_while(|at| *at < model.history.total);
    let Some(at) = places.find(|at| !matches!(model.history.row(*at), Some(Err(_)))) else {
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

/// Opens a past delivery, and sends the same event and body again under the same id. Asks first where it is a real event.
pub fn resend(model: &mut Model, at: usize) -> Vec<Effect> {
    let Some(delivery) = readable(model, at) else { return Vec::new() };
    if is_real(&delivery.event_again().name) {
        ask(model, Pending::Resend);
        return Vec::new();
    }
    open(model, at);
    send(model)
}

/// Opens the line that narrows the list.
pub fn open_search(model: &mut Model) {
    let input = TextField::new(&model.history.query);
    model.history.search = Some(input);
    model.main.focus = MainFocus::Delivery(model.main.focus.delivery());
}

/// A key in that line: the list follows what is typed.
pub fn search(model: &mut Model, action: Action) -> Vec<Effect> {
    let Some(input) = &mut model.history.search else { return Vec::new() };
    match action {
        Action::Press | Action::Down => {
            model.history.search = None;
            model.status = None;
            // Where there is nothing to go on in, the keys go back.
            if !model.history.is_listed() {
                model.main.focus = MainFocus::Button(0);
            }
            Vec::new()
        }
        Action::Back => {
            model.history.search = None;
            let effects = narrow(model, "");
            if !model.history.is_listed() {
                model.main.focus = MainFocus::Button(0);
            }
            effects
        }
        action => {
            model.changed = request(action).is_some_and(|request| input.request(request));
            follow(model)
        }
    }
}

pub fn typed(model: &mut Model, c: char) -> Vec<Effect> {
    let Some(input) = model.history.search.as_mut().filter(|_| !c.is_control()) else { return Vec::new() };
    model.changed = input.insert(c).is_ok();
    follow(model)
}

pub fn paste(model: &mut Model, text: &str) -> Vec<Effect> {
    let Some(input) = &mut model.history.search else { return Vec::new() };
    model.changed = input.paste(text.trim()).is_ok();
    follow(model)
}

fn follow(model: &mut Model) -> Vec<Effect> {
    let Some(text) = model.history.search.as_ref().map(|input| input.text().to_owned()) else { return Vec::new() };
    narrow(model, &text)
}

/// Lists what a text means; while it means nothing yet, the list stays, and what it takes is said.
pub fn narrow(model: &mut Model, text: &str) -> Vec<Effect> {
    let text = text.trim();
    // Only the form is of interest here, whenever it is.
    if let Err(error) = Filter::parse(text, Timestamp::UNIX_EPOCH, &model.environment.clock.zone) {
        model.say(Tone::Note, error.to_string());
        return Vec::new();
    }
    model.status = None;
    if text == model.history.query {
        return Vec::new();
    }
    text.clone_into(&mut model.history.query);
    model.history.narrowed = true;
    (model.main.top, model.history.first) = (0, 0);
    model.main.focus = MainFocus::Delivery(0);
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

/// Moves the focus to the buttons: the list is shown from its beginning then.
pub fn to_buttons(model: &mut Model, at: usize) -> Vec<Effect> {
    model.main.focus = MainFocus::Button(at);
    (model.main.top, model.main.details) = (0, 0);
    read_shown(model)
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
    let text = &model.history.query;
    let query = (!text.is_empty()).then(|| Query { text: text.clone(), zone: model.environment.clock.zone.clone() });
    vec![Effect::List { id, query, skip }]
}

pub fn listed(model: &mut Model, id: Id, result: Result<Box<Listing>, Problem>) -> Vec<Effect> {
    if model.history.listing.take_if(|waited| *waited == id).is_none() {
        model.changed = false;
        return Vec::new();
    }
    let listing = match result {
        Ok(listing) => listing,
        Err(problem) => {
            model.history.afresh = false;
            model.say(Tone::Error, format!("The history cannot be read: {problem}"));
            return Vec::new();
        }
    };
    let before = (model.history.total, model.history.get(model.main.focus.delivery()).map(key));
    let window = |model: &Model| (model.history.first, model.history.rows.len(), model.history.total);
    let had = window(model);
    model.history.take(*listing);
    let narrowed = std::mem::take(&mut model.history.narrowed);
    keep_focus(model, before, narrowed);
    // Where nothing new came there is nothing more to come.
    if window(model) == had { Vec::new() } else { read_shown(model) }
}

/// The focus stays on the delivery that it was on, although newer ones may have come before it. Of a list of something else, in
/// which that one is not, it is at the beginning.
fn keep_focus(model: &mut Model, (total, focused): (usize, Option<Key>), narrowed: bool) {
    let at = match model.main.focus {
        MainFocus::Button(_) => return,
        MainFocus::Delivery(at) | MainFocus::Details(at) => at,
    };
    let count = model.history.total;
    if count == 0 {
        // With a filter that nothing passes the focus stays, so that it can be changed.
        model.main.focus = if model.history.is_listed() { MainFocus::Delivery(0) } else { MainFocus::Button(0) };
        return;
    }
    let came = if narrowed { 0 } else { count.saturating_sub(total) };
    let moved = focused.and_then(|it| model.history.place_of(&it)).unwrap_or(at + came).min(count - 1);
    model.main.top = (model.main.top + moved).saturating_sub(at);
    match &mut model.main.focus {
        MainFocus::Delivery(at) | MainFocus::Details(at) => *at = moved,
        MainFocus::Button(_) => {}
    }
    model.main.top = shown_from(model.main.top, moved, list_rows(model), count);
}
