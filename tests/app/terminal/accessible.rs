//! The app as plain lines: register, edit, test and remove by answers alone, on a terminal that can do nothing.

use std::fs;

use rustix::process::Signal;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use crate::support::Home;
use crate::support::answer::Answer::{self, Checked};
use crate::support::ca::Ca;
use crate::support::check::{expect_bearer, expect_nothing};
use crate::support::common;
use crate::support::pty::{Command, Key, Pty};
use crate::support::receiver::{DEADLINE, Receiver};

const MENU: &str = "q quits:";
const TOKEN: &str = "mF_9.B5f-4.1JqM-3f2a";

/// A dumb terminal, high enough to show all that is said.
fn dumb(home: &Home) -> Command {
    home.pty(&[]).env("TERM", "dumb").size(200, 120)
}

/// A conversation: what was answered so far, and what was said since the last answer.
struct Talk {
    pty: Pty,
    heard: usize,
}

impl Talk {
    #[track_caller]
    fn begin(command: Command) -> Self {
        let mut talk = Self { pty: command.start(), heard: 0 };
        talk.hears(MENU);
        talk
    }

    /// Waits until the question that ends so was asked since the last answer, and nothing else follows it.
    #[track_caller]
    fn hears(&mut self, question: &str) {
        let heard = self.heard;
        self.pty.wait_until(|screen| {
            let said = screen.contents();
            said.get(heard..).is_some_and(|new| new.trim_end().ends_with(question))
        });
    }

    /// What was said since the last answer.
    fn said(&self) -> String {
        self.pty.screen_text().get(self.heard..).unwrap_or_default().to_owned()
    }

    #[track_caller]
    fn answers(&mut self, answer: &str) {
        self.heard = self.pty.screen_text().trim_end().len();
        self.pty.type_text(&format!("{answer}\r"));
    }

    /// Answers, and waits for the next question.
    #[track_caller]
    fn answer(&mut self, answer: &str, next: &str) {
        self.answers(answer);
        self.hears(next);
    }

    /// It leaves the terminal as it was, and was plain lines to the end: no escape sequence, nothing but ASCII, no bell.
    #[track_caller]
    fn ends(&mut self, code: i32) {
        assert_eq!(self.pty.wait_exit().code, Some(code), "{}", self.pty.screen_text());
        self.pty.assert_terminal_whole();
        let raw = self.pty.raw();
        let other: Vec<_> = raw.iter().filter(|byte| !matches!(byte, b' '..=b'~' | b'\r' | b'\n')).collect();
        assert!(other.is_empty(), "{other:?} in {}", String::from_utf8_lossy(&raw));
    }
}

#[test]
fn registers_tests_edits_and_removes() {
    let receiver = Receiver::start(expect_bearer(TOKEN));
    let home = Home::new();
    let mut talk = Talk::begin(dumb(&home));
    assert!(talk.said().contains("No destination is registered."), "{}", talk.said());
    talk.answer("1", "URL (begins with https://):");
    talk.answer(&receiver.url, "q goes back:");
    assert!(talk.said().contains("  4. Bearer Token"), "{}", talk.said());
    talk.answer("4", "(not shown):");
    assert!(talk.said().contains("Token for localhost:"), "{}", talk.said());
    talk.answer(&format!("Bearer {TOKEN}"), "q goes back:");
    assert!(talk.said().contains("27 characters.") && talk.said().contains("\"Bearer \" was removed"), "{}", talk.said());
    talk.answer("", "takes none):");
    talk.answer("", "system's):");
    talk.answer(receiver.ca().to_str().unwrap(), "Enter takes 15):");
    talk.answer("9", "Enter takes 1, q goes back:");
    assert!(talk.said().contains("Token: set, ends in 3f2a") && talk.said().contains("Timeout: 9 seconds"), "{}", talk.said());
    talk.answer("", "Enter takes 1, q goes back:");
    assert!(talk.said().contains(&format!("Registered: {}", receiver.url)), "{}", talk.said());
    talk.answer("1", "Enter takes 1, q goes back:");
    assert!(talk.said().contains("Event:") && talk.said().contains("  1. ping"), "{}", talk.said());
    talk.answer("1", MENU);
    assert!(talk.said().contains("\ndelivered  200"), "{}", talk.said());
    assert_eq!(receiver.wait_for_requests(1, DEADLINE)[0].verdict, Ok(()));

    // Another token: refused, with why and fix. What is not answered stays as it is.
    talk.answer("2", "Enter keeps it:");
    talk.answer("", "q goes back:");
    talk.answer("", "Enter keeps the current one):");
    talk.answer("another-token", "q goes back:");
    talk.answer("", "takes none):");
    talk.answer("", "removes it:");
    talk.answer("", "removes it:");
    talk.answer("-", "q goes back:");
    assert!(talk.said().contains("Timeout: 15 seconds") && talk.said().contains("Token: set\n"), "{}", talk.said());
    talk.answer("1", "q goes back:");
    talk.answer("2", MENU);
    talk.answer("1", "q goes back:");
    talk.answer("", MENU);
    let said = talk.said();
    assert!(said.contains("\nrefused  401") && said.contains("\nWhy ") && said.contains("\nFix "), "{said}");
    talk.answer("4", MENU);
    assert!(talk.said().contains(", ping: refused 401"), "{}", talk.said());

    // Kept unless the number says otherwise.
    talk.answer("3", "q goes back:");
    talk.answer("", MENU);
    assert!(talk.said().contains("Nothing was removed."), "{}", talk.said());
    talk.answer("3", "q goes back:");
    talk.answer("2", MENU);
    assert!(talk.said().contains("Removed: https://") && talk.said().contains("No destination is"), "{}", talk.said());
    talk.answers("q");
    talk.ends(0);
    let raw = String::from_utf8_lossy(&talk.pty.raw()).into_owned();
    // The endpoint may say what it likes of the token that it wanted.
    let (ours, _) = raw.split_once("refused  401").unwrap();
    assert!(!ours.contains("mF_9") && !raw.contains("another-token"), "{raw}");
}

