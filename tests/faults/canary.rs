//! Row 21: secrets that can be recognised, through everything that waypost does, with logging at its highest.

use std::fs;

use crate::support::app::{App, Typed};
use crate::support::check::{base64, expect_nothing, hex};
use crate::support::common::{disk, registered_at};
use crate::support::pty::Key;
use crate::support::receiver::{Answer, Receiver};
use crate::support::{Home, Output};

/// Good for every field: letters that percent-encoding and base64 change are in it.
const CANARY: &str = "Canary+/0123456789-sEcRet~tail";

const USER: &str = "someone";

const AUTHS: [(&str, &[&str]); 5] = [
    ("hmac", &["--auth", "hmac", "--header-key", "X-Signature"]),
    ("basic", &["--auth", "basic", "--username", USER]),
    ("bearer", &["--auth", "bearer"]),
    ("header", &["--auth", "api-key", "--key", "X-Api-Key"]),
    ("query", &["--auth", "api-key", "--key", "key", "--add-to", "query"]),
];

/// Everything that the secret could have become.
fn forms() -> Vec<String> {
    let percent = |upper: bool| {
        let encoded = CANARY.replace('+', "%2B").replace('/', "%2F");
        if upper { encoded } else { encoded.to_lowercase().replace("canary", "Canary").replace("secret", "sEcRet") }
    };
    let mut forms = vec![CANARY.to_owned(), percent(true), percent(false), CANARY.to_lowercase()];
    // Base64 differs after one or two other bytes; the middle is the same.
    for before in ["", "x", "xx", &format!("{USER}:"), "key="] {
        let text = base64(format!("{before}{CANARY}").as_bytes());
        let skipped = before.len().div_ceil(3) * 4;
        let middle = text[skipped..text.len() - 4].to_owned();
        forms.push(middle.replace('+', "-").replace('/', "_"));
        forms.push(middle);
    }
    let bytes = CANARY.as_bytes();
    forms.extend([hex(bytes), hex(bytes).to_uppercase()]);
    forms
}

#[track_caller]
fn assert_none(text: &str, wherefrom: &str) {
    for form in forms() {
        assert!(!text.contains(&form), "{form} is in {wherefrom}: {text}");
    }
}

/// Everything of the home's files, the log with it.
#[track_caller]
fn assert_none_on_disk(home: &Home) {
    assert_on_disk(home, assert_none);
}

#[track_caller]
fn assert_on_disk(home: &Home, check: impl Fn(&str, &str)) {
    for (path, (_, bytes)) in disk(home) {
        check(&String::from_utf8_lossy(&bytes), &path.display().to_string());
    }
    let log = fs::read_to_string(home.state_dir().join("waypost.log")).unwrap();
    assert!(log.contains(" waypost::"), "waypost does log: {log}");
}

#[test]
fn h21_every_wire_form_of_a_secret_is_searched_for() {
    let pair = base64(format!("{USER}:{CANARY}").as_bytes());
    let percent = percent_encoding::utf8_percent_encode(CANARY, percent_encoding::NON_ALPHANUMERIC).to_string();
    let percent = percent.replace("%2D", "-").replace("%7E", "~");
    for text in [pair, base64(CANARY.as_bytes()), hex(CANARY.as_bytes()), percent] {
        assert!(forms().iter().any(|form| text.contains(form)), "{text}");
    }
}

/// Answers with everything that came, in every form, where an endpoint could put it.
fn echo(status: u16) -> Answer {
    let percent = &forms()[1];
    let (plain, b64, hex) = (CANARY, base64(CANARY.as_bytes()), hex(CANARY.as_bytes()));
    Answer::status(status)
        .header("location", &format!("https://other.example/?key={percent}&again={plain}"))
        .header("x-echo", &format!("Bearer {plain} Basic {}", base64(format!("{USER}:{CANARY}").as_bytes())))
        .header("set-cookie", &format!("secret={plain}"))
        .body(format!("{{\"you sent\": \"{plain}\", \"b\": \"{b64}\", \"h\": \"{hex}\", \"p\": \"{percent}\"}}"))
}

