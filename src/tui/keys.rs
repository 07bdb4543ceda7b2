//! The keys, declared once: dispatch, the footer and the help come from this table.

use super::form::Focus;
use super::model::{MainFocus, Model, Popup};
use super::msg::Press;
use super::other_side::ProbePopup;
use super::test_popup::{Life, TestFocus};
use crate::domain::auth::AuthType;
use crate::ops::State;

/// Where the keys go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    /// The destination screen.
    Main,
    /// The list of deliveries on it.
    Deliveries,
    /// The Register and Edit popup.
    Form,
    /// A question with two buttons.
    Question,
    /// The test delivery popup.
    Test,
    /// A line that asks for something.
    Prompt,
    /// The body in an editor of our own.
    Editor,
    /// The receiver's check as code.
    Snippet,
    /// Was a request made with our secret?
    Verify,
    /// Does the endpoint check?
    Probe,
    /// The keys themselves.
    Help,
}

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Ends the app.
    Quit,
    /// Stops a delivery, or ends the app.
    Interrupt,
    /// Gives the terminal back for a while.
    Suspend,
    /// Draws everything anew.
    Repaint,
    /// Shows the keys.
    Help,
    /// Back one level.
    Back,
    /// Presses the focused button, or opens what is focused.
    Press,
    /// The focus forward.
    Next,
    /// The focus back.
    Previous,
    /// A choice, a list or a text, up.
    Up,
    /// A choice, a list or a text, down.
    Down,
    /// A choice or the buttons, left.
    Left,
    /// A choice or the buttons, right.
    Right,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// To the beginning.
    Home,
    /// To the end.
    End,
    /// Opens the test delivery.
    SendTest,
    /// Opens the form over what is registered.
    Edit,
    /// Asks whether to delete.
    Delete,
    /// Saves the form.
    Submit,
    /// Generates a signing secret.
    Generate,
    /// Shows or hides a secret.
    Reveal,
    /// Moves the cursor.
    CursorLeft,
    /// Moves the cursor.
    CursorRight,
    /// Moves the cursor a word.
    WordLeft,
    /// Moves the cursor a word.
    WordRight,
    /// Erases a character.
    EraseBack,
    /// Erases a character.
    EraseForward,
    /// Erases a word.
    EraseWord,
    /// Erases to the beginning.
    EraseToStart,
    /// Erases to the end.
    EraseToEnd,
    /// Puts the first tab in front.
    TabOne,
    /// Puts the second tab in front.
    TabTwo,
    /// Puts the third tab in front.
    TabThree,
    /// Sends a past delivery again.
    Resend,
    /// Lists the deliveries of the next outcome only.
    Filter,
    /// Asks whether to clear the history.
    Clear,
    /// Edits the body.
    EditBody,
    /// Asks for a text to find.
    Find,
    /// To the next place where it is.
    FindNext,
    /// To the place before.
    FindPrevious,
    /// Asks for a file to write the body to.
    Write,
    /// Asks for a name to keep the body under.
    Keep,
    /// Copies what is under the tab.
    Copy,
    /// Copies the request as a curl command.
    CopyAsCurl,
    /// Shows the receiver's check as code.
    Snippet,
    /// Asks whether a request was made with our secret.
    Verify,
    /// Asks whether to see if the endpoint checks.
    Probe,
}

/// Keys that belong together in help.
pub struct Binding {
    /// Where.
    pub contexts: &'static [Context],
    /// Which key does what.
    pub keys: &'static [(Press, Action)],
    /// How they are called on the screen.
    pub label: &'static str,
    /// A word or two for the footer; empty to stay out of it.
    pub short: &'static str,
    /// A line for the help.
    pub help: &'static str,
    /// When they do anything.
    pub when: fn(&Model) -> bool,
}

use Action as A;
use Context as C;
use Press as P;

const EVERYWHERE: &[Context] =
    &[C::Main, C::Deliveries, C::Form, C::Question, C::Test, C::Prompt, C::Editor, C::Snippet, C::Verify, C::Probe, C::Help];

