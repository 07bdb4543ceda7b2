//! The test delivery: choosing, sending, watching, stopping, reading.

use super::main_screen;
use super::{close, edit};
use crate::domain::outcome::Delivery;
use crate::tui::effect::Effect;
use crate::tui::keys::Action;
use crate::tui::model::{Model, Popup};
use crate::tui::msg::Msg;
use crate::tui::test_popup::{Flight, Life, Tab, TestButton, TestFocus, TestPopup};
use crate::tui::view;

/// How many deliveries the list keeps in memory.
const LISTED: usize = 200;

fn popup(model: &mut Model) -> Option<&mut TestPopup> {
    match &mut model.popup {
        Some(Popup::Test(test)) => Some(test),
        _ => None,
    }
}

pub fn open_and_send(model: &mut Model) -> Vec<Effect> {
    main_screen::open_test(model);
    send(model)
}

pub fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let Some(test) = popup(model) else { return Vec::new() };
    match (action, test.focus) {
        (Action::SendTest, _) => main_screen::open_test(model),
        (Action::Edit, _) => edit(model),
        (Action::Delete, _) => main_screen::ask_delete(model),
        (Action::Back, _) if test.in_flight().is_some() => return stop(model),
        (Action::Back, _) => close(model),
        (Action::Next, _) => test.step(1),
        (Action::Previous, _) => test.step(-1),
        (Action::Press, TestFocus::Button(TestButton::Send | TestButton::SendAgain)) => return send(model),
        (Action::Press, TestFocus::Button(TestButton::Stop)) => return stop(model),
        (Action::Press, TestFocus::Button(TestButton::Close)) => close(model),
        (Action::Press, TestFocus::Event | TestFocus::Tabs) => test.step(1),
        (Action::Left, TestFocus::Event) => model.changed = test.choose(-1),
        (Action::Right, TestFocus::Event) => model.changed = test.choose(1),
        (Action::Left, TestFocus::Tabs) => model.changed = test.turn(-1),
        (Action::Right, TestFocus::Tabs) => model.changed = test.turn(1),
        (Action::Left, TestFocus::Button(button)) => beside(test, button, -1),
        (Action::Right, TestFocus::Button(button)) => beside(test, button, 1),
        (Action::Reveal, _) => test.revealed = !test.revealed,
        _ => scroll(model, action),
    }
    Vec::new()
}

fn beside(test: &mut TestPopup, button: TestButton, by: isize) {
    let buttons = test.buttons();
    let at = buttons.iter().position(|&other| other == button).unwrap_or(0);
    test.focus = TestFocus::Button(buttons[at.saturating_add_signed(by).min(buttons.len() - 1)]);
}

fn scroll(model: &mut Model, action: Action) {
    let (lines, page) = view::test_extent(model);
    let last = lines.saturating_sub(page);
    let Some(test) = popup(model) else { return };
    let to = match action {
        Action::Up => test.scroll.saturating_sub(1),
        Action::Down => test.scroll + 1,
        Action::PageUp => test.scroll.saturating_sub(page),
        Action::PageDown => test.scroll + page,
        Action::Home => 0,
        Action::End => last,
        _ => test.scroll,
    };
    let to = to.min(last);
    let changed = to != test.scroll;
    test.scroll = to;
    model.changed = changed;
}

fn send(model: &mut Model) -> Vec<Effect> {
    let id = model.id();
    let Some(destination) = model.destination().cloned() else { return Vec::new() };
    let Some(test) = popup(model) else { return Vec::new() };
    let limit_s = destination.timeout_s();
    test.life = Life::Flight(Flight { id, done: Vec::new(), phase: None, elapsed_ms: 0, limit_s, stopping: false });
    test.focus = TestFocus::Button(TestButton::Stop);
    test.sent = None;
    test.past = false;
    test.revealed = false;
    test.unrecorded = None;
    test.show(Tab::Request);
    let event = test.event.clone();
    model.witness = None;
    vec![Effect::Send { id, destination: Box::new(destination), event }]
}

pub fn stop(model: &mut Model) -> Vec<Effect> {
    let Some(TestPopup { life: Life::Flight(flight), .. }) = popup(model) else { return Vec::new() };
    if flight.stopping {
        return Vec::new();
    }
    flight.stopping = true;
    let id = flight.id;
    model.changed = true;
    vec![Effect::Stop { id }]
}

/// What comes back from a delivery on its way; dropped when it is of another than the one waited for.
pub fn report(model: &mut Model, msg: Msg) -> Vec<Effect> {
    let Some(test) = popup(model) else {
        model.changed = false;
        return Vec::new();
    };
    let Life::Flight(flight) = &mut test.life else {
        model.changed = false;
        return Vec::new();
    };
    match msg {
        Msg::Tick(elapsed_ms) => flight.elapsed_ms = elapsed_ms,
        Msg::Sending(id, request) if id == flight.id => test.sent = Some(request),
        Msg::Began(id, phase) if id == flight.id => flight.phase = Some(phase),
        Msg::Ended(id, phase, ms) if id == flight.id => {
            flight.phase = flight.phase.filter(|&current| current != phase);
            flight.done.push((phase, ms));
        }
        Msg::Delivered(id, delivery, unrecorded) if id == flight.id => {
            test.unrecorded = unrecorded.map(|problem| problem.to_string());
            answered(model, *delivery);
        }
        _ => model.changed = false,
    }
    Vec::new()
}

fn answered(model: &mut Model, delivery: Delivery) {
    if let Some(test) = popup(model) {
        test.life = Life::Answered(Box::new(delivery.clone()));
        test.focus = TestFocus::Button(TestButton::SendAgain);
        test.show(Tab::Response);
    }
    model.deliveries.insert(0, delivery);
    if model.deliveries.len() > LISTED {
        model.deliveries.truncate(LISTED);
        model.more_deliveries = true;
    }
}
