//! How the destination is doing is read apart from the list.

use std::time::Duration;

use jiff::Timestamp;
use waypost::domain::auth::hmac;
use waypost::domain::delivery::Fault;
use waypost::domain::delivery::gate::{Admission, FAILURES, Gate};
use waypost::domain::destination::DestinationId;
use waypost::ops::queue::{Counts, View};
use waypost::ops::{Changed, Health, Standing};
use waypost::tui::effect::Effect;
use waypost::tui::model::Model;
use waypost::tui::msg::Msg;
use waypost::tui::screens::main::known::Measured;
use waypost::tui::update::update;

use super::driver::{environment, screen};
use super::scenes;
use super::snapshots::shot_at_every_size;

const STARTED: &str = "2026-11-23T03:14:07Z";

fn works() -> Health {
    Health { standing: Standing::Works(STARTED.parse().unwrap()), ..Health::default() }
}

fn measured(of: &str, health: Health) -> Box<Measured> {
    Box::new(Measured { of: Some(DestinationId::new(of)), health: Some(health), queue: None })
}

fn measure(id: u64) -> Effect {
    Effect::Measure { id, of: Some(DestinationId::new("dst_1")) }
}

/// The first frame does not wait for it, and says nothing that is not known.
#[test]
fn it_is_read_after_the_first_frame() {
    let mut model = Model::new((80, 24), environment(), scenes::with_deliveries());
    let first = screen(&model);
    assert!(!first.contains("never tested") && first.contains("╭ Health ─"), "{first}");
    assert_eq!(update(&mut model, Msg::Started), [measure(1)]);
    assert!(!model.changed);
    update(&mut model, Msg::Measured(1, measured("dst_1", works())));
    assert!(model.changed && screen(&model).contains("✓ works · delivered 03:14:07"), "{}", screen(&model));
}

#[test]
fn what_changes_while_it_is_read_is_read_once_more_and_stale_results_are_dropped() {
    let mut model = Model::new((80, 24), environment(), scenes::registered(hmac::SPEC));
    let changed = || Msg::Changed(Changed { history: true, registration: false });
    let measures =
        |effects: Vec<Effect>| effects.into_iter().filter(|it| matches!(it, Effect::Measure { .. })).collect::<Vec<_>>();
    assert_eq!(measures(update(&mut model, changed())), [measure(1)]);
    assert_eq!(measures(update(&mut model, changed())), []);
    assert_eq!(measures(update(&mut model, changed())), []);
    // Of no reading that is waited for.
    assert_eq!(update(&mut model, Msg::Measured(7, measured("dst_1", works()))), []);
    assert!(!model.changed && !screen(&model).contains("works"));
    assert_eq!(update(&mut model, Msg::Measured(1, measured("dst_1", works()))), [measure(2)]);
    // Of a destination that was registered when the reading began.
    assert_eq!(update(&mut model, Msg::Measured(2, measured("dst_9", Health::default()))), [measure(3)]);
    assert_eq!(update(&mut model, Msg::Measured(3, measured("dst_1", works()))), []);
    assert!(screen(&model).contains("works"));
}

/// What is the same is not drawn again.
#[test]
fn a_reading_that_found_nothing_new_draws_nothing() {
    let mut model = Model::new((80, 24), environment(), scenes::registered(hmac::SPEC));
    for (id, changes) in [(1, true), (2, false)] {
        update(&mut model, Msg::Started);
        update(&mut model, Msg::Measured(id, measured("dst_1", works())));
        assert_eq!(model.changed, changes);
    }
    // A queue that was never used is not shown.
    update(&mut model, Msg::Started);
    let counts = Counts::default();
    let queue = Some(View { counts, ..View::default() });
    update(&mut model, Msg::Measured(3, Box::new(Measured { queue, ..*measured("dst_1", works()) })));
    assert!(!model.changed);
}

fn at(time: &str) -> Timestamp {
    format!("2026-11-23T{time}Z").parse().unwrap()
}

/// A gate that an attempt after each of these faults has made what it is.
fn gate(faults: &[(Fault, Option<u64>)], time: &str) -> Gate {
    let mut gate = Gate::default();
    for (fault, pause) in faults {
        let (Admission::Go(pass) | Admission::Probe(pass)) = gate.admit(at(time)) else { panic!("{gate:?}") };
        gate.note_failure("connection refused".to_owned());
        gate.record(pass, *fault, pause.map(Duration::from_secs), at(time), 0.5);
    }
    gate
}

/// With a queue whose gate is that one.
fn with_gate(model: &mut Model, id: u64, health: Health, gate: Gate) {
    let mut queue = View { counts: Counts { waiting: 98, ..Counts::default() }, used: true, ..View::default() };
    queue.gate.gate = gate;
    assert!(matches!(update(model, Msg::Started)[..], [Effect::Measure { .. }]));
    update(model, Msg::Measured(id, Box::new(Measured { queue: Some(queue), ..*measured("dst_1", health) })));
}

/// Only deliveries that ended are in the history: while the relay cannot deliver, the last success there is an old story.
#[test]
fn it_does_not_work_while_the_relay_cannot_deliver() {
    let down = [(Fault::Destination, None); FAILURES as usize];
    let mut probing = gate(&down, "03:15:00");
    assert!(matches!(probing.admit(at("03:16:00")), Admission::Probe(_)));
    let mut held = Gate::default();
    held.hold();
    let failing = Health { standing: Standing::Failing(at("03:14:30")), ..Health::default() };
    let cannot = "✗ the relay cannot deliver";
    let cases = [
        (gate(&down, "03:15:00"), works(), format!("{cannot} · last delivered 03:14:07")),
        (probing, works(), format!("{cannot} · last delivered 03:14:07")),
        (gate(&[(Fault::Gone, None)], "03:15:00"), works(), format!("{cannot} · last delivered 03:14:07")),
        (gate(&down, "03:15:00"), Health::default(), cannot.to_owned()),
        (gate(&down, "03:15:00"), failing, "✗ failing since 03:14:30".to_owned()),
        (
            gate(&[(Fault::Destination, Some(60))], "03:15:00"),
            works(),
            "! the destination asked for a pause · last delivered 03:14:07".to_owned(),
        ),
        (held.clone(), works(), "queue held · last delivered 03:14:07".to_owned()),
        (held, Health::default(), "queue held".to_owned()),
        (Gate::default(), works(), "✓ works · delivered 03:14:07".to_owned()),
    ];
    let mut model = Model::new((120, 40), environment(), scenes::registered(hmac::SPEC));
    for (id, (gate, health, says)) in (1..).zip(cases) {
        with_gate(&mut model, id, health, gate);
        let title = screen(&model).lines().next().unwrap().to_owned();
        assert!(title.starts_with(&format!(" waypost  {says}  ")), "{says}: {title}");
    }
}

#[test]
fn how_a_relay_that_cannot_deliver_looks() {
    let mut model = Model::new((80, 24), environment(), scenes::with_deliveries());
    with_gate(&mut model, 1, works(), gate(&[(Fault::Destination, None); FAILURES as usize], "03:15:00"));
    shot_at_every_size("main_with_closed_gate", &model);
}
