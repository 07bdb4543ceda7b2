//! The queue: its keys, and what it shows.

use std::time::Duration;

use waypost::domain::auth::hmac;
use waypost::domain::delivery::Fault;
use waypost::domain::delivery::gate::{Admission, Gate};
use waypost::domain::delivery::schedule::DeadReason;
use waypost::ops::Changed;
use waypost::ops::queue::{Counts, Entry, EventState, View};
use waypost::tui::effect::Effect;
use waypost::tui::model::{Model, Popup};
use waypost::tui::msg::Msg;
use waypost::tui::screens::main::known::Measured;
use waypost::tui::screens::queue::state::{Change, Reading};
use waypost::tui::update::update;

use super::driver::{app, press, screen};
use super::scenes;
use super::snapshots::{shot, shot_at_every_size};

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

/// Another process changed it. Returns the id of the reading that follows.
fn read_again(model: &mut Model) -> u64 {
    let effects = update(model, Msg::Changed(Changed { history: true, registration: false }));
    let id = effects.iter().find_map(|effect| if let Effect::ReadQueue { id, .. } = effect { Some(*id) } else { None });
    id.expect("it reads the queue")
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
    let id = read_again(&mut empty);
    update(&mut empty, Msg::QueueRead(id, Err(scenes::problem())));
    assert!(screen(&empty).contains("is not valid") && screen(&empty).contains("Correct it"), "{}", screen(&empty));
}

#[test]
fn how_it_looks() {
    let mut model = opened();
    shot_at_every_size("queue", &model);
    let [Effect::ShowQueued { id, .. }] = press(&mut model, "end enter")[..] else { panic!("it reads the event") };
    let dead = entry("msg_3", EventState::Dead);
    update(&mut model, Msg::QueuedShown(id, Ok(Box::new((dead, b"{\"order\":4711}".to_vec())))));
    shot("queue_event", &model);
    let mut empty = app(scenes::registered(hmac::SPEC));
    press(&mut empty, "u");
    update(&mut empty, Msg::QueueRead(1, Ok(Box::new(Reading { view: View::default(), ..reading(0, Vec::new()) }))));
    shot("queue_empty", &empty);
}

/// The row in Health where there is room for it, else the lower edge.
#[test]
fn the_main_screen_shows_it_at_every_size() {
    let mut model = app(scenes::with_deliveries());
    let view = reading(0, Vec::new()).view;
    let of = model.destination().map(|destination| destination.id().clone());
    let health = model.known.health.clone();
    let [Effect::Measure { id, .. }] = update(&mut model, Msg::Recorded)[..] else { panic!("it measures") };
    update(&mut model, Msg::Measured(id, Box::new(Measured { of, health, queue: Some(view) })));
    shot_at_every_size("main_with_queue", &model);
}

