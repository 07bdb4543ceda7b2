//! Two deliveries beside each other, part by part: settings, request, response, connection, timing. A delivery
//! contains no secrets: of a secret setting, only whether it is the same is shown.

mod body;
mod pair;

pub use pair::Pair;
use pair::pair;

use super::clock::Clock;
use super::timing::{connection, duration};
use super::{Value, since};
use crate::domain::delivery::compare::has_changed;
use crate::domain::delivery::{Attempt, Delivery, Phase, Setting};
use crate::domain::header::HeaderList;

/// A part of two deliveries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub name: &'static str,
    pub pairs: Vec<Pair>,
    /// What the comparison does not cover.
    pub note: Option<&'static str>,
}

impl Part {
    fn new(name: &'static str, pairs: Vec<Pair>) -> Self {
        Self { name, pairs, note: None }
    }

    /// How many of its pairs differ.
    #[must_use]
    pub fn differences(&self) -> usize {
        self.pairs.iter().filter(|pair| pair.differs).count()
    }
}

/// All parts of two deliveries that at least one of them has. Of a probe, its requests are compared by what came of them.
#[must_use]
pub fn parts(before: &Delivery, after: &Delivery, clock: &Clock) -> Vec<Part> {
    let mut parts = vec![overview(before, after), settings(before, after)];
    let (old, new) = (before.last(), after.last());
    if before.probe.is_some() || after.probe.is_some() {
        parts.push(probed(before, after));
    } else {
        parts.extend(exchange(old, new));
    }
    parts.push(Part::new("Connection", connections(old, new, clock)));
    if before.probe.is_none() && after.probe.is_none() {
        parts.push(Part::new("Timing", timing(old, new)));
    }
    parts.retain(|part| !part.pairs.is_empty() || part.note.is_some());
    parts
}

fn overview(before: &Delivery, after: &Delivery) -> Part {
    let row = |label: &str, of: &dyn Fn(&Delivery) -> Option<String>| pair(label, of(before), of(after));
    let why = |delivery: &Delivery| {
        let why = delivery.last().map(|last| last.diagnosis.why.clone());
        delivery.probe.as_ref().map(|probe| probe.finding().0.to_owned()).or(why).filter(|why| !why.is_empty())
    };
    let count = |delivery: &Delivery| delivery.probe.is_none().then(|| delivery.attempts.len().to_string());
    let mut pairs = vec![
        row("Event", &|delivery| Some(delivery.event.clone())),
        row("Id", &|delivery| Some(delivery.id.clone())),
        row("Attempts", &count),
        row("Why", &why),
    ];
    pairs.retain(|pair| pair.before.is_some() || pair.after.is_some());
    Part::new("Delivery", pairs)
}

fn settings(before: &Delivery, after: &Delivery) -> Part {
    let (old, new) = (&before.sent_with, &after.sent_with);
    if !old.is_known() || !new.is_known() {
        return Part { note: Some("not recorded for both"), ..Part::new("Settings", Vec::new()) };
    }
    let gone = old.settings.iter().filter(|setting| new.setting(&setting.field).is_none());
    let mut pairs: Vec<Pair> = new
        .settings
        .iter()
        .chain(gone)
        .map(|setting| {
            let (old, new) = (old.setting(&setting.field), new.setting(&setting.field));
            let text = |setting: &Setting| setting.value.clone().unwrap_or_else(|| "a secret".to_owned());
            let (before, mut after) = (old.map(text), new.map(text));
            let differs = has_changed(old, new);
            if differs && before == after {
                let is_secret = new.is_some_and(|setting| setting.value.is_none());
                after = after.map(|text| if is_secret { "another secret".into() } else { format!("{text} (another secret)") });
            }
            Pair { label: since::label(&setting.field), before, after, differs }
        })
        .collect();
    pairs.push(pair("waypost", Some(old.waypost.clone()), Some(new.waypost.clone())));
    Part::new("Settings", pairs)
}

fn probed(before: &Delivery, after: &Delivery) -> Part {
    let cases = |delivery: &Delivery| -> Vec<(String, String)> {
        let text = |attempt: &Attempt| {
            let status = attempt.status().map(|status| format!(" {status}")).unwrap_or_default();
            format!("{}{status}", attempt.outcome.name())
        };
        let case = |(case, attempt): (&crate::domain::delivery::probe::Checked, Option<&Attempt>)| {
            (case.case.label().to_owned(), attempt.map_or_else(|| "not recorded".to_owned(), text))
        };
        delivery.probed().map(case).collect()
    };
    Part::new("Probe", joined(&cases(before), &cases(after)))
}

