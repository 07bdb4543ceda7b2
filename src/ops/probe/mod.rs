//! Does the endpoint check? The ping is sent without auth, with a wrong secret and so on, and last as it should be: an endpoint
//! that accepts what it must refuse accepts events from anyone.
//!
//! Every request is a delivery of its own, in the history under a name such as `probe:unsigned`.

mod case;
mod report;

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::attempt::Try;
use super::id::new_id;
use super::waypost::Waypost;
use crate::domain::auth::default;
use crate::domain::delivery::{Diagnosis, Outcome};
use crate::domain::destination::{Destination, Settings};
use crate::domain::draft::Draft;
use crate::domain::event::BuiltIn;
use crate::domain::problem::Problem;
use crate::domain::request::{Request, Stamp};
use crate::domain::secret::Secret;
use crate::domain::signature::{TOLERANCE_S, hex};
use crate::domain::snippet::check::ReceiverCheck;
use crate::io::http::credential::resolve;
use case::EVENT_PREFIX;
pub use case::{Case, is_probe, plain_name};
pub use report::{Report, Row, Verdict};
use report::{qualify, row};

/// The age of the stale request, in seconds: far more than any tolerance.
const STALE_S: i64 = 12 * TOLERANCE_S;

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
        let mut report = Report::default();
        let mut in_flight = Vec::new();
        for case in Case::all_of(to.auth()) {
            step(case);
            let started_at = Timestamp::now();
            let stamp = Stamp { id: new_id(), event: BuiltIn::Ping.name().to_owned(), timestamp: started_at.as_second() };
            let request = request(to.settings(), &wrong, case, &stamp).await;
            let event = format!("{EVENT_PREFIX}{}", case.name());
            let attempt = Try { to: Arc::clone(&settings), request: Arc::new(request), started_at, timeout };
            let mut one = self.begin(stamp.id, to, &event);
            let outcome = self.attempt(&mut one, attempt, |_| {}, stop.as_mut()).await;
            report.rows.push(row(case, to.auth(), one.delivery().clone()));
            in_flight.push(one);
            if matches!(outcome, Outcome::Failed | Outcome::Stopped) {
                report.cut_short = case != Case::Valid;
                break;
            }
        }
        qualify(&mut report);
        for (row, mut one) in report.rows.iter_mut().zip(in_flight) {
            if let (Some(attempt), true) = (row.delivery.attempts.last_mut(), row.verdict != Verdict::Unclear) {
                attempt.diagnosis = Diagnosis { why: row.finding.clone(), fix: row.fix.clone() };
                *one.delivery_mut() = row.delivery.clone();
            }
            let problem = self.record(one).await;
            report.unrecorded = report.unrecorded.take().or(problem);
        }
        Ok(report)
    }

    /// The destination with a random secret.
    fn with_wrong_secret(&self, to: &Settings) -> Result<Settings, Problem> {
        let random = self.random()?;
        let mut draft = Draft::of(to);
        for field in draft.auth_type().secret_fields() {
            // As a password, token or key anything is valid.
            let wrong = field.generated(draft.values(), &random).unwrap_or_else(|| Secret::new(hex(&random[..])));
            draft.set(field, wrong);
        }
        Ok(checked(&draft, to))
    }
}

/// A draft of a valid destination with other auth is valid; should it not be, the destination itself.
fn checked(draft: &Draft, to: &Settings) -> Settings {
    draft.check().map_or_else(|_| to.clone(), |checked| checked.settings)
}

async fn request(to: &Settings, wrong: &Settings, case: Case, stamp: &Stamp) -> Request {
    let body = BuiltIn::Ping.event().body;
    match case {
        Case::Valid => Request::build(to, &body, stamp, &resolve(to.auth()).await),
        Case::Unsigned => {
            let without = checked(&Draft::of(to).with_auth(default::SPEC), to);
            Request::build(&without, &body, stamp, &resolve(without.auth()).await)
        }
        Case::WrongSecret => Request::build(wrong, &body, stamp, &resolve(wrong.auth()).await),
        Case::Stale => {
            let stamp = Stamp { timestamp: stamp.timestamp - STALE_S, ..stamp.clone() };
            Request::build(to, &body, &stamp, &resolve(to.auth()).await)
        }
        Case::TamperedBody => {
            let signed = Request::build(to, &body, stamp, &resolve(to.auth()).await);
            let mut request = Request::build(to, &tampered(&body), stamp, &resolve(to.auth()).await);
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
