//! The keys of the verify popup.

use crate::tui::action::Action as A;
use crate::tui::keys::binding::{Binding, Context, bind};
use crate::tui::keys::when::can_edit;
use crate::tui::model::{Model, Popup};
use crate::tui::msg::Press as P;

const VERIFY: &[Context] = &[Context::Verify];

pub const KEYS: &[Binding] = &[
    bind(VERIFY, &[(P::Tab, A::Next), (P::BackTab, A::Previous)], "Tab", "next", "to the next field"),
    bind(VERIFY, &[(P::Ctrl('o'), A::Submit)], "^O", "check", "check"),
    bind(VERIFY, &[(P::Enter, A::Press)], "Enter", "", "a new line; on a button, press it"),
    bind(VERIFY, &[(P::PageUp, A::PageUp), (P::PageDown, A::PageDown)], "PgUp PgDn", "scroll", "scroll the verdict"),
    bind(VERIFY, &[(P::Up, A::Up), (P::Down, A::Down)], "↑↓", "", "move the cursor by a line"),
    bind(VERIFY, &[(P::Left, A::CursorLeft), (P::Right, A::CursorRight)], "←→", "", "move the cursor, or between the buttons"),
    bind(
        VERIFY,
        &[(P::Home, A::Home), (P::End, A::End), (P::Ctrl('e'), A::End)],
        "Home End",
        "",
        "to the start, to the end of the line",
    ),
    bind(VERIFY, &[(P::Backspace, A::EraseBack), (P::Delete, A::EraseForward)], "Backspace Del", "", "delete a character"),
    bind(VERIFY, &[(P::Ctrl('k'), A::EraseToEnd)], "^K", "", "delete to the end of the line"),
    bind(VERIFY, &[(P::Ctrl('f'), A::Fix)], "^F", "apply", "edit the destination: the secret that the request was made with")
        .when(can_correct),
    bind(VERIFY, &[(P::Esc, A::Back)], "Esc", "close", "close"),
];

fn can_correct(model: &Model) -> bool {
    matches!(&model.popup, Some(Popup::Verify(verify)) if verify.proposes_secret()) && can_edit(model)
}
