//! A delivery and a request, for people.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::cli::exit;
use crate::cli::failure::{Failure, fix_text};
use crate::cli::output::{self, Out, Tone, Verbosity};

use crate::cli::output::destination::table;

use crate::domain::delivery::diagnosis;
use crate::domain::delivery::{Attempt, Delivery, Phase, Response, TlsInfo};
use crate::domain::request::Request;
use crate::domain::text::{visible, visible_lines};
use crate::ops::{self, Problem};

/// Prints a delivery that ended, and returns its exit code. `signal` is the code of the signal that ended it, in an attempt or
/// between two; `remark` a sentence about that.
pub fn print(
    delivery: &Delivery,
    unrecorded: Option<&Problem>,
    signal: Option<u8>,
    remark: Option<&str>,
    out: Out,
) -> Result<u8, Failure> {
    let code = signal.unwrap_or_else(|| exit::for_delivery(delivery, None));
    if let Some(problem) = unrecorded {
        output::print_problem("not recorded", problem);
    }
    if out.json {
        let mut json = json(delivery);
        if let (Some(text), Some(notices)) = (remark, json.get_mut("notices").and_then(Value::as_array_mut)) {
            notices.push(json!({ "field": null, "text": text }));
        }
        return output::print_json(json, code);
    }
    if out.verbosity == Verbosity::Quiet {
        if code != exit::DONE {
            let remark = remark.map(|text| format!(" {text}")).unwrap_or_default();
            output::print_stderr(&format!("error: {}{remark}", line(delivery)));
        }
        return Ok(code);
    }
    for notice in notices(delivery) {
        out.say(&format!("note: {}", visible(&notice)));
    }
    if let Some(text) = remark {
        out.say(text);
    }
    output::print(&text(delivery, out), code)
}

/// The object that `test` and `history show` print.
pub fn json(delivery: &Delivery) -> Value {
    let notices: Vec<Value> = notices(delivery).into_iter().map(|text| json!({ "field": null, "text": text })).collect();
    json!({ "delivery": ops::delivery_json(delivery), "notices": notices })
}

/// What is worth knowing about a delivery that was successful.
pub fn notices(delivery: &Delivery) -> Vec<String> {
    delivery.last().map(diagnosis::notices).unwrap_or_default()
}

/// The outcome, why and how to fix it, and the response; with -v, the timing and the request.
pub fn text(delivery: &Delivery, out: Out) -> String {
    let Some(attempt) = delivery.last() else { return String::new() };
    let outcome = attempt.outcome;
    let mut text = out.paint(outcome.name(), Tone::Ended(outcome)).into_owned();
    if let Some(end) = end_of(attempt) {
        let _ = write!(text, "  {end}");
    }
    let _ = writeln!(text, "  {:.0} ms", attempt.duration_ms);
    let mut rows = vec![("URL", attempt.request.url.clone()), ("Event", delivery.event.clone()), ("Id", delivery.id.clone())];
    let before = delivery.attempts.len() - 1;
    for (number, attempt) in (1..).zip(&delivery.attempts[..before]) {
        rows.push(("Before", format!("attempt {number}: {}", attempt_line(attempt))));
    }
    for (name, value) in [("Why", attempt.diagnosis.why.clone()), ("Fix", fix_text(&attempt.diagnosis.fix))] {
        if !value.is_empty() {
            rows.push((name, value));
        }
    }
    text.push_str(&table(&rows, out));
    if out.verbosity == Verbosity::Verbose {
        text.push_str(&timings(attempt, out));
        text.push_str(&section("Request", out));
        let head = (attempt.request.method.as_str(), attempt.request.url.as_str());
        let headers = attempt.request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        text.push_str(&message(head, headers, &attempt.request.body));
    }
    if let (Verbosity::Verbose, false) = (out.verbosity, attempt.request.is_whole()) {
        text.push_str("(the rest of the body was not kept)\n");
    }
    if let Some(response) = &attempt.response {
        text.push_str(&section("Answer", out));
        text.push_str(&answer(response));
    }
    text
}

/// What came of a delivery that did not arrive, in one line.
pub fn line(delivery: &Delivery) -> String {
    let Some(attempt) = delivery.last() else { return String::new() };
    visible(format!("{} {}", attempt_line(attempt), fix_text(&attempt.diagnosis.fix)).trim_end()).into_owned()
}

/// How an attempt ended, and why: `refused 401 Unauthorized. The endpoint …`
pub fn attempt_line(attempt: &Attempt) -> String {
    let end = end_of(attempt).map(|end| format!(" {end}")).unwrap_or_default();
    format!("{}{end}. {}", attempt.outcome.name(), attempt.diagnosis.why).trim_end().to_owned()
}

