//! What the form says about its fields.

use crate::domain::field::{self, Field};
use crate::tui::screens::form::focus::{Focus, FormButton};
use crate::tui::screens::form::state::Form;

/// One line of help for what has the focus.
pub fn help_line(form: &Form) -> String {
    match form.focus {
        Focus::Field(field) => field_help(form, field),
        Focus::Advanced => "A custom CA, the time limit".into(),
        Focus::Button(FormButton::Save) => if form.is_edit() { "Save the changes" } else { "Save the destination" }.into(),
        Focus::Button(FormButton::SaveAndTest) => "Save and send a ping".into(),
        Focus::Button(FormButton::Cancel) => "Close without saving".into(),
    }
}

fn field_help(form: &Form, field: Field) -> String {
    if field == field::AUTH { form.auth_type().help } else { field.help }.to_owned()
}

pub fn placeholder(form: &Form, field: Field) -> &'static str {
    if form.is_unchanged(field) {
        return "unchanged";
    }
    form.inputs.default(field).unwrap_or_default()
}
