//! A registration from a curl command, and from what `export` printed.

use std::fs;

use serde_json::json;

use crate::schema::assert_valid;
use crate::support::Home;
use crate::support::common::{URL, disk, refused, register, registered};

/// Letters that no other text has.
const CANARY: &str = "Canary0123456789Canary";

fn command(rest: &str) -> String {
    format!("curl -sS -X POST '{URL}' {rest}")
}

#[test]
fn h93_a_curl_command_is_registered_and_its_data_becomes_an_event() {
    let home = Home::new();
    let text = command(&format!(
        "-H 'Authorization: Bearer {CANARY}' -H 'Host: x' -H 'X-Env: test' \\\n --data-raw '{{\"a\": 1}}' -m 5"
    ));
    let out = home.waypost_stdin(&["register", "--from-curl", "-"], &text).exits(0);
    assert_eq!(
        out.stderr,
        format!(
            "note: not taken: -s: it is about what curl prints or writes.\n\
             note: not taken: -S: it is about what curl prints or writes.\n\
             note: not taken: Host: it is reserved.\n\
             The data is the event from-curl now: waypost test --event from-curl sends it.\n\
             Registered: {URL}\n"
        )
    );
    assert_eq!(fs::read_to_string(home.config_dir().join("events/from-curl.json")).unwrap(), "{\"a\": 1}");
    let shown = home.waypost(&["show", "--json"]).exits(0).json();
    assert_eq!(shown["destination"]["auth"]["type"], "bearer");
    assert_eq!(shown["destination"]["headers"], json!([{ "name": "X-Env", "value": "test" }]));
    assert_eq!(shown["destination"]["timeout_s"], 5);
    assert_eq!(home.waypost(&["secret"]).exits(0).stdout, format!("{CANARY}\n"));
    // Another body is another event, the same one is the same.
    for (data, name) in [("[2]", "from-curl-2"), ("{\"a\": 1}", "from-curl")] {
        home.waypost(&["remove", "--yes"]).exits(0);
        let text = command(&format!("--json '{data}' -s"));
        let json = home.waypost_stdin(&["register", "--from-curl", "-", "--json"], &text).exits(0).json();
        assert_valid("show", &json);
        assert_eq!(json["event"], name);
        assert_eq!(json["not_taken"][0]["what"], "-s");
    }
}

#[test]
fn options_take_precedence_over_the_command() {
    let home = Home::new();
    let path = home.path().join("command.sh");
    fs::write(&path, command("-u me:pw -H 'X-Env: test' --cacert /no/such/file")).unwrap();
    let ca = home.path().join("empty");
    fs::write(&ca, "").unwrap();
    let path = path.to_str().unwrap();
    let args = ["register", "--from-curl", path, "--url", "https://other.example/in", "--auth", "bearer", "--secret-stdin"];
    let error = home.waypost_stdin(&args, "a-token-of-some-length").exits(2).stderr;
    assert!(error.contains("CA certificate (--ca-cert): /no/such/file"), "{error}");
    home.waypost_stdin(&[&args[..], &["--ca-cert", "", "--header", "x-env: live"]].concat(), "a-token-of-some-length").exits(0);
    let shown = home.waypost(&["show"]).exits(0).stdout;
    assert!(shown.contains("https://other.example/in") && shown.contains("x-env: live"), "{shown}");
    assert!(shown.contains("Bearer") && !shown.contains("pw"), "{shown}");
}

