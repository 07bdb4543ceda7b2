//! The keys of a line of text, in a field of the form or in a prompt.

use crate::tui::action::Action as A;
use crate::tui::keys::binding::{Binding, Context, bind};
use crate::tui::model::{Model, Popup};
use crate::tui::msg::Press as P;

const TEXT: &[Context] = &[Context::Form, Context::Prompt, Context::Palette, Context::Filter];

pub const KEYS: &[Binding] = &[
    bind(TEXT, &[(P::Left, A::CursorLeft), (P::Right, A::CursorRight)], "←→", "", "move the cursor").when(in_text),
    bind(TEXT, &[(P::WordLeft, A::WordLeft), (P::WordRight, A::WordRight)], "^←→", "", "move the cursor by a word").when(in_text),
    bind(TEXT, &[(P::Home, A::Home), (P::End, A::End), (P::Ctrl('e'), A::End)], "Home End", "", "to the start, to the end")
        .when(in_text),
    bind(TEXT, &[(P::Backspace, A::EraseBack), (P::Delete, A::EraseForward)], "Backspace Del", "", "delete a character")
        .when(in_text),
    bind(TEXT, &[(P::Ctrl('w'), A::EraseWord)], "^W", "", "delete the word before the cursor").when(in_text),
    bind(TEXT, &[(P::Ctrl('u'), A::EraseToStart), (P::Ctrl('k'), A::EraseToEnd)], "^U ^K", "", "delete to the start, to the end")
        .when(in_text),
];

/// Whether a line of text is being edited: a prompt is one, and so is a field of the form that is not a choice.
const fn in_text(model: &Model) -> bool {
    match &model.popup {
        Some(Popup::Form(form)) if model.palette.is_none() => form.focus.is_text(),
        _ => true,
    }
}
