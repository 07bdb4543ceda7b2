//! Conditions of keys on several screens.

use crate::ops::State;
use crate::tui::model::Model;

/// Whether a test delivery can be sent.
pub(crate) fn can_test(model: &Model) -> bool {
    is_open(model) && !model.environment.readonly
}

/// Whether the registered secret can be used, without anything being sent.
pub(crate) fn is_open(model: &Model) -> bool {
    matches!(model.state, State::Open(_)) && at_rest(model)
}

/// Whether anything may be sent or changed.
pub(crate) const fn may_change(model: &Model) -> bool {
    !model.environment.readonly
}

/// Whether the destination can be edited or deleted.
pub(crate) fn can_edit(model: &Model) -> bool {
    matches!(model.state, State::Open(_) | State::Locked(..)) && at_rest(model) && may_change(model)
}

pub(crate) const fn is_watching(model: &Model) -> bool {
    model.watch.is_some()
}

pub(crate) fn in_flight(model: &Model) -> bool {
    model.in_flight().is_some()
}

pub(crate) fn at_rest(model: &Model) -> bool {
    !in_flight(model)
}
