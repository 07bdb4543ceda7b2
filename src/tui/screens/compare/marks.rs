//! Marking deliveries in the list, to compare them.

use crate::domain::delivery::Delivery;
use crate::present::compare::parts;
use crate::present::summary::summary;
use crate::tui::model::{Model, Popup};
use crate::tui::screens::compare::state::ComparePopup;
use crate::tui::screens::delivery::state::{DAMAGED, key};
use crate::tui::status::Tone;

/// Marks the delivery at that place, or removes its mark. Returns whether it did.
pub fn toggle(model: &mut Model, at: usize) -> bool {
    let delivery = match model.history.row(at) {
        Some(Ok(delivery)) => delivery.clone(),
        Some(Err(_)) => {
            model.say(Tone::Note, DAMAGED);
            return false;
        }
        None => {
            model.changed = false;
            return false;
        }
    };
    let marked = &model.history.marked;
    if let Some(place) = marked.iter().position(|other| key(other) == key(&delivery)) {
        model.history.marked.remove(place);
    } else if marked.len() == 2 {
        model.say(Tone::Note, "Two are marked: = compares them, Space on one of them removes its mark.");
        return false;
    } else {
        model.history.marked.push(delivery);
    }
    model.status = None;
    true
}

/// Shows the two marked deliveries beside each other.
pub fn compare(model: &mut Model) {
    let [one, other] = model.history.marked.as_slice() else {
        model.say(Tone::Note, "Mark two deliveries with Space; = compares them.");
        return;
    };
    let (older, newer) = if one.at() <= other.at() { (one, other) } else { (other, one) };
    let clock = &model.environment.clock;
    let head = |delivery: &Delivery| (clock.second(delivery.at()), summary(delivery));
    let popup = ComparePopup { heads: [head(older), head(newer)], parts: parts(older, newer, clock), all: false, scroll: 0 };
    model.status = None;
    model.popup = Some(Popup::Compare(Box::new(popup)));
}
