//! The same for the app as plain lines: by what the menu calls it, and without keys.

use super::{Guide, Step, change};
use crate::domain::field::Field;
use crate::ops::State;

impl Guide {
    /// What to do next, before the menu.
    #[must_use]
    pub fn spoken(&self, state: &State) -> String {
        let now = match state {
            State::Open(destination) => destination.settings(),
            _ if self.step == Step::Done => return all_of_it(),
            State::Empty if self.step == Step::Register => {
                return self.placed("Register a destination. Its URL is filled in; any secret will do.");
            }
            State::Empty => return self.placed("Nothing is registered now. Register a destination again."),
            State::Locked(..) | State::Unreadable(_) => {
                return self.placed("The demo's files were changed from outside. End it, and begin anew.");
            }
        };
        match (self.step, self.differs(now)) {
            (Step::Done, _) => all_of_it(),
            (Step::Register | Step::Prove, None) => self.placed("Send a test delivery."),
            (Step::Refuse, None) => {
                let what = to_break(self.slip(now.auth().auth_type()));
                self.placed(&format!("Now see a refusal. Edit the destination, and {what}."))
            }
            (Step::Refuse, Some(_)) => {
                self.placed("The receiver still has it as it was. Send a test delivery, and hear what it says.")
            }
            (_, None) => self.placed("It is as the receiver has it. Send a test delivery to prove it."),
            (_, Some(field)) => {
                let what = change::to_mend(self, field);
                self.placed(&format!("The receiver has it otherwise. Edit the destination, and {what}."))
            }
        }
    }

    fn placed(&self, text: &str) -> String {
        // Such a terminal may have ASCII alone.
        format!("Guide, {}: {}", self.step.place(), text.replace('…', "..."))
    }
}

fn all_of_it() -> String {
    "Guide: That is all of it. q ends the demo; nothing of it is left behind.".to_owned()
}

const fn to_break(slip: Field) -> &'static str {
    match slip {
        Field::Format => "choose another Format",
        Field::Username => "give another Username",
        Field::Token => "give another Token",
        Field::AddTo => "choose the other place to add the key to",
        _ => "give its URL with a letter more at the end",
    }
}
