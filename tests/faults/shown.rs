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

/// A home with one delivery in its history.
fn delivered() -> Home {
    let receiver = Receiver::start(expect_nothing());
    let home = registered_at(&receiver, &["--auth", "default"], "");
    home.waypost(&["test"]).exits(0);
    home
}

fn deliveries_listed(home: &Home) -> usize {
    let json = home.waypost(&["history", "--json"]).exits(0).json();
    json["deliveries"].as_array().unwrap().len()
}

#[test]
fn h36_a_damaged_record_hides_nothing_else() {
    for record in [
        "substr(record, 1, length(record) / 2)",
        "CAST(X'00FF1B5B33316D' AS TEXT)",
        "'{}'",
        "'null'",
        "replace(hex(zeroblob(50000)), '00', '[')",
    ] {
        let home = delivered();
        // The newest and the oldest of three.
        home.open_database()
            .execute_batch(&format!(
                "INSERT INTO deliveries (id, destination_id, started_at, event, outcome, status, record)
                    SELECT id, destination_id, started_at, event, outcome, status, record FROM deliveries, (VALUES (1), (2));
                 UPDATE size SET deliveries = 3;
                 UPDATE deliveries SET record = {record} WHERE seq IN (1, 3);"
            ))
            .unwrap();
        let before = disk(&home);
        assert_eq!(deliveries_listed(&home), 1, "{record}");
        let shown = home.waypost(&["history"]).exits(0).stdout;
        assert!(shown.contains("delivered 200") && !shown.contains('\x1b'), "{shown}");
        let mut app = App::open(&home);
        app.wait_for("✓ 200");
        // Read after the first frame: a program that ends while it reads leaves the write-ahead log beside the database.
        app.wait_for(" works ");
        app.quit();
        let after = disk(&home);
        assert_eq!(after.keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>());
        assert!(after == before, "reading writes nothing");
        home.waypost(&["test", "--timeout", "1"]);
        assert_eq!(deliveries_listed(&home), 2, "{record}");
    }
}

#[test]
fn h36_a_hundred_thousand_deliveries() {
    let home = delivered();
    home.open_database()
        .execute_batch(
            "WITH RECURSIVE n(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM n WHERE n < 100000)
             INSERT INTO deliveries (id, destination_id, started_at, event, outcome, status, record)
                SELECT id || n, destination_id, started_at, event, outcome, status, record
                FROM n, (SELECT * FROM deliveries WHERE seq = 1);
             UPDATE size SET deliveries = 100000, history_bytes = 100000 * history_bytes;",
        )
        .unwrap();
    let length = fs::metadata(home.database()).unwrap().len();
    let begun = Instant::now();
    let mut app = App::open(&home);
    app.wait_for("✓ 200");
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    app.quit();
    let begun = Instant::now();
    let json = home.waypost(&["history", "--json", "--limit", "3"]).exits(0).json();
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    assert_eq!(json["deliveries"].as_array().map(Vec::len), Some(3));
    assert_eq!(fs::metadata(home.database()).unwrap().len(), length);
}

#[test]
fn h24_a_damaged_database_is_left_and_the_app_still_sends() {
    let receiver = Receiver::start(expect_nothing());
    let home = registered_at(&receiver, &["--auth", "default"], "");
    home.waypost(&["test"]).exits(0);
    let whole = fs::read(home.database()).unwrap();
    for bytes in [b"junk".to_vec(), vec![b'x'; 100_000], whole[..whole.len() / 2].to_vec(), whole[..60].to_vec()] {
        fs::write(home.database(), &bytes).unwrap();
        for args in [["history"].as_slice(), &["history", "clear", "--yes"]] {
            let out = home.waypost(args).exits(5);
            assert!(out.stderr.contains("waypost.db is damaged"), "{args:?}: {}", out.stderr);
        }
        let out = home.waypost(&["test"]).exits(0);
        assert!(out.stderr.contains("not recorded: ") && out.stderr.contains("is damaged"), "{}", out.stderr);
        let mut app = App::open(&home);
        app.wait_for("is damaged");
        app.quit();
        assert_eq!(fs::read(home.database()).unwrap(), bytes);
    }
}
