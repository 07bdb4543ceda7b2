use super::*;
use crate::domain::delivery::probe;
use crate::domain::header::HeaderList;
use serde_json::json;

fn sent_with() -> SentWith {
    SentWith {
        waypost: "0.1.0".into(),
        settings: vec![
            Setting { field: "format".into(), value: Some("hex".into()), mark: None },
            Setting { field: "signing_secret".into(), value: None, mark: Some("0a1b2c3d4e5f6071".into()) },
        ],
    }
}

fn since_last_delivered() -> SinceLastDelivered {
    SinceLastDelivered {
        at: "2026-11-23T08:00:00Z".parse().unwrap(),
        changes: vec![Change { field: "format".into(), before: Some("hex".into()), after: None }],
    }
}

/// A delivery in which nothing is left out.
pub(crate) fn delivery(id: &str) -> Delivery {
    let mut timings = Timings::default();
    timings.set(Phase::Dns, 1.5);
    timings.set(Phase::Wait, 30.25);
    let request = SentRequest {
        method: "POST".into(),
        url: "https://hooks.example.com/in".into(),
        headers: [("content-type", "application/json"), ("x", "ä\u{202e}")].into(),
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
        tried: vec![
            Tried {
                address: "[2001:db8::1]:443".parse().unwrap(),
                result: DialResult::Failed("No route to host".into()),
                ms: 0.5,
            },
            Tried { address: "192.0.2.1:443".parse().unwrap(), result: DialResult::Connected, ms: 250.0 },
        ],
        proxy: Some(ProxyUsed {
            url: "http://proxy:3128".into(),
            answer: Some(Response {
                status: 403,
                reason: "Forbidden".into(),
                headers: HeaderList::new(),
                body: b"policy".to_vec(),
                truncated: false,
                cut: None,
            }),
            not_understood: vec!["a*b".into()],
        }),
        tls: Some(TlsInfo {
            version: Some("TLS 1.3".into()),
            cipher: Some("TLS_AES_128_GCM_SHA256".into()),
            names: vec!["hooks.example.com".into()],
            issuer: Some("Example CA".into()),
            sha256: Some("cd".repeat(32)),
            not_before: Some("2026-01-01T00:00:00Z".parse().unwrap()),
            end_noticed: true,
            not_after: Some("2027-01-01T00:00:00Z".parse().unwrap()),
            client: Some(ClientCertificate {
                subject: "CN=our client".into(),
                issuer: Some("CN=their CA".into()),
                sha256: "ab".repeat(32),
                not_before: Some("2026-01-01T00:00:00Z".parse().unwrap()),
                not_after: Some("2027-01-01T00:00:00Z".parse().unwrap()),
            }),
            presented_ca: Some(PresentedCa {
                subject: "CN=their CA".into(),
                issuer: None,
                sha256: "cd".repeat(32),
                not_before: Some("2026-01-01T00:00:00Z".parse().unwrap()),
                not_after: None,
                pem: "-----BEGIN CERTIFICATE-----\n".into(),
            }),
        }),
        request,
        response: Some(Response {
            status: 401,
            reason: "Unauthorized".into(),
            headers: [("set-cookie", "a"), ("set-cookie", "b")].into(),
            body: vec![0xff, 0, b'\n'],
            truncated: true,
            cut: Some("the connection was reset".into()),
        }),
        ca_sha256: Some("ef".repeat(32)),
        cause: None,
        recorded_reason: Some("auth refused".into()),
        diagnosis: Diagnosis { why: "It says so.".into(), fix: Fix::from("Look there.").by_editing(auth::bearer::TOKEN) },
    };
    let failed = Attempt {
        outcome: Outcome::Failed,
        phase: Some(Phase::Tls),
        timings: Timings::default(),
        addresses: Vec::new(),
        connected: None,
        tried: Vec::new(),
        proxy: None,
        tls: None,
        ca_sha256: None,
        response: None,
        recorded_reason: Some("TLS failed".into()),
        ..refused.clone()
    };
    Delivery {
        id: id.into(),
        destination_id: DestinationId::new("dst_1"),
        settings_fingerprint: "0123456789abcdef".into(),
        sent_with: Arc::new(sent_with()),
        event: "ping".into(),
        attempts: vec![refused, failed],
        probe: None,
        since_last_delivered: Some(since_last_delivered()),
    }
}

/// A probe of an endpoint that accepts unsigned requests.
pub(crate) fn probe(id: &str) -> Delivery {
    let case = |case, verdict, finding: &str| Checked { case, verdict, finding: finding.into(), fix: Fix::default() };
    let cases = vec![
        case(Case::Unsigned, Verdict::Bad, "Your endpoint accepts unsigned requests: anyone can send it events."),
        case(Case::Valid, Verdict::Good, "Your endpoint accepts valid requests."),
    ];
    let event = probe::EVENT.into();
    Delivery { event, probe: Some(Probe { cases, planned: 2 }), since_last_delivered: None, ..delivery(id) }
}

#[test]
fn a_probe_survives_a_round_trip() {
    let before = probe("prb_1");
    let json = to_json(&before);
    assert_eq!(from_json(&json).unwrap(), before);
    assert_eq!((&json["outcome"], &json["probe"]["verdict"]), (&Value::Null, &json!("bad")));
    assert_eq!((&json["probe"]["good"], &json["probe"]["planned"]), (&json!(1), &json!(2)));
    assert_eq!(before.verdict_in_words().unwrap(), "accepts unsigned requests");
}

#[test]
fn a_delivery_survives_a_round_trip() {
    let before = delivery("msg_1");
    let json = to_json(&before);
    assert_eq!(from_json(&json).unwrap(), before);
    let text: Value = serde_json::from_str(&json.to_string()).unwrap();
    assert_eq!(from_json(&text).unwrap(), before);
}

#[test]
fn each_part_has_its_name() {
    let json = to_json(&delivery("msg_1"));
    let [refused, failed] = json["attempts"].as_array().unwrap().as_slice() else { panic!() };
    assert_eq!((&json["id"], &json["event"], &json["outcome"]), (&json!("msg_1"), &json!("ping"), &json!("failed")));
    assert_eq!(refused["started_at"], "2026-11-23T09:12:00.25Z");
    assert_eq!((&refused["status"], &refused["phase"]), (&json!(401), &Value::Null));
    assert_eq!(
        refused["timings_ms"],
        json!({ "token": null, "dns": 1.5, "connect": null, "tls": null, "write": null, "wait": 30.25, "read": null })
    );
    assert_eq!((&refused["why"], &refused["fix"]), (&json!("It says so."), &json!("Look there.")));
    assert_eq!(refused["request"]["headers"][0], json!(["content-type", "application/json"]));
    assert_eq!(refused["request"]["body"], "{\"topic\":\"ping\"}\n");
    assert_eq!(refused["response"]["body"], json!({ "base64": "/wAK" }));
    assert_eq!((&failed["status"], &failed["response"]), (&Value::Null, &Value::Null));
    assert_eq!(failed["phase"], "tls");
}

#[test]
fn other_json_is_not_a_delivery() {
    let good = to_json(&delivery("msg_1"));
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
        assert_eq!(from_json(&json), None, "{pointer}");
    }
    assert_eq!(from_json(&json!("x")), None);
}

#[test]
fn a_shortened_body_is_recognised_by_its_length() {
    let mut request = delivery("msg_1").attempts.remove(0).request;
    assert!(request.is_whole());
    request.headers.push("content-length", &request.body.len().to_string());
    assert!(request.is_whole());
    request.body.pop();
    assert!(!request.is_whole());
}
