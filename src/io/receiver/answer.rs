//! One request to the receiver: read within bounds, checked, answered in JSON, and reported.

use std::borrow::Cow;
use std::convert::Infallible;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use http::header::{ALLOW, CONNECTION, CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use serde_json::json;
use tokio::time::Instant;

use super::event::{ReceiverEvent, RejectedRequest, RequestBody, RequestEvent};
use super::shared::{PATH, Shared};
use super::token;
use crate::domain::delivery::ClientCertificate;
use crate::domain::destination::Settings;
use crate::domain::redact::Redactor;
use crate::domain::signature::verify::{Received, Verdict, check, shown_header, shown_target};
use crate::domain::text::{from_bytes, visible};

/// How many bytes beyond the limit are still read, and thrown away: a client that is writing when the connection closes sees
/// a reset, and not the answer that says why.
const THROWN_AWAY: usize = 16 * 1024 * 1024;

/// An answer before it is written.
struct Answer {
    status: StatusCode,
    body: serde_json::Value,
}

impl Answer {
    const fn new(status: StatusCode, body: serde_json::Value) -> Self {
        Self { status, body }
    }
}

/// Serves one request, whose body must be there `until` then.
pub(super) async fn answer(
    shared: Arc<Shared>,
    request: Request<Incoming>,
    client: Option<ClientCertificate>,
    until: Instant,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (settings, unknown) = match (shared.options.settings)() {
        Ok(settings) => (settings, None),
        Err(why) => (None, Some(why)),
    };
    let (head, body) = request.into_parts();
    let target = head.uri.path_and_query().map_or("/", |target| target.as_str());
    let headers: Vec<(String, String)> =
        head.headers.iter().map(|(name, value)| (name.as_str().to_owned(), from_bytes(value.as_bytes()))).collect();

    let read = tokio::time::timeout_at(until, read(body, shared.limits.body)).await;
    let at = (shared.options.clock)();
    let (body, fault) = match read {
        Ok(Ok(body)) => (body, None),
        Ok(Err(fault)) => (Bytes::new(), Some(fault)),
        Err(_) => {
            let why = format!("the body was not there {:?} after the connection began", shared.limits.reading());
            (Bytes::new(), Some((StatusCode::REQUEST_TIMEOUT, why)))
        }
    };
    let broken = fault.is_some();
    let elsewhere = shared.options.one_path && head.uri.path() != PATH;
    let checked = settings.is_some() || unknown.is_some();
    let client_of_token = token::client(settings.as_ref(), head.uri.path());
    let received = Received { method: head.method.as_str(), target, headers: &headers, body: &body };
    let (verdict, answer) = match (fault, unknown) {
        (Some((status, why)), _) => {
            let verdict = checked.then(|| Verdict::Rejected { why: why.clone() });
            (verdict, Answer::new(status, json!({"received": false, "reason": why})))
        }
        // Why is the owner's to know, not the client's.
        (None, Some(why)) => {
            let reason = "this receiver cannot read its registration";
            let answer = json!({"received": true, "accepted": false, "reason": reason});
            (Some(Verdict::Rejected { why }), Answer::new(StatusCode::SERVICE_UNAVAILABLE, answer))
        }
        (None, None) => match &client_of_token {
            Some(client) => {
                let (verdict, status, body) = token::answered(client, &received, at.as_second());
                (verdict, Answer::new(status, body))
            }
            None if elsewhere => nowhere(),
            None => judged(&shared, settings.as_ref(), &received, at.as_second()),
        },
    };
    let redactor = settings.as_ref().map(Redactor::new);
    let redacted = |text: &str| redactor.as_ref().map_or_else(|| text.to_owned(), |it| it.redact(text));
    let shown = |text: &str| visible(&redacted(text)).into_owned();
    let shown_name = |name: &str| {
        let masked = redactor.as_ref().map_or(Cow::Borrowed(name.as_bytes()), |it| it.redact_name(name.as_bytes(), false));
        visible(&String::from_utf8_lossy(&masked)).into_owned()
    };
    let seen = RequestEvent {
        at,
        method: shown(head.method.as_str()),
        target: shown(&shown_target(settings.as_ref(), target)),
        headers: headers
            .iter()
            .map(|(name, value)| (shown_name(name), redacted(&shown_header(settings.as_ref(), name, value))))
            .collect(),
        // A client's credentials may be in the body of a token request, right or wrong.
        body: (!broken && client_of_token.is_none()).then(|| RequestBody::of(&body, redactor.as_ref())),
        body_bytes: body.len(),
        webhook_id: received.header("webhook-id").map(shown),
        client,
        status: answer.status.as_u16(),
        rejected: match (&verdict, settings) {
            (Some(Verdict::Rejected { .. }), Some(settings)) if !broken && !elsewhere && client_of_token.is_none() => {
                RejectedRequest::keep(&shared.places, settings, at, &head.method, target, headers, &body)
            }
            _ => None,
        },
        verdict,
    };
    // ReceiverEvent before the delay: a client that gives up meanwhile was there all the same, and this task ends with its connection.
    let _ = shared.events.send(ReceiverEvent::Request(Box::new(seen))).await;
    // No time at all would still last until the clock's next millisecond.
    if !shared.options.delay.is_zero() {
        tokio::time::sleep(shared.options.delay).await;
    }
    Ok(written(&answer, head.method != Method::POST, broken))
}

/// The whole body, or the status and the words for why there is none.
async fn read(mut body: Incoming, limit: usize) -> Result<Bytes, (StatusCode, String)> {
    let mut kept = BytesMut::new();
    let mut total = 0_usize;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| (StatusCode::BAD_REQUEST, "the body was cut short".to_owned()))?;
        let Ok(data) = frame.into_data() else { continue };
        total = total.saturating_add(data.len());
        if total <= limit {
            kept.extend_from_slice(&data);
        } else if total > limit.saturating_add(THROWN_AWAY) {
            break;
        }
    }
    if total > limit {
        return Err((StatusCode::PAYLOAD_TOO_LARGE, format!("the body has more than {limit} bytes")));
    }
    Ok(kept.freeze())
}

