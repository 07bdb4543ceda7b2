//! Keys in, exact effects out.

use waypost::domain::auth::AuthType;
use waypost::domain::auth::{self, api_key, basic, bearer, default, hmac, oauth2};
use waypost::domain::delivery::Delivery;
use waypost::domain::destination::DestinationId;
use waypost::domain::destination::Settings;
use waypost::domain::event::BuiltIn;
use waypost::domain::field;
use waypost::domain::secret::Secret;
use waypost::domain::signature::explain::{Explanation, Mistake};
use waypost::domain::signature::{Format, generated};
use waypost::domain::snippet::{Lang, snippet};
use waypost::ops::{Changed, Damaged, Listing, Position, Problem, Removed, Saved, State};
use waypost::tui::effect::{Body, Effect, ToVerify};
use waypost::tui::model::{Model, Popup};
use waypost::tui::msg::{Msg, Pasted};
use waypost::tui::screens::form::state::Form;
use waypost::tui::screens::main::state::MainFocus;
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
    Box::new(Saved {
        destination: scenes::destination(auth_type),
        generation: 1,
        changed: true,
        warning: None,
        notices: Vec::new(),
        undo: None,
    })
}

/// The effects are one save of those settings. A secret that stays as it is is put in, as it is on the disk.
#[track_caller]
fn assert_saves(effects: &[Effect], settings: &Settings, over: Option<u64>) {
    let [Effect::Save { draft, keeps_secrets, over: saved_over, .. }] = effects else { panic!("{effects:?}") };
    let draft = if *keeps_secrets { draft.clone().keeping(settings) } else { *draft.clone() };
    assert_eq!((&draft.check().unwrap().settings, *saved_over), (settings, over));
}

fn paste(text: &str) -> Msg {
    Msg::Paste(Pasted::new(text.into()))
}

/// Fills in the fields that follow the auth type, which has the focus.
fn type_fields(model: &mut Model, auth_type: AuthType) {
    // The choices are left as they are.
    let (choices, fields): (&str, &[&str]) = match auth_type.name {
        "default" => ("", &[]),
        "hmac" => ("tab tab", &["X-Signature", scenes::SECRET]),
        "basic" => ("", &["Aladdin", "open sesame and more"]),
        "bearer" => ("", &["mF_9.B5f-4.1JqM0123456789"]),
        "oauth2" => ("", &["https://auth.example.com/token", "waypost", "c-0123456789-0123456789"]),
        _ => ("tab", &["X-Api-Key", "k-0123456789-0123456789"]),
    };
    press(model, choices);
    for text in fields {
        press(model, "tab");
        type_text(model, text);
    }
}

/// Fills in the form for an auth type, as `scenes::draft` has it.
fn fill(model: &mut Model, auth_type: AuthType) {
    press(model, "enter");
    type_text(model, "https://hooks.example.com/in");
    press(model, "tab");
    let at = auth::ALL.iter().position(|&auth| auth == auth_type).unwrap();
    press(model, &"down ".repeat(at));
    press(model, "space");
    type_fields(model, auth_type);
}

#[test]
fn registering_saves_exactly_what_was_typed() {
    for auth in auth::ALL {
        let mut model = app(scenes::nothing());
        fill(&mut model, auth);
        let effects = press(&mut model, "ctrl-o");
        assert_saves(&effects, &scenes::settings(auth), None);
        assert_eq!(update(&mut model, Msg::Saved(1, Ok(saved(auth)))), []);
        assert!(model.popup.is_none() && matches!(model.state, State::Open(_)));
        let screen = screen(&model);
        assert!(!screen.contains("[ Register ]") && screen.contains("Registered. Press t to send a test delivery."), "{screen}");
    }
}

#[test]
fn register_and_test_sends_a_ping_to_what_was_saved() {
    let mut model = app(scenes::nothing());
    fill(&mut model, bearer::SPEC);
    let effects = press(&mut model, "tab tab tab enter");
    assert!(matches!(&effects[..], [Effect::Save { id: 1, .. }]), "{effects:?}");
    let effects = update(&mut model, Msg::Saved(1, Ok(saved(bearer::SPEC))));
    assert_eq!(effects, [Effect::Send { id: 2, generation: 1, event: BuiltIn::Ping.event(), again: None }]);
    assert_eq!(model.in_flight(), Some(2));
}

#[test]
fn what_was_typed_under_one_type_waits_and_is_not_saved_under_another() {
    let mut model = app(scenes::nothing());
    press(&mut model, "enter");
    type_text(&mut model, "https://hooks.example.com/in");
    for (back, auth_type) in [
        ("tab", hmac::SPEC),
        ("backtab backtab backtab backtab", basic::SPEC),
        ("backtab backtab", bearer::SPEC),
        ("backtab", api_key::SPEC),
        ("backtab backtab backtab", oauth2::SPEC),
    ] {
        press(&mut model, back);
        press(&mut model, "down space");
        type_fields(&mut model, auth_type);
    }
    assert_eq!(form(&model).draft(), scenes::draft(oauth2::SPEC));
    press(&mut model, "backtab backtab backtab up up up space");
    assert_eq!(form(&model).draft(), scenes::draft(basic::SPEC));
    let effects = press(&mut model, "ctrl-o");
    assert_saves(&effects, &scenes::settings(basic::SPEC), None);
}

#[test]
fn all_errors_are_shown_at_once_and_the_first_gets_the_focus() {
    let mut model = app(scenes::nothing());
    press(&mut model, "enter tab down space");
    assert_eq!(press(&mut model, "ctrl-o"), []);
    let fields: Vec<_> = form(&model).errors.iter().map(|error| error.field.unwrap().label).collect();
    assert_eq!(fields, ["URL", "Signing secret"]);
    assert!(screen(&model).contains("> URL"));
    type_text(&mut model, "h");
    assert!(form(&model).errors.iter().all(|error| error.field.unwrap().label != "URL"), "an error goes when its field changes");
}

#[test]
fn editing_keeps_an_untouched_secret_and_names_the_generation() {
    let mut model = app(scenes::registered(hmac::SPEC));
    press(&mut model, "e");
    assert!(screen(&model).contains("unchanged"));
    press(&mut model, "end / v 2");
    let effects = press(&mut model, "ctrl-o");
    let mut draft = scenes::draft(hmac::SPEC);
    draft.set(field::URL, format!("{}/v2", draft.text(field::URL)));
    assert_saves(&effects, &draft.check().unwrap().settings, Some(4));
    assert!(form(&model).draft().secret(hmac::SIGNING_SECRET).is_empty(), "the app does not have it");
}

