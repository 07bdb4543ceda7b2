//! Bytes on the wire for each key.

use waypost::domain::auth::AuthType;
use waypost::domain::auth::{self, hmac};
use waypost::domain::field::Values;
use waypost::tui::msg::Press;

use super::screen::Screen;
use crate::screens::scenes;

#[test]
fn a_letter_costs_one_byte_and_a_backspace_at_most_four() {
    let mut form = Screen::after(scenes::nothing(), &[Press::Enter, Press::Char('h')]);
    for letter in 'a'..='z' {
        assert_eq!(form.press(Press::Char(letter)), 1, "{letter}");
    }
    for _ in 'a'..='z' {
        let count = form.press(Press::Backspace);
        assert!(count <= 4, "{count}");
    }
}

/// A form, and how many times the focus has to move to come around. The focus is at its beginning.
fn forms() -> Vec<(AuthType, Screen, usize)> {
    let mut forms = Vec::new();
    for (at, auth_type) in auth::ALL.into_iter().enumerate() {
        let mut register = Screen::after(scenes::nothing(), &[Press::Enter, Press::Tab]);
        (0..at).for_each(|_| _ = register.press(Press::Down));
        register.press(Press::Char(' '));
        register.press(Press::BackTab);
        let edit = Screen::after(scenes::registered(auth_type), &[Press::Char('e')]);
        // URL, auth type, More and three buttons; of a signature the convention, too.
        let shown = auth_type.fields.iter().filter(|field| field.applies(&Values::default())).count();
        let stops = 6 + shown + usize::from(auth_type == hmac::SPEC);
        forms.extend([(auth_type, register, stops), (auth_type, edit, stops)]);
    }
    forms
}

/// The two marks and the line of help. From a text field to a choice or a button the line of keys changes too.
#[test]
fn a_move_of_the_focus_with_its_help_costs_few_bytes() {
    for (auth_type, mut form, stops) in forms() {
        for key in [Press::Tab, Press::BackTab] {
            let mut moves: Vec<usize> = (0..stops).map(|_| form.press(key)).collect();
            assert!(moves.iter().all(|&count| count > 0 && count <= 240), "{auth_type:?}: {moves:?}");
            moves.sort_unstable();
            assert!(moves[stops / 2] <= 160, "{auth_type:?}: {moves:?}");
        }
    }
}

#[test]
fn a_key_that_changes_nothing_costs_nothing() {
    let screens: [(&str, Screen, &[Press]); 4] = [
        ("main", Screen::open(scenes::registered(hmac::SPEC)), &[Press::Char('z'), Press::Ctrl('o'), Press::Backspace]),
        ("form", Screen::after(scenes::nothing(), &[Press::Enter]), &[Press::Backspace, Press::Left, Press::Home, Press::End]),
        ("test", Screen::after(scenes::registered(hmac::SPEC), &[Press::Char('t')]), &[Press::Char('z'), Press::Ctrl('o')]),
        ("delete", Screen::after(scenes::registered(hmac::SPEC), &[Press::Char('d')]), &[Press::Char('z'), Press::Ctrl('g')]),
    ];
    for (name, mut screen, keys) in screens {
        for &key in keys {
            assert_eq!(screen.press(key), 0, "{key:?} on {name}");
        }
    }
}
