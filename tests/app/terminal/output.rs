//! What is written to the terminal: sizes, colours, character sets, and nothing when nothing changed.

use crate::support::Home;
use crate::support::app::{App, Typed};
use crate::support::pty::{self, Key};

/// The parameters of every "select graphic rendition" that was written.
fn styles(raw: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(raw).into_owned();
    let codes = text.split("\x1b[").skip(1).filter_map(|rest| rest.split_once(|c: char| !c.is_ascii_digit() && c != ';'));
    codes.filter(|(codes, rest)| text.contains(&format!("\x1b[{codes}m{rest}"))).map(|(codes, _)| codes.to_owned()).collect()
}

/// Through the screens and popups. Returns what was shown at each, too.
fn tour(terminal: pty::Command) -> (App, String) {
    let mut shown = String::new();
    let mut app = App::start(terminal);
    app.type_text("?");
    app.wait_for(" Keys ");
    app.key(Key::Esc);
    app.gone(" Keys ");
    app.key(Key::Enter);
    app.wait_for(" Register destination ");
    app.key(Key::Ctrl('o'));
    app.wait_for("URL");
    app.type_text("https://127.0.0.1:1/in\r");
    app.choose_auth(1);
    app.wait_for("Signing secret");
    shown += &app.screen_text();
    app.key(Key::Ctrl('g'));
    app.wait_for("whsec_");
    app.key(Key::Esc);
    app.wait_for("Discard your changes?");
    app.key(Key::Esc);
    app.gone("Discard your changes?");
    app.key(Key::Ctrl('o'));
    app.wait_for("Registered. Press t");
    app.type_text("t");
    app.wait_for("[ Send ]");
    app.key(Key::Enter);
    app.wait_for("[ Send again ]");
    shown += &app.screen_text();
    app.press(&[Key::Right, Key::Right, Key::Esc]);
    app.wait_for("[ Edit ]");
    shown += &app.screen_text();
    app.type_text("e");
    app.wait_for(" Edit destination ");
    app.key(Key::Esc);
    app.type_text("d");
    app.wait_for("[ Keep ]");
    app.key(Key::Esc);
    app.gone("[ Keep ]");
    app.quit();
    (app, shown)
}

#[test]
fn no_color_leaves_the_colours_out_and_the_selection_in() {
    let home = Home::new();
    let (app, _) = tour(home.pty(&[]).env("NO_COLOR", "1"));
    let styles = styles(&app.raw());
    let codes: Vec<u8> = styles.iter().flat_map(|codes| codes.split(';')).filter_map(|code| code.parse().ok()).collect();
    assert!(codes.contains(&7), "nothing is in reverse video: {styles:?}");
    let coloured: Vec<_> = codes.iter().filter(|code| matches!(code, 30..=38 | 40..=48 | 90..=97 | 100..=107)).collect();
    assert!(coloured.is_empty(), "{coloured:?}");

    // The same way with colours, or this test could not fail.
    let home = Home::new();
    let (app, _) = tour(home.pty(&[]).env("NO_COLOR", ""));
    assert!(self::styles(&app.raw()).iter().any(|codes| codes.split(';').any(|code| code == "91")));
}

#[test]
fn a_locale_without_utf_8_and_the_linux_console_get_ascii_alone() {
    let changes: [fn(pty::Command) -> pty::Command; 4] = [
        |terminal| terminal.env("LANG", "C"),
        |terminal| terminal.without_env("LANG"),
        |terminal| terminal.env("LC_ALL", "en_US.ISO-8859-1"),
        |terminal| terminal.env("TERM", "linux"),
    ];
    for change in changes {
        let home = Home::new();
        let (app, shown) = tour(change(home.pty(&[])));
        let raw = app.raw();
        let other: Vec<_> = raw.iter().filter(|byte| !byte.is_ascii()).collect();
        assert!(other.is_empty(), "{other:?}");
        assert!(shown.contains("(*)") && shown.contains("FAIL") && shown.contains("+ Destination -"), "{shown}");
    }
    for locale in ["C.UTF-8", "de_DE.utf8"] {
        let home = Home::new();
        let (_, shown) = tour(home.pty(&[]).env("LC_ALL", locale));
        assert!(shown.contains("(•)") && shown.contains('✗') && shown.contains("╭ Destination"), "{shown}");
    }
}

#[test]
fn the_terminal_is_asked_for_nothing_and_keeps_its_mouse() {
    let home = Home::new();
    let (app, _) = tour(home.pty(&[]));
    let raw = String::from_utf8_lossy(&app.raw()).into_owned();
    // Mouse reports, the kitty protocol, xterm's modified keys.
    for mode in ["[?1000h", "[?1002h", "[?1003h", "[?1006h", "[?9h", "[>1u", "[=1u", "[>4;"] {
        assert!(!raw.contains(&format!("\x1b{mode}")), "{mode}");
    }
    // Questions, whose answers come over the line as if they were typed.
    for question in ["[6n", "[5n", "[c", "[0c", "[>c", "[>q", "[?u", "]10;?", "]11;?", "]4;", "[18t", "[14t", "P+q", "_G"] {
        assert!(!raw.contains(&format!("\x1b{question}")), "{question}");
    }
    assert!(raw.contains("\x1b[?2004h") && raw.contains("\x1b[?1049h"), "what it does ask for was not seen: {raw:?}");
}

