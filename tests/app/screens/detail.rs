//! A delivery in its popup: what it says, and which keys send anything.

use jiff::tz::TimeZone;
use waypost::domain::auth::hmac;
use waypost::domain::delivery::probe::Verdict;
use waypost::domain::delivery::{Cause, Delivery, Phase, TlsCause};
use waypost::ops::Snapshot;
use waypost::present::clock::Clock;
use waypost::tui::effect::Effect;
use waypost::tui::model::Model;
use waypost::tui::msg::Msg;
use waypost::tui::theme::Roles;
use waypost::tui::update::update;

use super::driver::{app, buffer, press, screen};
use super::scenes;
use super::snapshots::shot_at_every_size;

fn listed(deliveries: Vec<Delivery>) -> Model {
    app(Snapshot { history: Ok(scenes::listing(deliveries)), ..scenes::registered(hmac::SPEC) })
}

/// Three attempts, the last refused.
fn tried() -> Delivery {
    let attempts =
        vec![scenes::failed().attempts.remove(0), scenes::stopped().attempts.remove(0), scenes::refused().attempts.remove(0)];
    Delivery { attempts, event: "order.created".into(), ..scenes::refused() }
}

#[test]
fn must_not_2_a_send_without_meaning_it() {
    // Enter opens a delivery, and on it does nothing.
    let mut model = listed(vec![tried()]);
    assert_eq!(press(&mut model, "down enter enter enter"), []);
    // A word that is searched for has an r in it.
    assert_eq!(press(&mut model, "/ e r r o r enter"), []);
    assert!(screen(&model).contains("1 of 1"), "{}", screen(&model));
    // A real event is asked about, and the safe answer has the focus.
    assert_eq!(press(&mut model, "r"), []);
    assert!(screen(&model).contains("Send order.created again"), "{}", screen(&model));
    assert_eq!(press(&mut model, "enter"), []);
    // In flight Enter does nothing; only Esc and ^C stop.
    let mut model = app(scenes::registered(hmac::SPEC));
    press(&mut model, "t enter");
    assert_eq!(press(&mut model, "enter enter space"), []);
    assert_eq!(press(&mut model, "esc"), [Effect::Stop { id: 2 }]);
    // Nor does it when the answer comes under the finger.
    update(&mut model, Msg::Delivered(2, Box::new(scenes::delivered())));
    assert_eq!(press(&mut model, "enter enter"), []);
}

#[test]
fn must_not_5_a_delivery_without_date_time_and_attempts() {
    let mut model = listed(vec![tried()]);
    model.environment.clock = Clock::new(TimeZone::UTC, "2026-11-25T10:00:00Z".parse().unwrap());
    press(&mut model, "down enter");
    let shown = screen(&model);
    for fact in
        ["2026-11-23 09:13:40", "Tries", "2026-11-23 09:13:12  failed at TLS", "2026-11-23 09:12:55  stopped", &tried().id]
    {
        assert!(shown.contains(fact), "{fact} in {shown}");
    }
    shot_at_every_size("delivery_tries", &model);
    // Of today without the date; never "just now", which would grow stale.
    let mut model = app(scenes::registered(hmac::SPEC));
    press(&mut model, "t enter");
    update(&mut model, Msg::Delivered(2, Box::new(scenes::delivered())));
    assert!(screen(&model).contains("143 ms   09:14:02 "), "{}", screen(&model));
}

#[test]
fn must_not_11_timing_without_the_phases_that_are_known() {
    let mut model = app(scenes::registered(hmac::SPEC));
    press(&mut model, "t enter");
    for (phase, ms) in [(Phase::Dns, 3.0), (Phase::Connect, 11.0), (Phase::Tls, 24.0), (Phase::Write, 0.1)] {
        update(&mut model, Msg::Began(2, phase));
        update(&mut model, Msg::Ended(2, phase, ms));
    }
    update(&mut model, Msg::Began(2, Phase::Wait));
    update(&mut model, Msg::Tick(4200));
    let shown = screen(&model);
    assert!(!shown.contains("No response yet") && shown.matches('█').count() > 30, "{shown}");
    let bars: Vec<_> = shown.lines().filter(|line| line.contains('█')).collect();
    assert_eq!(bars.len(), 5, "{shown}");
}

