//! Does the endpoint check? The ping is sent without auth, with a wrong secret and so on, and last as it should be: an endpoint
//! that takes what it must refuse takes events from anybody.
//!
//! Every request is a delivery of its own, and in the history under a name such as `probe:unsigned`.

use crate::domain::auth::default;
use crate::io::http::credential::resolve;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::attempt::Try;
use super::id::new_id;
use super::waypost::Waypost;
use crate::domain::auth::Auth;
use crate::domain::delivery::Diagnosis;
use crate::domain::delivery::{Attempt, Delivery, Outcome};
use crate::domain::destination::{Destination, Settings};
use crate::domain::draft::Draft;
use crate::domain::event::BuiltIn;
use crate::domain::problem::{Fix, Problem};
use crate::domain::request::{Request, Stamp};
use crate::domain::secret::Secret;
use crate::domain::signature::{Format, TOLERANCE_S};
use crate::domain::snippet::check::ReceiverCheck;

/// How old the stale request says it is, in seconds: far more than any tolerance.
const STALE_S: i64 = 12 * TOLERANCE_S;

/// What the name of a probe's delivery begins with.
const EVENT: &str = "probe:";

/// Whether the history calls a probe's delivery so.
#[must_use]
pub fn is_probe(event: &str) -> bool {
    event.strip_prefix(EVENT).is_some_and(|name| Case::ALL.iter().any(|case| case.name() == name))
}

/// What the event of a delivery is called when it is sent again: a probe's is a plain ping, with the right credentials.
#[must_use]
pub fn plain_name(event: &str) -> &str {
    if is_probe(event) { BuiltIn::Ping.name() } else { event }
}

/// One way to send the ping.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Case {
    /// Without any credentials.
    Unsigned,
    /// With a secret made up for this.
    WrongSecret,
    /// With the signature of another body.
    TamperedBody,
    /// Signed well, but an hour ago.
    Stale,
    /// As every delivery is sent.
    Right,
}

impl Case {
    const ALL: [Self; 5] = [Self::Unsigned, Self::WrongSecret, Self::TamperedBody, Self::Stale, Self::Right];

    /// Those that make sense for a destination, in the order in which they are sent; none where nothing is to be checked.
    #[must_use]
    pub fn all_of(auth: &Auth) -> Vec<Self> {
        match auth.receiver_check() {
            ReceiverCheck::Nothing => Vec::new(),
            ReceiverCheck::Signature(_, format) => {
                let mut cases = vec![Self::Unsigned, Self::WrongSecret, Self::TamperedBody];
                if matches!(format, Format::Timestamped | Format::Standard) {
                    cases.push(Self::Stale);
                }
                cases.push(Self::Right);
                cases
            }
            ReceiverCheck::Basic(_) | ReceiverCheck::Bearer | ReceiverCheck::Header(_) | ReceiverCheck::Query(_) => {
                vec![Self::Unsigned, Self::WrongSecret, Self::Right]
            }
        }
    }

    /// Its name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unsigned => "unsigned",
            Self::WrongSecret => "wrong-secret",
            Self::TamperedBody => "tampered-body",
            Self::Stale => "stale-timestamp",
            Self::Right => "right",
        }
    }

    /// The words in the table.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Unsigned => "without credentials",
            Self::WrongSecret => "with a wrong secret",
            Self::TamperedBody => "with a changed body",
            Self::Stale => "an hour old",
            Self::Right => "as registered",
        }
    }

    /// What a receiver that checks makes of it.
    #[must_use]
    pub const fn expected(self) -> Outcome {
        match self {
            Self::Right => Outcome::Delivered,
            Self::Unsigned | Self::WrongSecret | Self::TamperedBody | Self::Stale => Outcome::Refused,
        }
    }
}

/// What a case shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// As it should be.
    Good,
    /// Not as it should be.
    Bad,
    /// The answer tells nothing about the check.
    Unclear,
}

/// One row of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// What was sent.
    pub case: Case,
    /// What came of it. Its attempt's diagnosis is `finding` and `fix`.
    pub delivery: Delivery,
    /// What it shows.
    pub verdict: Verdict,
    /// The same as a sentence.
    pub finding: String,
    pub fix: Fix,
}

/// What the probe found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// In the order in which they were sent. Empty for a destination without auth: there is nothing to check.
    pub rows: Vec<Row>,
    /// Whether it ended before all were sent: stopped, or with an endpoint that is not there.
    pub cut_short: bool,
    /// Why it is not all in the history, if it is not.
    pub unrecorded: Option<Problem>,
}

impl Report {
    /// What matters most: a sentence, and how to mend it (empty where there is nothing to mend).
    #[must_use]
    pub fn finding(&self) -> (&str, Fix) {
        let worst = self.findings().next().or_else(|| self.rows.iter().rev().find(|row| row.verdict == Verdict::Unclear));
        match worst {
            Some(row) => (&row.finding, row.fix.clone()),
            None => ("Your endpoint checks: it takes the right request and refuses the others.", Fix::default()),
        }
    }

    /// What is not as it should be, the worst first.
    pub fn findings(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| row.verdict == Verdict::Bad)
    }
}

