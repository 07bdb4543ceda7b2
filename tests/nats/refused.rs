//! Servers that cannot be worked with: each its own cause and fix, and code 9.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};

use crate::server::{Machine, Server, terminate};
use crate::support::ca::Ca;
use crate::support::check::expect_nothing;
use crate::support::receiver::{Answer, DEADLINE, Receiver};
use crate::support::run;

/// The error of `waypost ARGS` on that server.
#[track_caller]
fn refused(url: &str, args: &[&str], env: &[(&str, &str)]) -> String {
    let machine = Machine::new(url);
    let output = run(machine.command(args).envs(env.iter().copied()), b"{}").exits(9);
    assert_eq!(output.stderr.lines().count(), 1, "{}", output.stderr);
    output.stderr
}

#[test]
#[ignore = "needs nats-server: apt-get install nats-server"]
fn h150_a_server_that_is_away_or_cannot_says_so() {
    let mut server = Server::with("");
    for args in [&["enqueue", "-"][..], &["queue"]] {
        let said = refused(&server.url(), args, &[]);
        assert!(said.contains("JetStream is not enabled") && said.contains("nats-server with -js"), "{said}");
    }
    server.kill();
    let said = refused(&server.url(), &["queue"], &[]);
    assert!(said.contains("was reached at nats://127.0.0.1:") && said.contains("Check --nats"), "{said}");
}

#[test]
#[ignore = "needs nats-server: apt-get install nats-server"]
fn h151_credentials_and_permissions_are_told_apart() {
    let users = "jetstream { store_dir: \"DIR/js\" }\n\
                 authorization { users: [ { user: all, password: secret-3f2a },\n\
                 { user: few, password: other-3f2a, permissions: { publish: [\"waypost.events.>\"], subscribe: [\"_INBOX.>\"] } } ] }";
    let server = Server::with(users);
    let few = [("WAYPOST_NATS_USER", "few"), ("WAYPOST_NATS_PASSWORD", "other-3f2a")];
    let said = refused(&server.url(), &["queue"], &few);
    assert!(said.contains("does not have the permission") && said.contains("$JS.API.STREAM.INFO.WAYPOST"), "{said}");
    assert!(said.contains("docs/queue.md"), "{said}");
    for wrong in [&[][..], &[("WAYPOST_NATS_USER", "all"), ("WAYPOST_NATS_PASSWORD", "wrong-3f2a")]] {
        let said = refused(&server.url(), &["queue"], wrong);
        assert!(said.contains("rejected the login") && !said.contains("3f2a"), "{said}");
    }
    let machine = Machine::new(&server.url());
    let password = machine.home.path().join("password");
    fs::write(&password, "secret-3f2a\n").unwrap();
    machine.run(&["queue", "--nats-user", "all", "--nats-password-file", password.to_str().unwrap()]).exits(0);
}

