//! What happens at a key in the verify popup, and at a verdict.

use crate::domain::signature::explain::Explanation;
use crate::domain::snippet::check::ReceiverCheck;
use crate::tui::action::Action;
use crate::tui::effect::{Effect, ToVerify};
use crate::tui::model::{Model, Popup};
use crate::tui::msg::Id;
use crate::tui::navigation::{close, edit};
use crate::tui::screens::form::fix;
use crate::tui::screens::verify::layout;
use crate::tui::screens::verify::state::{Checked, Head, VerifyFocus, VerifyPopup};
use crate::tui::widgets::editor::Move;
use crate::tui::widgets::scroll::scrolled;

pub fn open(model: &mut Model) {
    model.status = None;
    // What was pasted before is still there.
    model.popup = Some(Popup::Verify(model.closed_verify.take().unwrap_or_default()));
}

fn popup(model: &mut Model) -> Option<&mut VerifyPopup> {
    match &mut model.popup {
        Some(Popup::Verify(verify)) => Some(verify),
        _ => None,
    }
}

/// What was pasted is there again when it is opened the next time.
fn set_aside(model: &mut Model) {
    if let Some(Popup::Verify(popup)) = model.popup.take() {
        model.closed_verify = Some(popup);
    }
}

/// Opens the form at the secret, for the one that the request was made with.
fn correct(model: &mut Model) -> Vec<Effect> {
    let registered = model.destination().and_then(|destination| destination.auth().auth_type().secret_fields().next());
    let (Some(verify), Some(field)) = (popup(model), registered) else { return Vec::new() };
    let Ok(Head { target, headers }) = verify.parsed_head() else { return Vec::new() };
    let request = ToVerify { target, headers, body: verify.given_body() };
    set_aside(model);
    edit(model);
    if let Some(Popup::Form(form)) = &mut model.popup {
        form.fix(field, &[]);
    }
    fix::correct(model, Some(request)).into_iter().collect()
}

pub fn typed(model: &mut Model, c: char) -> Vec<Effect> {
    insert(model, c.encode_utf8(&mut [0; 4]));
    Vec::new()
}

pub fn insert(model: &mut Model, text: &str) {
    let Some(verify) = popup(model) else { return };
    let Some(editor) = verify.focused() else { return };
    let fits = editor.insert(text);
    verify.checked = if fits {
        Checked::Not
    } else {
        Checked::Invalid("That is too long. Enter @ and the path of a file instead.".to_owned())
    };
    model.changed = true;
}

pub fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let (lines, page) = layout::extent(model);
    let last = lines.saturating_sub(page);
    let Some(verify) = popup(model) else { return Vec::new() };
    let at = VerifyFocus::ALL.iter().position(|&focus| focus == verify.focus).unwrap_or(0);
    let count = VerifyFocus::ALL.len();
    match (action, verify.focus) {
        (Action::Next, _) => verify.focus = VerifyFocus::ALL[(at + 1) % count],
        (Action::Previous, _) => verify.focus = VerifyFocus::ALL[(at + count - 1) % count],
        (Action::Submit, _) | (Action::Press, VerifyFocus::Check) => return check(model),
        (Action::Press, VerifyFocus::Close) | (Action::Back, _) => {
            set_aside(model);
            close(model);
        }
        (Action::Fix, _) => return correct(model),
        (Action::PageUp | Action::PageDown, _) => verify.scroll = scrolled(verify.scroll, action, page, last),
        (Action::CursorLeft | Action::CursorRight, VerifyFocus::Check | VerifyFocus::Close) => {
            verify.focus = if verify.focus == VerifyFocus::Check { VerifyFocus::Close } else { VerifyFocus::Check };
        }
        (action, _) => {
            let Some(editor) = verify.focused() else { return Vec::new() };
            let before = editor.text();
            match action {
                Action::Press => editor.newline(),
                Action::Up => editor.go(Move::Up),
                Action::Down => editor.go(Move::Down),
                Action::CursorLeft => editor.go(Move::Left),
                Action::CursorRight => editor.go(Move::Right),
                Action::Home => editor.go(Move::Home),
                Action::End => editor.go(Move::End),
                Action::EraseBack => editor.erase_back(),
                Action::EraseForward => editor.erase_forward(),
                Action::EraseToEnd => editor.erase_to_end(),
                _ => {}
            }
            if verify.focused().is_some_and(|editor| editor.text() != before) {
                verify.checked = Checked::Not;
            }
        }
    }
    Vec::new()
}

fn check(model: &mut Model) -> Vec<Effect> {
    let id = model.id();
    let Some(destination) = model.destination() else { return Vec::new() };
    let in_query = matches!(destination.auth().receiver_check(), ReceiverCheck::Query(_));
    let Some(verify) = popup(model) else { return Vec::new() };
    verify.scroll = 0;
    match verify.parsed_head() {
        Ok(Head { target: None, .. }) if in_query => {
            let why = "The key is in the query: paste the request line above the headers, too: POST /in?… HTTP/1.1";
            verify.checked = Checked::Invalid(why.to_owned());
            verify.focus = VerifyFocus::Headers;
            Vec::new()
        }
        Ok(Head { target, headers }) => {
            let request = ToVerify { target, headers, body: verify.given_body() };
            verify.checked = Checked::Waiting(id);
            vec![Effect::Explain { id, request }]
        }
        Err(why) => {
            verify.checked = Checked::Invalid(why);
            verify.focus = VerifyFocus::Headers;
            Vec::new()
        }
    }
}

pub fn explained(model: &mut Model, id: Id, result: Result<Box<Explanation>, String>) -> Vec<Effect> {
    match popup(model) {
        Some(verify) if verify.checked == Checked::Waiting(id) => {
            verify.checked = match result {
                Ok(explanation) => Checked::Explained(explanation),
                Err(why) => Checked::Invalid(why),
            };
        }
        _ => model.changed = false,
    }
    Vec::new()
}