/// The table. Of several bindings of one key, the first whose condition holds counts.
pub const TABLE: &[Binding] = &[
    // The destination screen.
    bind(&[C::Main], &[(P::Enter, A::Press), (P::Char(' '), A::Press)], "Enter", "register", "press the focused button", empty),
    bind(&[C::Main], &[(P::Enter, A::Press), (P::Char(' '), A::Press)], "Enter", "", "press the focused button", not_empty),
    bind(&[C::Main, C::Deliveries], &[(P::Char('t'), A::SendTest)], "t", "send test", "send a test delivery", can_test),
    bind(&[C::Main, C::Deliveries], &[(P::Char('e'), A::Edit)], "e", "edit", "edit the destination", can_edit),
    bind(&[C::Main, C::Deliveries], &[(P::Char('d'), A::Delete)], "d", "delete", "delete the destination", can_edit),
    bind(&[C::Main], &[(P::Down, A::Down)], "↓", "deliveries", "to the deliveries", has_deliveries),
    bind(&[C::Main], &[(P::Left, A::Left), (P::Right, A::Right)], "←→", "", "move between the buttons", always),
    bind(&[C::Main], &[(P::Tab, A::Next), (P::BackTab, A::Previous)], "Tab", "", "move the focus", always),
    bind(&[C::Deliveries], &[(P::Enter, A::Press)], "Enter", "details", "look at the delivery", always),
    bind(&[C::Deliveries], &[(P::Up, A::Up), (P::Down, A::Down)], "↑↓", "", "move through the deliveries", always),
    bind(
        &[C::Deliveries],
        &[(P::Char('r'), A::Resend)],
        "r",
        "resend",
        "send it again: the same event and body, a new id",
        can_test,
    ),
    bind(&[C::Deliveries], &[(P::Char('f'), A::Filter)], "f", "filter", "list one outcome only: the next one, then all", always),
    bind(&[C::Deliveries], &[(P::Char('x'), A::Clear)], "x", "clear", "forget all deliveries; asks first", always),
    bind(&[C::Deliveries], &[(P::Home, A::Home), (P::End, A::End)], "Home End", "", "to the newest, to the oldest shown", always),
    bind(
        &[C::Deliveries],
        &[(P::PageUp, A::PageUp), (P::PageDown, A::PageDown)],
        "PgUp PgDn",
        "",
        "ten deliveries up or down",
        always,
    ),
    bind(
        &[C::Deliveries],
        &[(P::Tab, A::Next), (P::BackTab, A::Previous), (P::Esc, A::Back)],
        "Esc",
        "",
        "back to the buttons",
        always,
    ),
    // The form.
    bind(&[C::Form], &[(P::Enter, A::Next)], "Enter", "next", "to the next field", form_on_field),
    bind(
        &[C::Form],
        &[(P::Enter, A::Press), (P::Char(' '), A::Press)],
        "Enter",
        "press",
        "press the focused button",
        form_on_button,
    ),
    bind(
        &[C::Form],
        &[(P::Up, A::Up), (P::Down, A::Down), (P::Left, A::Up), (P::Right, A::Down)],
        "↑↓",
        "choose",
        "choose an option (also ←→)",
        form_on_choice,
    ),
    bind(&[C::Form], &[(P::Up, A::Previous), (P::Down, A::Next)], "↑↓", "", "to the field above or below", always),
    bind(&[C::Form], &[(P::Left, A::Left), (P::Right, A::Right)], "←→", "", "move between the buttons", form_on_button),
    bind(
        &[C::Form],
        &[(P::Tab, A::Next), (P::BackTab, A::Previous)],
        "Tab",
        "",
        "to the next field; Shift-Tab: to the one before",
        always,
    ),
    bind(&[C::Form], &[(P::Ctrl('g'), A::Generate)], "^G", "generate", "generate a signing secret", form_signs),
    bind(&[C::Form], &[(P::Ctrl('r'), A::Reveal)], "^R", "reveal", "show or hide the secret", form_on_secret),
    bind(&[C::Form], &[(P::Ctrl('o'), A::Submit)], "^O", "register", "register", form_registers),
    bind(&[C::Form], &[(P::Ctrl('o'), A::Submit)], "^O", "save", "save", form_edits),
    bind(&[C::Form], &[(P::Esc, A::Back)], "Esc", "cancel", "close; asks when something was typed", always),
    bind(&[C::Form], &[(P::Left, A::CursorLeft), (P::Right, A::CursorRight)], "←→", "", "move the cursor", form_on_text),
    bind(
        &[C::Form],
        &[(P::WordLeft, A::WordLeft), (P::WordRight, A::WordRight)],
        "^←→",
        "",
        "move the cursor a word",
        form_on_text,
    ),
    bind(
        &[C::Form],
        &[(P::Home, A::Home), (P::End, A::End), (P::Ctrl('e'), A::End)],
        "Home End",
        "",
        "to the beginning, to the end",
        form_on_text,
    ),
    bind(
        &[C::Form],
        &[(P::Backspace, A::EraseBack), (P::Delete, A::EraseForward)],
        "Backspace Del",
        "",
        "erase a character",
        form_on_text,
    ),
    bind(&[C::Form], &[(P::Ctrl('w'), A::EraseWord)], "^W", "", "erase the word before the cursor", form_on_text),
    bind(
        &[C::Form],
        &[(P::Ctrl('u'), A::EraseToStart), (P::Ctrl('k'), A::EraseToEnd)],
        "^U ^K",
        "",
        "erase to the beginning, to the end",
        form_on_text,
    ),
    bind(&[C::Prompt], &[(P::Left, A::CursorLeft), (P::Right, A::CursorRight)], "←→", "", "move the cursor", always),
    bind(&[C::Prompt], &[(P::WordLeft, A::WordLeft), (P::WordRight, A::WordRight)], "^←→", "", "move the cursor a word", always),
    bind(
        &[C::Prompt],
        &[(P::Home, A::Home), (P::End, A::End), (P::Ctrl('e'), A::End)],
        "Home End",
        "",
        "to the beginning, to the end",
        always,
    ),
    bind(
        &[C::Prompt],
        &[(P::Backspace, A::EraseBack), (P::Delete, A::EraseForward)],
        "Backspace Del",
        "",
        "erase a character",
        always,
    ),
    bind(&[C::Prompt], &[(P::Ctrl('w'), A::EraseWord)], "^W", "", "erase the word before the cursor", always),
    bind(
        &[C::Prompt],
        &[(P::Ctrl('u'), A::EraseToStart), (P::Ctrl('k'), A::EraseToEnd)],
        "^U ^K",
        "",
        "erase to the beginning, to the end",
        always,
    ),
    // A question.
    bind(&[C::Question], &[(P::Enter, A::Press), (P::Char(' '), A::Press)], "Enter", "press", "press the focused button", always),
    bind(
        &[C::Question],
        &[
            (P::Left, A::Left),
            (P::Right, A::Right),
            (P::Tab, A::Next),
            (P::BackTab, A::Next),
            (P::Up, A::Left),
            (P::Down, A::Right),
        ],
        "←→",
        "choose",
        "move between the buttons (also Tab)",
        always,
    ),
    bind(&[C::Question], &[(P::Esc, A::Back)], "Esc", "back", "back, and nothing is changed", always),
    // The test delivery.
    bind(
        &[C::Test],
        &[(P::Enter, A::Press), (P::Char(' '), A::Press)],
        "Enter",
        "send",
        "press the focused button",
        test_on_send,
    ),
    bind(&[C::Test], &[(P::Enter, A::Press), (P::Char(' '), A::Press)], "Enter", "press", "press the focused button", always),
    bind(&[C::Test], &[(P::Left, A::Left), (P::Right, A::Right)], "←→", "choose", "choose the event", test_on_event),
    bind(&[C::Test], &[(P::Left, A::Left), (P::Right, A::Right)], "←→", "tabs", "turn the tabs", test_on_tabs),
    bind(&[C::Test], &[(P::Left, A::Left), (P::Right, A::Right)], "←→", "", "move between the buttons", always),
    bind(
        &[C::Test],
        &[(P::Char('1'), A::TabOne), (P::Char('2'), A::TabTwo), (P::Char('3'), A::TabThree)],
        "1 2 3",
        "tabs",
        "Response, Request, Timing",
        always,
    ),
    bind(&[C::Test], &[(P::Up, A::Up), (P::Down, A::Down)], "↑↓", "scroll", "scroll what is under the tabs", always),
    bind(&[C::Test], &[(P::PageUp, A::PageUp), (P::PageDown, A::PageDown)], "PgUp PgDn", "", "scroll a page", always),
    bind(&[C::Test], &[(P::Home, A::Home), (P::End, A::End)], "Home End", "", "to the beginning, to the end", always),
    bind(&[C::Test], &[(P::Tab, A::Next), (P::BackTab, A::Previous)], "Tab", "next", "from event to tabs to buttons", always),
    bind(&[C::Test], &[(P::Ctrl('e'), A::EditBody)], "^E", "", "edit the body", test_can_edit),
    bind(&[C::Test], &[(P::Char('k'), A::Keep)], "k", "", "keep the body as an event of your own", test_can_edit),
    bind(&[C::Test], &[(P::Char('/'), A::Find)], "/", "find", "find a text under the tabs", always),
    bind(
        &[C::Test],
        &[(P::Char('n'), A::FindNext), (P::Char('N'), A::FindPrevious)],
        "n N",
        "",
        "to the next, to the previous place",
        always,
    ),
    bind(&[C::Test], &[(P::Char('w'), A::Write)], "w", "", "write the body under the tab to a file", always),
    bind(&[C::Test], &[(P::Char('y'), A::Copy)], "y", "", "copy what is under the tab", always),
    bind(&[C::Test], &[(P::Char('Y'), A::CopyAsCurl)], "Y", "", "copy the request as a curl command", test_answered),
    bind(&[C::Test], &[(P::Ctrl('r'), A::Reveal)], "^R", "reveal", "show or hide the secret in the request", test_on_request),
    bind(&[C::Test], &[(P::Esc, A::Back)], "Esc", "stop", "stop the delivery", test_in_flight),
    bind(&[C::Test], &[(P::Esc, A::Back)], "Esc", "close", "close", test_at_rest),
    bind(&[C::Test], &[(P::Char('t'), A::SendTest)], "t", "", "another test delivery", can_test),
    bind(&[C::Test], &[(P::Char('e'), A::Edit)], "e", "", "edit the destination", can_edit),
    bind(&[C::Test], &[(P::Char('d'), A::Delete)], "d", "", "delete the destination", can_edit),
    // The other side.
    bind(
        &[C::Main, C::Deliveries],
        &[(P::Char('c'), A::Snippet)],
        "c",
        "",
        "receiver code: the check, in five languages",
        can_test,
    ),
    bind(
        &[C::Main, C::Deliveries],
        &[(P::Char('v'), A::Verify)],
        "v",
        "",
        "verify a request that a receiver got: is it ours, and if not, why",
        can_test,
    ),
    bind(&[C::Snippet], &[(P::Left, A::Left), (P::Right, A::Right)], "←→", "language", "choose the language", always),
    bind(&[C::Snippet], &[(P::Char('y'), A::Copy), (P::Enter, A::Press)], "y", "copy", "copy the code (also Enter)", always),
    bind(&[C::Snippet], &[(P::Up, A::Up), (P::Down, A::Down)], "↑↓", "scroll", "scroll", always),
    bind(&[C::Snippet], &[(P::PageUp, A::PageUp), (P::PageDown, A::PageDown)], "PgUp PgDn", "", "scroll a page", always),
    bind(&[C::Snippet], &[(P::Home, A::Home), (P::End, A::End)], "Home End", "", "to the beginning, to the end", always),
    bind(&[C::Snippet], &[(P::Esc, A::Back)], "Esc", "close", "close", always),
    bind(&[C::Snippet], &[(P::Char('?'), A::Help)], "?", "help", "show the keys", always),
    bind(&[C::Verify], &[(P::Tab, A::Next), (P::BackTab, A::Previous)], "Tab", "next", "to the next field", always),
    bind(&[C::Verify], &[(P::Ctrl('o'), A::Submit)], "^O", "check", "check", always),
    bind(&[C::Verify], &[(P::Enter, A::Press)], "Enter", "", "a new line; on a button, press it", always),
    bind(
        &[C::Verify],
        &[(P::PageUp, A::PageUp), (P::PageDown, A::PageDown)],
        "PgUp PgDn",
        "scroll",
        "scroll the verdict",
        always,
    ),
    bind(&[C::Verify], &[(P::Up, A::Up), (P::Down, A::Down)], "↑↓", "", "move the cursor a line", always),
    bind(
        &[C::Verify],
        &[(P::Left, A::CursorLeft), (P::Right, A::CursorRight)],
        "←→",
        "",
        "move the cursor, or between the buttons",
        always,
    ),
    bind(
        &[C::Verify],
        &[(P::Home, A::Home), (P::End, A::End), (P::Ctrl('e'), A::End)],
        "Home End",
        "",
        "to the beginning, to the end of the line",
        always,
    ),
    bind(
        &[C::Verify],
        &[(P::Backspace, A::EraseBack), (P::Delete, A::EraseForward)],
        "Backspace Del",
        "",
        "erase a character",
        always,
    ),
    bind(&[C::Verify], &[(P::Ctrl('k'), A::EraseToEnd)], "^K", "", "erase to the end of the line", always),
    bind(&[C::Verify], &[(P::Esc, A::Back)], "Esc", "close", "close", always),
    bind(
        &[C::Main, C::Deliveries],
        &[(P::Char('p'), A::Probe)],
        "p",
        "",
        "probe: does the endpoint check the credentials? asks first",
        can_test,
    ),
    bind(&[C::Probe], &[(P::Esc, A::Back), (P::Enter, A::Press)], "Esc", "stop", "stop", test_in_flight),
    bind(&[C::Probe], &[(P::Esc, A::Back), (P::Enter, A::Press)], "Esc", "close", "close", test_at_rest),
    bind(&[C::Probe], &[(P::Char('?'), A::Help)], "?", "help", "show the keys", always),
    bind(&[C::Probe], &[(P::Char('q'), A::Quit)], "q", "", "quit", test_at_rest),
    // A line that asks for something.
    bind(&[C::Prompt], &[(P::Enter, A::Press)], "Enter", "take it", "take what is typed", always),
    bind(&[C::Prompt], &[(P::Esc, A::Back)], "Esc", "cancel", "back, and nothing is done", always),
    // The editor.
    bind(&[C::Editor], &[(P::Esc, A::Back), (P::Ctrl('o'), A::Back)], "Esc", "done", "take the body (also ^O)", always),
    bind(&[C::Editor], &[(P::Enter, A::Press)], "Enter", "", "a new line", always),
    bind(&[C::Editor], &[(P::Tab, A::Next)], "Tab", "", "two blanks", always),
    bind(&[C::Editor], &[(P::Up, A::Up), (P::Down, A::Down)], "↑↓", "", "move the cursor a line", always),
    bind(&[C::Editor], &[(P::PageUp, A::PageUp), (P::PageDown, A::PageDown)], "PgUp PgDn", "", "move the cursor a page", always),
    bind(&[C::Editor], &[(P::Left, A::CursorLeft), (P::Right, A::CursorRight)], "←→", "", "move the cursor", always),
    bind(
        &[C::Editor],
        &[(P::Home, A::Home), (P::End, A::End), (P::Ctrl('e'), A::End)],
        "Home End",
        "",
        "to the beginning, to the end of the line",
        always,
    ),
    bind(
        &[C::Editor],
        &[(P::Backspace, A::EraseBack), (P::Delete, A::EraseForward)],
        "Backspace Del",
        "",
        "erase a character",
        always,
    ),
    bind(&[C::Editor], &[(P::Ctrl('k'), A::EraseToEnd)], "^K", "", "erase to the end of the line", always),
    // Help.
    bind(&[C::Help], &[(P::Up, A::Up), (P::Down, A::Down)], "↑↓", "scroll", "scroll", always),
    bind(&[C::Help], &[(P::PageUp, A::PageUp), (P::PageDown, A::PageDown)], "PgUp PgDn", "", "scroll a page", always),
    bind(
        &[C::Help],
        &[(P::Esc, A::Back), (P::Char('?'), A::Back), (P::Enter, A::Back), (P::Char('q'), A::Back)],
        "Esc",
        "close",
        "close",
        always,
    ),
    // Everywhere.
    bind(&[C::Main, C::Deliveries, C::Test, C::Question], &[(P::Char('?'), A::Help)], "?", "help", "show the keys", always),
    bind(&[C::Form], &[(P::Char('?'), A::Help)], "?", "", "show the keys (in a text field it is typed)", form_off_text),
    bind(&[C::Main, C::Deliveries], &[(P::Char('q'), A::Quit)], "q", "quit", "quit", always),
    bind(&[C::Test], &[(P::Char('q'), A::Quit)], "q", "", "quit", test_at_rest),
    bind(EVERYWHERE, &[(P::Ctrl('c'), A::Interrupt)], "^C", "", "stop the delivery on its way, else quit", always),
    bind(EVERYWHERE, &[(P::Ctrl('z'), A::Suspend)], "^Z", "", "to the shell; fg comes back", always),
    bind(EVERYWHERE, &[(P::Ctrl('l'), A::Repaint)], "^L", "", "draw the screen anew", always),
];

