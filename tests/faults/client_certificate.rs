//! Client certificates (mutual TLS): the files, what a server says of them, and their renewal.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256};
use serde_json::Value;

use crate::support::Home;
use crate::support::ca::{Ca, Leaf};
use crate::support::check::Check;
use crate::support::common::{disk, refused_with};
use crate::support::receiver::Receiver;

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/keys");

/// A file of the home with that mode.
fn put(home: &Home, name: &str, text: impl AsRef<[u8]>, mode: u32) -> String {
    let path = home.path().join(name);
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    path.to_str().unwrap().to_owned()
}

fn data(name: &str) -> String {
    fs::read_to_string(format!("{DATA}/{name}")).unwrap()
}

fn client(ca: &Ca, change: impl FnOnce(&mut CertificateParams)) -> Leaf {
    ca.leaf_with(&["client.example"], change)
}

/// The bytes of a file in binary form.
fn der(pem: &str) -> Vec<u8> {
    use rustls::pki_types::pem::PemObject as _;
    match rustls::pki_types::CertificateDer::from_pem_slice(pem.as_bytes()) {
        Ok(der) => der.to_vec(),
        Err(_) => rustls::pki_types::PrivateKeyDer::from_pem_slice(pem.as_bytes()).unwrap().secret_der().to_vec(),
    }
}

/// A home registered at the receiver with those files.
fn registered(receiver: &Receiver, files: &[&str]) -> (Home, String) {
    let home = Home::new();
    let out = register(&home, receiver, files);
    (home, out)
}

#[track_caller]
fn register(home: &Home, receiver: &Receiver, files: &[&str]) -> String {
    let ca = receiver.ca().to_str().unwrap();
    let args = [&["register", "--url", &receiver.url, "--auth", "default", "--ca-cert", ca], files].concat();
    home.waypost(&args).exits(0).stderr
}

/// Why a test delivery fails, and the fix.
#[track_caller]
fn failure(home: &Home) -> (String, Value) {
    let json = home.waypost(&["test", "--json"]).exits(4).json();
    let attempt = json["delivery"]["attempts"][0].clone();
    assert_eq!(attempt["status"], Value::Null);
    (format!("{} {}", attempt["why"].as_str().unwrap(), attempt["fix"].as_str().unwrap()), attempt)
}

#[test]
fn h100_files_that_cannot_be_used_are_refused() {
    let (ca, home) = (Ca::named("Client CA"), Home::new());
    let (one, other) = (client(&ca, |_| {}), client(&ca, |_| {}));
    let cert = put(&home, "client.pem", one.chain_pem(), 0o644);
    let key = put(&home, "client.key", one.key_pem(), 0o600);
    let file = |name: &str, bytes: &[u8]| put(&home, name, bytes, 0o600);
    let garbage = "-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n";
    let not_one = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let pkcs12 = [0x30, 0x05, 0x02, 0x01, 0x03, 0x30, 0x00];
    for (path, says) in [
        (home.path().join("none.pem").to_str().unwrap().to_owned(), "No such file"),
        ("/".into(), "is a directory"),
        ("/dev/null".into(), "is a device"),
        (file("empty", b""), "is empty"),
        (file("text", b"hello"), "here is no certificate (-----BEGIN CERTIFICATE-----) in it"),
        (
            file("csr", b"-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n"),
            "only CERTIFICATE REQUEST",
        ),
        (key.clone(), "only PRIVATE KEY"),
        (file("der", &der(&one.chain_pem())), "openssl x509 -inform der"),
        (file("p12", &pkcs12), "openssl pkcs12"),
        (file("garbage", garbage.as_bytes()), "not a well-formed PEM file"),
        (file("not-one", not_one.as_bytes()), "certificate in it cannot be read"),
        (file("order", [ca.pem(), one.chain_pem()].concat().as_bytes()), "is not the first in it"),
    ] {
        let args = ["register", "--url", "https://h.example/", "--auth", "default", "--client-cert", &path, "--client-key", &key];
        refused_with(&home, &args, "", 2, Some("client_cert"), says);
    }
    for (path, says) in [
        (home.path().join("none.key").to_str().unwrap().to_owned(), "No such file"),
        (file("empty.key", b""), "is empty"),
        (cert.clone(), "thers can read or change it (mode 0644)"),
        (put(&home, "group.key", one.key_pem(), 0o640), "Run: chmod 600"),
        (put(&home, "only.pem", one.chain_pem(), 0o600), "only CERTIFICATE"),
        (file("der.key", &der(&one.key_pem())), "openssl pkey -inform der"),
        (file("p12.key", &pkcs12), "openssl pkcs12"),
        (file("encrypted-8.key", data("ec.encrypted.pkcs8.pem").as_bytes()), "openssl pkcs8 -topk8 -nocrypt"),
        (file("encrypted-1.key", data("ec.encrypted.sec1.pem").as_bytes()), "openssl pkcs8 -topk8 -nocrypt"),
        (
            file("ssh.key", b"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n"),
            "ssh-keygen -p -m PKCS8",
        ),
        (file("other.key", other.key_pem().as_bytes()), "he key is not that of the client certificate"),
    ] {
        let args =
            ["register", "--url", "https://h.example/", "--auth", "default", "--client-cert", &cert, "--client-key", &path];
        refused_with(&home, &args, "", 2, Some("client_key"), says);
    }
    // One file that has no key, and a key alone.
    let register = ["register", "--url", "https://h.example/", "--auth", "default"];
    let only = home.path().join("only.pem");
    refused_with(
        &home,
        &[&register[..], &["--client-cert", only.to_str().unwrap()]].concat(),
        "",
        2,
        Some("client_key"),
        "private key",
    );
    refused_with(
        &home,
        &[&register[..], &["--client-key", &key]].concat(),
        "",
        2,
        Some("client_cert"),
        "is required with a client key",
    );
}

