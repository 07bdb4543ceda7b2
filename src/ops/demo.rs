//! The demo: throw-away files, and a receiver on this machine as the endpoint, which this run alone trusts.

use std::fs::DirBuilder;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc::channel;

use super::{Code, OwnReceiver, Problem, Waypost, Witness, reason};
use crate::domain::verify::Verdict;
use crate::io::paths::Paths;
use crate::io::receiver::{self, Evidence, Receiver, Seen, Told};

/// A running demo. Dropping it ends the receiver and removes the files.
#[derive(Debug)]
pub struct Demo {
    receiver: Receiver,
    paths: Paths,
    _home: ThrowAway,
}

impl Demo {
    /// Starts the receiver in the current tokio runtime; `seen` is told of each request.
    ///
    /// # Errors
    /// There is no room for files, or no port.
    pub async fn start(seen: impl Fn(Witness) + Send + 'static) -> Result<Self, Problem> {
        let home = ThrowAway::create().map_err(|error| not_set_up("No directory for the demo could be made", &error))?;
        let paths = Paths { config_dir: home.0.join("config"), state_dir: home.0.join("state"), key_file_override: None };
        let registered = Waypost::new(paths.clone(), None);
        let options = receiver::Options {
            addr: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            name: "localhost".to_owned(),
            respond: None,
            delay: Duration::ZERO,
            fail_rate: 0.0,
            settings: Arc::new(move || Ok(registered.destination().ok().map(|destination| destination.settings().clone()))),
            clock: Arc::new(Timestamp::now),
        };
        let (to_us, mut requests) = channel(64);
        let receiver =
            receiver::start(options, to_us).await.map_err(|error| not_set_up("The demo's receiver did not start", &error))?;
        tokio::spawn(async move {
            while let Some(told) = requests.recv().await {
                let Told::Request(request) = told else { continue };
                // Explaining takes many hashes: not where the app waits for keys.
                if let Ok(witness) = tokio::task::spawn_blocking(move || witness(*request)).await {
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

    /// What works on the demo's files, and trusts its receiver.
    #[must_use]
    pub fn waypost(&self) -> Waypost {
        let authority = format!("localhost:{}", self.receiver.addr().port());
        let own = OwnReceiver { authority, ca_pem: self.receiver.ca_pem().as_bytes().to_vec() };
        Waypost::new(self.paths.clone(), Some(own))
    }
}

fn witness(seen: Seen) -> Witness {
    let size = format!("{} {}, {} bytes", seen.method, seen.target, seen.body_bytes);
    let (accepted, text) = match &seen.verdict {
        Some(verdict) if verdict.is_accepted() => {
            (true, format!("The receiver got {size}, and its check passed: {}.", verdict.reason()))
        }
        Some(verdict) => (false, format!("The receiver got {size}, and its check failed: {}", why(&seen, verdict))),
        None => (true, format!("The receiver got {size}; nothing is registered to check it by.")),
    };
    Witness { id: seen.webhook_id, accepted, text }
}

/// By the explainer, where the request is there to be explained.
fn why(seen: &Seen, verdict: &Verdict) -> String {
    match seen.evidence.as_ref().map(Evidence::explain) {
        Some(found) => format!("{}. {}", found.reason, found.fix),
        None => format!("{}.", verdict.reason()),
    }
}

fn not_set_up(what: &str, error: &io::Error) -> Problem {
    Problem {
        code: Code::Disk,
        field: None,
        what: what.to_owned(),
        why: format!("The system says: {}.", reason(error)),
        fix: "Look at $TMPDIR and at the limits of this machine.".to_owned(),
    }
}

/// A directory that is gone when the demo ends.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::auth::AuthType;
    use crate::domain::destination::Destination;
    use crate::domain::draft::Draft;
    use crate::domain::event::BuiltIn;
    use crate::domain::secret::Secret;

    #[tokio::test]
    async fn a_check_that_fails_names_the_mistake() {
        let (told, mut witnesses) = tokio::sync::mpsc::unbounded_channel();
        let demo = Demo::start(move |witness| told.send(witness).unwrap()).await.unwrap();
        let settings = |secret: &str| {
            let url = demo.url().to_owned();
            let signing_secret = Secret::new(secret);
            let draft = Draft { url, auth_type: AuthType::Hmac, header_key: "X-Sig".into(), signing_secret, ..Draft::default() };
            draft.check().unwrap().settings
        };
        let waypost = demo.waypost();
        waypost.register(settings("the-registered-secret")).unwrap();
        for (secret, accepted, says) in [
            ("the-registered-secret", true, "its check passed: the signature in x-sig is right."),
            ("the-registered-secret\u{20}", false, "its check failed: nearly right: "),
            ("another-secret", false, "its check failed: none of the known mistakes: "),
        ] {
            let now = Timestamp::now();
            let to = Destination::new(settings(secret), now, now);
            let tested = waypost.test(&to, &BuiltIn::Ping.event(), |_| (), std::future::pending()).await;
            let witness = witnesses.recv().await.unwrap();
            assert_eq!(witness.id.as_ref(), Some(&tested.delivery.id));
            assert_eq!(witness.accepted, accepted, "{}", witness.text);
            assert!(witness.text.contains(says) && witness.text.ends_with('.'), "{}", witness.text);
        }
    }
}
