//! The lines of help and keys of the form: they follow the focus when it rests, and at once at a key that does more than move it.

use proptest::prelude::*;
use waypost::domain::auth::AuthType;
use waypost::ops::Problem;
use waypost::tui::effect::Effect;
use waypost::tui::form::{Focus, Form, FormButton};
use waypost::tui::model::{Model, Popup};
use waypost::tui::msg::{Msg, Pasted, Press};
use waypost::tui::update::update;

use super::driver::{app, press, presses, screen};
use super::scenes;

/// Presses keys, and lets nothing rest.
fn hasten(model: &mut Model, keys: &str) -> Vec<Effect> {
    keys.split_whitespace().flat_map(presses).flat_map(|key| update(model, Msg::Key(key))).collect()
}

fn form(model: &Model) -> &Form {
    match &model.popup {
        Some(Popup::Form(form)) => form,
        other => panic!("no form but {other:?}"),
    }
}

/// The lines of help and of keys.
fn lines(model: &Model) -> String {
    let screen = screen(model);
    screen.lines().skip(22).collect::<Vec<_>>().join("\n")
}

fn registering() -> Model {
    let mut model = app(scenes::nothing());
    press(&mut model, "enter");
    model
}

#[test]
fn a_move_shows_its_mark_at_once_and_its_lines_when_it_rests() {
    let mut model = registering();
    let before = lines(&model);
    assert!(before.contains("Where events go") && before.contains("↑↓ fields"), "{before}");
    assert_eq!(hasten(&mut model, "tab"), [Effect::Rest { id: 1 }]);
    assert!(model.changed && screen(&model).contains("> (•) Default"));
    assert_eq!(lines(&model), before);
    assert_eq!(update(&mut model, Msg::Rested(1)), []);
    assert!(model.changed);
    let after = lines(&model);
    assert!(after.contains("Nobody can tell who sends") && after.contains("↑↓ choose"), "{after}");
    // Once.
    let rested = model.clone();
    assert_eq!(update(&mut model, Msg::Rested(1)), []);
    assert!(!model.changed);
    model.changed = rested.changed;
    assert_eq!(model, rested);
}

#[test]
fn of_two_moves_only_the_second_rests() {
    let mut model = registering();
    assert_eq!(hasten(&mut model, "tab tab"), [Effect::Rest { id: 1 }, Effect::Rest { id: 2 }]);
    let moving = model.clone();
    assert_eq!(update(&mut model, Msg::Rested(1)), []);
    assert!(!model.changed);
    model.changed = moving.changed;
    assert_eq!(model, moving);
    update(&mut model, Msg::Rested(2));
    assert!(model.changed && lines(&model).contains("A CA of your own"));
}

#[test]
fn a_focus_that_is_back_waits_for_nothing() {
    let mut model = registering();
    assert_eq!(hasten(&mut model, "tab backtab"), [Effect::Rest { id: 1 }]);
    update(&mut model, Msg::Rested(1));
    assert!(!model.changed && lines(&model).contains("Where events go"));
}

#[test]
fn a_key_that_does_not_move_the_focus_begins_no_rest() {
    let mut model = registering();
    press(&mut model, "tab tab tab");
    assert_eq!(form(&model).focus, Focus::Button(FormButton::Save));
    assert_eq!(hasten(&mut model, "left"), []);
    assert_eq!(hasten(&mut model, "right left left"), [Effect::Rest { id: 4 }]);
    assert_eq!(hasten(&mut model, "right left right left"), [Effect::Rest { id: 6 }, Effect::Rest { id: 8 }]);
}

#[test]
fn a_form_that_was_closed_takes_its_rest_with_it() {
    let mut model = registering();
    assert_eq!(hasten(&mut model, "tab esc"), [Effect::Rest { id: 1 }]);
    assert!(model.popup.is_none());
    update(&mut model, Msg::Rested(1));
    assert!(!model.changed);
    // Nor does one that was opened meanwhile take it for its own.
    assert_eq!(hasten(&mut model, "enter tab"), [Effect::Rest { id: 2 }]);
    update(&mut model, Msg::Rested(1));
    assert!(!model.changed && lines(&model).contains("Where events go"));
}

#[test]
fn typing_waits_for_the_rest_and_goes_where_the_focus_is() {
    let mut model = app(scenes::registered(AuthType::Basic));
    press(&mut model, "e");
    let before = lines(&model);
    let rests: Vec<Effect> = (1..=3).map(|id| Effect::Rest { id }).collect();
    assert_eq!(hasten(&mut model, "tab tab tab p w backspace"), rests);
    update(&mut model, Msg::Paste(Pasted::new("x".into())));
    assert_eq!(form(&model).draft().password.expose(), "px");
    assert_eq!(lines(&model), before);
    update(&mut model, Msg::Rested(3));
    assert!(lines(&model).contains("Any characters; blanks count"));
}