#[test]
#[ignore = "needs nats-server: apt-get install nats-server"]
fn h152_a_stream_of_other_settings_is_left_alone() {
    let server = Server::start();
    let machine = Machine::new(&server.url());
    // As someone would who only read about streams.
    let config = br#"{"name":"WAYPOST","subjects":["waypost.events.>"],"retention":"workqueue","storage":"file","discard":"old","max_age":60000000000,"num_replicas":1}"#;
    server.ask("$JS.API.STREAM.CREATE.WAYPOST", config);
    let said = refused(&server.url(), &["enqueue", "-"], &[]);
    for part in [
        "discards old messages",
        "older than 60 s",
        "duplicate window is 60 s",
        "nats stream edit WAYPOST --discard new --max-age 0s --dupe-window 600s",
    ] {
        assert!(said.contains(part), "{said}");
    }
    let limits = br#"{"name":"WAYPOST","subjects":["waypost.events.>"],"retention":"limits","storage":"file","num_replicas":1}"#;
    server.ask("$JS.API.STREAM.DELETE.WAYPOST", b"");
    server.ask("$JS.API.STREAM.CREATE.WAYPOST", limits);
    let said = refused(&server.url(), &["enqueue", "-"], &[]);
    assert!(said.contains("retention is Limits, not WorkQueue") && said.contains("nats stream rm WAYPOST"), "{said}");
    server.ask("$JS.API.STREAM.DELETE.WAYPOST", b"");
    server.ask(
        "$JS.API.STREAM.CREATE.ALL",
        br#"{"name":"ALL","subjects":["waypost.>"],"retention":"limits","storage":"file","num_replicas":1}"#,
    );
    let said = refused(&server.url(), &["enqueue", "-"], &[]);
    assert!(said.contains("has the subjects that waypost needs") && said.contains("nats stream report"), "{said}");
    server.ask("$JS.API.STREAM.DELETE.ALL", b"");
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(200)]);
    machine.register(&receiver);
    machine.enqueue("order-1", "{}").exits(0);
    let consumer = br#"{"stream_name":"WAYPOST","config":{"durable_name":"relay","ack_policy":"explicit","headers_only":true}}"#;
    server.ask("$JS.API.CONSUMER.DURABLE.CREATE.WAYPOST.relay", consumer);
    let said = machine.run(&["relay", "--once"]).exits(9).stderr;
    assert!(said.contains("without their bodies") && said.contains("nats consumer rm WAYPOST relay"), "{said}");
}

#[test]
#[ignore = "needs nats-server: apt-get install nats-server"]
fn h153_an_event_that_is_too_long_or_finds_no_room_is_refused() {
    let server = Server::start();
    let machine = Machine::new(&server.url());
    let long = format!("{{\"x\":\"{}\"}}", "a".repeat(1024 * 1024));
    let output = run(&mut machine.command(&["enqueue", "-"]), long.as_bytes()).exits(2);
    assert!(output.stderr.contains("max_payload of the server is 1048576"), "{}", output.stderr);
    let small = Server::start();
    let machine = Machine::new(&small.url());
    let body = format!("{{\"x\":\"{}\"}}", "a".repeat(6000));
    let enqueue = ["enqueue", "-", "--nats-max-bytes", "10kB"];
    run(&mut machine.command(&enqueue), body.as_bytes()).exits(0);
    let output = run(&mut machine.command(&enqueue), body.as_bytes()).exits(5);
    assert!(output.stderr.contains("The queue on NATS is full"), "{}", output.stderr);
}

/// The permissions of each role, as `docs/queue.md` has them.
fn roles() -> String {
    let page = fs::read_to_string(format!("{}/docs/queue.md", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let begin = page.find("authorization {").unwrap();
    let users = &page[begin..begin + page[begin..].find("```").unwrap()];
    assert_eq!(users.matches("$2a$").count(), 3);
    let plain = users.split('"').map(|part| if part.starts_with("$2a$") { "p" } else { part }).collect::<Vec<_>>().join("\"");
    format!("jetstream {{ store_dir: \"DIR/js\" }}\n{plain}")
}

#[test]
#[ignore = "needs nats-server: apt-get install nats-server"]
fn each_role_can_do_its_work_with_the_documented_permissions() {
    let server = Server::with(&roles());
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(422), Answer::status(200)]);
    let mut machine = Machine::registering_as(Some("operator"), &server.url(), &receiver);
    // It creates what there is to create.
    assert_eq!(machine.run(&["relay", "--once"]).code, Some(0));
    machine.user = Some("producer");
    machine.enqueue("order-1", "{}").exits(0);
    machine.enqueue("order-2", "{}").exits(0);
    machine.run(&["queue", "hold"]).exits(9);
    machine.user = Some("worker");
    let relay = machine.relay("one", &[]);
    machine.user = Some("operator");
    receiver.wait_for_requests(3, DEADLINE);
    machine.wait_for(|counts| counts == [0, 0, 0, 0]);
    machine.run(&["queue", "hold"]).exits(0);
    let log = || fs::read_to_string(machine.home.path().join("one.log")).unwrap();
    let begun = Instant::now();
    while !log().contains("Paused by") {
        assert!(begun.elapsed() < DEADLINE, "{}", log());
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(terminate(relay), Some(0));
    assert!(!log().contains("permit"), "{}", log());
}

#[test]
#[ignore = "needs nats-server: apt-get install nats-server"]
fn h153_a_registration_and_a_dead_letter_at_max_payload() {
    let server = Server::with("max_payload: 2048\njetstream { store_dir: \"DIR/js\" }");
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(422)]);
    let machine = Machine::registering(&server.url(), &receiver);
    let header = format!("X-Long: {}", "y".repeat(2048));
    let output = machine.run(&["edit", "--header", &header]).exits(2);
    assert!(output.stderr.contains("The registration is too long") && output.stderr.contains("is 2048"), "{}", output.stderr);
    machine.run(&["relay", "--once"]).exits(0);
    // As long as can be, so that a dead letter has no room for anything else.
    let body = format!("\"{}\"", "a".repeat(2046));
    server.ask("waypost.events.full", body.as_bytes());
    assert_eq!(machine.run(&["relay", "--once"]).code, Some(4));
    machine.wait_for(|counts| counts == [0, 1, 0, 0]);
    let relay = machine.relay("one", &["--give-up-after", "1"]);
    machine.wait_for(|counts| counts == [0, 0, 0, 1]);
    assert!(machine.run(&["queue"]).stdout.contains("relay  running"));
    assert_eq!(terminate(relay), Some(0));
    let list = machine.run(&["queue", "--json"]).exits(0).json();
    let event = &list["events"][0];
    assert_eq!((&list["relay_running"], &event["event"], &event["bytes"]), (&false.into(), &"full".into(), &2048.into()));
}

