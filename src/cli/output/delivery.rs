//! A delivery and a request, for people.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::cli::exit;
use crate::cli::failure::{Failure, fix_text};
use crate::cli::output::{self, Out, Tone, Verbosity, pager};

use crate::cli::output::rows;

use crate::domain::delivery::diagnosis;
use crate::domain::delivery::probe::Verdict;
use crate::domain::delivery::{Attempt, Delivery, Outcome, Response};
use crate::domain::request::Request;
use crate::domain::text::{visible, visible_lines};
use crate::ops::{self, Problem};
use crate::present::clock::Clock;
use crate::present::summary::{Mark, summary};
use crate::present::{self, Row, timing};

/// Prints a delivery that ended, and returns its exit code. `signal` is the code of the signal that ended it, in an attempt or
/// between two; `remark` a sentence about that.
pub fn print(
    delivery: &Delivery,
    unrecorded: Option<&Problem>,
    signal: Option<u8>,
    remark: Option<&str>,
    clock: &Clock,
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
            output::print_stderr(&format!("error: {}{remark}", line(delivery, clock)));
        }
        return Ok(code);
    }
    for notice in notices(delivery) {
        out.say(&format!("note: {}", visible(&clock.in_sentence(&notice))));
    }
    if let Some(text) = remark {
        out.say(text);
    }
    pager::print(&text(delivery, clock, out), code)
}

/// The object that `test` and `history show` print.
pub fn json(delivery: &Delivery) -> Value {
    let notices: Vec<Value> = notices(delivery).into_iter().map(|text| json!({ "field": null, "text": text })).collect();
    json!({ "delivery": ops::delivery_json(delivery), "notices": notices })
}

/// Notices about a delivery that was successful.
pub fn notices(delivery: &Delivery) -> Vec<String> {
    delivery.last().map(diagnosis::notices).unwrap_or_default().iter().map(fix_text).collect()
}

/// The outcome, why and how to fix it, and the response; with -v, the timing and the request.
pub fn text(delivery: &Delivery, clock: &Clock, out: Out) -> String {
    let mut rows = present::delivery::rows(delivery, clock);
    rows.extend(present::delivery::since(delivery, clock));
    let Some(attempt) = delivery.last() else { return String::new() };
    head(delivery, out) + &rows::text(&rows, out) + &messages(attempt, clock, out)
}

/// One of the history: also when it was, and each of its attempts; of a probe each of its requests.
pub fn past(delivery: &Delivery, clock: &Clock, out: Out) -> String {
    let mut rows = present::delivery::times(delivery, clock);
    rows.extend(present::delivery::rows(delivery, clock));
    rows.extend(present::delivery::since(delivery, clock));
    let mut text = head(delivery, out) + &rows::text(&rows, out);
    if delivery.probe.is_none() {
        text.extend(delivery.last().map(|attempt| messages(attempt, clock, out)));
        return text;
    }
    let _ = write!(text, "\n{}", cases(delivery, out));
    for (case, attempt) in delivery.probed() {
        let Some(attempt) = attempt else { continue };
        let _ = write!(text, "\n{}  {}\n", out.paint(case.case.label(), Tone::Label), visible(&case.finding));
        text.push_str(&messages(attempt, clock, out));
    }
    text
}

/// `refused  401 Unauthorized  88 ms`; of a probe `probe  1/4  accepts unsigned requests`
fn head(delivery: &Delivery, out: Out) -> String {
    let Some(attempt) = delivery.last() else { return String::new() };
    if delivery.probe.is_some() {
        let summary = summary(delivery);
        let found = out.paint(&summary.why, Tone::Good(summary.mark == Mark::Good)).into_owned();
        return format!("{}  {}  {found}\n", summary.end, summary.took);
    }
    let outcome = attempt.outcome;
    let mut text = out.paint(outcome.name(), Tone::Ended(outcome)).into_owned();
    if let Some(end) = present::delivery::end(attempt) {
        let _ = write!(text, "  {}", visible(&end));
    }
    let _ = writeln!(text, "  {}", timing::duration(attempt.duration_ms));
    text
}

/// The answer; with -v, also the timing and the request.
fn messages(attempt: &Attempt, clock: &Clock, out: Out) -> String {
    let mut text = String::new();
    if out.verbosity == Verbosity::Verbose {
        text.push_str(&timing(attempt, clock, out));
        text.push_str(&section("Request", out));
        let head = (&*attempt.request.method, attempt.request.url.as_str());
        text.push_str(&message(head, attempt.request.headers.iter(), &attempt.request.body));
    }
    if let (Verbosity::Verbose, false) = (out.verbosity, attempt.request.is_whole()) {
        text.push_str("(the rest of the body was not stored)\n");
    }
    if let Some(response) = &attempt.response {
        text.push_str(&section("Response", out));
        text.push_str(&response_text(response));
    }
    text
}

