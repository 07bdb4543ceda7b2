//! The mouse: what a click and the wheel mean, by what is drawn.

use unicode_width::UnicodeWidthStr as _;
use waypost::domain::auth::hmac;
use waypost::ops::Snapshot;
use waypost::tui::effect::Effect;
use waypost::tui::model::{Model, Popup};
use waypost::tui::msg::{Mouse, MouseAct, Msg, Pasted};
use waypost::tui::screens::main::state::MainFocus;
use waypost::tui::update::update;

use super::driver::{app, press, screen, type_text};
use super::scenes;

fn with_mouse(snapshot: Snapshot, size: (u16, u16)) -> Model {
    let mut model = app(snapshot);
    model.environment.mouse = true;
    update(&mut model, Msg::Resize(size.0, size.1));
    model
}

fn at(model: &mut Model, act: MouseAct, column: u16, row: u16) -> Vec<Effect> {
    update(model, Msg::Mouse(Mouse { act, column, row }))
}

/// Where a text is drawn: the cell in its middle.
#[track_caller]
fn place(model: &Model, text: &str) -> (u16, u16) {
    let shown = screen(model);
    let found = shown.lines().enumerate().find_map(|(row, line)| Some((line[..line.find(text)?].width(), row)));
    let (column, row) = found.unwrap_or_else(|| panic!("{text} is not in\n{shown}"));
    (u16::try_from(column + text.width() / 2).unwrap(), u16::try_from(row).unwrap())
}

#[track_caller]
fn mouse(model: &mut Model, act: MouseAct, text: &str) -> Vec<Effect> {
    let (column, row) = place(model, text);
    at(model, act, column, row)
}

#[track_caller]
fn click(model: &mut Model, text: &str) -> Vec<Effect> {
    mouse(model, MouseAct::Click, text)
}

/// Every row, and of the columns enough to meet whatever can be clicked.
fn cells((columns, rows): (u16, u16)) -> impl Iterator<Item = (u16, u16)> {
    (0..columns).step_by(6).flat_map(move |column| (0..rows).map(move |row| (column, row)))
}

/// Clicks a sign in the line with that label.
fn sign(model: &mut Model, label: &str, sign: &str) {
    let shown = screen(model);
    let (row, line) = shown.lines().enumerate().find(|(_, line)| line.contains(label)).unwrap();
    let column = line[..line.find(sign).unwrap()].width();
    at(model, MouseAct::Click, u16::try_from(column).unwrap(), u16::try_from(row).unwrap());
}

const SIZES: [(u16, u16); 4] = [(80, 24), (120, 40), (200, 60), (60, 16)];

#[test]
fn buttons_rows_and_tabs() {
    for size in SIZES {
        let mut model = with_mouse(scenes::with_deliveries(), size);
        click(&mut model, "[ Send test ]");
        assert!(matches!(model.popup, Some(Popup::Test(_))), "{}", screen(&model));
        // What it opened gets nothing of a double click.
        for text in ["[ Send ]", "[ Close ]"] {
            assert_eq!(mouse(&mut model, MouseAct::ClickAgain, text), []);
        }
        click(&mut model, "Timing");
        assert!(screen(&model).contains("Nothing sent yet."), "{}", screen(&model));
        click(&mut model, "›");
        assert!(screen(&model).contains('2'), "{}", screen(&model));
        assert!(matches!(&click(&mut model, "[ Send ]")[..], [.., Effect::Send { .. }]), "{}", screen(&model));
        press(&mut model, "esc");
    }
    for size in [(80, 24), (120, 40), (200, 60)] {
        let mut model = with_mouse(scenes::with_deliveries(), size);
        click(&mut model, "client-s");
        assert_eq!((model.main.focus, model.popup.is_none()), (MainFocus::Delivery(1), true), "{}", screen(&model));
        mouse(&mut model, MouseAct::ClickAgain, "client-s");
        assert!(screen(&model).contains("╭ Delivery ") && screen(&model).contains("401 Unauthorized"), "{}", screen(&model));
        click(&mut model, "[ Close ]");
        assert!(model.popup.is_none());
    }
    let mut model = with_mouse(scenes::with_deliveries(), (120, 40));
    click(&mut model, "Details");
    assert_eq!(model.main.focus, MainFocus::Details(0));
}

