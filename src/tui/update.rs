//! What happens at a message: the model changes, and effects come out. Pure and deterministic: times and ids come in.

pub use crate::tui::screens::delivery::update::shown_at_most;

use crate::tui::screens::delivery::update as history;
use crate::tui::screens::form::update as form;
use crate::tui::screens::main::update as main_screen;
use crate::tui::screens::other_side::update as other_side;
use crate::tui::screens::test::{body, prompt, update as test};

use crate::domain::event::{BuiltIn, Event};
use crate::ops::{Problem, Situation, State};
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::guide;
use crate::tui::keys;
use crate::tui::keys::Context;
use crate::tui::model::{MainFocus, Model, Popup};
use crate::tui::msg::{Id, Msg, Press};
use crate::tui::screens::form::state::Form;
use crate::tui::status::{Status, Tone};

/// The smallest terminal that is drawn on, in columns and rows.
pub const SMALLEST: (u16, u16) = (40, 10);

/// The exit code of an app that was interrupted.
const INTERRUPTED: u8 = 130;

/// Takes a message. [`Model::changed`] says afterwards whether there is anything new to draw.
pub fn update(model: &mut Model, msg: Msg) -> Vec<Effect> {
    let effects = taken(model, msg);
    guide::follow(model);
    effects
}

pub(crate) fn taken(model: &mut Model, msg: Msg) -> Vec<Effect> {
    model.changed = true;
    match msg {
        Msg::Key(press) => key(model, press),
        Msg::Paste(pasted) => paste(model, pasted.text()),
        Msg::Resize(columns, rows) => {
            model.size = (columns, rows);
            // Also when the size is the one it was: what a terminal loses that shrinks and grows again is gone from its screen.
            let mut effects = vec![Effect::Repaint];
            effects.extend(history::fill(model));
            effects
        }
        Msg::Loaded(id, situation) => loaded(model, id, *situation),
        Msg::Saved(id, result) => {
            let well = result.is_ok();
            let effects = form::saved(model, id, result);
            then_early(model, well, effects)
        }
        Msg::Removed(id, result) => {
            let well = result.is_ok();
            let effects = main_screen::removed(model, id, result);
            then_early(model, well, effects)
        }
        Msg::Generated(result) => {
            match (&mut model.popup, result) {
                (Some(Popup::Form(form)), Ok(secret)) => model.changed = form.generated(&secret),
                (Some(Popup::Form(form)), Err(problem)) => form.problem = Some(problem),
                _ => model.changed = false,
            }
            Vec::new()
        }
        Msg::Tick(_) | Msg::Sending(..) | Msg::Began(..) | Msg::Ended(..) | Msg::Delivered(..) => test::report(model, msg),
        Msg::Unrecorded(id, problem) => test::unrecorded(model, id, &problem),
        Msg::Listed(id, result) => history::listed(model, id, result),
        Msg::Cleared(id, result) => {
            let effects = history::cleared(model, id, result);
            then_early(model, false, effects)
        }
        Msg::Copied(result) => told(model, result.map(|by| format!("Copied: {by}."))),
        Msg::Wrote(result) => told(model, result.map(|path| format!("Written to {path}."))),
        Msg::Kept(result) => kept(model, result),
        Msg::NotSent(id, problem) => test::not_sent(model, id, &problem),
        Msg::EditedOutside(result) => body::edited_outside(model, result),
        Msg::Probing(id, case) => other_side::probing(model, id, case),
        Msg::Probed(id, result) => other_side::probed(model, id, result),
        Msg::Explained(id, result) => other_side::explained(model, id, result),
        Msg::Witnessed(witness) => {
            if let Some(guide) = &mut model.guide {
                guide.told(&witness);
            }
            model.witness = Some(witness);
            Vec::new()
        }
        Msg::Resumed => vec![Effect::Repaint],
        Msg::Terminate(code) => quit(model, code),
    }
}

