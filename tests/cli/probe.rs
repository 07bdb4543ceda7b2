//! `probe`, on the built binary: endpoints that check, that do not, and that are not there.

use crate::schema;
use crate::support::Home;
use crate::support::check::{expect_bearer, expect_hmac, expect_nothing};
use crate::support::common::{history, refused_with, registered_at};
use crate::support::receiver::{Answer, Receiver};

const SECRET: &str = "canary-secret-of-some-length";
const HMAC: [&str; 6] = ["--auth", "hmac", "--header-key", "X-Sig", "--format", "timestamped"];

fn hmac_at(receiver: &Receiver) -> Home {
    registered_at(receiver, &[&HMAC[..], &["--secret-stdin"]].concat(), SECRET)
}

#[test]
fn an_endpoint_that_checks() {
    let receiver = Receiver::start(expect_bearer(SECRET));
    let home = registered_at(&receiver, &["--auth", "bearer", "--secret-stdin"], SECRET);
    let out = home.waypost(&["probe", "--yes"]).exits(0);
    let lines: Vec<_> = out.stdout.lines().collect();
    assert_eq!(lines[0], "Your endpoint verifies requests: it accepts the valid one and refuses the others.");
    assert_eq!(
        lines[2..],
        [
            "without credentials  refused 401    good",
            "with a wrong secret  refused 401    good",
            "as registered        delivered 200  good"
        ]
    );
    let json = home.waypost(&["probe", "--yes", "--json"]).exits(0);
    schema::assert_valid("probe", &json.json());
    assert_eq!((&json.json()["checks"], json.stderr.as_str()), (&true.into(), ""));
    // One entry for each probe.
    assert_eq!((receiver.requests().len(), history(&home).len()), (6, 2));
    assert_eq!(home.waypost(&["probe", "--yes", "-q"]).exits(0).stdout, "");
    assert!(!(out.stdout + &json.stdout).contains(SECRET));
}

#[test]
fn an_endpoint_that_accepts_everything() {
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(200)]);
    let home = hmac_at(&receiver);
    let out = home.waypost(&["probe", "--yes"]).exits(3);
    assert!(out.stdout.starts_with("Your endpoint accepts unsigned requests"), "{}", out.stdout);
    for row in ["without credentials", "with a wrong secret", "with a changed body", "an hour old"] {
        assert!(out.stdout.lines().any(|line| line.starts_with(row) && line.ends_with("delivered 200  bad")), "{}", out.stdout);
    }
    assert!(out.stdout.ends_with("delivered 200  good\n"), "{}", out.stdout);
    let json = home.waypost(&["probe", "--yes", "--json"]).exits(3).json();
    schema::assert_valid("probe", &json);
    let cases: Vec<_> = json["rows"].as_array().unwrap().iter().map(|row| row["case"].as_str().unwrap()).collect();
    assert_eq!(cases, ["unsigned", "wrong-secret", "tampered-body", "stale-timestamp", "valid"]);
    let quiet = home.waypost(&["probe", "--yes", "-q"]).exits(3);
    assert!(quiet.stderr.starts_with("error: Your endpoint accepts unsigned requests"), "{}", quiet.stderr);
}

#[test]
fn an_endpoint_whose_answers_are_inconclusive() {
    for (answers, says) in [
        // A 500 has another cause than a check.
        (vec![Answer::status(500), Answer::status(500), Answer::status(200)], "does not show whether it verifies requests"),
        (vec![Answer::status(401)], "waypost edit --secret-stdin."),
    ] {
        let receiver = Receiver::scripted(expect_nothing(), answers);
        let home = registered_at(&receiver, &["--auth", "bearer", "--secret-stdin"], SECRET);
        let out = home.waypost(&["probe", "--yes"]).exits(3);
        assert!(out.stdout.lines().next().unwrap().contains(says), "{}", out.stdout);
        // On the command line no key of the app is named.
        assert!(!out.stdout.contains("Press e"), "{}", out.stdout);
    }
}

#[test]
fn an_endpoint_that_is_not_there() {
    let receiver = Receiver::scripted(expect_hmac("timestamped", "X-Sig", SECRET), vec![Answer::Close]);
    let home = hmac_at(&receiver);
    let out = home.waypost(&["probe", "--yes"]).exits(4);
    assert!(out.stdout.ends_with("The rest was not sent.\n"), "{}", out.stdout);
    assert_eq!(receiver.requests().len(), 1);
    let json = home.waypost(&["probe", "--yes", "--json"]).exits(4).json();
    schema::assert_valid("probe", &json);
    assert_eq!((&json["cut_short"], &json["checks"]), (&true.into(), &false.into()));
    let out = home.run(&["probe", "--yes"], b"", &[("HTTPS_PROXY", "http://[bad")]).exits(2);
    assert!(out.stdout.contains("HTTPS_PROXY"), "{}", out.stdout);
}

#[test]
fn it_asks_first() {
    let receiver = Receiver::start(expect_bearer(SECRET));
    let home = registered_at(&receiver, &["--auth", "bearer", "--secret-stdin"], SECRET);
    refused_with(&home, &["probe"], "", 2, None, "--yes");
    for (answer, code) in [("n\r", 130), ("\r", 130), ("\x03", 130)] {
        let mut pty = home.pty(&["probe"]).start();
        pty.wait_for("[y/N]");
        assert!(pty.screen_text().contains(&receiver.addr.port().to_string()), "{}", pty.screen_text());
        pty.type_text(answer);
        assert_eq!(pty.wait_exit().code, Some(code), "{}", pty.screen_text());
    }
    assert_eq!(receiver.connections(), 0);
    let mut pty = home.pty(&["probe"]).start();
    pty.wait_for("[y/N]");
    pty.type_text("y\r");
    assert_eq!(pty.wait_exit().code, Some(0));
    assert!(pty.screen_text().contains("Your endpoint verifies requests"), "{}", pty.screen_text());
    assert!(!pty.screen_text().contains('…'), "{}", pty.screen_text());
}

#[test]
fn without_auth_there_is_nothing_to_check() {
    let receiver = Receiver::start(expect_nothing());
    let home = registered_at(&receiver, &["--auth", "default"], "");
    refused_with(&home, &["probe", "--yes"], "", 2, None, "nothing to verify");
    refused_with(&Home::new(), &["probe", "--yes"], "", 7, None, "No destination");
    assert_eq!(receiver.connections(), 0);
}
