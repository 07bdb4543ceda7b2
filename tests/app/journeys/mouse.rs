//! The mouse on a terminal: reported while the app has it, and only where the user wants that.

use vt100::MouseProtocolMode;

use crate::support::Home;
use crate::support::app::App;
use crate::support::common::registered;
use crate::support::pty::Key;

fn with_mouse() -> Home {
    let home = registered();
    std::fs::write(home.config_dir().join("config.json"), "{ \"mouse\": true }").unwrap();
    home
}

fn mode(app: &App) -> MouseProtocolMode {
    app.screen(vt100::Screen::mouse_protocol_mode)
}

/// As terminals report a press and a release of the left button.
fn click(app: &mut App, text: &str) {
    let shown = app.screen_text();
    let found = shown.lines().enumerate().find_map(|(row, line)| Some((line[..line.find(text)?].chars().count(), row)));
    let (column, row) = found.unwrap_or_else(|| panic!("{text} is not in\n{shown}"));
    app.send(format!("\x1b[<0;{};{}M\x1b[<0;{};{}m", column + 3, row + 1, column + 3, row + 1).as_bytes());
}

#[test]
fn a_click_presses_a_button_and_the_terminal_is_whole_afterwards() {
    let home = with_mouse();
    let mut app = App::open(&home);
    assert_eq!(mode(&app), MouseProtocolMode::PressRelease);
    click(&mut app, "[ Edit ]");
    app.wait_for("Edit destination");
    click(&mut app, "[ Cancel ]");
    app.gone("Edit destination");
    app.quit();
    app.assert_terminal_whole();
}

#[test]
fn a_program_that_gets_the_terminal_gets_no_mouse() {
    let home = with_mouse();
    let script = home.path().join("editor");
    std::fs::write(&script, "printf 'editing\\r\\n'\nread word\n").unwrap();
    let mut app = App::start(home.pty(&[]).env("EDITOR", &format!("sh '{}'", script.display())));
    app.open_test();
    app.key(Key::Ctrl('e'));
    app.wait_for("editing");
    assert_eq!(mode(&app), MouseProtocolMode::None);
    app.key(Key::Enter);
    app.wait_for("Event ");
    assert_eq!(mode(&app), MouseProtocolMode::PressRelease);
    app.key(Key::Ctrl('z'));
    app.wait_stopped();
    assert_eq!(mode(&app), MouseProtocolMode::None);
    app.signal(rustix::process::Signal::CONT);
    app.wait_for("Event ");
    app.press(&[Key::Esc]);
    app.quit();
    app.assert_terminal_whole();
}

#[test]
fn it_is_off_unless_the_user_wants_it() {
    let mut app = App::open(&registered());
    assert_eq!(mode(&app), MouseProtocolMode::None);
    app.quit();
    assert!(!String::from_utf8_lossy(&app.raw()).contains("\x1b[?1000"));
}