#[test]
fn a_wrong_answer_is_reported_and_asked_for_again() {
    let home = Home::new();
    let mut talk = Talk::begin(dumb(&home));
    for (answer, says) in [("9", "\"9\" is not in the list"), ("register", "Enter a number from 1 to 2, or q.")] {
        talk.answer(answer, MENU);
        assert!(talk.said().contains("error: What to do: ") && talk.said().contains(says), "{}", talk.said());
    }
    talk.answer("1", "https://):");
    for (answer, says) in [("", "error: URL: "), ("http://x.example/", "must start with https://"), ("\x1b[A", "error: URL: ")] {
        talk.answer(answer, "https://):");
        assert!(talk.said().contains(says), "{}", talk.said());
    }
    talk.answer("  https://h.example/?k=1 ", "q goes back:");
    assert!(talk.said().contains("leading and trailing whitespace was removed"), "{}", talk.said());
    talk.answer("5", "q goes back:");
    // In the query, since the rules of the name hang on it.
    talk.answer("2", "X-Api-Key):");
    talk.answer("k", "X-Api-Key):");
    assert!(talk.said().contains("error: Key: \"k\" is already in the URL's query. "), "{}", talk.said());
    talk.answer("key", "(not shown):");
    talk.answer("", "(not shown):");
    assert!(talk.said().contains("error: Value: is required. "), "{}", talk.said());
    talk.answer("value", "q goes back:");
    talk.answer("", "takes none):");
    talk.answer("", "system's):");
    talk.answer("/nowhere/ca.pem", "system's):");
    assert!(talk.said().contains("error: CA certificate: "), "{}", talk.said());
    talk.answer("", "takes 15):");
    talk.answer("121", "takes 15):");
    assert!(talk.said().contains("error: Timeout: \"121\" is not a number of seconds"), "{}", talk.said());
    talk.answer("", "q goes back:");
    talk.answer("q", MENU);
    assert!(talk.said().contains("Nothing was saved."), "{}", talk.said());
    assert!(!home.state_file().exists());
    // ^D goes back from a question, and quits at the menu.
    talk.answer("1", "https://):");
    talk.heard = talk.pty.screen_text().trim_end().len();
    talk.pty.key(Key::Ctrl('d'));
    talk.hears(MENU);
    talk.pty.key(Key::Ctrl('d'));
    talk.ends(0);
}

