//! The test popup of the model, for what works on it.

use crate::tui::model::{Model, Popup};
use crate::tui::screens::test::state::TestPopup;
use crate::tui::status::{Status, Tone};

pub fn popup(model: &mut Model) -> Option<&mut TestPopup> {
    match &mut model.popup {
        Some(Popup::Test(test)) => Some(test),
        _ => None,
    }
}

/// Says something in the popup.
pub fn say(model: &mut Model, tone: Tone, text: impl Into<String>) {
    let said = Status::new(tone, text);
    match popup(model) {
        Some(test) => test.said = Some(said),
        None => model.status = Some(said),
    }
}
