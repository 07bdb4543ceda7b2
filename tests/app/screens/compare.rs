//! Two deliveries marked in the list and put beside each other.

use std::sync::Arc;

use waypost::domain::auth::hmac;
use waypost::domain::delivery::{Delivery, SentWith, Setting};
use waypost::ops::Snapshot;
use waypost::tui::model::{Model, Popup};
use waypost::tui::msg::Msg;
use waypost::tui::update::update;

use super::driver::{app, press, screen};
use super::scenes;
use super::snapshots::shot_at_every_size;

fn sent_with(format: &str, mark: &str) -> Arc<SentWith> {
    let setting = |field: &str, value: Option<&str>, mark: Option<&str>| Setting {
        field: field.into(),
        value: value.map(str::to_owned),
        mark: mark.map(str::to_owned),
    };
    let settings = vec![
        setting("url", Some("https://hooks.example.com/in"), None),
        setting("format", Some(format), None),
        setting("signing_secret", None, Some(mark)),
    ];
    Arc::new(SentWith { waypost: "0.1.0".into(), settings })
}

/// A body, as long as its header says.
fn with_body(delivery: &mut Delivery, body: &[u8]) {
    let request = &mut delivery.attempts[0].request;
    request.body = body.to_vec();
    let length = body.len().to_string();
    request.headers = request
        .headers
        .map(|name, value| (name.to_owned(), if name == "content-length" { length.clone() } else { value.to_owned() }));
}

fn good() -> Delivery {
    let mut good = Delivery { id: "msg_good".into(), sent_with: sent_with("hex", "m1"), ..scenes::delivered() };
    with_body(&mut good, br#"{"event":"order.created","order":{"id":7,"total":12.50},"tags":["new"]}"#);
    good
}

fn bad() -> Delivery {
    let mut bad =
        Delivery { id: "msg_bad".into(), sent_with: sent_with("base64", "m2"), event: "ping".into(), ..scenes::refused() };
    with_body(&mut bad, br#"{"order":{"id":8,"total":12.50,"note":"urgent"},"event":"order.created"}"#);
    bad
}

fn listed(deliveries: Vec<Delivery>) -> Model {
    app(Snapshot { history: Ok(scenes::listing(deliveries)), ..scenes::registered(hmac::SPEC) })
}

fn three() -> Model {
    let other = Delivery { id: "msg_other".into(), ..scenes::stopped() };
    listed(vec![good(), bad(), other])
}

#[test]
fn two_marked_deliveries_are_compared() {
    let mut model = three();
    press(&mut model, "down space space");
    let list = screen(&model);
    assert!(list.contains("│●  09:14:02") && list.contains("│●  09:13:40") && list.contains("2 marked, 3 of 3"), "{list}");
    assert_eq!(press(&mut model, "="), []);
    shot_at_every_size("compare", &model);
    press(&mut model, "a");
    shot_at_every_size("compare everything", &model);
    press(&mut model, "esc");
    assert!(model.popup.is_none() && model.history.marked.len() == 2);
}

#[test]
fn no_secret_is_named_and_a_changed_one_is_said() {
    let mut model = three();
    press(&mut model, "down space space =");
    model.size = (200, 60);
    let shown = screen(&model);
    assert!(shown.contains("Signing secret") && shown.contains("another secret"), "{shown}");
    assert!(!shown.contains("m1") && !shown.contains(scenes::SECRET), "{shown}");
}

#[test]
fn a_third_mark_and_a_comparison_of_one_say_what_they_need() {
    let mut model = three();
    let said = |model: &Model| model.status.as_ref().map(|status| status.text.clone()).unwrap_or_default();
    press(&mut model, "down = space =");
    assert!(model.popup.is_none() && said(&model).contains("Mark two"), "{}", said(&model));
    press(&mut model, "space space");
    assert!(said(&model).contains("Two are marked") && model.history.marked.len() == 2, "{}", said(&model));
    // On a marked one Space takes the mark away.
    press(&mut model, "home space");
    assert_eq!(model.history.marked.len(), 1);
    assert_eq!(model.history.marked[0].id, "msg_bad");
}

#[test]
fn marks_stay_on_their_deliveries_while_the_list_changes() {
    let mut model = three();
    press(&mut model, "down space space");
    let newer = Delivery { id: "msg_new".into(), ..scenes::failed() };
    let effects = update(&mut model, Msg::Changed(waypost::ops::Changed { registration: false, history: true }));
    let listing = |effect: &waypost::tui::effect::Effect| match effect {
        waypost::tui::effect::Effect::List { id, .. } => Some(*id),
        _ => None,
    };
    let id = effects.iter().find_map(listing).expect("the list is read again");
    // One of them is not listed now: pushed out, or filtered.
    let page = scenes::listing(vec![newer, good()]);
    update(&mut model, Msg::Listed(id, Ok(Box::new(page))));
    let list = screen(&model);
    assert!(list.contains("●") && list.contains("2 marked"), "{list}");
    press(&mut model, "=");
    assert!(matches!(model.popup, Some(Popup::Compare(_))));
    let shown = screen(&model);
    assert!(shown.contains("401 Unauthorized") && shown.contains("200 OK"), "{shown}");
}

#[test]
fn equal_deliveries_say_so_and_probes_are_compared_by_case() {
    let again = Delivery { id: good().id, ..good() };
    let mut later = again.clone();
    later.attempts[0].started_at = "2026-11-23T09:15:02Z".parse().unwrap();
    let mut model = listed(vec![later, again]);
    press(&mut model, "down space space =");
    let shown = screen(&model);
    assert!(shown.contains("0 differences") && shown.contains("the same"), "{shown}");

    let probe = scenes::report().delivery;
    let mut other = probe.clone();
    other.id = "prb_2".into();
    let mut model = listed(vec![probe, other]);
    press(&mut model, "down space space = a");
    let shown = screen(&model);
    assert!(shown.contains("Probe") && !shown.contains("Request body"), "{shown}");
}

#[test]
fn what_is_compared_scrolls_to_its_ends() {
    let mut model = three();
    model.size = (60, 16);
    press(&mut model, "down space space =");
    let first = screen(&model);
    press(&mut model, "end down");
    let last = screen(&model);
    assert!(first.contains("more ↓") && !last.contains("more ↓") && last.contains("Timing"), "{last}");
    press(&mut model, "g");
    assert_eq!(screen(&model), first);
}
