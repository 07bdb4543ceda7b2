//! A delivery as JSON: what `test --json` prints and what the history stores.
//!
//! A body is a string if it is UTF-8, else `{"base64": "…"}`. Absent values are null. The cause of a failure is not stored; its
//! phase and its diagnosis are.

#[cfg(test)]
pub(crate) mod tests;
mod write;

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::domain::auth;
use crate::domain::delivery::Diagnosis;
use crate::domain::delivery::probe::{Case, Checked, Verdict};
use crate::domain::delivery::{
    Attempt, Change, ClientCertificate, Delivery, DialResult, Outcome, Phase, PresentedCa, Probe, ProxyUsed, Response,
    SentRequest, SentWith, Setting, SinceLastDelivered, Timings, TlsInfo, Tried,
};
use crate::domain::destination::DestinationId;
use crate::domain::field::CA_CERT;
use crate::domain::problem::{FieldChange, Fix, FixAction};

use write::AttemptRecord;
pub(crate) use write::Record;

#[must_use]
pub fn to_json(delivery: &Delivery) -> Value {
    // Plain data with strings as keys: this cannot fail.
    serde_json::to_value(Record::new(delivery)).unwrap_or_default()
}

/// An attempt of one.
#[must_use]
pub fn attempt_to_json(attempt: &Attempt) -> Value {
    serde_json::to_value(AttemptRecord::new(attempt)).unwrap_or_default()
}

/// Reads such an object; `None` if it is not one. Unknown fields are ignored.
#[must_use]
pub fn from_json(json: &Value) -> Option<Delivery> {
    let attempts = json.get("attempts")?.as_array()?.iter().map(attempt_from_json).collect::<Option<Vec<_>>>()?;
    if attempts.is_empty() {
        return None;
    }
    Some(Delivery {
        id: text(json, "id")?,
        destination_id: DestinationId::new(&text(json, "destination_id")?),
        settings_fingerprint: text(json, "settings_fingerprint")?.into(),
        event: text(json, "event")?,
        sent_with: Arc::new(json.get("sent_with").map(sent_with_from_json).unwrap_or_default()),
        attempts,
        probe: match json.get("probe") {
            None | Some(Value::Null) => None,
            Some(probe) => Some(probe_from_json(probe)?),
        },
        since_last_delivered: parsed(json, "last_delivered_at")
            .map(|at| SinceLastDelivered { at, changes: list(json, "since_last_delivered", difference_from_json) }),
    })
}

fn sent_with_from_json(json: &Value) -> SentWith {
    let setting =
        |json: &Value| Some(Setting { field: text(json, "field")?, value: text(json, "value"), mark: text(json, "mark") });
    SentWith { waypost: text(json, "waypost").unwrap_or_default(), settings: list(json, "settings", setting) }
}

fn difference_from_json(json: &Value) -> Option<Change> {
    Some(Change { field: text(json, "field")?, before: text(json, "before"), after: text(json, "after") })
}

fn probe_from_json(json: &Value) -> Option<Probe> {
    let case = |json: &Value| {
        Some(Checked {
            case: Case::from_name(json.get("case")?.as_str()?)?,
            verdict: Verdict::from_name(json.get("verdict")?.as_str()?)?,
            finding: text(json, "finding")?,
            fix: fix_from_json(json),
        })
    };
    let cases = json.get("cases")?.as_array()?.iter().map(case).collect::<Option<Vec<_>>>()?;
    Some(Probe { planned: usize::try_from(json.get("planned")?.as_u64()?).ok()?, cases })
}

/// The elements that can be read.
fn list<T>(json: &Value, name: &str, element: impl Fn(&Value) -> Option<T>) -> Vec<T> {
    json.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(element).collect()
}

/// No attempt takes longer: a timeout has at most two minutes.
const LONGEST_MS: f64 = 24.0 * 60.0 * 60.0 * 1000.0;

fn milliseconds(value: &Value) -> Option<f64> {
    value.as_f64().filter(|ms| (0.0..=LONGEST_MS).contains(ms))
}

