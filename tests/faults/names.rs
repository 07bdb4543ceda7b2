//! Rows 9, 10, 37 and 38 by name: what the resolver says. The tests that make it say something run in a namespace of their own.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use super::endpoint::{attempt, attempt_of, text};
use crate::support::answer::Answer;
use crate::support::ca::Ca;
use crate::support::check::expect_nothing;
use crate::support::common::register;
use crate::support::receiver::Receiver;
use crate::support::{Home, Output, WAYPOST, run};

/// Brings the loopback of a new network up, and keeps a name server on it that never answers.
const SILENT_NAME_SERVER: &str = "
import fcntl, os, socket, struct, sys
control = socket.socket()
fcntl.ioctl(control, 0x8914, struct.pack('16sH22x', b'lo', 0x49))
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(('127.0.0.1', 53))
server.set_inheritable(True)
os.execv(sys.argv[1], sys.argv[1:])
";

/// `waypost test --json` in namespaces by those flags of unshare, after that line of shell.
#[track_caller]
fn apart(home: &Home, flags: &str, before: &str, through: &[&str]) -> Output {
    let base = home.command(&[]);
    let mut command = Command::new("unshare");
    let script = format!("set -e\n{before}\nexec \"$@\"");
    command.args([flags, "sh", "-c", &script, "sh"]).args(through).args([WAYPOST, "test", "--json"]);
    command.current_dir(home.path()).env_clear();
    command.envs(base.get_envs().filter_map(|(name, value)| Some((name, value?))));
    run(&mut command, b"")
}

/// With those lines as the hosts file.
#[track_caller]
fn with_hosts(home: &Home, hosts: &str) -> Output {
    fs::write(home.path().join("hosts"), hosts).unwrap();
    apart(home, "-Urm", "mount --bind hosts /etc/hosts", &[])
}

#[test]
#[ignore = "needs unshare: apt-get install util-linux"]
fn h10_a_name_with_one_forbidden_address_is_not_connected_to() {
    let ca = Ca::new();
    let receiver = Receiver::with_leaf(expect_nothing(), vec![Answer::Checked], &ca, ca.leaf(&["hooks.example"]));
    let home = Home::new();
    let url = format!("https://hooks.example:{}/in", receiver.addr.port());
    register(&home, &url, &["--auth", "default", "--ca-cert", receiver.ca().to_str().unwrap()], "");
    for forbidden in
        ["169.254.169.254", "fe80::1", "fd00:ec2::254", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "0.0.0.0", "224.0.0.1"]
    {
        for hosts in [format!("127.0.0.1 hooks.example\n{forbidden} hooks.example\n"), format!("{forbidden} hooks.example\n")] {
            let attempt = attempt_of(&with_hosts(&home, &hosts).exits(4));
            assert_eq!((text(&attempt, "outcome"), text(&attempt, "phase")), ("failed", "dns"), "{hosts}: {attempt}");
            let shown = forbidden.trim_start_matches("::ffff:");
            assert!(text(&attempt, "why").contains(shown) && attempt["connected"].is_null(), "{hosts}: {attempt}");
        }
    }
    assert_eq!(receiver.connections(), 0);
    // The same without a forbidden one arrives, or this test could not fail.
    with_hosts(&home, "127.0.0.1 hooks.example\n").exits(0);
}

#[test]
#[ignore = "needs unshare: apt-get install util-linux"]
fn h198_a_name_below_localhost_needs_neither_a_hosts_file_nor_a_name_server() {
    let ca = Ca::new();
    let receiver = Receiver::with_leaf(expect_nothing(), vec![Answer::Checked], &ca, ca.leaf(&["hooks.localhost"]));
    let home = Home::new();
    let url = format!("https://hooks.localhost:{}/in", receiver.addr.port());
    let args = ["--auth", "default", "--timeout", "5", "--ca-cert", receiver.ca().to_str().unwrap()];
    let out = register(&home, &url, &args, "");
    assert!(out.stderr.contains("hooks.localhost is reachable from this machine only"), "{}", out.stderr);
    // Another machine by that name, and a resolver that waits.
    fs::write(home.path().join("hosts"), "192.0.2.1 hooks.localhost\n").unwrap();
    fs::write(home.path().join("resolv.conf"), "nameserver 192.0.2.1\n").unwrap();
    let mounts = "mount --bind hosts /etc/hosts; mount --bind resolv.conf /etc/resolv.conf";
    let attempt = attempt_of(&apart(&home, "-Urm", mounts, &[]).exits(0));
    assert_eq!(attempt["connected"], receiver.addr.to_string(), "{attempt}");
    // Nobody could be asked.
    fs::write(home.path().join("hosts"), "").unwrap();
    attempt_of(&apart(&home, "-Urm", mounts, &[]).exits(0));
}

