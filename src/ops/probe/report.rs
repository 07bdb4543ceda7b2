//! What the answers to a probe show.

use super::case::Case;
use crate::domain::auth::Auth;
use crate::domain::delivery::{Attempt, Delivery, Outcome};
use crate::domain::problem::{Fix, Problem};

/// What a case shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// As it should be.
    Good,
    /// Not as it should be.
    Bad,
    /// The answer does not show whether the endpoint checks.
    Unclear,
}

/// One case, and what it shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub case: Case,
    /// Its attempt's diagnosis is `finding` and `fix`.
    pub delivery: Delivery,
    pub verdict: Verdict,
    /// The verdict as a sentence.
    pub finding: String,
    pub fix: Fix,
}

/// The result of a probe.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// In the order in which they were sent. Empty for a destination without auth: there is nothing to check.
    pub rows: Vec<Row>,
    /// Whether it ended before all were sent: it was stopped, or the endpoint was not reached.
    pub cut_short: bool,
    /// Why deliveries are missing in the history, if some are.
    pub unrecorded: Option<Problem>,
}

impl Report {
    /// The most important finding, and how to fix it (empty if there is nothing to fix).
    #[must_use]
    pub fn finding(&self) -> (&str, Fix) {
        let worst = self.findings().next().or_else(|| self.rows.iter().rev().find(|row| row.verdict == Verdict::Unclear));
        match worst {
            Some(row) => (&row.finding, row.fix.clone()),
            None => ("Your endpoint verifies requests: it accepts the valid one and refuses the others.", Fix::default()),
        }
    }

    /// The bad ones, the worst first.
    pub fn findings(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| row.verdict == Verdict::Bad)
    }
}

pub(super) fn row(case: Case, auth: &Auth, delivery: Delivery) -> Row {
    let last = delivery.last();
    let status = last.and_then(Attempt::status);
    let (verdict, finding, fix) = match (case, delivery.outcome(), status) {
        (_, Outcome::Stopped | Outcome::Failed, _) => {
            let diagnosis = last.map(|last| last.diagnosis.clone()).unwrap_or_default();
            (Verdict::Unclear, diagnosis.why, diagnosis.fix)
        }
        (Case::Valid, Outcome::Delivered, _) => (Verdict::Good, "Your endpoint accepts valid requests.".into(), Fix::default()),
        // It may be overloaded or down for the moment, and then the other cases show nothing.
        (Case::Valid, Outcome::Refused, Some(status @ (408 | 425 | 429 | 500..=599))) => (
            Verdict::Unclear,
            format!("Your endpoint did not accept the valid request this time ({status})."),
            "Probe again when it accepts requests.".into(),
        ),
        (Case::Valid, Outcome::Refused, _) => {
            let diagnosis = last.map(|last| last.diagnosis.clone()).unwrap_or_default();
            (Verdict::Bad, format!("Your endpoint refuses valid requests. {}", diagnosis.why), diagnosis.fix)
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
            let finding = format!("Your endpoint answered {status}, which does not show whether it verifies requests.");
            (Verdict::Unclear, finding, "Make it answer 401 to requests it does not trust.".into())
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
        Case::Valid => "that is valid",
    }
}

fn accepted(case: Case, auth: &Auth) -> (&'static str, &'static str) {
    match (case, auth.format()) {
        (Case::Unsigned, Some(_)) => (
            "Your endpoint accepts unsigned requests: anyone who knows its URL can send it events.",
            "Make it check the signature before anything else, and answer 401 if there is none.",
        ),
        (Case::Unsigned, _) => (
            "Your endpoint accepts requests without credentials: anyone who knows its URL can send it events.",
            "Make it check the credentials before anything else, and answer 401 if there are none.",
        ),
        (Case::WrongSecret, _) => (
            "Your endpoint accepts a wrong secret: it checks that there is a secret, but not which one.",
            "Make it compare with its own secret, in constant time.",
        ),
        (Case::TamperedBody, _) => (
            "Your endpoint accepts a changed body: it does not check the signature against the body it received.",
            "Make it compute the signature over the raw bytes of the body.",
        ),
        (Case::Stale, _) => (
            "Your endpoint accepts requests that are an hour old: an intercepted request can be replayed.",
            "Make it refuse timestamps that are more than 5 minutes off.",
        ),
        (Case::Valid, _) => ("Your endpoint accepts valid requests.", ""),
    }
}

/// An endpoint that refuses everything shows nothing by refusing the wrong requests.
pub(super) fn qualify(report: &mut Report) {
    let accepts_valid = report.rows.iter().any(|row| row.case == Case::Valid && row.verdict == Verdict::Good);
    if accepts_valid {
        return;
    }
    for row in report.rows.iter_mut().filter(|row| row.case != Case::Valid && row.verdict == Verdict::Good) {
        row.verdict = Verdict::Unclear;
        row.finding.push_str(" This shows nothing until it accepts valid requests.");
    }
}
