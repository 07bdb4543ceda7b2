//! The command of the README that shows the main job with nothing but this machine.

use crate::support::Home;
use crate::support::app::{App, Submit, Typed};
use crate::support::pty::Key;

#[test]
fn the_demo_proves_a_destination_and_leaves_nothing() {
    let home = Home::new();
    let temp = home.path().join("temp");
    std::fs::create_dir(&temp).unwrap();
    let entries = || std::fs::read_dir(&temp).unwrap().count();
    let mut app = App::start(home.pty(&["demo"]).env("TMPDIR", temp.to_str().unwrap()));
    app.wait_for("This is a demo.");
    app.open_form();
    assert!(app.value_of("URL").starts_with("https://localhost:"), "{}", app.screen_text());
    assert_eq!(entries(), 1);
    app.key(Key::Enter);
    app.wait_for("> (•) Default");
    let typed = Typed::Hmac { header_key: "X-Signature", secret: "It's a Secret to Everybody", format: 3 };
    app.choose_auth(typed.place());
    app.type_fields(&typed);
    app.submit(Submit::ButtonAndTest);
    app.wait_for("[ Send again ]");
    app.wait_for("✓ 200");
    app.wait_for("and accepted it");
    app.quit();
    assert_eq!(entries(), 0, "the demo's files are still there");
    assert!(!home.config_dir().exists() && !home.state_dir().exists(), "the demo wrote to the real directories");
}

#[test]
fn the_demo_cleans_up_after_a_signal_and_a_lost_connection() {
    for hang_up in [false, true] {
        let home = Home::new();
        let mut app = App::start(home.pty(&["demo"]).env("TMPDIR", home.path().to_str().unwrap()));
        app.wait_for("This is a demo.");
        if hang_up {
            app.hang_up();
        } else {
            app.signal(rustix::process::Signal::TERM);
        }
        assert_eq!(app.wait_exit().code, Some(if hang_up { 129 } else { 143 }));
        assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0, "something is left");
    }
}

/// Waits for a line of the guide.
#[track_caller]
fn guided(app: &mut App, line: &str) {
    app.wait_until(|screen| screen.contents().lines().next().map(str::trim) == Some(line));
}

/// The demo from its first line to its last: `change`, as the guide calls it, makes the receiver refuse, with what `seen` says, and
/// `back` undoes it.
#[track_caller]
fn led(fill_in: impl FnOnce(&mut App), changes: &str, change: &[Key], seen: &str, back: &[Key]) {
    let home = Home::new();
    let mut app = App::start(home.pty(&["demo"]));
    guided(&mut app, "1 of 5  Register a destination. The form has the URL; ^O saves it.");
    app.open_form();
    fill_in(&mut app);
    app.key(Key::Ctrl('o'));
    guided(&mut app, "2 of 5  Send a test delivery: press t, then Enter.");
    app.type_text("t\r");
    guided(&mut app, &format!("3 of 5  See a refusal: press e, change {changes}, save, test."));
    app.wait_for("✓ 200");
    app.type_text("e");
    app.wait_for(" Edit destination ");
    app.press(change);
    app.key(Key::Ctrl('o'));
    app.wait_for("Saved.");
    app.type_text("t\r");
    app.wait_for("✗ 40");
    app.wait_until(|screen| {
        screen.contents().replace(['\n', '│'], "").split_whitespace().collect::<Vec<_>>().join(" ").contains(seen)
    });
    // The key of the fix is named where it is offered.
    guided(&mut app, "4 of 5  The answer says what is wrong. Press f, fix it, save: it sends again.");
    app.type_text("f");
    guided(&mut app, "4 of 5  Fix it, then press ^O: it saves and sends again.");
    app.press(&[Key::Esc]);
    guided(&mut app, "4 of 5  The answer says what is wrong. Press f, fix it, save: it sends again.");
    app.key(Key::Esc);
    guided(&mut app, "4 of 5  The answer says what is wrong. Press e, fix it, save and test.");
    app.type_text("e");
    app.wait_for(" Edit destination ");
    app.press(back);
    app.key(Key::Ctrl('o'));
    app.wait_for("Saved.");
    app.type_text("t\r");
    guided(&mut app, "5 of 5  That was the tour. Press q to quit; the demo's files are removed.");
    app.wait_for("✓ 200");
    app.quit();
}

#[test]
fn the_demo_leads_on_without_authentication() {
    let seen = "Seen The receiver got POST /inx, 67 bytes: there is nothing at that path; events go to /in.";
    led(|_| {}, "the URL's path", &[Key::Char('x')], seen, &[Key::Backspace]);
}

#[test]
fn the_demo_leads_on_with_a_signature() {
    let to_format = [Key::Tab; 3];
    led(
        |app| {
            app.key(Key::Enter);
            app.type_text("\u{1b}[B\r");
            app.wait_for("Signing secret");
            app.type_text("\u{7}");
            app.wait_for("whsec_");
        },
        "the secret or the URL",
        &[&to_format[..], &[Key::Right]].concat(),
        "and rejected it: nearly right: the signature is written in base64, not in lower-case hex. It keeps the credentials that were registered first.",
        &[&to_format[..], &[Key::Left]].concat(),
    );
}