fn run(home: &Home, args: &[&str], stdin: &str) -> Output {
    let out = home.run(&[args, &["-v"]].concat(), stdin.as_bytes(), &[("RUST_LOG", "trace"), ("CANARY", CANARY)]);
    if args[0] != "secret" || args.contains(&"--copy") {
        assert_none(&out.stdout, &format!("stdout of {args:?}"));
    }
    assert_none(&out.stderr, &format!("stderr of {args:?}"));
    assert!(!out.stderr.contains("panicked"), "{}", out.stderr);
    out
}

#[test]
fn h21_no_command_leaks_a_canary() {
    for (_, auth) in AUTHS {
        let receiver = Receiver::scripted(expect_nothing(), vec![echo(302), echo(200), echo(401), echo(500)]);
        let home = Home::new();
        let ca = receiver.ca().to_str().unwrap();
        let register = [&["register", "--url", &receiver.url, "--ca-cert", ca, "--secret-stdin"], auth].concat();
        run(&home, &register, CANARY).exits(0);
        for (args, stdin, code) in [
            (["test"].as_slice(), "", 3),
            (&["test", "--json"], "", 0),
            (&["test", "--event", "client-submission-auto"], "", 3),
            (&["test", "--body", "-"], "{}", 3),
            (&["test", "--timeout", "0"], "", 2),
            (&["test", "--dry-run"], "", 0),
            (&["test", "--dry-run", "--json"], "", 0),
            (&["show"], "", 0),
            (&["show", "--json"], "", 0),
            (&["secret"], "", 0),
            (&["send", "-", "--retries", "0"], "{}", 3),
            (&["send", "-", "--retries", "0", "--json"], "{}", 3),
            (&["send", "-", "--lines", "--retries", "0"], "{}\n[1]\n", 3),
            (&["send", "-", "--lines", "--retries", "0", "--json"], "{}\n", 3),
            (&["history"], "", 0),
            (&["history", "--json"], "", 0),
            (&["curl"], "", 0),
            (&["curl", "--json"], "", 0),
            (&["probe", "--yes"], "", 3),
            (&["probe", "--yes", "--json"], "", 3),
            (&["snippet", "--lang", "node"], "", 0),
            (&["verify", "--body", "-", "--header", "x-signature: abc", "--target", "/in?key=wrong", "--json"], "{}", 3),
            (&["edit", "--url", "http://h.example/"], "", 2),
            (&["edit", "--secret-env", "CANARY", "--json"], "", 0),
            // A space, a control character: wrong for every field.
            (&["edit", "--secret-stdin"], &format!("{CANARY}\x1b{CANARY}"), 2),
            (&["edit", "--secret", CANARY], "", 2),
            (&["edit", &format!("--password={CANARY}")], "", 2),
        ] {
            run(&home, args, stdin).exits(code);
        }
        let listed = run(&home, &["history", "--json"], "").exits(0).json();
        let id = listed["deliveries"][0]["id"].as_str().unwrap();
        run(&home, &["history", "show", id], "").exits(0);
        run(&home, &["curl", id], "").exits(0);
        run(&home, &["resend", id], "").exits(3);
        let url = format!("https://{USER}:{CANARY}@h.example/").replace("+/", "-");
        let out = home.run(&["edit", "--url", &url], b"", &[("RUST_LOG", "trace")]).exits(2);
        assert!(!out.stderr.contains("0123456789-sEcRet"), "{}", out.stderr);
        // Its key is gone, is another's, and the file is not what it was.
        let key = home.state_dir().join("key");
        let bytes = fs::read(&key).unwrap();
        for wrong in [Some([7; 32].as_slice()), Some(b"short"), None] {
            match wrong {
                Some(wrong) => fs::write(&key, wrong).unwrap(),
                None => fs::remove_file(&key).unwrap(),
            }
            for args in [["test"].as_slice(), &["secret"], &["show", "--json"], &["edit", "--timeout", "3"]] {
                run(&home, args, "").exits(6);
            }
        }
        fs::write(&key, bytes).unwrap();
        assert_none_on_disk(&home);
        // A file in which somebody wrote the secret itself.
        let good = fs::read_to_string(home.state_file()).unwrap();
        for bad in [
            format!("{{\"schema_version\": 1, \"generation\": 1, \"destination\": \"{CANARY}\"}}"),
            format!("{good}{CANARY}"),
            good.replace("\"v1:", &format!("\"{CANARY}")),
            good.replace("\"sealed\": {", &format!("\"sealed\": {{ \"{CANARY}\": 1,")),
        ] {
            fs::write(home.state_file(), &bad).unwrap();
            for args in [["test"].as_slice(), &["secret"], &["edit", "--timeout", "3"], &["remove", "--yes"]] {
                run(&home, args, "");
            }
        }
        fs::write(home.state_file(), good).unwrap();
        run(&home, &["remove", "--yes"], "").exits(0);
        assert_none_on_disk(&home);
    }
}

