//! Allocations for each key: what grows with every key is felt on a small machine.

use allocation_counter::measure;
use waypost::domain::auth::hmac;
use waypost::tui::msg::Press;

use super::screen::Screen;
use crate::screens::scenes;

/// The most allocations that either of two keys makes which undo each other; the first time is for what is made once.
fn most(mut screen: Screen, keys: [Press; 2]) -> u64 {
    for key in keys {
        screen.press(key);
    }
    keys.into_iter().map(|key| measure(|| _ = screen.press(key)).count_total).max().unwrap()
}

#[test]
fn a_key_makes_few_allocations_on_every_screen() {
    let hmac = || scenes::registered(hmac::SPEC);
    let screens: [(&str, Screen, [Press; 2], u64); 7] = [
        ("main", Screen::open(hmac()), [Press::Tab, Press::BackTab], 280),
        ("deliveries", Screen::after(scenes::with_deliveries(), &[Press::Tab; 3]), [Press::Down, Press::Up], 400),
        ("form", Screen::after(scenes::nothing(), &[Press::Enter]), [Press::Char('x'), Press::Backspace], 220),
        ("edit", Screen::after(hmac(), &[Press::Char('e')]), [Press::Char('x'), Press::Backspace], 240),
        ("focus", Screen::after(hmac(), &[Press::Char('e')]), [Press::Tab, Press::BackTab], 250),
        ("test", Screen::after(hmac(), &[Press::Char('t')]), [Press::Tab, Press::BackTab], 260),
        ("help", Screen::after(hmac(), &[Press::Char('?')]), [Press::Down, Press::Up], 640),
    ];
    let counts: Vec<(&str, u64, u64)> =
        screens.into_iter().map(|(name, screen, keys, bound)| (name, most(screen, keys), bound)).collect();
    assert!(counts.iter().all(|(_, count, bound)| count <= bound), "screen, allocations, bound: {counts:?}");
}

#[test]
fn a_key_that_changes_nothing_allocates_little() {
    let mut screen = Screen::open(scenes::registered(hmac::SPEC));
    let count = measure(|| _ = screen.press(Press::Char('z'))).count_total;
    assert!(count <= 4, "{count}");
}
