//! What the answers to a probe show.

use crate::domain::auth::Auth;
use crate::domain::delivery::probe::{Case, Checked, Probe, Verdict};
use crate::domain::delivery::{Attempt, Outcome};
use crate::domain::problem::Fix;

pub(super) fn check(case: Case, auth: &Auth, attempt: &Attempt) -> Checked {
    let diagnosis = attempt.diagnosis.clone();
    let (verdict, finding, fix) = match (case, attempt.outcome, attempt.status()) {
        (_, Outcome::Stopped | Outcome::Failed, _) => (Verdict::Unclear, diagnosis.why, diagnosis.fix),
        (Case::Valid, Outcome::Delivered, _) => (Verdict::Good, "Your endpoint accepts valid requests.".into(), Fix::default()),
        // It may be overloaded or down for the moment, and then the other cases show nothing.
        (Case::Valid, Outcome::Refused, Some(status @ (408 | 425 | 429 | 500..=599))) => (
            Verdict::Unclear,
            format!("Your endpoint did not accept the valid request this time ({status})."),
            "Probe again when it accepts requests.".into(),
        ),
        (Case::Valid, Outcome::Refused, _) => {
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
    Checked { case, verdict, finding, fix }
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
pub(super) fn qualify(probe: &mut Probe) {
    let accepts_valid = probe.cases.iter().any(|case| case.case == Case::Valid && case.verdict == Verdict::Good);
    if accepts_valid {
        return;
    }
    for case in probe.cases.iter_mut().filter(|case| case.case != Case::Valid && case.verdict == Verdict::Good) {
        case.verdict = Verdict::Unclear;
        case.finding.push_str(" This shows nothing until it accepts valid requests.");
    }
}
