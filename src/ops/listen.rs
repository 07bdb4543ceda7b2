//! The receiver on its own, for what is registered: with waypost on two machines, a path is proven before the real backend exists.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::mpsc::Sender;

use super::waypost::Waypost;
use crate::domain::credential::Credential;
use crate::domain::delivery::fingerprint;
use crate::domain::problem::{Fix, FixAction, Problem, ProblemKind};
use crate::domain::signature::explain::Explanation;
use crate::domain::text::{sentence, visible};
use crate::domain::url::EndpointUrl;
use crate::io::fs::file::{self, Links};
use crate::io::fs::reason;
use crate::io::http;
use crate::io::receiver::ca_file;
use crate::io::receiver::{self, Receiver, ReceiverEvent, RequestEvent};

/// The options of a receiver.
#[derive(Clone, Debug, PartialEq)]
pub struct Listen {
    /// Port 0 takes a free one.
    pub addr: SocketAddr,
    /// The host name or address by which senders reach it.
    pub name: String,
    /// The status (200 to 599) of the answer to an accepted request; 200 when `None`.
    pub respond: Option<u16>,
    /// How long to wait before each answer.
    pub delay: Duration,
    /// The share of accepted requests, 0 to 1, that are answered by 503.
    pub fail_rate: f64,
    /// The CAs of the client certificates that it asks for.
    pub client_ca: Option<PathBuf>,
    /// Where to write the certificate of its CA.
    pub ca_out: Option<PathBuf>,
}

impl Listen {
    /// There, for this machine, without anything unusual.
    #[must_use]
    pub fn at(addr: SocketAddr) -> Self {
        Self {
            addr,
            name: "localhost".to_owned(),
            respond: None,
            delay: Duration::ZERO,
            fail_rate: 0.0,
            client_ca: None,
            ca_out: None,
        }
    }
}

/// A running receiver. Dropping it closes the port and every connection.
#[derive(Debug)]
pub struct Listener {
    receiver: Receiver,
    issues_tokens: bool,
}

impl Listener {
    /// The URL to register where the events come from.
    #[must_use]
    pub fn url(&self) -> &str {
        self.receiver.url()
    }

    #[must_use]
    pub const fn addr(&self) -> SocketAddr {
        self.receiver.addr()
    }

    /// The SHA-256 of its CA's certificate as openssl writes it: what a person compares before a sender trusts it.
    #[must_use]
    pub fn ca_fingerprint(&self) -> String {
        fingerprint(self.receiver.ca_sha256())
    }

    /// Where it issues tokens, if what was registered at its start fetches them.
    #[must_use]
    pub fn token_url(&self) -> Option<String> {
        self.issues_tokens.then(|| self.receiver.token_url())
    }
}

impl Waypost {
    /// Starts a receiver in the current tokio runtime that checks each request against what is registered at that moment. Reports
    /// to `events`.
    ///
    /// # Errors
    /// Nothing is registered, its secret cannot be opened, an option is invalid, the address cannot be listened on, or the
    /// certificate cannot be written.
    pub async fn listen(&self, how: Listen, events: Sender<ReceiverEvent>) -> Result<Listener, Problem> {
        let destination = self.destination()?;
        let issues_tokens = matches!(destination.auth().credential(), Credential::Token(_));
        named(&how.name)?;
        let client_ca = how.client_ca.as_deref().map(client_ca).transpose()?;
        let registered = self.clone();
        let options = receiver::Options {
            addr: how.addr,
            name: how.name.clone(),
            respond: how.respond,
            delay: how.delay,
            fail_rate: how.fail_rate,
            client_ca,
            one_path: false,
            settings: Arc::new(move || {
                let destination = registered.destination().map_err(|problem| problem.what)?;
                Ok(Some(destination.settings().clone()))
            }),
            clock: Arc::new(Timestamp::now),
        };
        let receiver = receiver::start(options, events).await.map_err(|error| not_started(how.addr, &error))?;
        if let Some(path) = how.ca_out {
            ca_file::write(&path, receiver.ca_pem()).map_err(|error| no_ca(&path, &error))?;
        }
        Ok(Listener { receiver, issues_tokens })
    }
}

/// The CAs in a file.
fn client_ca(path: &Path) -> Result<Vec<u8>, Problem> {
    let wrong = |what: String, why: String| {
        Problem::of_kind(ProblemKind::Usage, format!("--client-ca: {what}"), why, "Name a PEM file with the CA's certificate.")
    };
    let pem = file::read(path, Links::Follow, http::MAX_CA_BYTES).map_err(|error| wrong(error.what(), error.why()))?;
    let unusable = |why: String| wrong(format!("{} cannot be used", visible(&path.to_string_lossy())), sentence(&why));
    http::check_ca(&pem).map_err(unusable)?;
    Ok(pem.to_vec())
}