pub(crate) fn key(model: &mut Model, press: Press) -> Vec<Effect> {
    if too_small(model.size) {
        model.changed = false;
        return if press == Press::Ctrl('c') { interrupt(model) } else { Vec::new() };
    }
    if model.is_saving() && press != Press::Ctrl('c') {
        model.changed = false;
        model.early.push(press);
        return Vec::new();
    }
    let context = keys::context(model);
    let Some(action) = keys::action(model, press) else {
        return typed(model, context, press);
    };
    if action != Action::Interrupt {
        model.quit_armed = false;
    }
    match action {
        Action::Quit if test::ask_discard(model, Action::Quit) => Vec::new(),
        Action::Quit => quit(model, 0),
        Action::Interrupt => interrupt(model),
        Action::Suspend => vec![Effect::Suspend],
        Action::Repaint => vec![Effect::Repaint],
        Action::Help => {
            model.help = Some(0);
            Vec::new()
        }
        action => match context {
            Context::Help => help(model, action),
            Context::Main | Context::Deliveries => main_screen::act(model, action),
            Context::Form => form::act(model, action),
            Context::Question => question(model, action),
            Context::Test => test::act(model, action),
            Context::Prompt => prompt::act(model, action),
            Context::Snippet => other_side::snippet(model, action),
            Context::Verify => other_side::verify(model, action),
            Context::Probe => other_side::probe(model, action),
            Context::Editor => body::act(model, action),
        },
    }
}

/// A key without an action: a character goes into the focused text field, anything else does nothing.
pub(crate) fn typed(model: &mut Model, context: Context, press: Press) -> Vec<Effect> {
    model.changed = false;
    match (context, press) {
        (Context::Form, Press::Char(c)) => form::typed(model, c),
        (Context::Prompt, Press::Char(c)) => prompt::typed(model, c),
        (Context::Editor, Press::Char(c)) => body::typed(model, c),
        (Context::Verify, Press::Char(c)) => other_side::typed(model, c),
        _ => Vec::new(),
    }
}

/// The keys that came while a save was under way, when it has ended well; else they were typed for something that is not so.
pub(crate) fn then_early(model: &mut Model, well: bool, mut effects: Vec<Effect>) -> Vec<Effect> {
    if model.is_saving() {
        return effects;
    }
    let early = std::mem::take(&mut model.early);
    if !well {
        return effects;
    }
    let changed = model.changed;
    for press in early {
        // Nobody has seen a question that came up meanwhile.
        if keys::context(model) == Context::Question {
            break;
        }
        effects.extend(key(model, press));
    }
    model.changed |= changed;
    effects
}

pub(crate) fn paste(model: &mut Model, text: &str) -> Vec<Effect> {
    if too_small(model.size) {
        model.changed = false;
        return Vec::new();
    }
    match (keys::context(model), &mut model.popup) {
        (Context::Form, Some(Popup::Form(form))) if form.saving.is_none() => form.paste(text),
        (Context::Prompt, _) => prompt::paste(model, text),
        (Context::Editor, _) => body::paste(model, text),
        (Context::Verify, _) => other_side::insert(model, text),
        _ => model.changed = false,
    }
    Vec::new()
}

/// Says what came of something that was done beside the popup.
pub(crate) fn told(model: &mut Model, result: Result<String, Problem>) -> Vec<Effect> {
    match result {
        Ok(text) => test::say(model, Tone::Done, text),
        Err(problem) => test::say(model, Tone::Error, problem.to_string()),
    }
    Vec::new()
}

pub(crate) fn kept(model: &mut Model, result: Result<(Event, Vec<Event>), Problem>) -> Vec<Effect> {
    let result = result.map(|(Event { name, body }, events)| {
        model.events = events;
        let own = model.events.clone();
        // Of a body that was changed meanwhile something else was kept.
        if let Some(test) = test::popup(model).filter(|test| test.event.body == body) {
            test.event.name.clone_from(&name);
            test.edited = false;
        }
        if let Some(test) = test::popup(model).filter(|test| !test.choices.is_empty() && test.event.name == name) {
            test.choices = BuiltIn::ALL.into_iter().map(BuiltIn::event).chain(own).collect();
            test.choice = test.choices.iter().position(|event| event.name == name).unwrap_or(0);
        }
        format!("Kept as the event {name}.")
    });
    told(model, result)
}

