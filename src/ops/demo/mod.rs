//! The demo: throw-away files, and a receiver on this machine as the endpoint, which this run alone trusts.
//!
//! The receiver behaves like a real one, so that it refuses requests for real reasons. It is given the credentials once: those
//! of its first request. When they are edited here afterwards, it still has the old ones, and reports which mistake it sees. It
//! has one path: with the auth type Default, which has no credentials, a wrong path is what can be refused. Deleting the
//! destination and registering again gives it the new credentials.

mod guide;
#[cfg(test)]
mod tests;

use std::fs::DirBuilder;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc::channel;

pub use guide::Step;

use super::waypost::{OwnReceiver, Waypost};
use crate::domain::auth::oauth2;
use crate::domain::destination::{Destination, Settings};
use crate::domain::draft::Draft;
use crate::domain::field::URL;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::redact::Redactor;
use crate::domain::signature::verify::Verdict;
use crate::domain::text::sentence;
use crate::io::fs::paths::Paths;
use crate::io::fs::reason;
use crate::io::receiver::{self, Receiver, ReceiverEvent, RejectedRequest, RequestEvent};
use crate::io::sync::lock;

/// What the demo's receiver saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// `webhook-id` of the request.
    pub id: Option<String>,
    /// Whether its check of the auth passed.
    pub accepted: bool,
    pub text: String,
}

/// A running demo. Dropping it ends the receiver and removes the files.
#[derive(Debug)]
pub struct Demo {
    receiver: Receiver,
    paths: Paths,
    _home: ThrowAway,
}

impl Demo {
    /// Starts the receiver in the current tokio runtime; `seen` is called for each request.
    ///
    /// # Errors
    /// The files cannot be created, or there is no free port.
    pub async fn start(seen: impl Fn(Witness) + Send + 'static) -> Result<Self, Problem> {
        let home = ThrowAway::create().map_err(|error| not_set_up("The demo's directory cannot be created", &error))?;
        let paths = Paths { config_dir: home.0.join("config"), state_dir: home.0.join("state"), key_file_override: None };
        let registered = Arc::new(Registered { waypost: Waypost::new(paths.clone(), None), received: Mutex::default() });
        let asked = Arc::clone(&registered);
        let options = receiver::Options {
            addr: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            name: "localhost".to_owned(),
            respond: None,
            delay: Duration::ZERO,
            fail_rate: 0.0,
            client_ca: None,
            one_path: true,
            settings: Arc::new(move || Ok(asked.given())),
            clock: Arc::new(Timestamp::now),
        };
        let (to_us, mut requests) = channel(64);
        let receiver =
            receiver::start(options, to_us).await.map_err(|error| not_set_up("The demo's receiver did not start", &error))?;
        tokio::spawn(async move {
            while let Some(event) = requests.recv().await {
                let ReceiverEvent::Request(request) = event else { continue };
                // Explaining takes many hashes: not on the thread that waits for keys.
                let received = registered.received();
                if let Ok(witness) = tokio::task::spawn_blocking(move || witness(*request, &received)).await {
                    seen(witness);
                }
            }
        });
        Ok(Self { receiver, paths, _home: home })
    }

    /// The URL to register.
    #[must_use]
    pub fn url(&self) -> &str {
        self.receiver.url()
    }

    /// The operations on the demo's files, which trust its receiver.
    #[must_use]
    pub fn waypost(&self) -> Waypost {
        let authority = format!("localhost:{}", self.receiver.addr().port());
        let own = OwnReceiver { authority, ca_pem: self.receiver.ca_pem().as_bytes().to_vec() };
        Waypost::new(self.paths.clone(), Some(own))
    }
}

/// What is suggested to register with the demo's receiver at that URL.
#[must_use]
pub fn suggested(url: &str) -> Draft {
    let base = url.strip_suffix(receiver::PATH).unwrap_or(url);
    Draft::default().with(URL, url).with(oauth2::TOKEN_URL, format!("{base}{}", receiver::TOKEN_PATH))
}

/// Whether both are states of one registration: an edit leaves its time as it is.
fn same_registration(one: &Destination, other: &Destination) -> bool {
    one.created_at() == other.created_at()
}

/// What is registered, and what of it the receiver was given.
struct Registered {
    waypost: Waypost,
    received: Mutex<Received>,
}

#[derive(Clone, Default)]
struct Received {
    /// What it checks by.
    given: Option<Destination>,
    /// What was registered at each request, each once, the last one last: what requests were made with.
    seen: Vec<Settings>,
}

impl Registered {
    /// What the receiver checks by: what was registered at its first request, for as long as that destination is not deleted.
    fn given(&self) -> Option<Settings> {
        let now = self.waypost.destination().ok()?;
        let mut received = lock(&self.received);
        received.seen.retain(|seen| seen != now.settings());
        received.seen.push(now.settings().clone());
        let given = match received.given.take() {
            Some(same) if same_registration(&same, &now) => received.given.insert(same),
            _ => received.given.insert(now),
        };
        Some(given.settings().clone())
    }

    fn received(&self) -> Received {
        lock(&self.received).clone()
    }
}

impl Received {
    /// Whether the credentials were changed here since the receiver was given them.
    fn differs(&self) -> bool {
        self.given.as_ref().zip(self.seen.last()).is_some_and(|(given, now)| given.auth() != now.auth())
    }
}

fn witness(seen: RequestEvent, received: &Received) -> Witness {
    // The receiver masks the secret that it was given, not later ones.
    let target = received.seen.iter().fold(seen.target.clone(), |target, settings| Redactor::new(settings).redact(&target));
    let size = format!("{} {target}, {} bytes", seen.method, seen.body_bytes);
    let (accepted, text) = match &seen.verdict {
        Some(verdict) if verdict.is_accepted() => {
            (true, format!("The receiver got {size}, and accepted it: {}.", verdict.reason()))
        }
        Some(verdict) if seen.status == 404 => (false, format!("The receiver got {size}: {}.", verdict.reason())),
        Some(verdict) => {
            let (reason, fix) = why(&seen, verdict);
            // The explainer's fix would call the receiver's settings the registered ones.
            let then = if received.differs() { "It keeps the credentials that were registered first.".to_owned() } else { fix };
            (false, format!("The receiver got {size}, and rejected it: {reason}. {then}").trim_end().to_owned())
        }
        None => (true, format!("The receiver got {size}; nothing is registered to check it by.")),
    };
    Witness { id: seen.webhook_id, accepted, text }
}

/// The reason and the fix; by the explainer, if the request is there to be explained.
fn why(seen: &RequestEvent, verdict: &Verdict) -> (String, String) {
    match seen.rejected.as_ref().map(RejectedRequest::explain) {
        Some(found) => (found.reason, found.fix),
        None => (verdict.reason().to_owned(), String::new()),
    }
}

fn not_set_up(what: &str, error: &io::Error) -> Problem {
    Problem::of_kind(
        ProblemKind::Disk,
        what.to_owned(),
        sentence(&reason(error)),
        "Check $TMPDIR and the limits of this machine.",
    )
}

/// A directory that is removed when the demo ends.
#[derive(Debug)]
struct ThrowAway(PathBuf);

impl ThrowAway {
    fn create() -> io::Result<Self> {
        let path = std::env::temp_dir().join(format!("waypost-demo-{}", uuid::Uuid::new_v4().simple()));
        DirBuilder::new().mode(0o700).create(&path)?;
        Ok(Self(path))
    }
}

impl Drop for ThrowAway {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
