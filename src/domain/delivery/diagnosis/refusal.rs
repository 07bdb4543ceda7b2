//! Whether the body of a 2xx reads like a refusal: some receivers answer 200 to everything. It stays delivered; there is a notice.

use serde_json::Value;

use super::phrases::{Said, Table};
use crate::domain::delivery::{Attempt, Outcome};
use crate::domain::problem::{Fix, FixAction};
use crate::domain::text::quoted;

/// A longer text is a page or a document; one of its phrases says little about the event.
const SHORT: usize = 500;

/// The most characters of a quotation.
const QUOTED: usize = 120;

static PHRASES: Table<()> = Table::new(&[(
    (),
    &[
        "hook rules were not satisfied", // adnanh/webhook
        "hook not found",
        "unauthorized",
        "unauthorised",
        "unauthenticated",
        "forbidden",
        "access denied",
        "permission denied",
        "not allowed",
        "not authorized",
        "not authenticated",
        "authentication failed",
        "authentication required",
        "invalid signature",
        "signature is invalid",
        "bad signature",
        "wrong signature",
        "signature mismatch",
        "signature does not match",
        "signature verification failed",
        "missing signature",
        "invalid token",
        "missing token",
        "token expired",
        "invalid api key",
        "invalid credentials",
        "bad credentials",
        "invalid payload",
        "invalid request",
        "bad request",
        "internal server error",
        "request rejected",
        "event rejected",
        "request refused",
        "no team", // Slack
        "channel not found",
        "please log in",
        "please sign in",
    ],
)]);

/// The notice, if it reads so.
pub(super) fn notice(attempt: &Attempt) -> Option<Fix> {
    let response = attempt.response.as_ref().filter(|_| attempt.outcome == Outcome::Delivered)?;
    let decoded = response.decoded();
    let text = String::from_utf8_lossy(&decoded.bytes);
    let text = text.trim();
    // An echo of the event is the user's own text.
    if text.is_empty() || text.as_bytes() == attempt.request.body.trim_ascii() {
        return None;
    }
    let words = match serde_json::from_str::<Value>(text) {
        Ok(json) if same_json(&json, &attempt.request.body) => None,
        Ok(Value::Object(object)) => object.iter().find_map(|(name, value)| member(name, value)),
        Ok(Value::String(_)) => said(attempt),
        Ok(Value::Bool(false)) => Some("false".to_owned()),
        Ok(_) => None,
        Err(_) if is_page(text) => is_login(text).then(|| "a page with a field for a password".to_owned()),
        Err(_) if text.len() <= SHORT => said(attempt),
        Err(_) => None,
    }?;
    let words = quoted(words.trim_end_matches('.'), QUOTED).into_owned();
    let text = format!("The endpoint answered {}, but its answer reads like a refusal: {words}.", response.status);
    Some(Fix::from(text).by(FixAction::ExpectText))
}

fn said(attempt: &Attempt) -> Option<String> {
    let response = attempt.response.as_ref()?;
    let ((), words) = Said::of_body(response, &attempt.request.body).find(&PHRASES)?;
    Some(format!("\"{}\"", words.trim_end_matches('.')))
}

fn same_json(json: &Value, sent: &[u8]) -> bool {
    serde_json::from_slice::<Value>(sent).is_ok_and(|sent| sent == *json)
}

/// A member of a JSON object that says that something went wrong.
fn member(name: &str, value: &Value) -> Option<String> {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    let refused = match plain.as_str() {
        "ok" | "success" | "succeeded" | "successful" | "accepted" | "valid" | "authorized" | "authenticated" | "verified" => {
            *value == Value::Bool(false) || value.as_str().is_some_and(|text| text.eq_ignore_ascii_case("false"))
        }
        "status" | "result" | "state" | "outcome" => is_bad_status(value),
        "statuscode" | "code" | "httpstatus" | "httpcode" | "httpstatuscode" => is_error_code(value),
        "error" | "errors" | "err" | "errormessage" | "errormsg" | "errorcode" | "errortype" | "exception" | "fault" => {
            is_error(value)
        }
        "failed" | "failure" | "rejected" | "denied" => *value == Value::Bool(true),
        _ => false,
    };
    refused.then(|| format!("{}: {value}", Value::from(name)))
}

fn is_bad_status(value: &Value) -> bool {
    const BAD: [&str; 15] = [
        "error",
        "err",
        "errored",
        "fail",
        "failed",
        "failure",
        "rejected",
        "refused",
        "denied",
        "unauthorized",
        "forbidden",
        "invalid",
        "ko",
        "nok",
        "not ok",
    ];
    value.as_str().is_some_and(|text| BAD.contains(&text.trim().to_ascii_lowercase().as_str())) || is_error_code(value)
}

