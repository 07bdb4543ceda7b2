//! The list of deliveries: paging, filter, sending again, clearing.

use crate::domain::delivery::Outcome;
use crate::ops::{Page, Problem};
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::model::{MainFocus, Model, Popup};
use crate::tui::msg::Id;
use crate::tui::screens::test::state::TestPopup;
use crate::tui::screens::test::update as test;
use crate::tui::status::Tone;
use crate::tui::update::close;

/// Opens a past delivery.
pub fn open(model: &mut Model, at: usize) {
    let Some(delivery) = model.deliveries.get(at).cloned() else { return };
    let offer = model.destination().and_then(|destination| test::offer(destination.settings(), &delivery));
    model.popup = Some(Popup::Test(Box::new(TestPopup { offer, ..TestPopup::past(delivery) })));
}

/// Opens a past delivery, and sends the same event and body again under a new id.
pub fn resend(model: &mut Model, at: usize) -> Vec<Effect> {
    open(model, at);
    test::act(model, Action::Press)
}

/// The next filter: all, then each outcome.
pub fn next_filter(model: &mut Model) -> Vec<Effect> {
    model.filter = match model.filter {
        None => Outcome::ALL.first().copied(),
        Some(outcome) => {
            let at = Outcome::ALL.iter().position(|&other| other == outcome).unwrap_or(0);
            Outcome::ALL.get(at + 1).copied()
        }
    };
    list(model, 0)
}

/// Reads the next page when the focus has come near the end of what is there.
pub fn page_if_needed(model: &mut Model) -> Vec<Effect> {
    let MainFocus::Delivery(at) = model.focus else { return Vec::new() };
    let count = model.deliveries.len();
    if model.more_deliveries && model.listing.is_none() && at + 1 >= count && count < test::LISTED {
        return list(model, count);
    }
    Vec::new()
}

/// How many deliveries a screen of so many rows can show at most, and one: ten rows are always of something else.
#[must_use]
pub fn shown_at_most(rows: u16) -> usize {
    usize::from(rows.saturating_sub(10)).max(1)
}

/// Reads the next page when there are more rows than deliveries that were read.
pub fn fill(model: &mut Model) -> Vec<Effect> {
    let count = model.deliveries.len();
    if model.more_deliveries && model.listing.is_none() && count < shown_at_most(model.size.1).min(test::LISTED) {
        return list(model, count);
    }
    Vec::new()
}

/// Reads the first page again.
pub fn refresh(model: &mut Model) -> Vec<Effect> {
    list(model, 0)
}

fn list(model: &mut Model, skip: usize) -> Vec<Effect> {
    let id = model.id();
    model.listing = Some(id);
    vec![Effect::List { id, outcome: model.filter, skip }]
}

pub fn listed(model: &mut Model, id: Id, result: Result<Box<Page>, Problem>) -> Vec<Effect> {
    if model.listing.take_if(|waited| *waited == id).is_none() {
        model.changed = false;
        return Vec::new();
    }
    match result {
        Ok(page) => {
            model.more_deliveries = page.more;
            // A page behind what is there is of the same filter; deliveries made meanwhile have pushed it on.
            let known =
                |delivery: &crate::domain::delivery::Delivery| model.deliveries.iter().any(|other| other.id == delivery.id);
            if page.skipped == 0 {
                model.deliveries = page.deliveries;
            } else {
                let new: Vec<_> = page.deliveries.into_iter().filter(|delivery| !known(delivery)).collect();
                model.deliveries.extend(new);
            }
            keep_focus(model);
        }
        Err(problem) => model.say(Tone::Error, format!("The history cannot be read: {problem}")),
    }
    Vec::new()
}

fn keep_focus(model: &mut Model) {
    if let MainFocus::Delivery(at) = model.focus {
        model.focus = match model.deliveries.len() {
            // With a filter that nothing passes the focus stays, so that the next filter is one key away.
            0 if model.filter.is_some() => MainFocus::Delivery(0),
            0 => MainFocus::Button(0),
            count => MainFocus::Delivery(at.min(count - 1)),
        };
    }
}

pub fn ask_clear(model: &mut Model) {
    model.status = None;
    model.popup = Some(Popup::Clear { clear: false, clearing: None });
}

pub fn clear(model: &mut Model, action: Action) -> Vec<Effect> {
    let id = model.id();
    let Some(Popup::Clear { clear, clearing }) = &mut model.popup else { return Vec::new() };
    if clearing.is_some() {
        model.changed = false;
        return Vec::new();
    }
    match action {
        Action::Press if *clear => {
            *clearing = Some(id);
            return vec![Effect::ClearHistory { id }];
        }
        Action::Press | Action::Back => close(model),
        Action::Left => *clear = false,
        Action::Right => *clear = true,
        _ => *clear = !*clear,
    }
    Vec::new()
}

pub fn cleared(model: &mut Model, id: Id, result: Result<(), Problem>) -> Vec<Effect> {
    if !matches!(model.popup, Some(Popup::Clear { clearing: Some(waited), .. }) if waited == id) {
        model.changed = false;
        return Vec::new();
    }
    model.popup = None;
    match result {
        Ok(()) => {
            model.listing = None;
            model.deliveries.clear();
            model.more_deliveries = false;
            model.filter = None;
            model.focus = MainFocus::Button(0);
            model.say(Tone::Done, "Cleared. No delivery is kept any more.");
        }
        Err(problem) => model.say(Tone::Error, format!("Not cleared: {problem}")),
    }
    Vec::new()
}
