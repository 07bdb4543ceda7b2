//! What happens at a key on the destination screen.

use crate::ops::State;
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::layout;
use crate::tui::model::{Model, Popup};
use crate::tui::navigation::{ask, edit, load};
use crate::tui::screens::delivery::update as deliveries;
use crate::tui::screens::form::state::Form;
use crate::tui::screens::main::state::{MainButton, MainFocus};
use crate::tui::screens::probe::update as probe;
use crate::tui::screens::question::state::Pending;
use crate::tui::screens::snippet::update as snippet;
use crate::tui::screens::test::send;
use crate::tui::screens::verify::update as verify;
use crate::tui::widgets::scroll::scrolled;

pub fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    match (action, model.main.focus) {
        (Action::SendTest, _) => return send::open(model),
        (Action::Edit, _) => edit(model),
        (Action::Delete, _) => ask(model, Pending::Delete),
        (Action::Copy, _) => {
            let State::Open(destination) = &model.state else { return Vec::new() };
            return destination.auth().public_key().map(Effect::Copy).into_iter().collect();
        }
        (Action::Snippet, _) => snippet::open(model),
        (Action::Verify, _) => verify::open(model),
        (Action::Probe, _) => probe::open(model),
        (Action::Press, MainFocus::Button(at)) => return press(model, at),
        (Action::Press, MainFocus::Delivery(at)) => deliveries::open(model, at),
        (Action::Resend, MainFocus::Delivery(at)) => return deliveries::resend(model, at),
        (Action::Filter, _) => return deliveries::next_filter(model),
        (Action::Clear, _) => ask(model, Pending::ClearHistory),
        (Action::Back, _) => model.main.focus = MainFocus::Button(0),
        (Action::Next | Action::Previous, focus) => model.main.focus = stepped(model, focus, action == Action::Next),
        (Action::Left, MainFocus::Button(at)) => model.main.focus = MainFocus::Button(at.saturating_sub(1)),
        (Action::Right, MainFocus::Button(at)) => model.main.focus = MainFocus::Button((at + 1).min(model.buttons().len() - 1)),
        (Action::PageUp | Action::PageDown, MainFocus::Button(_)) => {
            let last = layout::main_overflow(model);
            let before = model.main.scroll;
            model.main.scroll = scrolled(model.main.scroll.min(last), action, 3, last);
            model.changed = model.main.scroll != before;
        }
        (Action::Down, MainFocus::Button(_)) => model.main.focus = MainFocus::Delivery(0),
        (Action::Up, MainFocus::Delivery(0)) => model.main.focus = MainFocus::Button(0),
        (_, MainFocus::Delivery(at)) => {
            model.main.focus = MainFocus::Delivery(moved(model.history.deliveries.len(), at, action));
            return deliveries::page_if_needed(model);
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
    let stops = buttons + usize::from(model.state != State::Empty && model.history.is_listed());
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
        Some(MainButton::SendTest) => return send::open(model),
        Some(MainButton::Edit) => edit(model),
        Some(MainButton::Delete) => ask(model, Pending::Delete),
        Some(MainButton::Reload) => {
            return vec![load(model)];
        }
        None => {}
    }
    Vec::new()
}
