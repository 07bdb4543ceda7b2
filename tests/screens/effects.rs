//! Keys in, exact effects out.

use waypost::domain::auth::AuthType;
use waypost::domain::event::BuiltIn;
use waypost::domain::secret::Secret;
use waypost::ops::{Problem, Saved, State};
use waypost::tui::effect::Effect;
use waypost::tui::form::Form;
use waypost::tui::model::{Model, Popup};
use waypost::tui::msg::Msg;
use waypost::tui::update::update;

use super::driver::{app, press, screen, type_text};
use super::scenes;

fn form(model: &Model) -> &Form {
    match &model.popup {
        Some(Popup::Form(form)) => form,
        other => panic!("no form but {other:?}"),
    }
}

fn saved(auth_type: AuthType) -> Box<Saved> {
    Box::new(Saved { destination: scenes::destination(auth_type), generation: 1, warning: None })
}

/// Fills in the form for an auth type, as `scenes::draft` has it.
fn fill(model: &mut Model, auth_type: AuthType) {
    press(model, "enter");
    type_text(model, "https://hooks.example.com/in");
    press(model, "tab");
    let at = AuthType::ALL.iter().position(|&auth| auth == auth_type).unwrap();
    press(model, &"down ".repeat(at));
    let fields: &[&str] = match auth_type {
        AuthType::Default => &[],
        AuthType::Hmac => &["X-Signature", scenes::SECRET],
        AuthType::Basic => &["Aladdin", "open sesame and more"],
        AuthType::Bearer => &["mF_9.B5f-4.1JqM0123456789"],
        AuthType::ApiKey => &["X-Api-Key", "k-0123456789-0123456789"],
    };
    for text in fields {
        press(model, "tab");
        type_text(model, text);
    }
}

#[test]
fn registering_saves_exactly_what_was_typed() {
    for auth in AuthType::ALL {
        let mut model = app(scenes::nothing());
        fill(&mut model, auth);
        let effects = press(&mut model, "ctrl-o");
        assert_eq!(effects, [Effect::Save { id: 1, settings: Box::new(scenes::settings(auth)), over: None }], "{auth:?}");
        assert_eq!(update(&mut model, Msg::Saved(1, Ok(saved(auth)))), []);
        assert!(model.popup.is_none() && matches!(model.state, State::Open(_)));
        let screen = screen(&model);
        assert!(!screen.contains("[ Register ]") && screen.contains("Registered. Press t to send a test delivery."), "{screen}");
    }
}

#[test]
fn register_and_test_sends_a_ping_to_what_was_saved() {
    let mut model = app(scenes::nothing());
    fill(&mut model, AuthType::Bearer);
    let effects = press(&mut model, "tab tab tab enter");
    assert!(matches!(&effects[..], [Effect::Save { id: 1, .. }]), "{effects:?}");
    let effects = update(&mut model, Msg::Saved(1, Ok(saved(AuthType::Bearer))));
    let destination = Box::new(scenes::destination(AuthType::Bearer));
    assert_eq!(effects, [Effect::Send { id: 2, destination, event: BuiltIn::Ping.event() }]);
    assert_eq!(model.in_flight(), Some(2));
}

#[test]
fn what_was_typed_under_one_type_waits_and_is_not_saved_under_another() {
    let mut model = app(scenes::nothing());
    press(&mut model, "enter");
    type_text(&mut model, "https://hooks.example.com/in");
    for (step, texts) in [
        ("tab down", vec!["X-Signature", scenes::SECRET]),
        ("backtab backtab down", vec!["Aladdin", "open sesame and more"]),
        ("backtab backtab down", vec!["mF_9.B5f-4.1JqM0123456789"]),
        ("backtab down", vec!["X-Api-Key", "k-0123456789-0123456789"]),
    ] {
        press(&mut model, step);
        for text in texts {
            press(&mut model, "tab");
            type_text(&mut model, text);
        }
    }
    assert_eq!(form(&model).draft(), scenes::draft(AuthType::ApiKey));
    press(&mut model, "backtab backtab up up");
    assert_eq!(form(&model).draft(), scenes::draft(AuthType::Basic));
    let effects = press(&mut model, "ctrl-o");
    assert_eq!(effects, [Effect::Save { id: 1, settings: Box::new(scenes::settings(AuthType::Basic)), over: None }]);
}

#[test]
fn errors_stand_all_at_once_and_the_first_gets_the_focus() {
    let mut model = app(scenes::nothing());
    press(&mut model, "enter tab down");
    assert_eq!(press(&mut model, "ctrl-o"), []);
    let fields: Vec<_> = form(&model).errors.iter().map(|error| error.field.label()).collect();
    assert_eq!(fields, ["URL", "Header key", "Signing secret"]);
    assert!(screen(&model).contains(">URL"));
    type_text(&mut model, "h");
    assert!(form(&model).errors.iter().all(|error| error.field.label() != "URL"), "an error goes when its field changes");
}