#[test]
fn a_click_asks_what_a_key_would() {
    for size in SIZES {
        let mut model = with_mouse(scenes::with_deliveries(), size);
        assert_eq!(click(&mut model, "[ Delete ]"), [], "{}", screen(&model));
        assert!(screen(&model).contains("is erased"), "{}", screen(&model));
        // What is under the question is not clicked.
        for (column, row) in cells(size) {
            assert_eq!(at(&mut model.clone(), MouseAct::WheelDown, column, row), []);
        }
        assert_eq!(click(&mut model, "[ Keep ]"), []);
        assert!(model.question.is_none());
        click(&mut model, "[ Delete ]");
        let (column, row) = place(&model, "[ Keep ]");
        assert!(matches!(&at(&mut model, MouseAct::Click, column + 13, row)[..], [Effect::Remove { .. }]), "{}", screen(&model));
        // It is under way.
        assert_eq!(at(&mut model, MouseAct::Click, column, row), []);
        assert!(model.question.is_some());
    }
    let mut model = with_mouse(scenes::registered(hmac::SPEC), (80, 24));
    model.environment.readonly = true;
    assert!(screen(&model).contains("[ Verify ]") && !screen(&model).contains("[ Delete ]"));
}

/// All over the screen, while a delivery is on its way.
#[test]
fn in_flight_a_click_sends_and_stops_nothing() {
    for size in SIZES {
        let mut model = with_mouse(scenes::with_deliveries(), size);
        press(&mut model, "t enter");
        let flying = model.in_flight();
        for (column, row) in cells(size) {
            for act in [MouseAct::Click, MouseAct::ClickAgain, MouseAct::WheelUp, MouseAct::WheelDown] {
                assert_eq!(at(&mut model, act, column, row), [], "{column},{row}");
                assert_eq!(model.in_flight(), flying);
            }
        }
    }
}

/// All over several screens: nothing is sent, removed or changed by one click that does not say so, and nothing panics.
#[test]
fn no_other_place_does_anything_that_cannot_be_undone() {
    for size in [(80, 24), (60, 16), (40, 10), (30, 8)] {
        for keys in
            ["", "down", "down enter", "t", "e", "e ctrl-o", "c", "v", "u", ":", "?", "d", "/", "l", "down space down space ="]
        {
            let mut model = with_mouse(scenes::with_deliveries(), size);
            press(&mut model, keys);
            let shown = screen(&model);
            for (column, row) in cells(size) {
                for act in [MouseAct::Click, MouseAct::WheelDown] {
                    let mut model = model.clone();
                    let effects = at(&mut model, act, column, row);
                    let line = shown.lines().nth(row.into()).unwrap_or_default();
                    let says = ["[ Send", "[ Delete ]", "[ Save"].iter().any(|label| line.contains(label));
                    assert!(says || !effects.iter().any(Effect::changes), "{keys} {act:?} {column},{row}: {effects:?}\n{shown}");
                }
            }
        }
    }
}

#[test]
fn fields_options_and_choices_of_the_form() {
    for size in SIZES {
        let mut model = with_mouse(scenes::nothing(), size);
        click(&mut model, "[ Register ]");
        click(&mut model, "Custom SHA-256");
        let chosen = |model: &Model| screen(model).lines().find(|line| line.contains("(•)")).unwrap_or_default().to_owned();
        assert!(chosen(&model).contains("HMAC"), "{}", screen(&model));
        if size.1 < 24 {
            continue;
        }
        click(&mut model, "Header key");
        type_text(&mut model, "X-Mine");
        let line = |model: &Model, label: &str| screen(model).lines().find(|line| line.contains(label)).unwrap().to_owned();
        assert!(line(&model, "Header key").contains("> Header key"));
        assert!(line(&model, "Header key").contains("X-Mine"), "{}", screen(&model));
        let before = line(&model, "Format");
        let (column, row) = place(&model, "1 of 7");
        // Beside the choice it only gets the focus.
        at(&mut model, MouseAct::Click, column, row);
        assert!(line(&model, "Format").contains("1 of 7"), "{before}");
        sign(&mut model, "Format", "›");
        assert!(line(&model, "Format").contains("2 of 7"), "{}", screen(&model));
        sign(&mut model, "Format", "‹");
        assert!(line(&model, "Format").contains("1 of 7"), "{}", screen(&model));
        click(&mut model, "More");
        click(&mut model, "[ Add a header ]");
        type_text(&mut model, "X-Other");
        assert!(screen(&model).contains("X-Other"), "{}", screen(&model));
        assert_eq!(click(&mut model, "[ Register ]"), []);
        assert!(screen(&model).contains("Required"), "{}", screen(&model));
    }
}

/// Where a text begins on the screen.
#[track_caller]
fn start(model: &Model, text: &str) -> (u16, u16) {
    let (column, row) = place(model, text);
    (column - u16::try_from(text.width() / 2).unwrap(), row)
}