/// The status, or where it ended.
fn end_of(attempt: &Attempt) -> Option<String> {
    match (&attempt.response, attempt.phase) {
        (Some(response), _) => Some(visible(&response.status_line()).into_owned()),
        (None, Some(phase)) => Some(format!("at {}", phase.label())),
        (None, None) => None,
    }
}

/// A request as it goes over the wire, its secrets masked.
pub fn request_text(request: &Request) -> String {
    let (url, headers) = masked(request);
    message((Request::METHOD, &url), headers.iter().map(|(name, value)| (name.as_str(), value.as_str())), &request.body)
}

/// The same, for scripts.
pub fn request_json(request: &Request) -> Value {
    let (url, headers) = masked(request);
    // As in a delivery.
    let body = match std::str::from_utf8(&request.body) {
        Ok(text) => json!(text),
        Err(_) => json!({ "base64": STANDARD.encode(&request.body) }),
    };
    json!({ "method": Request::METHOD, "url": url, "headers": headers, "body": body })
}

fn masked(request: &Request) -> (String, Vec<(String, String)>) {
    let headers = request.headers.iter().map(|header| (header.name.to_string(), header.value.masked())).collect();
    (request.url.masked(), headers)
}

fn message<'a>((method, url): (&str, &str), headers: impl Iterator<Item = (&'a str, &'a str)>, body: &[u8]) -> String {
    let mut text = format!("{method} {}\n", visible(url));
    for (name, value) in headers {
        let _ = writeln!(text, "{}: {}", visible(name), visible(value));
    }
    text.push('\n');
    text.push_str(&body_text(body));
    text
}

fn answer(response: &Response) -> String {
    let mut text = String::new();
    for (name, value) in &response.headers {
        let _ = writeln!(text, "{}: {}", visible(name), visible(value));
    }
    if !response.body.is_empty() {
        text.push('\n');
        text.push_str(&body_text(&response.body));
    }
    if response.truncated {
        text.push_str("(truncated)\n");
    }
    if let Some(cut) = &response.cut {
        let _ = writeln!(text, "(ended early: {})", visible(cut));
    }
    text
}

fn body_text(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    // A carriage return before a line feed is a line's end, too.
    let text = text.replace("\r\n", "\n");
    let mut text = visible_lines(&text).into_owned();
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

fn timings(attempt: &Attempt, out: Out) -> String {
    let mut rows: Vec<_> = Phase::ALL
        .into_iter()
        .filter_map(|phase| attempt.timings.get(phase).map(|ms| (phase.label(), format!("{ms:.1} ms"))))
        .collect();
    if !attempt.addresses.is_empty() {
        let all: Vec<_> = attempt.addresses.iter().map(ToString::to_string).collect();
        rows.push(("addresses", all.join(", ")));
    }
    if let Some(address) = attempt.connected {
        rows.push(("address", address.to_string()));
    }
    if let Some(tls) = &attempt.tls {
        rows.extend(tls_rows(tls, attempt.started_at));
    }
    if rows.is_empty() { String::new() } else { format!("{}{}", section("Times", out), table(&rows, out)) }
}

fn tls_rows(tls: &TlsInfo, at: Timestamp) -> Vec<(&'static str, String)> {
    let mut rows = Vec::new();
    let version: Vec<_> = [&tls.version, &tls.cipher].into_iter().flatten().map(String::as_str).collect();
    if !version.is_empty() {
        rows.push(("version", version.join(", ")));
    }
    if !tls.names.is_empty() {
        rows.push(("certificate for", tls.names.join(", ")));
    }
    if let Some(issuer) = &tls.issuer {
        rows.push(("issued by", issuer.clone()));
    }
    if let Some(end) = tls.not_after {
        let days = (end.as_second() - at.as_second()).div_euclid(24 * 60 * 60);
        let unit = if days == 1 { "day" } else { "days" };
        rows.push(("ends", format!("{}, {days} {unit} from then", end.strftime("%Y-%m-%d %H:%M UTC"))));
    }
    rows
}

fn section(name: &str, out: Out) -> String {
    format!("\n{}\n", out.paint(name, Tone::Label))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::mask::Masked;

    #[test]
    fn a_body_that_is_no_text_is_shown_as_base64() {
        let body = |body: &[u8]| {
            request_json(&Request { url: Masked::plain("https://h/"), headers: Vec::new(), body: body.to_vec() })["body"].take()
        };
        assert_eq!(body(b"{\"a\":1}"), json!("{\"a\":1}"));
        assert_eq!(body(b"\xff\x00"), json!({ "base64": "/wA=" }));
    }
}
