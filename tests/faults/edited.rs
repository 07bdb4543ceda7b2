//! A history whose records were edited in the database: nothing raw reaches the terminal, and nothing ends in a panic.

use crate::support::app::App;
use crate::support::check::expect_nothing;
use crate::support::common::{registered, registered_at};
use crate::support::pty::Key;
use crate::support::receiver::{Answer, Receiver};
use crate::support::{Home, Output};

const FIELDS: [&str; 30] = [
    "id",
    "destination_id",
    "settings_fingerprint",
    "event",
    "outcome",
    "attempts",
    "attempts[0]",
    "attempts[0].started_at",
    "attempts[0].outcome",
    "attempts[0].phase",
    "attempts[0].duration_ms",
    "attempts[0].timings_ms.dns",
    "attempts[0].why",
    "attempts[0].fix",
    "attempts[0].fix_field",
    "attempts[0].addresses",
    "attempts[0].connected",
    "attempts[0].tls",
    "attempts[0].tls.issuer",
    "attempts[0].tls.not_after",
    "attempts[0].request.method",
    "attempts[0].request.url",
    "attempts[0].request.headers",
    "attempts[0].request.body",
    "attempts[0].response",
    "attempts[0].response.status",
    "attempts[0].response.reason",
    "attempts[0].response.headers",
    "attempts[0].response.body",
    "attempts[0].response.cut",
];

/// As SQL.
const VALUES: [&str; 9] = [
    "char(27) || '[31m' || char(155) || char(0x202e) || char(0) || char(10) || 'x'",
    "json('[[\"\\u001b[31m\", \"\\u009b\\u202e\\n\"]]')",
    "json('{}')",
    "json('null')",
    "json('1e308')",
    "-1",
    "9223372036854775807",
    "'9999-12-31T23:59:59Z'",
    "'-009999-01-02T00:00:00Z'",
];

#[track_caller]
fn check(out: &Output, at: &str) {
    assert!(matches!(out.code, Some(0 | 2 | 5)), "{at}: {out:?}");
    for text in [&out.stdout, &out.stderr] {
        let raw = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!text.contains(raw) && !text.contains("panicked"), "{at}: {text:?}");
    }
}

fn show_all(home: &Home, id: &str, at: &str) {
    for args in [["history", "show", "-v", id], ["history", "show", "--json", id]] {
        check(&home.waypost(&args), at);
    }
}

#[test]
fn a18_no_field_that_was_edited_reaches_the_terminal_raw() {
    let home = registered();
    home.waypost(&["test", "--timeout", "1"]);
    let database = home.open_database();
    let answered =
        "json_set(record, '$.attempts[0].response', json('{\"status\":200,\"reason\":\"OK\",\"headers\":[],\"body\":\"\",
        \"truncated\":false}'), '$.attempts[0].tls', json('{\"version\":\"TLS 1.3\"}'))";
    database.execute(&format!("UPDATE deliveries SET record = {answered}"), []).unwrap();
    let mut ids = Vec::new();
    for field in FIELDS {
        for value in VALUES {
            // The app tells deliveries apart by id and time: with one id for all, the cursor would jump when the list is read again.
            let id = format!("edited_{:03}", ids.len());
            let insert = format!(
                "INSERT INTO deliveries (id, destination_id, started_at, event, outcome, status, record)
                    SELECT '{id}', destination_id, started_at, event, outcome, status, json_set(record, '$.id', '{id}', '$.{field}', {value})
                    FROM deliveries WHERE seq = 1"
            );
            database.execute(&insert, []).unwrap();
            ids.push((id, format!("{field} = {value}")));
        }
    }
    // Whole records first: the rest of them is as waypost wrote it.
    for args in [["history", "--limit", "1000"].as_slice(), &["history", "--json", "--limit", "1000"]] {
        check(&home.waypost(args), "all");
    }
    let shown = home.waypost(&["history", "show", "-v", &ids[20 * VALUES.len()].0]).exits(0).stdout;
    assert!(shown.contains("[31m"), "the method is shown escaped: {shown}");
    for (id, at) in &ids {
        show_all(&home, id, at);
    }
    scroll_through(&home);
}