#[test]
fn editing_keeps_an_untouched_secret_and_names_the_generation() {
    let mut model = app(scenes::registered(AuthType::Hmac));
    press(&mut model, "e");
    assert!(screen(&model).contains("unchanged"));
    press(&mut model, "end / v 2");
    let effects = press(&mut model, "ctrl-o");
    let mut draft = scenes::draft(AuthType::Hmac);
    draft.url.push_str("/v2");
    assert_eq!(effects, [Effect::Save { id: 1, settings: Box::new(draft.check().unwrap().settings), over: Some(4) }]);
}

#[test]
fn a_locked_destination_wants_its_secret_again() {
    let mut model = app(scenes::locked());
    assert!(!screen(&model).contains("Send test"));
    press(&mut model, "e");
    assert_eq!(press(&mut model, "ctrl-o"), []);
    assert_eq!(form(&model).errors[0].field.label(), "Signing secret");
    type_text(&mut model, scenes::SECRET);
    let effects = press(&mut model, "ctrl-o");
    assert_eq!(effects, [Effect::Save { id: 2, settings: Box::new(scenes::settings(AuthType::Hmac)), over: Some(4) }]);
}

#[test]
fn a_failed_save_loses_nothing() {
    let mut model = app(scenes::nothing());
    fill(&mut model, AuthType::Basic);
    press(&mut model, "ctrl-o");
    update(&mut model, Msg::Saved(1, Err(scenes::problem())));
    assert_eq!(form(&model).complete().check().unwrap().settings, scenes::settings(AuthType::Basic));
    assert!(screen(&model).contains("Not saved"));
    assert!(matches!(&press(&mut model, "ctrl-o")[..], [Effect::Save { id: 2, .. }]));
}

#[test]
fn nothing_typed_while_a_save_is_under_way_gets_into_it() {
    let mut model = app(scenes::nothing());
    fill(&mut model, AuthType::Bearer);
    press(&mut model, "ctrl-o");
    assert_eq!(press(&mut model, "x ctrl-o esc"), []);
    update(&mut model, Msg::Saved(1, Err(scenes::problem())));
    assert_eq!(form(&model).complete().check().unwrap().settings, scenes::settings(AuthType::Bearer));
}

#[test]
fn generate_fills_in_shows_and_hides_when_left() {
    let mut model = app(scenes::nothing());
    press(&mut model, "enter tab down tab tab");
    assert_eq!(press(&mut model, "ctrl-g"), [Effect::Generate]);
    update(&mut model, Msg::Generated(Ok(Secret::new(scenes::SECRET))));
    assert!(screen(&model).contains(scenes::SECRET));
    press(&mut model, "tab");
    assert!(!screen(&model).contains(scenes::SECRET));
    press(&mut model, "backtab ctrl-r");
    assert!(screen(&model).contains(scenes::SECRET));
}

#[test]
fn a_secret_that_comes_when_the_focus_has_moved_on_is_dropped() {
    let mut model = app(scenes::nothing());
    press(&mut model, "enter tab down tab tab ctrl-g backtab backtab up");
    update(&mut model, Msg::Generated(Ok(Secret::new(scenes::SECRET))));
    assert!(!model.changed && form(&model).draft().signing_secret.is_empty());
}

#[test]
fn generate_is_offered_on_the_signing_secret_only() {
    let mut model = app(scenes::nothing());
    assert_eq!(press(&mut model, "enter ctrl-g tab down down tab tab ctrl-g"), []);
}

#[test]
fn a_paste_never_submits() {
    let mut model = app(scenes::nothing());
    press(&mut model, "enter");
    assert_eq!(update(&mut model, Msg::Paste(" https://hooks.example.com/in\n".into())), []);
    assert_eq!(form(&model).draft().url, "https://hooks.example.com/in");
    assert!(screen(&model).contains("blanks around the paste were taken off"));
    update(&mut model, Msg::Paste("a\nb".into()));
    assert_eq!(form(&model).draft().url, "https://hooks.example.com/in");
    assert!(screen(&model).contains("line break"));
}

#[test]
fn a_pasted_bearer_is_taken_off_and_said() {
    let mut model = app(scenes::nothing());
    press(&mut model, "enter tab down down down tab");
    update(&mut model, Msg::Paste("Bearer abc.def\r\n".into()));
    assert_eq!(form(&model).draft().token, Secret::new("abc.def"));
    assert!(screen(&model).contains("\"Bearer \" were taken off"), "{}", screen(&model));
}

#[test]
fn a_pasted_password_keeps_its_blanks_but_not_its_line_break() {
    let mut model = app(scenes::nothing());
    press(&mut model, "enter tab down down tab tab");
    update(&mut model, Msg::Paste(" p w \n".into()));
    assert_eq!(form(&model).draft().password, Secret::new(" p w "));
}