#[test]
fn a_generated_secret_is_offered_shown_once_and_kept() {
    let home = Home::new();
    let mut talk = Talk::begin(home.pty(&["--accessible"]).size(200, 120));
    talk.answer("1", "https://):");
    talk.answer("https://h.example/in", "q goes back:");
    talk.answer("2", "q goes back:");
    // No service's convention.
    talk.answer("", "q goes back:");
    assert!(talk.said().contains("  5. Standard Webhooks"), "{}", talk.said());
    talk.answer("5", "Enter takes webhook-signature):");
    talk.answer("", "q goes back:");
    assert!(talk.said().contains("  1. Generate one"), "{}", talk.said());
    talk.answer("1", "q goes back:");
    let said = talk.said();
    let secret = said.lines().find(|line| line.starts_with("whsec_")).expect("the secret").trim().to_owned();
    talk.answer("", "takes none):");
    talk.answer("", "system's):");
    talk.answer("", "takes 15):");
    talk.answer("", "q goes back:");
    assert!(talk.said().contains(&format!("set, ends in {}", &secret[secret.len() - 4..])), "{}", talk.said());
    talk.answer("1", "q goes back:");
    talk.answer("2", MENU);
    assert_eq!(home.waypost(&["secret"]).exits(0).stdout.trim(), secret);
    // Kept when it is edited, which is what Enter does.
    talk.answer("2", "Enter keeps it:");
    for next in ["q goes back:", "q goes back:", "q goes back:", "Enter keeps it:"] {
        talk.answer("", next);
    }
    talk.answer("X-Signature", "Enter takes 3, q goes back:");
    talk.answer("", "q goes back:");
    talk.answer("", "takes none):");
    talk.answer("", "system's):");
    talk.answer("", "takes 15):");
    talk.answer("", "q goes back:");
    talk.answer("", "q goes back:");
    talk.answer("q", MENU);
    assert_eq!(home.waypost(&["secret"]).exits(0).stdout.trim(), secret);
    talk.answers("q");
    talk.ends(0);
    let raw = String::from_utf8_lossy(&talk.pty.raw()).into_owned();
    assert_eq!(raw.matches(&secret).count(), 1);
}

#[test]
fn every_way_out_has_its_code() {
    type Leave = fn(&mut Pty);
    let ways: [(Leave, i32); 4] = [
        (|pty| pty.key(Key::Ctrl('c')), 130),
        (|pty| pty.signal(Signal::INT), 130),
        (|pty| pty.signal(Signal::TERM), 143),
        (|pty| pty.signal(Signal::HUP), 129),
    ];
    for (leave, code) in ways {
        for inside in [false, true] {
            let home = Home::new();
            let mut talk = Talk::begin(home.pty(&[]).env("ACCESSIBLE", "1").size(200, 120));
            if inside {
                talk.answer("1", "https://):");
            }
            leave(&mut talk.pty);
            talk.ends(code);
            assert!(!home.state_file().exists());
        }
    }
    let home = Home::new();
    let mut talk = Talk::begin(dumb(&home));
    talk.pty.hang_up();
    assert_eq!(talk.pty.wait_exit().code, Some(129));
}

#[test]
fn ctrl_c_stops_a_delivery_and_nothing_else() {
    let receiver =
        Receiver::scripted(expect_nothing(), vec![Answer::status(200).after(DEADLINE), Answer::status(200).after(DEADLINE)]);
    let home = Home::new();
    let ca = receiver.ca().to_str().unwrap();
    home.waypost(&["register", "--url", &receiver.url, "--auth", "default", "--ca-cert", ca]).exits(0);
    let mut talk = Talk::begin(dumb(&home));
    talk.answer("1", "q goes back:");
    talk.answers("1");
    receiver.wait_for_requests(1, DEADLINE);
    // What is typed while it goes answers no question.
    talk.pty.type_text("q\r");
    talk.pty.key(Key::Ctrl('c'));
    talk.hears(MENU);
    assert!(talk.said().contains("\nstopped  ") && !talk.said().contains("Registered:"), "{}", talk.said());
    talk.answer("1", "q goes back:");
    talk.answers("1");
    receiver.wait_for_requests(2, DEADLINE);
    talk.pty.signal(Signal::TERM);
    assert_eq!(talk.pty.wait_exit().code, Some(143));
    let history = common::history(&home);
    assert_eq!(history.len(), 2, "{history:?}");
    for delivery in &history {
        assert_eq!((&delivery["outcome"], &delivery["attempts"][0]["outcome"]), (&"stopped".into(), &"stopped".into()));
    }
}

