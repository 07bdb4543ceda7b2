//! The same for the app as plain lines: by what the menu calls it, and without keys.

use super::{Guide, Step, words};
use crate::domain::destination::Settings;
use crate::domain::field::Field;

impl Guide {
    /// What to do next, before the menu; `now` is what is registered.
    #[must_use]
    pub fn spoken(&self, now: Option<&Settings>) -> String {
        let what = match (self.step, now, now.and_then(|now| self.differs(now))) {
            (Step::Done, ..) => return "That is all of it. q ends the demo; nothing of it is left behind.".to_owned(),
            (Step::Register, None, _) => "Register a destination; its URL is filled in. Any secret will do.".to_owned(),
            (_, None, _) => "Nothing is registered now. Register a destination again.".to_owned(),
            (Step::Register | Step::Prove, Some(_), None) => "Send a test delivery.".to_owned(),
            (Step::Refuse, Some(now), None) => {
                format!(
                    "Delivered. Now see a refusal: edit the destination, and {}.",
                    to_break(self.slip(now.auth().auth_type()))
                )
            }
            (Step::Refuse, Some(_), Some(_)) => {
                "Changed here, but not at the receiver. Send a test delivery, and hear what it says.".to_owned()
            }
            (Step::Mend, Some(_), None) => "It is as the receiver has it. Send a test delivery to prove it.".to_owned(),
            (_, Some(_), Some(field)) => {
                format!("Refused: why and fix say what is wrong. Edit the destination, and {}.", words::to_mend(self, field))
            }
        };
        format!("{}. {what}", self.step.place())
    }
}

const fn to_break(slip: Field) -> &'static str {
    match slip {
        Field::Format => "choose another Format",
        Field::Username => "give another Username",
        Field::Token => "give another Token",
        Field::AddTo => "choose the other place to add the key to",
        _ => "put a letter more at the end of the URL",
    }
}
