//! What the form says about its fields.

use crate::domain::field::{self, Field};
use crate::tui::screens::form::focus::{Focus, FormButton, HeaderPart};
use crate::tui::screens::form::state::Form;

/// One line of help for what has the focus.
pub fn help_line(form: &Form) -> String {
    match form.focus {
        Focus::Field(field) => field_help(form, field),
        Focus::Header(_, HeaderPart::Line) => "A header that each request carries".into(),
        Focus::Header(_, HeaderPart::Name) => "Its name, such as X-Environment".into(),
        Focus::Header(_, HeaderPart::Value) => "{event} {id} {timestamp} are filled in".into(),
        Focus::Header(_, HeaderPart::Secret) => "A secret is sealed and never shown".into(),
        Focus::AddHeader => "A header that each request carries".into(),
        Focus::Advanced => "Headers, a custom CA, the time limit".into(),
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
