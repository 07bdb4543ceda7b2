//! The form as the fix of a delivery: open at the field, with the value that is proposed.

use crate::domain::field::{AUTH, Field, HEADERS, OPTIONAL};
use crate::domain::problem::FieldChange;
use crate::tui::effect::{Effect, ToVerify};
use crate::tui::model::{Model, Popup};
use crate::tui::screens::form::focus::Focus;
use crate::tui::screens::form::state::Form;

impl Form {
    /// Goes to a field, and puts those values in as if they had been typed. Where the field is folded away, it is unfolded.
    pub fn fix(&mut self, field: Field, changes: &[FieldChange]) {
        self.unfolded |= field == HEADERS || OPTIONAL.contains(&field);
        for change in changes.iter().filter(|change| !change.field.is_secret() && change.field != AUTH) {
            self.unfolded |= OPTIONAL.contains(&change.field);
            self.inputs.set(change.field, &change.after);
            self.touched(change.field);
        }
        self.proposed = Some(self.draft());
        // One of another auth type than is registered by now is not there.
        if let Some(&stop) = self.stops().iter().find(|stop| **stop == Focus::Field(field)) {
            self.go(stop);
        }
    }
}

/// Asks for the registered secret, corrected, to put it into the form that is open.
pub fn correct(model: &mut Model, request: Option<ToVerify>) -> Option<Effect> {
    let id = model.id();
    let Some(Popup::Form(form)) = &mut model.popup else { return None };
    form.correcting = Some(id);
    Some(Effect::CorrectSecret { id, request })
}
