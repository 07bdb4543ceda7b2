//! The queue: its keys, and what it shows.

use waypost::domain::auth::hmac;
use waypost::domain::delivery::schedule::DeadReason;
use waypost::ops::Changed;
use waypost::ops::queue::{Counts, Entry, EventState, View};
use waypost::tui::effect::Effect;
use waypost::tui::model::Model;
use waypost::tui::msg::Msg;
use waypost::tui::screens::queue::state::{Change, Reading};
use waypost::tui::update::update;

use super::driver::{app, press, screen};
use super::scenes;

fn entry(id: &str, state: EventState) -> Entry {
    let at = "2026-11-23T09:12:00Z".parse().unwrap();
    let dead = (state == EventState::Dead).then_some(DeadReason::Refused);
    let delivery = dead.map(|_| Box::new(scenes::refused()));
    let (attempts, due_at) = if dead.is_some() { (3, None) } else { (0, Some(at)) };
    Entry { id: id.into(), event: "order.created".into(), state, enqueued_at: at, due_at, attempts, bytes: 15, delivery, dead }
}

fn reading(skipped: usize, events: Vec<Entry>) -> Reading {
    let counts = Counts { ready: 1, waiting: 1, in_flight: 0, dead: 1 };
    let at = "2026-11-23T09:14:02Z".parse().unwrap();
    let view = View { counts, oldest: Some("2026-11-23T09:12:00Z".parse().unwrap()), used: true, events, ..View::default() };
    Reading { at, skipped, view, delivered: 7 }
}

fn opened() -> Model {
    let mut model = app(scenes::registered(hmac::SPEC));
    let [Effect::ReadQueue { id, skip: 0 }] = press(&mut model, "u")[..] else { panic!("it reads the queue") };
    let events = [("msg_1", EventState::Ready), ("msg_2", EventState::Waiting), ("msg_3", EventState::Dead)];
    let events = events.map(|(id, state)| entry(id, state)).to_vec();
    assert_eq!(update(&mut model, Msg::QueueRead(id, Ok(Box::new(reading(0, events))))), []);
    model
}

#[test]
fn what_it_shows() {
    for (columns, rows) in [(80, 24), (120, 40), (200, 60), (60, 16)] {
        let mut model = opened();
        update(&mut model, Msg::Resize(columns, rows));
        let screen = screen(&model);
        for text in ["1 ready · 1 waiting · ", "1 dead", "Gate    open", "7 a minute", "1 of 3", "order.created ×3"] {
            assert!(screen.contains(text), "{text} at {columns}x{rows}:\n{screen}");
        }
    }
    let mut empty = app(scenes::registered(hmac::SPEC));
    press(&mut empty, "u");
    update(&mut empty, Msg::QueueRead(1, Ok(Box::new(Reading { view: View::default(), ..reading(0, Vec::new()) }))));
    assert!(screen(&empty).contains("waypost enqueue event.json"), "{}", screen(&empty));
    // A database that cannot be read says so, with its fix.
    update(&mut empty, Msg::Changed(Changed { history: true, registration: false }));
    let id = (1..9).find(|id| !update(&mut empty, Msg::QueueRead(*id, Err(scenes::problem()))).is_empty() || empty.changed);
    assert!(
        id.is_some() && screen(&empty).contains("is not valid") && screen(&empty).contains("Correct it"),
        "{}",
        screen(&empty)
    );
}

#[test]
fn its_keys() {
    let mut model = opened();
    assert_eq!(press(&mut model, "down r"), [Effect::ChangeQueue(Change::Retry("msg_2".into()))]);
    assert_eq!(press(&mut model, "H"), [Effect::ChangeQueue(Change::Hold)]);
    // The safe answer is the first.
    assert_eq!(press(&mut model, "x enter"), []);
    assert_eq!(press(&mut model, "x y"), [Effect::ChangeQueue(Change::Drop("msg_2".into()))]);
    let [Effect::ShowQueued { id, .. }] = press(&mut model, "end enter")[..] else { panic!("it reads the event") };
    let dead = entry("msg_3", EventState::Dead);
    update(&mut model, Msg::QueuedShown(id, Ok(Box::new((dead, b"{\"order\":4711}".to_vec())))));
    assert!(screen(&model).contains("{\"order\":4711}") && screen(&model).contains("refused"), "{}", screen(&model));
    press(&mut model, "esc esc");
    assert!(model.popup.is_none());
    // A result that is not waited for is dropped.
    assert_eq!(update(&mut model, Msg::QueueRead(1, Err(scenes::problem()))), []);
    assert!(!model.changed);
}

#[test]
fn read_only_changes_nothing() {
    let mut model = opened();
    model.environment.readonly = true;
    assert_eq!(press(&mut model, "r x H R"), []);
    assert!(model.question.is_none());
}

#[test]
fn what_is_far_away_is_read_when_it_is_shown() {
    let mut model = app(scenes::registered(hmac::SPEC));
    press(&mut model, "u");
    let part = |skipped: usize| {
        let events = (skipped..skipped + 200).map(|at| entry(&format!("msg_{at}"), EventState::Ready)).collect();
        let mut reading = reading(skipped, events);
        reading.view.counts = Counts { ready: 100_000, waiting: 0, in_flight: 0, dead: 0 };
        reading.view.more = skipped + 200 < 100_000;
        Box::new(reading)
    };
    update(&mut model, Msg::QueueRead(1, Ok(part(0))));
    let effects = press(&mut model, "end");
    let [Effect::ReadQueue { id, skip }] = effects[..] else { panic!("{effects:?}") };
    assert!((99_800..100_000).contains(&skip), "{skip}");
    assert_eq!(update(&mut model, Msg::QueueRead(id, Ok(part(99_800)))), []);
    assert!(screen(&model).contains("100000 of 100000"), "{}", screen(&model));
}