#[test]
fn h61_no_command_leaks_the_canary_of_a_header() {
    const OTHER: &str = "another-secret-0123456789";
    for (auth, with_scheme) in [("default", false), ("bearer", true), ("hmac", false)] {
        let receiver = Receiver::scripted(expect_nothing(), vec![echo(302), echo(200), echo(401), echo(500)]);
        let home = Home::new();
        let ca = receiver.ca().to_str().unwrap();
        let value = home.path().join("value");
        // A receiver may take the scheme away before it shows what came.
        fs::write(&value, if with_scheme { format!("Token {CANARY}\n") } else { CANARY.to_owned() }).unwrap();
        let header = format!("X-Env-Token=@{}", value.display());
        let mut register = vec!["register", "--url", &receiver.url, "--ca-cert", ca, "--auth", auth, "--secret-header", &header];
        if auth != "default" {
            register.extend(["--secret-stdin"]);
        }
        if auth == "hmac" {
            register.extend(["--header-key", "X-Signature"]);
        }
        run(&home, &register, OTHER).exits(0);
        fs::remove_file(&value).unwrap();
        for (args, stdin, code) in [
            (["test"].as_slice(), "", 3),
            (&["test", "--json"], "", 0),
            (&["test", "--dry-run"], "", 0),
            (&["test", "--dry-run", "--json"], "", 0),
            (&["show"], "", 0),
            (&["show", "--json"], "", 0),
            (&["send", "-", "--retries", "0"], "{}", 3),
            (&["send", "-", "--lines", "--retries", "0", "--json"], "{}\n", 3),
            (&["history"], "", 0),
            (&["history", "--json"], "", 0),
            (&["curl"], "", 0),
            (&["curl", "--json"], "", 0),
            (&["edit", "--secret-header", &format!("X-Env-Token={CANARY}")], "", 2),
            (&["edit", "--secret-header", CANARY], "", 2),
            (&["edit", "--secret-header", "X-Env-Token=env:CANARY", "--json"], "", 0),
        ] {
            run(&home, args, stdin).exits(code);
        }
        let listed = run(&home, &["history", "--json"], "").exits(0).json();
        let id = listed["deliveries"][0]["id"].as_str().unwrap();
        run(&home, &["history", "show", id], "").exits(0);
        run(&home, &["curl", id], "").exits(0);
        run(&home, &["resend", id], "").exits(3);
        let sent = receiver.requests();
        assert!(sent.iter().all(|request| request.header("x-env-token").contains(CANARY)));
        // Somebody renamed it in the file: it does not go out under another name.
        let good = fs::read_to_string(home.state_file()).unwrap();
        fs::write(home.state_file(), good.replace("X-Env-Token", "X-Other").replace("x-env-token", "x-other")).unwrap();
        for args in [["test"].as_slice(), &["show"], &["edit", "--timeout", "3"]] {
            run(&home, args, "").exits(6);
        }
        assert_eq!(receiver.requests().len(), sent.len());
        assert_none_on_disk(&home);
    }
}

