//! Compares a failure with the last delivery that was delivered: settings, version, and what the attempts met.
//!
//! What one of the two does not know is no difference: over a kept connection there is no certificate to compare, and an
//! attempt that never connected met none.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use jiff::Timestamp;

use super::attempt::Attempt;
use super::event_delivery::Delivery;
use super::retry_after::http_date;
use super::sent_with::{SentWith, Setting};
use super::since::{Change, SinceLastDelivered};

/// How many seconds the clocks of the two machines have to move against each other to count.
const CLOCK_S: i64 = 60;

/// Compares a delivery that was not delivered with one that was. `with_certificate` is an earlier one that shows a certificate,
/// for where the last one does not.
#[must_use]
pub fn compare(failed: &Delivery, delivered: &Delivery, with_certificate: Option<&Delivery>) -> SinceLastDelivered {
    let mut changes = of_settings(&delivered.sent_with, &failed.sent_with);
    if let (Some(before), Some(after)) = (delivered.last(), failed.last()) {
        let earlier = with_certificate.and_then(Delivery::last).filter(|_| before.tls.is_none());
        of_attempts(before, earlier, after, &mut changes);
    }
    SinceLastDelivered { at: delivered.at(), changes }
}

fn of_settings(before: &SentWith, after: &SentWith) -> Vec<Change> {
    let mut changes = Vec::new();
    if !before.is_known() || !after.is_known() {
        return changes;
    }
    let gone = before.settings.iter().filter(|setting| after.setting(&setting.field).is_none());
    for setting in after.settings.iter().chain(gone) {
        let (old, new) = (before.setting(&setting.field), after.setting(&setting.field));
        if has_changed(old, new) {
            let value = |setting: Option<&Setting>| setting.and_then(|setting| setting.value.clone());
            let (before, after) = (value(old), value(new));
            // Of the same text only the credential in it differs.
            let (before, after) = if before == after { (None, None) } else { (before, after) };
            changes.push(Change { field: setting.field.clone(), before, after });
        }
    }
    push(&mut changes, "waypost", Some(&before.waypost), Some(&after.waypost));
    changes
}

/// Whether a setting differs. Without a mark it is not known whether a secret is the same; then it does not.
#[must_use]
pub fn has_changed(old: Option<&Setting>, new: Option<&Setting>) -> bool {
    match (old, new) {
        (Some(old), Some(new)) => {
            old.value != new.value || matches!((&old.mark, &new.mark), (Some(old), Some(new)) if old != new)
        }
        (None, None) => false,
        _ => true,
    }
}

fn of_attempts(before: &Attempt, earlier: Option<&Attempt>, after: &Attempt, changes: &mut Vec<Change>) {
    let known = |attempt: &&Attempt| !attempt.addresses.is_empty();
    if let (Some(before), Some(met)) = (Some(before).filter(known).or(earlier.filter(known)), Some(after).filter(known)) {
        let (old, new) = (addresses(before), addresses(met));
        // A name with several addresses may give another part of them each time.
        if old.is_disjoint(&new) {
            let text = |all: &BTreeSet<IpAddr>| all.iter().map(IpAddr::to_string).collect::<Vec<_>>().join(", ");
            push(changes, "address", Some(&text(&old)), Some(&text(&new)));
        }
    }
    // Of a connection that was kept nothing is known.
    let connected = |attempt: &Attempt| !attempt.tried.is_empty() || attempt.tls.is_some();
    let direct = "none".to_owned();
    let proxy = |attempt: &Attempt| attempt.proxy.as_ref().map_or_else(|| direct.clone(), |proxy| proxy.url.clone());
    if connected(before) && connected(after) {
        push(changes, "proxy", Some(&proxy(before)), Some(&proxy(after)));
    }
    let tls = before.tls.as_ref().or_else(|| earlier.and_then(|earlier| earlier.tls.as_ref()));
    if let (Some(old), Some(new)) = (tls, after.tls.as_ref()) {
        let end = |end: Option<Timestamp>| end.map(|end| end.to_string());
        push(changes, "tls_version", old.version.as_ref(), new.version.as_ref());
        push(changes, "certificate", old.sha256.as_ref(), new.sha256.as_ref());
        push(changes, "certificate_issuer", old.issuer.as_ref(), new.issuer.as_ref());
        push(changes, "certificate_end", end(old.not_after).as_ref(), end(new.not_after).as_ref());
    }
    push(changes, "ca_file", before.ca_sha256.as_ref(), after.ca_sha256.as_ref());
    if let (Some(old), Some(new)) = (skew(before), skew(after))
        && (old - new).abs() > CLOCK_S
    {
        let text = |seconds: i64| format!("{seconds} s");
        push(changes, "clock", Some(&text(old)), Some(&text(new)));
    }
}

fn push(changes: &mut Vec<Change>, field: &str, before: Option<&String>, after: Option<&String>) {
    if let (Some(before), Some(after)) = (before, after)
        && before != after
    {
        changes.push(Change { field: field.to_owned(), before: Some(before.clone()), after: Some(after.clone()) });
    }
}

fn addresses(attempt: &Attempt) -> BTreeSet<IpAddr> {
    attempt.addresses.iter().map(SocketAddr::ip).collect()
}

/// How many seconds this machine's clock is ahead of the endpoint's, by the `date` of its answer.
fn skew(attempt: &Attempt) -> Option<i64> {
    let took = Duration::try_from_secs_f64(attempt.duration_ms / 1000.0).ok()?;
    let ended = attempt.started_at.checked_add(took).ok()?;
    let theirs = http_date(attempt.response.as_ref()?.header("date")?, attempt.started_at)?;
    Some(ended.as_second() - theirs.as_second())
}
