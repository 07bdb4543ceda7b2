//! What comes from the terminal: keys in pieces, floods, characters of every width. Hold-to rows 51 and 52.

use std::time::Duration;

use crate::support::Home;
use crate::support::app::{App, Typed};
use crate::support::pty::Key;

const URL: &str = "https://typed.example/in";

fn form(home: &Home) -> App {
    let mut app = App::open(home);
    app.open_form();
    app
}

#[test]
fn h51_an_arrow_in_pieces_loses_nothing_that_was_typed() {
    let home = Home::new();
    let mut app = form(&home);
    app.type_text(URL);
    app.wait_for(URL);
    for rest in ["[A", "[B", "OA", "[1;5C"] {
        // The escape alone is the key: it asks, and what comes later is no answer.
        app.key(Key::Esc);
        app.wait_for("Discard your changes?");
        app.type_text(rest);
        app.key(Key::Enter);
        app.gone("Discard your changes?");
        assert_eq!(app.value_of("URL"), URL);
    }
    // Begun, and ended later: still an arrow.
    app.send(b"\x1b[");
    app.send(b"B");
    app.wait_for("> (•) Default");
    assert_eq!(app.value_of("URL"), URL);
    assert!(!home.state_file().exists());
}

#[test]
fn h51_alt_and_a_key_is_escape_and_then_the_key() {
    let home = Home::new();
    let mut app = form(&home);
    app.type_text(URL);
    app.wait_for(URL);
    app.key(Key::Alt('x'));
    app.wait_for("Discard your changes?");
    app.key(Key::Enter);
    app.gone("Discard your changes?");
    assert_eq!(app.value_of("URL"), URL);
}

#[test]
fn h51_keys_that_arrive_with_a_resize_are_read() {
    let home = Home::new();
    let mut app = form(&home);
    let mut typed = String::new();
    for at in 0..100_u16 {
        app.resize(24 + at % 2, 80);
        app.type_text("x");
        typed.push('x');
        app.resize(24, 80 + at % 2);
        let shown = typed.len().min(50);
        app.wait_for(&typed[..shown]);
    }
}

#[test]
fn h51_a_character_in_pieces_is_one_character() {
    let home = Home::new();
    let mut app = form(&home);
    for byte in "ü漢👍".bytes() {
        app.send(&[byte]);
    }
    app.wait_for("ü漢👍");
}

#[test]
fn h52_a_megabyte_is_refused_at_once() {
    let home = Home::new();
    let mut app = form(&home);
    app.type_text(URL);
    app.wait_for(URL);
    let before = app.cpu();
    app.paste(&"x".repeat(1_000_000));
    app.wait_for("nothing was pasted: 1000000 bytes exceed the");
    app.wait_for("8192");
    // Of the work alone: how long the terminal takes to hand over a megabyte is not waypost's doing.
    let used = app.cpu().saturating_sub(before);
    assert!(used < Duration::from_millis(200), "it took {used:?}");
    assert_eq!(app.value_of("URL"), URL);
    // The field goes on as before.
    app.type_text("/more");
    app.wait_for(&format!("{URL}/more"));
}

/// The editor of a body, on an event of its own.
fn editor() -> (Home, App) {
    let home = Home::new();
    let mut app = App::open(&home);
    app.register(URL, &Typed::Default);
    app.open_test();
    app.key(Key::Ctrl('e'));
    app.wait_for("The body as it will be sent");
    (home, app)
}

/// Of a debug build, on a machine that does other things as well, and with what it takes to hand the keys over.
const LONG_PASTE: Duration = Duration::from_millis(1500);

#[test]
fn a17_a_paste_without_brackets_into_one_line() {
    let (_home, mut app) = editor();
    for text in ["x".repeat(20_000), "漢".repeat(7_000), "e\u{301}".repeat(7_000)] {
        let before = app.cpu();
        app.send(text.as_bytes());
        app.type_text("END");
        app.wait_for("END");
        let used = app.cpu().saturating_sub(before);
        assert!(used < LONG_PASTE, "it took {used:?} for {:?}…", &text[..3]);
        app.press(&[Key::Home]);
        app.gone("END");
    }
}