fn exchange(old: Option<&Attempt>, new: Option<&Attempt>) -> Vec<Part> {
    let headers = |attempt: Option<&Attempt>| attempt.map(|attempt| merged(&attempt.request.headers)).unwrap_or_default();
    let line = |attempt: &Attempt| format!("{} {}", attempt.request.method, attempt.request.url);
    let mut request = vec![pair("Request line", old.map(line), new.map(line))];
    request.extend(joined(&headers(old), &headers(new)));
    let response = |attempt: Option<&Attempt>| {
        let response = attempt.and_then(|attempt| attempt.response.as_ref());
        response.map(|response| merged(&response.headers)).unwrap_or_default()
    };
    let status = |attempt: &Attempt| attempt.response.as_ref().map(crate::domain::delivery::Response::status_line);
    let mut answer = vec![pair("Status", old.and_then(status), new.and_then(status))];
    answer.retain(|pair| pair.before.is_some() || pair.after.is_some());
    answer.extend(joined(&response(old), &response(new)));
    let whole = |attempt: Option<&Attempt>| attempt.is_none_or(|attempt| attempt.request.is_whole());
    let (old_sent, new_sent) = (old.map(|old| old.request.body.as_slice()), new.map(|new| new.request.body.as_slice()));
    let [old_body, new_body] = [old, new].map(|attempt| Some(attempt?.response.as_ref()?.decoded()));
    let is_cut = [&old_body, &new_body].into_iter().flatten().any(|body| body.cut);
    let [old_body, new_body] = [&old_body, &new_body].map(|body| body.as_ref().map(|body| &*body.bytes));
    vec![
        Part::new("Request", request),
        bodies("Request body", old_sent, new_sent, !whole(old) || !whole(new)),
        Part::new("Response", answer),
        bodies("Response body", old_body, new_body, is_cut),
    ]
}

fn bodies(name: &'static str, before: Option<&[u8]>, after: Option<&[u8]>, is_cut: bool) -> Part {
    let (pairs, more) = match (before, after) {
        (None, None) => return Part::new(name, Vec::new()),
        (before, after) => {
            let (mut pairs, more) = body::pairs(before.unwrap_or_default(), after.unwrap_or_default());
            if pairs.is_empty() {
                pairs.push(pair("Body", before.map(|_| "empty".to_owned()), after.map(|_| "empty".to_owned())));
            }
            (pairs, more)
        }
    };
    let note = if is_cut { Some("only the stored beginning") } else { more.then_some("only the beginning") };
    Part { note, ..Part::new(name, pairs) }
}

/// Headers by name; several of one name are one value.
fn merged(headers: &HeaderList) -> Vec<(String, String)> {
    let mut merged: Vec<(String, String)> = Vec::new();
    for (name, value) in headers.iter() {
        match merged.iter_mut().find(|(other, _)| other.eq_ignore_ascii_case(name)) {
            Some((_, values)) => *values = format!("{values}, {value}"),
            None => merged.push((name.to_owned(), value.to_owned())),
        }
    }
    merged
}

/// Named values beside those of the same name.
fn joined(before: &[(String, String)], after: &[(String, String)]) -> Vec<Pair> {
    let find = |list: &[(String, String)], name: &str| {
        list.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone())
    };
    let added = after.iter().filter(|(name, _)| find(before, name).is_none());
    before.iter().chain(added).map(|(name, _)| pair(name.as_str(), find(before, name), find(after, name))).collect()
}

fn connections(old: Option<&Attempt>, new: Option<&Attempt>, clock: &Clock) -> Vec<Pair> {
    let rows = |attempt: Option<&Attempt>| -> Vec<(String, String)> {
        let Some(attempt) = attempt else { return Vec::new() };
        let mut rows: Vec<(String, String)> = connection(attempt, clock)
            .into_iter()
            .filter_map(|row| match row.value {
                // The days that are left differ every day.
                Value::Text(text) if row.label == "Valid until" => {
                    Some((row.label.to_owned(), text.split(',').next().unwrap_or_default().to_owned()))
                }
                Value::Text(text) => Some((row.label.to_owned(), text)),
                _ => None,
            })
            .collect();
        let sha256 = attempt.tls.as_ref().and_then(|tls| tls.sha256.clone());
        rows.extend(sha256.map(|sha256| ("Fingerprint".to_owned(), sha256)));
        rows
    };
    joined(&rows(old), &rows(new))
}

/// Only what is shown of a time counts: a thousandth of a millisecond is no difference.
fn timing(old: Option<&Attempt>, new: Option<&Attempt>) -> Vec<Pair> {
    let time = |attempt: Option<&Attempt>, phase: Phase| attempt.and_then(|attempt| attempt.timings.get(phase)).map(duration);
    let mut pairs: Vec<Pair> =
        Phase::ALL.into_iter().map(|phase| pair(phase.label(), time(old, phase), time(new, phase))).collect();
    let whole = |attempt: &Attempt| duration(attempt.duration_ms);
    pairs.push(pair("all", old.map(whole), new.map(whole)));
    pairs.retain(|pair| pair.before.is_some() || pair.after.is_some());
    pairs
}