#[test]
#[ignore = "needs nats-server: apt-get install nats-server"]
fn h151_an_account_without_room_says_so() {
    let limits = "jetstream { store_dir: \"DIR/js\" }\naccounts { A { jetstream { max_streams: 1, max_file: 1MB, max_mem: 0 }, \
                  users: [ { user: all, password: p } ] } }";
    let server = Server::with(limits);
    let mut machine = Machine::new(&server.url());
    machine.user = Some("all");
    machine.enqueue("order-1", "{}").exits(0);
    let said = machine.run(&["queue", "hold"]).exits(9).stderr;
    assert!(said.contains("does not allow what waypost needs") && said.contains("limits of the account"), "{said}");
}

#[test]
#[ignore = "needs nats-server: apt-get install nats-server"]
fn h151_tls_with_a_ca_and_a_client_certificate_of_its_own() {
    let (ca, files) = (Ca::new(), tempfile::tempdir().unwrap());
    let leaf = ca.leaf(&["127.0.0.1"]);
    let at = |name: &str, pem: &str| {
        let path = files.path().join(name);
        fs::write(&path, pem).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (ca_file, certificate, key) =
        (at("ca.pem", &ca.pem()), at("cert.pem", &leaf.chain_pem()), at("key.pem", &leaf.key_pem()));
    let config = format!(
        "jetstream {{ store_dir: \"DIR/js\" }}\n\
         tls {{ cert_file: \"{certificate}\", key_file: \"{key}\", ca_file: \"{ca_file}\", verify: true }}"
    );
    let server = Server::with(&config);
    let tls = format!("tls://127.0.0.1:{}", server.port);
    let trusting = ["queue", "--nats-ca", &ca_file];
    for (url, args) in [(&tls, &["queue"][..]), (&server.url(), &["queue"]), (&tls, &trusting)] {
        let said = refused(url, args, &[]);
        assert!(said.contains("The TLS connection to") && said.contains("--nats-ca"), "{said}");
    }
    let shown = [&trusting[..], &["--nats-cert", &certificate, "--nats-key", &key]].concat();
    for url in [&tls, &server.url()] {
        run(&mut Machine::new(url).command(&shown), b"").exits(0);
    }
    let plain = Server::start();
    let said = refused(&plain.url(), &trusting, &[]);
    assert!(said.contains("The TLS connection to"), "{said}");
}
