//! The form by its rules: a test for each thing that must not happen, and for each that it does on its own.

use waypost::domain::auth::{self, api_key, bearer, hmac};
use waypost::domain::convention;
use waypost::domain::draft::Draft;
use waypost::domain::field::{self, CA_CERT, Field, Notice, TIMEOUT, URL};
use waypost::domain::header::HeaderEntry;
use waypost::domain::rotation::KeepOld;
use waypost::domain::signature::{Format, generated};
use waypost::ops::{Problem, Snapshot, State};
use waypost::tui::effect::Effect;
use waypost::tui::model::{Model, Popup};
use waypost::tui::msg::{Msg, Pasted};
use waypost::tui::screens::form::focus::{Focus, FormButton};
use waypost::tui::screens::form::state::Form;
use waypost::tui::update::update;

use super::driver::{app, press, screen, type_text};
use super::scenes;

fn form(model: &Model) -> &Form {
    match &model.popup {
        Some(Popup::Form(form)) => form,
        other => panic!("no form but {other:?}"),
    }
}

fn paste(model: &mut Model, text: &str) -> Vec<Effect> {
    update(model, Msg::Paste(Pasted::new(text.into())))
}

/// The screen as one line of words, without boxes.
fn words(model: &Model) -> String {
    screen(model).replace(['│', '\n'], " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A new form, the focus on its URL.
fn opened() -> Model {
    let mut model = app(scenes::nothing());
    press(&mut model, "enter");
    model
}

/// A new form for that auth type, the focus on it.
fn choosing(auth_type: auth::AuthType) -> Model {
    let mut model = opened();
    let at = auth::ALL.iter().position(|&other| other == auth_type).unwrap();
    press(&mut model, "tab");
    press(&mut model, &"down ".repeat(at));
    press(&mut model, "space");
    assert_eq!(form(&model).auth_type(), auth_type);
    model
}

/// An edit of those settings.
fn editing(draft: &Draft) -> Model {
    let stand_in = draft.check().unwrap().settings.without_secrets();
    let mut model = app(scenes::registered(hmac::SPEC));
    model.popup = Some(Popup::Form(Box::new(Form::edit(4, Some(stand_in.clone()), Draft::of(&stand_in)))));
    model
}

fn go_to(model: &mut Model, focus: Focus) {
    let Some(Popup::Form(form)) = &mut model.popup else { panic!("no form") };
    form.go(focus);
}

#[test]
fn a_choice_never_changes_because_the_focus_passed_it_and_no_group_is_a_trap() {
    for auth_type in auth::ALL {
        let mut model = choosing(auth_type);
        press(&mut model, "backtab");
        let before = form(&model).draft();
        let stops = form(&model).stops();
        let mut seen = vec![form(&model).focus];
        // Down to the end, where the arrows stop.
        for _ in 0..stops.len() + auth::ALL.len() {
            press(&mut model, "down");
            if seen.last() != Some(&form(&model).focus) {
                seen.push(form(&model).focus);
            }
        }
        assert_eq!(seen, stops, "{auth_type:?}");
        for _ in 0..stops.len() + auth::ALL.len() {
            press(&mut model, "up");
        }
        assert_eq!((form(&model).focus, form(&model).draft()), (Focus::Field(URL), before), "{auth_type:?}");
    }
}

#[test]
fn the_cursor_enters_the_auth_types_at_the_chosen_one_and_they_are_one_stop_of_tab() {
    let mut model = choosing(bearer::SPEC);
    for (leave, enter) in [("tab", "backtab"), ("backtab", "tab"), ("backtab", "down"), ("tab", "up")] {
        press(&mut model, leave);
        assert_ne!(form(&model).focus, Focus::Field(field::AUTH));
        press(&mut model, enter);
        assert!(screen(&model).contains("> (•) Bearer Token"), "{enter}: {}", screen(&model));
    }
    press(&mut model, "up");
    assert!(screen(&model).contains("> ( ) Basic Auth") && screen(&model).contains("  (•) Bearer Token"), "{}", screen(&model));
    // Left and right do nothing there; Tab leaves the cursor's option alone.
    press(&mut model, "left right tab");
    assert_eq!(form(&model).auth_type(), bearer::SPEC);
    press(&mut model, "backtab up enter");
    assert_eq!(form(&model).auth_type().name, "basic");
    assert!(screen(&model).contains("> Username"), "Enter goes on");
}

#[test]
fn empty_fields_can_be_seen_and_required_ones_are_marked_and_say_so_when_they_are_left() {
    for auth_type in auth::ALL {
        let mut model = choosing(auth_type);
        let text = screen(&model);
        for field in [URL].iter().chain(auth_type.fields).filter(|field| field.applies(&field::Values::default())) {
            let row = text
                .lines()
                .find(|row| row.trim_matches(['│', ' ', '>']).starts_with(field.label))
                .unwrap_or_else(|| panic!("{field:?}\n{text}"));
            assert!(field.is_choice() || row.contains("____"), "{row}");
            assert_eq!(field.required, row.contains(" * "), "{row}");
        }
        press(&mut model, "tab tab tab tab tab tab tab");
        let missing = form(&model).missing.clone();
        let wanted = |field: &&Field| field.required && (field.default)(&field::Values::default()).is_none();
        let expected: Vec<Field> = [URL].iter().chain(auth_type.fields).filter(wanted).copied().collect();
        assert_eq!(missing, expected, "{auth_type:?}");
        assert_eq!(screen(&model).matches("✗ Required").count(), expected.len(), "{}", screen(&model));
        press(&mut model, "ctrl-o");
        assert_eq!(screen(&model).matches("✗ Required: ").count(), expected.len(), "{}", screen(&model));
    }
    // A header key may stay empty: the usual one counts.
    let mut model = choosing(hmac::SPEC);
    paste(&mut model, "");
    go_to(&mut model, Focus::Field(hmac::HEADER_KEY));
    press(&mut model, "down");
    assert!(form(&model).missing.iter().all(|field| *field != hmac::HEADER_KEY));
}

#[test]
fn what_is_wrong_is_said_when_a_field_is_left() {
    let mut model = opened();
    type_text(&mut model, "localhost:8443/hex");
    press(&mut model, "down");
    assert!(words(&model).contains("✗ Must start with https://"), "{}", screen(&model));
    press(&mut model, "up home");
    type_text(&mut model, "https://");
    assert!(!screen(&model).contains('✗'), "{}", screen(&model));
}

#[test]
fn a_key_is_not_typed_in_clear_because_a_field_is_called_key() {
    let mut model = choosing(api_key::SPEC);
    let text = screen(&model);
    assert!(text.contains("Key (header name) *") && text.contains("Value (the secret) *"), "{text}");
    press(&mut model, "tab right");
    assert!(screen(&model).contains("Key (parameter) *"), "{}", screen(&model));
}

#[test]
fn the_format_comes_first_and_offers_its_usual_header_which_counts() {
    let mut model = choosing(hmac::SPEC);
    press(&mut model, "backtab");
    type_text(&mut model, "https://hooks.example.com/in");
    go_to(&mut model, Focus::Field(hmac::SIGNING_SECRET));
    paste(&mut model, "a-secret-of-some-length");
    go_to(&mut model, Focus::Field(hmac::FORMAT));
    for (at, format) in Format::ALL.into_iter().enumerate().take(4) {
        assert!(screen(&model).contains(&format!("{} of 7 · ? compare", at + 1)), "{}", screen(&model));
        let name = format.default_header_key();
        assert!(words(&model).contains(&format!("Header key * {name}_")), "{}", screen(&model));
        assert!(words(&model).contains(&format!("Sends {name}: {} over", format.shape())), "{}", screen(&model));
        let settings = form(&model).complete().check().unwrap().settings;
        assert_eq!(settings.auth().values().text(hmac::HEADER_KEY), name);
        press(&mut model, "right");
    }
}

#[test]
fn the_formats_are_compared_over_the_form() {
    let mut model = choosing(hmac::SPEC);
    go_to(&mut model, Focus::Field(hmac::FORMAT));
    press(&mut model, "?");
    for size in [(80, 24), (120, 40), (60, 16), (40, 10)] {
        model.size = size;
        assert!(screen(&model).contains(" Formats "), "{}", screen(&model));
    }
    model.size = (80, 24);
    assert!(words(&model).contains("t=,v1=hex Stripe-Signature: t=SECONDS,v1= and"), "{}", screen(&model));
    press(&mut model, "esc");
    assert!(!screen(&model).contains(" Formats ") && model.question.is_none());
    press(&mut model, "? tab");
    assert!(!screen(&model).contains(" Formats "), "it goes with the focus");
}

#[test]
fn more_says_what_it_holds_and_unfolds_in_place() {
    let draft = scenes::draft(bearer::SPEC)
        .with(CA_CERT, "/etc/ca.pem")
        .with(TIMEOUT, "30")
        .with_header(HeaderEntry::plain("X-Env", "live"));
    let mut model = editing(&draft);
    let Some(Popup::Form(form)) = &mut model.popup else { panic!() };
    form.unfolded = false;
    go_to(&mut model, Focus::More);
    assert!(words(&model).contains("> More 1 header · CA file · timeout 30 s ›"), "{}", screen(&model));
    press(&mut model, "enter");
    assert!(screen(&model).contains("> Headers              X-Env: live"), "{}", screen(&model));
}

#[test]
fn a_service_fills_in_what_its_receivers_look_for_and_gives_back_what_was_there() {
    let mut model = choosing(hmac::SPEC);
    go_to(&mut model, Focus::Field(hmac::HEADER_KEY));
    type_text(&mut model, "X-Mine");
    go_to(&mut model, Focus::Convention);
    let own = form(&model).draft();
    for convention in convention::ALL {
        press(&mut model, "right");
        assert!(screen(&model).contains(&format!("‹ {} ›", convention.label)), "{}", screen(&model));
        let mut expected = Draft::new(hmac::SPEC);
        convention.fill(&mut expected);
        assert_eq!(form(&model).draft(), expected);
    }
    press(&mut model, "right");
    press(&mut model, &"left ".repeat(convention::ALL.len()));
    assert!(screen(&model).contains("‹ any ›"));
    assert_eq!(form(&model).draft(), own);
    // What is typed beside it wins.
    press(&mut model, "right down right");
    assert_ne!(form(&model).draft().text(hmac::FORMAT), "sha256-hex");
    assert!(screen(&model).contains("‹ any ›"), "{}", screen(&model));
}

#[test]
fn h93_in_the_app_a_pasted_command_fills_in_the_form_and_lists_what_was_taken() {
    let mut model = opened();
    let command = "$ curl 'https://hooks.example.com/in?a=1' \\\n  -H 'Authorization: Bearer hunter2-hunter2-hunter2' \\\n  -H 'X-Env: live' -H 'Host: other' \\\n  --max-time 7 --json '{\"hello\": 1}'\n";
    paste(&mut model, command);
    let text = words(&model);
    assert!(text.contains("✓ from the curl command: URL, Bearer Token, header X-Env, Timeout, body (12 bytes)"), "{text}");
    assert!(text.contains("! not taken: Host: "), "{text}");
    assert!(!text.contains("hunter2"), "{text}");
    // No key is needed to go on.
    let effects = press(&mut model, "ctrl-t");
    let [Effect::Save { draft, event: Some(event), .. }] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(event.text(), "{\"hello\": 1}");
    let expected = Draft::new(bearer::SPEC)
        .with(URL, "https://hooks.example.com/in?a=1")
        .with(bearer::TOKEN, "hunter2-hunter2-hunter2")
        .with(TIMEOUT, "7")
        .with_header(HeaderEntry::plain("X-Env", "live"));
    assert_eq!(**draft, expected);
    assert!(!format!("{:?}", form(&model)).contains("hunter2"));
}

#[test]
fn h95_in_the_app_a_command_that_is_refused_says_so_and_changes_nothing() {
    let mut model = choosing(bearer::SPEC);
    press(&mut model, "tab");
    type_text(&mut model, "a-token-of-its-own");
    go_to(&mut model, Focus::Field(URL));
    type_text(&mut model, "https://typed.example/in");
    let before = form(&model).draft();
    for command in [
        "curl https://hooks.example.com/in",
        "curl -X DELETE https://hooks.example.com/in",
        "curl -d \"$(cat x)\" https://hooks.example.com/in",
        "curl -d '{}' https://hooks.example.com/in | jq",
        "curl 'unfinished",
    ] {
        assert_eq!(paste(&mut model, command), []);
        assert_eq!(form(&model).draft(), before, "{command}");
        assert!(
            words(&model).contains("nothing was pasted: the curl command is not accepted. Line 1, column"),
            "{}",
            screen(&model)
        );
    }
}

#[test]
fn an_edit_says_how_long_the_old_secret_stays_valid_where_two_are_carried() {
    for format in Format::ALL {
        let secret = |byte| generated(format, &[byte; 32]);
        let draft = scenes::draft(hmac::SPEC).with(hmac::FORMAT, format.name()).with(hmac::SIGNING_SECRET, secret(1));
        let mut model = editing(&draft);
        go_to(&mut model, Focus::Field(hmac::SIGNING_SECRET));
        assert!(!screen(&model).contains("Old secret valid for"), "nothing is replaced");
        paste(&mut model, secret(2).expose());
        let carries_two = matches!(format, Format::Timestamped | Format::Standard | Format::StandardEd25519);
        assert_eq!(words(&model).contains("Old secret valid for ‹ 24 h ›"), carries_two, "{format:?} {}", screen(&model));
        if carries_two {
            press(&mut model, "down left");
            assert!(screen(&model).contains("‹ 1 h ›"), "{}", screen(&model));
        }
        let effects = press(&mut model, "ctrl-o");
        let expected = if carries_two { KeepOld::For(3600) } else { KeepOld::IfPossible };
        assert!(matches!(effects.as_slice(), [Effect::Save { keep, .. }] if *keep == expected), "{format:?} {effects:?}");
    }
}

/// Nothing registered, with a home and a directory.
fn at_home() -> Model {
    let mut model = app(scenes::nothing());
    model.environment.home = Some("/home/op".into());
    model.environment.directory = "/srv".into();
    press(&mut model, "enter");
    type_text(&mut model, "https://hooks.example.com/in");
    go_to(&mut model, Focus::More);
    press(&mut model, "enter");
    go_to(&mut model, Focus::Field(CA_CERT));
    model
}

#[test]
fn a_path_field_takes_a_tilde_and_a_relative_path() {
    for (typed, expected) in [("~/ca.pem", "/home/op/ca.pem"), ("tls/ca.pem", "/srv/tls/ca.pem"), ("/etc/ca.pem", "/etc/ca.pem")]
    {
        let mut model = at_home();
        type_text(&mut model, typed);
        let effects = press(&mut model.clone(), "ctrl-o");
        let [Effect::Save { draft, .. }] = effects.as_slice() else { panic!("{effects:?}") };
        assert_eq!(draft.text(CA_CERT), expected);
        // And the file is looked at once the focus leaves it.
        let effects = press(&mut model, "down");
        let [Effect::CheckFile { field, files: [Some(path), None, None], .. }] = effects.as_slice() else {
            panic!("{effects:?}")
        };
        assert_eq!((*field, path.as_str()), (CA_CERT, expected));
        assert_eq!(form(&model).draft().text(CA_CERT), expected);
        let problem = Problem::new(CA_CERT, "cannot be used", "It has no certificate.", "Name another.");
        update(&mut model, Msg::FileChecked(1, CA_CERT, "/another".into(), Err(problem.clone())));
        assert!(form(&model).errors.is_empty(), "it was changed since");
        update(&mut model, Msg::FileChecked(1, CA_CERT, expected.into(), Err(problem)));
        assert!(words(&model).contains("✗ Cannot be used. It has no certificate."), "{}", screen(&model));
    }
    let mut model = at_home();
    type_text(&mut model, "~other/ca.pem");
    press(&mut model, "down");
    assert!(words(&model).contains("is not an absolute path"), "{}", screen(&model));
}

#[test]
fn tab_completes_a_path_and_goes_on_when_there_is_nothing_to_complete() {
    let complete = |model: &mut Model, names: &[&str]| {
        let effects = press(model, "tab");
        let [Effect::CompletePath { id, field, text, path }] = effects.as_slice() else { panic!("{effects:?}") };
        assert!(path.starts_with('/'), "{path}");
        let names = names.iter().map(|&name| name.to_owned()).collect();
        update(model, Msg::Completed(*id, field, text.clone(), names))
    };
    let text = |model: &Model| form(model).draft().text(CA_CERT).to_owned();
    let mut model = at_home();
    assert_eq!(press(&mut model.clone(), "tab"), [], "an empty one goes on");
    type_text(&mut model, "~/c");
    complete(&mut model, &["ca.pem", "ca.key"]);
    assert_eq!(text(&model), "~/ca.");
    // A choice is no warning.
    let shown = words(&model);
    assert!(shown.contains("ca.key ca.pem") && !shown.contains("! ca.key"), "{}", screen(&model));
    type_text(&mut model, "p");
    complete(&mut model, &["ca.pem"]);
    assert_eq!((text(&model).as_str(), form(&model).focus), ("~/ca.pem", Focus::Field(CA_CERT)));
    let effects = complete(&mut model, &["ca.pem"]);
    assert!(matches!(effects.as_slice(), [Effect::CheckFile { .. }]), "{effects:?}");
    assert_eq!((text(&model).as_str(), form(&model).focus), ("/home/op/ca.pem", Focus::Field(TIMEOUT)));
    // Names that come too late, for another text, change nothing.
    press(&mut model, "up");
    let effects = press(&mut model, "tab");
    let [Effect::CompletePath { id, .. }] = effects.as_slice() else { panic!("{effects:?}") };
    type_text(&mut model, "x");
    update(&mut model, Msg::Completed(*id, CA_CERT, "/home/op/ca.pem".into(), vec!["ca.pem.old".into()]));
    assert_eq!(text(&model), "/home/op/ca.pemx");
}

#[test]
fn a_notice_is_shown_once_per_value() {
    let local = scenes::draft(bearer::SPEC).with(URL, "https://localhost:8443/in");
    let mut model = app(scenes::nothing());
    press(&mut model, "enter");
    type_text(&mut model, "https://localhost:8443/in");
    assert!(words(&model).contains("this machine only"), "{}", screen(&model));
    let mut model = editing(&local);
    assert!(!words(&model).contains("this machine only"), "{}", screen(&model));
    press(&mut model, "end");
    type_text(&mut model, "2");
    assert!(words(&model).contains("this machine only"), "another value: {}", screen(&model));
}

/// What another waypost made of what is edited.
fn meanwhile(draft: &Draft) -> Snapshot {
    let at = "2026-11-23T09:12:00Z".parse().unwrap();
    let id = waypost::domain::destination::DestinationId::new("dst_1");
    let destination = waypost::domain::destination::Destination::new(id, draft.check().unwrap().settings, at, at);
    Snapshot { state: State::Open(Box::new(destination)), generation: 9, ..scenes::registered(hmac::SPEC) }
}

#[test]
fn a_conflict_keeps_what_was_typed_and_shows_what_the_other_one_changed() {
    let before = scenes::draft(bearer::SPEC).with(TIMEOUT, "20");
    let mut model = editing(&before);
    press(&mut model, "end");
    type_text(&mut model, "/mine");
    press(&mut model, "ctrl-o");
    let id = model.id() - 1;
    let effects = update(&mut model, Msg::Saved(id, Err(Problem::conflict())));
    let [Effect::Load { id }] = effects.as_slice() else { panic!("{effects:?}") };
    let other = before.clone().with(URL, "https://other.example.com/in").with(TIMEOUT, "30");
    update(&mut model, Msg::Loaded(*id, Box::new(meanwhile(&other))));
    let text = words(&model);
    assert!(text.contains("Another waypost changed the destination: URL, Timeout."), "{text}");
    assert!(text.contains("another waypost made it https://other.example.com/in; what you entered is kept"), "{text}");
    let draft = form(&model).draft();
    assert_eq!((draft.text(URL), draft.text(TIMEOUT)), ("https://hooks.example.com/in/mine", "30"));
    let effects = press(&mut model, "ctrl-o");
    assert!(matches!(effects.as_slice(), [Effect::Save { over: Some(9), .. }]), "{effects:?}");
}

#[test]
fn a_conflict_with_a_removal_keeps_what_was_typed_and_registers_it() {
    let mut model = editing(&scenes::draft(bearer::SPEC));
    press(&mut model, "end");
    type_text(&mut model, "/mine");
    press(&mut model, "ctrl-o");
    let id = model.id() - 1;
    let effects = update(&mut model, Msg::Saved(id, Err(Problem::conflict())));
    let [Effect::Load { id }] = effects.as_slice() else { panic!("{effects:?}") };
    update(&mut model, Msg::Loaded(*id, Box::new(Snapshot { generation: 9, ..scenes::nothing() })));
    assert!(words(&model).contains("Another waypost removed the destination"), "{}", screen(&model));
    assert!(screen(&model).contains("[ Register ]") && form(&model).draft().text(URL).ends_with("/mine"));
    assert_eq!(press(&mut model, "ctrl-o"), [], "the secret was erased");
    type_text(&mut model, "another-token-of-21-letters");
    assert!(matches!(press(&mut model, "ctrl-o").as_slice(), [Effect::Save { over: None, .. }]));
}

#[test]
fn ctrl_t_saves_and_sends_and_the_buttons_have_their_names() {
    let mut model = choosing(bearer::SPEC);
    assert!(screen(&model).contains("[ Register ]   [ Register and test ]   [ Cancel ]"), "{}", screen(&model));
    press(&mut model, "tab");
    type_text(&mut model, "a-token-of-21-letters");
    go_to(&mut model, Focus::Field(URL));
    type_text(&mut model, "https://hooks.example.com/in");
    press(&mut model, "ctrl-t");
    assert!(form(&model).saving.is_some_and(|saving| saving.then_test));
    let mut model = editing(&scenes::draft(bearer::SPEC));
    assert!(screen(&model).contains("[ Save ]   [ Save and test ]   [ Cancel ]"), "{}", screen(&model));
    go_to(&mut model, Focus::Button(FormButton::Save));
    press(&mut model, "down right");
    assert_eq!(form(&model).focus, Focus::Button(FormButton::Cancel), "left and right stay among the buttons, and do not wrap");
    press(&mut model, "down");
    assert_eq!(form(&model).focus, Focus::Button(FormButton::Cancel));
}

#[test]
fn notices_about_a_file_are_shown_under_its_field() {
    let mut model = at_home();
    type_text(&mut model, "/etc/ca.pem");
    press(&mut model, "up up");
    type_text(&mut model, "/etc/client.pem");
    let effects = press(&mut model, "down");
    let [Effect::CheckFile { id, field, files }] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(files.each_ref().map(Option::as_deref), [Some("/etc/ca.pem"), Some("/etc/client.pem"), None]);
    let notice = Notice::new(field, "it expired");
    update(&mut model, Msg::FileChecked(*id, field, "/etc/client.pem".into(), Ok(vec![notice])));
    assert!(words(&model).contains("! it expired"), "{}", screen(&model));
}
