//! How the destination is doing is read apart from the list.

use waypost::domain::auth::hmac;
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
