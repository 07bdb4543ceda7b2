//! State files that cannot be used as they are: the app says where and why, and never writes over one that it cannot read.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::support::app::{App, Typed};
use crate::support::check;
use crate::support::pty::{Command, Key};
use crate::support::receiver::Receiver;
use crate::support::{Home, WAYPOST};

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// A home whose state file has those bytes.
fn home_with(bytes: &[u8]) -> Home {
    let home = Home::new();
    std::fs::create_dir(home.config_dir()).unwrap();
    set_mode(&home.config_dir(), 0o700);
    std::fs::write(home.state_file(), bytes).unwrap();
    set_mode(&home.state_file(), 0o600);
    home
}

/// The screen as one line, so that words are found across its lines.
fn words(app: &App) -> String {
    let text = app.screen_text().replace(['│', '\n'], " ");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn h24_in_the_app_a_bad_file_is_reported_and_left_alone() {
    let junk: [(&[u8], &str); 7] = [
        (b"", "destination.json:1:"),
        (b"{\"schema_version\": 1,\n  \"generation\": 4, \"destination\": ", "destination.json:2:"),
        (b"\xef\xbb\xbf{}", "destination.json:1:"),
        (&b"[".repeat(200_000), "destination.json:1:"),
        (b"{\"schema_version\": 1, \"generation\": 1, \"destination\": \"S3CRET\"}", "destination.json:1:"),
        (b"{\"schema_version\": 99, \"generation\": 1, \"destination\": null}", "schema version 99"),
        (b"\x00\xff\x1b[31m", "destination.json:1:"),
    ];
    for (bytes, says) in junk {
        let home = home_with(bytes);
        let mut app = App::open(&home);
        app.wait_for("> [ Reload ]");
        let words = words(&app);
        // A long path is broken where the line ends.
        assert!(words.replace(' ', "").contains(&says.replace(' ', "")), "{says}: {words}");
        assert!(!words.contains("S3CRET") && !words.contains("[ Register ]"), "{words}");
        app.key(Key::Enter);
        app.wait_for("It still cannot be read.");
        // What would write does nothing.
        app.type_text("ed");
        app.quit();
        assert_eq!(std::fs::read(home.state_file()).unwrap(), bytes);
        assert_eq!(std::fs::read_dir(home.config_dir()).unwrap().count(), 1, "something was written beside it");
    }
}

#[test]
fn h22_in_the_app_a_first_save_is_private_whatever_the_umask() {
    let home = Home::new();
    let terminal = Command::new("/bin/sh", home.path())
        .args(&["-c", "umask 000; exec \"$0\"", WAYPOST])
        .env("WAYPOST_CONFIG_DIR", home.config_dir().to_str().unwrap())
        .env("WAYPOST_STATE_DIR", home.state_dir().to_str().unwrap());
    let mut app = App::start(terminal);
    app.register("https://127.0.0.1:1/in", &Typed::Bearer { pasted: "mF_9.B5f-4.1JqM" });
    app.send_test();
    app.wait_for("✗ connect");
    app.quit();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    for dir in [home.config_dir(), home.state_dir()] {
        assert_eq!(mode(&dir), 0o700, "{}", dir.display());
        for entry in std::fs::read_dir(&dir).unwrap() {
            let path = entry.unwrap().path();
            assert_eq!(mode(&path), 0o600, "{}", path.display());
        }
    }
    assert!(home.state_dir().join("key").exists() && home.database().exists());
}

#[test]
fn a_fixed_file_is_read_again() {
    let home = home_with(b"junk");
    let mut app = App::open(&home);
    app.wait_for("> [ Reload ]");
    std::fs::write(home.state_file(), b"{\"schema_version\": 1, \"generation\": 1, \"destination\": null}").unwrap();
    app.key(Key::Enter);
    app.wait_for("> [ Register ]");
    app.quit();
}

#[test]
fn h23_in_the_app_a_file_that_others_can_read_names_the_command() {
    let home = Home::new();
    let mut app = App::open(&home);
    app.register("https://hooks.example.com/in", &Typed::Bearer { pasted: "mF_9.B5f-4.1JqM" });
    app.quit();
    let before = std::fs::read(home.state_file()).unwrap();
    set_mode(&home.state_file(), 0o644);
    let mut app = App::open(&home);
    app.wait_for("> [ Reload ]");
    let words = words(&app);
    assert!(words.contains("0644") && words.contains("chmod 600"), "{words}");
    set_mode(&home.state_file(), 0o600);
    app.key(Key::Enter);
    app.wait_for("> [ Send test ]");
    app.quit();
    assert_eq!(std::fs::read(home.state_file()).unwrap(), before);
}

#[test]
fn h28_in_the_app_a_secret_moved_to_another_url_is_asked_for_again() {
    let home = Home::new();
    let token = "mF_9.B5f-4.1JqM";
    let receiver = Receiver::start(check::expect_bearer(token));
    let mut app = App::open_trusting(&home, &receiver);
    app.register("https://hooks.example.com/in", &Typed::Bearer { pasted: token });
    app.quit();
    let text = std::fs::read_to_string(home.state_file()).unwrap();
    std::fs::write(home.state_file(), text.replace("https://hooks.example.com/in", &receiver.url)).unwrap();
    let mut app = App::open_trusting(&home, &receiver);
    app.wait_for("> [ Edit ]   [ Delete ]");
    // There is nothing to send with.
    app.type_text("t");
    app.key(Key::Enter);
    app.wait_for(" Edit destination ");
    app.wait_for("> Token");
    assert_eq!(receiver.connections(), 0);
    app.paste(token);
    app.key(Key::Ctrl('o'));
    app.wait_for("Saved. Press t");
    app.send_test();
    assert_eq!(receiver.requests()[0].verdict, Ok(()));
    app.quit();
}

#[test]
fn h31_in_the_app_a_save_that_fails_keeps_what_was_typed() {
    let home = Home::new();
    let mut app = App::open(&home);
    app.open_form();
    app.fill_in("https://typed.example/in", &Typed::Bearer { pasted: "mF_9.B5f-4.1JqM" });
    // A file is where the directory has to be.
    std::fs::write(home.config_dir(), b"in the way").unwrap();
    app.key(Key::Ctrl('o'));
    app.wait_for("Not saved: ");
    assert_eq!(std::fs::read(home.config_dir()).unwrap(), b"in the way");
    assert_eq!(app.value_of("URL"), "https://typed.example/in");
    app.wait_for("15 chars");
    std::fs::remove_file(home.config_dir()).unwrap();
    app.key(Key::Ctrl('o'));
    app.wait_for("Registered. Press t");
    app.quit();
}
