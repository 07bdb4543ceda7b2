//! The destination that machines share.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use waypost::domain::draft::Draft;
use waypost::domain::field::TIMEOUT;
use waypost::domain::nats::{Login, NatsSettings, Servers, Tls};
use waypost::domain::problem::ProblemKind;
use waypost::domain::rotation::KeepOld;
use waypost::ops::{State, Waypost};

use crate::document::{CANARY, files};
use crate::server::{Machine, Server};
use crate::support::check;
use crate::support::receiver::{DEADLINE, Receiver};

/// The operations on a machine's directories, without a process.
fn operations(machine: &Machine, server: &Server) -> Waypost {
    let waypost = Waypost::at(Some(machine.home.config_dir()), Some(machine.home.state_dir())).unwrap();
    let servers = Servers::parse(&server.url()).unwrap();
    let settings = NatsSettings { servers, login: Login::Nobody, tls: Tls::default(), replicas: None, max_bytes: None };
    waypost.shared_on(settings).unwrap()
}

#[test]
#[ignore = "needs nats-server: apt-get install nats-server"]
fn every_machine_has_the_same_destination() {
    let server = Server::start();
    let receiver = Receiver::start(check::expect_bearer(CANARY));
    let ca = receiver.ca().to_str().unwrap().to_owned();
    let a = Machine::new(&server.url());
    assert_eq!(a.run(&["show"]).exits(7).stdout, "");
    let said = a.register_bearer(&receiver.url, &["--ca-cert", &ca]).stderr;
    assert!(said.contains(&format!("sealed with the key {}, and every other machine", a.key().display())), "{said}");
    let b = a.another(&server.url());
    assert_eq!(b.run(&["show"]).exits(0).stdout, a.run(&["show"]).exits(0).stdout);
    assert_eq!(b.run(&["secret"]).exits(0).stdout.trim(), CANARY);
    b.run(&["test"]).exits(0);
    b.run(&["probe", "--yes"]).exits(0);
    receiver.wait_for_request(DEADLINE);
    assert!(b.run(&["export"]).exits(0).stdout.contains(&receiver.url));
    b.run(&["edit", "--timeout", "44"]).exits(0);
    assert_eq!(a.run(&["show", "--json"]).exits(0).json()["destination"]["timeout_s"], 44);
    assert_eq!(server.document()["generation"], 2);
    a.run(&["register", "--url", &receiver.url, "--auth", "default"]).exits(8);
    // Each has its own history, and neither a registration of its own.
    assert_eq!(a.run(&["history", "--json"]).exits(0).stdout.matches("\"id\"").count(), 0);
    for machine in [&a, &b] {
        assert!(!machine.home.state_file().exists() && !machine.home.config_dir().join("destination.lock").exists());
    }
    b.run(&["remove", "--yes"]).exits(0);
    a.run(&["test"]).exits(7);
    // Without the option, there is another.
    assert!(a.home.waypost(&["show"]).exits(7).stderr.contains("No destination"));
}

#[test]
#[ignore = "needs nats-server: apt-get install nats-server"]
fn h160_no_save_of_many_machines_is_lost_and_what_was_seen_is_what_is_changed() {
    let server = Server::start();
    let a = Machine::new(&server.url());
    a.register_bearer("https://hooks.example.com/in", &["--timeout", "1"]);
    let machines: Vec<_> = (0..4).map(|_| a.another(&server.url())).collect();
    let overtaken = thread::scope(|scope| {
        let saves = machines.iter().map(|machine| {
            scope.spawn(|| {
                let waypost = operations(machine, &server);
                let longer = |draft: Draft, _| {
                    let timeout: u16 = draft.text(TIMEOUT).parse().unwrap();
                    Ok(draft.with(TIMEOUT, (timeout + 1).to_string()).check().unwrap().settings)
                };
                (0..5)
                    .filter(|_| match waypost.edit(None, KeepOld::default(), longer) {
                        Ok(_) => false,
                        Err(problem) => {
                            assert_eq!(problem.kind, ProblemKind::Busy, "{problem}");
                            true
                        }
                    })
                    .count()
            })
        });
        saves.collect::<Vec<_>>().into_iter().map(|save| save.join().unwrap()).sum::<usize>()
    });
    let document = server.document();
    assert_eq!(document["destination"]["timeout_s"], 21 - overtaken);
    assert_eq!(document["generation"], 21 - overtaken);
    let waypost = operations(&a, &server);
    let old = waypost.state_and_generation().1;
    machines[0].run(&["edit", "--timeout", "99"]).exits(0);
    let refused = waypost.edit(Some(old), KeepOld::default(), |draft, _| Ok(draft.check().unwrap().settings)).unwrap_err();
    assert_eq!((refused.kind, refused.what.as_str()), (ProblemKind::Busy, "The destination was changed by another waypost"));
    assert_eq!(waypost.remove(Some(old)).unwrap_err().kind, ProblemKind::Busy);
    // A removal or an edit is taken back as it was, on whichever machine, unless another has changed it since.
    let removed = waypost.remove(None).unwrap();
    assert_eq!(waypost.state(), State::Empty);
    let removal = removed.undo.unwrap();
    waypost.undo(&removal).unwrap();
    let timeout = |seconds: &str| {
        let edited = |draft: Draft| draft.with(TIMEOUT, seconds).check().unwrap().settings;
        waypost.edit(None, KeepOld::default(), |draft, _| Ok(edited(draft))).unwrap()
    };
    let edited = timeout("20");
    waypost.undo(&edited.undo.unwrap()).unwrap();
    assert_eq!(a.run(&["show", "--json"]).exits(0).json()["destination"]["timeout_s"], 99);
    let edited = timeout("30");
    machines[0].run(&["edit", "--timeout", "99"]).exits(0);
    assert_eq!(waypost.undo(&edited.undo.unwrap()).unwrap_err().kind, ProblemKind::Busy);
    assert_eq!(waypost.undo(&removal).unwrap_err().kind, ProblemKind::Busy);
    assert_eq!(a.run(&["show", "--json"]).exits(0).json()["destination"]["timeout_s"], 99);
}