#[test]
fn h10_a_forbidden_literal_is_refused_through_a_proxy_too() {
    let home = Home::new();
    let proxy = Receiver::start(expect_nothing());
    let proxy_url = format!("http://{}", proxy.addr);
    for host in ["169.254.169.254", "[fd00:ec2::254]", "[::ffff:a9fe:a9fe]", "0.0.0.0"] {
        let args = ["register", "--url", &format!("https://{host}/"), "--auth", "default"];
        let out = home.run(&args, b"", &[("HTTPS_PROXY", &proxy_url)]).exits(2);
        assert!(out.stderr.contains("URL"), "{}", out.stderr);
    }
    assert_eq!(proxy.connections(), 0);
}

#[test]
#[ignore = "needs unshare: apt-get install util-linux"]
fn h09_a_name_that_resolves_to_a_private_address_gets_a_notice() {
    let home = Home::new();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://inside.example:{}/", free.local_addr().unwrap().port());
    drop(free);
    register(&home, &url, &["--auth", "default"], "");
    let attempt = attempt_of(&with_hosts(&home, "127.0.0.1 inside.example\n").exits(4));
    assert_eq!(text(&attempt, "phase"), "connect");
    let why = text(&attempt, "why");
    assert!(why.contains("127.0.0.1") && why.contains("only this machine"), "{why}");
}

#[test]
#[ignore = "needs unshare: apt-get install util-linux"]
fn h37_no_route() {
    let home = Home::new();
    // An address for documentation (RFC 5737); in a network of its own there is no route to it.
    register(&home, "https://192.0.2.1/", &["--auth", "default"], "");
    let attempt = attempt_of(&apart(&home, "-Urn", "", &[]).exits(4));
    assert_eq!((text(&attempt, "outcome"), text(&attempt, "phase")), ("failed", "connect"));
    assert!(text(&attempt, "why").contains("no way to") || text(&attempt, "why").contains("no route"), "{attempt}");
}

#[test]
#[ignore = "needs unshare and python3: apt-get install util-linux python3"]
fn h38_a_stall_of_the_name_server_ends_at_the_timeout() {
    let home = Home::new();
    register(&home, "https://hooks.example.com/", &["--auth", "default", "--timeout", "1"], "");
    fs::write(home.path().join("resolv.conf"), "nameserver 127.0.0.1\n").unwrap();
    let begun = Instant::now();
    let through = ["python3", "-c", SILENT_NAME_SERVER];
    let out = apart(&home, "-Urnm", "mount --bind resolv.conf /etc/resolv.conf", &through).exits(4);
    let took = begun.elapsed();
    assert!(took >= Duration::from_secs(1) && took < Duration::from_secs(4), "{took:?}");
    let attempt = attempt_of(&out);
    assert_eq!((text(&attempt, "outcome"), text(&attempt, "phase")), ("failed", "dns"), "{attempt}");
    assert!(text(&attempt, "why").contains("1 s"), "{attempt}");
}

#[test]
fn h37_reset_after_the_request() {
    let ca = Ca::new();
    let endpoint = super::endpoint::Endpoint::tls(&ca, |stream| {
        std::io::Read::read(stream, &mut [0; 1])?;
        // Closed without a farewell.
        rustix::net::sockopt::set_socket_linger(&stream.sock, Some(Duration::ZERO)).map_err(Into::into)
    });
    let attempt = attempt(&endpoint.registered(Some(&ca), "10"), &[], "", 4);
    assert_eq!(text(&attempt, "phase"), "wait", "{attempt}");
    assert!(text(&attempt, "why").contains("reset"), "{attempt}");
}