#[test]
fn a_locked_destination_wants_its_secret_again() {
    let mut model = app(scenes::locked());
    assert!(!screen(&model).contains("Send test"));
    press(&mut model, "e");
    assert_eq!(press(&mut model, "ctrl-o"), []);
    assert_eq!(form(&model).errors[0].field.unwrap().label, "Signing secret");
    type_text(&mut model, scenes::SECRET);
    let effects = press(&mut model, "ctrl-o");
    assert_saves(&effects, &scenes::settings(hmac::SPEC), Some(4));
}

#[test]
fn a_failed_save_loses_nothing() {
    let mut model = app(scenes::nothing());
    fill(&mut model, basic::SPEC);
    press(&mut model, "ctrl-o");
    update(&mut model, Msg::Saved(1, Err(scenes::problem())));
    assert_eq!(form(&model).complete().check().unwrap().settings, scenes::settings(basic::SPEC));
    assert!(screen(&model).contains("Not saved"));
    assert!(matches!(&press(&mut model, "ctrl-o")[..], [Effect::Save { id: 2, .. }]));
}

#[test]
fn nothing_typed_during_a_save_becomes_part_of_it() {
    let mut model = app(scenes::nothing());
    fill(&mut model, bearer::SPEC);
    press(&mut model, "ctrl-o");
    assert_eq!(press(&mut model, "x ctrl-o esc"), []);
    update(&mut model, Msg::Saved(1, Err(scenes::problem())));
    assert_eq!(form(&model).complete().check().unwrap().settings, scenes::settings(bearer::SPEC));
}

#[test]
fn keys_pressed_during_a_save_count_when_it_succeeds() {
    let mut model = app(scenes::nothing());
    fill(&mut model, bearer::SPEC);
    assert!(matches!(&press(&mut model, "ctrl-o t enter")[..], [Effect::Save { id: 1, .. }]));
    let effects = update(&mut model, Msg::Saved(1, Ok(saved(bearer::SPEC))));
    assert_eq!(
        effects,
        [Effect::Load { id: 2 }, Effect::Send { id: 3, generation: 1, event: BuiltIn::Ping.event(), again: None }]
    );
}

#[test]
fn ctrl_c_while_a_save_is_under_way_asks_nothing_and_quits() {
    let mut model = app(scenes::nothing());
    fill(&mut model, bearer::SPEC);
    press(&mut model, "ctrl-o");
    assert_eq!(press(&mut model, "ctrl-c"), [Effect::Quit(130)]);
}

#[test]
fn generate_fills_in_shows_and_hides_when_left() {
    let mut model = app(scenes::nothing());
    press(&mut model, "enter tab down enter tab tab tab");
    assert_eq!(
        press(&mut model, "ctrl-g"),
        [Effect::Generate { field: hmac::SIGNING_SECRET, choices: field::Values::default() }]
    );
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
    press(&mut model, "enter tab down enter tab tab tab ctrl-g backtab backtab");
    update(&mut model, Msg::Generated(Ok(Secret::new(scenes::SECRET))));
    assert!(!model.changed && form(&model).draft().secret(hmac::SIGNING_SECRET).is_empty());
}

#[test]
fn generate_is_offered_on_the_signing_secret_only() {
    let mut model = app(scenes::nothing());
    assert_eq!(press(&mut model, "enter ctrl-g tab down down enter tab ctrl-g"), []);
}

#[test]
fn a_paste_never_submits() {
    let mut model = app(scenes::nothing());
    press(&mut model, "enter");
    assert_eq!(update(&mut model, paste(" https://hooks.example.com/in\n")), []);
    assert_eq!(form(&model).draft().text(field::URL), "https://hooks.example.com/in");
    assert!(screen(&model).contains("whitespace around the paste was removed"));
    update(&mut model, paste("a\nb"));
    assert_eq!(form(&model).draft().text(field::URL), "https://hooks.example.com/in");
    assert!(screen(&model).contains("the text contains a line"));
}

#[test]
fn a_pasted_bearer_prefix_is_removed_with_a_notice() {
    let mut model = app(scenes::nothing());
    press(&mut model, "enter tab down down down enter");
    update(&mut model, paste("Bearer abc.def\r\n"));
    assert_eq!(form(&model).draft().text(bearer::TOKEN), "abc.def");
    assert!(screen(&model).contains("\"Bearer \" was removed"), "{}", screen(&model));
}

#[test]
fn a_pasted_password_keeps_its_spaces_but_not_its_line_break() {
    let mut model = app(scenes::nothing());
    press(&mut model, "enter tab down down enter tab");
    update(&mut model, paste(" p w \n"));
    assert_eq!(form(&model).draft().text(basic::PASSWORD), " p w ");
}

#[test]
fn a_test_is_sent_watched_and_stopped() {
    let mut model = app(scenes::registered(hmac::SPEC));
    let sent = |id| Effect::Send { id, generation: 4, event: BuiltIn::Ping.event(), again: None };
    assert_eq!(press(&mut model, "t enter"), [Effect::Load { id: 1 }, sent(2)]);
    assert_eq!(press(&mut model, "esc"), [Effect::Stop { id: 2 }]);
    assert_eq!(press(&mut model, "esc ctrl-c q"), [], "asked once");
    update(&mut model, Msg::Delivered(2, Box::new(scenes::stopped())));
    assert!(screen(&model).contains("stopped"));
    assert_eq!(press(&mut model, "enter"), []);
    assert_eq!(press(&mut model, "tab enter"), [sent(3)]);
    assert_eq!(press(&mut model, "ctrl-c"), [Effect::Stop { id: 3 }]);
}

#[test]
fn what_another_waypost_changed_is_read_before_a_test() {
    let mut model = app(scenes::registered(hmac::SPEC));
    assert_eq!(press(&mut model, "t"), [Effect::Load { id: 1 }]);
    update(&mut model, Msg::Loaded(1, Box::new(scenes::registered(bearer::SPEC))));
    assert_eq!(press(&mut model, "enter"), [Effect::Send { id: 2, generation: 4, event: BuiltIn::Ping.event(), again: None }]);
}

