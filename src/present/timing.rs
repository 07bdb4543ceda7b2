//! How long an attempt took, and what it connected to.

use jiff::Timestamp;

use super::Row;
use super::clock::Clock;
use crate::domain::delivery::{Attempt, DialResult, Phase, TlsInfo};
use crate::domain::text::listed;

const DAY_S: i64 = 24 * 60 * 60;

/// A phase that began.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PhaseTime {
    pub phase: Phase,
    /// Since the begin of the attempt.
    pub begin_ms: f64,
    pub ms: f64,
}

/// One after the other.
pub fn phases(attempt: &Attempt) -> Vec<PhaseTime> {
    let mut begin_ms = 0.0;
    let mut phases = Vec::new();
    for phase in Phase::ALL {
        if let Some(ms) = attempt.timings.get(phase) {
            phases.push(PhaseTime { phase, begin_ms, ms });
            begin_ms += ms;
        }
    }
    phases
}

/// The addresses, the proxy and the TLS session.
pub fn connection(attempt: &Attempt, clock: &Clock) -> Vec<Row> {
    let mut rows = Vec::new();
    if !attempt.addresses.is_empty() {
        let all: Vec<_> = attempt.addresses.iter().map(|address| address.ip().to_string()).collect();
        rows.push(Row::text("Addresses", all.join(", ")));
    }
    if let Some(proxy) = &attempt.proxy {
        rows.push(Row::text("Proxy", &proxy.url));
        if let Some(answer) = &proxy.answer {
            rows.push(Row::text("Proxy said", answer.status_line()));
        }
    }
    // A single one that connected is in the next row.
    if attempt.tried.len() > 1 || attempt.tried.iter().any(|it| it.result != DialResult::Connected) {
        let each = attempt.tried.iter().map(|it| format!("{} {}, {}", it.address, it.result.in_words(), duration(it.ms)));
        rows.extend(each.map(|text| Row::text("Tried", text)));
    }
    if let Some(address) = attempt.connected {
        rows.push(Row::text("Connected to", address.to_string()));
    }
    if let Some(tls) = &attempt.tls {
        rows.extend(tls_rows(tls, attempt.started_at, clock));
    }
    rows
}

fn tls_rows(tls: &TlsInfo, at: Timestamp, clock: &Clock) -> Vec<Row> {
    let mut rows = Vec::new();
    let version: Vec<_> = [&tls.version, &tls.cipher].into_iter().flatten().map(String::as_str).collect();
    if !version.is_empty() {
        rows.push(Row::text("TLS", version.join(", ")));
    }
    if !tls.names.is_empty() {
        rows.push(Row::text("Certificate", format!("for {}", listed(&tls.names, 300))));
    }
    if let Some(issuer) = &tls.issuer {
        rows.push(Row::text("Issued by", issuer));
    }
    if let Some(end) = tls.not_after {
        let days = (end.as_second() - at.as_second()).div_euclid(DAY_S);
        let unit = if days == 1 { "day" } else { "days" };
        rows.push(Row::text("Valid until", format!("{}, {days} {unit} from then", clock.minute(end))));
    }
    if let Some(client) = &tls.client {
        rows.push(Row::text("Client cert", &client.subject));
        rows.push(Row::text("SHA-256", &client.sha256));
    }
    rows
}

/// Milliseconds as a person reads them.
pub fn duration(ms: f64) -> String {
    if ms < 10.0 {
        format!("{ms:.1} ms")
    } else if ms < 1000.0 {
        format!("{ms:.0} ms")
    } else {
        format!("{:.1} s", ms / 1000.0)
    }
}