/// Every delivery under the cursor, with its details beside it, and each fourth opened.
fn scroll_through(home: &Home) {
    let mut app = App::start_wide(home.pty(&[]).size(320, 200), 200);
    for row in 1..=FIELDS.len() * VALUES.len() + 1 {
        app.key(Key::Down);
        app.wait_for(&format!("─ {row} of "));
        if row % 4 == 0 {
            // One that was not read yet cannot be opened.
            app.gone("> …");
            if !app.screen_text().contains("> damaged record") {
                app.key(Key::Enter);
                app.wait_for("[ Close ]");
                app.key(Key::Esc);
                app.gone("[ Close ]");
            }
        }
    }
    // What moves the cursor begins with ESC: the other characters would be the record's.
    let raw = String::from_utf8_lossy(&app.raw()).into_owned();
    assert!(!raw.contains(['\u{202e}', '\u{9b}', '\0']), "{raw:?}");
    app.quit();
}

#[test]
fn a18_the_columns_and_the_size_of_the_history_may_be_edited_too() {
    for edit in [
        "UPDATE deliveries SET id = char(27) || '[31m', event = char(27), outcome = char(155), destination_id = ''",
        "UPDATE deliveries SET id = CAST(X'ff1b' AS TEXT), event = CAST(X'ff1b' AS TEXT), outcome = CAST(X'ff' AS TEXT)",
        "UPDATE deliveries SET started_at = 9223372036854775807, status = -1",
        "UPDATE deliveries SET seq = 9223372036854775806",
        "UPDATE size SET deliveries = -1, history_bytes = -1",
        "UPDATE size SET deliveries = 9223372036854775807, history_bytes = 9223372036854775807",
        "DELETE FROM size",
        "INSERT INTO size VALUES (7, 7, 7)",
    ] {
        let home = registered();
        home.waypost(&["test", "--timeout", "1"]);
        home.open_database().execute_batch(edit).unwrap();
        for args in [["history"].as_slice(), &["history", "--json"], &["history", "--outcome", "failed"]] {
            check(&home.waypost(args), edit);
        }
        for id in ["msg_", "\u{1b}", "\u{1b}[31m", "x"] {
            show_all(&home, id, edit);
        }
        let out = home.waypost(&["test", "--timeout", "1"]);
        assert_eq!(out.code, Some(4), "{edit}: {out:?}");
    }
}

#[test]
fn a40_no_trigger_and_no_view_in_the_database_is_run() {
    const ENDLESS: &str =
        "SELECT count(*) FROM (WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n)";
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(200)]);
    let home = registered_at(&receiver, &["--auth", "default"], "");
    home.waypost_stdin(&["enqueue", "-"], "1").exits(0);
    let database = home.open_database();
    for (table, event) in
        ["queue", "deliveries", "gate", "size"].iter().flat_map(|table| ["INSERT", "UPDATE"].map(|e| (table, e)))
    {
        let name = format!("{table}_{event}");
        database
            .execute_batch(&format!("CREATE TRIGGER {name} AFTER {event} ON {table} BEGIN {ENDLESS}; DELETE FROM queue; END"))
            .unwrap();
    }
    home.waypost_stdin(&["enqueue", "-"], "2").exits(0);
    home.waypost(&["queue", "hold"]).exits(0);
    home.waypost(&["queue", "release"]).exits(0);
    home.waypost(&["relay", "--once"]).exits(0);
    assert_eq!(receiver.requests().len(), 2, "both are there");
    home.waypost(&["test"]).exits(0);
    for table in ["queue", "deliveries"] {
        database.execute_batch(&format!("DROP TABLE {table}; CREATE VIEW {table} AS {ENDLESS}")).unwrap();
    }
    for args in [&["enqueue", "-"][..], &["queue"], &["relay", "--once"], &["history"], &["stats"], &["queue", "rescue", "new"]] {
        let out = home.waypost_stdin(args, "3").exits(5);
        assert!(!out.stderr.contains("panicked"), "{args:?}: {out:?}");
    }
}

/// Would end a header, or reach a terminal.
const HOSTILE: &str = "char(13) || char(10) || 'X-Evil: 1' || char(27) || '[2J' || char(0x202e)";

