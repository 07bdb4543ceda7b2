//! What happens at a key in the form, and at the end of a save.

use tui_input::InputRequest;

use crate::domain::draft::Draft;
use crate::domain::field::{AUTH, BODY, Field, Notice, TLS_FILES, URL};
use crate::domain::mangling::Correction;
use crate::ops::{Problem, ProblemKind, Saved, State};
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::model::{Model, Popup};
use crate::tui::msg::{Id, Pasted};
use crate::tui::navigation::{ask, close, load};
use crate::tui::screens::delivery::update as deliveries;
use crate::tui::screens::form::focus::{Focus, FormButton, HeaderPart};
use crate::tui::screens::form::state::{Form, Purpose, Saving};
use crate::tui::screens::question::state::Pending;
use crate::tui::screens::test::access::say;
use crate::tui::screens::test::{fix, send};
use crate::tui::status::Tone;
use crate::tui::widgets::text_field::Refusal;

fn open(model: &mut Model) -> Option<&mut Form> {
    match &mut model.popup {
        // While a save is under way its text must not change.
        Some(Popup::Form(form)) if form.saving.is_none() => Some(form),
        _ => None,
    }
}

pub fn typed(model: &mut Model, c: char) -> Vec<Effect> {
    let Some(form) = open(model) else { return Vec::new() };
    let Some((field, input)) = form.focused_text() else { return Vec::new() };
    let result = if c.is_control() { Ok(()) } else { input.insert(c) };
    form.touched(field);
    if let Err(Refusal(why)) = result {
        form.notes.push(Notice::new(field, why));
    }
    model.changed = true;
    Vec::new()
}

pub fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let before = open(model).map(|form| form.focus);
    let mut effects = acted(model, action);
    if let Some(Focus::Field(field)) = before {
        effects.extend(left(model, field));
    }
    effects
}

/// Looks at what a field has that the focus has left.
fn left(model: &mut Model, field: Field) -> Option<Effect> {
    if !TLS_FILES.contains(&field) {
        return None;
    }
    let id = model.id();
    let Model { environment, popup: Some(Popup::Form(form)), .. } = model else { return None };
    if form.focus == Focus::Field(field) || form.saving.is_some() {
        return None;
    }
    form.expand_paths(environment);
    form.check_file(id, field)
}

fn acted(model: &mut Model, action: Action) -> Vec<Effect> {
    let Some(form) = open(model) else {
        model.changed = false;
        return Vec::new();
    };
    match action {
        Action::Next => form.step(1),
        Action::Complete => return complete(model),
        Action::Previous => form.step(-1),
        Action::Up => model.changed = form.arrow(-1),
        Action::Down => model.changed = form.arrow(1),
        Action::Left if matches!(form.focus, Focus::Button(_)) => button(form, -1),
        Action::Right if matches!(form.focus, Focus::Button(_)) => button(form, 1),
        Action::Left => model.changed = form.choose(-1),
        Action::Right => model.changed = form.choose(1),
        Action::Choose => model.changed = form.choose_auth(),
        Action::Compare => form.comparing = !form.comparing,
        Action::Press => return press(model),
        Action::Submit => return submit(model, false),
        Action::SubmitAndTest => return submit(model, true),
        Action::Generate => {
            return generate(form);
        }
        Action::Reveal => form.reveal(),
        Action::Copy => return form.to_copy().map(Effect::CopySecret).into_iter().collect(),
        Action::Fix => model.changed = form.correct(),
        Action::RemoveHeader => model.changed = form.remove_header(),
        Action::Back => {
            if form.is_dirty() {
                ask(model, Pending::DiscardForm);
            } else {
                close(model);
            }
        }
        Action::CursorLeft => edit(model, InputRequest::GoToPrevChar),
        Action::CursorRight => edit(model, InputRequest::GoToNextChar),
        Action::WordLeft => edit(model, InputRequest::GoToPrevWord),
        Action::WordRight => edit(model, InputRequest::GoToNextWord),
        Action::Home => edit(model, InputRequest::GoToStart),
        Action::End => edit(model, InputRequest::GoToEnd),
        Action::EraseBack => edit(model, InputRequest::DeletePrevChar),
        Action::EraseForward => edit(model, InputRequest::DeleteNextChar),
        Action::EraseWord => edit(model, InputRequest::DeletePrevWord),
        Action::EraseToStart => edit(model, InputRequest::DeleteFromStart),
        Action::EraseToEnd => edit(model, InputRequest::DeleteTillEnd),
        _ => model.changed = false,
    }
    Vec::new()
}

