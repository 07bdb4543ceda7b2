//! A delivery as JSON: what `test --json` prints and what a line of the history holds.
//!
//! A body is a string where it is UTF-8, else `{"base64": "…"}`. What is absent is null. Beside the design's parts an attempt
//! has `addresses`, `connected` and `tls`, an answer `reason` and `cut`. The cause of a failure is not kept: its phase and its
//! diagnosis, in words, are.

mod written;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::domain::auth;
use crate::domain::delivery::Diagnosis;
use crate::domain::delivery::{Attempt, Delivery, Outcome, Phase, Response, SentRequest, Timings, TlsInfo};
use crate::domain::destination::DestinationId;
use crate::domain::problem::Fix;

pub use written::Record;

/// The delivery object.
#[must_use]
pub fn delivery_to_json(delivery: &Delivery) -> Value {
    // Plain data with text for keys: nothing in it can fail.
    serde_json::to_value(Record::of(delivery, None)).unwrap_or_default()
}

/// The delivery that such an object stands for; `None` where it does not stand for one. Fields that are not known are passed
/// over.
#[must_use]
pub fn delivery_from_json(json: &Value) -> Option<Delivery> {
    let attempts = json.get("attempts")?.as_array()?.iter().map(attempt_from_json).collect::<Option<Vec<_>>>()?;
    if attempts.is_empty() {
        return None;
    }
    Some(Delivery {
        id: text(json, "id")?,
        destination_id: DestinationId::new(&text(json, "destination_id")?),
        event: text(json, "event")?,
        attempts,
    })
}

/// A time: a number that can be one.
fn milliseconds(value: &Value) -> Option<f64> {
    value.as_f64().filter(|ms| ms.is_finite() && *ms >= 0.0)
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
        tls: json.get("tls").and_then(tls_from_json),
        request: SentRequest {
            method: text(request, "method")?,
            url: text(request, "url")?,
            headers: parsed(request, "headers")?,
            body: body_from_json(request.get("body")?)?,
        },
        response: match json.get("response") {
            None | Some(Value::Null) => None,
            Some(response) => Some(response_from_json(response)?),
        },
        cause: None,
        diagnosis: Diagnosis { why: text(json, "why").unwrap_or_default(), fix: fix_from_json(json) },
    })
}

fn fix_from_json(json: &Value) -> Fix {
    let fix = Fix::from(text(json, "fix").unwrap_or_default());
    match json.get("fix_field").and_then(Value::as_str).and_then(auth::field) {
        Some(field) => fix.by_editing(field),
        None => fix,
    }
}

fn response_from_json(json: &Value) -> Option<Response> {
    Some(Response {
        status: json.get("status")?.as_u64()?.try_into().ok()?,
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

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use serde_json::json;

    /// A delivery in which nothing is left out.
    pub(in crate::io) fn delivery(id: &str) -> Delivery {
        let mut timings = Timings::default();
        timings.set(Phase::Dns, 1.5);
        timings.set(Phase::Wait, 30.25);
        let request = SentRequest {
            method: "POST".into(),
            url: "https://hooks.example.com/in".into(),
            headers: vec![("content-type".into(), "application/json".into()), ("x".into(), "ä\u{202e}".into())],
            body: b"{\"topic\":\"ping\"}\n".to_vec(),
        };
        let refused = Attempt {
            started_at: "2026-11-23T09:12:00.25Z".parse().unwrap(),
            outcome: Outcome::Refused,
            phase: None,
            duration_ms: 41.125,
            timings,
            addresses: vec!["192.0.2.1:443".parse().unwrap(), "[2001:db8::1]:443".parse().unwrap()],
            connected: Some("192.0.2.1:443".parse().unwrap()),
            tls: Some(TlsInfo {
                version: Some("TLS 1.3".into()),
                cipher: Some("TLS_AES_128_GCM_SHA256".into()),
                names: vec!["hooks.example.com".into()],
                issuer: Some("Example CA".into()),
                not_after: Some("2027-01-01T00:00:00Z".parse().unwrap()),
            }),
            request,
            response: Some(Response {
                status: 401,
                reason: "Unauthorized".into(),
                headers: vec![("set-cookie".into(), "a".into()), ("set-cookie".into(), "b".into())],
                body: vec![0xff, 0, b'\n'],
                truncated: true,
                cut: Some("the connection was reset".into()),
            }),
            cause: None,
            diagnosis: Diagnosis { why: "It says so.".into(), fix: Fix::from("Look there.").by_editing(auth::bearer::TOKEN) },
        };
        let failed = Attempt {
            outcome: Outcome::Failed,
            phase: Some(Phase::Tls),
            timings: Timings::default(),
            addresses: Vec::new(),
            connected: None,
            tls: None,
            response: None,
            ..refused.clone()
        };
        Delivery {
            id: id.into(),
            destination_id: DestinationId::new("dst_1"),
            event: "ping".into(),
            attempts: vec![refused, failed],
        }
    }

    #[test]
    fn comes_back_as_it_was() {
        let before = delivery("msg_1");
        let json = delivery_to_json(&before);
        assert_eq!(delivery_from_json(&json).unwrap(), before);
        let text: Value = serde_json::from_str(&json.to_string()).unwrap();
        assert_eq!(delivery_from_json(&text).unwrap(), before);
    }

    #[test]
    fn has_the_parts_of_the_design() {
        let json = delivery_to_json(&delivery("msg_1"));
        let [refused, failed] = json["attempts"].as_array().unwrap().as_slice() else { panic!() };
        assert_eq!((&json["id"], &json["event"], &json["outcome"]), (&json!("msg_1"), &json!("ping"), &json!("failed")));
        assert_eq!(refused["started_at"], "2026-11-23T09:12:00.25Z");
        assert_eq!((&refused["status"], &refused["phase"]), (&json!(401), &Value::Null));
        assert_eq!(
            refused["timings_ms"],
            json!({ "dns": 1.5, "connect": null, "tls": null, "write": null, "wait": 30.25, "read": null })
        );
        assert_eq!((&refused["why"], &refused["fix"]), (&json!("It says so."), &json!("Look there.")));
        assert_eq!(refused["request"]["headers"][0], json!(["content-type", "application/json"]));
        assert_eq!(refused["request"]["body"], "{\"topic\":\"ping\"}\n");
        assert_eq!(refused["response"]["body"], json!({ "base64": "/wAK" }));
        assert_eq!((&failed["status"], &failed["response"]), (&Value::Null, &Value::Null));
        assert_eq!(failed["phase"], "tls");
    }

    #[test]
    fn what_is_not_a_delivery_is_none() {
        let good = delivery_to_json(&delivery("msg_1"));
        for (pointer, bad) in [
            ("/id", json!(1)),
            ("/attempts", json!([])),
            ("/attempts/0/outcome", json!("lost")),
            ("/attempts/0/started_at", json!("then")),
            ("/attempts/0/request/body", json!({ "base64": "!" })),
            ("/attempts/0/response/status", json!(70000)),
        ] {
            let mut json = good.clone();
            *json.pointer_mut(pointer).unwrap() = bad;
            assert_eq!(delivery_from_json(&json), None, "{pointer}");
        }
        assert_eq!(delivery_from_json(&json!("x")), None);
    }

    #[test]
    fn a_cut_body_is_told_by_its_length() {
        let mut request = delivery("msg_1").attempts.remove(0).request;
        assert!(request.is_whole());
        request.headers.push(("content-length".into(), request.body.len().to_string()));
        assert!(request.is_whole());
        request.body.pop();
        assert!(!request.is_whole());
    }
}
