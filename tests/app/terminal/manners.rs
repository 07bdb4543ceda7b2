//! What users of terminals take for granted: keys that leave, a focus that is seen without colour, a file where no clipboard
//! is, borders that stay straight. DESIGN.md, "Terminal manners".

use crate::support::Home;
use crate::support::answer::Answer;
use crate::support::app::{App, Typed};
use crate::support::check::expect_nothing;
use crate::support::pty::Key;
use crate::support::receiver::Receiver;

use super::endings::without_trailing_blanks;

const URL: &str = "https://hooks.example.com/in";

fn registered(home: &Home) -> App {
    home.waypost(&["register", "--url", URL, "--auth", "default"]).exits(0);
    App::open(home)
}

#[test]
fn ctrl_l_draws_everything_anew() {
    let home = Home::new();
    let mut app = registered(&home);
    // Read after the first frame.
    app.wait_for(" never tested ");
    for (key, there) in [("", "> [ Send test ]"), ("e", " Edit destination "), ("t", "> [ Send ]"), ("?", " Keys ")] {
        if key == "t" {
            app.key(Key::Esc);
            app.wait_for("> [ Send test ]");
        }
        app.type_text(key);
        app.wait_for(there);
        let shown = without_trailing_blanks(&app.screen_text());
        let cursor = |screen: &vt100::Screen| (!screen.hide_cursor()).then(|| screen.cursor_position());
        let at = app.screen(cursor);
        // What another program leaves is gone, and all that it wrote over is there again.
        app.scribble("\x1b[3;1H\x1b[31mMessage from root: going down\r\n\x1b[2KNOW\x1b[m");
        app.wait_for("going down");
        app.key(Key::Ctrl('l'));
        app.gone("going down");
        assert_eq!(without_trailing_blanks(&app.screen_text()), shown);
        assert_eq!(app.screen(cursor), at);
    }
    app.key(Key::Esc);
    app.gone(" Keys ");
    app.quit();
}

/// The rows that have the mark of the focus.
fn marked(screen: &str) -> Vec<&str> {
    let row = |row: &&str| row.contains("│>") || row.contains("> [") || row.contains("> (") || row.contains("│ > ");
    screen.lines().filter(row).collect()
}

#[test]
fn without_colour_one_mark_says_where_the_focus_is() {
    let home = Home::new();
    let mut app = App::start(home.pty(&[]).env("NO_COLOR", "1"));
    // The selection is in reverse video, besides.
    let inverse = app.screen(|screen| (0..80).filter(|&x| screen.cell(6, x).is_some_and(vt100::Cell::inverse)).count());
    assert_eq!(inverse, "[ Register ]".len());
    let once = |app: &App| {
        let text = app.screen_text();
        assert_eq!(marked(&text).len(), 1, "{:?}\n{text}", marked(&text));
        marked(&text)[0].to_owned()
    };
    once(&app);
    app.open_form();
    app.fill_in(URL, &Typed::ApiKey { key: "X-Api-Key", value: "k-0123456789-0123456789", in_query: false });
    app.wait_for("23 chars");
    app.settle();
    let mut seen = vec![once(&app)];
    let on = |app: &mut App, seen: &mut Vec<String>| {
        app.key(Key::Tab);
        let last = seen.last().cloned().unwrap_or_default();
        app.wait_until(|screen| marked(&screen.contents()).first().is_some_and(|row| *row != last));
        app.settle();
        seen.push(once(app));
    };
    for _ in 0..20 {
        on(&mut app, &mut seen);
    }
    seen.sort();
    seen.dedup();
    // URL, auth type, add to, key, value, More, and the row of the buttons.
    assert!(seen.len() >= 7, "{seen:#?}");
    app.key(Key::Ctrl('o'));
    app.wait_for("Registered. Press t");
    for (open, there) in [("t", "> [ Send ]"), ("v", " Verify a request "), ("d", "> [ Keep ]")] {
        app.type_text(open);
        app.wait_for(there);
        let mut seen = vec![once(&app)];
        for _ in 0..6 {
            on(&mut app, &mut seen);
        }
        app.key(Key::Esc);
        app.wait_for("> [ Send test ]");
    }
    app.quit();
}

#[test]
fn without_a_clipboard_the_copy_is_written_to_a_file() {
    let body = "{\"taken\":\"by the receiver\"}";
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(200).body(body)]);
    let home = Home::new();
    let mut app = App::open_trusting(&home, &receiver);
    app.register(&receiver.url, &Typed::Default);
    app.send_test();
    app.type_text("s");
    app.wait_for("Write the body to: waypost-response-");
    app.key(Key::Ctrl('u'));
    let file = home.path().join("answer.json");
    app.type_text(file.to_str().unwrap());
    app.key(Key::Enter);
    app.wait_for("Written to ");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), body);
    assert!(!String::from_utf8_lossy(&app.raw()).contains("\x1b]52;"));
    app.key(Key::Esc);
    app.quit();
}

#[test]
fn wide_and_combining_characters_leave_the_borders_straight() {
    let body = "{\"message\":\"署名が一致しません。秘密鍵を確認してください。署名が一致しません。秘密鍵を確認してください。\",\
                \"name\":\"Cafe\u{301} A\u{30a}ngstro\u{308}m\",\"who\":\"👍🏽 🇯🇵 한국어\"}";
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(400).body(body)]);
    let home = Home::new();
    let mut app = App::open_trusting(&home, &receiver);
    app.register(&receiver.url, &Typed::Default);
    app.send_test();
    app.wait_for("400");
    for (columns, rows) in [(80, 24), (61, 17), (41, 11), (120, 40)] {
        app.resize(rows, columns);
        app.wait_until(|screen| {
            let side = |y, x: u16| screen.cell(y, x).is_some_and(|cell| matches!(cell.contents(), "│" | "╭" | "╮" | "╰" | "╯"));
            (0..rows - 1).all(|y| side(y, 0) && side(y, columns - 1))
        });
    }
    app.key(Key::Esc);
    app.quit();
}
