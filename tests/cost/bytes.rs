//! Bytes on the wire for each key.

use waypost::domain::auth::AuthType;
use waypost::tui::msg::Press;

use crate::scenes;
use crate::screen::Screen;

fn median(mut counts: Vec<usize>) -> usize {
    counts.sort_unstable();
    counts[counts.len() / 2]
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

/// The mark that goes, the one that comes, the cursor, and the line of help, whose text is half of it; the keys only where they change.
#[test]
fn a_move_of_the_focus_redraws_two_marks_and_the_help() {
    for auth_type in AuthType::ALL {
        let mut form = Screen::after(scenes::registered(auth_type), &[Press::Char('e')]);
        let there: Vec<usize> = (0..8).map(|_| form.press(Press::Tab)).collect();
        let back: Vec<usize> = (0..8).map(|_| form.press(Press::BackTab)).collect();
        for counts in [there, back] {
            assert!(counts.iter().all(|&count| count > 0 && count <= 200), "{auth_type:?}: {counts:?}");
            assert!(median(counts.clone()) <= 100, "{auth_type:?}: {counts:?}");
        }
    }
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