/// The cases of a probe, one line each: what came of its request, and what that shows.
pub fn cases(delivery: &Delivery, out: Out) -> String {
    let ended = |attempt: Option<&Attempt>| attempt.map(ended).unwrap_or_default();
    let label = delivery.probed().map(|(case, _)| case.case.label().len()).max().unwrap_or(0);
    let end = delivery.probed().map(|(_, attempt)| ended(attempt).chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for (case, attempt) in delivery.probed() {
        let verdict = match case.verdict {
            Verdict::Good => out.paint(case.verdict.name(), Tone::Good(true)),
            Verdict::Bad => out.paint(case.verdict.name(), Tone::Good(false)),
            Verdict::Unclear => case.verdict.name().into(),
        };
        let _ = writeln!(text, "{:<label$}  {:<end$}  {verdict}", case.case.label(), ended(attempt));
    }
    text
}

/// `refused 401`, `failed: timed out`
fn ended(attempt: &Attempt) -> String {
    let outcome = attempt.outcome.name();
    match (attempt.status(), attempt.outcome) {
        (Some(status), _) => format!("{outcome} {status}"),
        (None, Outcome::Failed) => format!("{outcome}: {}", attempt.reason()),
        _ => outcome.to_owned(),
    }
}

/// An unsuccessful delivery in one line.
pub fn line(delivery: &Delivery, clock: &Clock) -> String {
    let Some(attempt) = delivery.last() else { return String::new() };
    let fix = present::delivery::fix(&attempt.diagnosis.fix, clock);
    visible(format!("{} {}", present::delivery::line(attempt, clock), fix_text(&fix)).trim_end()).into_owned()
}

/// A request as it goes over the wire, its secrets masked.
pub fn request_text(request: &Request) -> String {
    let (url, headers) = masked(request);
    message((Request::METHOD, &url), headers.iter().map(|(name, value)| (name.as_str(), value.as_str())), &request.body)
}

/// The same, for scripts.
pub fn request_json(request: &Request) -> Value {
    let (url, headers) = masked(request);
    json!({ "method": Request::METHOD, "url": url, "headers": headers, "body": json_body(&request.body) })
}

/// A body as a delivery shows it.
pub fn json_body(body: &[u8]) -> Value {
    match std::str::from_utf8(body) {
        Ok(text) => json!(text),
        Err(_) => json!({ "base64": STANDARD.encode(body) }),
    }
}

fn masked(request: &Request) -> (String, Vec<(String, String)>) {
    let headers = request.headers.iter().map(|header| (header.name.to_string(), header.value.masked())).collect();
    (request.url.masked(), headers)
}

fn message<'a>((method, url): (&str, &str), headers: impl Iterator<Item = (&'a str, &'a str)>, body: &[u8]) -> String {
    let mut text = format!("{} {}\n", visible(method), visible(url));
    for (name, value) in headers {
        let _ = writeln!(text, "{}: {}", visible(name), visible(value));
    }
    text.push('\n');
    text.push_str(&body_text(body));
    text
}

fn response_text(response: &Response) -> String {
    let mut text = String::new();
    for (name, value) in response.headers.iter() {
        let _ = writeln!(text, "{}: {}", visible(name), visible(value));
    }
    let body = response.decoded();
    if !body.bytes.is_empty() {
        text.push('\n');
        text.push_str(&body_text(&body.bytes));
    }
    if let Some(note) = &body.note {
        let _ = writeln!(text, "({note})");
    }
    if body.cut {
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

fn timing(attempt: &Attempt, clock: &Clock, out: Out) -> String {
    let phases = timing::phases(attempt);
    let mut rows: Vec<_> =
        phases.iter().map(|it| Row { label: it.phase.label(), value: present::Value::Text(timing::duration(it.ms)) }).collect();
    rows.extend(timing::connection(attempt, clock));
    if rows.is_empty() { String::new() } else { format!("{}{}", section("Timing", out), rows::text(&rows, out)) }
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
            request_json(&Request {
                url: Masked::plain("https://h/"),
                headers: Vec::new(),
                body: body.to_vec().into(),
                awaits_token: false,
            })["body"]
                .take()
        };
        assert_eq!(body(b"{\"a\":1}"), json!("{\"a\":1}"));
        assert_eq!(body(b"\xff\x00"), json!({ "base64": "/wA=" }));
    }
}
