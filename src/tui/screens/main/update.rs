//! The destination screen: its buttons, the deliveries, and the question before a deletion.

use crate::ops::{Problem, Removed, State};
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::keys;
use crate::tui::model::{MainButton, MainFocus, Model, Popup};
use crate::tui::msg::Id;
use crate::tui::screens::delivery::update as history;
use crate::tui::screens::form::state::Form;
use crate::tui::screens::other_side::update as other_side;
use crate::tui::screens::test::update as test;
use crate::tui::status::Tone;
use crate::tui::update::{close, edit, load};
use crate::tui::view;

pub fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    match (action, model.focus) {
        (Action::SendTest, _) => return test::open(model),
        (Action::Edit, _) => edit(model),
        (Action::Delete, _) => ask_delete(model),
        (Action::Snippet, _) => other_side::open_snippet(model),
        (Action::Verify, _) => other_side::open_verify(model),
        (Action::Probe, _) => other_side::open_probe(model),
        (Action::Press, MainFocus::Button(at)) => return press(model, at),
        (Action::Press, MainFocus::Delivery(at)) => history::open(model, at),
        (Action::Resend, MainFocus::Delivery(at)) => return history::resend(model, at),
        (Action::Filter, _) => return history::next_filter(model),
        (Action::Clear, _) => history::ask_clear(model),
        (Action::Back, _) => model.focus = MainFocus::Button(0),
        (Action::Next | Action::Previous, focus) => model.focus = stepped(model, focus, action == Action::Next),
        (Action::Left, MainFocus::Button(at)) => model.focus = MainFocus::Button(at.saturating_sub(1)),
        (Action::Right, MainFocus::Button(at)) => model.focus = MainFocus::Button((at + 1).min(model.buttons().len() - 1)),
        (Action::PageUp | Action::PageDown, MainFocus::Button(_)) => {
            let last = view::main_overflow(model);
            let before = model.scroll;
            model.scroll = other_side::scrolled(model.scroll.min(last), action, 3, last);
            model.changed = model.scroll != before;
        }
        (Action::Down, MainFocus::Button(_)) => model.focus = MainFocus::Delivery(0),
        (Action::Up, MainFocus::Delivery(0)) => model.focus = MainFocus::Button(0),
        (_, MainFocus::Delivery(at)) => {
            model.focus = MainFocus::Delivery(moved(model.deliveries.len(), at, action));
            return history::page_if_needed(model);
        }
        _ => model.changed = false,
    }
    Vec::new()
}

fn moved(count: usize, at: usize, action: Action) -> usize {
    let last = count.saturating_sub(1);
    match action {
        Action::Up => at.saturating_sub(1),
        Action::Down => (at + 1).min(last),
        Action::PageUp => at.saturating_sub(10),
        Action::PageDown => (at + 10).min(last),
        Action::Home => 0,
        Action::End => last,
        _ => at,
    }
}

/// Tab goes through the buttons and then to the list, and around.
fn stepped(model: &Model, focus: MainFocus, forward: bool) -> MainFocus {
    let buttons = model.buttons().len();
    let stops = buttons + usize::from(keys::has_deliveries(model));
    let at = match focus {
        MainFocus::Button(at) => at,
        MainFocus::Delivery(_) => buttons,
    };
    let next = if forward { (at + 1) % stops } else { (at + stops - 1) % stops };
    if next < buttons { MainFocus::Button(next) } else { MainFocus::Delivery(0) }
}

fn press(model: &mut Model, at: usize) -> Vec<Effect> {
    match model.buttons().get(at) {
        Some(MainButton::Register) => {
            model.status = None;
            model.popup = Some(Popup::Form(Box::new(Form::register(model.environment.demo.as_deref()))));
        }
        Some(MainButton::SendTest) => return test::open(model),
        Some(MainButton::Edit) => edit(model),
        Some(MainButton::Delete) => ask_delete(model),
        Some(MainButton::Reload) => {
            return vec![load(model)];
        }
        None => {}
    }
    Vec::new()
}

pub fn ask_delete(model: &mut Model) {
    model.status = None;
    if let Some(Popup::Test(test)) = model.popup.take() {
        model.beneath = Some(test);
    }
    model.popup = Some(Popup::Delete { delete: false, removing: None });
}

pub fn delete(model: &mut Model, action: Action) -> Vec<Effect> {
    let generation = model.generation;
    let id = model.id();
    let Some(Popup::Delete { delete, removing }) = &mut model.popup else { return Vec::new() };
    if removing.is_some() {
        model.changed = false;
        return Vec::new();
    }
    match action {
        Action::Press if *delete => {
            *removing = Some(id);
            return vec![Effect::Remove { id, generation }];
        }
        Action::Press | Action::Back => close(model),
        Action::Left => *delete = false,
        Action::Right => *delete = true,
        _ => *delete = !*delete,
    }
    Vec::new()
}

pub fn removed(model: &mut Model, id: Id, result: Result<Removed, Problem>) -> Vec<Effect> {
    if !matches!(model.popup, Some(Popup::Delete { removing: Some(waited), .. }) if waited == id) {
        model.changed = false;
        return Vec::new();
    }
    close(model);
    match result {
        Ok(removed) => {
            model.popup = None;
            model.generation = removed.generation;
            model.state = State::Empty;
            model.focus = MainFocus::Button(0);
            model.witness = None;
            match removed.warning {
                Some(problem) => model.say(Tone::Error, format!("Deleted. {problem}")),
                None => model.say(Tone::Done, "Deleted. Its secret is erased."),
            }
            Vec::new()
        }
        Err(problem) => {
            model.say(Tone::Error, format!("Not deleted: {problem}"));
            // Somebody else may have changed it meanwhile.
            vec![load(model)]
        }
    }
}
