//! Rows 13–15, 17–21: secrets, and where they come from.

use std::fs;

use crate::support::Home;
use crate::support::check::{expect_api_key_query, expect_bearer};
use crate::support::common::{SECRET, URL, disk, history, refused, refused_with, register, registered, registered_at};
use crate::support::receiver::{Answer, DEADLINE, Receiver};

const AUTHS: [(&str, &[&str], &str); 4] = [
    ("hmac", &["--header-key", "X-Signature"], "signing_secret"),
    ("basic", &["--username", "u"], "password"),
    ("bearer", &[], "token"),
    ("api-key", &["--key", "X-Api-Key"], "value"),
];

fn with<'a>(auth: &'a str, args: &[&'a str]) -> Vec<&'a str> {
    [&["register", "--url", URL, "--auth", auth], args, &["--secret-stdin"]].concat()
}

#[track_caller]
fn secret_of(home: &Home) -> String {
    home.waypost(&["secret"]).exits(0).stdout
}

#[test]
fn h13_control_characters_are_placed_and_not_shown() {
    for (auth, args, field) in AUTHS {
        let text = refused(&Home::new(), &with(auth, args), "hunter2\x1bhunter3", 2, Some(field));
        assert!(text.contains("position 8"), "{text}");
        assert!(!text.contains("hunter"), "{text}");
    }
}

#[test]
fn h14_empty_secrets() {
    for (auth, args, field) in AUTHS {
        for stdin in ["", "\n"] {
            refused_with(&Home::new(), &with(auth, args), stdin, 2, Some(field), "required");
        }
        let given = [&["register", "--url", URL, "--auth", auth], args].concat();
        refused_with(&Home::new(), &given, "", 2, Some(field), "--secret-stdin");
    }
    // An empty one is no wish to keep the old one.
    refused(&registered(), &["edit", "--secret-stdin"], "", 2, Some("signing_secret"));
}

#[test]
fn h15_one_final_newline_and_outer_whitespace() {
    for (auth, args, field) in AUTHS {
        for stdin in ["the-secret-text\n", "the-secret-text\r\n", "the-secret-text"] {
            let home = Home::new();
            home.waypost_stdin(&with(auth, args), stdin).exits(0);
            assert_eq!(secret_of(&home), "the-secret-text\n");
        }
        refused(&Home::new(), &with(auth, args), "the-secret-text\n\n", 2, Some(field));
        let home = Home::new();
        let kept = auth == "hmac" || auth == "basic";
        let args = with(auth, args);
        if kept {
            let json = home.waypost_stdin(&[&args[..], &["--json"]].concat(), " spaced-text ").exits(0).json();
            assert!(json["notices"].to_string().contains("whitespace"), "{json}");
            assert_eq!(secret_of(&home), " spaced-text \n");
        } else {
            refused_with(&home, &args, " spaced-text", 2, Some(field), "whitespace");
        }
    }
}

#[test]
fn h15_from_a_file_and_from_the_environment() {
    let home = Home::new();
    fs::write(home.path().join("secret"), "file-secret-text\n").unwrap();
    let register = ["register", "--url", URL, "--auth", "bearer"];
    home.waypost(&[&register[..], &["--secret-file", "secret"]].concat()).exits(0);
    assert_eq!(secret_of(&home), "file-secret-text\n");
    home.run(&["edit", "--secret-env", "TOKEN"], b"", &[("TOKEN", "env-secret-text")]).exits(0);
    assert_eq!(secret_of(&home), "env-secret-text\n");
    // The environment is taken as it is, a newline included.
    let out = home.run(&["edit", "--secret-env", "TOKEN"], b"", &[("TOKEN", "env-secret-text\n")]).exits(2);
    assert!(!out.stderr.contains("env-secret"), "{}", out.stderr);
    refused_with(&home, &["edit", "--secret-env", "NOT_THERE"], "", 2, None, "NOT_THERE");
    refused_with(&home, &["edit", "--secret-file", "none"], "", 2, None, "none");
    fs::write(home.path().join("binary"), b"abc\xff").unwrap();
    refused_with(&home, &["edit", "--secret-file", "binary"], "", 2, None, "byte 4");
    assert_eq!(secret_of(&home), "env-secret-text\n");
}

#[test]
fn h17_bearer_prefixes_and_characters() {
    for text in ["Bearer abcdefgh", "authorization: bearer abcdefgh"] {
        let home = Home::new();
        let json = home.waypost_stdin(&[&with("bearer", &[])[..], &["--json"]].concat(), text).exits(0).json();
        assert!(json["notices"].to_string().contains("was removed"), "{json}");
        assert_eq!(secret_of(&home), "abcdefgh\n");
    }
    for text in ["abc defgh", "abcdéfgh"] {
        refused_with(
            &Home::new(),
            &with("bearer", &[]),
            text,
            2,
            Some("token"),
            "position 4".replace('4', if text.contains('é') { "5" } else { "4" }).as_str(),
        );
    }
    let json = Home::new().waypost_stdin(&[&with("bearer", &[])[..], &["--json"]].concat(), "abc:def!").exits(0).json();
    assert!(json["notices"].to_string().contains("6750"), "{json}");
}

#[test]
fn h18_standard_secrets_are_base64() {
    let args = with("hmac", &["--format", "standard"]);
    refused(&Home::new(), &args, "whsec_not base64!", 2, Some("signing_secret"));
    let home = Home::new();
    let json = home.waypost_stdin(&[&args[..], &["--json"]].concat(), "whsec_c2hvcnQ=").exits(0).json();
    assert!(json["notices"].to_string().contains("24 to 64"), "{json}");
    assert_eq!(json["destination"]["auth"]["header_key"], "webhook-signature");
}

#[test]
fn h19_a_query_key_occurs_once() {
    let args = |url| ["register", "--url", url, "--auth", "api-key", "--key", "k", "--add-to", "query", "--secret-stdin"];
    for url in ["https://h.example/?k=1", "https://h.example/?a=1&%6b=2", "https://h.example/?k"] {
        refused(&Home::new(), &args(url), "value-text", 2, Some("key"));
    }
    let receiver = Receiver::start(expect_api_key_query("k", "a value&more"));
    let home = Home::new();
    let url = format!("{}?a=1&b=%20+", receiver.url);
    let ca = receiver.ca().to_str().unwrap();
    home.waypost_stdin(&[&args(&url)[..], &["--ca-cert", ca]].concat(), "a value&more").exits(0);
    home.waypost(&["test"]).exits(0);
    assert_eq!(receiver.wait_for_request(DEADLINE).target(), "/in?a=1&b=%20+&k=a%20value%26more");
}

#[test]
fn h20_no_secret_by_argument() {
    let home = registered();
    let before = disk(&home);
    for (flag, field) in [
        ("--password", "password"),
        ("--token", "token"),
        ("--secret", "signing_secret"),
        ("--signing-secret", "signing_secret"),
        ("--value", "value"),
        ("--api-key", "value"),
        ("--client-secret", "client_secret"),
    ] {
        let joined = format!("{flag}=hunter2-text");
        for args in
            [["edit", flag, "hunter2-text"].as_slice(), &["register", &joined], &[flag, "hunter2-text"], &["test", &joined]]
        {
            let text = refused(&home, args, "", 2, Some(field));
            assert!(text.contains("--secret-stdin") && !text.contains("hunter2"), "{text}");
        }
    }
    assert_eq!(disk(&home), before);
}

#[test]
fn h21_a_canary_is_nowhere_to_be_seen() {
    let canary = "canary-0123456789-secret";
    let forms =
        [canary.to_owned(), crate::support::check::base64(canary.as_bytes()), crate::support::check::hex(canary.as_bytes())];
    let echo = Answer::status(302)
        .header("location", &format!("https://other.example/?token={canary}"))
        .header("x-echo", &format!("Bearer {canary}"))
        .body(format!("you sent {canary} and {}", forms[1]));
    let receiver = Receiver::scripted(expect_bearer(canary), vec![echo]);
    let home = registered_at(&receiver, &["--auth", "bearer", "--secret-stdin"], canary);
    let env = [("RUST_LOG", "trace")];
    let mut said = Vec::new();
    for args in [
        ["test", "-v"].as_slice(),
        &["test", "--json"],
        &["test", "--dry-run", "-v"],
        &["test", "--dry-run", "--json"],
        &["show", "-v"],
        &["show", "--json"],
        &["edit", "--url", "http://x"],
        &["register", "--url", URL, "--auth", "bearer", "--secret-env", "CANARY"],
    ] {
        let out = home.run(args, b"", &[env[0], ("CANARY", canary)]);
        said.push(out.stdout + &out.stderr);
    }
    assert!(receiver.requests().iter().all(|request| request.verdict.is_ok()));
    for (path, (_, bytes)) in disk(&home) {
        said.push(format!("{}: {}", path.display(), String::from_utf8_lossy(&bytes)));
    }
    for text in said {
        for form in &forms {
            assert!(!text.contains(form.as_str()), "{form} in {text}");
        }
    }
    assert_eq!(history(&home).len(), 2);
}

#[test]
fn a_generated_secret_is_printed_once_and_is_the_one_that_is_used() {
    let home = Home::new();
    let args = ["register", "--url", URL, "--auth", "hmac", "--header-key", "X-Signature", "--generate-secret"];
    let out = home.waypost(&args).exits(0);
    assert_eq!(out.stdout.lines().count(), 1);
    assert!(out.stdout.starts_with("whsec_"), "{}", out.stdout);
    assert_eq!(secret_of(&home), out.stdout);
    // Where it is not registered, it is not shown either.
    let again = home.waypost(&args).exits(8);
    assert_eq!(again.stdout, "");
    assert!(again.stderr.contains("already registered"), "{}", again.stderr);

    let json = home.waypost(&["edit", "--generate-secret", "--json"]).exits(0).json();
    let generated = json["generated_secret"].as_str().unwrap();
    assert_eq!(secret_of(&home), format!("{generated}\n"));
    assert_ne!(format!("{generated}\n"), out.stdout);
    assert_eq!(json["destination"]["auth"]["signing_secret"]["hint"], format!("…{}", &generated[generated.len() - 4..]));
    assert!(!home.waypost(&["show", "--json"]).exits(0).stdout.contains(generated));
}

#[test]
fn at_most_one_source() {
    refused(
        &Home::new(),
        &["register", "--url", URL, "--auth", "bearer", "--secret-stdin", "--secret-env", "X"],
        "text-text",
        2,
        None,
    );
}

#[test]
fn edit_keeps_what_is_not_named() {
    let home = registered();
    home.waypost(&["edit", "--url", "https://other.example/x", "--format", "base64"]).exits(0);
    assert_eq!(secret_of(&home), format!("{SECRET}\n"));
    let json = home.waypost(&["show", "--json"]).exits(0).json();
    let auth = &json["destination"]["auth"];
    assert_eq!((&auth["header_key"], &auth["format"]), (&"X-Signature".into(), &"base64".into()));
    assert_eq!(auth["signing_secret"], serde_json::json!({ "set": true, "hint": "…3f2a" }));

    // Another auth type needs its own fields, and the old secret is gone with it.
    refused(&home, &["edit", "--auth", "bearer"], "", 2, Some("token"));
    refused(&home, &["edit", "--auth", "api-key", "--secret-stdin"], "value-text", 2, Some("key"));
    home.waypost_stdin(&["edit", "--auth", "basic", "--username", "u", "--secret-stdin"], "a-password-of-length").exits(0);
    assert_eq!(secret_of(&home), "a-password-of-length\n");
    let json = home.waypost(&["show", "--json"]).exits(0).json();
    assert_eq!(json["destination"]["auth"]["password"], serde_json::json!({ "set": true, "hint": null }));
    home.waypost(&["edit", "--auth", "default"]).exits(0);
    refused(&home, &["secret"], "", 2, None);
    assert_eq!(registered().waypost(&["secret", "--json"]).exits(2).json()["error"]["code"], "usage");
}

#[test]
fn register_only_once() {
    let home = registered();
    refused_with(&home, &["register", "--url", URL, "--auth", "default"], "", 8, None, "already");
    for args in [["show"].as_slice(), &["secret"], &["remove", "--yes"], &["test"], &["edit", "--url", URL]] {
        refused_with(&Home::new(), args, "", 7, None, "No destination");
    }
    refused_with(&home, &["remove"], "", 2, None, "--yes");
    home.waypost(&["remove", "--yes"]).exits(0);
    home.waypost(&["show"]).exits(7);
    register(&home, URL, &["--auth", "default"], "");
}
