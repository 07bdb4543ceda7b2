//! Conditions of keys on several screens.

use crate::domain::auth::hmac;
use crate::ops::State;
use crate::tui::model::{Model, Popup};
use crate::tui::screens::form::state::Focus;

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

fn form_focus(model: &Model) -> Option<Focus> {
    match &model.popup {
        Some(Popup::Form(form)) => Some(form.focus),
        _ => None,
    }
}

pub(crate) fn form_on_field(model: &Model) -> bool {
    matches!(form_focus(model), Some(Focus::Field(_)))
}

pub(crate) fn form_on_button(model: &Model) -> bool {
    matches!(form_focus(model), Some(Focus::Button(_) | Focus::Advanced))
}

pub(crate) fn form_on_choice(model: &Model) -> bool {
    form_focus(model).is_some_and(Focus::is_choice)
}

fn form_on_text(model: &Model) -> bool {
    form_on_field(model) && !form_on_choice(model)
}

/// Whether a line of text is being edited: a prompt is one, and what has the focus in the form may be.
pub(crate) fn in_text(model: &Model) -> bool {
    form_focus(model).is_none() || form_on_text(model)
}

pub(crate) fn form_off_text(model: &Model) -> bool {
    !form_on_text(model)
}

pub(crate) fn form_has_secret(model: &Model) -> bool {
    matches!(&model.popup, Some(Popup::Form(form)) if form.secret().is_some())
}

pub(crate) fn form_signs(model: &Model) -> bool {
    matches!(&model.popup, Some(Popup::Form(form)) if form.auth_type() == hmac::SPEC)
}

pub(crate) fn form_edits(model: &Model) -> bool {
    matches!(&model.popup, Some(Popup::Form(form)) if form.is_edit())
}

pub(crate) fn form_registers(model: &Model) -> bool {
    !form_edits(model)
}
