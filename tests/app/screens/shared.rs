//! A destination that machines share: it may come late, change while it is read, and be away for a while.

use waypost::domain::auth::hmac;
use waypost::domain::problem::{Problem, ProblemKind};
use waypost::ops::{Changed, Snapshot, State};
use waypost::tui::effect::Effect;
use waypost::tui::model::{Environment, Model};
use waypost::tui::msg::Msg;
use waypost::tui::update::update;

use super::driver::{environment, screen};
use super::scenes;

const CHANGED: Msg = Msg::Changed(Changed { registration: true, history: false });

fn away(what: &str) -> Snapshot {
    let problem = Problem::of_kind(ProblemKind::Engine, what, "It may be restarting.", "Try again.");
    Snapshot { state: State::Unreadable(problem), generation: 0, ..scenes::registered(hmac::SPEC) }
}

/// The ids of the readings that are asked for.
fn loads(effects: Vec<Effect>) -> Vec<u64> {
    effects.into_iter().filter_map(|effect| if let Effect::Load { id } = effect { Some(id) } else { None }).collect()
}

#[test]
fn what_changes_while_it_is_read_is_read_once_more() {
    let mut model = Model::new((80, 24), environment(), scenes::registered(hmac::SPEC));
    let [first] = loads(update(&mut model, CHANGED))[..] else { panic!("not read") };
    assert!(loads(update(&mut model, CHANGED)).is_empty());
    assert!(loads(update(&mut model, CHANGED)).is_empty());
    let [second] = loads(update(&mut model, Msg::Loaded(first, Box::new(scenes::registered(hmac::SPEC)))))[..] else {
        panic!("not read again")
    };
    assert!(loads(update(&mut model, Msg::Loaded(second, Box::new(scenes::registered(hmac::SPEC))))).is_empty());
}

#[test]
fn a_server_that_goes_away_and_comes_back_is_shown() {
    let shared = Environment { shared: Some("nats://nats.example.com:4222".to_owned()), ..environment() };
    let mut model = Model::new((80, 24), shared, away("Waiting for the destination"));
    assert!(screen(&model).contains("╭ Destination on nats://nats.example.com:4222 ─"), "{}", screen(&model));
    let mut load = |snapshot: Snapshot| {
        let [id] = loads(update(&mut model, CHANGED))[..] else { panic!("not read") };
        update(&mut model, Msg::Loaded(id, Box::new(snapshot)));
        screen(&model)
    };
    let shown = load(away("The connection to NATS is lost"));
    assert!(shown.contains("The connection to NATS is lost") && !shown.contains("still"), "{shown}");
    assert!(load(away("The connection to NATS is lost")).contains("It still cannot be read."));
    assert!(load(scenes::registered(hmac::SPEC)).contains("https://"));
}