fn attempt_from_json(json: &Value) -> Option<Attempt> {
    let request = json.get("request")?;
    let mut timings = Timings::default();
    for phase in Phase::ALL {
        if let Some(ms) = json.get("timings_ms").and_then(|timings| timings.get(phase.name())).and_then(milliseconds) {
            timings.set(phase, ms);
        }
    }
    Some(Attempt {
        started_at: parsed(json, "started_at")?,
        outcome: Outcome::from_name(json.get("outcome")?.as_str()?)?,
        phase: json
            .get("phase")
            .and_then(Value::as_str)
            .and_then(|name| Phase::ALL.into_iter().find(|phase| phase.name() == name)),
        duration_ms: json.get("duration_ms").and_then(milliseconds)?,
        timings,
        addresses: parsed(json, "addresses").unwrap_or_default(),
        connected: parsed(json, "connected"),
        tried: match json.get("tried").and_then(Value::as_array) {
            Some(tried) => tried.iter().map(tried_from_json).collect::<Option<_>>()?,
            None => Vec::new(),
        },
        proxy: json.get("proxy").and_then(proxy_from_json),
        tls: json.get("tls").and_then(tls_from_json),
        request: SentRequest {
            method: text(request, "method")?.into(),
            url: text(request, "url")?,
            headers: parsed(request, "headers")?,
            body: body_from_json(request.get("body")?)?,
        },
        response: match json.get("response") {
            None | Some(Value::Null) => None,
            Some(response) => Some(response_from_json(response)?),
        },
        ca_sha256: text(json, "ca_sha256"),
        cause: None,
        recorded_reason: Some(text(json, "reason").unwrap_or_default()),
        diagnosis: Diagnosis { why: text(json, "why").unwrap_or_default(), fix: fix_from_json(json) },
    })
}

fn tried_from_json(json: &Value) -> Option<Tried> {
    Some(Tried {
        address: parsed(json, "address")?,
        result: DialResult::from_name(json.get("result")?.as_str()?, text(json, "detail"))?,
        ms: json.get("ms").and_then(milliseconds)?,
    })
}

fn proxy_from_json(json: &Value) -> Option<ProxyUsed> {
    Some(ProxyUsed {
        url: text(json, "url")?,
        answer: json.get("answer").and_then(response_from_json),
        not_understood: parsed(json, "not_understood").unwrap_or_default(),
    })
}

fn fix_from_json(json: &Value) -> Fix {
    let fix = Fix::from(text(json, "fix").unwrap_or_default());
    let changes = json.get("fix_changes").and_then(Value::as_array);
    let changes: Vec<_> = changes.into_iter().flatten().filter_map(change_from_json).collect();
    // The field of a CA is changed by trusting what was presented, where that is on record.
    let presented = json.get("tls").and_then(|tls| tls.get("presented_ca")).is_some_and(Value::is_object);
    match json.get("fix_field").and_then(Value::as_str).and_then(auth::field) {
        Some(field) if field == CA_CERT && presented => fix.by(FixAction::TrustCa),
        Some(field) => fix.by(FixAction::EditDestination { field, changes }),
        None => fix,
    }
}

fn change_from_json(json: &Value) -> Option<FieldChange> {
    let field = json.get("field").and_then(Value::as_str).and_then(auth::field).filter(|field| !field.is_secret())?;
    Some(FieldChange::new(field, text(json, "before")?, text(json, "after")?))
}

fn response_from_json(json: &Value) -> Option<Response> {
    Some(Response {
        status: json.get("status")?.as_u64()?.try_into().ok().filter(|status| (100..=999).contains(status))?,
        reason: text(json, "reason").unwrap_or_default(),
        headers: parsed(json, "headers")?,
        body: body_from_json(json.get("body")?)?,
        truncated: json.get("truncated")?.as_bool()?,
        cut: text(json, "cut"),
    })
}

fn tls_from_json(json: &Value) -> Option<TlsInfo> {
    json.as_object()?;
    Some(TlsInfo {
        version: text(json, "version"),
        cipher: text(json, "cipher"),
        names: parsed(json, "names").unwrap_or_default(),
        issuer: text(json, "issuer"),
        sha256: text(json, "sha256"),
        not_before: parsed(json, "not_before"),
        not_after: parsed(json, "not_after"),
        end_noticed: json.get("end_noticed").and_then(Value::as_bool).unwrap_or(false),
        client: json.get("client").and_then(client_from_json),
        presented_ca: json.get("presented_ca").and_then(presented_from_json),
    })
}

fn presented_from_json(json: &Value) -> Option<PresentedCa> {
    Some(PresentedCa {
        subject: text(json, "subject")?,
        issuer: text(json, "issuer"),
        sha256: text(json, "sha256")?,
        not_before: parsed(json, "not_before"),
        not_after: parsed(json, "not_after"),
        pem: text(json, "pem")?,
    })
}

fn client_from_json(json: &Value) -> Option<ClientCertificate> {
    Some(ClientCertificate {
        subject: text(json, "subject")?,
        issuer: text(json, "issuer"),
        sha256: text(json, "sha256")?,
        not_before: parsed(json, "not_before"),
        not_after: parsed(json, "not_after"),
    })
}

fn body_from_json(json: &Value) -> Option<Vec<u8>> {
    match json {
        Value::String(text) => Some(text.clone().into_bytes()),
        _ => STANDARD.decode(json.get("base64")?.as_str()?).ok(),
    }
}

fn text(json: &Value, name: &str) -> Option<String> {
    json.get(name)?.as_str().map(str::to_owned)
}

fn parsed<T: serde::de::DeserializeOwned>(json: &Value, name: &str) -> Option<T> {
    T::deserialize(json.get(name)?).ok()
}
