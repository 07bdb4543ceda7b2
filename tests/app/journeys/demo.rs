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

/// Presses keys, and waits for the guide's line.
#[track_caller]
fn walk(app: &mut App, way: &[(&[Key], &str, &str)]) {
    for (keys, text, line) in way {
        app.press(keys);
        app.type_text(text);
        app.wait_until(|screen| screen.contents().lines().next().map(str::trim) == Some(line));
    }
}

/// The demo from its first line to its last, by one who does what the line says and no more: `fill_in` is typed behind the auth
/// type, `wrong` behind the form that edits, `seen` is what the receiver says then, and `mended` is typed to have it right again.
#[track_caller]
fn led(typed: &Typed, fill_in: &str, slip: &str, wrong: (&[Key], &str), seen: &str, mended: (&[Key], &str)) {
    let home = Home::new();
    let mut app = App::start(home.pty(&["demo"]));
    let choose = vec![Key::Down; typed.place()];
    let end: &[Key] = &[Key::Ctrl('o')];
    walk(
        &mut app,
        &[
            (&[], "", "1 of 4  Press Enter to register where events go."),
            (&[Key::Enter], "", "1 of 4  This is the URL of the demo's receiver. Enter goes on."),
            (&[Key::Enter], "", "1 of 4  Choose an auth type with ↑↓, then Enter; or ^O (Ctrl-O) as it is."),
        ],
    );
    app.press(&choose);
    if !fill_in.is_empty() {
        walk(&mut app, &[(&[], fill_in, "1 of 4  The receiver gets it by itself. ^O (Ctrl-O) registers.")]);
    }
    walk(
        &mut app,
        &[
            (end, "", "2 of 4  Press t, then Enter, to send a test delivery."),
            (&[], "t", "2 of 4  This is the request. Press Enter to send it."),
            (&[Key::Enter], "", &format!("3 of 4  Delivered. Now see a refusal: press e, then {slip}.")),
        ],
    );
    app.wait_for("✓ 200");
    app.type_text("e");
    app.wait_for(" Edit destination ");
    let changed = match typed {
        Typed::Default => "3 of 4  Nothing is at that path. ^O saves it; then t and Enter.",
        _ => "3 of 4  Changed here, but not at the receiver. ^O saves; then t and Enter.",
    };
    walk(&mut app, &[(wrong.0, wrong.1, changed)]);
    app.press(end);
    app.wait_for("Saved.");
    app.type_text("t");
    walk(
        &mut app,
        &[
            (&[], "", "3 of 4  Press Enter to send, and see what the receiver says."),
            (&[Key::Enter], "", "4 of 4  Refused. Why, Fix and Seen say what is wrong. Press e to mend it."),
        ],
    );
    app.wait_until(|screen| {
        screen.contents().replace(['\n', '│'], "").split_whitespace().collect::<Vec<_>>().join(" ").contains(seen)
    });
    app.type_text("e");
    app.wait_for(" Edit destination ");
    walk(
        &mut app,
        &[
            (mended.0, mended.1, "4 of 4  As the receiver has it. ^O saves; then t and Enter."),
            (end, "", "4 of 4  As the receiver has it. Press t, then Enter, to prove it."),
            (&[], "t", "4 of 4  Press Enter to send: this time it agrees with the receiver."),
            (&[Key::Enter], "", "Done  That is all of it. q ends the demo; nothing of it is left behind."),
        ],
    );
    app.wait_for("✓ 200");
    app.quit();
}

#[test]
fn the_demo_leads_on_without_authentication() {
    let seen = "Seen The receiver got POST /inx, 67 bytes: there is nothing at that path; events go to /in.";
    led(&Typed::Default, "", "change the URL's path", (&[], "x"), seen, (&[Key::Backspace], ""));
}

#[test]
fn the_demo_leads_on_with_a_signature() {
    let to_format = [Key::Tab; 4];
    led(
        &Typed::Hmac { header_key: "", secret: "", format: 0 },
        "\rX-Signature\r\u{7}",
        "choose another Format",
        (&[&to_format[..], &[Key::Right]].concat(), ""),
        "its check failed: nearly right: the signature is written in base64, not in lower-case hex. It keeps what was registered first.",
        (&[&to_format[..], &[Key::Left]].concat(), ""),
    );
}

#[test]
fn the_demo_leads_on_with_a_password() {
    let to_name = [Key::Tab; 2];
    led(
        &Typed::Basic { username: "", password: "" },
        "\rAladdin\rsesame",
        "change the Username",
        (&to_name, "x"),
        "the user name is another than the registered one.",
        (&[&to_name[..], &[Key::Backspace]].concat(), ""),
    );
}

#[test]
fn the_demo_leads_on_with_a_token() {
    let to_token = [Key::Tab; 2];
    led(
        &Typed::Bearer { pasted: "" },
        "\rmF_9",
        "type another Token",
        (&to_token, "wrong"),
        "the token is another than the registered one.",
        (&to_token, "mF_9"),
    );
}

#[test]
fn the_demo_leads_on_with_an_api_key() {
    let to_place = [Key::Tab; 4];
    led(
        &Typed::ApiKey { key: "", value: "", in_query: false },
        "\rX-Api-Key\ropen-sesame",
        "change where the key goes",
        (&[&to_place[..], &[Key::Right]].concat(), ""),
        "the credential stands in the query, in X-Api-Key, and belongs into a header.",
        (&[&to_place[..], &[Key::Left]].concat(), ""),
    );
}