#[test]
fn a_delivery_that_could_not_be_recorded_is_still_an_answer() {
    let mut model = app(scenes::registered(hmac::SPEC));
    press(&mut model, "t enter");
    update(&mut model, Msg::Delivered(2, Box::new(scenes::delivered())));
    update(&mut model, Msg::Unrecorded(2, scenes::problem()));
    assert!(screen(&model).contains("200 OK") && screen(&model).contains("Not recorded"));
}

#[test]
fn resend_repeats_event_and_body_and_says_so() {
    let mut model = app(scenes::with_deliveries());
    let effects = press(&mut model, "down down r");
    let past = scenes::refused();
    let event = waypost::domain::event::Event { name: past.event.clone(), body: past.attempts[0].request.body.clone() };
    assert_eq!(effects, [Effect::Send { id: 1, generation: 4, event, again: Some(past.id.clone()) }]);
    let mut again = scenes::delivered();
    again.id = past.id.clone();
    again.attempts[0].started_at = past.at() + jiff::SignedDuration::from_hours(1);
    let before = model.history.rows.len();
    update(&mut model, Msg::Delivered(1, Box::new(again)));
    assert!(screen(&model).contains(&format!("Resent {}.", past.id)), "{}", screen(&model));
    // Both are in the list, and the focus is on the one that it was on.
    press(&mut model, "esc");
    assert_eq!(model.history.rows.len(), before + 1);
    let focused = model.history.get(model.main.focus.delivery()).unwrap();
    assert_eq!((focused.id.as_str(), focused.at()), (past.id.as_str(), past.at()));
    let count = model.history.rows.len();
    let page = Listing { skipped: 0, rows: model.history.rows.clone(), total: count };
    model.history.listing = Some(9);
    update(&mut model, Msg::Listed(9, Ok(Box::new(page))));
    assert_eq!(model.history.rows.len(), count);
}

#[test]
fn a_body_that_was_cut_is_not_sent_again() {
    let mut past = scenes::delivered();
    past.attempts[0].request.body.truncate(10);
    let page = scenes::listing(vec![past]);
    let mut model = app(waypost::ops::Snapshot { history: Ok(page), ..scenes::registered(hmac::SPEC) });
    assert_eq!(press(&mut model, "down r"), []);
    assert!(screen(&model).contains("cannot be sent again"), "{}", screen(&model));
}

#[test]
fn a_new_secret_is_copied_by_a_key_and_nothing_else_that_is_hidden_is() {
    let mut model = app(scenes::nothing());
    press(&mut model, "enter tab down enter ctrl-g");
    assert_eq!(press(&mut model, "ctrl-y"), [], "there is none yet");
    update(&mut model, Msg::Generated(Ok(Secret::new(scenes::SECRET))));
    assert_eq!(press(&mut model, "ctrl-y"), [Effect::CopySecret(Secret::new(scenes::SECRET))]);
    update(&mut model, Msg::Copied(Ok("sent to the terminal".into())));
    assert!(screen(&model).contains("Copied: sent to the terminal."), "{}", screen(&model));
    press(&mut model, "ctrl-r");
    assert_eq!(press(&mut model, "ctrl-y").len(), 1, "it is new");
    press(&mut model, "x");
    assert_eq!(press(&mut model, "ctrl-y"), [], "it is hidden, and not new");
    press(&mut model, "ctrl-r");
    assert_eq!(press(&mut model, "ctrl-y").len(), 1);
    press(&mut model, "tab");
    assert_eq!(press(&mut model, "ctrl-y"), [], "the focus is elsewhere");
    // Of a pair, the public key, and not the private one that is shown.
    let mut model = app(scenes::nothing());
    press(&mut model, "enter tab down enter tab");
    for _ in 0..5 {
        press(&mut model, "right");
    }
    press(&mut model, "ctrl-g");
    let private = generated(Format::StandardEd25519, &[7; 32]);
    update(&mut model, Msg::Generated(Ok(private)));
    let [Effect::CopySecret(key)] = &press(&mut model, "ctrl-y")[..] else { panic!("{}", screen(&model)) };
    assert!(
        key.expose().starts_with("whpk_") && screen(&model).contains("new key pair: the receiver needs only"),
        "{}",
        screen(&model)
    );
    press(&mut model, "ctrl-r");
    assert_eq!(press(&mut model, "ctrl-y"), [Effect::CopySecret(key.clone())]);
}

#[test]
fn h36_a_damaged_record_has_a_row_and_is_passed_over() {
    let [newest, oldest] = ["msg_newest", "msg_oldest"].map(|id| Delivery { id: id.into(), ..scenes::delivered() });
    let mut all = scenes::listing(vec![newest, oldest]);
    all.rows.splice(1..1, [3, 2].map(|at| Err(Damaged(Position(at)))));
    all.total = 4;
    let mut model = app(waypost::ops::Snapshot { history: Ok(all), ..scenes::registered(hmac::SPEC) });
    press(&mut model, "down down");
    for keys in ["enter", "r", "space"] {
        assert_eq!(press(&mut model, keys), []);
        assert!(model.popup.is_none() && model.history.marked.is_empty());
        assert!(screen(&model).contains(" > damaged record") && screen(&model).contains(" 2 of 4 "), "{}", screen(&model));
        assert!(screen(&model).contains("A damaged record cannot be read."), "{keys}: {}", screen(&model));
    }
    update(&mut model, Msg::Resize(120, 40));
    assert_eq!(screen(&model).matches("A damaged record cannot").count(), 2, "{}", screen(&model));
    press(&mut model, "up enter");
    for (key, id) in [("]", "msg_oldest"), ("]", "msg_oldest"), ("[", "msg_newest")] {
        press(&mut model, key);
        assert!(screen(&model).contains(id), "{key}: {}", screen(&model));
    }
}

#[test]
fn what_of_the_list_is_shown_is_read() {
    let page = Listing { total: 3, ..scenes::listing(vec![scenes::delivered(), scenes::refused()]) };
    let mut model = app(waypost::ops::Snapshot { history: Ok(page), ..scenes::registered(hmac::SPEC) });
    assert_eq!(press(&mut model, "down"), [Effect::List { id: 1, query: None, skip: 2 }]);
    assert_eq!(press(&mut model, "down"), [], "asked once");
    let mut older = scenes::failed();
    older.id = "msg_older".into();
    update(&mut model, Msg::Listed(1, Ok(Box::new(Listing { skipped: 2, rows: vec![Ok(older)], total: 3 }))));
    assert_eq!((model.history.rows.len(), model.history.total), (3, 3));
}

