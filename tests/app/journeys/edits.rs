//! Edit and delete.

use serde_json::{Value, json};

use crate::support::Home;
use crate::support::app::{App, Submit, Typed};
use crate::support::check;
use crate::support::pty::Key;
use crate::support::receiver::Receiver;

const TOKEN: &str = "mF_9.B5f-4.1JqM-1234";

fn file(home: &Home) -> Value {
    serde_json::from_slice(&std::fs::read(home.state_file()).unwrap()).unwrap()
}

#[track_caller]
fn edit(app: &mut App) {
    app.type_text("e");
    app.wait_for(" Edit destination ");
    app.wait_for("> URL");
}

#[test]
fn an_unchanged_secret_stays_valid_under_another_url() {
    let home = Home::new();
    let receiver = Receiver::start(check::expect_bearer(TOKEN));
    let mut app = App::open_trusting(&home, &receiver);
    app.register(&receiver.url, &Typed::Bearer { pasted: TOKEN });
    let before = file(&home);
    edit(&mut app);
    assert_eq!((app.value_of("URL"), app.value_of("Token")), (receiver.url.clone(), "unchanged".into()));
    app.wait_for("[ Save ]   [ Save and test ]   [ Cancel ]");
    app.type_text("?edited=1");
    app.key(Key::Ctrl('o'));
    app.wait_for("Saved. Press t");
    app.send_test();
    let came = receiver.requests().remove(0);
    assert_eq!((came.verdict.clone(), came.target()), (Ok(()), "/in?edited=1"));
    app.quit();
    let after = file(&home);
    assert_eq!(after["destination"]["url"], json!(format!("{}?edited=1", receiver.url)));
    assert_eq!(after["generation"], json!(2));
    // Sealed again: the old text was sealed for the old URL.
    assert_ne!(after["destination"]["sealed"]["auth.token"], before["destination"]["sealed"]["auth.token"]);
    assert_eq!(after["destination"]["id"], before["destination"]["id"]);
    assert_eq!(after["destination"]["created_at"], before["destination"]["created_at"]);
    // And it opens in the next run.
    let mut app = App::open_trusting(&home, &receiver);
    app.wait_for("…1234");
    app.send_test();
    assert_eq!(receiver.requests()[1].verdict, Ok(()));
    app.quit();
}

#[test]
fn an_edited_secret_replaces_the_old_one() {
    let home = Home::new();
    let receiver = Receiver::start(check::expect_bearer("the-second-token-of-all"));
    let mut app = App::open_trusting(&home, &receiver);
    app.register(&receiver.url, &Typed::Bearer { pasted: TOKEN });
    app.send_test();
    app.wait_for("✗ 401");
    // From the answer straight to the edit, as its advice says.
    edit(&mut app);
    app.press(&[Key::Tab, Key::Tab]);
    app.wait_for("> Token");
    app.paste("the-second-token-of-all");
    app.wait_for("23 chars");
    app.submit(Submit::ButtonAndTest);
    app.wait_for("✓ 200");
    assert_eq!(receiver.requests()[1].verdict, Ok(()));
    app.quit();
}

#[test]
fn another_auth_type_forgets_the_old_secret() {
    let home = Home::new();
    let receiver = Receiver::start(check::expect_nothing());
    let mut app = App::open_trusting(&home, &receiver);
    app.register(&receiver.url, &Typed::Bearer { pasted: TOKEN });
    edit(&mut app);
    app.press(&[Key::Tab, Key::Up, Key::Up, Key::Up, Key::Enter, Key::Ctrl('o')]);
    app.wait_for("Saved. Press t");
    app.send_test();
    assert!(receiver.requests()[0].values("authorization").is_empty());
    app.quit();
    assert_eq!(file(&home)["destination"]["auth"], json!({"type": "default"}));
}

#[test]
fn delete_asks_first_and_keep_is_the_default() {
    let home = Home::new();
    let mut app = App::open(&home);
    app.register("https://hooks.example.com/in", &Typed::Bearer { pasted: TOKEN });
    let before = std::fs::read(home.state_file()).unwrap();
    for keep in [&[Key::Enter][..], &[Key::Esc], &[Key::Right, Key::Esc], &[Key::Right, Key::Left, Key::Enter]] {
        app.type_text("d");
        app.wait_for("Delete the destination hooks.example.com? Its secret is");
        app.wait_for("> [ Keep ]   [ Delete ]");
        app.press(keep);
        app.gone("[ Keep ]");
        assert_eq!(std::fs::read(home.state_file()).unwrap(), before);
    }
    app.type_text("d");
    app.wait_for("> [ Keep ]");
    app.key(Key::Right);
    app.wait_for("> [ Delete ]");
    app.key(Key::Enter);
    app.wait_for("> [ Register ]");
    app.wait_for("Deleted. U undoes it until you quit.");
    app.wait_for("No destination is registered.");
    assert_eq!(file(&home)["destination"], Value::Null);
    assert!(!std::fs::read_to_string(home.state_file()).unwrap().contains("v1:"));
    // And another one can be registered.
    app.register("https://other.example.com/in", &Typed::Default);
    app.wait_for("other.example.com");
    app.quit();
    assert_eq!(file(&home)["destination"]["url"], "https://other.example.com/in");
}