#[test]
fn h21_no_network_fault_leaks_a_canary() {
    for (_, auth) in AUTHS {
        let receiver = Receiver::scripted(expect_nothing(), vec![Answer::Close, Answer::Raw(CANARY.into()), Answer::Stall]);
        let home = registered_at(&receiver, &[auth, &["--timeout", "1", "--secret-stdin"]].concat(), CANARY);
        for _ in 0..3 {
            run(&home, &["test"], "").exits(4);
        }
        for (name, value) in [("HTTPS_PROXY", "http://[bad"), ("HTTPS_PROXY", "http://127.0.0.1:1"), ("SSL_CERT_FILE", "/none")] {
            home.waypost(&["edit", "--ca-cert", ""]).exits(0);
            let env = [("RUST_LOG", "trace"), (name, value)];
            let out = home.run(&["test", "-v", "--json"], b"", &env);
            assert!(matches!(out.code, Some(2 | 4)), "{out:?}");
            assert_none(&format!("{}{}", out.stdout, out.stderr), name);
        }
        assert_none_on_disk(&home);
    }
}

/// The token that is issued is a canary, too.
#[test]
fn h118_no_command_leaks_a_client_secret_or_a_token() {
    for by in ["header", "body"] {
        for refuses in [false, true] {
            let receiver = Receiver::scripted(
                expect_nothing(),
                vec![Answer::of_request(move |request| match (request.target(), refuses) {
                    ("/token", false) => Answer::status(200).body(format!("{{\"access_token\": \"{CANARY}\"}}")),
                    ("/token", true) => Answer::status(401)
                        .body(format!("{{\"error\": \"invalid_client\", \"error_description\": \"{CANARY} is wrong\"}}")),
                    _ => echo(401),
                })],
            );
            let token_url = receiver.url.replace("/in", "/token");
            let home = Home::new();
            let ca = receiver.ca().to_str().unwrap();
            let register = ["register", "--url", &receiver.url, "--ca-cert", ca, "--auth", "oauth2", "--token-url", &token_url];
            let register = [&register[..], &["--client-id", USER, "--client-auth", by, "--secret-stdin"]].concat();
            run(&home, &register, CANARY).exits(0);
            for (args, stdin, code) in [
                (["test"].as_slice(), "", 3),
                (&["test", "--json"], "", 3),
                (&["test", "--dry-run"], "", 0),
                (&["show"], "", 0),
                (&["show", "--json"], "", 0),
                (&["export"], "", 0),
                (&["send", "-", "--retries", "0", "--json"], "{}", 3),
                (&["send", "-", "--lines", "--retries", "0"], "{}\n[1]\n", 3),
                (&["history"], "", 0),
                (&["history", "--json"], "", 0),
                (&["curl"], "", 0),
                (&["probe", "--yes"], "", 3),
                (&["snippet", "--lang", "node"], "", 0),
                (&["edit", "--secret-env", "CANARY", "--json"], "", 0),
            ] {
                run(&home, args, stdin).exits(code);
            }
            assert_none_on_disk(&home);
        }
    }
}

#[test]
fn h21_the_app_leaks_no_canary() {
    let places = [
        Typed::Hmac { header_key: "X-Signature", secret: CANARY, format: 0 },
        Typed::Basic { username: USER, password: CANARY },
        Typed::Bearer { pasted: CANARY },
        Typed::ApiKey { key: "X-Api-Key", value: CANARY, in_query: false },
        Typed::ApiKey { key: "key", value: CANARY, in_query: true },
    ];
    for typed in places {
        let receiver = Receiver::scripted(expect_nothing(), vec![echo(200)]);
        let home = Home::new();
        let ca = receiver.ca().to_str().unwrap();
        let mut app = App::start(home.pty(&["-v"]).env("SSL_CERT_FILE", ca).env("RUST_LOG", "trace"));
        app.register(&receiver.url, &typed);
        app.send_test();
        app.wait_for("✓ 200");
        app.under_the_tabs();
        app.show_request_tab();
        app.under_the_tabs();
        app.press(&[Key::Esc]);
        app.wait_for("[ Edit ]");
        app.type_text("e");
        app.wait_for(" Edit destination ");
        app.key(Key::Ctrl('o'));
        app.wait_for("[ Edit ]");
        app.gone(" Edit destination ");
        app.type_text("d");
        app.wait_for("[ Keep ]");
        app.key(Key::Esc);
        app.gone("[ Keep ]");
        app.quit();
        assert_none(&String::from_utf8_lossy(&app.raw()), "the terminal");
        assert_none_on_disk(&home);
    }
}

