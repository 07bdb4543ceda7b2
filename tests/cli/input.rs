//! Rows 1–12 and 16: URLs and names.

use crate::support::Home;
use crate::support::common::{disk, refused, refused_with, register, registered};

/// Tries a URL in `register` and in `edit`.
#[track_caller]
fn url_refused(url: &str, says: &str) {
    refused_with(&Home::new(), &["register", "--url", url, "--auth", "default"], "", 2, Some("url"), says);
    refused_with(&registered(), &["edit", "--url", url], "", 2, Some("url"), says);
}

#[track_caller]
fn accepted(args: &[&str], secret: &str) -> (Home, serde_json::Value) {
    let home = Home::new();
    let json = home.waypost_stdin(&[&["register", "--json"], args].concat(), secret).exits(0).json();
    (home, json)
}

#[test]
fn h01_only_https() {
    for url in ["http://h.example/", "ftp://h.example/", "h.example/in", "//h.example/", "HTTP://h.example/"] {
        url_refused(url, "must start with https://");
    }
}

#[test]
fn h02_nothing_is_repaired() {
    for url in [
        "https://h.example/a b",
        "https://h.example/a\tb",
        "https://h.example/a\nb",
        "https:\\\\h.example\\",
        "https:h.example",
        "ht\ntps://h.example/",
        " https://h.example/",
        "https://h.example/ ",
    ] {
        let text = refused(&Home::new(), &["register", "--url", url, "--auth", "default"], "", 2, Some("url"));
        assert!(!text.contains('\t') && text.lines().count() == 1, "{text:?}");
    }
}

#[test]
fn h03_no_user_in_the_url() {
    let url = "https://user:hunter2secret@h.example/";
    url_refused(url, "Basic Auth");
    let text = refused(&Home::new(), &["register", "--url", url, "--auth", "default"], "", 2, Some("url"));
    assert!(!text.contains("hunter2secret"), "{text}");
}

#[test]
fn h04_no_fragment() {
    url_refused("https://h.example/#a", "fragment is never sent");
}

#[test]
fn h05_hosts_in_ascii() {
    url_refused("https://bücher.example/", "xn--bcher-kva.example");
    url_refused("https://h\u{ad}.example/", "enter h.example");
    url_refused("https://h\u{3002}example/", "enter h.example");
}

#[test]
fn h06_numeric_hosts_show_the_address_they_mean() {
    for host in ["0x7f.1", "2130706433", "127.1"] {
        url_refused(&format!("https://{host}/"), "127.0.0.1");
    }
}

#[test]
fn h07_ports() {
    for port in ["0", "65536", "abc", "99999999999"] {
        url_refused(&format!("https://h.example:{port}/"), "port");
    }
    let (_, json) = accepted(&["--url", "https://h.example:443/in", "--auth", "default"], "");
    assert_eq!(json["destination"]["url"], "https://h.example/in");
}

#[test]
fn h08_lengths_and_other_forms() {
    url_refused(&format!("https://h.example/{}", "a".repeat(2048)), "2048");
    url_refused("", "required");
    url_refused("https://", "host");
    for (url, changed) in [
        ("https://h.example/a'b?c'd", "%27"),
        ("https://h.example/a\"b", "%22"),
        ("https://h.example/a<b", "%3C"),
        ("https://h.example/a/../b", "https://h.example/b"),
    ] {
        url_refused(url, changed);
    }
    let (_, json) = accepted(&["--url", "https://h.example", "--auth", "default"], "");
    assert_eq!(json["destination"]["url"], "https://h.example/");
}

#[test]
fn h09_private_addresses_get_a_notice() {
    for host in ["10.0.0.1", "172.16.0.1", "192.168.1.1", "127.0.0.1", "[::1]", "[fd12::1]", "localhost"] {
        let url = format!("https://{host}/");
        let (_, json) = accepted(&["--url", &url, "--auth", "default"], "");
        assert_eq!(json["notices"][0]["field"], "url");
        let from = if ["127.0.0.1", "[::1]", "localhost"].contains(&host) { "machine" } else { "network" };
        let text = format!("{host} is reachable from this {from} only");
        assert_eq!(json["notices"][0]["text"], text.as_str(), "{json}");
        let plain = register(&Home::new(), &url, &["--auth", "default"], "");
        assert!(plain.stderr.contains("note: URL:"), "{}", plain.stderr);
    }
}

