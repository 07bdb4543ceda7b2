//! The keys of the form.

use crate::tui::action::Action as A;
use crate::tui::keys::binding::{Binding, Context, bind};
use crate::tui::keys::when::{
    form_edits, form_has_secret, form_off_text, form_on_button, form_on_choice, form_on_field, form_registers, form_signs,
};
use crate::tui::msg::Press as P;

const FORM: &[Context] = &[Context::Form];

pub const KEYS: &[Binding] = &[
    bind(FORM, &[(P::Enter, A::Next)], "Enter", "next", "to the next field").when(form_on_field),
    bind(FORM, &[(P::Enter, A::Press), (P::Char(' '), A::Press)], "Enter", "press", "press the focused button")
        .when(form_on_button),
    bind(
        FORM,
        &[(P::Up, A::Up), (P::Down, A::Down), (P::Left, A::Up), (P::Right, A::Down)],
        "↑↓",
        "choose",
        "choose an option (also ←→)",
    )
    .when(form_on_choice),
    bind(FORM, &[(P::Up, A::Previous), (P::Down, A::Next)], "↑↓", "fields", "to the field above or below"),
    bind(FORM, &[(P::Left, A::Left), (P::Right, A::Right)], "←→", "", "move between the buttons").when(form_on_button),
    bind(FORM, &[(P::Tab, A::Next), (P::BackTab, A::Previous)], "Tab", "", "to the next field; Shift-Tab: to the previous one"),
    bind(FORM, &[(P::Ctrl('g'), A::Generate)], "^G", "generate", "generate a signing secret").when(form_signs),
    bind(FORM, &[(P::Ctrl('r'), A::Reveal)], "^R", "reveal", "show or hide the secret").when(form_has_secret),
    bind(FORM, &[(P::Ctrl('o'), A::Submit)], "^O", "register", "register").when(form_registers),
    bind(FORM, &[(P::Ctrl('o'), A::Submit)], "^O", "save", "save").when(form_edits),
    bind(FORM, &[(P::Esc, A::Back)], "Esc", "cancel", "close; asks if something was typed"),
    bind(FORM, &[(P::Char('?'), A::Help)], "?", "", "show the keys (in a text field it is typed)").when(form_off_text),
];
