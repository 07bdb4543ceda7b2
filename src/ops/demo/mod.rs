//! The demo: throw-away files, and a receiver on this machine as the endpoint, which this run alone trusts.
//!
//! The receiver behaves like a real one, so that it refuses requests for real reasons. It is given the credentials once: those
//! of its first request. When they are edited here afterwards, it still has the old ones, and reports which mistake it sees. It
//! has one path: with the auth type Default, which has no credentials, a wrong path is what can be refused. Deleting the
//! destination and registering again gives it the new credentials.

mod guide;

use std::fs::DirBuilder;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc::channel;

pub use guide::Step;

use super::waypost::{OwnReceiver, Waypost};
use crate::domain::destination::{Destination, Settings};
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::redact::Redactor;
use crate::domain::signature::verify::Verdict;
use crate::io::fs::paths::Paths;
use crate::io::fs::reason;
use crate::io::receiver::{self, Receiver, ReceiverEvent, RejectedRequest, RequestEvent};

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
        let mut received = self.received.lock().unwrap_or_else(PoisonError::into_inner);
        received.seen.retain(|seen| seen != now.settings());
        received.seen.push(now.settings().clone());
        let given = match received.given.take() {
            Some(same) if same_registration(&same, &now) => received.given.insert(same),
            _ => received.given.insert(now),
        };
        Some(given.settings().clone())
    }

    fn received(&self) -> Received {
        self.received.lock().unwrap_or_else(PoisonError::into_inner).clone()
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
            (true, format!("The receiver got {size}, and its check passed: {}.", verdict.reason()))
        }
        Some(verdict) if seen.status == 404 => (false, format!("The receiver got {size}: {}.", verdict.reason())),
        Some(verdict) => {
            let (reason, fix) = why(&seen, verdict);
            // The explainer's fix would call the receiver's settings the registered ones.
            let then = if received.differs() { "It keeps what was registered first.".to_owned() } else { fix };
            (false, format!("The receiver got {size}, and its check failed: {reason}. {then}").trim_end().to_owned())
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
    Problem {
        kind: ProblemKind::Disk,
        field: None,
        what: what.to_owned(),
        why: format!("The system says: {}.", reason(error)),
        fix: "Check $TMPDIR and the limits of this machine.".into(),
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::auth::{AuthType, api_key, basic, bearer, default, hmac};
    use crate::domain::draft::Draft;
    use crate::domain::event::BuiltIn;
    use crate::domain::field;

    use crate::domain::signature::Format;

    type Witnesses = tokio::sync::mpsc::UnboundedReceiver<Witness>;

    async fn started() -> (Demo, Witnesses) {
        let (told, witnesses) = tokio::sync::mpsc::unbounded_channel();
        (Demo::start(move |witness| told.send(witness).unwrap()).await.unwrap(), witnesses)
    }

    fn draft(demo: &Demo, auth_type: AuthType) -> Draft {
        Draft::new(auth_type)
            .with(field::URL, demo.url())
            .with(hmac::HEADER_KEY, "X-Sig")
            .with(hmac::SIGNING_SECRET, "the-registered-secret")
            .with(basic::USERNAME, "Aladdin")
            .with(basic::PASSWORD, "open sesame and more")
            .with(bearer::TOKEN, "mF_9.B5f-4.1JqM0123456789")
            .with(api_key::KEY, "X-Api-Key")
            .with(api_key::VALUE, "k-0123456789-0123456789")
    }

    fn settings(draft: &Draft) -> Settings {
        draft.check().unwrap().settings
    }

    /// The status of a test delivery to what is registered, and what the receiver saw.
    async fn test(waypost: &Waypost, witnesses: &mut Witnesses) -> (Option<u16>, Witness) {
        let to = waypost.destination().unwrap();
        let tested = waypost.test(&to, &BuiltIn::Ping.event(), |_| (), std::future::pending()).await;
        let witness = witnesses.recv().await.unwrap();
        assert_eq!(witness.id.as_ref(), Some(&tested.delivery.id));
        assert!(witness.text.ends_with('.') && !witness.text.contains(".."), "{}", witness.text);
        (tested.delivery.last().unwrap().response.as_ref().map(|response| response.status), witness)
    }

    #[tokio::test]
    async fn a_check_that_fails_names_the_mistake() {
        let (demo, mut witnesses) = started().await;
        let with = |secret: &str| draft(&demo, hmac::SPEC).with(hmac::SIGNING_SECRET, secret);
        let waypost = demo.waypost();
        waypost.register(settings(&with("the-registered-secret"))).unwrap();
        for (secret, accepted, says) in [
            ("the-registered-secret", true, "its check passed: the signature in x-sig is right."),
            ("the-registered-secret\u{20}", false, "its check failed: nearly right: "),
            ("another-secret", false, "its check failed: none of the known mistakes: "),
            ("the-registered-secret", true, "its check passed: the signature in x-sig is right."),
        ] {
            waypost.edit(None, |_, _| Ok(settings(&with(secret)))).unwrap();
            let (status, witness) = test(&waypost, &mut witnesses).await;
            assert_eq!((status, witness.accepted), (Some(if accepted { 200 } else { 401 }), accepted), "{}", witness.text);
            assert!(witness.text.contains(says), "{}", witness.text);
            assert_eq!(witness.text.contains("It keeps what was registered first."), !accepted, "{}", witness.text);
        }
    }

    #[tokio::test]
    async fn for_every_auth_type_there_is_something_to_refuse_and_to_mend() {
        for (auth_type, slip, status, says) in [
            (
                default::SPEC,
                (|draft| draft.set(field::URL, format!("{}x", draft.text(field::URL)))) as fn(&mut Draft),
                404,
                "/inx, 67 bytes: there is nothing at that path",
            ),
            (
                hmac::SPEC,
                |draft| draft.set(hmac::FORMAT, Format::Base64.name()),
                401,
                "the signature is written in base64, not in lower-case hex",
            ),
            (basic::SPEC, |draft| draft.set(basic::USERNAME, "Aladdinx"), 401, "the user name is not the registered one"),
            (bearer::SPEC, |draft| draft.set(bearer::TOKEN, "another-token"), 401, "the token"),
            (api_key::SPEC, |draft| draft.set(api_key::ADD_TO, api_key::QUERY.name), 401, "the credential is in the query"),
        ] {
            let (demo, mut witnesses) = started().await;
            let waypost = demo.waypost();
            let right = draft(&demo, auth_type);
            let mut wrong = right.clone();
            slip(&mut wrong);
            waypost.register(settings(&right)).unwrap();
            for (draft, expected) in [(&right, 200), (&wrong, status), (&right, 200)] {
                waypost.edit(None, |_, _| Ok(settings(draft))).unwrap();
                let (status, witness) = test(&waypost, &mut witnesses).await;
                assert_eq!((status, witness.accepted), (Some(expected), expected == 200), "{}", witness.text);
                assert!(expected == 200 || witness.text.contains(says), "{}", witness.text);
                assert!(!witness.text.contains("k-0123456789"), "{}", witness.text);
            }
        }
    }

    #[tokio::test]
    async fn a_secret_that_came_since_is_masked_too() {
        let (demo, mut witnesses) = started().await;
        let waypost = demo.waypost();
        waypost.register(settings(&draft(&demo, api_key::SPEC))).unwrap();
        assert_eq!(test(&waypost, &mut witnesses).await.0, Some(200));
        let since = draft(&demo, api_key::SPEC).with(api_key::VALUE, "v-9876543210").with(api_key::ADD_TO, api_key::QUERY.name);
        waypost.edit(None, |_, _| Ok(settings(&since))).unwrap();
        let (status, witness) = test(&waypost, &mut witnesses).await;
        assert!(status == Some(401) && !witness.text.contains("9876543210"), "{}", witness.text);
    }

    #[tokio::test]
    async fn a_key_that_came_is_masked_whatever_is_registered_when_it_is_told_of() {
        let (demo, _) = started().await;
        let waypost = demo.waypost();
        let registered = Registered { waypost: waypost.clone(), received: Mutex::default() };
        let with =
            |value: &str| draft(&demo, api_key::SPEC).with(api_key::VALUE, value).with(api_key::ADD_TO, api_key::QUERY.name);
        waypost.register(settings(&with("first-0123456789"))).unwrap();
        let first = waypost.destination().unwrap();
        for value in ["first-0123456789", "second-9876543210"] {
            waypost.edit(None, |_, _| Ok(settings(&with(value)))).unwrap();
            assert_eq!(registered.given().as_ref(), Some(first.settings()));
        }
        waypost.edit(None, |_, _| Ok(settings(&draft(&demo, bearer::SPEC)))).unwrap();
        let seen = RequestEvent {
            at: Timestamp::now(),
            method: "POST".into(),
            target: "/in?X-Api-Key=second-9876543210".into(),
            header_names: Vec::new(),
            body_bytes: 67,
            webhook_id: None,
            verdict: Some(Verdict::Rejected { why: "the key is another".into() }),
            status: 401,
            rejected: None,
        };
        let witness = witness(seen, &registered.received());
        assert!(witness.text.starts_with("The receiver got POST /in?X-Api-Key=•"), "{}", witness.text);
        assert!(witness.text.ends_with("It keeps what was registered first."), "{}", witness.text);
        let all = format!("{witness:?}");
        assert!(!all.contains("9876543210") && !all.contains("0123456789"), "{all}");
    }

    #[tokio::test]
    async fn a_deletion_lets_the_receiver_take_what_is_registered_next() {
        let (demo, _) = started().await;
        let waypost = demo.waypost();
        let registered = Registered { waypost: waypost.clone(), received: Mutex::default() };
        assert_eq!(registered.given(), None);
        let [first, next] = [bearer::SPEC, hmac::SPEC].map(|auth_type| settings(&draft(&demo, auth_type)));
        waypost.register(first.clone()).unwrap();
        assert_eq!(registered.given(), Some(first.clone()));
        waypost.edit(None, |_, _| Ok(next.clone())).unwrap();
        assert_eq!(registered.given(), Some(first));
        assert!(registered.received().differs());
        waypost.remove(None).unwrap();
        assert_eq!(registered.given(), None);
        // The time of a registration is told in seconds.
        let at = registered.received().given.unwrap().created_at();
        while waypost.register(next.clone()).unwrap().destination.created_at() == at {
            waypost.remove(None).unwrap();
        }
        assert_eq!(registered.given(), Some(next));
    }
}
