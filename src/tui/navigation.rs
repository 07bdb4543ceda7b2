//! Steps between the screens that several of them take.

use crate::domain::draft::Draft;
use crate::ops::State;
use crate::tui::effect::Effect;
use crate::tui::model::{Model, Popup};
use crate::tui::screens::form::state::Form;
use crate::tui::screens::main::state::MainFocus;
use crate::tui::screens::question::state::{Pending, Question};

pub fn ask(model: &mut Model, pending: Pending) {
    let question = Question::new(pending);
    if question.is_about_destination() {
        model.status = None;
    }
    model.question = Some(question);
}

pub fn close(model: &mut Model) {
    // A form that was to fix a delivery leads back to it.
    model.popup = match model.popup.take() {
        Some(Popup::Form(form)) => form.fixes.map(Popup::Test),
        _ => None,
    };
    settle_focus(model);
}

/// The focus goes back to the delivery it was on, else to the first button.
pub fn settle_focus(model: &mut Model) {
    match model.main.focus {
        MainFocus::Delivery(at) | MainFocus::Details(at) if at < model.history.total => {}
        _ => model.main.focus = MainFocus::Button(0),
    }
}

/// Opens the form over what is registered.
pub fn edit(model: &mut Model) {
    if model.environment.readonly {
        return;
    }
    let form = match &model.state {
        State::Open(destination) => {
            let settings = destination.settings().clone();
            let draft = Draft::of(&settings);
            Form::edit(model.generation, Some(settings), draft)
        }
        State::Locked(draft, _) => Form::edit(model.generation, None, (**draft).clone()),
        State::Empty | State::Unreadable(_) => return,
    };
    model.status = None;
    model.popup = Some(Popup::Form(Box::new(form)));
}

/// Reads the state file again.
pub fn load(model: &mut Model) -> Effect {
    let id = model.id();
    model.loading = Some(id);
    Effect::Load { id }
}

pub fn quit(model: &Model, code: u8) -> Vec<Effect> {
    let stop = model.in_flight().map(|id| Effect::Stop { id });
    stop.into_iter().chain([Effect::Quit(code)]).collect()
}