/// By name it is refused when connecting: see the sender's tests, which have a resolver of their own.
#[test]
fn h10_metadata_and_the_like_are_refused() {
    for host in [
        "169.254.169.254",
        "[fe80::1]",
        "[fd00:ec2::254]",
        "[::ffff:169.254.169.254]",
        "[64:ff9b::a9fe:a9fe]",
        "0.0.0.0",
        "224.0.0.1",
        "[ff02::1]",
    ] {
        let url = format!("https://{host}/");
        refused(&Home::new(), &["register", "--url", &url, "--auth", "default"], "", 2, Some("url"));
    }
}

fn names() -> [String; 6] {
    [String::new(), " ".into(), "a:b".into(), "é".into(), "a\r\nb: c".into(), "a".repeat(257)]
}

#[test]
fn h11_names_of_headers() {
    let (empty, used) = (Home::new(), registered());
    for name in names() {
        // Left empty, the header of a signature is the usual one of its format.
        if !name.trim().is_empty() {
            let hmac = ["register", "--url", "https://h.example/", "--auth", "hmac", "--header-key", &name, "--secret-stdin"];
            let text = refused(&empty, &hmac, "secret-text", 2, Some("header_key"));
            assert!(!text.contains('\r') && text.lines().count() == 1, "{text:?}");
            refused(&used, &["edit", "--header-key", &name], "", 2, Some("header_key"));
        }
        let key = ["register", "--url", "https://h.example/", "--auth", "api-key", "--key", &name, "--secret-stdin"];
        refused(&empty, &key, "secret-text", 2, Some("key"));
    }
    let query = |name| {
        ["register", "--url", "https://h.example/", "--auth", "api-key", "--add-to", "query", "--key", name, "--secret-stdin"]
    };
    for name in ["", "a\tb", "a\r\nb"] {
        refused(&empty, &query(name), "secret-text", 2, Some("key"));
    }
    for name in ["a:b", "é&=", "a b"] {
        Home::new().waypost_stdin(&query(name), "secret-text").exits(0);
    }
}

#[test]
fn h12_reserved_headers() {
    let home = Home::new();
    for name in [
        "host",
        "Content-Length",
        "transfer-encoding",
        "connection",
        "content-type",
        "user-agent",
        "expect",
        "te",
        "trailer",
        "upgrade",
        "cookie",
        "authorization",
        "webhook-id",
        "Webhook-Timestamp",
        "proxy-authorization",
    ] {
        let hmac = ["register", "--url", "https://h.example/", "--auth", "hmac", "--header-key", name, "--secret-stdin"];
        refused_with(&home, &hmac, "secret-text", 2, Some("header_key"), "reserved");
    }
    let free =
        ["register", "--url", "https://h.example/", "--auth", "hmac", "--header-key", "webhook-signature", "--secret-stdin"];
    Home::new().waypost_stdin(&free, "secret-text").exits(0);
    let api = ["register", "--url", "https://h.example/", "--auth", "api-key", "--key", "Authorization", "--secret-stdin"];
    Home::new().waypost_stdin(&api, "secret-text").exits(0);
}

#[test]
fn h16_no_colon_in_a_user_name() {
    let args = ["register", "--url", "https://h.example/", "--auth", "basic", "--username", "user:hunter2x", "--secret-stdin"];
    refused_with(&Home::new(), &args, "password-x", 2, Some("username"), "colon");
}