const fn bind(
    contexts: &'static [Context],
    keys: &'static [(Press, Action)],
    label: &'static str,
    short: &'static str,
    help: &'static str,
    when: fn(&Model) -> bool,
) -> Binding {
    Binding { contexts, keys, label, short, help, when }
}

const fn always(_: &Model) -> bool {
    true
}

const fn empty(model: &Model) -> bool {
    matches!(model.state, State::Empty)
}

const fn not_empty(model: &Model) -> bool {
    !empty(model)
}

fn can_test(model: &Model) -> bool {
    matches!(model.state, State::Open(_)) && test_at_rest(model)
}

fn can_edit(model: &Model) -> bool {
    matches!(model.state, State::Open(_) | State::Locked(..)) && test_at_rest(model)
}

/// Whether the focus can go to the list of deliveries; an empty one of a filter too, so that the filter can be changed.
#[must_use]
pub fn has_deliveries(model: &Model) -> bool {
    not_empty(model) && (!model.deliveries.is_empty() || model.filter.is_some()) && super::view::shows_deliveries(model)
}

fn form_focus(model: &Model) -> Option<Focus> {
    match &model.popup {
        Some(Popup::Form(form)) => Some(form.focus),
        _ => None,
    }
}

fn form_on_field(model: &Model) -> bool {
    matches!(form_focus(model), Some(Focus::Field(_)))
}

