//! The keys of the form.

use crate::domain::field::TLS_FILES;
use crate::tui::action::Action as A;
use crate::tui::keys::binding::{Binding, Context, bind};
use crate::tui::model::{Model, Popup};
use crate::tui::msg::Press as P;
use crate::tui::screens::form::focus::{Focus, HeaderPart};
use crate::tui::screens::form::state::Form;

const FORM: &[Context] = &[Context::Form];

pub const KEYS: &[Binding] = &[
    bind(
        FORM,
        &[(P::Esc, A::Compare), (P::Enter, A::Compare), (P::Char('?'), A::Compare), (P::Char('q'), A::Compare)],
        "Esc",
        "close",
        "close the list of formats",
    )
    .when(is_comparing),
    // What is the same everywhere comes first: then little of the line of keys changes with the focus.
    bind(FORM, &[(P::Enter, A::Next)], "Enter", "go on", "to the next field").when(is_on_field),
    bind(FORM, &[(P::Enter, A::Press)], "Enter", "go on", "choose the option, and go on").when(is_on_group),
    bind(FORM, &[(P::Enter, A::Press), (P::Char(' '), A::Press)], "Enter", "press", "press the focused button")
        .when(is_on_button),
    bind(FORM, &[(P::Up, A::Up), (P::Down, A::Down)], "↑↓", "fields", "to the field or the option above or below"),
    bind(FORM, &[(P::Ctrl('o'), A::Submit)], "^O", "register", "register").when(is_registration),
    bind(FORM, &[(P::Ctrl('o'), A::Submit)], "^O", "save", "save").when(is_edit),
    bind(FORM, &[(P::Ctrl('t'), A::SubmitAndTest)], "^T", "and test", "register or save, and send a test delivery"),
    bind(FORM, &[(P::Esc, A::Back)], "Esc", "cancel", "close; asks first if there are changes"),
    bind(FORM, &[(P::Char(' '), A::Choose)], "Space", "choose", "choose the auth type under the cursor").when(is_on_group),
    bind(FORM, &[(P::Left, A::Left), (P::Right, A::Right)], "←→", "change", "change the choice").when(is_on_choice),
    bind(FORM, &[(P::Left, A::Left), (P::Right, A::Right)], "←→", "", "move between the buttons").when(is_on_buttons),
    bind(FORM, &[(P::Tab, A::Complete)], "Tab", "complete", "complete the path, or go on").when(is_on_path),
    bind(FORM, &[(P::Tab, A::Next), (P::BackTab, A::Previous)], "Tab", "", "to the next field; Shift-Tab: to the previous one"),
    bind(FORM, &[(P::Delete, A::RemoveHeader), (P::Char('x'), A::RemoveHeader)], "x", "remove", "remove the header (also Del)")
        .when(is_on_header),
    bind(FORM, &[(P::Ctrl('g'), A::Generate)], "^G", "generate", "generate a signing secret").when(can_generate),
    bind(FORM, &[(P::Ctrl('r'), A::Reveal)], "^R", "reveal", "show or hide the secret").when(has_secret),
    bind(FORM, &[(P::Ctrl('y'), A::Copy)], "^Y", "copy", "copy the new or shown secret").when(can_copy),
    bind(FORM, &[(P::Ctrl('f'), A::Fix)], "^F", "correct", "correct a secret that looks mangled").when(can_correct),
    bind(FORM, &[(P::Char('?'), A::Compare)], "?", "compare", "list the formats beside each other").when(is_on_formats),
    bind(FORM, &[(P::Char('?'), A::Help)], "?", "", "show the keys (in a text field it is typed)").when(is_off_text),
];

fn form(model: &Model) -> Option<&Form> {
    match &model.popup {
        Some(Popup::Form(form)) => Some(form),
        _ => None,
    }
}

fn focus(model: &Model) -> Option<Focus> {
    form(model).map(|form| form.focus)
}

fn is_on_field(model: &Model) -> bool {
    focus(model).is_some_and(|focus| focus.is_text() || focus.is_choice())
}

fn is_on_button(model: &Model) -> bool {
    focus(model).is_some_and(|focus| !focus.is_text() && !focus.is_choice() && !focus.is_group())
}

fn is_on_buttons(model: &Model) -> bool {
    matches!(focus(model), Some(Focus::Button(_)))
}

fn is_on_header(model: &Model) -> bool {
    matches!(focus(model), Some(Focus::Header(_, HeaderPart::Line)))
}

fn is_on_group(model: &Model) -> bool {
    focus(model).is_some_and(Focus::is_group)
}

fn is_comparing(model: &Model) -> bool {
    form(model).is_some_and(|form| form.comparing)
}

fn is_on_formats(model: &Model) -> bool {
    matches!(focus(model), Some(Focus::Field(field)) if field.has_details())
}

fn is_on_path(model: &Model) -> bool {
    matches!(focus(model), Some(Focus::Field(field)) if TLS_FILES.contains(&field))
}

fn is_on_choice(model: &Model) -> bool {
    focus(model).is_some_and(Focus::is_choice)
}

fn is_on_text(model: &Model) -> bool {
    focus(model).is_some_and(Focus::is_text)
}

fn is_off_text(model: &Model) -> bool {
    !is_on_text(model)
}

fn has_secret(model: &Model) -> bool {
    form(model).is_some_and(|form| form.secret().is_some())
}

fn can_generate(model: &Model) -> bool {
    form(model).is_some_and(|form| form.auth_type().fields.iter().any(|field| field.can_be_generated()))
}

fn can_copy(model: &Model) -> bool {
    form(model).is_some_and(|form| form.to_copy().is_some())
}

fn can_correct(model: &Model) -> bool {
    matches!((form(model), focus(model)), (Some(form), Some(Focus::Field(field))) if form.correction(field).is_some())
}

fn is_edit(model: &Model) -> bool {
    form(model).is_some_and(Form::is_edit)
}

fn is_registration(model: &Model) -> bool {
    !is_edit(model)
}
