//! The demo's guide in plain lines: by what the menu calls it, and without keys.

use crate::ops::State;
use crate::ops::demo::{Called, Guide, Step};

/// What to do next, before the menu.
#[must_use]
pub fn spoken(guide: &Guide, state: &State) -> String {
    let now = match state {
        State::Open(destination) => destination.settings(),
        _ if guide.step() == Step::Done => return all_of_it(),
        State::Empty if guide.step() == Step::Register => {
            return placed(guide, "Register a destination. Its URL is filled in; any secret will do.");
        }
        State::Empty => return placed(guide, "Nothing is registered now. Register a destination again."),
        State::Locked(..) | State::Unreadable(_) => {
            return placed(guide, "The demo's files were changed from outside. End it, and begin anew.");
        }
    };
    match (guide.step(), guide.differs(now)) {
        (Step::Done, _) => all_of_it(),
        (Step::Register | Step::Prove, None) => placed(guide, "Send a test delivery."),
        (Step::Refuse, None) => {
            let what = guide.slip(now.auth().auth_type()).what;
            placed(guide, &format!("Now see a refusal. Edit the destination, and {what}."))
        }
        (Step::Refuse, Some(_)) => {
            placed(guide, "The receiver still has it as it was. Send a test delivery, and hear what it says.")
        }
        (_, None) => placed(guide, "It is as the receiver has it. Send a test delivery to prove it."),
        (_, Some(field)) => {
            let what = guide.back(field, Called::ByName);
            placed(guide, &format!("The receiver has it otherwise. Edit the destination, and {what}."))
        }
    }
}

fn placed(guide: &Guide, text: &str) -> String {
    // Such a terminal may have ASCII alone.
    format!("Guide, {}: {}", guide.step().place(), text.replace('…', "..."))
}

fn all_of_it() -> String {
    "Guide: That is all of it. q ends the demo; nothing of it is left behind.".to_owned()
}