#[test]
fn a17_a_paste_of_newlines_in_brackets() {
    let (_home, mut app) = editor();
    let before = app.cpu();
    app.paste(&format!("{}END", "\n".repeat(120_000)));
    app.wait_for("END");
    let used = app.cpu().saturating_sub(before);
    assert!(used < LONG_PASTE, "it took {used:?}");
    app.type_text("more");
    app.wait_for("ENDmore");
}

#[test]
fn h52_a_full_field_accepts_no_more() {
    let home = Home::new();
    let mut app = form(&home);
    app.press(&[Key::Enter, Key::Down, Key::Down, Key::Down, Key::Enter]);
    app.wait_for("> Token");
    app.paste(&"x".repeat(8190));
    app.wait_for("8190 chars");
    app.type_text("abc");
    app.wait_for("8192 chars");
    app.wait_for("the field is full: its limit is 8192 bytes");
}

#[test]
fn h52_a_pasted_line_break_never_submits_the_form() {
    let home = Home::new();
    let mut app = form(&home);
    app.fill_in(URL, &Typed::Hmac { header_key: "X-Signature", secret: "", format: 0 });
    app.wait_for("> Signing secret");
    app.paste("first\nsecond\r\n");
    app.wait_for("nothing was pasted: the text contains a line");
    assert!(!home.state_file().exists());
    app.paste("a-secret-of-its-own\n");
    app.wait_for("19 chars");
    app.wait_for("the trailing line break was removed");
    assert!(!home.state_file().exists());
}

/// The cursor's column, counted from the beginning of the field.
fn column(app: &App, start: u16) -> u16 {
    app.screen(|screen| screen.cursor_position().1 - start)
}

#[test]
fn h52_the_cursor_is_right_for_wide_and_combining_characters() {
    let home = Home::new();
    let mut app = form(&home);
    app.press(&[Key::Enter, Key::Down, Key::Down, Key::Enter]);
    app.wait_for("> Username");
    let start = app.screen(|screen| screen.cursor_position().1);
    let row = app.screen(|screen| screen.cursor_position().0);
    // Each with its width in columns.
    let graphemes = [("a", 1), ("漢", 2), ("é", 1), ("e\u{301}", 1), ("👍", 2), ("字", 2), ("x", 1)];
    let mut columns = 0;
    let mut text = String::new();
    for (grapheme, width) in graphemes {
        app.type_text(grapheme);
        text.push_str(grapheme);
        columns += width;
        app.wait_until(|screen| screen.contents().contains(&text) && screen.cursor_position() == (row, start + columns));
    }
    // Back over each as over one, and forth again.
    for (_, width) in graphemes.iter().rev() {
        app.key(Key::Left);
        columns -= width;
        app.wait_until(|screen| screen.cursor_position() == (row, start + columns));
    }
    assert_eq!(column(&app, start), 0);
    app.key(Key::End);
    app.wait_until(|screen| screen.cursor_position() == (row, start + 10));
    // What is erased is a whole one.
    for _ in 0..4 {
        app.key(Key::Backspace);
    }
    app.wait_until(|screen| screen.cursor_position() == (row, start + 4));
    assert_eq!(app.value_of("Username"), "a漢é");
    // A character that cannot be seen is shown as what it is.
    app.paste("\u{202e}");
    app.wait_for("a漢é\\u{202e}");
    app.wait_until(|screen| screen.cursor_position() == (row, start + 4 + 8));
}

#[test]
fn h52_a_text_wider_than_the_field_scrolls_under_the_cursor() {
    let home = Home::new();
    let mut app = form(&home);
    let start = app.screen(vt100::Screen::cursor_position);
    app.paste(&"漢字".repeat(60));
    app.wait_for("漢字");
    app.settle();
    let (row, column) = app.screen(vt100::Screen::cursor_position);
    assert_eq!(row, start.0);
    assert!(column < 78, "the cursor is outside the field: {column}");
    app.key(Key::Home);
    app.wait_until(|screen| screen.cursor_position() == start);
}