fn form_on_button(model: &Model) -> bool {
    matches!(form_focus(model), Some(Focus::Button(_) | Focus::Advanced))
}

fn form_on_choice(model: &Model) -> bool {
    matches!(&model.popup, Some(Popup::Form(form)) if form.on_choice())
}

fn form_on_text(model: &Model) -> bool {
    form_on_field(model) && !form_on_choice(model)
}

fn form_off_text(model: &Model) -> bool {
    !form_on_text(model)
}

fn form_on_secret(model: &Model) -> bool {
    matches!(&model.popup, Some(Popup::Form(form)) if form.focused_secret().is_some())
}

fn form_signs(model: &Model) -> bool {
    matches!(&model.popup, Some(Popup::Form(form)) if form.auth_type() == AuthType::Hmac)
}

fn form_edits(model: &Model) -> bool {
    matches!(&model.popup, Some(Popup::Form(form)) if form.is_edit())
}

fn form_registers(model: &Model) -> bool {
    !form_edits(model)
}

fn test_focus(model: &Model) -> Option<TestFocus> {
    match &model.popup {
        Some(Popup::Test(test)) => Some(test.focus),
        _ => None,
    }
}

fn test_on_send(model: &Model) -> bool {
    matches!(&model.popup, Some(Popup::Test(test)) if !matches!(test.life, Life::Flight(_))
        && matches!(test.focus, TestFocus::Button(super::test_popup::TestButton::Send | super::test_popup::TestButton::SendAgain)))
}

