//! `verify`: good requests of every auth type, the mistakes, and the inputs that are none.

use std::fs;

use serde_json::json;

use waypost::domain::secret::Secret;
use waypost::domain::signature::{Format, SigningSecret};

use crate::support::Home;
use crate::support::check::{
    Check, expect_api_key_header, expect_api_key_query, expect_basic, expect_bearer, expect_hmac, expect_nothing,
};
use crate::support::common::{SECRET, URL, refused, refused_with, register, registered, registered_at};
use crate::support::receiver::{DEADLINE, RawRequest, Receiver};

const WHSEC: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// The payload, secret and signature that GitHub documents for its webhooks.
const GITHUB: [&str; 3] =
    ["Hello, World!", "It's a Secret to Everybody", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"];

fn github() -> Home {
    let home = Home::new();
    let args = ["--auth", "hmac", "--header-key", "X-Hub-Signature-256", "--format", "sha256-hex", "--secret-stdin"];
    register(&home, URL, &args, GITHUB[1]);
    home
}

#[test]
fn a_published_vector_is_verified() {
    let home = github();
    let header = format!("X-Hub-Signature-256: {}", GITHUB[2]);
    let args = ["verify", "--body", "-", "--header", &header];
    let out = home.waypost_stdin(&args, GITHUB[0]).exits(0);
    assert!(out.stdout.starts_with("valid  ") && out.stderr.is_empty(), "{} {}", out.stdout, out.stderr);
    let json = home.waypost_stdin(&[&args[..], &["--json"]].concat(), GITHUB[0]).exits(0).json();
    crate::schema::assert_valid("verify", &json);
    assert_eq!((&json["valid"], &json["fix"], &json["mistakes"]), (&json!(true), &json!(null), &json!([])));
    assert_eq!(home.waypost_stdin(&[&args[..], &["-q"]].concat(), GITHUB[0]).exits(0).stdout, "");
}

/// A home, and the request that it sends.
fn sent(check: Check, args: &[&str], secret: &str) -> (Home, RawRequest) {
    let receiver = Receiver::start(check);
    let home = registered_at(&receiver, args, secret);
    home.waypost(&["test"]).exits(0);
    let request = receiver.wait_for_request(DEADLINE);
    let headers: Vec<_> = request.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    fs::write(home.path().join("headers"), headers.join("\n")).unwrap();
    fs::write(home.path().join("target"), format!("{}\n", request.target())).unwrap();
    fs::write(home.path().join("body"), &request.body).unwrap();
    (home, request)
}

const VERIFY: [&str; 7] = ["verify", "--body", "body", "--header", "@headers", "--target", "@target"];

#[test]
fn every_auth_type_is_verified_and_a_wrong_one_named() {
    let hmac = ["hex", "base64", "sha256-hex", "timestamped", "standard"].map(|format| {
        let args = vec!["--auth", "hmac", "--header-key", "X-Sig", "--format", format, "--secret-stdin"];
        (expect_hmac(format, "X-Sig", WHSEC), args, WHSEC)
    });
    let key = |place| vec!["--auth", "api-key", "--key", "x-key", "--add-to", place, "--secret-stdin"];
    let others = [
        (expect_basic("user", SECRET), vec!["--auth", "basic", "--username", "user", "--secret-stdin"], SECRET),
        (expect_bearer(SECRET), vec!["--auth", "bearer", "--secret-stdin"], SECRET),
        (expect_api_key_header("x-key", SECRET), key("header"), SECRET),
        (expect_api_key_query("x-key", SECRET), key("query"), SECRET),
    ];
    for (check, args, secret) in hmac.into_iter().chain(others) {
        let (home, _) = sent(check, &args, secret);
        home.waypost(&VERIFY).exits(0);
        // Another secret on the other side.
        home.waypost_stdin(&["edit", "--secret-stdin"], "whsec_QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=").exits(0);
        let rotated = args.contains(&"timestamped") || args.contains(&"standard");
        if rotated {
            let out = home.waypost(&VERIFY).exits(0);
            assert!(out.stdout.contains("made with the previous secret"), "{args:?}: {}", out.stdout);
            home.waypost(&["edit", "--drop-old"]).exits(0);
        }
        let out = home.waypost(&VERIFY).exits(3);
        assert!(out.stdout.starts_with("not valid  "), "{args:?}: {}", out.stdout);
        // A credential that is another says it all; that a signature does not match may have many reasons.
        assert_eq!(out.stdout.contains("no known mistake explains it"), args.contains(&"hmac"), "{args:?}: {}", out.stdout);
        assert_eq!(out.stdout.contains("the signature does not match"), args.contains(&"hmac"), "{args:?}: {}", out.stdout);
        let json = home.waypost(&[&VERIFY[..], &["--json"]].concat()).exits(3).json();
        crate::schema::assert_valid("verify", &json);
        assert_eq!((&json["valid"], &json["mistakes"]), (&json!(false), &json!([])), "{args:?}");
        // With another method it is not our request, whatever it contains.
        let json = home.waypost(&[&VERIFY[..], &["--method", "PUT", "--json"]].concat()).exits(3).json();
        assert_eq!(json["mistakes"], json!(["method"]));
        let quiet = home.waypost(&[&VERIFY[..], &["-q"]].concat()).exits(3);
        assert!(quiet.stdout.is_empty() && quiet.stderr.starts_with("error: not valid: "), "{}", quiet.stderr);
    }
    let (home, _) = sent(expect_nothing(), &["--auth", "default"], "");
    home.waypost(&VERIFY).exits(0);
    home.waypost(&["verify", "--body", "body"]).exits(0);
}

#[test]
fn mistakes_are_named_with_their_fix() {
    let home = github();
    let upper = GITHUB[2].replace("sha256=", "").to_uppercase();
    let base64 = "dXEH6g6yUJ/CESIczphLijdXC211hsIsRvQ3nIsEPhc=";
    let cases: [(&str, String, &[&str], &str); 6] = [
        ("Hello, World!\n", format!("X-Hub-Signature-256: {}", GITHUB[2]), &["body"], "last line break"),
        ("Hello, World!", format!("X-Hub-Signature-256: sha256={upper}"), &["encoding"], "upper-case"),
        ("Hello, World!", format!("X-Hub-Signature-256: sha256={base64}"), &["encoding"], "base64"),
        ("Hello, World!\n", format!("X-Hub-Signature-256: sha256={base64}"), &["encoding", "body"], "base64"),
        ("Hello, World!", format!("X-Signature: {}", GITHUB[2]), &["header-name"], "x-signature"),
        ("Hello, World?", format!("X-Hub-Signature-256: {}", GITHUB[2]), &[], "no known mistake explains it"),
    ];
    for (body, header, mistakes, says) in cases {
        let args = ["verify", "--body", "-", "--header", &header];
        let json = home.waypost_stdin(&[&args[..], &["--json"]].concat(), body).exits(3).json();
        crate::schema::assert_valid("verify", &json);
        assert_eq!(json["mistakes"], json!(mistakes), "{header}: {json}");
        assert!(json["reason"].as_str().unwrap().contains(says), "{json}");
        assert!(!json["fix"].as_str().unwrap().is_empty());
        let text = home.waypost_stdin(&args, body).exits(3).stdout;
        assert!(text.contains(says) && text.contains("Fix"), "{text}");
        let has_code = json["code"].as_array().unwrap().first().map(|line| line["code"].as_str().unwrap().to_owned());
        assert!(has_code.is_none_or(|code| text.contains(&code)), "{text}");
    }
}

#[test]
fn the_expected_signature_is_shown_only_when_asked_for() {
    let home = github();
    let wrong = "X-Hub-Signature-256: sha256=0000";
    let args = ["verify", "--body", "-", "--header", wrong];
    let digest = GITHUB[2].trim_start_matches("sha256=");
    for more in [[].as_slice(), &["--json"], &["-v"], &["-q"]] {
        let out = home.run(&[&args[..], more].concat(), GITHUB[0].as_bytes(), &[("RUST_LOG", "trace")]).exits(3);
        for text in [&out.stdout, &out.stderr] {
            assert!(!text.contains(digest) && !text.contains("Secret to"), "{text}");
        }
        let out = home.waypost_stdin(&[&args[..], more, &["--reveal"]].concat(), GITHUB[0]).exits(3);
        assert!(out.stdout.contains(GITHUB[2]) && !out.stderr.contains(digest), "{} {}", out.stdout, out.stderr);
        assert!(!out.stdout.contains("Secret to"));
    }
    let (home, _) = sent(expect_bearer(SECRET), &["--auth", "bearer", "--secret-stdin"], SECRET);
    let out = home.waypost(&[&VERIFY[..], &["--reveal"]].concat()).exits(0);
    assert!(out.stderr.contains("no signature") && !out.stdout.contains(SECRET), "{}", out.stderr);
    let json = home.waypost(&[&VERIFY[..], &["--reveal", "--json"]].concat()).exits(0).json();
    assert_eq!(json["expected"], json!(null));
}

#[test]
fn the_time_is_given_or_now() {
    let args = ["--auth", "hmac", "--format", "standard", "--secret-stdin"];
    let (home, request) = sent(expect_hmac("standard", "webhook-signature", WHSEC), &args, WHSEC);
    let at: i64 = request.header("webhook-timestamp").parse().unwrap();
    for (off, code) in [(0, 0), (300, 0), (-300, 0), (301, 3), (-301, 3)] {
        let at = (at + off).to_string();
        let out = home.waypost(&[&VERIFY[..], &["--at", &at, "--json"]].concat()).exits(code);
        assert_eq!(out.json()["mistakes"], if code == 0 { json!([]) } else { json!(["stale"]) });
    }
    for at in ["-9223372036854775808", "9223372036854775807"] {
        home.waypost(&[&VERIFY[..], &["--at", at]].concat()).exits(3);
    }
    for at in ["", "now", "1.5", "9223372036854775808"] {
        refused_with(&home, &[&VERIFY[..], &["--at", at]].concat(), "", 2, None, "--at");
    }
}

#[test]
fn what_is_old_by_now_says_what_it_was_judged_by() {
    let home = Home::new();
    register(&home, URL, &["--auth", "hmac", "--format", "standard", "--secret-stdin"], WHSEC);
    let secret = SigningSecret::new(Secret::new(WHSEC), Format::Standard).unwrap();
    let headers = |body: &[u8]| {
        format!("webhook-id: msg_1\nwebhook-timestamp: 1000\nwebhook-signature: {}", secret.sign("msg_1", 1000, body))
    };
    fs::write(home.path().join("headers"), headers(b"[1.5]")).unwrap();
    let args = ["verify", "--body", "-", "--header", "@headers", "--json"];
    let json = home.waypost_stdin(&args, "[1.5]").exits(3).json();
    assert_eq!(json["mistakes"], json!(["stale"]));
    assert!(json["fix"].as_str().unwrap().contains("the current time; use --at"), "{json}");
    let given = home.waypost_stdin(&[&args[..], &["--at", "2000"]].concat(), "[1.5]").exits(3).json();
    assert_eq!(given["mistakes"], json!(["stale"]));
    assert!(!given["fix"].as_str().unwrap().contains("--at"), "{given}");
    // A body that several languages could have written is attributed to none.
    let json = home.waypost_stdin(&[&args[..], &["--at", "1000"]].concat(), "[1.50]").exits(3).json();
    assert!(json["reason"].as_str().unwrap().contains("with numbers written again (1.50 as 1.5)"), "{json}");
}

#[test]
fn invalid_inputs_are_named() {
    let home = registered();
    let path = |name: &str| home.path().join(name);
    fs::write(path("body"), "{}").unwrap();
    fs::write(path("bad-headers"), "X-One: 1\n\nhunter2hunter2\n").unwrap();
    fs::write(path("binary"), [0xff, 0xfe]).unwrap();
    fs::File::create(path("large")).unwrap().set_len(16 * 1024 * 1024 + 1).unwrap();
    fs::File::create(path("fits")).unwrap().set_len(16 * 1024 * 1024).unwrap();
    refused_with(&home, &["verify"], "", 2, Some("body"), "--body");
    for (body, says) in [("absent", "cannot be read"), (".", "cannot be read"), ("large", "more than 16777216 bytes")] {
        refused_with(&home, &["verify", "--body", body], "", 2, Some("body"), says);
    }
    home.waypost(&["verify", "--body", "fits", "--header", "X-Signature: 00"]).exits(3);
    let headers = [
        ("hunter2hunter2", "first has no colon"),
        (": hunter2hunter2", "no name"),
        ("a b: hunter2hunter2", "header name"),
        ("", "is not a header"),
        ("a: hunter2hunter2\nb: 2", "is not a header"),
        ("@bad-headers", "line 3"),
        ("@absent", "cannot be read"),
        ("@binary", "UTF-8"),
        ("@large", "more than"),
    ];
    for (header, says) in headers {
        let text = refused(&home, &["verify", "--body", "body", "--header", header], "", 2, None);
        assert!(text.contains("--header") && text.contains(says) && !text.contains("hunter2"), "{header}: {text}");
    }
    let text = refused(&home, &["verify", "--body", "body", "--header", "a: b", "--header", "x"], "", 2, None);
    assert!(text.contains("second"), "{text}");
    for target in ["in", "", "https://h.example/in", "/a b"] {
        refused_with(&home, &["verify", "--body", "body", "--target", target], "", 2, None, "--target");
    }
    // Nothing registered, and a secret that cannot be opened.
    refused(&Home::new(), &["verify", "--body", "-"], "{\"a\": 1}", 7, None);
    crate::schema::assert_valid("verify", &Home::new().waypost(&["verify", "--body", "-", "--json"]).exits(7).json());
    fs::remove_file(home.state_dir().join("key")).unwrap();
    let out = home.waypost(&["verify", "--body", "body"]).exits(6);
    assert!(out.stdout.is_empty(), "{}", out.stdout);
}

#[test]
fn a_key_in_the_query_needs_the_target() {
    let args = ["--auth", "api-key", "--key", "k", "--add-to", "query", "--secret-stdin"];
    let (home, request) = sent(expect_api_key_query("k", SECRET), &args, SECRET);
    refused_with(&home, &["verify", "--body", "body"], "", 2, None, "--target is required");
    let json = home.waypost(&["verify", "--body", "body", "--target", "/in", "--json"]).exits(3).json();
    assert_eq!(json["mistakes"], json!(["parameter-missing"]));
    // Everybody can read it among the arguments: the message says so, without the secret.
    let out = home.waypost(&["verify", "--body", "body", "--target", request.target()]).exits(0);
    assert!(out.stderr.contains("the arguments contain the secret") && !out.stderr.contains(SECRET), "{}", out.stderr);
    assert_eq!(home.waypost(&VERIFY).exits(0).stderr, "");
}

#[test]
fn what_comes_from_outside_is_escaped_and_the_secret_is_never_shown() {
    let home = registered();
    for more in [[].as_slice(), &["--json"], &["-v"]] {
        let header = format!("{SECRET}: x");
        let args = ["verify", "--body", "-", "--header", &header, "--header", "X-Signature: \u{1b}]52;c;eA==\u{7}\u{202e}"];
        let method = ["--method", "\u{1b}[31mPOST\u{202e}"];
        for args in [[&args[..], more].concat(), [&args[..], more, &method].concat()] {
            let out = home.waypost_stdin(&args, "{}").exits(3);
            for text in [&out.stdout, &out.stderr] {
                assert!(!text.contains(['\u{1b}', '\u{7}', '\u{202e}']) && !text.contains(SECRET), "{text:?}");
            }
        }
    }
}
