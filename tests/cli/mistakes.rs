//! `verify` names the mistakes that were reported; each kind is covered in tests/endpoint/explain.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use ring::{digest, hmac};
use serde_json::json;

use crate::support::Home;
use crate::support::common::{URL, register};

const SECRET: &str = "k9-Fh2jD83kfLq0s";

fn home(secret: &str) -> Home {
    let home = Home::new();
    register(&home, URL, &["--auth", "hmac", "--header-key", "X-Signature", "--secret-stdin"], secret);
    home
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    })
}

fn mac(key: &str, signed: &[u8]) -> String {
    hex(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes()), signed).as_ref())
}

/// The mistake has that name, and the words say so, in both outputs.
fn assert_named(home: &Home, body: &[u8], headers: &[&str], mistake: &str, says: &[&str]) {
    let headers = headers.iter().flat_map(|header| ["--header", header]);
    let args: Vec<_> = ["verify", "--body", "-"].into_iter().chain(headers).collect();
    let json = home.waypost_stdin(&[&args[..], &["--json"]].concat(), body).exits(3).json();
    crate::schema::assert_valid("verify", &json);
    assert_eq!(json["mistakes"], json!([mistake]), "{json}");
    let text = home.waypost_stdin(&args, body).exits(3).stdout;
    // The lines are wrapped.
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for says in says {
        assert!(text.contains(says), "{says}: {text}");
    }
    assert!(!text.contains(SECRET), "{text}");
}

fn signature(value: &str) -> String {
    format!("X-Signature: {value}")
}

#[test]
fn c19_quotes_around_the_secret_are_named_in_both_directions() {
    let quoted = format!("\"{SECRET}\"");
    let header = signature(&mac(&quoted, b"{}"));
    assert_named(&home(SECRET), b"{}", &[&header], "secret", &["with quotes around it"]);
    let header = signature(&mac(SECRET, b"{}"));
    assert_named(&home(&quoted), b"{}", &[&header], "secret", &["is registered with quotes around it, but was used without"]);
}

#[test]
fn c23_a_body_decoded_as_ascii_is_named() {
    let header = signature(&mac(SECRET, b"{\"a\":\"??\"}"));
    let says = ["ASCII", "body = request.get_data()", "express.raw"];
    assert_named(&home(SECRET), "{\"a\":\"🦀\"}".as_bytes(), &[&header], "body", &says);
}

#[test]
fn c24_an_empty_body_is_named() {
    let header = signature(&mac(SECRET, b"{}"));
    assert_named(&home(SECRET), b"", &[&header], "body-missing", &["the body is empty", "body parser", "redirect", "proxy"]);
}

#[test]
fn c26_a_signature_over_the_decompressed_body_is_named() {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(b"{\"a\":1}").unwrap();
    let gzip = gzip.finish().unwrap();
    let header = signature(&mac(SECRET, b"{\"a\":1}"));
    let headers = ["content-encoding: gzip", header.as_str()];
    assert_named(&home(SECRET), &gzip, &headers, "body", &["over the decompressed body"]);
    let header = signature(&mac(SECRET, &gzip));
    let headers = ["content-encoding: gzip", header.as_str()];
    assert_named(&home(SECRET), b"{\"a\":1}", &headers, "compression", &["content-encoding is gzip", "not compressed"]);
}

#[test]
fn c27_a_plain_hash_is_named() {
    let home = home(SECRET);
    let sha256 = |text: &str| hex(digest::digest(&digest::SHA256, text.as_bytes()).as_ref());
    for (hashed, says) in [
        ("{}".to_owned(), "the body, without the secret"),
        (format!("{SECRET}{{}}"), "the secret and the body"),
        (format!("{{}}.{SECRET}"), "the body and the secret"),
    ] {
        let header = signature(&sha256(&hashed));
        assert_named(&home, b"{}", &[&header], "plain-hash", &["a plain SHA-256 hash", says, "not an HMAC"]);
    }
}

#[test]
fn c25_escapes_of_another_library_are_named() {
    let header = signature(&mac(SECRET, br#"["\u003C1\u002B1"]"#));
    assert_named(&home(SECRET), br#"["<1+1"]"#, &[&header], "body", &["System.Text.Json", "\\u002B"]);
}

#[test]
fn c20_a_mangled_secret_gets_a_notice_when_it_is_registered() {
    let said = |auth: &[&str], secret: &str| {
        let home = Home::new();
        let args = [&["register", "--url", "https://h.example/in", "--secret-stdin", "--auth"][..], auth].concat();
        let out = home.waypost_stdin(&args, secret.as_bytes()).exits(0);
        let text = format!("{}{}", out.stdout, out.stderr).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(!text.contains("k9Fh2jD83kfLq0s"), "{text}");
        text
    };
    let hmac: &[&str] = &["hmac", "--header-key", "X-Signature"];
    for (auth, secret, position) in [
        (hmac, "\"k9Fh2jD83kfLq0s\"", "(position 1)"),
        (hmac, "\u{feff}k9Fh2jD83kfLq0s", "(position 1)"),
        (&["basic", "--username", "ann"], "PASSWORD=k9Fh2jD83kfLq0s", "(position 1)"),
        (&["basic", "--username", "ann"], "k9Fh2jD83kfLq0s\u{200b}", "(position 16)"),
        (&["basic", "--username", "\u{201c}ann\u{201d}"], "k9Fh2jD83kfLq0s", "(position 1)"),
        (&["bearer"], "k9Fh2jD83kfLq0s\\n", "(position 16)"),
        (&["api-key", "--key", "X-Api-Key"], "k9Fh2jD83kfLq0s%2B", "(position 16)"),
    ] {
        let text = said(auth, secret);
        assert!(text.contains(position), "{auth:?}: {text}");
    }
}