#[test]
#[ignore = "needs nats-server: apt-get install nats-server"]
fn h161_a_machine_without_the_key_can_do_nothing_with_the_secret_and_locks_nobody_out() {
    let server = Server::start();
    let a = Machine::new(&server.url());
    a.register_bearer("https://hooks.example.com/in", &[]);
    let before = server.stored();
    let none = Machine::new(&server.url());
    let other = Machine::new(&server.url());
    fs::create_dir(other.home.state_dir()).unwrap();
    fs::write(other.key(), [7; 32]).unwrap();
    fs::set_permissions(other.key(), fs::Permissions::from_mode(0o600)).unwrap();
    for (machine, fix) in [(&none, "Copy the key of the machine that registered it to"), (&other, "Use the key of the machine")] {
        for args in [&["show"][..], &["test"], &["secret"], &["curl"], &["probe"], &["edit", "--timeout", "9"]] {
            let output = machine.run(args).exits(6);
            assert!(output.stderr.contains(fix), "{args:?}: {}", output.stderr);
        }
        let edit = ["edit", "--secret-env", "TOKEN"];
        assert!(machine.run_with(&edit, &[("TOKEN", "another-secret-0123456789")]).exits(6).stderr.contains(fix));
        machine.run(&["register", "--url", "https://other.example/", "--auth", "default"]).exits(8);
        assert_eq!(server.stored(), before);
    }
    assert!(!none.key().exists());
    // The key may be elsewhere, as a credential of systemd is.
    none.run_with(&["secret"], &[("WAYPOST_KEY_FILE", a.key().to_str().unwrap())]).exits(0);
    // Removing needs no key, and then there is nothing that another key has sealed.
    other.run(&["remove", "--yes"]).exits(0);
    other.register_bearer("https://other.example/in", &[]);
    a.run(&["show"]).exits(6);
}

#[test]
#[ignore = "needs nats-server: apt-get install nats-server"]
fn h162_what_is_not_understood_on_nats_is_left_as_it_is() {
    let server = Server::start();
    let a = Machine::new(&server.url());
    a.register_bearer("https://hooks.example.com/in", &[]);
    let mut newer = server.document();
    newer["schema_version"] = json!(7);
    let mut shape = server.document();
    shape["destination"]["url"] = json!([]);
    let mut url = server.document();
    url["destination"]["url"] = json!("https://hooks.example.com/im");
    let long = vec![b' '; 1024 * 1024];
    for (bytes, code, says) in [
        (newer.to_string().into_bytes(), 5, "WAYPOST/destination has schema version 7"),
        (shape.to_string().into_bytes(), 5, "WAYPOST/destination:1:"),
        (b"{\"schema".to_vec(), 5, "WAYPOST/destination:1:8: the entry is truncated"),
        (Vec::new(), 5, "WAYPOST/destination:1:1: the entry is empty"),
        (b"\xff\x00".to_vec(), 5, "this is not JSON"),
        (long, 5, "WAYPOST/destination:"),
        (url.to_string().into_bytes(), 6, "The secret cannot be opened"),
    ] {
        server.store(&bytes);
        for args in [&["show"][..], &["edit", "--timeout", "9"], &["remove", "--yes"], &["test"]] {
            if code == 6 && args[0] == "remove" {
                continue;
            }
            let output = a.run(args).exits(code);
            assert!(output.stderr.contains(says), "{args:?}: {}", output.stderr);
        }
        if code == 5 {
            a.run_with(&["register", "--url", "https://x.example/", "--auth", "default"], &[]).exits(5);
        }
        assert!(server.stored() == bytes, "{says}");
    }
}