#[test]
fn a_secret_that_cannot_be_opened_is_entered_again() {
    let home = Home::new();
    let register = ["register", "--url", "https://h.example/in", "--auth", "basic", "--username", "u", "--secret-stdin"];
    home.waypost_stdin(&register, "an-old-password").exits(0);
    fs::remove_file(home.state_dir().join("key")).unwrap();
    let mut talk = Talk::begin(dumb(&home));
    assert!(talk.said().contains("Registered, but its secret cannot be opened:"), "{}", talk.said());
    assert!(talk.said().contains("Password: to be entered again") && talk.said().contains("error: "), "{}", talk.said());
    talk.answer("1", "Enter keeps it:");
    talk.answer("", "q goes back:");
    talk.answer("", "Enter keeps it:");
    talk.answer("", "(not shown):");
    talk.answer("a-new-password-of-20", "q goes back:");
    assert!(talk.said().contains("20 characters."), "{}", talk.said());
    talk.answer("", "takes none):");
    talk.answer("", "system's):");
    talk.answer("", "takes 15):");
    talk.answer("", "q goes back:");
    // Never how a password ends.
    assert!(talk.said().contains("  Password: set\n"), "{}", talk.said());
    talk.answer("", "q goes back:");
    talk.answer("2", MENU);
    talk.answers("q");
    talk.ends(0);
    assert_eq!(home.waypost(&["secret"]).exits(0).stdout, "a-new-password-of-20\n");
}

#[test]
fn the_demo_leads_to_its_own_receiver() {
    let home = Home::new();
    let mut talk = Talk::begin(home.pty(&["demo", "--accessible"]).env("NO_PROXY", "*").size(200, 120));
    assert!(talk.said().contains("and a receiver on this machine:"), "{}", talk.said());
    talk.answer("1", "Enter keeps it:");
    talk.answer("", "q goes back:");
    talk.answer("", "q goes back:");
    talk.answer("", "takes none):");
    talk.answer("", "system's):");
    talk.answer("", "takes 15):");
    talk.answer("", "q goes back:");
    talk.answer("", "q goes back:");
    talk.answer("", "q goes back:");
    talk.answer("", MENU);
    assert!(talk.said().contains("\ndelivered  200"), "{}", talk.said());
    talk.answers("q");
    talk.ends(0);
}

#[test]
fn the_demo_leads_on_through_a_refusal() {
    let home = Home::new();
    let mut talk = Talk::begin(home.pty(&["demo", "--accessible"]).env("NO_PROXY", "*").size(400, 120));
    assert!(talk.said().contains("\nGuide, 1 of 5: Register a destination."), "{}", talk.said());
    let url = talk.said().lines().find(|line| line.starts_with("https://localhost:")).unwrap().trim().to_owned();
    let wrong = format!("{url}x");
    let steps = [
        // What is chosen at the menu, the URL, and what is said: the outcome, by the receiver, by the guide.
        (
            ("1", ""),
            "delivered  200",
            "The receiver got POST /in, 67 bytes, and accepted it: nothing to check",
            "Guide, 3 of 5: See a refusal. Edit the destination: change the URL's path, then send",
        ),
        (
            ("2", &*wrong),
            "refused  404",
            "The receiver got POST /inx, 67 bytes: there is nothing at that path; events go to /in.",
            "Guide, 4 of 5: The answer says what is wrong. Edit the destination to fix it",
        ),
        (
            ("2", &*url),
            "delivered  200",
            "The receiver got POST /in, 67 bytes, and accepted it: nothing to check",
            "Guide, 5 of 5: That was the tour. q ends the demo and removes its files.",
        ),
    ];
    for ((chosen, url), outcome, seen, guide) in steps {
        talk.answer(chosen, "Enter keeps it:");
        talk.answer(url, "q goes back:");
        talk.answer("", "q goes back:");
        talk.answer("", "takes none):");
        talk.answer("", "system's):");
        talk.answer("", "takes 15):");
        talk.answer("", "q goes back:");
        talk.answer("", "q goes back:");
        talk.answer("", "q goes back:");
        talk.answer("", MENU);
        for text in [outcome, seen, guide] {
            assert!(talk.said().contains(&format!("\n{text}")), "no {text} in {}", talk.said());
        }
    }
    talk.answers("q");
    talk.ends(0);
}