#[test]
fn the_event_that_is_open_follows_what_happens_to_it() {
    let mut model = opened();
    let [Effect::ShowQueued { id, .. }] = press(&mut model, "enter")[..] else { panic!("it reads the event") };
    let ready = entry("msg_1", EventState::Ready);
    update(&mut model, Msg::QueuedShown(id, Ok(Box::new((ready, b"{}".to_vec())))));
    let read = |model: &mut Model, state: EventState| {
        let id = read_again(model);
        update(model, Msg::QueueRead(id, Ok(Box::new(reading(0, vec![entry("msg_1", state)])))))
    };
    // As it was: nothing is read.
    assert_eq!(read(&mut model, EventState::Ready), []);
    let effects = read(&mut model, EventState::Dead);
    let [Effect::ShowQueued { id, .. }] = effects[..] else { panic!("{effects:?}") };
    let dead = entry("msg_1", EventState::Dead);
    update(&mut model, Msg::QueuedShown(id, Ok(Box::new((dead, b"{}".to_vec())))));
    assert!(screen(&model).contains("✗ dead"), "{}", screen(&model));
    // It has gone: it is closed, with the reason.
    let effects = read(&mut model, EventState::Waiting);
    let [Effect::ShowQueued { id, .. }] = effects[..] else { panic!("{effects:?}") };
    update(&mut model, Msg::QueuedShown(id, Err(scenes::problem())));
    let Some(Popup::Queue(queue)) = &model.popup else { panic!("no queue") };
    assert!(queue.detail.is_none() && model.status.is_some());
    // Closed while it is read again: it stays closed.
    let [Effect::ShowQueued { id, .. }] = press(&mut model, "enter")[..] else { panic!("it reads the event") };
    let Some(Popup::Queue(queue)) = &mut model.popup else { panic!("no queue") };
    queue.reading = None;
    let waiting = entry("msg_1", EventState::Waiting);
    update(&mut model, Msg::QueuedShown(id, Ok(Box::new((waiting.clone(), b"{}".to_vec())))));
    let effects = read(&mut model, EventState::Dead);
    let [Effect::ShowQueued { id, .. }] = effects[..] else { panic!("{effects:?}") };
    press(&mut model, "esc");
    update(&mut model, Msg::QueuedShown(id, Ok(Box::new((waiting, b"{}".to_vec())))));
    let Some(Popup::Queue(queue)) = &model.popup else { panic!("no queue") };
    assert!(queue.detail.is_none());
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
fn what_was_held_can_be_released_before_it_is_read_again() {
    let mut model = opened();
    assert_eq!(press(&mut model, "R"), [], "it is open");
    press(&mut model, "H");
    update(&mut model, Msg::QueueChanged(Change::Hold, Ok(())));
    assert!(screen(&model).contains("held"), "{}", screen(&model));
    assert_eq!(press(&mut model, "H"), []);
    assert_eq!(press(&mut model, "R"), [Effect::ChangeQueue(Change::Release)]);
    update(&mut model, Msg::QueueChanged(Change::Release, Ok(())));
    assert_eq!(press(&mut model, "H"), [Effect::ChangeQueue(Change::Hold)]);
}

#[test]
fn of_an_empty_queue_no_event_takes_a_key() {
    let mut model = opened();
    let [Effect::ShowQueued { id, .. }] = press(&mut model, "enter")[..] else { panic!("it reads the event") };
    update(&mut model, Msg::QueuedShown(id, Ok(Box::new((entry("msg_1", EventState::Ready), b"{}".to_vec())))));
    let id = read_again(&mut model);
    let empty = Reading { view: View::default(), ..reading(0, Vec::new()) };
    update(&mut model, Msg::QueueRead(id, Ok(Box::new(empty))));
    assert!(screen(&model).contains("The queue is empty."), "{}", screen(&model));
    press(&mut model, "q");
    assert!(model.popup.is_none());
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

#[test]
fn how_a_closed_gate_looks() {
    let (at, mut gate) = ("2026-11-23T09:14:00Z".parse().unwrap(), Gate::default());
    let Admission::Go(pass) = gate.admit(at) else { panic!("{gate:?}") };
    gate.note_failure("503 Service\u{202e} Unavailable".to_owned());
    gate.record(pass, Fault::Destination, Some(Duration::from_mins(1)), at, 0.5);
    let mut model = opened();
    let id = read_again(&mut model);
    let mut reading = reading(0, vec![entry("msg_1", EventState::Waiting)]);
    reading.view.gate.gate = gate;
    update(&mut model, Msg::QueueRead(id, Ok(Box::new(reading))));
    shot_at_every_size("queue_closed_gate", &model);
}

/// What is said of the gate goes when another process, or a probe, has changed it.
#[test]
fn what_was_said_of_the_gate_is_taken_back_when_it_is_not_true_any_more() {
    let (at, mut held, mut closed) = ("2026-11-23T09:14:00Z".parse().unwrap(), Gate::default(), Gate::default());
    held.hold();
    let Admission::Go(pass) = closed.admit(at) else { panic!("{closed:?}") };
    closed.record(pass, Fault::Destination, Some(Duration::from_mins(1)), at, 0.5);
    let read = |model: &mut Model, id: u64, gate: Gate| {
        let mut reading = reading(0, vec![entry("msg_1", EventState::Waiting)]);
        reading.view.gate.gate = gate;
        update(model, Msg::QueueRead(id, Ok(Box::new(reading))))
    };
    for (key, change, said, before, same, other) in [
        ("R", Change::Release, "The gate is open.", &held, Gate::default(), closed),
        ("H", Change::Hold, "Held: nothing goes out", &Gate::default(), held.clone(), Gate::default()),
    ] {
        let mut model = opened();
        let id = read_again(&mut model);
        read(&mut model, id, before.clone());
        // What was read before the change says nothing of it.
        let stale = read_again(&mut model);
        assert_eq!(press(&mut model, key), [Effect::ChangeQueue(change.clone())]);
        update(&mut model, Msg::QueueChanged(change, Ok(())));
        let effects = read(&mut model, stale, other.clone());
        let [Effect::ReadQueue { id, .. }] = effects[..] else { panic!("{effects:?}") };
        assert!(screen(&model).contains(said), "{}", screen(&model));
        read(&mut model, id, same);
        assert!(screen(&model).contains(said), "{}", screen(&model));
        let id = read_again(&mut model);
        read(&mut model, id, other);
        assert!(!screen(&model).contains(said), "{}", screen(&model));
    }
}
