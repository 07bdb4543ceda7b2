//! Sending: from the first key to the answer.

use crate::domain::delivery::Delivery;
use crate::domain::destination::Destination;
use crate::domain::event::BuiltIn;
use crate::ops::Problem;
use crate::tui::effect::Effect;
use crate::tui::model::{Model, Popup};
use crate::tui::msg::{Id, Msg};
use crate::tui::navigation::{ask, load};
use crate::tui::screens::main::state::MainFocus;
use crate::tui::screens::question::state::Pending;
use crate::tui::screens::test::access::{popup, say};
use crate::tui::screens::test::life::{Answered, Flight, Life, redirect_target};
use crate::tui::screens::test::state::{TestButton, TestFocus, TestPopup};
use crate::tui::screens::test::tabs::Tab;
use crate::tui::status::{Status, Tone};

/// What is said where something would be sent or changed.
pub const READ_ONLY: &str = "Read-only: nothing is sent or changed. Start without --readonly for that.";

/// Opens the popup, and reads the state file again: what is tested is what is registered.
pub fn open(model: &mut Model) -> Vec<Effect> {
    model.status = None;
    model.popup = Some(Popup::Test(Box::new(TestPopup::new(&model.events))));
    vec![load(model)]
}

/// Opens the popup right after a save, and sends.
pub fn open_and_send(model: &mut Model) -> Vec<Effect> {
    model.status = None;
    model.popup = Some(Popup::Test(Box::new(TestPopup::new(&model.events))));
    send(model)
}

/// Sends what the popup shows again, after something was fixed; asks as [`resend`] does where it is of the history.
pub fn again(model: &mut Model) -> Vec<Effect> {
    if popup(model).is_some_and(|test| test.is_past()) { resend(model) } else { send(model) }
}

/// Sends what the popup shows again; asks first where it is a real event.
pub fn resend(model: &mut Model) -> Vec<Effect> {
    if model.environment.readonly || !popup(model).is_some_and(|test| is_real(&test.event.name)) {
        return send(model);
    }
    ask(model, Pending::Resend);
    Vec::new()
}

/// Whether an event is more than a test of waypost's own.
pub fn is_real(event: &str) -> bool {
    BuiltIn::from_name(event).is_none()
}

pub fn send(model: &mut Model) -> Vec<Effect> {
    if model.environment.readonly {
        say(model, Tone::Note, READ_ONLY);
        return Vec::new();
    }
    let id = model.id();
    let generation = model.generation;
    let Some(limit_s) = model.destination().map(Destination::timeout_s) else {
        say(model, Tone::Error, "There is no destination to send it to, or its secret must be entered again first.");
        return Vec::new();
    };
    let Some(test) = popup(model) else { return Vec::new() };
    if !test.is_body_whole() {
        say(model, Tone::Error, "It cannot be sent again: only the beginning of its body was stored.");
        return Vec::new();
    }
    // The receiver recognises an event that it has by the id, so another event gets another id.
    // A built-in event that is repeated from its own test delivery is a new test.
    let shown = test.delivery().filter(|_| test.is_past() || is_real(&test.event.name));
    let again = shown.filter(|delivery| delivery.event_again() == test.event).and_then(Delivery::id_again);
    let repeats = again.is_some();
    test.life =
        Life::Flight(Flight { id, sent: None, repeats, done: Vec::new(), phase: None, elapsed_ms: 0, limit_s, stopping: false });
    test.focus = TestFocus::Tabs;
    test.said = None;
    test.tabs.show(Tab::Timing);
    let event = test.event.clone();
    model.witness = None;
    vec![Effect::Send { id, generation, event, again }]
}

/// Stops the delivery in flight; asked once.
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
        Msg::Sending(id, request) if id == flight.id => flight.sent = Some(request),
        Msg::Began(id, phase) if id == flight.id => {
            // After a token was refused, it begins anew with another.
            flight.done.retain(|(done, _)| *done < phase);
            flight.phase = Some(phase);
        }
        Msg::Ended(id, phase, ms) if id == flight.id => {
            flight.phase = flight.phase.filter(|&current| current != phase);
            flight.done.push((phase, ms));
        }
        Msg::Delivered(id, delivery) if id == flight.id => answered(model, id, *delivery),
        _ => model.changed = false,
    }
    Vec::new()
}

/// A delivery that was not begun: the destination is another by now.
pub fn not_sent(model: &mut Model, id: Id, problem: &Problem) -> Vec<Effect> {
    match popup(model) {
        Some(test) if test.in_flight() == Some(id) => {
            test.life = Life::Idle;
            test.focus = TestFocus::Button(TestButton::Send);
            let text = format!("Not sent: {} Check it, then send again.", problem.message());
            test.said = Some(Status::new(Tone::Error, text));
            vec![load(model)]
        }
        _ => {
            model.changed = false;
            Vec::new()
        }
    }
}

/// A delivery that could not be recorded; said where it is shown, else above the keys.
pub fn unrecorded(model: &mut Model, id: Id, problem: &Problem) -> Vec<Effect> {
    let text = format!("Not recorded: {problem}");
    match popup(model) {
        Some(test) if matches!(&test.life, Life::Answered(answered) if answered.id == id) => {
            test.said = Some(Status::new(Tone::Error, text));
        }
        _ => model.say(Tone::Error, text),
    }
    Vec::new()
}

fn answered(model: &mut Model, id: Id, delivery: Delivery) {
    let offer = model.destination().and_then(|destination| redirect_target(destination.settings(), &delivery));
    if let Some(test) = popup(model)
        && let Life::Flight(flight) = &mut test.life
    {
        let (sent, repeats) = (flight.sent.take(), flight.repeats);
        // With a token in it, the record alone has it as it went out.
        let sent = sent.filter(|sent| !sent.awaits_token);
        test.life = Life::Answered(Answered { id, sent, delivery: Box::new(delivery.clone()), offer });
        // Not on a button: Enter on what has come must not send anything.
        test.focus = TestFocus::Tabs;
        test.tabs.show(Tab::Response);
        if repeats {
            let text = format!("Resent {}.", delivery.id);
            test.said = Some(Status::new(Tone::Note, text));
        }
    }
    listed(model, delivery);
}

/// Puts a delivery at the head of the list. Of a narrowed one it is not known whether it belongs there before it is read.
pub fn listed(model: &mut Model, delivery: Delivery) {
    let history = &mut model.history;
    if !history.query.is_empty() {
        return;
    }
    history.push(delivery);
    // The focus stays on the delivery that it was on.
    match &mut model.main.focus {
        MainFocus::Delivery(at) | MainFocus::Details(at) => {
            *at += 1;
            model.main.top += 1;
        }
        MainFocus::Button(_) => {}
    }
}
