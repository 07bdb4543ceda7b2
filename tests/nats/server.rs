//! Servers of NATS, and machines that work on them.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::receiver::{DEADLINE, Receiver};
use crate::support::{Home, Output, WAYPOST, base_env, run};

/// A server, which is killed when it is dropped.
pub struct Server {
    pub port: u16,
    config: PathBuf,
    child: Option<Child>,
    dir: tempfile::TempDir,
}

/// A port that nobody uses now.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl Server {
    /// One server with JetStream.
    pub fn start() -> Self {
        Self::with("jetstream { store_dir: \"DIR/js\" }")
    }

    /// With that configuration, in which DIR is a directory of its own.
    pub fn with(config: &str) -> Self {
        Self::on(free_port(), config)
    }

    fn on(port: u16, config: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let text = format!("listen: \"127.0.0.1:{port}\"\n{}\n", config.replace("DIR", dir.path().to_str().unwrap()));
        let path = dir.path().join("nats.conf");
        fs::write(&path, text).unwrap();
        let mut server = Self { port, config: path, child: None, dir };
        server.restart();
        server
    }

    /// Three servers of one cluster.
    pub fn cluster() -> Vec<Self> {
        let ports: Vec<(u16, u16)> = (0..3).map(|_| (free_port(), free_port())).collect();
        let routes: Vec<String> = ports.iter().map(|(_, route)| format!("\"nats://127.0.0.1:{route}\"")).collect();
        let config = |n: usize| {
            format!(
                "server_name: s{n}\njetstream {{ store_dir: \"DIR/js\" }}\n\
                 cluster {{ name: c, listen: \"127.0.0.1:{}\", routes: [{}] }}",
                ports[n].1,
                routes.join(", ")
            )
        };
        (0..3).map(|n| Self::on(ports[n].0, &config(n))).collect()
    }

    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Contains all that it stores.
    pub fn dir(&self) -> &std::path::Path {
        self.dir.path()
    }

    /// Kills it with -9, as a power cut would end it.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Starts it with what it has stored.
    pub fn restart(&mut self) {
        let log = fs::File::create(self.config.with_file_name("log")).unwrap();
        let child = Command::new("nats-server")
            .args(["-c", self.config.to_str().unwrap()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("nats-server is installed");
        self.child = Some(child);
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(begun.elapsed() < DEADLINE, "{}", fs::read_to_string(self.config.with_file_name("log")).unwrap());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A machine with a key and directories of its own, on the queue of a server.
pub struct Machine {
    pub home: Home,
    url: String,
    /// Who connects, with the password p.
    pub user: Option<&'static str>,
    /// On how many servers what is created is kept.
    pub replicas: Option<&'static str>,
}

impl Machine {
    /// One that registers that destination.
    pub fn registering(url: &str, receiver: &Receiver) -> Self {
        Self::registering_as(None, url, receiver)
    }

    /// As a user with the password p.
    pub fn registering_as(user: Option<&'static str>, url: &str, receiver: &Receiver) -> Self {
        let machine = Self { user, ..Self::new(url) };
        machine.register(receiver);
        machine
    }

    #[track_caller]
    pub fn register(&self, receiver: &Receiver) {
        let ca = receiver.ca().to_str().unwrap();
        self.run(&["register", "--url", &receiver.url, "--auth", "default", "--ca-cert", ca]).exits(0);
    }

    pub fn new(url: &str) -> Self {
        Self { home: Home::new(), url: url.to_owned(), user: None, replicas: None }
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = self.home.command(args);
        self.connecting(&mut command);
        command
    }

    fn connecting(&self, command: &mut Command) {
        command.env("WAYPOST_NATS", &self.url);
        if let Some(replicas) = self.replicas {
            command.env("WAYPOST_NATS_REPLICAS", replicas);
        }
        if let Some(user) = self.user {
            command.env("WAYPOST_NATS_USER", user).env("WAYPOST_NATS_PASSWORD", "p");
        }
    }

    /// Another process of it, with a state directory of its own, and the key of the first one.
    pub fn relay(&self, name: &str, args: &[&str]) -> Child {
        let mut command = Command::new(WAYPOST);
        command.arg("relay").args(args).env_clear().envs(base_env(self.home.path()));
        self.connecting(&mut command);
        command.env("WAYPOST_CONFIG_DIR", self.home.config_dir());
        command.env("WAYPOST_STATE_DIR", self.home.path().join(name));
        command.env("WAYPOST_KEY_FILE", self.home.state_dir().join("key"));
        let log = fs::OpenOptions::new().create(true).append(true).open(self.home.path().join(format!("{name}.log"))).unwrap();
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().unwrap()
    }

    #[track_caller]
    pub fn run(&self, args: &[&str]) -> Output {
        run(&mut self.command(args), b"")
    }

    #[track_caller]
    pub fn enqueue(&self, id: &str, body: &str) -> Output {
        run(&mut self.command(&["enqueue", "-", "--id", id, "--json"]), body.as_bytes())
    }

    /// How many events are in each state: ready, waiting, in flight, dead.
    pub fn counts(&self) -> [u64; 4] {
        counts(&self.run(COUNT).exits(0))
    }

    /// Waits until the queue is so. A cluster may have no leader for some seconds.
    #[track_caller]
    pub fn wait_for(&self, holds: impl Fn([u64; 4]) -> bool) {
        let begun = Instant::now();
        loop {
            let output = self.run(COUNT);
            if output.code == Some(0) && holds(counts(&output)) {
                return;
            }
            assert!(begun.elapsed() < DEADLINE, "{output:?}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// What a relay of that name has written to stderr.
    pub fn log(&self, name: &str) -> String {
        fs::read_to_string(self.home.path().join(format!("{name}.log"))).unwrap()
    }
}

const COUNT: &[&str] = &["queue", "--json", "--limit", "0"];

fn counts(output: &Output) -> [u64; 4] {
    let counts = output.json()["counts"].clone();
    ["ready", "waiting", "in_flight", "dead"].map(|state| counts[state].as_u64().unwrap())
}

/// Ends a relay as a service manager does; its exit code.
pub fn terminate(mut relay: Child) -> Option<i32> {
    let pid = rustix::process::Pid::from_child(&relay);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    relay.wait().unwrap().code()
}

impl Server {
    /// Asks as a client would that knows only the protocol, and waits for the answer.
    pub fn ask(&self, subject: &str, payload: &[u8]) -> String {
        use std::io::{BufRead as _, BufReader, Write as _};
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        let head = format!("CONNECT {{\"verbose\":false}}\r\nSUB answers 1\r\nPUB {subject} answers {}\r\n", payload.len());
        stream.write_all(&[head.as_bytes(), payload, b"\r\n"].concat()).unwrap();
        let mut lines = BufReader::new(stream).lines().map(Result::unwrap).skip_while(|line| !line.starts_with("MSG answers"));
        lines.next().unwrap();
        lines.next().unwrap()
    }
}