/// A number, or a text that is one, of 400 to 599.
fn is_error_code(value: &Value) -> bool {
    let code = value.as_u64().or_else(|| value.as_str().and_then(|text| text.trim().parse().ok()));
    code.is_some_and(|code| (400..600).contains(&code))
}

fn is_error(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::Bool(true) => true,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => {
            let text = text.trim().to_ascii_lowercase();
            !["", "0", "none", "null", "no", "false", "ok", "no error", "no errors", "success"].contains(&text.as_str())
        }
        Value::Array(items) => items.iter().any(is_error),
        Value::Object(members) => members.values().any(is_error),
    }
}

fn is_page(text: &str) -> bool {
    text.starts_with('<')
}

fn is_login(page: &str) -> bool {
    let page = page.to_ascii_lowercase();
    ["type=\"password\"", "type='password'", "type=password"].iter().any(|field| page.contains(field))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::domain::delivery::{Diagnosis, Response, SentRequest, Timings};
    use crate::domain::header::HeaderList;

    fn of(body: &str, sent: &str) -> Option<String> {
        notice(&Attempt {
            started_at: Timestamp::UNIX_EPOCH,
            outcome: Outcome::Delivered,
            phase: None,
            duration_ms: 1.0,
            timings: Timings::default(),
            addresses: Vec::new(),
            connected: None,
            tried: Vec::new(),
            proxy: None,
            tls: None,
            request: SentRequest { method: "POST".into(), url: String::new(), headers: HeaderList::new(), body: sent.into() },
            response: Some(Response {
                status: 200,
                reason: "OK".into(),
                headers: HeaderList::new(),
                body: body.into(),
                truncated: false,
                cut: None,
            }),
            ca_sha256: None,
            cause: None,
            recorded_reason: None,
            diagnosis: Diagnosis::default(),
        })
        .map(|notice| notice.text)
    }

    #[test]
    fn c15_an_answer_that_reads_like_a_refusal_is_a_notice() {
        for body in [
            "Hook rules were not satisfied.",
            "{\"ok\":false}",
            "{\"ok\": false, \"error\": \"invalid_auth\"}",
            "{\"success\":false}",
            "{\"success\":\"false\"}",
            "{\"status\":\"error\"}",
            "{\"status\":\"Failed\",\"x\":1}",
            "{\"status\":401}",
            "{\"statusCode\":403,\"body\":\"\"}",
            "{\"error\":\"x\"}",
            "{\"errors\":[{\"message\":\"Cannot query field\"}],\"data\":null}",
            "{\"errorMessage\":\"2026 Task timed out\",\"errorType\":\"Error\"}",
            "{\"error\":{\"code\":7}}",
            "Unauthorized",
            "unauthorized\n",
            "\"Unauthorized\"",
            "invalid signature",
            "Error: invalid_token",
            "false",
            "<!doctype html><form><input name=p type=\"password\"></form>",
        ] {
            let said = of(body, "{\"a\":1}").unwrap_or_else(|| panic!("{body}"));
            assert!(said.starts_with("The endpoint answered 200, but its answer reads like a refusal: "), "{said}");
        }
        assert!(of("Hook rules were not satisfied.", "{}").unwrap().contains("refusal: \"Hook rules were not satisfied\"."));
    }

    #[test]
    fn c15_an_answer_that_does_not_is_none() {
        for body in [
            "",
            "ok",
            "OK\n",
            "accepted",
            "0 errors",
            "no error",
            "true",
            "[]",
            "{}",
            "null",
            "{\"ok\":true}",
            "{\"success\":true,\"error\":null}",
            "{\"error\":null}",
            "{\"error\":false}",
            "{\"error\":\"\"}",
            "{\"error\":0,\"status\":\"ok\"}",
            "{\"errors\":[]}",
            "{\"errors\":{},\"code\":200}",
            "{\"errors\":0}",
            "{\"error\":{\"code\":0,\"message\":\"\"}}",
            "{\"status\":\"success\"}",
            "{\"message\":\"signature ok, token accepted\"}",
            "signature ok",
            "<html><body>Thanks</body></html>",
            "No unauthorized access.",
        ] {
            assert_eq!(of(body, "{\"a\":1}"), None, "{body}");
        }
        assert_eq!(of("{\"status\": \"error\"}", "{\"status\":\"error\"}"), None);
        assert_eq!(of("got: invalid signature", "\"invalid signature\""), None);
    }
}
