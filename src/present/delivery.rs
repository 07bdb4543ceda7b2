//! A delivery as rows.

use jiff::Timestamp;

use super::clock::Clock;
use super::{Row, Value, since};
use crate::domain::delivery::diagnosis;
use crate::domain::delivery::{Attempt, Delivery, PresentedCa};
use crate::domain::problem::Fix;

/// When it was, and, of several attempts, each with its time, outcome and reason. Of a probe its requests are listed elsewhere.
pub fn times(delivery: &Delivery, clock: &Clock) -> Vec<Row> {
    let mut rows = vec![Row::text("Time", clock.moment(delivery.at()))];
    if delivery.probe.is_none() && delivery.attempts.len() > 1 {
        let each = delivery.attempts.iter().map(|attempt| tried(attempt, clock)).collect::<Vec<_>>();
        rows.push(Row::text("Tries", each.join(", ")));
    }
    rows
}

/// `500 at 03:13:50`, `timed out at 03:13:55`
fn tried(attempt: &Attempt, clock: &Clock) -> String {
    let end = attempt.status().map_or_else(|| attempt.reason().into_owned(), |status| status.to_string());
    format!("{end} at {}", clock.time(attempt.started_at))
}

/// What changed since the destination last worked, if it ever did.
pub fn since(delivery: &Delivery, clock: &Clock) -> Option<Row> {
    let since = delivery.since_last_delivered.as_ref()?;
    Some(Row::text(since::LABEL, since::line(since, clock)))
}

/// What was sent, what was tried before, and why and how to fix it.
pub fn rows(delivery: &Delivery, clock: &Clock) -> Vec<Row> {
    let Some((last, before)) = delivery.attempts.split_last() else { return Vec::new() };
    let mut rows = vec![
        Row::new("URL", Value::Url(last.request.url.clone())),
        Row::text("Event", &delivery.event),
        Row::text("Id", &delivery.id),
    ];
    if let Some(probe) = &delivery.probe {
        let (finding, fix) = probe.finding();
        rows.push(Row::text("Found", finding));
        rows.extend((!fix.is_empty()).then(|| Row::new("Fix", Value::Fix(fix))));
        return rows;
    }
    let earlier = (1..).zip(before);
    rows.extend(earlier.map(|(number, attempt)| Row::text("Before", format!("attempt {number}: {}", line(attempt, clock)))));
    rows.extend(diagnosis(last, clock));
    rows.extend(last.presented_ca().into_iter().flat_map(|ca| presented(ca, clock)));
    rows
}

/// Why an attempt ended as it did, and how to fix it; as far as there is something to say.
pub fn diagnosis(attempt: &Attempt, clock: &Clock) -> Vec<Row> {
    let mut rows = Vec::new();
    if !attempt.diagnosis.why.is_empty() {
        rows.push(Row::text("Why", clock.in_sentence(&attempt.diagnosis.why)));
    }
    if !attempt.diagnosis.fix.text.is_empty() {
        rows.push(Row::new("Fix", Value::Fix(fix(&attempt.diagnosis.fix, clock))));
    }
    rows
}

/// A fix with its times on that clock.
pub fn fix(fix: &Fix, clock: &Clock) -> Fix {
    Fix { text: clock.in_sentence(&fix.text), ..fix.clone() }
}

/// What a person compares before a certificate is trusted as a CA.
pub fn presented(ca: &PresentedCa, clock: &Clock) -> Vec<Row> {
    let date = |at: Option<Timestamp>| at.map_or_else(|| "?".to_owned(), |at| clock.minute(at));
    let mut rows = vec![Row::text("Presented", &ca.subject)];
    rows.extend(ca.issuer.as_ref().map(|issuer| Row::text("Issued by", issuer)));
    rows.push(Row::text("Valid", format!("from {} to {}", date(ca.not_before), date(ca.not_after))));
    rows.push(Row::text("SHA-256", ca.fingerprint()));
    rows
}

/// What else to know of an attempt, where nothing else says it.
pub fn notices(attempt: &Attempt, clock: &Clock) -> Vec<Row> {
    diagnosis::notices(attempt).iter().map(|notice| Row::new("Note", Value::Fix(fix(notice, clock)))).collect()
}

/// `refused 401 Unauthorized. The endpoint …`
pub fn line(attempt: &Attempt, clock: &Clock) -> String {
    let end = end(attempt).map(|end| format!(" {end}")).unwrap_or_default();
    format!("{}{end}. {}", attempt.outcome.name(), clock.in_sentence(&attempt.diagnosis.why)).trim_end().to_owned()
}

/// The status, or the phase in which the attempt ended: `401 Unauthorized`, `at TLS`.
pub fn end(attempt: &Attempt) -> Option<String> {
    match (&attempt.response, attempt.phase) {
        (Some(response), _) => Some(response.status_line()),
        (None, Some(phase)) => Some(format!("at {}", phase.label())),
        (None, None) => None,
    }
}