#[test]
fn esc_asks_only_when_something_was_typed() {
    let mut model = app(scenes::nothing());
    press(&mut model, "enter esc");
    assert!(model.popup.is_none());
    press(&mut model, "enter x esc");
    assert!(screen(&model).contains("Discard your changes?"));
    press(&mut model, "esc");
    assert_eq!(form(&model).draft().url, "x");
    press(&mut model, "esc enter");
    assert_eq!(form(&model).draft().url, "x", "Keep editing has the focus");
    press(&mut model, "esc right enter");
    assert!(model.popup.is_none());
}

#[test]
fn ctrl_c_asks_once_when_dirty_and_then_quits() {
    let mut model = app(scenes::nothing());
    press(&mut model, "enter x");
    assert_eq!(press(&mut model, "ctrl-c"), []);
    assert!(screen(&model).contains("Discard your changes?"));
    assert_eq!(press(&mut model, "ctrl-c"), [Effect::Quit(130)]);
    let mut model = app(scenes::nothing());
    assert_eq!(press(&mut model, "enter ctrl-c"), [Effect::Quit(130)]);
    let mut model = app(scenes::nothing());
    assert_eq!(press(&mut model, "q"), [Effect::Quit(0)]);
}

#[test]
fn q_is_a_letter_in_a_form() {
    let mut model = app(scenes::nothing());
    assert_eq!(press(&mut model, "enter q ?"), []);
    assert_eq!(form(&model).draft().url, "q?");
}

#[test]
fn a_test_is_sent_watched_and_stopped() {
    let mut model = app(scenes::registered(AuthType::Hmac));
    let destination = Box::new(scenes::destination(AuthType::Hmac));
    assert_eq!(
        press(&mut model, "t enter"),
        [Effect::Send { id: 1, destination: destination.clone(), event: BuiltIn::Ping.event() }]
    );
    assert_eq!(press(&mut model, "esc"), [Effect::Stop { id: 1 }]);
    assert_eq!(press(&mut model, "esc ctrl-c q"), [], "asked once");
    update(&mut model, Msg::Delivered(1, Box::new(scenes::stopped()), None));
    assert!(screen(&model).contains("stopped"));
    assert_eq!(press(&mut model, "enter"), [Effect::Send { id: 2, destination, event: BuiltIn::Ping.event() }]);
    assert_eq!(press(&mut model, "ctrl-c"), [Effect::Stop { id: 2 }]);
}

#[test]
fn a_stale_result_is_dropped() {
    let mut model = app(scenes::registered(AuthType::Hmac));
    press(&mut model, "t enter");
    let before = model.clone();
    for msg in [
        Msg::Delivered(7, Box::new(scenes::delivered()), None),
        Msg::Saved(7, Ok(saved(AuthType::Hmac))),
        Msg::Removed(7, Ok(1)),
        Msg::Generated(Ok(Secret::new("x"))),
    ] {
        update(&mut model, msg);
        assert!(!model.changed);
        model.changed = before.changed;
        assert_eq!(model, before);
    }
}

#[test]
fn the_chosen_event_is_the_one_sent() {
    let mut model = app(scenes::registered(AuthType::Default));
    press(&mut model, "t backtab backtab right right right");
    let effects = press(&mut model, "tab tab enter");
    let destination = Box::new(scenes::destination(AuthType::Default));
    assert_eq!(effects, [Effect::Send { id: 1, destination, event: BuiltIn::ClientSubmissionHomeowners.event() }]);
}

#[test]
fn deleting_asks_with_keep_in_front() {
    let mut model = app(scenes::registered(AuthType::Hmac));
    assert_eq!(press(&mut model, "d enter"), []);
    assert!(model.popup.is_none() && model.destination().is_some());
    let effects = press(&mut model, "d right enter");
    let [Effect::Remove { id, generation: 4 }] = effects[..] else { panic!("{effects:?}") };
    update(&mut model, Msg::Removed(id, Ok(5)));
    assert!(matches!(model.state, State::Empty) && model.generation == 5);
    assert!(screen(&model).contains("> [ Register ]") && screen(&model).contains("Its secret is erased"));
}

#[test]
fn a_signal_stops_the_delivery_and_quits() {
    let mut model = app(scenes::registered(AuthType::Hmac));
    press(&mut model, "t enter");
    assert_eq!(update(&mut model, Msg::Terminate(143)), [Effect::Stop { id: 1 }, Effect::Quit(143)]);
}

#[test]
fn unreadable_can_only_be_read_again() {
    let mut model = app(scenes::unreadable());
    assert_eq!(press(&mut model, "t e d"), []);
    assert_eq!(press(&mut model, "enter"), [Effect::Load { id: 1 }]);
    update(&mut model, Msg::Loaded(1, Box::new(scenes::registered(AuthType::Hmac))));
    assert!(screen(&model).contains("Send test"));
}

#[test]
fn an_overtaken_edit_says_so() {
    let mut model = app(scenes::registered(AuthType::Hmac));
    press(&mut model, "e x ctrl-o");
    update(&mut model, Msg::Saved(1, Err(Problem::overtaken())));
    assert!(screen(&model).contains("changed by another waypost"), "{}", screen(&model));
}
