//! The list of deliveries: paging, filter, sending again, clearing.

use crate::domain::delivery::Outcome;
use crate::ops::{Page, Problem};
use crate::tui::effect::Effect;
use crate::tui::layout::shown_at_most;
use crate::tui::model::{Model, Popup};
use crate::tui::msg::Id;
use crate::tui::navigation::ask;
use crate::tui::screens::delivery::state::LISTED;
use crate::tui::screens::main::state::MainFocus;
use crate::tui::screens::question::state::Pending;
use crate::tui::screens::test::life::redirect_target;
use crate::tui::screens::test::send::{is_real, send};
use crate::tui::screens::test::state::TestPopup;
use crate::tui::status::Tone;

pub fn open(model: &mut Model, at: usize) {
    let Some(delivery) = model.history.deliveries.get(at).cloned() else { return };
    let offer = model.destination().and_then(|destination| redirect_target(destination.settings(), &delivery));
    model.popup = Some(Popup::Test(Box::new(TestPopup::past(delivery, offer))));
}

/// Opens a past delivery, and sends the same event and body again under a new id. Asks first where it is a real event.
pub fn resend(model: &mut Model, at: usize) -> Vec<Effect> {
    let Some(delivery) = model.history.deliveries.get(at) else { return Vec::new() };
    if is_real(&delivery.event) {
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
    list(model, 0)
}

/// Reads the next page when the focus has come near the end of what is there.
pub fn page_if_needed(model: &mut Model) -> Vec<Effect> {
    let MainFocus::Delivery(at) = model.main.focus else { return Vec::new() };
    let count = model.history.deliveries.len();
    if model.history.more && model.history.listing.is_none() && at + 1 >= count && count < LISTED {
        return list(model, count);
    }
    Vec::new()
}

/// Reads the next page when there are more rows than deliveries that were read.
pub fn fill(model: &mut Model) -> Vec<Effect> {
    let count = model.history.deliveries.len();
    if model.history.more && model.history.listing.is_none() && count < shown_at_most(model.size.1).min(LISTED) {
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
    model.history.listing = Some(id);
    vec![Effect::List { id, outcome: model.history.filter, skip }]
}

pub fn listed(model: &mut Model, id: Id, result: Result<Box<Page>, Problem>) -> Vec<Effect> {
    if model.history.listing.take_if(|waited| *waited == id).is_none() {
        model.changed = false;
        return Vec::new();
    }
    match result {
        Ok(page) => {
            model.history.more = page.more;
            // A later page is of the same filter, and may overlap: new deliveries have pushed it on.
            let known = |delivery: &crate::domain::delivery::Delivery| {
                model.history.deliveries.iter().any(|other| other.id == delivery.id)
            };
            if page.skipped == 0 {
                model.history.deliveries = page.deliveries;
            } else {
                let new: Vec<_> = page.deliveries.into_iter().filter(|delivery| !known(delivery)).collect();
                model.history.deliveries.extend(new);
            }
            keep_focus(model);
        }
        Err(problem) => model.say(Tone::Error, format!("The history cannot be read: {problem}")),
    }
    Vec::new()
}

fn keep_focus(model: &mut Model) {
    if let MainFocus::Delivery(at) = model.main.focus {
        model.main.focus = match model.history.deliveries.len() {
            // With a filter that nothing passes the focus stays, so that the next filter is one key away.
            0 if model.history.filter.is_some() => MainFocus::Delivery(0),
            0 => MainFocus::Button(0),
            count => MainFocus::Delivery(at.min(count - 1)),
        };
    }
}
