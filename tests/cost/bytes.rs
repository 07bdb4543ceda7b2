//! Bytes on the wire for each key.

use waypost::domain::auth::AuthType;
use waypost::tui::msg::Press;

use crate::scenes;
use crate::screen::Screen;

fn median(mut counts: Vec<usize>) -> usize {
    counts.sort_unstable();
    counts[(counts.len() - 1) / 2].midpoint(counts[counts.len() / 2])
}

#[test]
fn a_letter_costs_one_byte_and_a_backspace_three() {
    let mut form = Screen::after(scenes::nothing(), &[Press::Enter, Press::Char('h')]);
    for letter in 'a'..='z' {
        assert_eq!(form.press(Press::Char(letter)), 1, "{letter}");
    }
    for _ in 'a'..='z' {
        assert_eq!(form.press(Press::Backspace), 3);
    }
}

/// A form, and how many times the focus has to move to come around. The focus is at its beginning.
fn forms() -> Vec<(AuthType, Screen, usize)> {
    let mut forms = Vec::new();
    for (at, auth_type) in AuthType::ALL.into_iter().enumerate() {
        let mut register = Screen::after(scenes::nothing(), &[Press::Enter, Press::Tab]);
        (0..at).for_each(|_| _ = register.press(Press::Down));
        register.press(Press::BackTab);
        register.rest();
        let edit = Screen::after(scenes::registered(auth_type), &[Press::Char('e')]);
        // URL, auth type, Advanced and three buttons.
        let stops = 6 + auth_type.fields().len();
        forms.extend([(auth_type, register, stops), (auth_type, edit, stops)]);
    }
    forms
}

/// The mark that goes, the one that comes, and the cursor. A button is drawn in reverse, and the one before no longer: between
/// two of them, which are the words of both.
#[test]
fn a_move_of_the_focus_draws_two_marks() {
    for (auth_type, mut form, stops) in forms() {
        for key in [Press::Tab, Press::BackTab] {
            let moves: Vec<(usize, bool)> = (0..stops)
                .map(|_| {
                    let before = form.is_on_button();
                    let count = form.press(key);
                    (count, before || form.is_on_button())
                })
                .collect();
            let bound = |on_button| if on_button { 55 } else { 37 };
            assert!(moves.iter().all(|&(count, on_button)| count > 0 && count <= bound(on_button)), "{auth_type:?}: {moves:?}");
            assert!(median(moves.iter().map(|(count, _)| *count).collect()) <= 45, "{auth_type:?}: {moves:?}");
        }
    }
}

/// The phrase of help is most of it; of the keys only what changes, which from a field to a button is the whole line.
#[test]
fn a_move_that_rests_draws_its_help_too() {
    for (auth_type, mut form, stops) in forms() {
        for key in [Press::Tab, Press::BackTab] {
            let moves: Vec<usize> = (0..stops).map(|_| form.press(key) + form.rest()).collect();
            assert!(moves.iter().all(|&count| count <= 216), "{auth_type:?}: {moves:?}");
            assert!(median(moves.clone()) <= 90, "{auth_type:?}: {moves:?}");
        }
    }
}

#[test]
fn on_the_way_through_a_form_there_is_one_phrase_of_help() {
    let mut form = Screen::after(scenes::registered(AuthType::Hmac), &[Press::Char('e')]);
    let moves: usize = (0..5).map(|_| form.press(Press::Tab)).sum();
    let rest = form.rest();
    assert!(moves <= 100 && rest <= 160, "{moves} and {rest}");
    assert_eq!(form.rest(), 0);
}

#[test]
fn a_letter_right_behind_a_move_costs_no_line_of_help() {
    let mut form = Screen::after(scenes::registered(AuthType::Basic), &[Press::Char('e')]);
    form.press(Press::Tab);
    form.press(Press::Tab);
    // The first one has another style than the mark.
    assert!(form.press(Press::Char('a')) <= 4);
    assert_eq!(form.press(Press::Char('b')), 1);
    assert!(form.rest() > 0);
    // From the line of keys back.
    assert!(form.press(Press::Char('c')) <= 4);
    assert_eq!(form.press(Press::Char('d')), 1);
}

#[test]
fn a_key_that_changes_nothing_costs_nothing() {
    let screens: [(&str, Screen, &[Press]); 4] = [
        ("main", Screen::open(scenes::registered(AuthType::Hmac)), &[Press::Char('z'), Press::Ctrl('o'), Press::Backspace]),
        ("form", Screen::after(scenes::nothing(), &[Press::Enter]), &[Press::Backspace, Press::Left, Press::Home, Press::End]),
        ("test", Screen::after(scenes::registered(AuthType::Hmac), &[Press::Char('t')]), &[Press::Char('z'), Press::Ctrl('o')]),
        ("delete", Screen::after(scenes::registered(AuthType::Hmac), &[Press::Char('d')]), &[Press::Char('z'), Press::Ctrl('g')]),
    ];
    for (name, mut screen, keys) in screens {
        for &key in keys {
            assert_eq!(screen.press(key), 0, "{key:?} on {name}");
        }
    }
}
