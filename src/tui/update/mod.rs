//! What happens at a message: the model changes, and effects come out. Pure and deterministic: times and ids come in.

mod reload;

pub use crate::ops::{Snapshot, State};
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::keys::{self, Context};
use crate::tui::layout::too_small;
use crate::tui::model::{Model, Popup};
use crate::tui::mouse;
use crate::tui::msg::{Mouse, MouseAct, Msg, Press};
use crate::tui::navigation::{ask, quit};
use crate::tui::screens::main::health;
use crate::tui::screens::question::state::{AfterBody, Pending};
use crate::tui::screens::test::life::{Answered, Life};
use crate::tui::screens::test::{body, prompt, send};
use crate::tui::screens::{
    compare, delivery, form, help, main, palette, probe, question, queue, receiver, snippet, test, verify, watch,
};
use crate::tui::status::{Status, Tone};

/// The exit code of an app that was interrupted.
const INTERRUPTED: u8 = 130;

/// Takes a message. [`Model::changed`] says afterwards whether there is anything new to draw.
pub fn update(model: &mut Model, msg: Msg) -> Vec<Effect> {
    let mut effects = taken(model, msg);
    follow(model);
    effects.extend(watch::update::follow(model));
    if model.environment.readonly {
        // No key leads to one; whatever else might, does not.
        effects.retain(|effect| !effect.changes());
    }
    effects
}

/// Moves the demo's guide on by what the model shows.
fn follow(model: &mut Model) {
    let Some(step) = model.guide else { return };
    let mut next = step.registered(!matches!(model.state, State::Empty));
    if let Some(Popup::Test(test)) = &model.popup
        && let Life::Answered(Answered { delivery, .. }) = &test.life
    {
        next = next.ended(delivery.outcome());
    }
    model.guide = Some(next);
    model.changed |= next != step;
}

fn taken(model: &mut Model, msg: Msg) -> Vec<Effect> {
    model.changed = true;
    let msg = match watch::update::report(model, msg) {
        Ok(effects) => return effects,
        Err(msg) => msg,
    };
    match msg {
        Msg::Key(press) => key(model, press),
        Msg::Mouse(moved) => point(model, moved),
        Msg::Paste(pasted) => paste(model, pasted.text()),
        Msg::Resize(columns, rows) => {
            model.size = (columns, rows);
            // Also when the size is the one it was: what a terminal loses that shrinks and grows again is gone from its screen.
            main::update::settle_focus(model);
            let mut effects = vec![Effect::Repaint];
            effects.extend(delivery::update::read_shown(model));
            effects.extend(queue::update::settle(model));
            effects
        }
        Msg::Loaded(id, snapshot) => reload::loaded(model, id, *snapshot),
        Msg::Saved(id, result) => {
            let well = result.is_ok();
            let effects = reload::changing(model, |model| form::update::saved(model, id, result));
            then_early(model, well, effects)
        }
        Msg::Trusted(id, result) => {
            let effects = reload::changing(model, |model| test::fix::trusted(model, id, result));
            then_early(model, false, effects)
        }
        Msg::FileChecked(_, field, path, result) => form::update::file_checked(model, field, &path, result),
        Msg::Completed(id, field, text, names) => form::update::completed(model, id, field, &text, &names),
        Msg::Removed(id, result) => {
            let well = result.is_ok();
            let effects = reload::changing(model, |model| question::update::removed(model, id, result));
            then_early(model, well, effects)
        }
        Msg::Undone(id, result) => reload::undone(model, id, result),
        Msg::Generated(result) => {
            match (&mut model.popup, result) {
                (Some(Popup::Form(form)), Ok(secret)) => model.changed = form.generated(&secret),
                (Some(Popup::Form(form)), Err(problem)) => form.problem = Some(problem),
                _ => model.changed = false,
            }
            Vec::new()
        }
        Msg::Tick(_) | Msg::Sending(..) | Msg::Began(..) | Msg::Ended(..) | Msg::Delivered(..) => send::report(model, msg),
        Msg::Due(id, at) => watch::update::due(model, id, at),
        Msg::Started | Msg::Recorded => {
            model.changed = false;
            health::measure(model)
        }
        Msg::QueueRead(id, result) => queue::update::read_queue(model, id, result),
        Msg::QueuedShown(id, result) => queue::update::shown(model, id, result),
        Msg::QueueChanged(change, result) => queue::update::changed(model, &change, result),
        Msg::Measured(id, measured) => health::measured(model, id, *measured),
        Msg::Unrecorded(id, problem) => send::unrecorded(model, id, &problem),
        Msg::Listed(id, result) => delivery::update::listed(model, id, result),
        Msg::Cleared(id, result) => {
            let effects = question::update::cleared(model, id, result);
            then_early(model, false, effects)
        }
        Msg::Copied(result) => test::update::done(model, result.map(|by| format!("Copied: {by}."))),
        Msg::Wrote(result) => test::update::done(model, result.map(|path| format!("Written to {path}."))),
        Msg::Kept(result) => test::update::kept(model, result),
        Msg::NotSent(id, problem) => send::not_sent(model, id, &problem),
        Msg::Paged(result) => {
            if let Err(problem) = result {
                test::access::say(model, Tone::Error, problem.to_string());
            }
            vec![Effect::Repaint]
        }
        Msg::EditedOutside(result) => body::edited_outside(model, result),
        Msg::Probing(id, case) => probe::update::probing(model, id, case),
        Msg::Probed(id, result) => probe::update::probed(model, id, result),
        Msg::Explained(id, result) => verify::update::explained(model, id, result),
        Msg::Corrected(id, correction) => form::update::corrected(model, id, correction),
        Msg::Listening(id, result) => {
            receiver::update::listening(model, id, result);
            Vec::new()
        }
        Msg::Arrived(id, arrived) => {
            receiver::update::arrived(model, id, *arrived);
            Vec::new()
        }
        Msg::Witnessed(witness) => {
            model.witness = Some(witness);
            Vec::new()
        }
        Msg::Changed(changed) => reload::read_again(model, changed),
        Msg::Resumed => vec![Effect::Repaint],
        Msg::Terminate(code) => quit(model, code),
    }
}