#[test]
fn h101_every_form_of_a_key_is_presented() {
    let ca = Ca::named("Client CA");
    let receiver = Receiver::asking(Check::Nothing, &ca);
    let rsa = KeyPair::from_pkcs8_pem_and_sign_algo(&data("rsa.pkcs8.pem"), &PKCS_RSA_SHA256).unwrap();
    let ec = KeyPair::from_pem(&data("ec.pkcs8.pem")).unwrap();
    let between = ca.intermediate("Client CA 2", |_| {});
    let chains = [ca.leaf_of(&rsa, &["c"], |_| {}).chain_pem(), between.leaf_of(&ec, &["c"], |_| {}).chain_pem()];
    assert_eq!(chains[1].matches("BEGIN").count(), 2, "it needs the certificate between");
    for (chain, key) in
        [(&chains[0], "rsa.pkcs8.pem"), (&chains[0], "rsa.pkcs1.pem"), (&chains[1], "ec.pkcs8.pem"), (&chains[1], "ec.sec1.pem")]
    {
        let home = Home::new();
        let cert = put(&home, "client.pem", chain, 0o644);
        let key_path = put(&home, "client.key", data(key), 0o400);
        register(&home, &receiver, &["--client-cert", &cert, "--client-key", &key_path]);
        let attempt = home.waypost(&["test", "--json"]).exits(0).json()["delivery"]["attempts"][0].clone();
        let presented = &attempt["tls"]["client"];
        assert_eq!(presented["sha256"].as_str().map(str::len), Some(64), "{key}: {attempt}");
        assert!(presented["subject"].as_str().unwrap().contains("waypost test leaf"), "{presented}");
        assert!(home.waypost(&["test", "-v"]).exits(0).stdout.contains("waypost test leaf"));
        // Both in one file, in any order.
        let both = put(&home, "both.pem", [data(key), chain.clone()].concat(), 0o600);
        home.waypost(&["edit", "--client-cert", &both, "--client-key", ""]).exits(0);
        home.waypost(&["test"]).exits(0);
        let shown = home.waypost(&["show", "--json"]).exits(0).json();
        assert_eq!(shown["destination"]["tls"]["client_cert"].as_str(), Some(both.as_str()));
        assert_eq!(shown["destination"]["tls"].get("client_key"), None);
        assert!(home.waypost(&["show"]).exits(0).stdout.contains(&both));
        let curl = home.waypost(&["curl"]).exits(0).stdout;
        assert!(curl.contains(&format!("--cert '{both}'")) && !curl.contains("--key"), "{curl}");
        home.waypost(&["edit", "--client-cert", &cert, "--client-key", &key_path]).exits(0);
        let curl = home.waypost(&["curl"]).exits(0).stdout;
        assert!(curl.contains(&format!("--cert '{cert}'")) && curl.contains(&format!("--key '{key_path}'")), "{curl}");
    }
}

/// As `openssl x509 -req` makes them without a file of extensions.
#[test]
fn h101_a_certificate_of_version_1_is_known_by_its_key() {
    let ca = Ca::named("Client CA");
    let receiver = Receiver::asking(Check::Nothing, &ca);
    let home = Home::new();
    let cert = put(&home, "client.pem", data("ec.v1.certificate.pem"), 0o644);
    let key = put(&home, "client.key", data("ec.sec1.pem"), 0o600);
    let other = put(&home, "other.key", data("rsa.pkcs8.pem"), 0o600);
    register(&home, &receiver, &["--client-cert", &cert, "--client-key", &key]);
    refused_with(&home, &["edit", "--client-key", &other], "", 2, Some("client_key"), "is not that of the client certificate");
}