#[test]
fn the_history_is_cleared_after_a_question() {
    let mut model = app(scenes::with_deliveries());
    assert_eq!(press(&mut model, "down x enter"), []);
    let effects = press(&mut model, "x right enter");
    let [Effect::ClearHistory { id }] = effects[..] else { panic!("{effects:?}") };
    update(&mut model, Msg::Cleared(id, Ok(())));
    assert!(model.history.rows.is_empty() && screen(&model).contains("None yet"));
}

#[test]
fn a_redirect_to_another_host_wants_the_secret_again() {
    let mut model = app(scenes::registered(hmac::SPEC));
    press(&mut model, "t enter");
    update(&mut model, Msg::Delivered(2, Box::new(scenes::redirected("https://elsewhere.example.com/in"))));
    assert_eq!(press(&mut model, "f"), []);
    assert!(screen(&model).contains("elsewhere.example.com"), "{}", screen(&model));
    assert_eq!(press(&mut model, "right enter ctrl-o"), []);
    assert_eq!(form(&model).errors[0].field.unwrap().label, "Signing secret");
    assert_eq!(form(&model).draft().text(field::URL), "https://elsewhere.example.com/in");
}

#[test]
fn a_redirect_on_the_same_host_is_saved_like_any_edit() {
    let mut model = app(scenes::registered(hmac::SPEC));
    press(&mut model, "t enter");
    update(&mut model, Msg::Delivered(2, Box::new(scenes::redirected("/v2/in"))));
    let effects = press(&mut model, "f ctrl-o");
    let mut draft = scenes::draft(hmac::SPEC);
    draft.set(field::URL, "https://hooks.example.com/v2/in");
    assert_saves(&effects, &draft.check().unwrap().settings, Some(4));
}

#[test]
fn an_edited_body_is_what_is_sent() {
    let mut model = app(scenes::registered(default::SPEC));
    press(&mut model, "t ctrl-e");
    update(&mut model, paste("{\"a\":1}\n"));
    press(&mut model, "ctrl-k");
    assert_eq!(press(&mut model, "esc"), []);
    let effects = press(&mut model, "enter");
    let [Effect::Send { event, .. }] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(String::from_utf8_lossy(&event.body), "{\"a\":1}\n");
}

#[test]
fn a_body_that_is_not_json_is_accepted_after_a_warning() {
    let mut model = app(scenes::registered(default::SPEC));
    press(&mut model, "t ctrl-e x esc");
    assert!(screen(&model).contains("Not JSON at line 1, column 1"), "{}", screen(&model));
    let effects = press(&mut model, "esc enter");
    let [Effect::Send { event, .. }] = &effects[..] else { panic!("{effects:?}") };
    assert!(event.body.starts_with(b"x{"));
}

#[test]
fn an_edited_body_is_not_lost_without_asking() {
    for (keys, gone) in [("esc", true), ("q", true), ("e", false), ("d", false), ("backtab backtab right", false)] {
        let mut model = app(scenes::registered(default::SPEC));
        press(&mut model, "t ctrl-e end space esc");
        assert!(screen(&model).contains("(edited)"), "{}", screen(&model));
        assert_eq!(press(&mut model, keys), [], "{keys}");
        assert!(screen(&model).contains("Discard the edited body?"), "{keys} {}", screen(&model));
        press(&mut model, "enter");
        assert!(screen(&model).contains("(edited)"), "Keep editing has the focus");
        let key = keys.rsplit(' ').next().unwrap();
        let effects = press(&mut model, &format!("{key} right enter"));
        assert_eq!(model.popup.is_none(), gone, "{keys}");
        assert!(!matches!(effects[..], [Effect::Quit(_)]), "{keys}");
    }
    let mut model = app(scenes::registered(default::SPEC));
    press(&mut model, "t ctrl-e space");
    assert_eq!(press(&mut model, "ctrl-c"), []);
    assert_eq!(press(&mut model, "ctrl-c"), [Effect::Quit(130)]);
}

#[test]
fn a_body_left_as_it_was_leaves_the_answer() {
    let mut model = app(scenes::registered(default::SPEC));
    press(&mut model, "t enter");
    update(&mut model, Msg::Delivered(2, Box::new(scenes::delivered())));
    press(&mut model, "ctrl-e esc");
    assert!(screen(&model).contains("200 OK"));
}

#[test]
fn enter_on_a_delivery_only_looks_at_it() {
    let mut model = app(scenes::with_deliveries());
    assert_eq!(press(&mut model, "down enter enter enter"), []);
    assert!(screen(&model).contains("Send again"), "{}", screen(&model));
    // In the list, the key that deletes the destination elsewhere does nothing.
    assert_eq!(press(&mut model, "d esc d"), []);
    assert!(model.question.is_none());
}

#[test]
fn a_real_event_is_sent_again_only_after_a_question() {
    for (event, is_real) in [("ping", false), ("order.created", true)] {
        for keys in ["r", "enter r", "enter tab enter"] {
            let mut model = app(scenes::with_deliveries());
            model.history.rows[0].as_mut().unwrap().event = event.to_owned();
            press(&mut model, "down");
            let effects = press(&mut model, keys);
            if is_real {
                assert_eq!(effects, [], "{keys}");
                assert!(screen(&model).contains("It is a real event."), "{}", screen(&model));
                assert_eq!(press(&mut model, "n"), [], "{keys}");
                press(&mut model, keys.rsplit(' ').next().unwrap());
                assert!(matches!(press(&mut model, "y")[..], [Effect::Send { .. }]), "{keys}");
            } else {
                assert!(matches!(effects[..], [Effect::Send { .. }]), "{keys} {effects:?}");
            }
        }
    }
}

#[test]
fn in_flight_enter_does_nothing() {
    let mut model = app(scenes::registered(default::SPEC));
    press(&mut model, "t");
    assert!(matches!(press(&mut model, "enter")[..], [Effect::Send { .. }]));
    assert_eq!(press(&mut model, "enter space enter tab enter left right"), []);
    assert!(matches!(press(&mut model, "esc")[..], [Effect::Stop { .. }]));
}