fn nowhere() -> (Option<Verdict>, Answer) {
    let why = format!("there is nothing at that path; events go to {PATH}");
    let answer = Answer::new(StatusCode::NOT_FOUND, json!({"received": true, "accepted": false, "reason": why}));
    (Some(Verdict::Rejected { why }), answer)
}

fn judged(shared: &Shared, settings: Option<&Settings>, received: &Received<'_>, now: i64) -> (Option<Verdict>, Answer) {
    let verdict = settings.map(|settings| check(settings, received, now));
    if received.method != Method::POST.as_str() {
        let why = format!("the method is {}; deliveries are sent by POST", visible(received.method));
        let body = json!({"received": true, "accepted": false, "reason": why});
        return (verdict, Answer::new(StatusCode::METHOD_NOT_ALLOWED, body));
    }
    let answer = match &verdict {
        Some(Verdict::Rejected { why }) => {
            Answer::new(StatusCode::UNAUTHORIZED, json!({"received": true, "accepted": false, "reason": why}))
        }
        _ if fails(shared.options.fail_rate) => {
            let why = "this receiver simulates failures (--fail-rate)";
            Answer::new(StatusCode::SERVICE_UNAVAILABLE, json!({"received": true, "accepted": false, "reason": why}))
        }
        accepted => {
            let how = accepted.as_ref().map_or("nothing to check: no destination is registered", Verdict::reason);
            let status = shared.options.respond.and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or(StatusCode::OK);
            Answer::new(status, json!({"received": true, "auth": how}))
        }
    };
    (verdict, answer)
}

/// Whether this one is to fail. Where the system has no random number none does.
fn fails(rate: f64) -> bool {
    rate > 0.0 && getrandom::u32().is_ok_and(|drawn| f64::from(drawn) < rate * (f64::from(u32::MAX) + 1.0))
}

fn written(answer: &Answer, other_method: bool, broken: bool) -> Response<Full<Bytes>> {
    // Neither status may have a body (RFC 9110 §15.3.5, §15.4.5).
    let bodyless = matches!(answer.status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    let body = if bodyless { Bytes::new() } else { Bytes::from(format!("{}\n", answer.body)) };
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = answer.status;
    let headers = response.headers_mut();
    if !bodyless {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    if other_method {
        headers.insert(ALLOW, HeaderValue::from_static("POST"));
    }
    if broken {
        // What is left of the body would be read as the next request.
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}