#[test]
fn h102_an_expired_certificate_is_a_notice_and_then_a_cause() {
    type Change = fn(&mut CertificateParams);
    let ca = Ca::named("Client CA");
    let receiver = Receiver::asking(Check::Nothing, &ca);
    let dates: [(Change, &str, &str); 2] = [
        (
            |params| {
                params.not_before = rcgen::date_time_ymd(2020, 1, 1);
                params.not_after = rcgen::date_time_ymd(2021, 2, 3);
            },
            "it expired at 2021-02-03",
            "The client certificate expired at 2021-02-03",
        ),
        (
            |params| {
                params.not_before = rcgen::date_time_ymd(3020, 1, 1);
                params.not_after = rcgen::date_time_ymd(3021, 1, 1);
            },
            "it is not valid before 3020-01-01",
            "The client certificate is not valid before 3020-01-01",
        ),
    ];
    for (change, notice, cause) in dates {
        let home = Home::new();
        let both = put(&home, "both.pem", client(&ca, change).pem(), 0o600);
        let said = register(&home, &receiver, &["--client-cert", &both]);
        assert!(said.contains(notice), "{said}");
        let (why, attempt) = failure(&home);
        assert!(why.contains(cause), "{why}");
        assert_eq!(attempt["fix_field"], "client_cert", "{attempt}");
        // A server that does not ask does not care.
        let careless = Receiver::start(Check::Nothing);
        home.waypost(&["edit", "--url", &careless.url, "--ca-cert", careless.ca().to_str().unwrap()]).exits(0);
        let attempt = home.waypost(&["test", "--json"]).exits(0).json()["delivery"]["attempts"][0].clone();
        assert_eq!(attempt["tls"]["client"], Value::Null, "it was not presented");
    }
    assert!(receiver.requests().is_empty());
}

#[test]
fn h103_files_that_go_bad_later_are_a_cause() {
    let ca = Ca::named("Client CA");
    let receiver = Receiver::asking(Check::Nothing, &ca);
    let home = Home::new();
    let leaf = client(&ca, |_| {});
    let cert = put(&home, "client.pem", leaf.chain_pem(), 0o644);
    let key = put(&home, "client.key", leaf.key_pem(), 0o600);
    register(&home, &receiver, &["--client-cert", &cert, "--client-key", &key]);
    let connections = receiver.connections();
    let other = client(&ca, |_| {}).key_pem();
    let bad: [(&str, &str, u32, &str, &str); 5] = [
        ("client.key", &other, 0o600, "client_key", "he key is not that of the client certificate"),
        ("client.key", &leaf.key_pem(), 0o644, "client_key", "Run: chmod 600"),
        ("client.key", &data("ec.encrypted.pkcs8.pem"), 0o600, "client_key", "he key is encrypted"),
        ("client.pem", "", 0o600, "client_cert", "is empty"),
        ("client.pem", "nothing", 0o600, "client_cert", "here is no certificate"),
    ];
    for (name, text, mode, field, says) in bad {
        put(&home, "client.pem", leaf.chain_pem(), 0o644);
        put(&home, "client.key", leaf.key_pem(), 0o600);
        put(&home, name, text, mode);
        let (why, attempt) = failure(&home);
        assert!(why.contains(says) && why.contains(name), "{why}");
        assert_eq!((attempt["fix_field"].as_str(), attempt["phase"].as_str()), (Some(field), Some("tls")), "{attempt}");
    }
    put(&home, "client.pem", leaf.chain_pem(), 0o644);
    fs::remove_file(&key).unwrap();
    assert!(failure(&home).0.contains("No such file"));
    assert_eq!(receiver.connections(), connections, "nothing was connected to");
}

