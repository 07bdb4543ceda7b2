//! Does the endpoint check? The ping is sent without auth, with a wrong secret and so on, and last as it should be: an endpoint
//! that accepts what it must refuse accepts events from anyone.
//!
//! In the history it is one entry, with its requests in it.

mod report;

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::attempt::Try;
use super::id::{new_id, new_probe_id};
use super::waypost::Waypost;
use crate::domain::auth::default;
use crate::domain::credential::Credential;
pub use crate::domain::delivery::probe::{Case, Checked, Verdict};
use crate::domain::delivery::{Delivery, Outcome, Probe, probe};
use crate::domain::destination::{Destination, Settings};
use crate::domain::draft::Draft;
use crate::domain::event::BuiltIn;
use crate::domain::mask::Masked;
use crate::domain::problem::Problem;
use crate::domain::request::{Request, Stamp};
use crate::domain::secret::Secret;
use crate::domain::signature::{TOLERANCE_S, hex};
use crate::domain::snippet::check::ReceiverCheck;
use report::{check, qualify};

/// The age of the stale request, in seconds: far more than any tolerance.
const STALE_S: i64 = 12 * TOLERANCE_S;

/// The result of a probe. Empty for a destination without auth: there is nothing to check.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// With what the probe found, and its requests as attempts.
    pub delivery: Delivery,
    /// Why it is not in the history, if it is not.
    pub unrecorded: Option<Problem>,
}

impl Report {
    /// What it found.
    #[must_use]
    pub fn probe(&self) -> &Probe {
        static NOTHING: Probe = Probe { cases: Vec::new(), planned: 0 };
        self.delivery.probe.as_ref().unwrap_or(&NOTHING)
    }
}

impl Waypost {
    /// Sends the ping in every case that applies to the destination's auth type, one after the other, and records them. `stop`
    /// ends it early. A receiver may act on what it accepts: ask the user first.
    ///
    /// # Errors
    /// The system has no random numbers for a wrong secret.
    pub async fn probe(&self, to: &Destination, step: impl Fn(Case), stop: impl Future<Output = ()>) -> Result<Report, Problem> {
        let mut stop = pin!(stop);
        let wrong = self.with_wrong_secret(to.settings())?;
        let settings = Arc::new(to.settings().clone());
        let timeout = Duration::from_secs(to.timeout_s().into());
        let cases = Case::all_of(to.auth());
        let mut in_flight = self.begin(new_probe_id(), to, probe::EVENT);
        in_flight.delivery_mut().probe = Some(Probe { cases: Vec::new(), planned: cases.len() });
        for case in cases {
            step(case);
            let started_at = Timestamp::now();
            let stamp = Stamp { id: new_id(), event: BuiltIn::Ping.name().to_owned(), timestamp: started_at.as_second() };
            let request = request(to.settings(), &wrong, case, &stamp);
            let attempt = Try { to: Arc::clone(&settings), request: Arc::new(request), started_at, timeout };
            let outcome = self.attempt(&mut in_flight, attempt, |_| {}, stop.as_mut()).await;
            let delivery = in_flight.delivery_mut();
            if let (Some(probe), Some(attempt)) = (&mut delivery.probe, delivery.attempts.last()) {
                probe.cases.push(check(case, to.auth(), attempt));
            }
            if matches!(outcome, Outcome::Failed | Outcome::Stopped) {
                break;
            }
        }
        if let Some(probe) = &mut in_flight.delivery_mut().probe {
            qualify(probe);
        }
        let delivery = in_flight.delivery().clone();
        // Where there is nothing to check, nothing was sent.
        let unrecorded = if delivery.attempts.is_empty() { None } else { self.record(in_flight).await };
        Ok(Report { delivery, unrecorded })
    }

    /// The destination with a random secret.
    fn with_wrong_secret(&self, to: &Settings) -> Result<Wrong, Problem> {
        let random = self.random()?;
        let mut draft = Draft::of(to);
        for field in draft.auth_type().secret_fields() {
            // As a password, token or key anything is valid.
            let wrong = field.generated(draft.values(), &random).unwrap_or_else(|| Secret::new(hex(&random[..])));
            draft.set(field, wrong);
        }
        let settings = checked(&draft, to);
        let credential = match settings.auth().credential() {
            // With a wrong client secret there would be no token to send.
            Credential::Token(_) => Credential::Header {
                name: "authorization".to_owned(),
                value: Masked::plain("Bearer ").then_secret(hex(&random[..])),
            },
            own => own,
        };
        Ok(Wrong { settings, credential })
    }
}

/// What a request with a wrong secret is made with.
struct Wrong {
    settings: Settings,
    credential: Credential,
}

/// A draft of a valid destination with other auth is valid; should it not be, the destination itself.
fn checked(draft: &Draft, to: &Settings) -> Settings {
    draft.check().map_or_else(|_| to.clone(), |checked| checked.settings)
}

fn request(to: &Settings, wrong: &Wrong, case: Case, stamp: &Stamp) -> Request {
    let body = BuiltIn::Ping.event().body;
    match case {
        Case::Valid => Request::build(to, &body, stamp, &to.auth().credential()),
        Case::Unsigned => {
            let without = checked(&Draft::of(to).with_auth(default::SPEC), to);
            Request::build(&without, &body, stamp, &without.auth().credential())
        }
        Case::WrongSecret => Request::build(&wrong.settings, &body, stamp, &wrong.credential),
        Case::Stale => {
            let stamp = Stamp { timestamp: stamp.timestamp - STALE_S, ..stamp.clone() };
            Request::build(to, &body, &stamp, &to.auth().credential())
        }
        Case::TamperedBody => {
            let signed = Request::build(to, &body, stamp, &to.auth().credential());
            let mut request = Request::build(to, &tampered(&body), stamp, &to.auth().credential());
            if let ReceiverCheck::Signature(name, _) = to.auth().receiver_check() {
                for header in request.headers.iter_mut().filter(|header| header.name == name) {
                    if let Some(value) = signed.header(&name) {
                        header.value = value.clone();
                    }
                }
            }
            request
        }
    }
}

/// Different JSON, not only different bytes: a receiver that checks what it has parsed must notice, too.
fn tampered(body: &[u8]) -> Vec<u8> {
    let rest = body.strip_prefix(b"{").unwrap_or(body);
    [b"{\"tampered\":true,", rest].concat()
}
