//! Fixing what a delivery says is wrong: the form at the field, or the question whether to trust a CA; then it is sent again.

use crate::domain::delivery::{Attempt, Delivery};
use crate::domain::field::{CA_CERT, Field, URL};
use crate::domain::problem::{FieldChange, FixAction};
use crate::ops::{Problem, Saved};
use crate::tui::effect::Effect;
use crate::tui::model::{Model, Popup};
use crate::tui::msg::Id;
use crate::tui::navigation::{ask, edit};
use crate::tui::screens::form::fix::correct;
use crate::tui::screens::question::state::Pending;
use crate::tui::screens::test::access::{popup, say};
use crate::tui::screens::test::send::again;
use crate::tui::screens::test::state::TestPopup;
use crate::tui::status::Tone;

/// What the key of the fix does to a delivery, in a word; `None` where waypost has no part in the fix.
pub fn verb(model: &Model, delivery: &Delivery) -> Option<&'static str> {
    let attempt = delivery.last()?;
    match &attempt.diagnosis.fix.action {
        Some(FixAction::TrustCa) if can_trust(model, attempt) => Some("trust"),
        Some(FixAction::EditDestination { changes, .. }) if !changes.is_empty() => Some("apply"),
        Some(FixAction::EditDestination { .. } | FixAction::TrustCa) => Some("edit"),
        _ => None,
    }
}

/// Whether the certificate is that of what is registered now.
fn can_trust(model: &Model, attempt: &Attempt) -> bool {
    let same = model.destination().is_some_and(|destination| attempt.went_to(destination.settings()));
    same && attempt.presented_ca().is_some()
}

pub fn apply(model: &mut Model) -> Vec<Effect> {
    let attempt = popup(model).and_then(|test| test.delivery()).and_then(Delivery::last).cloned();
    let Some(attempt) = attempt else { return Vec::new() };
    match &attempt.diagnosis.fix.action {
        Some(FixAction::TrustCa) if can_trust(model, &attempt) => ask(model, Pending::TrustCa(Box::new(attempt))),
        Some(FixAction::TrustCa) => open(model, CA_CERT, &[]),
        Some(FixAction::EditDestination { field, .. }) if *field == URL => other_url(model, &attempt),
        Some(FixAction::EditDestination { field, changes }) => {
            open(model, field, changes);
            return if field.is_secret() { correct(model, None).into_iter().collect() } else { Vec::new() };
        }
        _ => {}
    }
    Vec::new()
}

/// The target of a redirect becomes the form's URL; nothing is changed before that is saved. Another host is asked about first.
fn other_url(model: &mut Model, attempt: &Attempt) {
    let host = model.destination().map(|destination| destination.url().host().to_owned());
    match popup(model).and_then(|test| test.life.offer().cloned()) {
        Some(url) if host.as_deref() == Some(url.host()) => {
            open(model, URL, &[FieldChange { field: URL, before: String::new(), after: url.expose().to_owned() }]);
        }
        Some(url) => ask(model, Pending::UseUrl(Box::new(url))),
        // What was proposed for another URL is not proposed for this one.
        None if model.destination().is_some_and(|destination| attempt.went_to(destination.settings())) => {
            open(model, URL, attempt.diagnosis.fix.changes());
        }
        None => open(model, URL, &[]),
    }
}

/// Opens the form at that field. Closing it leads back to the delivery, and a save sends it again.
fn open(model: &mut Model, field: Field, changes: &[FieldChange]) {
    let fixes = model.popup.take();
    edit(model);
    match (&mut model.popup, fixes) {
        (Some(Popup::Form(form)), Some(Popup::Test(test))) => {
            form.fix(field, changes);
            form.fixes = Some(test);
        }
        // What is registered cannot be edited.
        (form @ None, fixes) => *form = fixes,
        _ => {}
    }
}

/// Goes back from the form to the delivery that it was to fix, and sends that again.
pub fn saved(model: &mut Model, mut test: Box<TestPopup>) -> Vec<Effect> {
    test.said = None;
    model.popup = Some(Popup::Test(test));
    again(model)
}

/// The CA is trusted, or not.
pub fn trusted(model: &mut Model, id: Id, result: Result<Box<Saved>, Problem>) -> Vec<Effect> {
    if model.question.take_if(|question| question.running == Some(id)).is_none() {
        model.changed = false;
        return Vec::new();
    }
    match result {
        Ok(saved) => {
            model.take_saved(&saved);
            again(model)
        }
        Err(problem) => {
            say(model, Tone::Error, format!("Not trusted: {problem}"));
            Vec::new()
        }
    }
}