#[test]
fn h61_the_app_leaks_no_canary_of_a_header() {
    let receiver = Receiver::scripted(expect_nothing(), vec![echo(200)]);
    let home = Home::new();
    let ca = receiver.ca().to_str().unwrap();
    let mut app = App::start(home.pty(&["-v"]).env("SSL_CERT_FILE", ca).env("RUST_LOG", "trace"));
    app.open_form();
    app.type_text(&receiver.url);
    app.press(&[Key::Tab, Key::Tab, Key::Enter]);
    app.wait_until(|screen| {
        screen.contents().lines().any(|line| line.contains("> Headers ") && line.contains("[ Add a header ]"))
    });
    app.key(Key::Enter);
    app.type_text("X-Env-Token");
    // It is a secret before its value is typed.
    app.press(&[Key::Tab, Key::Tab, Key::Right]);
    app.wait_for("‹ yes ›");
    app.key(Key::BackTab);
    app.paste(CANARY);
    app.wait_for("Header value *       •••");
    app.key(Key::Ctrl('o'));
    app.wait_for("Registered. Press t to send a test delivery.");
    app.send_test();
    app.wait_for("✓ 200");
    app.under_the_tabs();
    app.show_request_tab();
    app.under_the_tabs();
    app.press(&[Key::Esc]);
    app.wait_for("[ Edit ]");
    app.type_text("e");
    app.wait_for("X-Env-Token: ••••••••");
    app.key(Key::Ctrl('o'));
    app.wait_for("[ Edit ]");
    app.gone(" Edit destination ");
    app.quit();
    assert_eq!(receiver.requests()[0].header("x-env-token"), CANARY);
    assert_none(&String::from_utf8_lossy(&app.raw()), "the terminal");
    assert_none_on_disk(&home);
}

/// A path segment that looks random, and the value of a parameter that is named like a credential.
const URL_CANARIES: [&str; 2] = ["Zk9-qX7vWp3RtY8mLb2N", "C%2Fanary.u-R1~tail%3D"];

fn url_canary(receiver: &Receiver) -> String {
    format!("{}/{}/x?plain=1&token={}&b=2", receiver.url, URL_CANARIES[0], URL_CANARIES[1])
}

/// What the parts of that URL could have become.
fn url_forms() -> Vec<String> {
    let decoded = URL_CANARIES[1].replace("%2F", "/").replace("%3D", "=");
    let plain = [URL_CANARIES[0], URL_CANARIES[1], &decoded];
    let mut forms: Vec<String> = plain.iter().map(|text| (*text).to_owned()).collect();
    forms.extend(plain.iter().flat_map(|text| [base64(text.as_bytes()), hex(text.as_bytes())]));
    forms.push(decoded.replace('/', "\\/"));
    forms.push(URL_CANARIES[1].replace('%', "%25"));
    forms
}

#[track_caller]
fn assert_no_url(text: &str, wherefrom: &str) {
    for form in url_forms() {
        assert!(!text.contains(&form), "{form} is in {wherefrom}: {text}");
    }
}

/// Answers with the parts of the URL in every form.
fn url_echo(status: u16) -> Answer {
    let target = format!("/in/{}/x?plain=1&token={}&b=2", URL_CANARIES[0], URL_CANARIES[1]);
    let forms = url_forms().join("\", \"");
    Answer::status(status)
        .header("location", &format!("{target}/"))
        .header("x-echo", &target)
        .body(format!("[\"{forms}\"] {target}"))
}