#[test]
fn h104_a_server_that_wants_another_one_is_said_to() {
    let ca = Ca::named("Client CA");
    let receiver = Receiver::asking(Check::Nothing, &ca);
    let (home, _) = registered(&receiver, &[]);
    let (why, attempt) = failure(&home);
    assert!(why.contains("requires a client certificate (mutual TLS), and none is set"), "{why}");
    assert_eq!(attempt["fix_field"], "client_cert");
    // Many times: the alert comes while the request is written, and then the connection is reset.
    let stranger = put(&home, "stranger.pem", client(&Ca::named("Other CA"), |_| {}).pem(), 0o600);
    home.waypost(&["edit", "--client-cert", &stranger]).exits(0);
    let long = put(&home, "long.json", format!("\"{}\"", "a".repeat(900_000)), 0o600);
    for args in [&["test", "--json"][..], &["test", "--json", "--body", &long]].repeat(5) {
        let attempt = home.waypost(args).exits(4).json()["delivery"]["attempts"][0].clone();
        let why = attempt["why"].as_str().unwrap();
        assert!(why.contains("client certificate") && why.contains("Other CA"), "{why}");
        assert!(why.contains("It accepts those of") && why.contains("Client CA"), "{why}");
    }
    assert!(receiver.requests().is_empty());
}

#[test]
fn h105_a_renewed_certificate_counts_at_the_next_connection() {
    let ca = Ca::named("Client CA");
    let receiver = Receiver::asking(Check::Nothing, &ca);
    let home = Home::new();
    let both = put(&home, "both.pem", client(&ca, |_| {}).pem(), 0o600);
    register(&home, &receiver, &["--client-cert", &both]);
    let presented = || {
        let json = home.waypost(&["test", "--json"]).exits(0).json();
        json["delivery"]["attempts"][0]["tls"]["client"]["sha256"].as_str().unwrap().to_owned()
    };
    let first = presented();
    put(&home, "both.pem", client(&ca, |_| {}).pem(), 0o600);
    assert_ne!(presented(), first);
}

#[test]
fn h106_another_client_certificate_in_the_file_locks_the_secrets() {
    let ca = Ca::named("Client CA");
    let receiver = Receiver::asking(Check::Nothing, &ca);
    let home = Home::new();
    let both = put(&home, "both.pem", client(&ca, |_| {}).pem(), 0o600);
    let ca_path = receiver.ca().to_str().unwrap();
    let args =
        ["register", "--url", &receiver.url, "--ca-cert", ca_path, "--auth", "bearer", "--secret-stdin", "--client-cert", &both];
    home.waypost_stdin(&args, "token-text-token-text").exits(0);
    let before = fs::read_to_string(home.state_file()).unwrap();
    for (name, path) in
        [("client_cert", Value::Null), ("client_cert", "/etc/evil.pem".into()), ("client_key", "/etc/evil.pem".into())]
    {
        let mut json: Value = serde_json::from_str(&before).unwrap();
        json["destination"]["tls"][name] = path;
        fs::write(home.state_file(), json.to_string()).unwrap();
        let on_disk = disk(&home);
        let out = home.waypost(&["test"]).exits(6);
        assert!(out.stderr.contains("nter the secret again") && !out.stderr.contains("token-text"), "{}", out.stderr);
        assert_eq!(disk(&home), on_disk);
    }
    assert_eq!(receiver.connections(), 0);
}

/// Whether any 24 characters of a key's lines are in a text.
fn has_key(text: &[u8], key: &str) -> bool {
    let lines = key.lines().filter(|line| !line.starts_with('-') && line.len() >= 24);
    lines.into_iter().any(|line| text.windows(24).any(|part| part == &line.as_bytes()[..24]))
}

#[test]
fn h107_the_private_key_is_nowhere_else() {
    let ca = Ca::named("Client CA");
    let receiver = Receiver::asking(Check::Nothing, &ca);
    let home = Home::new();
    let leaf = client(&ca, |_| {});
    let both = put(&home, "both.pem", leaf.pem(), 0o600);
    let mut said = register(&home, &receiver, &["--client-cert", &both, "-v"]);
    for args in [
        &["test", "-v"][..],
        &["test", "--json", "-v"],
        &["show"],
        &["show", "--json"],
        &["curl", "--reveal"],
        &["history", "--json"],
    ] {
        let out = home.waypost(args);
        said = [said, out.stdout, out.stderr].concat();
    }
    put(&home, "both.pem", [leaf.key_pem(), "-----BEGIN CERTIFICATE-----\n!".into()].concat(), 0o600);
    let out = home.waypost(&["test", "--json", "-v"]);
    said = [said, out.stdout, out.stderr].concat();
    assert!(!has_key(said.as_bytes(), &leaf.key_pem()), "{said}");
    fs::remove_file(&both).unwrap();
    for (path, (_, bytes)) in disk(&home) {
        assert!(!has_key(&bytes, &leaf.key_pem()), "{}", path.display());
    }
}