fn key(model: &mut Model, press: Press) -> Vec<Effect> {
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
    let press = keys::meant(model, press);
    let Some(action) = keys::action(model, press) else {
        if withheld(model, press) {
            model.say(Tone::Note, send::READ_ONLY);
            return Vec::new();
        }
        return typed(model, context, press);
    };
    if action != Action::Interrupt {
        model.quit_armed = false;
    }
    perform(model, context, action)
}

/// Whether a key would do something, if not for `--readonly`.
fn withheld(model: &mut Model, press: Press) -> bool {
    if !model.environment.readonly || model.help.is_some() || model.palette.is_some() {
        return false;
    }
    model.environment.readonly = false;
    let is_bound = keys::action(model, press).is_some();
    model.environment.readonly = true;
    is_bound
}

/// Where the mouse is asked for; while a save is under way, the next screen was not seen yet.
fn point(model: &mut Model, moved: Mouse) -> Vec<Effect> {
    if !model.environment.mouse || too_small(model.size) || model.is_saving() {
        model.changed = false;
        return Vec::new();
    }
    let mut effects = Vec::new();
    if keys::context(model) == Context::Filter {
        // What is looked for stays as it was typed.
        effects.extend(key(model, Press::Enter));
    }
    model.quit_armed = false;
    let (own, presses) = mouse::update::point(model, moved);
    effects.extend(own);
    // A click has moved the focus; of several turns one may be the last that moves anything.
    let mut changed = model.changed && (presses.is_empty() || matches!(moved.act, MouseAct::Click | MouseAct::ClickAgain));
    for press in presses {
        model.changed = true;
        effects.extend(key(model, press));
        changed |= model.changed;
    }
    model.changed = changed;
    effects
}