fn run_at_url(home: &Home, args: &[&str], stdin: &str) -> Output {
    let out = home.run(&[args, &["-v"]].concat(), stdin.as_bytes(), &[("RUST_LOG", "trace"), ("CANARY", CANARY)]);
    assert_no_url(&out.stdout, &format!("stdout of {args:?}"));
    assert_no_url(&out.stderr, &format!("stderr of {args:?}"));
    out
}

#[test]
fn c21_no_command_leaks_a_url() {
    for (_, auth) in AUTHS.into_iter().chain([("default", ["--auth", "default"].as_slice())]) {
        let has_secret = auth[1] != "default";
        let receiver = Receiver::scripted(expect_nothing(), vec![url_echo(302), url_echo(200), url_echo(401), url_echo(404)]);
        let home = Home::new();
        let url = url_canary(&receiver);
        let ca = receiver.ca().to_str().unwrap();
        let secret = if has_secret { ["--secret-env", "CANARY"].as_slice() } else { &[] };
        let register = [&["register", "--url", &url, "--ca-cert", ca], auth, secret].concat();
        let out = run_at_url(&home, &register, "").exits(0);
        assert_eq!(out.stderr.matches("a part of it is a credential").count(), 1, "{}", out.stderr);
        for (args, stdin, code) in [
            (["test"].as_slice(), "", 3),
            (&["test", "--json"], "", 0),
            (&["test", "--event", "client-submission-auto"], "", 3),
            (&["test", "--body", "-"], "{}", 3),
            (&["test", "--dry-run"], "", 0),
            (&["test", "--dry-run", "--json"], "", 0),
            (&["show"], "", 0),
            (&["show", "--json"], "", 0),
            (&["send", "-", "--retries", "0"], "{}", 3),
            (&["send", "-", "--retries", "0", "--json"], "{}", 0),
            (&["send", "-", "--lines", "--retries", "0"], "{}\n[1]\n", 3),
            (&["history"], "", 0),
            (&["history", "--json"], "", 0),
            (&["curl"], "", 0),
            (&["curl", "--json"], "", 0),
            (&["snippet", "--lang", "node"], "", 0),
            (
                &[
                    "verify",
                    "--body",
                    "-",
                    "--header",
                    "x-signature: abc",
                    "--json",
                    "--target",
                    &url[url.find("/in").unwrap()..],
                ],
                "{}",
                3,
            ),
            (&["edit", "--timeout", "9"], "", 0),
            (&["edit", "--timeout", "9", "--json"], "", 0),
            // The same once more: nothing is said of it again.
            (&["edit", "--url", &url], "", 0),
            (&["edit", "--url", &url.replace("https://", "http://")], "", 2),
            (&["edit", "--url", &format!("{url}/'\"")], "", 2),
            (&["edit", "--url", &format!("{url} ")], "", 2),
            (&["edit", "--url", &format!("{url}#f")], "", 2),
            (&["edit", "--url", "https://h.example/••••••••"], "", 2),
        ] {
            let out = run_at_url(&home, args, stdin);
            assert!(out.code == Some(code) || ["send", "snippet", "verify"].contains(&args[0]), "{args:?}: {out:?}");
            assert!(!out.stderr.contains("a part of it is a credential"), "{args:?}: {}", out.stderr);
        }
        let listed = run_at_url(&home, &["history", "--json"], "").exits(0).json();
        let id = listed["deliveries"][0]["id"].as_str().unwrap();
        run_at_url(&home, &["history", "show", id], "").exits(0);
        run_at_url(&home, &["curl", id], "").exits(0);
        run_at_url(&home, &["resend", id], "");
        let target = url.split_at(url.find("/in").unwrap()).1;
        assert!(
            receiver.requests().iter().all(|request| request.target().starts_with(target)),
            "{:?}",
            receiver.requests()[0].line
        );
        assert!(home.waypost(&["curl", "--reveal"]).exits(0).stdout.contains(&url));
        // Its key is another's, or gone.
        let key = home.state_dir().join("key");
        let bytes = fs::read(&key).unwrap();
        for wrong in [Some([7; 32].as_slice()), Some(b"short"), None] {
            match wrong {
                Some(wrong) => fs::write(&key, wrong).unwrap(),
                None => fs::remove_file(&key).unwrap(),
            }
            for args in [["test"].as_slice(), &["show", "--json"], &["edit", "--timeout", "3"]] {
                let out = run_at_url(&home, args, "").exits(6);
                assert!(out.stderr.contains("the URL") || out.stdout.contains("the URL"), "{out:?}");
            }
        }
        fs::write(&key, bytes).unwrap();
        assert_on_disk(&home, assert_no_url);
        run_at_url(&home, &["remove", "--yes"], "").exits(0);
        assert_on_disk(&home, assert_no_url);
    }
}

