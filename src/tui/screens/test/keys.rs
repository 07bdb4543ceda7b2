//! The keys of the test popup, of the prompt at its end and of the body editor.

use crate::tui::action::Action as A;
use crate::tui::keys::binding::{Binding, Context, bind};
use crate::tui::keys::when::{at_rest, can_edit, can_test, in_flight, is_watching};
use crate::tui::model::{Model, Popup};
use crate::tui::msg::Press as P;
use crate::tui::screens::test::fix;
use crate::tui::screens::test::state::{TestButton, TestFocus, TestPopup};
use crate::tui::screens::test::tabs::Tab;

const TEST: &[Context] = &[Context::Test];
const PROMPT: &[Context] = &[Context::Prompt];
const EDITOR: &[Context] = &[Context::Editor];

pub const KEYS: &[Binding] = &[
    bind(TEST, &[(P::Enter, A::Press), (P::Char(' '), A::Press)], "Enter", "send", "press the focused button").when(is_on_send),
    bind(TEST, &[(P::Enter, A::Press), (P::Char(' '), A::Press)], "Enter", "press", "press the focused button")
        .when(is_on_button),
    bind(TEST, &[(P::Enter, A::Press), (P::Char(' '), A::Press)], "Enter", "", "to the next stop").when(at_rest),
    bind(TEST, &[(P::Esc, A::Back)], "Esc", "stop", "stop the delivery").when(in_flight),
    bind(TEST, &[(P::Esc, A::Back)], "Esc", "close", "close").when(at_rest),
    bind(TEST, &[(P::Char('w'), A::Watch)], "w", "stop watching", "stop watching").when(is_watching),
    bind(TEST, &[(P::Char('f'), A::Fix)], "f", "fix", "fix it in the form; a save sends it again").when(has_fix),
    bind(TEST, &[(P::Left, A::Left), (P::Right, A::Right)], "←→", "choose", "choose the event").when(is_on_event),
    bind(TEST, &[(P::Left, A::Left), (P::Right, A::Right)], "←→", "", "switch tabs").when(is_on_tabs),
    bind(TEST, &[(P::Left, A::Left), (P::Right, A::Right)], "←→", "", "move between the buttons"),
    bind(
        TEST,
        &[(P::Char('1'), A::TabOne), (P::Char('2'), A::TabTwo), (P::Char('3'), A::TabThree)],
        "1 2 3",
        "tabs",
        "Response, Request, Timing",
    ),
    bind(TEST, &[(P::Up, A::Up), (P::Down, A::Down)], "↑↓", "scroll", "scroll the tab"),
    bind(TEST, &[(P::PageUp, A::PageUp), (P::PageDown, A::PageDown)], "PgUp PgDn", "", "scroll a page"),
    bind(TEST, &[(P::Home, A::Home), (P::End, A::End)], "Home End", "", "to the start, to the end"),
    bind(TEST, &[(P::Tab, A::Next), (P::BackTab, A::Previous)], "Tab", "", "to the event, the tabs, the buttons"),
    bind(TEST, &[(P::Ctrl('e'), A::EditBody)], "^E", "", "edit the body").when(can_edit_body),
    bind(TEST, &[(P::Char('k'), A::Keep)], "k", "", "save the body as your own event").when(can_edit_body),
    bind(TEST, &[(P::Char('/'), A::Find)], "/", "find", "find text in the tab"),
    bind(
        TEST,
        &[(P::Char('n'), A::FindNext), (P::Char('N'), A::FindPrevious)],
        "n N",
        "",
        "to the next match, to the previous one",
    ),
    bind(
        TEST,
        &[(P::Char('['), A::NewerDelivery), (P::Char(']'), A::OlderDelivery)],
        "[ ]",
        "",
        "to the delivery before, to the one after it in the list",
    )
    .when(is_past),
    bind(TEST, &[(P::Char('z'), A::Fold)], "z", "", "fold what is nested in JSON, or unfold it").when(has_response),
    bind(TEST, &[(P::Char('o'), A::Page)], "o", "", "open the body in $PAGER").when(has_body),
    bind(TEST, &[(P::Char('w'), A::Watch)], "w", "", "watch: send it again and again; the bell rings on a change")
        .when(can_watch),
    bind(TEST, &[(P::Char('s'), A::Write)], "s", "", "save the body to a file"),
    bind(TEST, &[(P::Char('y'), A::Copy)], "y", "", "copy the tab"),
    bind(TEST, &[(P::Char('Y'), A::CopyAsCurl)], "Y", "", "copy the request as a curl command").when(is_answered),
    bind(TEST, &[(P::Ctrl('r'), A::Reveal)], "^R", "reveal", "show or hide the secret in the request").when(shows_secret),
    bind(TEST, &[(P::Char('r'), A::Resend)], "r", "resend", "resend: same event, body and id; asks first for a real event")
        .when(is_answered),
    bind(TEST, &[(P::Char('t'), A::SendTest)], "t", "", "another test delivery").when(can_test),
    bind(TEST, &[(P::Char('e'), A::Edit)], "e", "", "edit the destination").when(can_edit),
    bind(TEST, &[(P::Char('d'), A::Delete)], "d", "", "delete the destination").when(can_delete),
    bind(PROMPT, &[(P::Enter, A::Press)], "Enter", "accept", "accept what is typed"),
    bind(PROMPT, &[(P::Esc, A::Back)], "Esc", "cancel", "back; nothing is done"),
    bind(EDITOR, &[(P::Esc, A::Back), (P::Ctrl('o'), A::Back)], "Esc", "done", "accept the body (also ^O)"),
    bind(EDITOR, &[(P::Enter, A::Press)], "Enter", "", "a new line"),
    bind(EDITOR, &[(P::Tab, A::Next)], "Tab", "", "two spaces"),
    bind(EDITOR, &[(P::Up, A::Up), (P::Down, A::Down)], "↑↓", "", "move the cursor by a line"),
    bind(EDITOR, &[(P::PageUp, A::PageUp), (P::PageDown, A::PageDown)], "PgUp PgDn", "", "move the cursor by a page"),
    bind(EDITOR, &[(P::Left, A::CursorLeft), (P::Right, A::CursorRight)], "←→", "", "move the cursor"),
    bind(
        EDITOR,
        &[(P::Home, A::Home), (P::End, A::End), (P::Ctrl('e'), A::End)],
        "Home End",
        "",
        "to the start, to the end of the line",
    ),
    bind(EDITOR, &[(P::Backspace, A::EraseBack), (P::Delete, A::EraseForward)], "Backspace Del", "", "delete a character"),
    bind(EDITOR, &[(P::Ctrl('k'), A::EraseToEnd)], "^K", "", "delete to the end of the line"),
];