fn perform(model: &mut Model, context: Context, action: Action) -> Vec<Effect> {
    match action {
        Action::Quit if test::update::ask_discard(model, AfterBody::Quit) => Vec::new(),
        Action::Quit => quit(model, 0),
        Action::Interrupt => interrupt(model),
        Action::Suspend => vec![Effect::Suspend],
        Action::Repaint => vec![Effect::Repaint],
        Action::Help => {
            model.help = Some(0);
            Vec::new()
        }
        Action::Palette => {
            palette::update::open(model);
            Vec::new()
        }
        Action::Watch => watch::update::toggle(model),
        action => match context {
            Context::Palette => match palette::update::act(model, action) {
                Some(action) => perform(model, keys::context(model), action),
                None => Vec::new(),
            },
            Context::Help => help::update::act(model, action),
            Context::Main | Context::Deliveries | Context::Details => main::update::act(model, action),
            Context::Filter => delivery::update::search(model, action),
            Context::Form => form::update::act(model, action),
            Context::Question => question::update::act(model, action),
            Context::Test => test::update::act(model, action),
            Context::Prompt => prompt::act(model, action),
            Context::Snippet => snippet::update::act(model, action),
            Context::Receiver => receiver::update::act(model, action),
            Context::Verify => verify::update::act(model, action),
            Context::Probe => probe::update::act(model, action),
            Context::Compare => compare::update::act(model, action),
            Context::Queue => queue::update::act(model, action),
            Context::Editor => body::act(model, action),
        },
    }
}

/// A key without an action: a character goes into the focused text field, anything else does nothing.
fn typed(model: &mut Model, context: Context, press: Press) -> Vec<Effect> {
    model.changed = false;
    match (context, press) {
        (Context::Form, Press::Char(c)) => form::update::typed(model, c),
        (Context::Prompt, Press::Char(c)) => prompt::typed(model, c),
        (Context::Filter, Press::Char(c)) => delivery::update::typed(model, c),
        (Context::Editor, Press::Char(c)) => body::typed(model, c),
        (Context::Verify, Press::Char(c)) => verify::update::typed(model, c),
        (Context::Palette, Press::Char(c)) => {
            palette::update::typed(model, c);
            Vec::new()
        }
        _ => Vec::new(),
    }
}

/// The keys that came while a save was under way, when it has ended well; else they were typed for something that is not so.
fn then_early(model: &mut Model, well: bool, mut effects: Vec<Effect>) -> Vec<Effect> {
    if model.is_saving() {
        return effects;
    }
    let early = std::mem::take(&mut model.early);
    if !well {
        return effects;
    }
    let changed = model.changed;
    for press in early {
        // The user has not seen a question that came up since.
        if keys::context(model) == Context::Question {
            break;
        }
        effects.extend(key(model, press));
    }
    model.changed |= changed;
    effects
}

fn paste(model: &mut Model, text: &str) -> Vec<Effect> {
    if too_small(model.size) {
        model.changed = false;
        return Vec::new();
    }
    match (keys::context(model), &mut model.popup) {
        (Context::Form, Some(Popup::Form(form))) if form.saving.is_none() => form.paste(text),
        (Context::Prompt, _) => prompt::paste(model, text),
        (Context::Filter, _) => return delivery::update::paste(model, text),
        (Context::Editor, _) => body::paste(model, text),
        (Context::Verify, _) => verify::update::insert(model, text),
        (Context::Palette, _) => palette::update::paste(model, text),
        _ => model.changed = false,
    }
    Vec::new()
}

/// Ctrl-C: stops a delivery, else quits; asks first when something typed would be lost, and quits when pressed again.
fn interrupt(model: &mut Model) -> Vec<Effect> {
    (model.help, model.palette) = (None, None);
    if model.in_flight().is_some() {
        return stop(model);
    }
    if std::mem::replace(&mut model.quit_armed, true) {
        return quit(model, INTERRUPTED);
    }
    match &mut model.popup {
        Some(Popup::Form(form)) if form.saving.is_none() && form.is_dirty() => {
            ask(model, Pending::DiscardForm);
            model.say(Tone::Note, "Press ^C again to quit without saving.");
        }
        Some(Popup::Test(test)) if test.is_dirty() => {
            let text = "The edited body is not saved. Press ^C again to quit without it.";
            test.said = Some(Status::new(Tone::Note, text));
        }
        _ => return quit(model, INTERRUPTED),
    }
    model.changed = true;
    Vec::new()
}

/// Stops the delivery or the probe in flight.
fn stop(model: &mut Model) -> Vec<Effect> {
    match &model.popup {
        Some(Popup::Probe(_)) => probe::update::stop(model),
        _ => send::stop(model),
    }
}
