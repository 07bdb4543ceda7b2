//! When a key does anything.

use crate::domain::auth::hmac;
use crate::ops::State;
use crate::tui::layout;
use crate::tui::model::{Model, Popup};
use crate::tui::screens::form::state::Focus;
use crate::tui::screens::probe;
use crate::tui::screens::test::state::{TestButton, TestFocus};
use crate::tui::screens::test::tabs::Tab;

pub(crate) const fn always(_: &Model) -> bool {
    true
}

pub(crate) const fn empty(model: &Model) -> bool {
    matches!(model.state, State::Empty)
}

pub(crate) const fn not_empty(model: &Model) -> bool {
    !empty(model)
}

pub(crate) fn can_test(model: &Model) -> bool {
    matches!(model.state, State::Open(_)) && test_at_rest(model)
}

pub(crate) fn can_edit(model: &Model) -> bool {
    matches!(model.state, State::Open(_) | State::Locked(..)) && test_at_rest(model)
}

/// Whether the focus can go to the list of deliveries.
pub(crate) fn has_deliveries(model: &Model) -> bool {
    not_empty(model) && model.history.is_listed()
}

/// Whether the destination's box does not hold all of it. On a terminal of a usual size, with nothing unusual to show, it does,
/// which need not be measured at every key.
pub(crate) fn main_scrolls(model: &Model) -> bool {
    let (columns, rows) = model.size;
    let usual = columns >= 80
        && rows >= 24
        && model.guide.is_none()
        && model.status.is_none()
        && matches!(model.state, State::Empty | State::Open(_));
    !usual && layout::main_overflow(model) > 0
}

/// Whether the probe's report does not fit into its popup.
pub(crate) fn probe_scrolls(model: &Model) -> bool {
    let (lines, page) = probe::layout::extent(model);
    lines > page
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

pub(crate) fn test_focus(model: &Model) -> Option<TestFocus> {
    match &model.popup {
        Some(Popup::Test(test)) => Some(test.focus),
        _ => None,
    }
}

pub(crate) fn test_on_send(model: &Model) -> bool {
    matches!(&model.popup, Some(Popup::Test(test)) if matches!(test.focus, TestFocus::Button(TestButton::Send | TestButton::SendAgain)))
}

pub(crate) fn test_on_event(model: &Model) -> bool {
    test_focus(model) == Some(TestFocus::Event)
}

pub(crate) fn test_on_tabs(model: &Model) -> bool {
    test_focus(model) == Some(TestFocus::Tabs)
}

pub(crate) fn test_on_request(model: &Model) -> bool {
    matches!(&model.popup, Some(Popup::Test(test)) if test.has_secret() && test.tabs.front == Tab::Request)
}

pub(crate) fn test_can_edit(model: &Model) -> bool {
    matches!(&model.popup, Some(Popup::Test(test)) if test.can_edit())
}

pub(crate) fn test_answered(model: &Model) -> bool {
    matches!(&model.popup, Some(Popup::Test(test)) if test.delivery().is_some())
}

pub(crate) fn test_in_flight(model: &Model) -> bool {
    model.in_flight().is_some()
}

pub(crate) fn test_at_rest(model: &Model) -> bool {
    !test_in_flight(model)
}
