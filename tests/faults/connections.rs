//! Field cases c01 to c05, c17 and a06, by the command line: names, addresses, proxies, kept connections, and the files of the CAs.

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixListener;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::endpoint::Endpoint;
use crate::support::ca::Ca;
use crate::support::check::expect_nothing;
use crate::support::common::{history, refused, register, registered_at};
use crate::support::receiver::Receiver;
use crate::support::{Home, Output, WAYPOST, run};

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

/// `waypost ARGS` in a network of its own in which `dead.test` has these addresses, in this order. 10.9.0.2 and 10.9.0.3 drop
/// everything: at the other end of that link is nobody. 192.0.2.1 is this machine; its route makes the resolver put it last.
#[track_caller]
fn with_addresses(home: &Home, addresses: &[&str], args: &[&str]) -> Output {
    let hosts: Vec<_> = addresses.iter().map(|address| format!("{address} dead.test")).collect();
    fs::write(home.path().join("hosts"), hosts.join("\n") + "\n").unwrap();
    let base = home.command(&[]);
    let script = "set -e
        ip link set lo up
        ip link add dead type veth peer name end
        ip address add 10.9.0.1/24 dev dead
        ip link set dead up
        ip link set end up
        ip neighbour add 10.9.0.2 lladdr 02:00:00:00:00:02 dev dead
        ip neighbour add 10.9.0.3 lladdr 02:00:00:00:00:03 dev dead
        ip address add 192.0.2.1/32 dev lo
        ip route replace local 192.0.2.1 dev lo src 10.9.0.1 table local
        mount --bind hosts /etc/hosts
        exec \"$@\"";
    let mut command = Command::new("unshare");
    command.args(["-Urnm", "sh", "-c", script, "sh", "python3", "-c", SERVING, WAYPOST]).args(args);
    command.current_dir(home.path()).env_clear().envs(base.get_envs().filter_map(|(name, value)| Some((name, value?))));
    run(&mut command, b"")
}

/// An HTTPS server on port 4433 of every address, with the certificate in the current directory, beside the program that is given.
const SERVING: &str = "
import http.server, os, ssl, subprocess, sys, threading
class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers['content-length']))
        self.send_response(200)
        self.send_header('content-length', '0')
        self.end_headers()
    def log_message(self, *args): pass
server = http.server.HTTPServer(('', 4433), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain('leaf.pem')
server.socket = context.wrap_socket(server.socket, server_side=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.exit(subprocess.run(sys.argv[1:]).returncode)
";

fn home_of_dead_test(timeout: &str) -> Home {
    let home = Home::new();
    let ca = Ca::new();
    let file = ca.write(home.path());
    fs::write(home.path().join("leaf.pem"), ca.leaf(&["dead.test"]).pem()).unwrap();
    let args = ["--auth", "default", "--timeout", timeout, "--ca-cert", file.to_str().unwrap()];
    register(&home, "https://dead.test:4433/in", &args, "");
    home
}

#[test]
#[ignore = "needs unshare and ip and python3: apt-get install util-linux iproute2 python3"]
fn c01_an_address_that_drops_everything_does_not_keep_the_others_from_being_tried() {
    for (timeout, addresses) in [("15", ["10.9.0.2", "192.0.2.1"].as_slice()), ("3", &["10.9.0.2", "10.9.0.3", "192.0.2.1"])] {
        let home = home_of_dead_test(timeout);
        let begun = Instant::now();
        let out = with_addresses(&home, addresses, &["test", "--json"]).exits(0);
        assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
        let attempt = attempt_of_delivered(&out);
        let results: Vec<_> = attempt["tried"].as_array().unwrap().iter().map(|it| it["result"].as_str().unwrap()).collect();
        let dead = addresses.len() - 1;
        assert_eq!(results, [vec!["given_up"; dead], vec!["connected"]].concat(), "{attempt}");
        assert_eq!(attempt["connected"], "192.0.2.1:4433");
        let shown = with_addresses(&home, addresses, &["test", "-v"]).exits(0).stdout;
        assert!(shown.contains("10.9.0.2:4433 no answer") && shown.contains("192.0.2.1:4433 connected"), "{shown}");
    }
}

#[test]
#[ignore = "needs unshare and ip and python3: apt-get install util-linux iproute2 python3"]
fn c01_where_no_address_connects_each_is_named() {
    let home = home_of_dead_test("2");
    let out = with_addresses(&home, &["10.9.0.2", "10.9.0.1"], &["test"]).exits(0);
    assert!(out.stdout.starts_with("delivered"), "10.9.0.1 is this machine: {out:?}");
    let out = with_addresses(&home, &["10.9.0.2", "198.51.100.1"], &["test"]).exits(4);
    assert!(out.stdout.contains("10.9.0.2:4433 (no answer) and 198.51.100.1:4433 (Network is unreachable)"), "{}", out.stdout);
}

fn attempt_of_delivered(out: &Output) -> Value {
    out.json()["delivery"]["attempts"][0].clone()
}

#[test]
fn c05_a_proxy_is_shown() {
    let receiver = Receiver::start(expect_nothing());
    let home = registered_at(&receiver, &["--auth", "default"], "");
    let proxy = Endpoint::tcp(|mut stream| {
        let mut request = [0; 4096];
        let _ = stream.read(&mut request)?;
        stream.write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 10\r\n\r\nNot\x1b\nyours")
    });
    let address = proxy.url.replace("https://localhost:", "127.0.0.1:").replace("/in", "");
    let env = [("HTTPS_PROXY", &*format!("http://me:pw-canary-1@{address}")), ("NO_PROXY", "a*b")];
    let out = home.run(&["test", "--json"], b"", &env).exits(4);
    let attempt = attempt_of_delivered(&out);
    assert_eq!(attempt["proxy"]["url"], format!("http://••••••••@{address}"));
    assert_eq!(attempt["proxy"]["answer"]["status"], 403);
    assert_eq!(attempt["tried"][0]["address"], address);
    assert_eq!(history(&home)[0]["attempts"][0]["proxy"], attempt["proxy"]);
    let shown = home.run(&["test", "-v"], b"", &env).exits(4);
    for text in [&out.stdout, &shown.stdout, &shown.stderr] {
        assert!(!text.contains("canary") && !text.contains('\x1b'), "{text}");
    }
    assert!(shown.stdout.contains("403 Forbidden") && shown.stdout.contains("Not\\x1b yours"), "{}", shown.stdout);
    assert!(shown.stdout.contains(&format!("••••••••@{address}")), "{}", shown.stdout);
    assert!(shown.stderr.contains("NO_PROXY has an entry that is not understood: \"a*b\""), "{}", shown.stderr);
}
