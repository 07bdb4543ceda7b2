//! What the form says about its fields.

use crate::domain::auth::{AddTo, AuthType};
use crate::domain::field::Field;
use crate::tui::screens::form::state::{Focus, Form, FormButton};

/// One line of help for what has the focus.
pub fn help_line(form: &Form) -> String {
    match form.focus {
        Focus::Field(field) => field_help(form, field),
        Focus::Advanced => "A CA of your own; the time limit".into(),
        Focus::Button(FormButton::Save) => if form.is_edit() { "Save what is changed" } else { "Save the destination" }.into(),
        Focus::Button(FormButton::SaveAndTest) => "Save, and send a ping".into(),
        Focus::Button(FormButton::Cancel) => "Close without saving".into(),
    }
}

fn field_help(form: &Form, field: Field) -> String {
    match field {
        Field::Url => "Where events go: https://…",
        Field::AuthType => match form.auth_type() {
            AuthType::Default => "Nobody can tell who sends",
            AuthType::Hmac => "Signs each request",
            AuthType::Basic => "A user name and a password",
            AuthType::Bearer => "A token in each request",
            AuthType::ApiKey => "A key in each request",
        },
        Field::HeaderKey => "The signature's header, as X-Signature",
        Field::SigningSecret => "As the receiver has it; ^G: a new one",
        Field::Format => "As the receiver expects it",
        Field::Username => "Without a colon; may be empty",
        Field::Password => "Any characters; blanks count",
        Field::Token => "Alone: \"Bearer \" is added",
        Field::Key => match form.add_to() {
            AddTo::Header => "The key's header, as X-Api-Key",
            AddTo::Query => "The key's parameter, as api_key",
        },
        Field::Value => "As the receiver gave it",
        Field::AddTo => "A query ends up in access logs",
        Field::CaCert => "A PEM file; it alone is then trusted",
        Field::Timeout => "Seconds for an attempt, 1 to 120",
        Field::Body => "",
    }
    .to_owned()
}

pub fn placeholder(form: &Form, field: Field) -> &'static str {
    if form.is_unchanged(field) {
        return "unchanged";
    }
    match field {
        Field::HeaderKey => form.format().default_header_key().unwrap_or_default(),
        Field::Timeout => "15",
        Field::CaCert => "the system's",
        _ => "",
    }
}