#[test]
fn h95_what_is_not_accepted_is_refused_with_its_position_and_nothing_is_saved() {
    let home = Home::new();
    for (rest, part) in [
        (format!("-H \"X-Token: $({CANARY})\""), "At line 1, column 62: a shell would run what follows \"$(\"."),
        (format!("| {CANARY}"), "a further command"),
        (format!("-k -u a:{CANARY}"), "the certificate is always verified"),
        (format!("-F a={CANARY}"), "not forms"),
        (format!("'{CANARY}"), "no end"),
    ] {
        let error = refused(&home, &["register", "--from-curl", "-"], &command(&rest), 2, None);
        assert!(
            error.starts_with("error: The curl command is not accepted. At line 1, column ") && error.contains(part),
            "{error}"
        );
        assert!(!error.contains(CANARY), "{error}");
    }
    let text = format!("curl -d 1 'http://h.example/{CANARY}'");
    refused(&home, &["register", "--from-curl", "-"], &text, 2, Some("url"));
    // The command itself is no file, and is not repeated.
    for flag in ["--from-curl", "--from"] {
        let error = refused(&home, &["register", flag, &command(CANARY)], "", 2, None);
        assert!(error.contains("takes a file") && !error.contains(CANARY), "{error}");
        let error = refused(&home, &["register", flag, "/no/such/file"], "", 2, None);
        assert!(error.contains("/no/such/file cannot be read"), "{error}");
        refused(&home, &["register", flag, "-", "--secret-stdin"], "", 2, None);
    }
    refused(&home, &["register", "--from-curl", "-", "--from", "x"], "", 2, None);
    let bytes = home.run(&["register", "--from-curl", "-"], b"curl \xff", &[]).exits(2);
    assert!(bytes.stderr.contains("standard input is not UTF-8 text"), "{}", bytes.stderr);
}

#[test]
fn h98_a_canary_in_every_place_of_a_curl_command() {
    for rest in [
        format!("-H 'Authorization: Bearer {CANARY}'"),
        format!("-H 'Authorization: ApiKey {CANARY}'"),
        format!("-u 'me:{CANARY}'"),
        format!("-u '{CANARY}:'"),
        format!("-H 'X-Api-Key: {CANARY}' -H 'Cookie: a={CANARY}' -H 'X-Env-Token: {CANARY}'"),
        format!("-b 'sid={CANARY}' --proxy-user 'a:{CANARY}' -x 'http://a:{CANARY}@p:1'"),
        format!("--oauth2-bearer {CANARY} -u '{CANARY}:b' -H '{CANARY}'"),
    ] {
        let home = Home::new();
        let mut printed = String::new();
        for args in [&["register", "--from-curl", "-", "-v"][..], &["show", "--json"], &["show"], &["export"], &["curl"]] {
            let out = home.waypost_stdin(args, command(&rest)).exits(0);
            printed += &(out.stdout + &out.stderr);
        }
        assert!(!printed.contains(CANARY), "{rest}: {printed}");
        for (path, (_, bytes)) in disk(&home) {
            assert!(!String::from_utf8_lossy(&bytes).contains(CANARY), "{rest}: {}", path.display());
        }
    }
}

#[test]
fn h96_an_export_registers_the_same_again() {
    let home = Home::new();
    let args = ["--auth", "hmac", "--header-key", "X-Signature", "--format", "timestamped", "--secret-stdin", "--timeout", "30"];
    let headers = ["--header", "X-Env: {event}", "--secret-header", "X-Env-Token=env:TOKEN"];
    let all = [&["register", "--url", URL], &args[..], &headers].concat();
    home.run(&all, b"a-long-and-secret-text", &[("TOKEN", CANARY)]).exits(0);
    let out = home.waypost(&["export"]).exits(0);
    assert_eq!(out.stderr, "note: secrets are left out; waypost register --from needs them again.\n");
    assert_valid("export", &out.json());
    assert!(!out.stdout.contains(CANARY) && !out.stdout.contains("a-long-and"), "{}", out.stdout);
    let other = Home::new();
    let path = other.path().join("registration.json");
    fs::write(&path, &out.stdout).unwrap();
    let from = ["register", "--from", path.to_str().unwrap(), "--secret-env", "SECRET"];
    let error = other.run(&from, b"", &[("SECRET", "a-long-and-secret-text")]).exits(2).stderr;
    assert!(error.contains("the secret value of X-Env-Token is required") && error.contains("Use --secret-header"), "{error}");
    let env = [("SECRET", "a-long-and-secret-text"), ("TOKEN", CANARY)];
    other.run(&[&from[..], &["--secret-header", "X-Env-Token=env:TOKEN"]].concat(), b"", &env).exits(0);
    let settings = |home: &Home| {
        let mut shown = home.waypost(&["show", "--json"]).exits(0).json();
        let destination = shown["destination"].as_object_mut().unwrap();
        destination.retain(|name, _| !["id", "created_at", "updated_at"].contains(&name.as_str()));
        shown
    };
    assert_eq!(settings(&other), settings(&home));
    assert_eq!(other.waypost(&["export"]).exits(0).stdout, out.stdout);
}