pub(crate) fn loaded(model: &mut Model, id: Id, situation: Situation) -> Vec<Effect> {
    if model.loading.take_if(|waited| *waited == id).is_none() {
        model.changed = false;
        return Vec::new();
    }
    model.take(situation);
    if matches!(model.state, State::Unreadable(_)) && model.popup.is_none() {
        model.say(Tone::Error, "It still cannot be read.");
    }
    // A test delivery of what is no longer there makes no sense.
    if matches!(model.popup, Some(Popup::Test(_))) && model.in_flight().is_none() && model.destination().is_none() {
        model.popup = None;
        model.say(Tone::Note, "The destination was changed by another waypost.");
    }
    Vec::new()
}

/// Reads the state file again.
pub(crate) fn load(model: &mut Model) -> Effect {
    let id = model.id();
    model.loading = Some(id);
    Effect::Load { id }
}

pub(crate) fn help(model: &mut Model, action: Action) -> Vec<Effect> {
    let last = crate::tui::view::help_overflow(model);
    let Some(scroll) = &mut model.help else { return Vec::new() };
    match action {
        Action::Up => *scroll = scroll.saturating_sub(1),
        Action::Down => *scroll = (*scroll + 1).min(last),
        Action::PageUp => *scroll = scroll.saturating_sub(10),
        Action::PageDown => *scroll = (*scroll + 10).min(last),
        _ => model.help = None,
    }
    Vec::new()
}

pub(crate) fn question(model: &mut Model, action: Action) -> Vec<Effect> {
    match &mut model.popup {
        Some(Popup::Form(_)) => form::discard(model, action),
        Some(Popup::Delete { .. }) => main_screen::delete(model, action),
        Some(Popup::Clear { .. }) => history::clear(model, action),
        Some(Popup::Redirect { .. }) => test::redirect(model, action),
        Some(Popup::Test(_)) => test::discard(model, action),
        Some(Popup::Probe(_)) => other_side::ask_probe(model, action),
        _ => Vec::new(),
    }
}

/// Ctrl-C: stops a delivery, else quits; asks first when a form is dirty, and quits when pressed again.
pub(crate) fn interrupt(model: &mut Model) -> Vec<Effect> {
    model.help = None;
    if model.in_flight().is_some() {
        return test::stop(model);
    }
    if let Some(Popup::Form(form)) = &mut model.popup
        && form.saving.is_none()
        && form.is_dirty()
        && !model.quit_armed
    {
        form.discard = Some(false);
        model.quit_armed = true;
        model.changed = true;
        model.say(Tone::Note, "Press ^C again to quit without saving.");
        return Vec::new();
    }
    if let Some(Popup::Test(test)) = &mut model.popup
        && test.is_dirty()
        && !model.quit_armed
    {
        model.quit_armed = true;
        model.changed = true;
        let text = "The edited body is nowhere else. Press ^C again to quit without it.";
        test.said = Some(Status { tone: Tone::Note, text: text.to_owned() });
        return Vec::new();
    }
    quit(model, INTERRUPTED)
}

pub(crate) fn quit(model: &mut Model, code: u8) -> Vec<Effect> {
    let mut effects = Vec::new();
    if let Some(id) = model.in_flight() {
        effects.push(Effect::Stop { id });
    }
    model.quitting = Some(code);
    effects.push(Effect::Quit(code));
    effects
}

/// Whether a terminal is too small to draw on.
#[must_use]
pub const fn too_small(size: (u16, u16)) -> bool {
    size.0 < SMALLEST.0 || size.1 < SMALLEST.1
}

/// Opens the form over what is registered.
pub(crate) fn edit(model: &mut Model) {
    let form = match &model.state {
        State::Open(destination) => {
            let settings = destination.settings().clone();
            let draft = crate::domain::draft::Draft::of(&settings);
            Form::edit(model.generation, Some(settings), draft)
        }
        State::Locked(draft, _) => Form::edit(model.generation, None, (**draft).clone()),
        _ => return,
    };
    model.status = None;
    model.popup = Some(Popup::Form(Box::new(form)));
}

/// Back to the destination screen, on its first button.
pub(crate) fn close(model: &mut Model) {
    // A question that was asked over a test delivery goes back to it.
    model.popup = model.beneath.take().map(Popup::Test);
    if !matches!(model.focus, MainFocus::Delivery(at) if at < model.deliveries.len()) {
        model.focus = MainFocus::Button(0);
    }
}