fn test_on_event(model: &Model) -> bool {
    test_focus(model) == Some(TestFocus::Event)
}

fn test_on_tabs(model: &Model) -> bool {
    test_focus(model) == Some(TestFocus::Tabs)
}

fn test_on_request(model: &Model) -> bool {
    matches!(&model.popup, Some(Popup::Test(test)) if test.has_secret() && test.tab == super::test_popup::Tab::Request)
}

fn test_can_edit(model: &Model) -> bool {
    matches!(&model.popup, Some(Popup::Test(test)) if test.can_edit())
}

fn test_answered(model: &Model) -> bool {
    matches!(&model.popup, Some(Popup::Test(test)) if test.delivery().is_some())
}

fn test_in_flight(model: &Model) -> bool {
    model.in_flight().is_some()
}

fn test_at_rest(model: &Model) -> bool {
    !test_in_flight(model)
}

/// Where keys go now.
#[must_use]
pub fn context(model: &Model) -> Context {
    if model.help.is_some() { Context::Help } else { under_help(model) }
}

/// Where keys go when the help is closed: what the help is about.
#[must_use]
pub fn under_help(model: &Model) -> Context {
    match &model.popup {
        Some(Popup::Form(form)) if form.discard.is_some() => Context::Question,
        Some(Popup::Form(_)) => Context::Form,
        Some(Popup::Test(test)) if test.discard.is_some() => Context::Question,
        Some(Popup::Test(test)) if test.prompt.is_some() => Context::Prompt,
        Some(Popup::Test(test)) if test.editing.is_some() => Context::Editor,
        Some(Popup::Test(_)) => Context::Test,
        Some(Popup::Snippet(_)) => Context::Snippet,
        Some(Popup::Verify(_)) => Context::Verify,
        Some(Popup::Probe(ProbePopup::Asking(_))) => Context::Question,
        Some(Popup::Probe(_)) => Context::Probe,
        Some(Popup::Delete { .. } | Popup::Clear { .. } | Popup::Redirect { .. }) => Context::Question,
        None if matches!(model.focus, MainFocus::Delivery(_)) => Context::Deliveries,
        None => Context::Main,
    }
}

/// The bindings that do anything now, in the order of the table.
pub fn offered(model: &Model, context: Context) -> impl Iterator<Item = &'static Binding> {
    TABLE.iter().filter(move |binding| binding.contexts.contains(&context) && (binding.when)(model))
}

/// What a key does now.
#[must_use]
pub fn action(model: &Model, press: Press) -> Option<Action> {
    offered(model, context(model))
        .find_map(|binding| binding.keys.iter().find(|(key, _)| *key == press).map(|&(_, action)| action))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_terminals_keep_for_themselves_are_not_bound() {
        for binding in TABLE {
            for (press, _) in binding.keys {
                assert!(
                    !matches!(press, P::Ctrl('s' | 'q' | 'b' | 'a' | 'h' | 'i' | 'j' | 'm' | '\\' | ']') | P::Char('~')),
                    "{}",
                    binding.help
                );
            }
        }
    }

    #[test]
    fn every_binding_has_help() {
        for binding in TABLE {
            assert!(!binding.help.is_empty() && !binding.label.is_empty());
        }
    }
}
