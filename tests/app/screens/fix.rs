//! `f`: from what a delivery says is wrong to the field, the value and the next delivery.

use waypost::domain::auth::hmac;
use waypost::domain::delivery::{Cause, Delivery, TlsCause};
use waypost::domain::event::BuiltIn;
use waypost::domain::field::{self, Field};
use waypost::domain::mangling::Correction;
use waypost::domain::signature::explain::{Explanation, Mistake, SecretForm};
use waypost::ops::{Problem, Saved, Snapshot};
use waypost::tui::effect::{Body, Effect, ToVerify};
use waypost::tui::model::{Model, Popup};
use waypost::tui::msg::{Msg, Pasted};
use waypost::tui::screens::form::focus::Focus;
use waypost::tui::screens::form::state::Form;
use waypost::tui::update::update;

use super::driver::{app, press, screen};
use super::scenes;
use super::snapshots::shot;

/// The popup of a test that ended so.
fn answered(delivery: Delivery) -> Model {
    let mut model = app(scenes::registered(hmac::SPEC));
    press(&mut model, "t enter");
    let id = model.in_flight().unwrap();
    update(&mut model, Msg::Delivered(id, Box::new(delivery)));
    model
}

/// The popup of that delivery in the history.
fn past(delivery: Delivery) -> Model {
    let page = scenes::listing(vec![delivery]);
    let mut model = app(Snapshot { history: Ok(page), ..scenes::registered(hmac::SPEC) });
    press(&mut model, "down enter");
    model
}

fn form(model: &Model) -> &Form {
    match &model.popup {
        Some(Popup::Form(form)) => form,
        other => panic!("no form but {other:?}"),
    }
}

fn saved() -> Box<Saved> {
    let (warning, notices) = (None, Vec::new());
    Box::new(Saved { destination: scenes::destination(hmac::SPEC), generation: 5, changed: true, warning, notices, undo: None })
}