/// Refuses a name that a sender's waypost could not register.
fn named(name: &str) -> Result<(), Problem> {
    let host = if name.contains(':') && !name.starts_with('[') { format!("[{name}]") } else { name.to_owned() };
    let wrong = |why: String| {
        Problem::of_kind(
            ProblemKind::Usage,
            format!("--name: \"{}\" is not a host name or address", visible(name)),
            why,
            "Use the name by which senders reach this machine, without a scheme, port or path.",
        )
    };
    match EndpointUrl::parse(&format!("https://{host}/")) {
        Ok(url) if url.host().eq_ignore_ascii_case(&host) || url.host().eq_ignore_ascii_case(name) => Ok(()),
        Ok(_) => Err(wrong("A certificate is issued for a host.".to_owned())),
        Err(error) => Err(wrong(format!("As a URL it {}. {}", error.what, error.why))),
    }
}

fn not_started(addr: SocketAddr, error: &io::Error) -> Problem {
    let (what, why) = match error.kind() {
        io::ErrorKind::InvalidInput => {
            ("The receiver cannot be started with these options".to_owned(), sentence(&error.to_string()))
        }
        _ => (format!("Cannot listen on {addr}"), sentence(&reason(error))),
    };
    let fix = Fix::from("Free that address and port, or use others.").by(FixAction::ListenElsewhere);
    Problem::of_kind(ProblemKind::Usage, what, why, fix)
}

fn no_ca(path: &Path, error: &io::Error) -> Problem {
    let what = format!("--ca-out: {} cannot be written", visible(&path.to_string_lossy()));
    if error.kind() == io::ErrorKind::AlreadyExists {
        let why = "The file exists and is not the certificate of an earlier receiver; other files are never overwritten.";
        return Problem::of_kind(ProblemKind::Usage, what, why, "Choose another name.");
    }
    Problem { what, ..Problem::not_written(path, error) }
}

/// Explains rejected requests, but only so often: anyone who reaches the port can send any number of them.
#[derive(Debug)]
pub struct Explainer {
    /// The number that may be explained now.
    left: f64,
    at: Option<Instant>,
}

/// The number of requests that are explained in a row.
const BURST: f64 = 5.0;

/// The number per second in the long run.
const A_SECOND: f64 = 2.0;

impl Default for Explainer {
    fn default() -> Self {
        Self { left: BURST, at: None }
    }
}

impl Explainer {
    /// Explains a rejected request; `None` if it was not rejected, or there are too many. Takes up to a second.
    pub fn explain(&mut self, seen: &RequestEvent, now: Instant) -> Option<Explanation> {
        let rejected = seen.rejected.as_ref()?;
        self.has_time(now).then(|| rejected.explain())
    }

    fn has_time(&mut self, now: Instant) -> bool {
        let passed = self.at.map_or(Duration::ZERO, |at| now.saturating_duration_since(at));
        self.at = Some(now);
        self.left = passed.as_secs_f64().mul_add(A_SECOND, self.left).min(BURST);
        let has = self.left >= 1.0;
        if has {
            self.left -= 1.0;
        }
        has
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_hosts_and_nothing_else() {
        for name in ["localhost", "hooks.example.com", "Hooks.Example", "10.0.0.7", "::1", "[2001:db8::1]"] {
            named(name).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
        for name in ["", "a b", "a/b", "a:80", "https://a", "u@a", "a?b", "a#b", "bücher.example", "0x7f.1", "\u{1b}[31m"] {
            let error = named(name).unwrap_err();
            assert_eq!(error.kind, ProblemKind::Usage, "{name}");
            assert!(!error.to_string().contains('\u{1b}'));
        }
    }

    #[test]
    fn explanations_are_rationed() {
        let mut explainer = Explainer::default();
        let start = Instant::now();
        let all = (0..20).filter(|_| explainer.has_time(start)).count();
        assert_eq!(all, 5);
        assert!(!explainer.has_time(start + Duration::from_millis(400)));
        assert!(explainer.has_time(start + Duration::from_millis(600)));
        let later = start + Duration::from_hours(1);
        assert_eq!((0..20).filter(|_| explainer.has_time(later)).count(), 5);
    }
}