#[test]
fn keys_that_came_while_the_history_was_cleared_are_not_kept_for_later() {
    let mut model = app(scenes::with_deliveries());
    let effects = press(&mut model, "down x right enter");
    let [Effect::ClearHistory { id }] = effects[..] else { panic!("{effects:?}") };
    press(&mut model, "d right enter");
    update(&mut model, Msg::Cleared(id, Ok(())));
    assert!(model.early.is_empty() && model.popup.is_none());
}

#[test]
fn the_list_is_narrowed_as_one_types_and_no_letter_is_a_command() {
    let mut model = app(scenes::with_deliveries());
    press(&mut model, "/");
    let mut texts = Vec::new();
    for c in "tr outcome:refused".chars() {
        for effect in update(&mut model, Msg::Key(waypost::tui::msg::Press::Char(c))) {
            let Effect::List { id, query, skip: 0 } = effect else { panic!("{effect:?}") };
            texts.push(query.unwrap().text);
            update(&mut model, Msg::Listed(id, Ok(Box::default())));
        }
    }
    // What has no meaning yet changes nothing, and says what it takes.
    assert_eq!(
        texts,
        ["t", "tr", "tr o", "tr ou", "tr out", "tr outc", "tr outco", "tr outcom", "tr outcome", "tr outcome:refused"]
    );
    assert!(model.popup.is_none() && screen(&model).contains("/tr outcome:refused"), "{}", screen(&model));
    assert!(screen(&model).contains("None has all of this"), "{}", screen(&model));
    press(&mut model, "enter");
    // Esc lists all again, then it leaves the list.
    assert!(matches!(&press(&mut model, "esc")[..], [Effect::List { query: None, .. }]));
    press(&mut model, "/");
    type_text(&mut model, "since:x");
    assert!(screen(&model).contains("is not valid; expected"), "{}", screen(&model));
    press(&mut model, "esc");
    press(&mut model, "/");
    type_text(&mut model, "stauts:5xx");
    assert!(screen(&model).contains("unknown filter \"stauts\": did you mean status:?"), "{}", screen(&model));
    press(&mut model, "esc");
    assert!(model.history.search.is_none() && model.history.query.is_empty());
}

#[test]
fn a_destination_that_another_waypost_changed_is_not_sent_to() {
    let mut model = app(scenes::with_deliveries());
    press(&mut model, "down r");
    let effects = update(&mut model, Msg::NotSent(1, Problem::conflict()));
    assert_eq!(effects, [Effect::Load { id: 2 }]);
    assert!(screen(&model).contains("Not sent: The destination was changed"), "{}", screen(&model));
}

#[test]
fn a_question_over_a_test_delivery_goes_back_to_it() {
    for keys in ["d", "f"] {
        let mut model = app(scenes::registered(hmac::SPEC));
        press(&mut model, "t enter");
        update(&mut model, Msg::Delivered(2, Box::new(scenes::redirected("https://elsewhere.example.com/in"))));
        press(&mut model, keys);
        press(&mut model, "esc");
        assert!(screen(&model).contains("308 Permanent Redirect"), "{keys}: {}", screen(&model));
    }
}

#[test]
fn a_save_refused_for_its_ca_file_says_so_under_the_field() {
    let mut model = app(scenes::nothing());
    fill(&mut model, default::SPEC);
    press(&mut model, "ctrl-o");
    let problem = Problem { field: Some(field::CA_CERT), ..scenes::problem() };
    update(&mut model, Msg::Saved(1, Err(problem)));
    assert_eq!(form(&model).errors[0].field.unwrap().label, "CA certificate");
    assert!(form(&model).unfolded);
}

#[test]
fn an_editor_of_the_users_own_gets_the_body() {
    let mut model = app(scenes::registered(default::SPEC));
    model.environment.editor = true;
    assert_eq!(press(&mut model, "t ctrl-e"), [Effect::Load { id: 1 }, Effect::EditOutside { body: BuiltIn::Ping.event().body }]);
    assert_eq!(update(&mut model, Msg::EditedOutside(Ok(b"{}\n".to_vec()))), [Effect::Repaint]);
    let effects = press(&mut model, "enter");
    assert!(matches!(&effects[..], [Effect::Send { event, .. }] if event.body == b"{}"), "{effects:?}");
}

#[test]
fn bodies_are_copied_written_and_kept() {
    let mut model = app(scenes::registered(hmac::SPEC));
    press(&mut model, "t");
    let ping = BuiltIn::Ping.event().body;
    assert_eq!(press(&mut model, "y"), [Effect::Copy(String::from_utf8(ping.clone()).unwrap())]);
    let path = "waypost-request.json".to_owned();
    assert_eq!(press(&mut model, "s enter"), [Effect::Write { path: path.clone(), bytes: ping.clone(), part: false }]);
    update(&mut model, Msg::Wrote(Ok(path)));
    assert!(screen(&model).contains("Written to waypost-request.json"));
    assert_eq!(press(&mut model, "k m i n e enter"), [Effect::Keep { name: "mine".into(), body: ping.clone() }]);
    let own = waypost::domain::event::Event { name: "mine".into(), body: ping };
    update(&mut model, Msg::Kept(Ok((own.clone(), vec![own]))));
    assert!(screen(&model).contains("‹ mine ›"), "{}", screen(&model));
}

#[test]
fn the_curl_command_has_a_reference_where_the_secret_is() {
    for auth in auth::ALL {
        let mut model = app(scenes::registered(auth));
        press(&mut model, "t enter");
        update(&mut model, Msg::Delivered(2, Box::new(scenes::delivered())));
        let effects = press(&mut model, "Y");
        assert_eq!(press(&mut model, "tab tab enter"), effects, "the button does the same");
        let [Effect::Copy(command)] = &effects[..] else { panic!("{effects:?}") };
        assert!(command.contains("curl") && command.contains(&scenes::delivered().id), "{command}");
        if let Some((_, secret)) = scenes::settings(auth).auth().secret() {
            assert!(!command.contains(secret.expose()) && command.contains("$WAYPOST_"), "{command}");
        }
    }
}

