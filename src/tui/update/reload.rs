//! Taking what is registered as it was read again, after this app or another process has changed it.

use crate::ops::{Changed, Problem, Snapshot, State, Undone};
use crate::tui::effect::Effect;
use crate::tui::model::{Model, Popup};
use crate::tui::msg::Id;
use crate::tui::navigation::load;
use crate::tui::screens::main::health;
use crate::tui::screens::{delivery, form, queue};
use crate::tui::status::Tone;

/// Reads what changed on the disk; what of it is on the screen changes when it has been read.
pub fn read_again(model: &mut Model, changed: Changed) -> Vec<Effect> {
    model.changed = false;
    let mut effects = Vec::new();
    // What this app saves or removes comes back by itself. What is being read now may be older than the change.
    model.outdated |= changed.registration && model.loading.is_some();
    if changed.registration && model.loading.is_none() && !model.is_saving() {
        effects.push(load(model));
    }
    if changed.history {
        effects.extend(delivery::update::refresh(model));
        effects.extend(queue::update::refresh(model));
        effects.extend(health::measure(model));
    }
    effects
}

/// Takes what this app changed. What was being read meanwhile may be older than that, and is read again in its place.
pub fn changing(model: &mut Model, take: impl FnOnce(&mut Model) -> Vec<Effect>) -> Vec<Effect> {
    let registered = |model: &Model| (model.generation, model.destination().is_some());
    let before = registered(model);
    let mut effects = take(model);
    if registered(model) != before && model.loading.is_some() {
        effects.push(load(model));
    }
    effects
}

pub fn loaded(model: &mut Model, id: Id, snapshot: Snapshot) -> Vec<Effect> {
    if model.loading.take_if(|waited| *waited == id).is_none() {
        model.changed = false;
        return Vec::new();
    }
    let is_as_before = model.state == snapshot.state;
    if snapshot.generation != model.generation {
        // What was said to be done was undone, or followed by something else.
        model.status.take_if(|status| status.tone == Tone::Done);
        model.undo = None;
    }
    model.take(snapshot);
    form::update::follow(model);
    let is_unreadable = matches!(model.state, State::Unreadable(_));
    if is_unreadable && is_as_before && model.popup.is_none() {
        model.say(Tone::Error, "It still cannot be read.");
    }
    // A destination that is gone cannot be tested.
    if matches!(model.popup, Some(Popup::Test(_))) && model.in_flight().is_none() && model.destination().is_none() {
        model.popup = None;
        let text =
            if is_unreadable { "The destination cannot be read." } else { "The destination was changed by another waypost." };
        model.say(Tone::Note, text);
    }
    if std::mem::take(&mut model.outdated) { vec![load(model)] } else { Vec::new() }
}

/// A delete or an edit is undone, or not.
pub fn undone(model: &mut Model, id: Id, result: Result<Box<(Undone, Snapshot)>, Problem>) -> Vec<Effect> {
    if model.undoing.take_if(|waited| *waited == id).is_none() {
        model.changed = false;
        return Vec::new();
    }
    match result.map(|undone| *undone) {
        Ok((Undone { redo, warning }, snapshot)) => {
            let was_deleted = matches!(model.state, State::Empty);
            // What was being read meanwhile may be older.
            model.loading = Some(id);
            let mut effects = loaded(model, id, snapshot);
            model.undo = redo;
            match (warning, &model.state) {
                (Some(problem), _) => model.say(Tone::Error, format!("Restored. {problem}")),
                (None, State::Locked(..)) => model.say(Tone::Note, "Restored; its secret cannot be opened."),
                (None, _) if was_deleted => model.say(Tone::Done, "Restored, with its secret."),
                (None, _) => model.say(Tone::Done, "The previous settings are back. U undoes that."),
            }
            effects.extend(health::measure(model));
            effects
        }
        Err(problem) => {
            model.say(Tone::Error, format!("Not restored: {problem}"));
            vec![load(model)]
        }
    }
}