const fn popup(model: &Model) -> Option<&TestPopup> {
    match &model.popup {
        Some(Popup::Test(test)) => Some(test),
        _ => None,
    }
}

fn focus(model: &Model) -> Option<TestFocus> {
    popup(model).map(|test| test.focus)
}

fn is_on_send(model: &Model) -> bool {
    matches!(focus(model), Some(TestFocus::Button(TestButton::Send | TestButton::SendAgain)))
}

fn is_on_button(model: &Model) -> bool {
    matches!(focus(model), Some(TestFocus::Button(_)))
}

fn is_on_event(model: &Model) -> bool {
    focus(model) == Some(TestFocus::Event)
}

fn is_on_tabs(model: &Model) -> bool {
    focus(model) == Some(TestFocus::Tabs)
}

fn shows_secret(model: &Model) -> bool {
    popup(model).is_some_and(|test| test.has_secret() && test.tabs.front == Tab::Request)
}

fn can_edit_body(model: &Model) -> bool {
    popup(model).is_some_and(TestPopup::can_edit)
}

fn is_past(model: &Model) -> bool {
    popup(model).is_some_and(TestPopup::is_past)
}

/// A real event is not sent again and again by a key or two.
fn can_watch(model: &Model) -> bool {
    can_test(model) && !is_past(model)
}

/// Over a past delivery the key would seem to be about that.
fn can_delete(model: &Model) -> bool {
    can_edit(model) && !is_past(model)
}

fn has_response(model: &Model) -> bool {
    popup(model).is_some_and(|test| test.tabs.front == Tab::Response && test.delivery().is_some())
}

fn has_body(model: &Model) -> bool {
    popup(model).is_some_and(|test| test.body().is_some_and(|body| !body.is_empty()))
}

/// Whether there is anything that the key of the fix does.
pub(crate) fn has_fix(model: &Model) -> bool {
    let delivery = popup(model).and_then(TestPopup::delivery);
    can_edit(model) && delivery.is_some_and(|delivery| fix::verb(model, delivery).is_some())
}

fn is_answered(model: &Model) -> bool {
    popup(model).is_some_and(|test| test.delivery().is_some())
}