#[test]
fn receiver_code_is_copied_in_the_language_on_show() {
    let mut model = app(scenes::registered(hmac::SPEC));
    press(&mut model, "c right right left");
    let code = snippet(&scenes::settings(hmac::SPEC), Lang::Python);
    assert_eq!(press(&mut model, "y"), [Effect::Copy(code.clone())]);
    assert_eq!(press(&mut model, "enter"), [Effect::Copy(code)]);
    press(&mut model, "esc");
    assert!(model.popup.is_none());
}

#[test]
fn a_probe_is_sent_again_as_a_ping() {
    let mut model = app(scenes::with_deliveries());
    for delivery in model.history.rows.iter_mut().flatten() {
        *delivery = scenes::report().delivery;
    }
    let effects = press(&mut model, "down r");
    assert!(matches!(effects.as_slice(), [Effect::Send { event, .. }] if event.name == "ping"), "{effects:?}");
}

#[test]
fn the_notice_about_an_old_request_names_the_current_time() {
    for (mistakes, shown) in [(vec![Mistake::Stale(1000)], true), (vec![Mistake::Method, Mistake::Stale(1000)], false)] {
        let mut model = app(scenes::registered(hmac::SPEC));
        press(&mut model, "v");
        update(&mut model, paste("X-Signature: abc"));
        press(&mut model, "ctrl-o");
        let explanation = Explanation { valid: false, mistakes, reason: "old".into(), fix: String::new(), code: Vec::new() };
        update(&mut model, Msg::Explained(1, Ok(Box::new(explanation))));
        assert_eq!(screen(&model).contains("Checked against the current time"), shown, "{}", screen(&model));
    }
}

#[test]
fn a_received_request_is_judged_as_it_was_pasted() {
    let mut model = app(scenes::registered(hmac::SPEC));
    press(&mut model, "v");
    assert_eq!(press(&mut model, "ctrl-o"), []);
    assert!(screen(&model).contains("Paste the headers"));
    update(&mut model, paste("X-Signature: abc\rnot a header"));
    assert_eq!(press(&mut model, "ctrl-o"), []);
    assert!(screen(&model).contains("Line 2 of the headers is not of the form"));
    press(&mut model, "left ctrl-k");
    for _ in 0..12 {
        press(&mut model, "backspace");
    }
    press(&mut model, "tab");
    update(&mut model, paste("{\"a\":\t1}\r\n"));
    let effects = press(&mut model, "ctrl-o");
    let headers = vec![("X-Signature".to_owned(), "abc".to_owned())];
    let body = Body::Bytes(b"{\"a\":\t1}\n".to_vec());
    assert_eq!(effects, [Effect::Explain { id: 3, request: ToVerify { target: None, headers: headers.clone(), body } }]);
    // If only its path is given, a file replaces the body.
    let mut model = app(scenes::registered(hmac::SPEC));
    press(&mut model, "v");
    update(&mut model, paste("X-Signature: abc"));
    press(&mut model, "tab");
    type_text(&mut model, "@/tmp/body.json");
    let effects = press(&mut model, "tab enter");
    assert_eq!(
        effects,
        [Effect::Explain { id: 1, request: ToVerify { target: None, headers, body: Body::File("/tmp/body.json".into()) } }]
    );
    update(&mut model, Msg::Explained(1, Err("/tmp/body.json cannot be read.".into())));
    assert!(screen(&model).contains("cannot be read"));
}

#[test]
fn a_probe_asks_first_runs_once_and_can_be_stopped() {
    let mut model = app(scenes::registered(hmac::SPEC));
    assert_eq!(press(&mut model, "p enter"), []);
    assert!(model.popup.is_none(), "Cancel has the focus");
    assert_eq!(press(&mut model, "p right enter"), [Effect::Probe { id: 1, generation: 4 }]);
    assert_eq!(press(&mut model, "ctrl-c esc"), [Effect::Stop { id: 1 }]);
    update(&mut model, Msg::Probed(1, Ok(Box::new(scenes::report()))));
    assert!(screen(&model).contains("accepts unsigned requests"));
    assert_eq!(press(&mut model, "esc"), [Effect::List { id: 2, query: None, skip: 0 }]);
    let mut model = app(scenes::registered(default::SPEC));
    assert_eq!(press(&mut model, "p"), []);
    assert!(screen(&model).contains("nothing to probe"));
}

#[test]
fn a_key_in_the_query_is_judged_by_the_request_line() {
    let draft = scenes::draft(api_key::SPEC).with(api_key::ADD_TO, api_key::QUERY.name).with(api_key::KEY, "k");
    let settings = draft.check().unwrap().settings;
    let at = scenes::destination(api_key::SPEC).created_at();
    let destination = waypost::domain::destination::Destination::new(DestinationId::new("dst_1"), settings, at, at);
    let state = State::Open(Box::new(destination));
    let mut model = app(waypost::ops::Snapshot { state, ..scenes::registered(api_key::SPEC) });
    press(&mut model, "v");
    update(&mut model, paste("Host: h"));
    assert_eq!(press(&mut model, "ctrl-o"), []);
    assert!(screen(&model).contains("The key is in the query"), "{}", screen(&model));
    press(&mut model, "home");
    update(&mut model, paste("POST /in?k=abc HTTP/1.1\r"));
    let effects = press(&mut model, "ctrl-o");
    assert!(
        matches!(&effects[..], [Effect::Explain { request: ToVerify { target: Some(target), .. }, .. }] if target == "/in?k=abc"),
        "{effects:?}"
    );
}

#[test]
fn another_query_is_listed_from_its_beginning() {
    let mut model = app(scenes::with_deliveries());
    let all = model.history.rows.clone();
    let listed = |model: &mut Model, keys: &str, rows: Vec<_>| {
        let effects = press(model, keys);
        let Some(&Effect::List { id, .. }) = effects.iter().find(|effect| matches!(effect, Effect::List { .. })) else {
            panic!("{effects:?}")
        };
        let total = rows.len();
        update(model, Msg::Listed(id, Ok(Box::new(Listing { skipped: 0, rows, total }))));
        model.main.focus
    };
    assert_eq!(listed(&mut model, "/ z", Vec::new()), MainFocus::Delivery(0));
    assert_eq!(listed(&mut model, "backspace", all), MainFocus::Delivery(0));
}