/// Every request is one that waypost makes: to the registered path, with one id, and with no header of the row's.
#[track_caller]
fn assert_requests(receiver: &Receiver, at: &str) {
    for request in receiver.requests() {
        assert_eq!(request.line, "POST /in HTTP/1.1", "{at}");
        let id = request.header("webhook-id");
        assert!(!id.contains(char::is_control), "{at}: {id:?}");
        assert!(request.values("x-evil").is_empty(), "{at}: {:?}", request.headers);
    }
}

#[test]
fn a22_what_is_sent_again_is_the_event_and_nothing_else_of_an_edited_row() {
    for (field, value) in [
        ("id", HOSTILE),
        ("event", HOSTILE),
        ("destination_id", HOSTILE),
        ("attempts[0].request.method", "'DELETE'"),
        ("attempts[0].request.url", "'https://evil.example/' || char(13) || char(10)"),
        (
            "attempts[0].request.headers",
            "json('[[\"x-evil\", \"1\"], [\"webhook-id\", \"\\r\\nx-evil: 1\"], [\"authorization\", \"x\"]]')",
        ),
        ("attempts[0].request.body", "'no JSON ' || char(27)"),
    ] {
        let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(200)]);
        let home = registered_at(&receiver, &["--auth", "default", "--header", "X-Event: {event}"], "");
        home.waypost_stdin(&["send", "-"], "{}").exits(0);
        let edit = format!("UPDATE deliveries SET record = json_set(record, '$.outcome', 'failed', '$.{field}', {value})");
        let also = if field == "id" { format!("; UPDATE deliveries SET id = {value}") } else { String::new() };
        home.open_database().execute_batch(&format!("{edit}; UPDATE deliveries SET outcome = 'failed'{also}")).unwrap();
        let at = format!("{field} = {value}");
        for args in [
            &["resend", "--outcome", "failed", "--since", "1h", "--yes", "--retries", "0"][..],
            &["resend", "--retries", "0", "--", "last"],
            &["curl"],
        ] {
            let out = home.waypost(args);
            assert!(matches!(out.code, Some(0 | 2 | 3 | 4 | 5)) && !out.stderr.contains("panicked"), "{at} {args:?}: {out:?}");
            let raw = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
            assert!(!out.stdout.contains(raw) && !out.stderr.contains(raw), "{at} {args:?}: {out:?}");
        }
        assert_requests(&receiver, &at);
    }
}

#[test]
fn a22_an_edited_row_of_the_queue_holds_nothing_up_and_adds_no_header() {
    for (column, value) in [
        ("id", HOSTILE),
        ("id", "char(233)"),
        ("id", "CAST(X'ff1b' AS TEXT)"),
        ("id", "''"),
        ("event", HOSTILE),
        ("body", "X'ff1b5b324a'"),
        ("body", "X''"),
        ("event", "CAST(X'ff1b' AS TEXT)"),
        ("record", "'no JSON'"),
        ("record", "CAST(X'ff' AS TEXT)"),
        ("dead", "CAST(X'ff' AS TEXT)"),
        ("dead", HOSTILE),
        ("tries", "-1"),
        ("refusals", "9223372036854775807"),
        ("due_at", "-9223372036854775808"),
        ("since", "9223372036854775807"),
        ("enqueued_at", "-9223372036854775808"),
        ("in_flight", "1"),
    ] {
        let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(200)]);
        let home = registered_at(&receiver, &["--auth", "default", "--header", "X-Event: {event}"], "");
        home.waypost_stdin(&["enqueue", "--lines", "-"], "1\n2\n").exits(0);
        let at = format!("{column} = {value}");
        let gate = "UPDATE gate SET value = CAST(X'ff' AS TEXT), destination = CAST(X'ff' AS TEXT)";
        home.open_database().execute_batch(&format!("UPDATE queue SET {column} = {value} WHERE seq = 1; {gate}")).expect(&at);
        for args in
            [&["queue"][..], &["queue", "--json"], &["queue", "list", "--state", "dead"], &["relay", "--once"], &["queue"]]
        {
            let out = home.waypost(args);
            assert!(matches!(out.code, Some(0 | 3 | 4)) && !out.stderr.contains("panicked"), "{at} {args:?}: {out:?}");
            let raw = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
            assert!(!out.stdout.contains(raw) && !out.stderr.contains(raw), "{at} {args:?}: {out:?}");
        }
        assert!(receiver.requests().iter().any(|request| request.body == b"2"), "{at}: the other one");
        assert_requests(&receiver, &at);
    }
}
