//! Rows 2, 15 and 36 as a person meets them: a paste in the form, and a history with junk in it.

use std::fs;
use std::time::{Duration, Instant};

use crate::support::Home;
use crate::support::app::{App, Typed};
use crate::support::check::expect_nothing;
use crate::support::common::{disk, registered_at};
use crate::support::pty::Key;
use crate::support::receiver::Receiver;

#[test]
fn h15_whitespace_around_a_pasted_url_is_trimmed_with_a_notice() {
    let home = Home::new();
    let mut app = App::open(&home);
    app.open_form();
    app.paste("  https://hooks.example.com/in \t\n");
    app.wait_for("whitespace");
    assert_eq!(app.value_of("URL"), "https://hooks.example.com/in");
    // What is inside stays, and is refused.
    app.paste("/a b");
    app.wait_for("/in/a b");
    app.key(Key::Ctrl('o'));
    app.wait_for("space at position 31");
    assert!(!home.state_file().exists());
}

#[test]
fn h15_whitespace_around_a_pasted_secret() {
    for (typed, pasted, chars, trimmed) in [
        (Typed::Bearer { pasted: "" }, " mF_9.B5f-4.1JqM \n", "15 chars", true),
        (Typed::ApiKey { key: "X-Key", value: "", in_query: false }, " mF_9.B5f-4.1JqM \n", "15 chars", true),
        (Typed::Hmac { header_key: "X-Signature", secret: "", format: 0 }, " a secret \n", "10 chars", false),
        (Typed::Basic { username: "u", password: "" }, " a secret \n", "10 chars", false),
    ] {
        let home = Home::new();
        let mut app = App::open(&home);
        app.open_form();
        app.fill_in("https://hooks.example.com/in", &typed);
        if matches!(typed, Typed::ApiKey { .. } | Typed::Hmac { .. }) {
            app.key(Key::BackTab);
        }
        app.paste(pasted);
        app.wait_for(chars);
        app.wait_for(if trimmed { "whitespace" } else { "the trailing line break was removed" });
        app.key(Key::Ctrl('o'));
        app.wait_for("Registered. Press t");
        app.quit();
        let secret = home.waypost(&["secret"]).exits(0).stdout;
        assert_eq!(secret, if trimmed { format!("{}\n", pasted.trim()) } else { format!("{}\n", pasted.trim_end_matches('\n')) });
    }
}

/// A home with one delivery in its history, and the line of it.
fn delivered() -> (Home, Vec<u8>) {
    let receiver = Receiver::start(expect_nothing());
    let home = registered_at(&receiver, &["--auth", "default"], "");
    home.waypost(&["test"]).exits(0);
    let line = fs::read(home.state_dir().join("deliveries.jsonl")).unwrap();
    (home, line)
}

#[test]
fn h36_junk_and_a_torn_line_hide_nothing_else() {
    let (home, line) = delivered();
    let history = home.state_dir().join("deliveries.jsonl");
    let torn = &line[..line.len() / 2];
    for junk in
        [torn, b"\x00\xff\x1b[31m", b"[]\n{}\nnull\n\n", &vec![b'['; 100_000], b"{\"schema_version\":99,\"id\":\"msg_x\"}\n"]
    {
        // Behind it, and between two.
        for bytes in [[&line[..], junk].concat(), [&line[..], junk, b"\n", &line].concat()] {
            fs::write(&history, &bytes).unwrap();
            let before = disk(&home);
            let json = home.waypost(&["history", "--json"]).exits(0).json();
            let whole = bytes.windows(line.len()).filter(|window| *window == line).count();
            assert_eq!(json["deliveries"].as_array().map(Vec::len), Some(whole), "{json}");
            let shown = home.waypost(&["history"]).exits(0).stdout;
            assert!(shown.contains("delivered 200") && !shown.contains('\x1b'), "{shown}");
            let mut app = App::open(&home);
            app.wait_for("✓ 200");
            app.quit();
            assert_eq!(disk(&home), before, "reading writes nothing");
        }
        // What is added goes on a line of its own.
        fs::write(&history, [&line[..], junk].concat()).unwrap();
        home.waypost(&["test", "--timeout", "1"]);
        let json = home.waypost(&["history", "--json"]).exits(0).json();
        assert_eq!(json["deliveries"].as_array().map(Vec::len), Some(2), "{json}");
    }
}

#[test]
fn h36_a_hundred_thousand_lines() {
    let (home, line) = delivered();
    let history = home.state_dir().join("deliveries.jsonl");
    fs::write(&history, line.repeat(100_000)).unwrap();
    let length = fs::metadata(&history).unwrap().len();
    let begun = Instant::now();
    let mut app = App::open(&home);
    app.wait_for("✓ 200");
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    app.quit();
    let begun = Instant::now();
    let json = home.waypost(&["history", "--json", "--limit", "3"]).exits(0).json();
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    assert_eq!(json["deliveries"].as_array().map(Vec::len), Some(3));
    assert_eq!(fs::metadata(&history).unwrap().len(), length);
}