#[test]
fn neighbours_are_one_key_away_and_json_folds() {
    let mut model = listed(
        vec![scenes::delivered(), scenes::untrusted(), scenes::failed()]
            .into_iter()
            .enumerate()
            .map(|(at, it)| Delivery { id: format!("msg_{at}"), ..it })
            .collect(),
    );
    press(&mut model, "down enter 3 ]");
    assert!(screen(&model).contains("msg_1") && screen(&model).contains("total"), "{}", screen(&model));
    press(&mut model, "] ] [");
    assert!(screen(&model).contains("msg_1"), "{}", screen(&model));
    press(&mut model, "[ 1 z");
    assert!(screen(&model).contains("\"items\": [ 3 lines ],"), "{}", screen(&model));
    let effects = press(&mut model, "o");
    let [Effect::Page { text }] = &effects[..] else { panic!("{effects:?}") };
    assert!(text.starts_with("{\n  \"ok\": true,"), "{text}");
}

/// At every width a row has its reason whole, and its time.
#[test]
fn a_row_cuts_no_word_of_why() {
    let causes = [
        Cause::ConnectionRefused(None),
        Cause::TimedOut(15),
        Cause::Reset,
        Cause::Tls(TlsCause::ClientCertificateWanted),
        Cause::Tls(TlsCause::NotYetValid(None, "2026-11-23T09:13:12Z".parse().unwrap())),
    ];
    for (columns, rows) in [(40, 10), (60, 16), (80, 24), (120, 40)] {
        for cause in &causes {
            let delivery = scenes::failed_by(cause.clone());
            let reason = delivery.last().unwrap().reason().into_owned();
            let mut model = listed(vec![delivery]);
            model.size = (columns, rows);
            press(&mut model, "down");
            let shown = screen(&model);
            let row = shown.lines().find(|row| row.contains(" > ")).unwrap();
            assert!(row.contains(&format!("✗ {reason} ")), "{columns}: {shown}");
            assert!(row.contains("09:1"), "{columns}: {shown}");
        }
        let mut model = app(scenes::with_deliveries());
        model.size = (columns, rows);
        press(&mut model, "down");
        let shown = screen(&model);
        assert!(shown.contains("401 Unauthorized ") || shown.contains("200 OK "), "{columns}: {shown}");
        assert!(columns != 80 || shown.contains(" auth refused"), "{columns}: {shown}");
    }
}

/// The row of a probe is one, and has the colour of its verdict.
#[test]
fn must_not_1_colours_that_say_the_opposite_of_a_probe() {
    let Roles { ok, error, .. } = Roles::DEFAULT;
    let mut guarded = scenes::report().delivery;
    let mut open = guarded.clone();
    for case in &mut guarded.probe.as_mut().unwrap().cases {
        case.verdict = Verdict::Good;
    }
    (guarded.id, open.id) = ("msg_guarded".into(), "msg_open".into());
    // Two of the three requests to it were delivered; of the other, as it should be, one.
    for (probe, mark, color, words) in [(guarded, "✓ probe", ok, "3/3"), (open, "✗ probe", error, "2/3")] {
        let model = listed(vec![probe, scenes::delivered()]);
        let shown = screen(&model);
        let row = shown.lines().position(|row| row.contains("probe") && row.contains(words)).unwrap_or_else(|| panic!("{shown}"));
        assert_eq!(shown.matches(mark).count(), 1, "one row: {shown}");
        assert!(shown.contains("1 of 2"), "{shown}");
        let (buffer, _) = buffer(&model);
        let at = u16::try_from(row).unwrap();
        let marked = (0..buffer.area.width).find(|x| buffer[(*x, at)].symbol() == &mark[..mark.find(' ').unwrap()]).unwrap();
        assert_eq!(buffer[(marked, at)].fg, color, "{shown}");
    }
}
