//! The answer to a question, and what comes of it.

use crate::domain::draft::Draft;
use crate::domain::url::EndpointUrl;
use crate::ops::{Problem, Removed, State};
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::model::{Model, Popup};
use crate::tui::msg::Id;
use crate::tui::navigation::{ask, close, edit, load, quit, settle_focus};
use crate::tui::screens::delivery::state::History;
use crate::tui::screens::delivery::update as deliveries;
use crate::tui::screens::form::state::Form;
use crate::tui::screens::main::health::measure;
use crate::tui::screens::main::state::MainFocus;
use crate::tui::screens::probe::update as probe;
use crate::tui::screens::question::state::{AfterBody, Pending};
use crate::tui::screens::queue::state::Change;
use crate::tui::screens::test::access::popup;
use crate::tui::screens::test::send;
use crate::tui::screens::watch::update as watch;
use crate::tui::status::Tone;
use crate::tui::widgets::confirm::Answer;

pub fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let Some(question) = &mut model.question else { return Vec::new() };
    if watch::choose(question, action) {
        return Vec::new();
    }
    match question.confirm.act(action) {
        None => Vec::new(),
        Some(Answer::Yes) => accepted(model),
        Some(Answer::No) => {
            refused(model);
            Vec::new()
        }
    }
}

fn refused(model: &mut Model) {
    let Some(question) = model.question.take() else { return };
    if matches!(question.pending, Pending::Watch(_)) {
        // Enter cancels, also after another interval was chosen: it must not look as if it had started.
        model.say(Tone::Note, "Not watching: w asks again, and y starts.");
    }
    match question.pending {
        Pending::DiscardForm => model.status = None,
        Pending::DiscardBody(_) | Pending::TrustCa(_) | Pending::DropQueued { .. } => {}
        Pending::Resend | Pending::Watch(_) if model.popup.is_some() => {}
        Pending::Resend | Pending::Watch(_) | Pending::Delete | Pending::ClearHistory | Pending::Probe | Pending::UseUrl(_) => {
            settle_focus(model);
        }
    }
}

fn accepted(model: &mut Model) -> Vec<Effect> {
    let Some(question) = &mut model.question else { return Vec::new() };
    match question.pending.clone() {
        Pending::Delete => {
            let (id, generation) = (start(model), model.generation);
            return vec![Effect::Remove { id, generation }];
        }
        Pending::ClearHistory => {
            let id = start(model);
            return vec![Effect::ClearHistory { id }];
        }
        Pending::Probe => {
            model.question = None;
            return probe::start(model);
        }
        Pending::Watch(proposal) => return watch::start(model, proposal),
        Pending::Resend => {
            model.question = None;
            return resend(model);
        }
        Pending::TrustCa(attempt) => {
            let (id, generation) = (start(model), model.generation);
            return vec![Effect::TrustCa { id, generation, attempt }];
        }
        Pending::DropQueued { id: event, .. } => {
            model.question = None;
            return vec![Effect::ChangeQueue(Change::Drop(event))];
        }
        Pending::UseUrl(url) => use_url(model, &url),
        Pending::DiscardForm => {
            model.question = None;
            model.status = None;
            close(model);
        }
        Pending::DiscardBody(then) => {
            model.question = None;
            return discard_body(model, then);
        }
    }
    Vec::new()
}

/// Sends again what the popup shows, else the delivery that has the focus in the list.
fn resend(model: &mut Model) -> Vec<Effect> {
    if let (None, MainFocus::Delivery(at) | MainFocus::Details(at)) = (&model.popup, model.main.focus) {
        deliveries::open(model, at);
    }
    send::send(model)
}

/// The question stays until its effect has ended.
fn start(model: &mut Model) -> Id {
    let id = model.id();
    if let Some(question) = &mut model.question {
        question.running = Some(id);
    }
    id
}

/// The form over what is registered, with another URL. The secret is not kept: it goes to another host only when it is typed again.
fn use_url(model: &mut Model, url: &EndpointUrl) {
    let Some(destination) = model.destination() else { return };
    let draft = Draft::of(destination.settings());
    let mut form = Form::edit(model.generation, None, draft);
    form.suggest_url(url.expose());
    // A save goes back to the delivery, and sends it again.
    form.fixes = match model.popup.take() {
        Some(Popup::Test(test)) => Some(test),
        _ => None,
    };
    model.question = None;
    model.popup = Some(Popup::Form(Box::new(form)));
}

fn discard_body(model: &mut Model, then: AfterBody) -> Vec<Effect> {
    let Some(test) = popup(model) else { return Vec::new() };
    test.edited = false;
    match then {
        AfterBody::Close => close(model),
        AfterBody::Quit => return quit(model, 0),
        AfterBody::SendTest => return send::open(model),
        AfterBody::Edit => edit(model),
        AfterBody::Delete => ask(model, Pending::Delete),
        AfterBody::Choose(by) => model.changed = test.choose(by),
    }
    Vec::new()
}

/// Whether it is the end of the effect that the question waits for.
fn ends(model: &mut Model, id: Id) -> bool {
    let ended = model.question.take_if(|question| question.running == Some(id)).is_some();
    model.changed = ended;
    ended
}

pub fn removed(model: &mut Model, id: Id, result: Result<Removed, Problem>) -> Vec<Effect> {
    if !ends(model, id) {
        return Vec::new();
    }
    match result {
        Ok(removed) => {
            model.popup = None;
            model.generation = removed.generation;
            model.state = State::Empty;
            let effects = deliveries::to_buttons(model, 0);
            model.witness = None;
            model.undo = removed.undo;
            match (removed.warning, &model.undo) {
                (Some(problem), _) => model.say(Tone::Error, format!("Deleted. {problem}")),
                (None, Some(_)) => model.say(Tone::Done, "Deleted. U undoes it until you quit."),
                (None, None) => model.say(Tone::Done, "Deleted. Its secret is erased."),
            }
            effects
        }
        Err(problem) => {
            settle_focus(model);
            model.say(Tone::Error, format!("Not deleted: {problem}"));
            // Another waypost may have changed it meanwhile.
            vec![load(model)]
        }
    }
}

pub fn cleared(model: &mut Model, id: Id, result: Result<(), Problem>) -> Vec<Effect> {
    if !ends(model, id) {
        return Vec::new();
    }
    match result {
        Ok(()) => {
            model.history = History::default();
            model.main.top = 0;
            model.main.focus = MainFocus::Button(0);
            model.say(Tone::Done, "Cleared. The history is empty.");
            return measure(model);
        }
        Err(problem) => model.say(Tone::Error, format!("Not cleared: {problem}")),
    }
    Vec::new()
}
