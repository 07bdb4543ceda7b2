//! A watch: what is asked, what is sent, what is said of it.

use waypost::domain::auth::{basic, hmac};
use waypost::domain::delivery::Delivery;
use waypost::domain::event::BuiltIn;
use waypost::tui::effect::Effect;
use waypost::tui::model::{Model, Popup};
use waypost::tui::msg::{Id, Msg};
use waypost::tui::update::update;

use super::driver::{app, press, screen};
use super::scenes;

/// Time passes: the next delivery is due at that time of the day.
#[track_caller]
fn due(model: &mut Model, at: &str) -> Vec<Effect> {
    let id = model.watch.as_ref().expect("it watches").id;
    update(model, Msg::Due(id, format!("2026-11-23T{at}Z").parse().unwrap()))
}

/// A delivery of the watch goes out and ends so.
#[track_caller]
fn round(model: &mut Model, at: &str, mut delivery: Delivery) -> Vec<Effect> {
    let id = sent(&due(model, at));
    delivery.id = format!("msg_{id}");
    let effects = update(model, Msg::Delivered(id, Box::new(delivery)));
    model.known.health = scenes::health(&model.state, &model.history.rows);
    effects
}

#[track_caller]
fn sent(effects: &[Effect]) -> Id {
    match effects {
        [Effect::Due { after_s: 10, .. }, Effect::SendWatched { id, .. }] => *id,
        other => panic!("{other:?}"),
    }
}

fn watching() -> Model {
    let mut model = app(scenes::registered(hmac::SPEC));
    press(&mut model, "w y");
    model
}

fn snapshot(name: &str, model: &Model) {
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(name, screen(model));
    });
}

fn said(model: &Model) -> &str {
    &model.status.as_ref().expect("something was said").text
}

#[test]
fn nothing_is_sent_before_the_question_is_answered() {
    let mut model = app(scenes::registered(hmac::SPEC));
    for keys in ["w", "up", "down down", "enter", "w n", "w esc", "w right left enter"] {
        assert_eq!(press(&mut model, keys), [], "{keys}");
    }
    assert_eq!(said(&model), "Not watching: w asks again, and y starts.");
    assert!(model.watch.is_none() && model.question.is_none());
    press(&mut model, "w up");
    snapshot("watch_asks", &model);
    press(&mut model, "?");
    assert!(screen(&model).contains("a longer interval, a shorter one"), "{}", screen(&model));
    press(&mut model, "?");
    assert!(matches!(press(&mut model, "right enter")[..], [Effect::Due { after_s: 0, .. }]));
    let first = due(&mut model, "09:14:07");
    let [Effect::Due { after_s: 30, .. }, Effect::SendWatched { generation, event, .. }] = &first[..] else {
        panic!("{first:?}")
    };
    assert_eq!((*generation, event), (model.generation, &BuiltIn::default().event()));
}

#[test]
fn each_delivery_is_counted_and_a_change_rings_the_bell_and_says_why() {
    let mut model = watching();
    assert_eq!(round(&mut model, "09:14:07", scenes::delivered()), []);
    assert_eq!(round(&mut model, "09:14:17", scenes::delivered()), []);
    assert!(model.status.is_none(), "what is as before is not said");
    assert!(screen(&model).contains("✓ watching every 10 s · 2 of 2 ok · next 09:14:27"), "{}", screen(&model));
    assert_eq!(round(&mut model, "09:14:27", scenes::refused()), [Effect::Bell]);
    assert!(said(&model).starts_with("Failing since ") && said(&model).contains("401 Unauthorized. "), "{}", said(&model));
    snapshot("watch_failing", &model);
    assert_eq!(round(&mut model, "09:14:37", scenes::refused()), [], "rung once");
    assert_eq!(round(&mut model, "09:14:47", scenes::failed()), [], "it fails still, though in another way");
    assert!(!said(&model).contains("401"), "{}", said(&model));
    assert_eq!(round(&mut model, "09:14:57", scenes::delivered()), [Effect::Bell]);
    assert!(said(&model).starts_with("Working again since "), "{}", said(&model));
    assert!(screen(&model).contains("3 of 6 ok"), "{}", screen(&model));
    press(&mut model, "w");
    assert_eq!(said(&model), "Stopped watching: 3 of 6 ok.");
}