#[test]
fn a_click_into_a_text_places_the_cursor() {
    for size in SIZES.into_iter().chain([(46, 20)]) {
        let mut model = with_mouse(scenes::registered(hmac::SPEC), size);
        press(&mut model, "e down");
        let (column, row) = start(&model, "hooks.example.com/in_");
        at(&mut model, MouseAct::Click, column, row);
        type_text(&mut model, "a漢.");
        assert!(screen(&model).contains("https://a漢.hooks.example.com/in"), "{size:?}\n{}", screen(&model));
        // Of two columns of one character, either is before it; after the text is its end.
        at(&mut model, MouseAct::Click, column + 2, row);
        type_text(&mut model, "b");
        at(&mut model, MouseAct::Click, column + 25, row);
        type_text(&mut model, "c");
        assert!(screen(&model).contains("ab漢.hooks.example.com/inc"), "{size:?}\n{}", screen(&model));
    }
}

#[test]
fn a_click_into_a_text_that_is_scrolled_or_hidden_places_the_cursor() {
    let mut model = with_mouse(scenes::registered(hmac::SPEC), (80, 24));
    press(&mut model, "e");
    type_text(&mut model, &"0123456789".repeat(9));
    let (column, row) = start(&model, "456789_");
    at(&mut model, MouseAct::Click, column, row);
    type_text(&mut model, "X");
    assert!(screen(&model).contains("0123X"), "{}", screen(&model));
    press(&mut model, "ctrl-r ctrl-r");
    type_text(&mut model, "0123456789abcdef");
    let (column, row) = start(&model, "••••••••••••••••");
    at(&mut model, MouseAct::Click, column + 3, row);
    type_text(&mut model, "X");
    press(&mut model, "ctrl-r");
    assert!(screen(&model).contains("012X3456789abcdef"), "{}", screen(&model));
}

#[test]
fn a_click_into_a_text_of_lines_places_the_cursor() {
    let mut model = with_mouse(scenes::registered(hmac::SPEC), (80, 24));
    press(&mut model, "v");
    update(&mut model, Msg::Paste(Pasted::new("Host: a\nX-Signature: abc".into())));
    press(&mut model, "tab");
    let (column, row) = start(&model, "Host: a");
    at(&mut model, MouseAct::Click, column + 4, row);
    type_text(&mut model, "s");
    assert!(screen(&model).contains("Hosts: a"), "{}", screen(&model));
    press(&mut model, "esc t backtab");
    press(&mut model, "ctrl-e");
    let (column, row) = start(&model, "\"topic\"");
    at(&mut model, MouseAct::Click, column + 1, row);
    type_text(&mut model, "X");
    assert!(screen(&model).contains("\"Xtopic\""), "{}", screen(&model));
}

#[test]
fn the_wheel_scrolls_what_is_under_the_pointer() {
    let mut model = with_mouse(scenes::with_deliveries(), (120, 24));
    mouse(&mut model, MouseAct::WheelDown, "client-s");
    assert_eq!(model.main.focus, MainFocus::Delivery(3));
    mouse(&mut model, MouseAct::WheelUp, "client-s");
    assert_eq!(model.main.focus, MainFocus::Delivery(0));
    mouse(&mut model, MouseAct::WheelDown, "Details");
    assert_eq!((model.main.details, model.main.focus), (3, MainFocus::Delivery(0)));
    press(&mut model, "?");
    let before = screen(&model);
    at(&mut model, MouseAct::WheelDown, 60, 10);
    assert!(model.changed && screen(&model) != before);
    at(&mut model, MouseAct::WheelUp, 60, 10);
    at(&mut model, MouseAct::WheelUp, 60, 10);
    assert_eq!(screen(&model), before);
}

#[test]
fn a_command_of_the_palette_and_what_was_typed_to_find() {
    let mut model = with_mouse(scenes::with_deliveries(), (80, 24));
    press(&mut model, ":");
    click(&mut model, "Edit");
    assert!(model.palette.is_none() && matches!(model.popup, Some(Popup::Form(_))), "{}", screen(&model));
    let mut model = with_mouse(scenes::with_deliveries(), (80, 24));
    press(&mut model, "/");
    click(&mut model, "client-s");
    assert_eq!((model.history.search.is_none(), model.main.focus), (true, MainFocus::Delivery(1)));
}

#[test]
fn without_the_setting_it_means_nothing() {
    let mut model = app(scenes::with_deliveries());
    let before = model.clone();
    click(&mut model, "[ Send test ]");
    assert!(!model.changed && model.popup.is_none() && model.main == before.main);
}