#[test]
fn h96_an_export_needs_no_key_and_a_masked_url_has_to_be_given() {
    let home = registered();
    fs::remove_file(home.state_dir().join("key")).unwrap();
    home.waypost(&["show"]).exits(6);
    assert_valid("export", &home.waypost(&["export"]).exits(0).json());
    let home = Home::new();
    home.waypost(&["export"]).exits(7);
    let url = format!("https://h.example/in?token={CANARY}");
    register(&home, &url, &["--auth", "default"], "");
    let text = home.waypost(&["export"]).exits(0).stdout;
    assert!(!text.contains(CANARY), "{text}");
    home.waypost(&["remove", "--yes"]).exits(0);
    let error = refused(&home, &["register", "--from", "-"], &text, 2, Some("url"));
    assert!(error.contains("is masked"), "{error}");
    home.waypost_stdin(&["register", "--from", "-", "--url", &url], &text).exits(0);
}

#[test]
fn h97_what_is_not_an_export_is_refused() {
    let home = Home::new();
    for (text, part) in [
        ("", "it is not JSON at line 1"),
        ("{}", "schema_version is not 1"),
        ("{\"schema_version\": 2, \"destination\": {}}", "needs a newer waypost"),
        ("{\"schema_version\": 1, \"destination\": {\"auth\": {\"type\": \"bearer\", \"token\": \"hunter2\"}}}", "not known"),
    ] {
        let error = refused(&home, &["register", "--from", "-"], text, 2, None);
        assert!(error.contains(part) && !error.contains("hunter2"), "{error}");
    }
}

#[test]
fn an_edit_takes_what_a_curl_command_has_and_keeps_the_rest() {
    let home = Home::new();
    home.waypost_stdin(
        &[
            "register",
            "--url",
            "https://h.example/in",
            "--auth",
            "hmac",
            "--timeout",
            "7",
            "--header",
            "X-Env: live",
            "--secret-stdin",
        ],
        "a-signing-secret-of-28-chars",
    )
    .exits(0);
    let secret = |home: &Home| home.waypost(&["secret"]).exits(0).stdout;
    let before = secret(&home);
    let command = "curl https://h.example/v2 -H 'X-Tenant: 7' -H 'Host: other' -d '{\"a\": 1}'";
    let json = home.waypost_stdin(&["edit", "--from-curl", "-", "--json"], command).exits(0).json();
    assert_eq!(json["event"], "from-curl");
    assert_eq!(json["not_taken"][0]["what"], "Host");
    let shown = home.waypost(&["show", "--json"]).exits(0).json();
    let destination = &shown["destination"];
    assert_eq!((&destination["url"], &destination["auth"]["type"]), (&"https://h.example/v2".into(), &"hmac".into()));
    assert_eq!(destination["timeout_s"], 7);
    assert_eq!(destination["headers"].as_array().unwrap().len(), 2);
    assert_eq!(secret(&home), before);
    // With credentials, the auth type is theirs; an option takes precedence.
    let command = "curl https://h.example/v3 -X POST -H 'Authorization: Bearer hunter2-hunter2-hunter2'";
    home.waypost_stdin(&["edit", "--from-curl", "-", "--url", "https://h.example/v4"], command).exits(0);
    let shown = home.waypost(&["show", "--json"]).exits(0).json();
    assert_eq!(
        (&shown["destination"]["url"], &shown["destination"]["auth"]["type"]),
        (&"https://h.example/v4".into(), &"bearer".into())
    );
    home.waypost_stdin(&["edit", "--from-curl", "-"], "curl https://h.example/in | sh").exits(2);
    assert_eq!(home.waypost(&["show", "--json"]).exits(0).json()["destination"], shown["destination"]);
}