/// What the form has been filled with, and is otherwise as registered.
type Filled<'a> = &'a [(Field, &'a str)];

#[test]
fn a_fix_opens_the_form_at_its_field_with_the_value_proposed() {
    let format = scenes::refused_by(401, "signature must be base64");
    let header = scenes::refused_by(400, "{\"error\":\"Missing X-Hub-Signature-256 header\"}");
    let cases: [(Delivery, Field, Filled<'_>); 6] = [
        (format, hmac::FORMAT, &[(hmac::FORMAT, "base64"), (hmac::HEADER_KEY, "X-Signature")]),
        (header, hmac::FORMAT, &[(hmac::FORMAT, "sha256-hex"), (hmac::HEADER_KEY, "X-Hub-Signature-256")]),
        (scenes::failed_by(Cause::TimedOut(15)), field::TIMEOUT, &[(field::TIMEOUT, "30")]),
        (scenes::redirected("/in/"), field::URL, &[(field::URL, "https://hooks.example.com/in/")]),
        (scenes::refused_by(404, ""), field::URL, &[(field::URL, "https://hooks.example.com/in")]),
        (scenes::failed_by(Cause::Tls(TlsCause::UnknownIssuer(None))), field::CA_CERT, &[(field::CA_CERT, "")]),
    ];
    for (delivery, field, values) in cases {
        for mut model in [answered(delivery.clone()), past(delivery)] {
            assert_eq!(press(&mut model, "f"), [], "{}", screen(&model));
            assert_eq!(form(&model).focus, Focus::Field(field));
            for (field, value) in values {
                assert_eq!(form(&model).draft().text(field), *value);
            }
            // The field is in view, also where it was folded away.
            assert!(screen(&model).contains(field.label), "{}", screen(&model));
        }
    }
}

#[test]
fn a_save_from_a_fix_sends_again_and_closing_it_leads_back() {
    let mut model = answered(scenes::failed_by(Cause::TimedOut(15)));
    press(&mut model, "f esc");
    assert!(screen(&model).contains("did not answer within 15 s"), "nothing was typed: {}", screen(&model));
    press(&mut model, "f backspace esc");
    assert!(screen(&model).contains("Discard your changes?"), "{}", screen(&model));
    press(&mut model, "right enter");
    assert!(screen(&model).contains("did not answer within 15 s"), "{}", screen(&model));
    let effects = press(&mut model, "f ctrl-o");
    let [Effect::Save { id, draft, over: Some(4), .. }] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(draft.text(field::TIMEOUT), "30");
    let effects = update(&mut model, Msg::Saved(*id, Ok(saved())));
    let [Effect::Send { generation: 5, event, .. }, Effect::Load { .. }] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(*event, BuiltIn::Ping.event());
    assert!(model.in_flight().is_some());
}

#[test]
fn a_real_event_of_the_history_is_asked_about_before_a_fix_sends_it_again() {
    let mut model = past(Delivery { event: "order.created".into(), ..scenes::failed_by(Cause::TimedOut(15)) });
    let effects = press(&mut model, "f ctrl-o");
    let [Effect::Save { id, .. }] = effects[..] else { panic!("{effects:?}") };
    assert_eq!(update(&mut model, Msg::Saved(id, Ok(saved()))), []);
    assert!(screen(&model).contains("Send order.created again"), "{}", screen(&model));
    assert_eq!(press(&mut model, "enter"), []);
}

#[test]
fn a_ca_is_trusted_after_a_question_that_shows_it() {
    let mut model = answered(scenes::untrusted());
    assert_eq!(press(&mut model, "f"), []);
    shot("trust", &model);
    // The help lists what the keys do at this question, and not at another.
    press(&mut model, "?");
    let help = screen(&model);
    assert!(help.contains("move between the buttons (also Tab)") && !help.contains("interval"), "{help}");
    press(&mut model, "?");
    // Enter takes the safe answer.
    assert_eq!(press(&mut model, "enter"), []);
    let effects = press(&mut model, "f y");
    let [Effect::TrustCa { id, generation: 4, attempt }] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(Some(&**attempt), scenes::untrusted().last());
    let failed = update(&mut model, Msg::Trusted(*id, Err(Problem::conflict())));
    assert!(failed.is_empty() && screen(&model).contains("Not trusted: "), "{}", screen(&model));
    let effects = press(&mut model, "f y");
    let [Effect::TrustCa { id, .. }] = &effects[..] else { panic!("{effects:?}") };
    let effects = update(&mut model, Msg::Trusted(*id, Ok(saved())));
    assert!(matches!(effects[..], [Effect::Send { generation: 5, .. }, Effect::Load { .. }]), "{effects:?}");
}

#[test]
fn what_was_presented_by_another_endpoint_is_not_offered() {
    let mut delivery = scenes::untrusted();
    delivery.attempts[0].request.url = "https://other.example.com/in".into();
    let mut model = past(delivery);
    press(&mut model, "f");
    assert_eq!(form(&model).focus, Focus::Field(field::CA_CERT));
}

#[test]
fn must_not_8_a_fix_in_the_app_that_names_a_flag() {
    for delivery in [scenes::refused(), scenes::untrusted(), scenes::failed_by(Cause::TimedOut(15)), scenes::redirected("/in/")] {
        let model = answered(delivery);
        assert!(!screen(&model).contains("--"), "{}", screen(&model));
    }
    // Nothing in the form mends a crash of the endpoint.
    let mut model = answered(scenes::refused_by(500, ""));
    let before = model.clone();
    assert_eq!(press(&mut model, "f"), []);
    assert_eq!(model.popup, before.popup);
}

fn paste(text: &str) -> Msg {
    Msg::Paste(Pasted::new(text.to_owned()))
}

const BARE: &str = "kT9v-2Qx.7hWz-kT9v";

/// The form has the corrected secret, in dots.
fn has_corrected(model: &Model, said: &str) {
    assert_eq!(form(model).focus, Focus::Field(hmac::SIGNING_SECRET));
    assert_eq!(form(model).draft().secret(hmac::SIGNING_SECRET).expose(), BARE);
    let shown = screen(model);
    assert!(shown.contains("18 chars") && shown.contains("! corrected, since what ") && !shown.contains(BARE), "{shown}");
    assert_eq!(
        form(model).notes.iter().map(|note| note.text.as_str()).collect::<Vec<_>>(),
        [format!("corrected, since {said}; ^R shows it")]
    );
}

fn in_quotes() -> (Field, Box<Correction>) {
    (hmac::SIGNING_SECRET, Box::new(Correction { was: "is in quotation marks", secret: BARE.into() }))
}

#[test]
fn the_fix_of_a_mangled_secret_has_the_corrected_one_in_the_form() {
    let mut model = answered(scenes::refused_by(401, ""));
    let effects = press(&mut model, "f");
    let [Effect::CorrectSecret { id, request: None }] = effects[..] else { panic!("{effects:?}") };
    assert_eq!(form(&model).focus, Focus::Field(hmac::SIGNING_SECRET));
    update(&mut model, Msg::Corrected(id, Some(in_quotes())));
    has_corrected(&model, "what is registered is in quotation marks");
    // What the user enters meanwhile stays, and so does a secret that does not look mangled.
    for (keys, answer) in [("x", Some(in_quotes())), ("", None)] {
        let mut model = answered(scenes::refused_by(401, ""));
        let effects = press(&mut model, &format!("f {keys}"));
        let [Effect::CorrectSecret { id, .. }] = effects[..] else { panic!("{effects:?}") };
        update(&mut model, Msg::Corrected(id, answer));
        assert_eq!(form(&model).draft().secret(hmac::SIGNING_SECRET).expose(), keys);
    }
}

#[test]
fn a_verdict_that_the_registered_secret_is_mangled_is_fixed_by_one_key() {
    let mut model = app(scenes::registered(hmac::SPEC));
    press(&mut model, "v");
    update(&mut model, paste("X-Signature: abc"));
    assert_eq!(press(&mut model, "ctrl-f"), [], "nothing was checked");
    press(&mut model, "ctrl-o");
    let mistakes = vec![Mistake::Secret(SecretForm::WhitespaceRemoved)];
    let explanation = Explanation { valid: false, mistakes, reason: "old".into(), fix: "Change it.".into(), code: Vec::new() };
    update(&mut model, Msg::Explained(1, Ok(Box::new(explanation))));
    assert!(screen(&model).contains("^F apply"), "{}", screen(&model));
    let effects = press(&mut model, "ctrl-f");
    let headers = vec![("X-Signature".to_owned(), "abc".to_owned())];
    let request = Some(ToVerify { target: None, headers, body: Body::Bytes(Vec::new()) });
    let [Effect::CorrectSecret { id, .. }] = effects[..] else { panic!("{effects:?}") };
    assert_eq!(effects, [Effect::CorrectSecret { id, request }]);
    update(&mut model, Msg::Corrected(id, Some(in_quotes())));
    has_corrected(&model, "what is registered is in quotation marks");
    // What was proposed is no loss, and the request that was pasted is still there.
    press(&mut model, "esc v");
    assert!(screen(&model).contains("X-Signature: abc"), "{}", screen(&model));
}

#[test]
fn a_secret_that_is_typed_mangled_is_corrected_by_one_key() {
    let mut model = app(scenes::registered(hmac::SPEC));
    press(&mut model, "e ctrl-r ctrl-r");
    assert!(!screen(&model).contains("^F corrects it"));
    update(&mut model, paste(&format!("\"{BARE}\"")));
    assert!(screen(&model).contains("^F corrects it"), "{}", screen(&model));
    press(&mut model, "ctrl-f");
    has_corrected(&model, "what was entered is in quotation marks");
    assert!(!screen(&model).contains("^F corrects it"));
}