/// Takes what another waypost made of what is edited, as it was read again.
pub fn follow(model: &mut Model) {
    let Model { state, generation, popup: Some(Popup::Form(form)), .. } = model else { return };
    if !form.is_behind(*generation) {
        return;
    }
    match state {
        State::Open(destination) => {
            let settings = destination.settings().clone();
            let draft = Draft::of(&settings);
            form.follow(*generation, Some(settings), draft);
        }
        State::Locked(draft, _) => form.follow(*generation, None, (**draft).clone()),
        State::Empty => form.outlive(),
        State::Unreadable(_) => {}
    }
}

/// Completes a path, or goes on.
fn complete(model: &mut Model) -> Vec<Effect> {
    let id = model.id();
    let Model { environment, popup: Some(Popup::Form(form)), .. } = model else { return Vec::new() };
    match form.complete_path(id, environment) {
        Some(effect) => vec![effect],
        None => {
            form.step(1);
            Vec::new()
        }
    }
}

/// Takes the names that a path can be completed with.
pub fn completed(model: &mut Model, id: Id, field: Field, text: &str, names: &[String]) -> Vec<Effect> {
    model.changed = open(model).is_some_and(|form| form.completed_path(id, field, text, names));
    left(model, field).into_iter().collect()
}

/// Takes what a look at the file of a field found.
pub fn file_checked(model: &mut Model, field: Field, path: &str, result: Result<Vec<Notice>, Problem>) -> Vec<Effect> {
    let clock = model.environment.clock.clone();
    let on_clock = |notice: Notice| Notice { text: clock.in_sentence(&notice.text), ..notice };
    let result = result.map(|notices| notices.into_iter().map(on_clock).collect());
    model.changed = open(model).is_some_and(|form| form.checked_file(field, path, result));
    Vec::new()
}

/// Puts the registered secret, corrected, into the form.
pub fn corrected(model: &mut Model, id: Id, correction: Option<(Field, Box<Correction>)>) -> Vec<Effect> {
    model.changed = match (&mut model.popup, correction) {
        (Some(Popup::Form(form)), Some((field, correction))) => form.corrected(id, field, &correction),
        _ => false,
    };
    Vec::new()
}

/// Goes to the field that can be generated, and asks for a value.
fn generate(form: &mut Form) -> Vec<Effect> {
    let Some(field) = form.auth_type().fields.iter().find(|field| field.can_be_generated()) else { return Vec::new() };
    form.go(Focus::Field(field));
    vec![Effect::Generate { field, choices: form.inputs.choices().clone() }]
}

fn edit(model: &mut Model, request: InputRequest) {
    let Some(form) = open(model) else { return };
    let Some((field, input)) = form.focused_text() else { return };
    let before = input.text().len();
    let changed = input.request(request);
    if input.text().len() != before {
        form.touched(field);
    }
    model.changed = changed;
}

/// Left and right on the buttons stay among them.
fn button(form: &mut Form, by: isize) {
    let Focus::Button(focused) = form.focus else { return };
    let at = FormButton::ALL.iter().position(|&button| button == focused).unwrap_or(0);
    form.go(Focus::Button(FormButton::ALL[at.saturating_add_signed(by).min(FormButton::ALL.len() - 1)]));
}

fn press(model: &mut Model) -> Vec<Effect> {
    let Some(form) = open(model) else { return Vec::new() };
    match form.focus {
        Focus::Button(FormButton::Save) => submit(model, false),
        Focus::Button(FormButton::SaveAndTest) => submit(model, true),
        Focus::Button(FormButton::Cancel) => act(model, Action::Back),
        Focus::More => {
            form.unfold();
            model.changed = true;
            Vec::new()
        }
        Focus::Field(field) if field == AUTH => {
            form.choose_auth();
            form.step(1);
            model.changed = true;
            Vec::new()
        }
        Focus::AddHeader => {
            form.add_header();
            model.changed = true;
            Vec::new()
        }
        Focus::Header(at, HeaderPart::Line) => {
            form.open_header(at);
            model.changed = true;
            Vec::new()
        }
        Focus::Field(_) | Focus::Convention | Focus::KeepOld | Focus::Header(..) => Vec::new(),
    }
}

