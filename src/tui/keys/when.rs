//! Conditions of keys on several screens.

use crate::ops::State;
use crate::tui::model::Model;

/// Whether a test delivery can be sent.
pub(crate) fn can_test(model: &Model) -> bool {
    matches!(model.state, State::Open(_)) && at_rest(model)
}

/// Whether the destination can be edited or deleted.
pub(crate) fn can_edit(model: &Model) -> bool {
    matches!(model.state, State::Open(_) | State::Locked(..)) && at_rest(model)
}

pub(crate) fn in_flight(model: &Model) -> bool {
    model.in_flight().is_some()
}

pub(crate) fn at_rest(model: &Model) -> bool {
    !in_flight(model)
}
