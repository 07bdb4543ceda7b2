//! How each place is left: Esc, `q`, `^C` and `?`, and the question before anything typed is lost.

use waypost::domain::auth::{self, bearer, hmac};
use waypost::domain::field;
use waypost::tui::effect::Effect;
use waypost::tui::model::{Model, Popup};

use super::driver::{app, press, screen, type_text};
use super::scenes;

/// Whether the keys lead to no effect.
#[track_caller]
fn only(model: &mut Model, keys: &str) {
    assert_eq!(press(model, keys), [], "{keys}");
}

#[track_caller]
fn shows(model: &Model, text: &str) {
    let screen = screen(model);
    assert!(screen.contains(text), "no {text:?} in\n{screen}");
}

fn typed(model: &Model) -> String {
    match &model.popup {
        Some(Popup::Form(form)) => form.draft().text(field::URL).to_owned(),
        other => panic!("no form but {other:?}"),
    }
}

const DISCARD: &str = "Discard your changes?";

#[test]
fn esc_goes_back_one_level_and_never_quits() {
    let mut model = app(scenes::registered(hmac::SPEC));
    // From the innermost outwards: the keys over the question over the test popup over the main screen.
    assert!(matches!(press(&mut model, "t")[..], [Effect::Load { .. }]));
    shows(&model, "> [ Send ]");
    only(&mut model, "/");
    shows(&model, "Find: ");
    only(&mut model, "esc");
    assert!(!screen(&model).contains("Find: "));
    only(&mut model, "d ?");
    shows(&model, " Keys ");
    only(&mut model, "esc");
    shows(&model, "> [ Keep ]");
    only(&mut model, "esc");
    shows(&model, "> [ Send ]");
    only(&mut model, "esc");
    shows(&model, "> [ Send test ]");
    // On the main screen there is nothing to go back from.
    only(&mut model, "esc esc esc");
    for (key, popup) in [("c", " Receiver code "), ("v", " Verify a request "), ("e", " Edit destination ")] {
        only(&mut model, key);
        shows(&model, popup);
        only(&mut model, "esc");
        assert!(model.popup.is_none(), "{popup}");
    }
}

#[test]
fn esc_asks_only_if_something_was_typed() {
    let mut model = app(scenes::nothing());
    only(&mut model, "enter esc");
    assert!(model.popup.is_none());
    only(&mut model, "enter x");
    // Back to what was typed: by Esc, by the button that has the focus, and from the other one.
    for back in ["esc", "enter", "right left enter", "tab esc"] {
        only(&mut model, "esc");
        shows(&model, "> [ Keep editing ]   [ Discard ]");
        only(&mut model, back);
        assert!(!screen(&model).contains(DISCARD), "{back}");
        assert_eq!(typed(&model), "x", "{back}");
    }
    only(&mut model, "esc right enter");
    assert!(model.popup.is_none());
    only(&mut model, "enter");
    assert_eq!(typed(&model), "", "what was discarded is gone");
}

#[test]
fn the_cancel_button_asks_as_well() {
    let mut model = app(scenes::nothing());
    only(&mut model, "enter x backtab");
    shows(&model, "> [ Cancel ]");
    only(&mut model, "enter");
    shows(&model, DISCARD);
    only(&mut model, "right enter");
    assert!(model.popup.is_none());
}

#[test]
fn an_edit_asks_only_if_something_was_changed() {
    let mut model = app(scenes::registered(bearer::SPEC));
    only(&mut model, "e esc");
    assert!(model.popup.is_none());
    only(&mut model, "e x esc");
    shows(&model, DISCARD);
    only(&mut model, "right enter");
    assert!(model.popup.is_none());
}

#[test]
fn q_closes_what_is_open_quits_on_the_main_screen_and_is_a_letter_where_text_is_typed() {
    let mut model = app(scenes::nothing());
    only(&mut model, "enter q ?");
    assert_eq!(typed(&model), "q?");
    // On a choice and in a question it does nothing.
    only(&mut model, "tab q");
    only(&mut model, "esc q");
    shows(&model, DISCARD);
    only(&mut model, "right enter");
    assert_eq!(press(&mut model, "q"), [Effect::Quit(0)]);

    let mut model = app(scenes::registered(hmac::SPEC));
    only(&mut model, "v q");
    shows(&model, "│ q ");
    only(&mut model, "esc");
    assert!(matches!(press(&mut model, "t q")[..], [Effect::Load { .. }]));
    assert!(model.popup.is_none());
    only(&mut model, "c q");
    assert!(model.popup.is_none());
    assert_eq!(press(&mut model, "q"), [Effect::Quit(0)]);
}

#[test]
fn y_and_n_answer_a_question() {
    let mut model = app(scenes::registered(hmac::SPEC));
    only(&mut model, "d n");
    assert!(model.question.is_none());
    assert!(matches!(press(&mut model, "d y")[..], [Effect::Remove { .. }]));
    let mut model = app(scenes::nothing());
    only(&mut model, "enter x esc n");
    assert_eq!(typed(&model), "x");
    only(&mut model, "esc y");
    assert!(model.popup.is_none());
}

#[test]
fn ctrl_c_asks_once_if_something_was_typed_and_then_quits() {
    let mut model = app(scenes::nothing());
    only(&mut model, "enter x ctrl-c");
    shows(&model, DISCARD);
    shows(&model, "Press ^C again to quit");
    // Another key in between: it asks again.
    only(&mut model, "esc ctrl-c");
    shows(&model, DISCARD);
    assert_eq!(press(&mut model, "ctrl-c"), [Effect::Quit(130)]);
    let mut model = app(scenes::nothing());
    assert_eq!(press(&mut model, "enter ctrl-c"), [Effect::Quit(130)]);
}

#[test]
fn help_shows_the_keys_of_the_place_and_is_text_where_text_is_typed() {
    let mut model = app(scenes::nothing());
    for close in ["esc", "?", "q", "enter"] {
        only(&mut model, "?");
        shows(&model, " Keys ");
        shows(&model, "press the focused button");
        only(&mut model, close);
        assert!(!screen(&model).contains(" Keys "), "{close}");
    }
    only(&mut model, "enter");
    type_text(&mut model, "https://typed.example/in?a=1");
    only(&mut model, "tab");
    shows(&model, "> (•) Default");
    only(&mut model, "?");
    shows(&model, " Keys ");
    shows(&model, "generate a signing secret");
    only(&mut model, "esc");
    assert_eq!(typed(&model), "https://typed.example/in?a=1");
}

#[test]
fn an_empty_form_is_refused_field_by_field() {
    for (at, errors) in [1, 2, 2, 2, 3].into_iter().enumerate() {
        let mut model = app(scenes::nothing());
        model.size = (80, 40);
        only(&mut model, "enter tab");
        only(&mut model, &"down ".repeat(at));
        only(&mut model, "space");
        only(&mut model, "ctrl-o");
        shows(&model, "> URL");
        assert_eq!(screen(&model).matches("✗ ").count(), errors, "{:?}", auth::ALL[at].name);
        // Nothing was typed, but a choice was made.
        only(&mut model, "esc");
        assert_eq!(screen(&model).contains(DISCARD), at > 0);
    }
}
