//! The receiver's check as code, and the question whether a received request is ours.

use crate::domain::auth::{ApiKeyPlace, Auth};
use crate::domain::signature::explain::Explanation;
use crate::domain::snippet::{self, Lang};
use crate::ops::Problem;
use crate::ops::probe::{Case, Report};
use crate::tui::action::Action;
use crate::tui::effect::{Body, Effect};
use crate::tui::model::{Model, Popup};
use crate::tui::msg::Id;
use crate::tui::screens::delivery::update as history;
use crate::tui::screens::other_side::state::{Checked, Head, ProbePopup, SnippetPopup, VerifyFocus, VerifyPopup};
use crate::tui::status::Tone;
use crate::tui::update::close;
use crate::tui::view;
use crate::tui::widgets::editor::Move;

pub fn open_snippet(model: &mut Model) {
    model.status = None;
    model.popup = Some(Popup::Snippet(SnippetPopup { lang: Lang::ALL[0], scroll: 0 }));
}

pub fn open_verify(model: &mut Model) {
    model.status = None;
    // What was pasted before is still there.
    model.popup = Some(Popup::Verify(model.kept_verify.take().unwrap_or_default()));
}

pub fn snippet(model: &mut Model, action: Action) -> Vec<Effect> {
    let (lines, page) = view::other_side_extent(model);
    let last = lines.saturating_sub(page);
    let settings = model.destination().map(|destination| destination.settings().clone());
    let Some(Popup::Snippet(popup)) = &mut model.popup else { return Vec::new() };
    let at = Lang::ALL.iter().position(|&lang| lang == popup.lang).unwrap_or(0);
    match action {
        Action::Left | Action::Right => {
            let by = if action == Action::Left { -1 } else { 1 };
            let next = at.saturating_add_signed(by).min(Lang::ALL.len() - 1);
            model.changed = next != at;
            *popup = SnippetPopup { lang: Lang::ALL[next], scroll: if next == at { popup.scroll } else { 0 } };
        }
        Action::Copy | Action::Press => {
            return settings.map(|settings| Effect::Copy(snippet::snippet(&settings, popup.lang))).into_iter().collect();
        }
        Action::Back => close(model),
        action => popup.scroll = scrolled(popup.scroll, action, page, last),
    }
    Vec::new()
}

pub fn open_probe(model: &mut Model) {
    model.status = None;
    if model.destination().is_some_and(|destination| destination.auth().secret().is_none()) {
        model.say(Tone::Note, "There is nothing to check: requests carry no credentials.");
        return;
    }
    model.popup = Some(Popup::Probe(ProbePopup::Asking(false)));
}

/// The answer to the question before a probe.
pub fn ask_probe(model: &mut Model, action: Action) -> Vec<Effect> {
    let Some(Popup::Probe(ProbePopup::Asking(send))) = &mut model.popup else { return Vec::new() };
    match action {
        Action::Press if *send => {
            let id = model.id();
            let Some(destination) = model.destination().cloned() else { return Vec::new() };
            model.popup = Some(Popup::Probe(ProbePopup::Running { id, case: None, stopping: false }));
            return vec![Effect::Probe { id, destination: Box::new(destination) }];
        }
        Action::Press | Action::Back => close(model),
        Action::Left => *send = false,
        Action::Right => *send = true,
        _ => *send = !*send,
    }
    Vec::new()
}

pub fn probe(model: &mut Model, action: Action) -> Vec<Effect> {
    let (lines, page) = view::other_side_extent(model);
    match (action, &mut model.popup) {
        (Action::Back | Action::Press, Some(Popup::Probe(ProbePopup::Running { .. }))) => return stop_probe(model),
        (Action::Back | Action::Press, _) => {
            close(model);
            // What was sent is in the history.
            return history::refresh(model);
        }
        (action, Some(Popup::Probe(ProbePopup::Done { scroll, .. }))) => {
            let to = scrolled(*scroll, action, page, lines.saturating_sub(page));
            model.changed = to != *scroll;
            *scroll = to;
        }
        _ => model.changed = false,
    }
    Vec::new()
}

pub fn stop_probe(model: &mut Model) -> Vec<Effect> {
    match &mut model.popup {
        Some(Popup::Probe(ProbePopup::Running { id, stopping, .. })) if !*stopping => {
            *stopping = true;
            model.changed = true;
            vec![Effect::Stop { id: *id }]
        }
        _ => Vec::new(),
    }
}

