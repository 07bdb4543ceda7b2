//! Field cases c01 to c05 and a06, by the command line: names, addresses, proxies, and the files of the CAs.

use std::fs;
use std::os::unix::net::UnixListener;
use std::time::{Duration, Instant};

use crate::support::Home;
use crate::support::check::expect_nothing;
use crate::support::common::{refused, register};
use crate::support::receiver::Receiver;

#[test]
fn c02_a_host_with_a_final_dot() {
    let receiver = Receiver::start(expect_nothing());
    let home = Home::new();
    let url = receiver.url.replace("localhost", "localhost.");
    register(&home, &url, &["--auth", "default", "--ca-cert", receiver.ca().to_str().unwrap()], "");
    home.waypost(&["test"]).exits(0);
    assert_eq!(receiver.requests().len(), 1);

    let home = Home::new();
    register(&home, "https://nowhere.invalid./in", &["--auth", "default"], "");
    let out = home.waypost(&["test"]).exits(4).stdout;
    assert!(out.contains("nowhere.invalid") && !out.contains("invalid.."), "{out}");
}

#[test]
fn a06_every_command_ends_and_names_the_file() {
    let home = Home::new();
    register(&home, "https://localhost:1/in", &["--auth", "default", "--timeout", "5"], "");
    let path = |name: &str| home.path().join(name);
    rustix::fs::mknodat(rustix::fs::CWD, path("pipe"), rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    drop(UnixListener::bind(path("socket")).unwrap());
    fs::File::create(path("huge")).unwrap().set_len(1 << 40).unwrap();
    fs::create_dir(path("directory")).unwrap();
    let begun = Instant::now();
    for file in [path("pipe"), path("socket"), path("huge"), path("directory"), "/dev/zero".into(), path("none")] {
        let file = file.to_str().unwrap();
        let env = [("SSL_CERT_FILE", file)];
        let out = home.run(&["test"], b"", &env).exits(4).stdout;
        assert!(out.contains(file) && out.contains("SSL_CERT_FILE"), "{out}");
        let out = home.run(&["send", "-", "--lines"], b"{}\n", &env).exits(4);
        assert!(out.stderr.contains(file), "{out:?}");
        let text = refused(&home, &["edit", "--ca-cert", file], "", 2, Some("ca_cert"));
        assert!(text.contains(file), "{text}");
    }
    let dir = home.path().to_str().unwrap();
    let out = home.run(&["test"], b"", &[("SSL_CERT_DIR", dir)]).exits(4).stdout;
    assert!(out.contains(dir), "{out}");
    assert!(begun.elapsed() < Duration::from_mins(1), "{:?}", begun.elapsed());
}