#[test]
#[ignore = "needs nats-server: apt-get install nats-server"]
fn h163_a_key_that_was_removed_is_no_registration_and_no_generation_comes_twice() {
    let server = Server::start();
    let a = Machine::new(&server.url());
    let waypost = operations(&a, &server);
    let mut seen = vec![waypost.state_and_generation().1];
    for operation in ["DEL", "PURGE"] {
        a.register_bearer("https://hooks.example.com/in", &[]);
        seen.push(waypost.state_and_generation().1);
        server.mark(operation);
        a.run(&["show"]).exits(7);
        seen.push(waypost.state_and_generation().1);
    }
    a.register_bearer("https://hooks.example.com/in", &[]);
    seen.push(waypost.state_and_generation().1);
    let mut once = seen.clone();
    once.dedup();
    once.sort_unstable();
    assert_eq!(once, seen);
}

#[test]
#[ignore = "needs nats-server: apt-get install nats-server"]
fn h164_neither_a_secret_nor_the_key_is_on_nats_in_the_clear() {
    let server = Server::start();
    let receiver = Receiver::start(check::expect_bearer(CANARY));
    let ca = receiver.ca().to_str().unwrap().to_owned();
    let a = Machine::new(&server.url());
    let url = format!("{}?token={CANARY}-in-the-url", receiver.url);
    let header = ["--secret-header", "X-Env-Token=env:HEADER", "--ca-cert", &ca];
    let args = ["register", "--url", &url, "--auth", "bearer", "--secret-env", "TOKEN"];
    a.run_with(&[&args[..], &header].concat(), &[("TOKEN", CANARY), ("HEADER", &format!("{CANARY}-in-a-header"))]).exits(0);
    a.run(&["test"]).exits(0);
    a.run_with(&["edit", "--secret-env", "TOKEN", "--keep-old", "1h"], &[("TOKEN", &format!("{CANARY}-new"))]);
    let b = a.another(&server.url());
    b.run(&["show"]).exits(0);
    let key = fs::read(a.key()).unwrap();
    let hex = key.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    // From its beginning: base64 of what follows differs.
    let canary = STANDARD.encode(CANARY);
    let wanted =
        [CANARY.as_bytes(), &canary.as_bytes()[..32], &key, hex.as_bytes(), STANDARD.encode(&key).as_bytes()].map(<[u8]>::to_vec);
    let stored = files(server.dir());
    assert!(stored.iter().any(|(_, bytes)| find(bytes, b"schema_version")), "the document is there");
    for (path, bytes) in &stored {
        for secret in &wanted {
            assert!(!find(bytes, secret), "{}", path.display());
        }
    }
}

fn find(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[test]
#[ignore = "needs nats-server: apt-get install nats-server"]
fn h165_a_server_that_is_away_or_silent_is_reported_in_time() {
    // It accepts connections, and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = format!("nats://{}", silent.local_addr().unwrap());
    let mut server = Server::start();
    server.kill();
    for (url, within) in [(server.url(), 4), (silent, 9)] {
        let a = Machine::new(&url);
        for args in [
            &["show"][..],
            &["test"],
            &["edit", "--timeout", "9"],
            &["register", "--url", "https://hooks.example.com/in", "--auth", "default"],
            &["remove", "--yes"],
        ] {
            let begun = Instant::now();
            let output = a.run(args).exits(9);
            assert!(begun.elapsed() < Duration::from_secs(within), "{args:?}: {:?}", begun.elapsed());
            assert!(output.stderr.contains("No NATS server was reached at") && output.stderr.contains("Check --nats"));
            assert_eq!(output.stderr.lines().count(), 1, "{}", output.stderr);
        }
        let error = a.run(&["show", "--json"]).exits(9).json();
        assert_eq!(error["error"]["code"], "engine", "{error}");
    }
}

#[tokio::test]
#[ignore = "needs nats-server: apt-get install nats-server"]
async fn h166_an_edit_elsewhere_is_noticed_within_a_second() {
    let mut server = Server::start();
    let a = Machine::new(&server.url());
    a.register_bearer("https://hooks.example.com/in", &[]);
    let waypost = operations(&a, &server);
    let mut watch = waypost.watch();
    // It says that the destination can be read, then what it was.
    while tokio::time::timeout(Duration::from_secs(1), watch.changed()).await.is_ok() {}
    let b = a.another(&server.url());
    for timeout in 20..25 {
        b.run(&["edit", "--timeout", &timeout.to_string()]).exits(0);
        let changed = tokio::time::timeout(Duration::from_secs(1), watch.changed()).await.unwrap();
        assert!(changed.registration && !changed.history);
    }
    // Over a crash of the server.
    server.kill();
    assert!(tokio::time::timeout(DEADLINE, watch.changed()).await.unwrap().registration, "that it is away");
    server.restart();
    b.run(&["edit", "--timeout", "30"]).exits(0);
    let timeout = |waypost: &Waypost| match waypost.state() {
        State::Open(destination) => destination.timeout_s(),
        other => panic!("{other:?}"),
    };
    loop {
        tokio::time::timeout(DEADLINE, watch.changed()).await.unwrap();
        if timeout(&waypost) == 30 {
            break;
        }
    }
}