#[test]
fn what_does_more_than_move_the_focus_has_its_lines_at_once() {
    let edited = |auth_type| {
        let mut model = app(scenes::registered(auth_type));
        press(&mut model, "e");
        model
    };
    let cases: [(Model, &[(&str, &str)]); 3] = [
        (
            registering(),
            &[
                ("tab", "down"),
                ("tab tab", "enter"),
                ("tab tab", "space"),
                ("tab tab", "?"),
                ("tab tab", "? esc"),
                ("backtab", "enter"),
                ("x backtab", "enter"),
                ("x tab", "esc"),
                ("x tab", "esc esc"),
                ("x tab", "ctrl-c"),
                ("x tab", "ctrl-c esc"),
                ("x tab", "ctrl-o"),
                ("x tab tab", "enter ctrl-o"),
            ],
        ),
        (
            edited(AuthType::Hmac),
            &[
                ("tab", "up"),
                ("tab", "ctrl-g"),
                ("tab tab", "ctrl-r"),
                ("tab tab tab", "ctrl-r"),
                ("tab tab tab tab", "right"),
                ("tab tab tab", "ctrl-o"),
            ],
        ),
        (edited(AuthType::ApiKey), &[("tab tab tab tab", "down")]),
    ];
    for (model, keys) in cases {
        for (moves, key) in keys {
            let (mut hastened, mut rested) = (model.clone(), model.clone());
            let effects = hasten(&mut hastened, moves);
            press(&mut rested, moves);
            assert!(matches!(effects[..], [.., Effect::Rest { .. }]), "{moves}");
            assert_ne!(lines(&hastened), lines(&rested), "{moves}");
            assert_eq!(hasten(&mut hastened, key), press(&mut rested, key), "{moves}, {key}");
            assert_eq!(screen(&hastened), screen(&rested), "{moves}, {key}");
        }
    }
}

#[test]
fn a_save_that_fails_has_its_lines_at_once() {
    let mut model = registering();
    super::driver::type_text(&mut model, "https://hooks.example.com/in");
    let effects = hasten(&mut model, "tab ctrl-o");
    assert!(matches!(effects[..], [Effect::Rest { .. }, Effect::Save { id: 1, .. }]), "{effects:?}");
    let problem = Problem { field: Some(waypost::domain::field::Field::Url), ..scenes::problem() };
    update(&mut model, Msg::Saved(1, Err(problem)));
    assert!(lines(&model).contains("Where events go"));
    update(&mut model, Msg::Rested(1));
    assert!(!model.changed);
}

#[test]
fn a_rest_draws_the_two_lines_and_nothing_else() {
    for auth_type in AuthType::ALL {
        for key in ["tab", "backtab"] {
            let mut model = app(scenes::registered(auth_type));
            press(&mut model, "e");
            for _ in 0..form(&model).stops().len() {
                let effects = hasten(&mut model, key);
                let [Effect::Rest { id }] = effects[..] else { panic!("{effects:?}") };
                let (before, cursor) = super::driver::buffer(&model);
                update(&mut model, Msg::Rested(id));
                let (after, cursor_after) = super::driver::buffer(&model);
                assert_eq!(cursor, cursor_after);
                let changed: Vec<u16> = before.diff(&after).into_iter().map(|(_, y, _)| y).collect();
                assert!(!changed.is_empty() && changed.iter().all(|y| *y >= 22), "{auth_type:?}: rows {changed:?}");
            }
        }
    }
}

fn any_press() -> impl Strategy<Value = Press> {
    prop_oneof![
        8 => prop_oneof![Just(Press::Tab), Just(Press::BackTab), Just(Press::Enter), Just(Press::Up), Just(Press::Down)],
        3 => prop_oneof![Just(Press::Left), Just(Press::Right), Just(Press::Esc), Just(Press::Backspace), Just(Press::Home)],
        3 => prop_oneof![Just('x'), Just(' '), Just('?'), Just('e')].prop_map(Press::Char),
        2 => prop_oneof![Just('g'), Just('r'), Just('o'), Just('c'), Just('u')].prop_map(Press::Ctrl),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    /// Whoever hastens gets the same from each key as who waits, and once at rest has the same before them.
    #[test]
    fn in_haste_and_at_leisure_all_comes_to_the_same(
        auth in 0_usize..5, edits: bool, keys in proptest::collection::vec((any_press(), any::<bool>()), 0..40)
    ) {
        let situation = if edits { scenes::registered(AuthType::ALL[auth]) } else { scenes::nothing() };
        let (mut hastened, mut rested) = (app(situation.clone()), app(situation));
        for model in [&mut hastened, &mut rested] {
            press(model, if edits { "e" } else { "enter" });
        }
        let mut resting = None;
        for (key, rests) in keys {
            let mut others = [Vec::new(), Vec::new()];
            for effect in update(&mut hastened, Msg::Key(key)) {
                match effect {
                    Effect::Rest { id } => resting = Some(id),
                    effect => others[0].push(effect),
                }
            }
            for effect in update(&mut rested, Msg::Key(key)) {
                match effect {
                    Effect::Rest { id } => prop_assert_eq!(update(&mut rested, Msg::Rested(id)), []),
                    effect => others[1].push(effect),
                }
            }
            let [hasty, leisurely] = others;
            prop_assert_eq!(hasty, leisurely);
            if rests {
                if let Some(id) = resting.take() {
                    prop_assert_eq!(update(&mut hastened, Msg::Rested(id)), []);
                }
                prop_assert_eq!(screen(&hastened), screen(&rested));
            }
        }
        if let Some(id) = resting {
            prop_assert_eq!(update(&mut hastened, Msg::Rested(id)), []);
        }
        hastened.changed = rested.changed;
        prop_assert_eq!(hastened, rested);
    }
}
