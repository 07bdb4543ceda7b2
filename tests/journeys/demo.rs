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
    app.times(typed.place(), Key::Down);
    app.type_fields(&typed);
    app.submit(Submit::ButtonAndTest);
    app.wait_for("> [ Send again ]");
    app.wait_for("✓ 200");
    app.wait_for("its check passed");
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
