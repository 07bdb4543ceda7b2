//! Endpoints that misbehave below HTTP, and how a test of one is run.

use std::io;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustls::{ServerConnection, StreamOwned};
use serde_json::Value;

use crate::support::ca::{Ca, Leaf};
use crate::support::common::register;
use crate::support::{Home, Output};

/// A port of 127.0.0.1 with a server of the test's own.
pub struct Endpoint {
    pub url: String,
    connections: Arc<AtomicUsize>,
}

impl Endpoint {
    /// Does that with each connection, each in a thread of its own.
    pub fn tcp(serve: impl Fn(TcpStream) -> io::Result<()> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("https://localhost:{}/in", listener.local_addr().unwrap().port());
        let connections = Arc::new(AtomicUsize::new(0));
        let (count, serve) = (Arc::clone(&connections), Arc::new(serve));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                count.fetch_add(1, Ordering::SeqCst);
                let serve = Arc::clone(&serve);
                // The client reports what it does to the connection.
                std::thread::spawn(move || serve(stream).is_ok());
            }
        });
        Self { url, connections }
    }

    /// Shakes hands as `localhost`, reads nothing, and does that.
    pub fn tls(
        ca: &Ca,
        serve: impl Fn(&mut StreamOwned<ServerConnection, TcpStream>) -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        let config = ca.leaf(&["localhost"]).server_config();
        Self::tcp(move |mut stream| {
            let mut session = ServerConnection::new(Arc::clone(&config)).map_err(io::Error::other)?;
            while session.is_handshaking() {
                session.complete_io(&mut stream)?;
            }
            serve(&mut StreamOwned::new(session, stream))
        })
    }

    /// With that certificate, and nothing to say.
    pub fn with_leaf(leaf: Leaf) -> Self {
        let config = leaf.server_config();
        Self::tcp(move |mut stream| {
            let mut session = ServerConnection::new(Arc::clone(&config)).map_err(io::Error::other)?;
            while session.is_handshaking() {
                session.complete_io(&mut stream)?;
            }
            Ok(())
        })
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// A home whose destination it is, with that timeout, trusting that CA.
    #[track_caller]
    pub fn registered(&self, ca: Option<&Ca>, timeout: &str) -> Home {
        let home = Home::new();
        let mut args = vec!["--auth", "default", "--timeout", timeout];
        let ca = ca.map(|ca| ca.write(home.path()));
        if let Some(ca) = ca.as_deref().and_then(Path::to_str) {
            args.extend(["--ca-cert", ca]);
        }
        register(&home, &self.url, &args, "");
        home
    }
}

/// Runs a test that ends with that code, and gives the attempt. Whatever the outcome, it is reported with a message and without a panic.
#[track_caller]
pub fn attempt(home: &Home, args: &[&str], stdin: &str, code: i32) -> Value {
    let out = home.waypost_stdin(&[&["test", "--json"], args].concat(), stdin).exits(code);
    assert!(!out.stderr.contains("panicked"), "{}", out.stderr);
    attempt_of(&out)
}

#[track_caller]
pub fn attempt_of(out: &Output) -> Value {
    let attempt = out.json()["delivery"]["attempts"][0].clone();
    assert!(attempt["why"].as_str().is_some_and(|why| why.ends_with(['.', '?', ')'])), "{attempt}");
    attempt
}

#[track_caller]
pub fn text<'a>(attempt: &'a Value, name: &str) -> &'a str {
    attempt[name].as_str().unwrap_or_else(|| panic!("no {name} in {attempt}"))
}