#[test]
fn without_a_terminal_no_question_is_asked() {
    let home = Home::new();
    for (args, env) in [(vec!["--accessible"], ("ACCESSIBLE", "")), (vec![], ("ACCESSIBLE", "1")), (vec![], ("TERM", "dumb"))] {
        let out = home.run(&args, b"1\n", &[env]).exits(2);
        assert!(out.stderr.contains("needs a terminal") && out.stdout.is_empty(), "{out:?}");
    }
    for flag in ["--accessible", "--ascii"] {
        let out = home.waypost(&[flag, "show"]).exits(2);
        assert!(out.stderr.contains("apply to the app"), "{out:?}");
    }
    assert!(!home.config_dir().exists() && !home.state_dir().exists());
    // Switched off: the app itself.
    let mut pty = home.pty(&[]).env("ACCESSIBLE", "0").start();
    pty.wait_for(" Destination ");
    pty.type_text("q");
    assert_eq!(pty.wait_exit().code, Some(0));
}

/// A shell with job control, and the app in it as plain lines.
fn from_a_shell(home: &Home, args: &str) -> Pty {
    let mut shell = Command::new("/bin/sh", home.path())
        .args(&["-i"])
        .env("PS1", "shell: ")
        .env("ENV", "")
        .env("WAYPOST_CONFIG_DIR", home.config_dir().to_str().unwrap())
        .env("WAYPOST_STATE_DIR", home.state_dir().to_str().unwrap())
        .size(200, 120)
        .start();
    shell.wait_for("shell: ");
    // A shell that edits its lines would set the terminal itself.
    shell.type_text("set +o emacs +o vi; PS1='plain: '\r");
    shell.wait_for("plain: ");
    shell.type_text(&format!("{} {args}\r", crate::support::WAYPOST));
    shell
}

/// Waits until the last line on the screen is that.
#[track_caller]
fn last_line(pty: &mut Pty, text: &str) {
    pty.wait_until(|screen| screen.contents().trim_end().ends_with(text.trim_end()));
}

#[test]
fn ctrl_z_restores_the_terminal_and_the_question_is_asked_again() {
    let home = Home::new();
    let mut pty = from_a_shell(&home, "--accessible");
    last_line(&mut pty, MENU);
    let mut question = MENU;
    for (answer, next) in [("1", "https://):"), ("https://h.example/in", "q goes back:"), ("4", "(not shown):")] {
        pty.key(Key::Ctrl('z'));
        last_line(&mut pty, "plain:");
        // This shell leaves the settings as they are: it is waypost that gave the terminal back.
        assert!(!pty.is_raw());
        pty.type_text("fg\r");
        last_line(&mut pty, question);
        pty.type_text(&format!("{answer}\r"));
        last_line(&mut pty, next);
        question = next;
    }
    // A secret: what was typed before is gone, and what is typed afterwards is not shown either.
    pty.type_text("half-a-secret");
    pty.key(Key::Ctrl('z'));
    last_line(&mut pty, "plain:");
    assert!(!pty.is_raw());
    pty.type_text("fg\r");
    last_line(&mut pty, "(not shown):");
    assert!(pty.is_raw());
    pty.type_text(&format!("{TOKEN}\r"));
    last_line(&mut pty, "q goes back:");
    assert!(pty.screen_text().contains(&format!("{} characters.", TOKEN.len())), "{}", pty.screen_text());
    pty.key(Key::Ctrl('c'));
    last_line(&mut pty, "plain:");
    let raw = String::from_utf8_lossy(&pty.raw()).into_owned();
    assert!(!raw.contains("half-a-secret") && !raw.contains(TOKEN), "{raw}");
    assert!(!pty.is_raw());
    pty.type_text("exit\r");
    pty.wait_exit();
}

#[test]
fn ctrl_z_at_the_question_for_a_secret_on_the_command_line() {
    let home = Home::new();
    let mut pty = from_a_shell(&home, "register --url https://h.example/in --auth bearer");
    pty.wait_for("Token");
    pty.type_text("half-a-secret");
    pty.key(Key::Ctrl('z'));
    last_line(&mut pty, "plain:");
    assert!(!pty.is_raw());
    pty.type_text("fg\r");
    pty.wait_until(|screen| screen.contents().matches("(not shown)").count() >= 2);
    pty.type_text(&format!("{TOKEN}\r"));
    last_line(&mut pty, "plain:");
    pty.type_text("exit\r");
    pty.wait_exit();
    assert_eq!(home.waypost(&["secret"]).exits(0).stdout.trim(), TOKEN);
    let raw = String::from_utf8_lossy(&pty.raw()).into_owned();
    assert!(!raw.contains("half-a-secret") && !raw.contains(TOKEN), "{raw}");
}