#[test]
fn one_that_takes_longer_than_the_interval_skips_a_turn() {
    let mut model = watching();
    let id = sent(&due(&mut model, "09:14:07"));
    assert!(matches!(due(&mut model, "09:14:17")[..], [Effect::Due { .. }]));
    update(&mut model, Msg::Delivered(id, Box::new(scenes::delivered())));
    sent(&due(&mut model, "09:14:27"));
}

#[test]
fn w_and_esc_stop_it_and_the_delivery_on_its_way() {
    for key in ["w", "esc"] {
        let mut model = watching();
        let id = sent(&due(&mut model, "09:14:07"));
        let old = model.watch.as_ref().unwrap().id;
        assert_eq!(press(&mut model, key), [Effect::Stop { id }], "{key}");
        assert!(model.watch.is_none());
        let at = "2026-11-23T09:14:17Z".parse().unwrap();
        assert_eq!(update(&mut model, Msg::Due(old, at)), [], "what was due is dropped");
        assert_eq!(update(&mut model, Msg::Delivered(id, Box::new(scenes::stopped()))), []);
    }
}

/// A popup over the destination does not end the watch: it can be stopped there, and is in the title afterwards.
#[test]
fn it_goes_on_under_a_popup_and_beside_a_test_delivery() {
    let mut model = watching();
    press(&mut model, "t enter");
    assert_eq!(round(&mut model, "09:14:07", scenes::delivered()), []);
    let Some(Popup::Test(test)) = &model.popup else { panic!() };
    assert!(test.in_flight().is_some(), "the delivery of the popup is another");
    let mut model = watching();
    press(&mut model, "e esc t");
    assert!(screen(&model).contains("w stop watching"), "{}", screen(&model));
    press(&mut model, "esc");
    round(&mut model, "09:14:07", scenes::delivered());
    assert!(screen(&model).contains("watching every 10 s · 1 of 1 ok"), "{}", screen(&model));
    press(&mut model, "t w");
    assert!(model.watch.is_none());
}

#[test]
fn from_a_test_delivery_it_watches_with_that_event_and_never_with_one_of_the_history() {
    let mut model = app(scenes::with_deliveries());
    press(&mut model, "t backtab backtab right w y");
    assert!(model.popup.is_none());
    let event = model.watch.as_ref().map(|watch| watch.event.name.clone());
    assert_eq!(event.as_deref(), Some(BuiltIn::ALL[1].event().name.as_str()));
    press(&mut model, "w down enter w");
    assert!(model.question.is_none() && model.watch.is_none());
    // Asked and declined, what was open is open again.
    press(&mut model, "esc t w n");
    assert!(matches!(model.popup, Some(Popup::Test(_))));
}

#[test]
fn it_ends_with_what_it_watches() {
    let mut model = watching();
    let id = sent(&due(&mut model, "09:14:07"));
    let mut snapshot = scenes::nothing();
    snapshot.generation = 2;
    model.loading = Some(77);
    let effects = update(&mut model, Msg::Loaded(77, Box::new(snapshot)));
    assert!(effects.contains(&Effect::Stop { id }), "{effects:?}");
    assert!(model.watch.is_none() && said(&model).contains("Stopped watching"));
    // An edit that leaves the host as it is leaves the watch, too.
    let mut model = watching();
    model.loading = Some(77);
    update(&mut model, Msg::Loaded(77, Box::new(scenes::registered(basic::SPEC))));
    assert!(model.watch.is_some());
}

#[test]
fn read_only_watches_nothing() {
    for keys in ["w", "w y", "esc w right enter"] {
        let mut model = app(scenes::with_deliveries());
        model.environment.readonly = true;
        assert_eq!(press(&mut model, keys), [], "{keys}");
        assert!(model.watch.is_none() && model.question.is_none(), "{keys}");
    }
}

#[test]
fn the_title_leaves_out_what_does_not_fit() {
    let mut model = watching();
    round(&mut model, "09:14:07", scenes::delivered());
    for (columns, words) in
        [(80, "watching every 10 s · 1 of 1 ok · next 09:14:17"), (60, "watching · 1 of 1 ok"), (40, "watching")]
    {
        update(&mut model, Msg::Resize(columns, 16));
        let shown = screen(&model);
        assert!(shown.lines().next().unwrap().contains(words), "{shown}");
    }
}
