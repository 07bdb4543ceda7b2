//! The keys of the queue.

use crate::domain::delivery::gate::State;
use crate::tui::action::Action as A;
use crate::tui::keys::binding::{Binding, Context, bind};
use crate::tui::model::{Model, Popup};
use crate::tui::msg::Press as P;
use crate::tui::screens::queue::state::QueueScreen;

const QUEUE: &[Context] = &[Context::Queue];

pub const KEYS: &[Binding] = &[
    bind(QUEUE, &[(P::Enter, A::Press)], "Enter", "open", "show the event: its body, its attempts and why").when(has_events),
    bind(QUEUE, &[(P::Char('r'), A::Retry)], "r", "retry", "retry: the event may go out now; a dead letter starts over")
        .when(may_change_event),
    bind(QUEUE, &[(P::Char('x'), A::Drop)], "x", "drop", "drop the event; asks first").when(may_change_event),
    bind(QUEUE, &[(P::Char('H'), A::Hold)], "H", "hold", "hold: nothing goes out until you release it").when(may_hold),
    bind(QUEUE, &[(P::Char('R'), A::Release)], "R", "release", "release: open the gate, whatever closed it").when(may_release),
    bind(
        QUEUE,
        &[(P::Up, A::Up), (P::Down, A::Down), (P::Char('k'), A::Up), (P::Char('j'), A::Down)],
        "↑↓",
        "",
        "move through the events, or scroll the one that is open (also k j)",
    ),
    bind(
        QUEUE,
        &[
            (P::PageUp, A::PageUp),
            (P::PageDown, A::PageDown),
            (P::Home, A::Home),
            (P::End, A::End),
            (P::Char('g'), A::Home),
            (P::Char('G'), A::End),
        ],
        "PgUp PgDn",
        "",
        "a page up or down; Home and End (also g G) to the first and the last",
    ),
    bind(QUEUE, &[(P::Esc, A::Back), (P::Char('q'), A::Back), (P::Char('u'), A::Back)], "Esc", "back", "back (also q u)"),
];

fn queue(model: &Model) -> Option<&QueueScreen> {
    match &model.popup {
        Some(Popup::Queue(queue)) => Some(queue),
        _ => None,
    }
}

fn has_events(model: &Model) -> bool {
    queue(model).is_some_and(|queue| queue.total() > 0 && queue.detail.is_none())
}

fn may_change_event(model: &Model) -> bool {
    !model.environment.readonly && queue(model).is_some_and(|queue| queue.total() > 0)
}

fn gate_is(model: &Model, fits: fn(&State) -> bool) -> bool {
    let reading = queue(model).and_then(QueueScreen::reading);
    !model.environment.readonly && reading.is_some_and(|reading| fits(reading.view.gate.gate.state()))
}

fn may_hold(model: &Model) -> bool {
    gate_is(model, |state| *state != State::Held)
}

fn may_release(model: &Model) -> bool {
    gate_is(model, |state| *state != State::Open)
}
