//! What the form says about its fields.

use std::borrow::Cow;

use crate::domain::auth;
use crate::domain::field::{self, CA_CERT, CLIENT_CERT, CLIENT_KEY, Field, TIMEOUT};
use crate::domain::text::visible;
use crate::tui::screens::form::focus::{Focus, FormButton, HeaderPart};
use crate::tui::screens::form::state::Form;

/// One line of help for what has the focus.
pub fn help_line(form: &Form) -> String {
    match form.focus {
        Focus::Field(field) if field == field::AUTH => auth::ALL[form.option].help.to_owned(),
        Focus::Field(field) => field.help.to_owned(),
        Focus::Convention => "Fills in the format and the headers of a known service".into(),
        Focus::KeepOld => "Requests carry both signatures until then".into(),
        Focus::Header(_, HeaderPart::Line) | Focus::AddHeader => "A header that each request carries".into(),
        Focus::Header(_, HeaderPart::Name) => "Its name, such as X-Environment".into(),
        Focus::Header(_, HeaderPart::Value) => "{event} {id} {timestamp} are filled in".into(),
        Focus::Header(_, HeaderPart::Secret) => "A secret is sealed and never shown".into(),
        Focus::More => "Headers, TLS, timeout".into(),
        Focus::Button(FormButton::Save) => if form.is_edit() { "Save the changes" } else { "Save the destination" }.into(),
        Focus::Button(FormButton::SaveAndTest) => "Save and send a ping".into(),
        Focus::Button(FormButton::Cancel) => "Close without saving".into(),
    }
}

/// The words beside an input, with a star where it needs a value.
pub fn label(form: &Form, field: Field) -> Cow<'static, str> {
    let note = (field.label_note)(form.inputs.choices());
    if note.is_empty() && !field.required {
        return Cow::Borrowed(field.label);
    }
    let gap = if note.is_empty() { "" } else { " " };
    let star = if field.required { " *" } else { "" };
    Cow::Owned(format!("{}{gap}{note}{star}", field.label))
}

/// What an empty input shows: what it means, or an example.
pub fn placeholder(form: &Form, field: Field) -> Cow<'static, str> {
    if form.is_unchanged(field) {
        return "unchanged".into();
    }
    match form.inputs.default(field) {
        Some(default) => default.into(),
        None if field.placeholder.is_empty() || field == field::URL => field.placeholder.into(),
        None => format!("e.g. {}", field.placeholder).into(),
    }
}

/// What the folded fields have, in a few words.
pub fn summary(form: &Form) -> String {
    let text = |field: Field| form.inputs.text(field).map(|text| text.text().trim()).filter(|text| !text.is_empty());
    let mut summary = match form.inputs.headers().len() {
        0 => "no headers".to_owned(),
        1 => "1 header".to_owned(),
        count => format!("{count} headers"),
    };
    let parts = [(CLIENT_CERT, "client certificate"), (CLIENT_KEY, "client key"), (CA_CERT, "CA file")];
    for (_, part) in parts.into_iter().filter(|(field, _)| text(field).is_some()) {
        summary.push_str(" · ");
        summary.push_str(part);
    }
    if text(CA_CERT).is_none() {
        summary.push_str(" · the system's CAs");
    }
    summary.push_str(" · timeout ");
    summary.push_str(&visible(text(TIMEOUT).unwrap_or(TIMEOUT.placeholder)));
    summary.push_str(" s");
    summary
}