#[test]
fn ascii_alone_can_be_asked_for() {
    let home = Home::new();
    let (app, shown) = tour(home.pty(&["--ascii"]).env("LC_ALL", "C.UTF-8"));
    assert!(app.raw().is_ascii() && shown.contains("+ Destination -"), "{shown}");
}

/// What opening the help writes, after those keys.
fn help_after(app: &mut App, keys: &[u8]) -> Vec<u8> {
    app.settle();
    let before = app.raw().len();
    app.send(keys);
    // The keys are read in order, so that the help comes after what the others caused.
    app.key(Key::Char('?'));
    app.wait_for(" Keys ");
    app.wait_until(vt100::Screen::hide_cursor);
    app.settle();
    let written = app.raw().split_off(before);
    app.key(Key::Esc);
    app.gone(" Keys ");
    // The last line of the screen is the last that is drawn: with it the frame is whole.
    app.wait_until(|screen| screen.contents().lines().last().is_some_and(|line| line.ends_with("q quit")));
    app.settle();
    written
}

#[test]
fn an_idle_app_and_a_key_that_changes_nothing_write_nothing() {
    let home = Home::new();
    let mut app = App::open(&home);
    // Once there and back first: after the first frame the cursor is elsewhere.
    help_after(&mut app, b"");
    let alone = help_after(&mut app, b"");
    for keys in
        [b"xyzXYZ789".as_slice(), b"\x1b[C\x1b[D", b"\t\x1b[Z", b"\x1b[15~\x1bOP", b"\x1b[200~pasted\x1b[201~", b"\x07\x0f\x12"]
    {
        let with = help_after(&mut app, keys);
        let (alone, with) = (String::from_utf8_lossy(&alone).into_owned(), String::from_utf8_lossy(&with).into_owned());
        assert_eq!(with, alone, "{keys:?} wrote something");
    }
    app.quit();
}

/// The title is at both ends of the first row, which shows the number of columns it was drawn for.
fn drawn_for(screen: &vt100::Screen, rows: u16, columns: u16) -> bool {
    let first = screen.rows(0, columns).next().unwrap_or_default();
    let keys = screen.rows(0, columns).nth(usize::from(rows) - 1).unwrap_or_default();
    first.starts_with(" waypost") && first.chars().count() == usize::from(columns) - 1 && keys.contains("Esc")
}

#[test]
fn h50_every_size_is_survived_and_nothing_typed_is_lost() {
    let home = Home::new();
    let mut app = App::open(&home);
    app.open_form();
    app.type_text("https://typed.example/in");
    for (rows, columns) in [(0, 0), (0, 80), (24, 0), (1, 1), (1, 2), (2, 1), (1, 3), (3, 1), (1, 80), (24, 1), (9, 40), (10, 39)]
    {
        app.resize(rows, columns);
        // To a size that can be drawn, and back: what came before was read by then.
        app.resize(10, 40);
        app.wait_for("> URL");
        app.wait_until(|screen| screen.rows(0, 40).next().unwrap_or_default().starts_with("╭ Register destination ─"));
    }
    app.resize(9, 38);
    app.wait_for("Terminal too small");
    app.resize(24, 80);
    app.wait_until(|screen| drawn_for(screen, 24, 80));
    assert_eq!(app.value_of("URL"), "https://typed.example/in");
    app.resize(5, 20);
    app.wait_for("Terminal too small");
    app.press(&[Key::Ctrl('c'), Key::Ctrl('c')]);
    assert_eq!(app.wait_exit().code, Some(130));
    app.assert_terminal_whole();
}

#[test]
fn h50_it_starts_in_any_size() {
    for (rows, columns) in [(0, 0), (1, 1), (3, 1), (1, 3), (9, 200), (100, 39)] {
        let home = Home::new();
        let mut pty = home.pty(&[]).size(rows, columns).start();
        pty.wait_until(vt100::Screen::alternate_screen);
        pty.resize(24, 80);
        pty.wait_for("No destination is registered.");
        pty.type_text("q");
        assert_eq!(pty.wait_exit().code, Some(0));
        pty.assert_terminal_whole();
    }
}

#[test]
fn h50_the_last_of_many_resizes_is_drawn() {
    let home = Home::new();
    let mut app = App::open(&home);
    app.open_form();
    app.fill_in("https://hooks.example.com/in", &Typed::Bearer { pasted: "mF_9.B5f-4.1JqM" });
    // Keys go nowhere that cannot be seen, so they have to have arrived.
    app.wait_for("15 chars");
    for at in 0..1000_u16 {
        app.resize(at * 7 % 61, at * 13 % 201);
    }
    app.resize(31, 97);
    app.wait_until(|screen| drawn_for(screen, 31, 97));
    app.wait_for("15 chars");
    assert_eq!(app.value_of("URL"), "https://hooks.example.com/in");
    app.press(&[Key::Ctrl('c'), Key::Ctrl('c')]);
    assert_eq!(app.wait_exit().code, Some(130));
    app.assert_terminal_whole();
}
