//! What happens at a key on the destination screen.

use std::cmp::Ordering;

use crate::ops::State;
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::layout::{self, list_rows};
use crate::tui::model::{Model, Popup};
use crate::tui::navigation::{ask, edit, load};
use crate::tui::screens::compare::marks;
use crate::tui::screens::delivery::update as deliveries;
use crate::tui::screens::form::state::Form;
use crate::tui::screens::main::details;
use crate::tui::screens::main::state::{MainButton, MainFocus};
use crate::tui::screens::probe::update as probe;
use crate::tui::screens::question::state::Pending;
use crate::tui::screens::queue::update as queue;
use crate::tui::screens::receiver::update as receiver;
use crate::tui::screens::snippet::update as snippet;
use crate::tui::screens::test::send;
use crate::tui::screens::verify::update as verify;
use crate::tui::widgets::scroll::scrolled;

pub fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    match (action, model.main.focus) {
        (Action::SendTest, _) => return send::open(model),
        (Action::Edit, _) => edit(model),
        (Action::Delete, _) => ask(model, Pending::Delete),
        (Action::Undo, _) => {
            let Some(undo) = model.undo.clone() else { return Vec::new() };
            let id = model.id();
            model.undoing = Some(id);
            return vec![Effect::Undo { id, undo }];
        }
        (Action::Copy, _) => {
            let State::Open(destination) = &model.state else { return Vec::new() };
            return destination.auth().public_key().map(Effect::Copy).into_iter().collect();
        }
        (Action::Snippet, _) => snippet::open(model),
        (Action::Listen, _) => return receiver::open(model),
        (Action::Queue, _) => return queue::open(model),
        (Action::Verify, _) => verify::open(model),
        (Action::Probe, _) => probe::open(model),
        (Action::Press, MainFocus::Button(at)) => return press(model, at),
        (Action::Press, focus) => deliveries::open(model, focus.delivery()),
        (Action::Resend, MainFocus::Delivery(at) | MainFocus::Details(at)) => return deliveries::resend(model, at),
        (Action::Find, _) => deliveries::open_search(model),
        (Action::Mark, focus) => {
            if marks::toggle(model, focus.delivery()) && matches!(focus, MainFocus::Delivery(_)) {
                let next = moved(model, focus.delivery(), Action::Down);
                return deliveries::select(model, next);
            }
        }
        (Action::Compare, _) => marks::compare(model),
        (Action::Clear, _) => ask(model, Pending::ClearHistory),
        (Action::Back, _) if !model.history.query.is_empty() => return deliveries::narrow(model, ""),
        (Action::Back, _) => return deliveries::to_buttons(model, 0),
        (Action::Next | Action::Previous, focus) => return step(model, focus, action == Action::Next),
        (action, MainFocus::Button(at)) => return among_buttons(model, at, action),
        (Action::Up, MainFocus::Delivery(0)) => return deliveries::to_buttons(model, 0),
        (Action::Right, MainFocus::Delivery(at)) => model.main.focus = MainFocus::Details(at),
        (Action::Left, MainFocus::Details(at)) => model.main.focus = MainFocus::Delivery(at),
        (_, MainFocus::Delivery(at)) => {
            let to = moved(model, at, action);
            return deliveries::select(model, to);
        }
        (_, MainFocus::Details(_)) => {
            let Some(area) = layout::details_area(model) else { return Vec::new() };
            let (last, page) = details::extent(model, area);
            let before = model.main.details.min(last);
            model.main.details = scrolled(before, action, page, last);
            model.changed = model.main.details != before;
        }
    }
    Vec::new()
}

fn among_buttons(model: &mut Model, at: usize, action: Action) -> Vec<Effect> {
    match action {
        Action::Left => model.main.focus = MainFocus::Button(at.saturating_sub(1)),
        Action::Right => model.main.focus = MainFocus::Button((at + 1).min(model.buttons().len() - 1)),
        Action::PageUp | Action::PageDown => {
            let last = layout::main_overflow(model);
            let before = model.main.scroll;
            model.main.scroll = scrolled(model.main.scroll.min(last), action, 3, last);
            model.changed = model.main.scroll != before;
        }
        Action::Down => return deliveries::select(model, 0),
        _ => model.changed = false,
    }
    Vec::new()
}

fn moved(model: &Model, at: usize, action: Action) -> usize {
    let last = model.history.total.saturating_sub(1);
    let page = || list_rows(model).max(2) - 1;
    match action {
        Action::Up => at.saturating_sub(1),
        Action::Down => (at + 1).min(last),
        Action::PageUp => at.saturating_sub(page()),
        Action::PageDown => (at + page()).min(last),
        Action::Home => 0,
        Action::End => last,
        _ => at,
    }
}

/// Tab goes through the buttons, to the list, into the details beside it, and around.
fn step(model: &mut Model, focus: MainFocus, forward: bool) -> Vec<Effect> {
    let buttons = model.buttons().len();
    let list = usize::from(model.history.is_listed());
    let details = usize::from(list == 1 && layout::details_area(model).is_some());
    let stops = buttons + list + details;
    let at = match focus {
        MainFocus::Button(at) => at,
        MainFocus::Delivery(_) => buttons,
        MainFocus::Details(_) => buttons + list,
    };
    let next = if forward { (at + 1) % stops } else { (at + stops - 1) % stops };
    match next.cmp(&buttons) {
        Ordering::Less => return deliveries::to_buttons(model, next),
        Ordering::Equal => return deliveries::select(model, focus.delivery()),
        Ordering::Greater => model.main.focus = MainFocus::Details(focus.delivery()),
    }
    Vec::new()
}

fn press(model: &mut Model, at: usize) -> Vec<Effect> {
    match model.buttons().get(at) {
        Some(MainButton::Register) => {
            model.status = None;
            model.popup = Some(Popup::Form(Box::new(Form::register(model.environment.demo.as_deref()))));
        }
        Some(MainButton::SendTest) => return send::open(model),
        Some(MainButton::Edit) => edit(model),
        Some(MainButton::Probe) => probe::open(model),
        Some(MainButton::Verify) => verify::open(model),
        Some(MainButton::Code) => snippet::open(model),
        Some(MainButton::Delete) => ask(model, Pending::Delete),
        Some(MainButton::Reload) => {
            return vec![load(model)];
        }
        None => {}
    }
    Vec::new()
}

/// A narrower screen has no details that could have the focus.
pub fn settle_focus(model: &mut Model) {
    if let MainFocus::Details(at) = model.main.focus
        && layout::details_area(model).is_none()
    {
        model.main.focus = MainFocus::Delivery(at);
    }
}