fn submit(model: &mut Model, then_test: bool) -> Vec<Effect> {
    let id = model.id();
    let Model { environment, popup: Some(Popup::Form(form)), .. } = model else { return Vec::new() };
    form.expand_paths(environment);
    form.problem = None;
    form.followed = None;
    match form.complete().check() {
        Ok(_) => {
            form.errors.clear();
            form.saving = Some(Saving { id, then_test });
            let (over, keeps_secrets) = match &form.purpose {
                Purpose::Register => (None, false),
                Purpose::Edit { generation, registered } => (Some(*generation), registered.is_some()),
            };
            let body = form.pasted.as_ref().and_then(|pasted| pasted.body.as_ref());
            let event = body.map(|body| Pasted::new(String::from_utf8_lossy(body).into_owned()));
            vec![Effect::Save { id, draft: Box::new(form.draft()), keeps_secrets, over, keep: form.keeps(), event }]
        }
        Err(errors) => {
            form.refuse(errors);
            Vec::new()
        }
    }
}

pub fn saved(model: &mut Model, id: Id, result: Result<Box<Saved>, Problem>) -> Vec<Effect> {
    let Some(Popup::Form(form)) = &mut model.popup else {
        model.changed = false;
        return Vec::new();
    };
    let Some(Saving { then_test, .. }) = form.saving.take_if(|saving| saving.id == id) else {
        model.changed = false;
        return Vec::new();
    };
    let saved = match result {
        Ok(saved) => saved,
        Err(problem) if problem.field.is_some() => {
            form.refuse(vec![problem]);
            return Vec::new();
        }
        Err(problem) => {
            // What was typed stays, so that it can be saved once the cause is fixed. What another waypost made of the file
            // meanwhile is read, so that Cancel shows it.
            let changed =
                matches!(problem.kind, ProblemKind::Busy | ProblemKind::AlreadyRegistered | ProblemKind::NothingRegistered);
            form.problem = Some(problem);
            return if changed { vec![load(model)] } else { Vec::new() };
        }
    };
    let done = if form.is_edit() { "Saved." } else { "Registered." };
    let mut notices = form.complete().notices();
    // Said once for each URL.
    let is_same = model.destination().is_some_and(|before| before.url() == saved.destination.url());
    notices.retain(|notice| notice.field == URL && !is_same);
    model.take_saved(&saved);
    let Saved { warning, notices: once, undo, .. } = *saved;
    let clock = &model.environment.clock;
    let notes = notices.iter().chain(&once).filter_map(|notice| match notice.field {
        field if field == URL || field == BODY => Some(format!("Note: {}.", notice.text)),
        field if field.is_secret() => None,
        _ => Some(format!("Note: {}.", clock.in_sentence(&notice.to_string()))),
    });
    let notes: Vec<String> = notes.collect();
    let mut effects = deliveries::to_buttons(model, 0);
    model.witness = None;
    let fixes = match &mut model.popup {
        Some(Popup::Form(form)) => form.fixes.take(),
        _ => None,
    };
    close(model);
    if fixes.is_some() || then_test {
        effects.extend(match fixes {
            Some(test) => fix::saved(model, test),
            None => send::open_and_send(model),
        });
        match warning {
            Some(problem) => say(model, Tone::Error, problem.to_string()),
            None if notes.is_empty() => {}
            None => say(model, Tone::Note, notes.join(" ")),
        }
        return effects;
    }
    match warning {
        Some(problem) => model.say(Tone::Error, problem.to_string()),
        None => {
            let mut said = vec![format!("{done} Press t to send a test delivery.")];
            said.extend(undo.is_some().then(|| "U undoes the edit until you quit.".to_owned()));
            said.extend(notes);
            model.say(Tone::Done, said.join(" "));
        }
    }
    effects
}