#[test]
fn c21_no_network_fault_leaks_a_url() {
    let receiver =
        Receiver::scripted(expect_nothing(), vec![Answer::Close, Answer::Raw(url_forms()[1].clone().into()), Answer::Stall]);
    let home = Home::new();
    let ca = receiver.ca().to_str().unwrap();
    let url = url_canary(&receiver);
    run_at_url(&home, &["register", "--url", &url, "--ca-cert", ca, "--auth", "default", "--timeout", "1"], "").exits(0);
    for _ in 0..3 {
        run_at_url(&home, &["test"], "").exits(4);
    }
    run_at_url(&home, &["edit", "--ca-cert", ""], "").exits(0);
    for (name, value) in [("HTTPS_PROXY", "http://[bad"), ("HTTPS_PROXY", "http://127.0.0.1:1"), ("SSL_CERT_FILE", "/none")] {
        let out = home.run(&["test", "-v", "--json"], b"", &[("RUST_LOG", "trace"), (name, value)]);
        assert!(matches!(out.code, Some(2 | 4)), "{out:?}");
        assert_no_url(&format!("{}{}", out.stdout, out.stderr), name);
    }
    assert_on_disk(&home, assert_no_url);
}

#[test]
fn c21_the_app_leaks_no_url() {
    let receiver = Receiver::scripted(expect_nothing(), vec![url_echo(200), url_echo(302)]);
    let home = Home::new();
    let ca = receiver.ca().to_str().unwrap();
    let mut app = App::start(home.pty(&["-v"]).env("SSL_CERT_FILE", ca).env("RUST_LOG", "trace"));
    app.register(&url_canary(&receiver), &Typed::Bearer { pasted: CANARY });
    for answer in ["✓ 200", "302"] {
        app.send_test();
        app.wait_for(answer);
        app.under_the_tabs();
        app.show_request_tab();
        app.under_the_tabs();
        app.press(&[Key::Esc]);
        app.wait_for("[ Edit ]");
    }
    // Left as it is, the URL is kept.
    app.type_text("e");
    app.wait_for(" Edit destination ");
    app.wait_for("The dots are kept");
    app.key(Key::Ctrl('o'));
    app.wait_for("[ Edit ]");
    app.gone(" Edit destination ");
    app.send_test();
    let target = format!("/in/{}/x?plain=1&token={}&b=2", URL_CANARIES[0], URL_CANARIES[1]);
    assert!(receiver.requests().iter().all(|request| request.target() == target), "{:?}", receiver.requests()[0].line);
    app.press(&[Key::Esc]);
    app.wait_for("[ Edit ]");
    // Changed around its dots, it is not.
    app.type_text("e");
    app.wait_for(" Edit destination ");
    app.type_text("x");
    app.key(Key::Ctrl('o'));
    app.wait_for("Is masked.");
    app.key(Key::Esc);
    app.wait_for("[ Discard ]");
    app.press(&[Key::Right, Key::Enter]);
    app.gone(" Edit destination ");
    app.type_text("d");
    app.wait_for("[ Keep ]");
    app.key(Key::Esc);
    app.gone("[ Keep ]");
    app.quit();
    assert_no_url(&String::from_utf8_lossy(&app.raw()), "the terminal");
    assert_on_disk(&home, assert_no_url);
}