#[test]
fn find_goes_from_place_to_place_and_around() {
    let mut model = app(scenes::registered(hmac::SPEC));
    press(&mut model, "t / W E B H O O K enter");
    let found = |model: &Model| match &model.popup {
        Some(Popup::Test(test)) => test.tabs.found,
        _ => None,
    };
    let first = found(&model).unwrap();
    press(&mut model, "n");
    assert_eq!(found(&model), Some(first + 1));
    press(&mut model, "n");
    assert_eq!(found(&model), Some(first));
    press(&mut model, "N");
    assert_eq!(found(&model), Some(first + 1));
    press(&mut model, "/ ctrl-u n o p e enter");
    assert!(screen(&model).contains("\"nope\" was not found"), "{}", screen(&model));
}

#[test]
fn a_stale_result_is_dropped() {
    let mut model = app(scenes::registered(hmac::SPEC));
    press(&mut model, "t enter");
    let before = model.clone();
    for msg in [
        Msg::Delivered(7, Box::new(scenes::delivered())),
        Msg::Saved(7, Ok(saved(hmac::SPEC))),
        Msg::Removed(7, Ok(Removed { generation: 1, warning: None, undo: None })),
        Msg::Loaded(7, Box::new(scenes::nothing())),
        Msg::Listed(7, Ok(Box::default())),
        Msg::Cleared(7, Ok(())),
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
    let mut model = app(scenes::registered(default::SPEC));
    press(&mut model, "t backtab backtab right right right");
    let effects = press(&mut model, "tab tab enter");
    assert_eq!(effects, [Effect::Send { id: 2, generation: 4, event: BuiltIn::ClientSubmissionHomeowners.event(), again: None }]);
}

#[test]
fn deleting_asks_with_keep_in_front() {
    let mut model = app(scenes::registered(hmac::SPEC));
    assert_eq!(press(&mut model, "d enter"), []);
    assert!(model.popup.is_none() && model.destination().is_some());
    let effects = press(&mut model, "d right enter");
    let [Effect::Remove { id, generation: 4 }] = effects[..] else { panic!("{effects:?}") };
    update(&mut model, Msg::Removed(id, Ok(Removed { generation: 5, warning: None, undo: None })));
    assert!(matches!(model.state, State::Empty) && model.generation == 5);
    assert!(screen(&model).contains("> [ Register ]") && screen(&model).contains("Its secret is erased"));
}

#[test]
fn a_signal_stops_the_delivery_and_quits() {
    let mut model = app(scenes::registered(hmac::SPEC));
    press(&mut model, "t enter");
    assert_eq!(update(&mut model, Msg::Terminate(143)), [Effect::Stop { id: 2 }, Effect::Quit(143)]);
}

#[test]
fn unreadable_can_only_be_read_again() {
    let mut model = app(scenes::unreadable());
    assert_eq!(press(&mut model, "t e d"), []);
    assert_eq!(press(&mut model, "enter"), [Effect::Load { id: 1 }]);
    update(&mut model, Msg::Loaded(1, Box::new(scenes::registered(hmac::SPEC))));
    assert!(screen(&model).contains("Send test"));
}

#[test]
fn an_edit_that_conflicts_says_so() {
    let mut model = app(scenes::registered(hmac::SPEC));
    press(&mut model, "e x ctrl-o");
    assert_eq!(update(&mut model, Msg::Saved(1, Err(Problem::conflict()))), [Effect::Load { id: 2 }]);
    assert!(screen(&model).contains("changed by another waypost"), "{}", screen(&model));
    let meanwhile = waypost::ops::Snapshot { generation: 9, ..scenes::registered(bearer::SPEC) };
    update(&mut model, Msg::Loaded(2, Box::new(meanwhile)));
    assert!(form(&model).draft().text(field::URL).ends_with('x'), "what was typed is still there");
    press(&mut model, "esc right enter");
    assert!(screen(&model).contains("Bearer Token"));
    press(&mut model, "e end y");
    let effects = press(&mut model, "ctrl-o");
    assert!(matches!(&effects[..], [Effect::Save { over: Some(9), .. }]), "{effects:?}");
}

/// On a slow disk the file is still being read when a save ends: what was read before is no answer any more.
#[test]
fn what_was_read_before_a_save_does_not_undo_it() {
    let mut model = app(scenes::registered(hmac::SPEC));
    let before = scenes::registered(hmac::SPEC);
    update(&mut model, Msg::Changed(Changed { registration: true, history: false }));
    let old = model.loading.unwrap();
    press(&mut model, "e x");
    let effects = press(&mut model, "ctrl-o");
    let Some(Effect::Save { id, .. }) = effects.into_iter().next() else { panic!("nothing is saved") };
    let after = Saved { generation: before.generation + 1, ..*saved(hmac::SPEC) };
    let effects = update(&mut model, Msg::Saved(id, Ok(Box::new(after))));
    let [Effect::Load { id: new }] = effects[..] else { panic!("{effects:?}") };
    let generation = model.generation;
    assert_ne!(generation, before.generation);
    assert_eq!(update(&mut model, Msg::Loaded(old, Box::new(before))), []);
    assert_eq!((model.generation, model.loading), (generation, Some(new)));
}

#[test]
fn after_a_removal_by_another_waypost_the_deliveries_are_still_there() {
    let mut model = app(scenes::with_deliveries());
    // The file is read again when the popup opens.
    press(&mut model, "down t");
    let id = model.loading.unwrap();
    update(&mut model, Msg::Loaded(id, Box::new(scenes::nothing())));
    assert_eq!(model.main.focus, MainFocus::Delivery(0));
    press(&mut model, "esc");
    assert!(screen(&model).contains("> [ Register ]"), "{}", screen(&model));
    assert!(screen(&model).contains(" 1 of 4 "), "{}", screen(&model));
}

#[test]
fn the_end_of_the_list_is_the_oldest_the_count_is_true_and_the_box_is_full() {
    let page = |skipped: usize| {
        let deliveries = (skipped..(skipped + 50).min(214)).map(|at| {
            let mut delivery = scenes::delivered();
            delivery.id = format!("msg_{at}");
            delivery.event = format!("event {at}.");
            Ok(delivery)
        });
        Listing { skipped, rows: deliveries.collect(), total: 214 }
    };
    let read = |model: &mut Model, mut effects: Vec<Effect>| {
        while let Some(Effect::List { id, skip, .. }) = effects.pop() {
            effects.extend(update(model, Msg::Listed(id, Ok(Box::new(page(skip))))));
        }
    };
    for size in [(60, 16), (80, 24), (120, 40)] {
        let mut model = app(waypost::ops::Snapshot { history: Ok(page(0)), ..scenes::registered(hmac::SPEC) });
        update(&mut model, Msg::Resize(size.0, size.1));
        let effects = press(&mut model, "down");
        read(&mut model, effects);
        let rows = screen(&model).lines().filter(|row| row.contains("200 OK   ")).count();
        let boxed = screen(&model)
            .lines()
            .skip_while(|row| !row.contains("╭ Deliveries"))
            .skip(1)
            .take_while(|row| !row.contains("╰"))
            .count();
        assert_eq!(rows, boxed, "the box is full: {}", screen(&model));
        assert!(screen(&model).contains(" 1 of 214 "), "{}", screen(&model));
        let effects = press(&mut model, "end");
        read(&mut model, effects);
        let shown = screen(&model);
        assert!(shown.contains(" 214 of 214 ") && shown.contains("event 213."), "{shown}");
        let effects = press(&mut model, "pgup");
        read(&mut model, effects);
        assert!(!screen(&model).contains("   …"), "{}", screen(&model));
        let effects = press(&mut model, "home");
        read(&mut model, effects);
        assert!(screen(&model).contains("event 0."), "{}", screen(&model));
        // Left from far below, the list is shown from its beginning.
        for leave in ["esc", "tab tab"] {
            let effects = press(&mut model, "down end");
            read(&mut model, effects);
            let effects = press(&mut model, leave);
            read(&mut model, effects);
            assert!(!screen(&model).contains("   …"), "{leave}: {}", screen(&model));
            assert!(screen(&model).contains("event 0."), "{leave}: {}", screen(&model));
        }
    }
}

/// `q` in a popup closes it, y and n answer, `d` in the list is about no destination, and a question lies over
/// what it asks about.
#[test]
fn a_question_lies_over_what_it_asks_about_and_y_and_n_answer_it() {
    for size in [(60, 16), (80, 24), (120, 40), (200, 60)] {
        let sized = |snapshot| {
            let mut model = app(snapshot);
            update(&mut model, Msg::Resize(size.0, size.1));
            model
        };
        let mut model = sized(scenes::with_deliveries());
        press(&mut model, "down d");
        assert!(model.question.is_none(), "d in the list");
        press(&mut model, "esc d");
        let shown = screen(&model);
        assert!(shown.contains("Delete the destination") && shown.contains("https://hooks.example.com/in"), "{shown}");
        assert_eq!(press(&mut model, "n"), []);
        assert!(model.question.is_none());
        assert!(matches!(press(&mut model, "d y")[..], [Effect::Remove { .. }]));
        // Of a delivery in the list.
        let mut model = sized(scenes::with_deliveries());
        model.history.rows[1].as_mut().unwrap().event = "order.created".to_owned();
        press(&mut model, "down down r");
        let shown = screen(&model);
        assert!(shown.contains("real event") && shown.contains("401 Unauthor"), "{shown}");
        // Of what was typed.
        let mut model = sized(scenes::registered(hmac::SPEC));
        press(&mut model, "e x esc");
        let shown = screen(&model);
        assert!(shown.contains("Discard your changes?") && shown.contains("URL"), "{shown}");
        press(&mut model, "y");
        press(&mut model, "t q");
        assert!(model.popup.is_none());
    }
}

/// Every action of where one is, by name and key.
#[test]
fn the_palette_lists_every_action_narrows_as_one_types_and_runs_one() {
    let mut model = app(scenes::registered(hmac::SPEC));
    press(&mut model, ":");
    let shown = screen(&model);
    for action in ["Send a test delivery", "Edit the destination", "Probe whether", "Verify a request", "Receiver code", "Delete"]
    {
        assert!(shown.contains(action), "{action}: {shown}");
    }
    type_text(&mut model, "dest del");
    let shown = screen(&model);
    assert!(shown.contains("> Delete the destination") && !shown.contains("Receiver code"), "{shown}");
    press(&mut model, "enter");
    assert!(model.palette.is_none() && screen(&model).contains("Delete the destination hooks.example.com?"));
    // Over a form it has a key that is no letter, and nothing typed is lost.
    press(&mut model, "n e x ctrl-p");
    type_text(&mut model, "nothing of this name");
    assert!(screen(&model).contains("No command has this"), "{}", screen(&model));
    press(&mut model, "enter esc");
    assert!(form(&model).draft().text(field::URL).ends_with('x'));
}

#[test]
fn read_only_sends_nothing_changes_nothing_and_says_so() {
    for snapshot in [scenes::nothing(), scenes::with_deliveries(), scenes::locked(), scenes::unreadable()] {
        let mut model = app(snapshot);
        model.environment.readonly = true;
        model.main.focus = MainFocus::Button(0);
        assert!(screen(&model).contains("read-only"), "{}", screen(&model));
        for keys in [
            "t",
            "e",
            "p",
            "d",
            "U",
            "enter esc",
            "down r y",
            "down x y",
            "down enter r y",
            "tab enter",
            "tab tab enter",
            "f",
            "k",
        ] {
            let effects = press(&mut model, keys);
            assert!(!effects.iter().any(Effect::changes), "{keys}: {effects:?}");
            assert!(!matches!(model.popup, Some(Popup::Form(_))), "{keys}");
            press(&mut model, "esc esc esc");
        }
        let effects = press(&mut model, ":");
        assert!(effects.is_empty() && !screen(&model).contains("Send a test"), "{}", screen(&model));
    }
    let mut model = app(scenes::with_deliveries());
    model.environment.readonly = true;
    for key in ["t", "e", "w", "d"] {
        model.status = None;
        press(&mut model, key);
        assert!(screen(&model).contains("Read-only: nothing is sent"), "{key}: {}", screen(&model));
    }
    model.status = None;
    press(&mut model, "/ t e esc z");
    assert!(!screen(&model).contains("Read-only: nothing"), "{}", screen(&model));
    press(&mut model, "down enter tab enter");
    assert!(screen(&model).contains("Read-only: nothing is sent"), "{}", screen(&model));
}
