//! The demo's guide on the screen: one line that says what to do next. Pure.
//!
//! The line follows from the step and from where one is: who wanders off is told what is next there, and nothing is in the way.

pub(crate) mod layout;
pub(crate) mod view;
mod words;

use crate::domain::delivery::Delivery;
use crate::tui::model::{Model, Popup};

pub use words::{Line, line};

/// Follows what the model shows. Called after each message.
pub fn follow(model: &mut Model) {
    let Model { guide: Some(guide), state, popup, changed, .. } = model else { return };
    let before = guide.step();
    guide.registered(state);
    if let Some(Popup::Test(test)) = popup
        && !test.is_past()
        && let Some(delivery) = test.delivery()
    {
        guide.ended(Delivery::outcome(delivery));
    }
    *changed |= guide.step() != before;
}