impl Waypost {
    /// Sends the ping in all ways that the destination's auth type has, one after the other, and records them. `stop` ends it
    /// early. A receiver may act on what it takes: ask before.
    ///
    /// # Errors
    /// The system has no random numbers to make a wrong secret of.
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
            let stamp = Stamp { id: new_id(), timestamp: started_at.as_second() };
            let request = request(to.settings(), &wrong, case, &stamp).await;
            let event = format!("{EVENT}{}", case.name());
            let attempt = Try { to: Arc::clone(&settings), request: Arc::new(request), started_at, timeout };
            let mut one = self.begin(stamp.id, to, &event);
            let outcome = self.attempt(&mut one, attempt, |_| {}, stop.as_mut()).await;
            report.rows.push(row(case, to.auth(), one.delivery().clone()));
            in_flight.push(one);
            if matches!(outcome, Outcome::Failed | Outcome::Stopped) {
                report.cut_short = case != Case::Right;
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

    /// The destination with a secret that nobody has.
    fn with_wrong_secret(&self, to: &Settings) -> Result<Settings, Problem> {
        // Good for every format; and as a password, token or key as good as any.
        let secret = self.generate()?;
        let bare = Secret::new(secret.expose().trim_start_matches(crate::domain::signature::WHSEC));
        let mut draft = Draft::of(to);
        for field in draft.auth_type().secret_fields() {
            draft.set(field, if field.can_be_generated() { &secret } else { &bare });
        }
        Ok(checked(&draft, to))
    }
}

/// A draft of a valid destination with other auth is valid; the destination itself stands in for what cannot be.
fn checked(draft: &Draft, to: &Settings) -> Settings {
    draft.check().map_or_else(|_| to.clone(), |checked| checked.settings)
}

async fn request(to: &Settings, wrong: &Settings, case: Case, stamp: &Stamp) -> Request {
    let body = BuiltIn::Ping.event().body;
    match case {
        Case::Right => Request::build(to, &body, stamp, &resolve(to.auth()).await),
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

/// Another JSON, not only other bytes: a receiver that checks what it has parsed must notice, too.
fn tampered(body: &[u8]) -> Vec<u8> {
    let rest = body.strip_prefix(b"{").unwrap_or(body);
    [b"{\"tampered\":true,", rest].concat()
}

fn row(case: Case, auth: &Auth, delivery: Delivery) -> Row {
    let last = delivery.last();
    let status = last.and_then(Attempt::status);
    let (verdict, finding, fix) = match (case, delivery.outcome(), status) {
        (_, Outcome::Stopped | Outcome::Failed, _) => {
            let diagnosis = last.map(|last| last.diagnosis.clone()).unwrap_or_default();
            (Verdict::Unclear, diagnosis.why, diagnosis.fix)
        }
        (Case::Right, Outcome::Delivered, _) => (Verdict::Good, "Your endpoint takes the right requests.".into(), Fix::default()),
        // It may be the load or an outage of the moment, and the others say nothing then.
        (Case::Right, Outcome::Refused, Some(status @ (408 | 425 | 429 | 500..=599))) => (
            Verdict::Unclear,
            format!("Your endpoint did not take the right request now ({status})."),
            "Probe again when it takes requests.".into(),
        ),
        (Case::Right, Outcome::Refused, _) => {
            let diagnosis = last.map(|last| last.diagnosis.clone()).unwrap_or_default();
            (Verdict::Bad, format!("Your endpoint refuses the right requests. {}", diagnosis.why), diagnosis.fix)
        }
        (case, Outcome::Delivered, _) => {
            let (finding, fix) = accepted(case, auth);
            (Verdict::Bad, finding.to_owned(), fix.into())
        }
        (case, Outcome::Refused, Some(400 | 401 | 403)) => {
            (Verdict::Good, format!("Your endpoint refuses a request {}.", in_words(case)), Fix::default())
        }
        (_, Outcome::Refused, status) => {
            let status = status.map(|status| status.to_string()).unwrap_or_default();
            let finding = format!("Your endpoint answered {status}, which does not tell whether it checks.");
            (Verdict::Unclear, finding, "Let it answer 401 to what it does not trust.".into())
        }
    };
    Row { case, delivery, verdict, finding, fix }
}

const fn in_words(case: Case) -> &'static str {
    match case {
        Case::Unsigned => "without credentials",
        Case::WrongSecret => "with a wrong secret",
        Case::TamperedBody => "whose body was changed",
        Case::Stale => "that is an hour old",
        Case::Right => "as it should be",
    }
}

fn accepted(case: Case, auth: &Auth) -> (&'static str, &'static str) {
    match (case, auth.format()) {
        (Case::Unsigned, Some(_)) => (
            "Your endpoint accepts unsigned requests: anybody who knows its URL can send it events.",
            "Let it check the signature before anything else, and answer 401 where there is none.",
        ),
        (Case::Unsigned, _) => (
            "Your endpoint accepts requests without credentials: anybody who knows its URL can send it events.",
            "Let it check the credentials before anything else, and answer 401 where there are none.",
        ),
        (Case::WrongSecret, _) => (
            "Your endpoint accepts a wrong secret: it looks whether there is one, not which.",
            "Let it compare with its own secret, in constant time.",
        ),
        (Case::TamperedBody, _) => (
            "Your endpoint accepts a changed body: it does not check the signature against what it got.",
            "Let it compute the signature over the raw bytes of the body.",
        ),
        (Case::Stale, _) => (
            "Your endpoint accepts requests that are an hour old: one that was overheard can be sent again.",
            "Let it refuse timestamps that are more than 5 minutes off.",
        ),
        (Case::Right, _) => ("Your endpoint takes the right requests.", ""),
    }
}

/// An endpoint that refuses everything shows nothing by refusing the wrong things.
fn qualify(report: &mut Report) {
    let takes_right = report.rows.iter().any(|row| row.case == Case::Right && row.verdict == Verdict::Good);
    if takes_right {
        return;
    }
    for row in report.rows.iter_mut().filter(|row| row.case != Case::Right && row.verdict == Verdict::Good) {
        row.verdict = Verdict::Unclear;
        row.finding.push_str(" That says nothing as long as it does not take the right ones.");
    }
}