#[test]
fn headers_are_added_changed_and_removed_by_answers() {
    let home = Home::new();
    let mut talk = Talk::begin(dumb(&home));
    talk.answer("1", "https://):");
    talk.answer("https://h.example/in", "q goes back:");
    talk.answer("1", "q goes back:");
    assert!(talk.said().contains("Headers that each request carries, now none:"), "{}", talk.said());
    talk.answer("2", "X-Environment):");
    talk.answer("Host", "q goes back:");
    talk.answer("1", "filled in):");
    talk.answer("a", "q goes back:");
    assert!(talk.said().contains("error: Headers: \"Host\" is reserved"), "{}", talk.said());
    for (name, secret, ask, value) in [("X-Event", "1", "filled in):", "{event}"), ("X-Token", "2", "(not shown):", "hunter2")] {
        talk.answer("2", "X-Environment):");
        talk.answer(name, "q goes back:");
        talk.answer(secret, ask);
        talk.answer(value, "q goes back:");
    }
    assert!(talk.said().contains("now 2:") && talk.said().contains("  5. Change X-Token"), "{}", talk.said());
    talk.answer("5", "q goes back:");
    assert!(talk.said().contains("Enter takes 2"), "{}", talk.said());
    talk.answer("", "Enter keeps the current one):");
    talk.answer("", "q goes back:");
    talk.answer("4", "q goes back:");
    assert!(talk.said().contains("now 1:"), "{}", talk.said());
    talk.answer("", "takes none):");
    talk.answer("", "system's):");
    talk.answer("", "takes 15):");
    talk.answer("", "q goes back:");
    assert!(talk.said().contains("  Header: X-Token: set, not shown"), "{}", talk.said());
    talk.answer("1", "q goes back:");
    talk.answer("2", MENU);
    talk.answers("q");
    talk.ends(0);
    assert!(!String::from_utf8_lossy(&talk.pty.raw()).contains("hunter2"));
    let file = fs::read_to_string(home.state_file()).unwrap();
    assert!(file.contains("headers.x-token") && !file.contains("X-Event"), "{file}");
}

#[test]
fn a_service_is_chosen_a_curl_command_is_taken_and_the_old_secret_has_a_time() {
    let home = Home::new();
    std::fs::create_dir(home.path().join("certs")).unwrap();
    let receiver = Receiver::start(expect_nothing());
    std::fs::copy(receiver.ca(), home.path().join("certs/ca.pem")).unwrap();
    let mut talk = Talk::begin(dumb(&home).env("HOME", home.path().to_str().unwrap()));
    talk.answer("1", "https://):");
    talk.answer("curl https://h.example/in", "https://):");
    assert!(talk.said().contains("error: The curl command is not accepted. At line 1, column 1"), "{}", talk.said());
    talk.answers("curl https://h.example/in \\");
    talk.answers("-d '{\"a\": 1}' \\");
    talk.answer("-H 'X-Env: live' -H 'Host: other'", "q goes back:");
    assert!(talk.said().contains("From the curl command: URL, header X-Env, body (8 bytes)"), "{}", talk.said());
    assert!(talk.said().contains("note: not taken: Host: "), "{}", talk.said());
    talk.answer("2", "q goes back:");
    assert!(talk.said().contains("  3. Stripe"), "{}", talk.said());
    talk.answer("3", "q goes back:");
    assert!(talk.said().contains("Enter takes 4"), "{}", talk.said());
    talk.answer("", "Enter keeps it:");
    talk.answer("", "q goes back:");
    talk.answer("2", "(not shown):");
    talk.answer("a-signing-secret-of-28-chars", "q goes back:");
    talk.answer("", "takes none):");
    talk.answer("", "system's):");
    talk.answer("~/certs/ca.pem", "takes 15):");
    talk.answer("", "q goes back:");
    talk.answer("1", "q goes back:");
    assert!(talk.said().contains("is the event from-curl now"), "{}", talk.said());
    talk.answer("2", MENU);
    // Edited: Stripe's format carries two signatures.
    talk.answer("2", "Enter keeps it:");
    for next in ["q goes back:", "q goes back:", "q goes back:", "Enter keeps it:", "q goes back:"] {
        talk.answer("", next);
    }
    talk.answer("2", "(not shown):");
    talk.answer("another-secret-of-28-letters", "q goes back:");
    assert!(talk.said().contains("Old secret valid for:") && talk.said().contains("Enter takes 3"), "{}", talk.said());
    talk.answer("2", "q goes back:");
    talk.answer("", "takes none):");
    talk.answer("", "removes it:");
    talk.answer("", "takes 15):");
    talk.answer("", "q goes back:");
    talk.answer("1", "q goes back:");
    talk.answer("2", MENU);
    talk.answers("q");
    talk.ends(0);
    let shown = home.waypost(&["show", "--json"]).exits(0).json();
    let auth = &shown["destination"]["auth"];
    assert_eq!((&auth["header_key"], &auth["format"]), (&"Stripe-Signature".into(), &"timestamped".into()));
    assert_eq!(auth["previous_secret"]["set"], true);
    let ca = home.path().join("certs/ca.pem");
    assert_eq!(shown["destination"]["tls"]["ca_cert"], ca.to_str().unwrap());
}