pub fn probing(model: &mut Model, of: Id, now: Case) -> Vec<Effect> {
    match &mut model.popup {
        Some(Popup::Probe(ProbePopup::Running { id, case, .. })) if *id == of => *case = Some(now),
        _ => model.changed = false,
    }
    Vec::new()
}

pub fn probed(model: &mut Model, of: Id, result: Result<Box<Report>, Problem>) -> Vec<Effect> {
    if matches!(&model.popup, Some(Popup::Probe(ProbePopup::Running { id, .. })) if *id == of) {
        model.popup = Some(Popup::Probe(match result {
            Ok(report) => ProbePopup::Done { report, scroll: 0 },
            Err(problem) => ProbePopup::Failed(problem.to_string()),
        }));
    } else {
        model.changed = false;
    }
    Vec::new()
}

pub fn scrolled(scroll: usize, action: Action, page: usize, last: usize) -> usize {
    match action {
        Action::Up => scroll.saturating_sub(1),
        Action::Down => scroll + 1,
        Action::PageUp => scroll.saturating_sub(page),
        Action::PageDown => scroll + page,
        Action::Home => 0,
        Action::End => last,
        _ => scroll,
    }
    .min(last)
}

fn popup(model: &mut Model) -> Option<&mut VerifyPopup> {
    match &mut model.popup {
        Some(Popup::Verify(verify)) => Some(verify),
        _ => None,
    }
}

pub fn typed(model: &mut Model, c: char) -> Vec<Effect> {
    insert(model, c.encode_utf8(&mut [0; 4]));
    Vec::new()
}

pub fn insert(model: &mut Model, text: &str) {
    let Some(verify) = popup(model) else { return };
    let Some(editor) = verify.focused() else { return };
    let fits = editor.insert(text);
    verify.checked =
        if fits { Checked::Not } else { Checked::Unfit("It does not fit. Name a file with @ and its path.".to_owned()) };
    model.changed = true;
}

pub fn verify(model: &mut Model, action: Action) -> Vec<Effect> {
    let (lines, page) = view::other_side_extent(model);
    let last = lines.saturating_sub(page);
    let Some(verify) = popup(model) else { return Vec::new() };
    let at = VerifyFocus::ALL.iter().position(|&focus| focus == verify.focus).unwrap_or(0);
    let count = VerifyFocus::ALL.len();
    match (action, verify.focus) {
        (Action::Next, _) => verify.focus = VerifyFocus::ALL[(at + 1) % count],
        (Action::Previous, _) => verify.focus = VerifyFocus::ALL[(at + count - 1) % count],
        (Action::Submit, _) | (Action::Press, VerifyFocus::Check) => return check(model),
        (Action::Press, VerifyFocus::Close) | (Action::Back, _) => {
            if let Some(Popup::Verify(popup)) = model.popup.take() {
                model.kept_verify = Some(popup);
            }
            close(model);
        }
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
    let settings = model.destination().map(|destination| destination.settings().clone());
    let Some(verify) = popup(model) else { return Vec::new() };
    let Some(settings) = settings else { return Vec::new() };
    verify.scroll = 0;
    let in_query = matches!(settings.auth(), Auth::ApiKey { place: ApiKeyPlace::Query(_), .. });
    match verify.parsed_head() {
        Ok(Head { target: None, .. }) if in_query => {
            let why = "The key is in the query: give the request's first line, too, above the headers: POST /in?… HTTP/1.1";
            verify.checked = Checked::Unfit(why.to_owned());
            verify.focus = VerifyFocus::Headers;
            Vec::new()
        }
        Ok(Head { target, headers }) => {
            let body = match verify.body_file() {
                Some(path) => Body::File(path.to_owned()),
                None => Body::Bytes(verify.body.text().into_bytes()),
            };
            verify.checked = Checked::Waiting(id);
            vec![Effect::Explain { id, settings: Box::new(settings), target, headers, body }]
        }
        Err(why) => {
            verify.checked = Checked::Unfit(why);
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
                Err(why) => Checked::Unfit(why),
            };
        }
        _ => model.changed = false,
    }
    Vec::new()
}