#[test]
fn every_invalid_field_is_reported_at_once() {
    let home = Home::new();
    let args = [
        "register",
        "--json",
        "--url",
        "http://x",
        "--auth",
        "basic",
        "--username",
        "a:b",
        "--timeout",
        "121",
        "--ca-cert",
        "none.pem",
    ];
    let json = home.waypost(&args).exits(2).json();
    let fields: Vec<_> = json["errors"].as_array().unwrap().iter().map(|error| error["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["url", "username", "password", "ca_cert", "timeout_s"]);
    assert_eq!(json["errors"][0], json["error"]);
    assert_eq!(home.waypost(&args[..1]).exits(2).stderr.lines().count(), 2);
}

#[test]
fn a_flag_of_another_auth_type_is_refused() {
    let home = Home::new();
    for (auth, flag, value, field) in [
        ("default", "--header-key", "X", "header_key"),
        ("bearer", "--username", "u", "username"),
        ("hmac", "--add-to", "query", "add_to"),
        ("basic", "--format", "hex", "format"),
        ("hmac", "--key", "k", "key"),
    ] {
        let args = ["register", "--url", "https://h.example/", "--auth", auth, flag, value, "--json"];
        let json = home.waypost(&args).exits(2).json();
        let named =
            |error: &serde_json::Value| error["field"] == field && error["message"].as_str().unwrap().contains("does not apply");
        assert!(json["errors"].as_array().unwrap().iter().any(named), "{auth} {flag}: {json}");
    }
    refused_with(
        &home,
        &["register", "--url", "https://h.example/", "--auth", "default", "--secret-stdin"],
        "x",
        2,
        Some("auth"),
        "no secret",
    );
    refused_with(
        &home,
        &["register", "--url", "https://h.example/", "--auth", "bearer", "--generate-secret"],
        "",
        2,
        Some("token"),
        "cannot be generated",
    );
    refused_with(&home, &["register", "--url", "https://h.example/"], "", 2, Some("auth"), "--auth");
}

#[test]
fn ca_certificates_are_read_and_kept_absolute() {
    let home = Home::new();
    std::fs::write(home.path().join("empty.pem"), "").unwrap();
    let register = |path| ["register", "--url", "https://h.example/", "--auth", "default", "--ca-cert", path];
    for (path, says) in
        [("none.pem", "No such file"), ("empty.pem", "no certificate"), (".", "a directory"), ("/dev/null", "a device")]
    {
        refused_with(&home, &register(path), "", 2, Some("ca_cert"), says);
    }
    crate::support::ca::Ca::new().write(home.path());
    let json = home.waypost(&[&register("./ca.pem")[..], &["--json"]].concat()).exits(0).json();
    let kept = json["destination"]["tls"]["ca_cert"].as_str().unwrap();
    assert!(kept.starts_with('/') && kept.ends_with("/ca.pem"), "{kept}");
    assert_eq!(std::fs::canonicalize(kept).unwrap(), std::fs::canonicalize(home.path().join("ca.pem")).unwrap());
    let json = home.waypost(&["edit", "--ca-cert", "", "--timeout", "7", "--json"]).exits(0).json();
    assert_eq!((json["destination"].get("tls"), &json["destination"]["timeout_s"]), (None, &7.into()));
    for timeout in ["0", "121", "-1", "1.5", "x", "+5"] {
        refused(&home, &["edit", "--timeout", timeout], "", 2, Some("timeout_s"));
    }
}

#[test]
fn usage_errors_name_the_flag_and_repeat_no_stray_text() {
    let home = registered();
    let before = disk(&home);
    for (args, field, says) in [
        (["register", "--auth", "digest"].as_slice(), Some("auth"), "bearer"),
        (&["edit", "--format", "md5"], Some("format"), "sha256-hex"),
        (&["edit", "--add-to", "body"], Some("add_to"), "query"),
        (&["test", "--event", "ping", "--body", "-"], Some("body"), "cannot be used with"),
        (&["edit", "--urll", "x"], None, "--url"),
        (&["edit"], None, "--url"),
        (&["regster"], None, "register"),
        (&["completions", "tcsh"], None, "'tcsh' for '<SHELL>'"),
        (&["completions"], None, "<SHELL>"),
    ] {
        refused_with(&home, args, "", 2, field, says);
    }
    let text = refused(&home, &["secret", "hunter2-on-the-command-line"], "", 2, None);
    assert!(!text.contains("hunter2"), "{text}");
    assert_eq!(disk(&home), before);
}
