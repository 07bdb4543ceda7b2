//! The queue in the app while other processes work on it.

use std::process::{Child, Stdio};

use rusqlite::Connection;

use crate::support::Home;
use crate::support::app::App;
use crate::support::check::expect_nothing;
use crate::support::common::registered_at;
use crate::support::pty::Key;
use crate::support::receiver::{Answer, DEADLINE, Receiver};

fn at(receiver: &Receiver) -> Home {
    registered_at(receiver, &["--auth", "default"], "")
}

fn enqueue(home: &Home, body: &str) -> String {
    home.waypost_stdin(&["enqueue", "-"], body).exits(0).stdout.trim().to_owned()
}

/// The app with the queue on its screen.
fn opened(home: &Home) -> App {
    let mut app = App::open(home);
    app.type_text("u");
    app.wait_for(" Queue ");
    app
}

fn relay(home: &Home) -> Child {
    home.command(&["relay"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

#[test]
#[cfg(target_os = "linux")]
fn what_other_processes_do_to_the_queue_appears_by_itself() {
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(503), Answer::Checked]);
    let home = at(&receiver);
    let mut app = opened(&home);
    app.wait_for("The queue is empty.");
    app.wait_for("no relay is running");
    home.waypost(&["queue", "hold"]).exits(0);
    app.wait_for("held");
    let first = enqueue(&home, "{\"order\":4711}");
    app.wait_for(" 1 of 1 ");
    app.wait_for("1 waiting");
    app.key(Key::Enter);
    app.wait_for("{\"order\":4711}");
    app.wait_for(&first);
    // The event that is open follows what happens to it: it is attempted, and waits.
    app.type_text("R");
    app.wait_for("The gate is open.");
    home.waypost(&["relay", "--once"]).exits(4);
    app.wait_for("The endpoint is unavailable.");
    app.wait_for("{\"order\":4711}");
    app.key(Key::Esc);
    app.wait_for("1 waiting");
    app.type_text("r");
    app.wait_for("Ready to go out.");
    home.waypost(&["queue", "hold"]).exits(0);
    app.wait_for("held");
    // A relay is noticed when it starts and when it ends, however it ends.
    let mut running = relay(&home);
    app.wait_for("a relay is running ·");
    running.kill().unwrap();
    running.wait().unwrap();
    app.wait_for("no relay is running");
    app.type_text("R");
    app.wait_for("The gate is open.");
    let mut running = relay(&home);
    app.wait_for("a relay is running ·");
    app.wait_for("The queue is empty.");
    receiver.wait_for_requests(2, DEADLINE);
    running.kill().unwrap();
    running.wait().unwrap();
    app.wait_for("no relay is running");
    app.quit();
}

#[test]
fn an_event_is_dropped_after_a_question_and_the_gate_is_held_and_opened() {
    let receiver = Receiver::start(expect_nothing());
    let home = at(&receiver);
    let (first, second) = (enqueue(&home, "{\"n\":1}"), enqueue(&home, "{\"n\":2}"));
    let mut app = opened(&home);
    app.wait_for(" 1 of 2 ");
    app.type_text("x");
    app.wait_for("> [ Keep ]");
    app.key(Key::Enter);
    app.gone("[ Keep ]");
    app.type_text("x");
    app.wait_for("> [ Keep ]");
    app.type_text("y");
    app.wait_for("Dropped from the queue.");
    app.wait_for(" 1 of 1 ");
    app.type_text("H");
    app.wait_for("Held: nothing goes out until you release it.");
    let listed = home.waypost(&["queue", "--json"]).exits(0).json();
    assert_eq!((&listed["gate"]["state"], &listed["events"][0]["id"]), (&"held".into(), &second.as_str().into()), "not {first}");
    app.type_text("R");
    app.wait_for("The gate is open.");
    // Delivered meanwhile by another process: it is said, and what is there is shown.
    app.key(Key::Enter);
    app.wait_for("{\"n\":2}");
    home.waypost(&["relay", "--once"]).exits(0);
    app.wait_for("The queue is empty.");
    // The event closes when it was read again.
    app.gone("{\"n\":2}");
    app.quit();
}

#[test]
fn a_database_that_cannot_be_used_says_so_on_the_queue() {
    type Break = fn(&Home);
    let breaks: [(&str, Break, &[&str]); 3] = [
        (
            "damaged",
            |home| std::fs::write(home.database(), "not a database at all, but a longer text".repeat(200)).unwrap(),
            &["is damaged", "waypost queue rescue FILE"],
        ),
        (
            "newer",
            |home| home.open_database().pragma_update(None, "user_version", 99).unwrap(),
            &["version 99", "or a later one"],
        ),
        (
            "another",
            |home| {
                std::fs::remove_file(home.database()).unwrap();
                let database = Connection::open(home.database()).unwrap();
                database.execute_batch("CREATE TABLE t (a)").unwrap();
                let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
                std::fs::set_permissions(home.database(), mode).unwrap();
            },
            &["another program"],
        ),
    ];
    let receiver = Receiver::start(expect_nothing());
    for (what, damage, says) in breaks {
        let home = at(&receiver);
        enqueue(&home, "{}");
        // What is in the log goes into the database.
        home.open_database().execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
        damage(&home);
        let before = std::fs::read(home.database()).unwrap();
        let mut app = opened(&home);
        for text in says {
            app.wait_for(text);
        }
        // No event is there to do anything to, and nothing is made anew.
        app.type_text("rxHR");
        app.quit();
        assert_eq!(std::fs::read(home.database()).unwrap(), before, "{what}");
    }
}

#[test]
fn a_locked_database_changes_nothing_and_says_so() {
    let receiver = Receiver::start(expect_nothing());
    let home = at(&receiver);
    enqueue(&home, "{}");
    let mut app = opened(&home);
    app.wait_for(" 1 of 1 ");
    let database = home.open_database();
    database.execute_batch("BEGIN IMMEDIATE").unwrap();
    app.type_text("H");
    app.wait_for("another waypost is saving");
    database.execute_batch("COMMIT").unwrap();
    app.type_text("H");
    app.wait_for("Held: nothing goes out");
    app.quit();
}