#[test]
fn read_only_offers_nothing_that_sends_or_changes() {
    let receiver = Receiver::start(expect_bearer(TOKEN));
    let home = common::registered_at(&receiver, &["--auth", "bearer", "--secret-stdin"], TOKEN);
    home.waypost(&["test"]).exits(0);
    let before = common::disk(&home);
    let sent = receiver.requests().len();
    let mut talk = Talk::begin(home.pty(&["--accessible", "--readonly"]).env("TERM", "dumb").size(200, 120));
    let said = talk.said();
    assert!(said.contains("Read-only: nothing is sent, and nothing is changed."), "{said}");
    assert!(said.contains("  1. List the newest deliveries") && !said.contains("  2. "), "{said}");
    talk.answer("1", MENU);
    assert!(talk.said().contains(", ping: delivered 200"), "{}", talk.said());
    talk.answer("2", MENU);
    assert!(talk.said().contains("is not in the list"), "{}", talk.said());
    talk.answers("q");
    talk.ends(0);
    assert_eq!((receiver.requests().len(), common::disk(&home)), (sent, before));

    // Nor is anything registered, removed or entered again.
    let mut nothing = Talk::begin(Home::new().pty(&["--accessible", "--readonly"]).env("TERM", "dumb").size(200, 120));
    let said = nothing.said();
    assert!(said.contains("  1. List the newest deliveries") && !said.contains("  2. "), "{said}");
    nothing.answers("q");
    nothing.ends(0);
    let mut demo = Talk::begin(home.pty(&["demo", "--accessible", "--readonly"]).env("TERM", "dumb").size(200, 120));
    let said = demo.said();
    assert!(!said.contains("  2. ") && !said.contains("Guide"), "{said}");
    demo.answers("q");
    demo.ends(0);
}

/// As ssh does at the first connection.
#[test]
fn a_ca_that_was_presented_is_read_out_and_trusted_after_a_question() {
    let ca = Ca::named("Their CA");
    let mut leaf = ca.leaf(&["localhost"]);
    leaf.chain.push(CertificateDer::from_pem_slice(ca.pem().as_bytes()).unwrap());
    let receiver = Receiver::with_leaf(expect_nothing(), vec![Checked], &ca, leaf);
    let home = Home::new();
    home.waypost(&["register", "--url", &receiver.url, "--auth", "default"]).exits(0);
    let mut talk = Talk::begin(dumb(&home));
    talk.answer("1", "q goes back:");
    talk.answer("1", "Enter takes 1, q goes back:");
    let said = talk.said();
    for words in [
        "failed  ",
        "Presented  CN=Their CA",
        "Valid",
        "SHA-256",
        "Trust this CA for localhost:",
        "  1. Do not trust it",
        "  2. Trust it",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    talk.answer("", MENU);
    assert!(talk.said().contains("It is not trusted."), "{}", talk.said());
    talk.answer("1", "q goes back:");
    talk.answer("1", "Enter takes 1, q goes back:");
    talk.answer("2", "Enter takes 1, q goes back:");
    assert!(
        talk.said().contains("Trusted: https://localhost:") && talk.said().contains("Prove that it works"),
        "{}",
        talk.said()
    );
    talk.answer("1", "q goes back:");
    talk.answer("1", MENU);
    assert!(talk.said().contains("\ndelivered  200") && !talk.said().contains("Trust this CA"), "{}", talk.said());
    talk.answers("q");
    talk.ends(0);
    assert!(fs::read_dir(home.config_dir()).unwrap().any(|file| file.unwrap().file_name().to_string_lossy().starts_with("ca-")));
}