#[test]
#[ignore = "needs nginx: apt-get install nginx"]
fn h108_nginx_says_it_by_http() {
    let ca = Ca::named("Client CA");
    let home = Home::new();
    let server = ca.leaf(&["localhost", "127.0.0.1"]);
    put(&home, "server.pem", server.pem(), 0o600);
    let trust = ca.write(home.path());
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let dir = home.path().display();
    let config = format!(
        "daemon off; pid {dir}/pid; error_log {dir}/error.log; events {{}}\nhttp {{ access_log off; client_body_temp_path {dir}/b; \
         proxy_temp_path {dir}/p; fastcgi_temp_path {dir}/f; uwsgi_temp_path {dir}/u; scgi_temp_path {dir}/s;\nserver {{ \
         listen 127.0.0.1:{port} ssl; ssl_certificate {dir}/server.pem; ssl_certificate_key {dir}/server.pem;\n\
         ssl_client_certificate {dir}/ca.pem; ssl_verify_client on; location / {{ return 200; }} }} }}"
    );
    let config = put(&home, "nginx.conf", config, 0o600);
    let mut nginx = std::process::Command::new("nginx").args(["-p", &dir.to_string(), "-c", &config]).spawn().unwrap();
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(nginx.try_wait().unwrap().is_none(), "nginx ended");
        std::thread::yield_now();
    }
    let url = format!("https://localhost:{port}/in");
    home.waypost(&["register", "--url", &url, "--auth", "default", "--ca-cert", trust.to_str().unwrap()]).exits(0);
    let why = |home: &Home| {
        let json = home.waypost(&["test", "--json"]).json();
        json["delivery"]["attempts"][0].clone()
    };
    let none = why(&home);
    let stranger = put(&home, "stranger.pem", client(&Ca::named("Other CA"), |_| {}).pem(), 0o600);
    home.waypost(&["edit", "--client-cert", &stranger]).exits(0);
    let refused = why(&home);
    let good = put(&home, "good.pem", client(&ca, |_| {}).pem(), 0o600);
    home.waypost(&["edit", "--client-cert", &good]).exits(0);
    let accepted = home.waypost(&["test"]);
    nginx.kill().unwrap();
    nginx.wait().unwrap();
    assert_eq!((&none["status"], &refused["status"]), (&400.into(), &400.into()), "{none} {refused}");
    for attempt in [none, refused] {
        assert!(attempt["why"].as_str().unwrap().contains("client certificate"), "{attempt}");
    }
    accepted.exits(0);
}

#[test]
fn h100_the_files_that_a_curl_command_or_an_export_names_are_checked_as_those_of_options() {
    let (ca, home) = (Ca::named("Client CA"), Home::new());
    let (one, other) = (client(&ca, |_| {}), client(&ca, |_| {}));
    let expired = client(&ca, |params| params.not_after = rcgen::date_time_ymd(2021, 2, 3));
    let cert = put(&home, "client.pem", one.chain_pem(), 0o644);
    let key = put(&home, "client.key", one.key_pem(), 0o600);
    let loose = put(&home, "loose.key", one.key_pem(), 0o644);
    let wrong = put(&home, "wrong.key", other.key_pem(), 0o600);
    let command = |cert: &str, key: &str| format!("curl -X POST https://h.example/in --cert '{cert}' --key '{key}'");
    let export = |cert: &str, key: &str| {
        let tls = serde_json::json!({ "client_cert": cert, "client_key": key });
        let to = serde_json::json!({ "url": "https://h.example/in", "auth": { "type": "default" }, "tls": tls });
        serde_json::json!({ "schema_version": 1, "destination": to }).to_string()
    };
    for (flag, text) in [("--from-curl", &command as &dyn Fn(&str, &str) -> String), ("--from", &export)] {
        let args = ["register", flag, "-"];
        for (cert, key, field, says) in [
            (cert.as_str(), "/nowhere", "client_key", "No such file"),
            ("/nowhere", key.as_str(), "client_cert", "No such file"),
            (&cert, &loose, "client_key", "thers can read or change it (mode 0644)"),
            (&cert, &wrong, "client_key", "he key is not that of the client certificate"),
        ] {
            refused_with(&home, &args, &text(cert, key), 2, Some(field), says);
        }
        // Options take precedence.
        let options = [&args[..], &["--client-cert", &cert, "--client-key", &key]].concat();
        home.waypost_stdin(&options, text("/nowhere", "/nowhere")).exits(0);
        home.waypost(&["remove", "--yes"]).exits(0);
        let both = put(&home, "expired.pem", expired.pem(), 0o600);
        let said = home.waypost_stdin(&args, text(&both, &both)).exits(0).stderr;
        assert!(said.contains("it expired at 2021-02-03"), "{said}");
        home.waypost(&["remove", "--yes"]).exits(0);
    }
}
