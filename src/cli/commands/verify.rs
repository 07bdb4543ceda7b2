//! `verify`: was this request made with the registered auth, and if not, which mistake is it?

use crate::domain::field;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::cli::args;
use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::output::destination::table;
use crate::cli::output::{self, Measure, Out, Tone};
use crate::domain::auth::{ApiKeyPlace, Auth};
use crate::domain::delivery::Outcome;
use crate::domain::field::FieldError;
use crate::domain::secret::Secret;
use crate::domain::signature::explain::{CodeLine, Mistake};
use crate::domain::signature::verify::Received;
use crate::domain::text::visible;
use crate::ops::judge::MAX_BODY;
use crate::ops::{self, Judged, Waypost};

/// The most bytes that a file of headers, or with a target, may have: what servers take is a fraction of it.
const MAX_HEAD: usize = 1024 * 1024;

/// What a verdict on a request's age is worth when nobody said when it came.
const BY_NOW: &str = " It was judged by the clock of now; give --at with the time at which it came.";

/// A file in the place of a text that may be a secret.
const AT_FILE: char = '@';

/// Judges a request.
///
/// # Errors
/// An input is not valid, nothing is registered, or its secret cannot be opened. That the request is not valid is no error, but
/// told by the code.
pub fn verify(waypost: &Waypost, args: &args::Verify, out: Out) -> Result<u8, Failure> {
    let now = at(args.at.as_deref())?;
    let headers = headers(&args.headers)?;
    let given_target = target(args.target.as_deref())?;
    let body = body(&args.body)?;
    if given_target.is_none()
        && let Auth::ApiKey { place: ApiKeyPlace::Query(_), .. } = waypost.destination()?.auth()
    {
        return Err(Failure::usage(
            "--target is missing: the registered API key stands in the query.",
            "Give the path and query that the request came to, in a file, by --target @FILE.",
        ));
    }
    let target = given_target.as_deref().unwrap_or("/");
    let received = Received { method: &args.method, target, headers: &headers, body: &body };
    let mut judged = waypost.verify(&received, now, args.reveal)?;
    if args.at.is_none() && judged.explanation.mistakes.iter().any(|mistake| matches!(mistake, Mistake::Stale(_))) {
        judged.explanation.fix.push_str(BY_NOW);
    }
    if args.headers.iter().chain(&args.target).any(|text| judged.tells_the_secret(text)) {
        out.say(
            "note: the secret stands among the arguments, where every user of this machine can read it. Put it into a file, \
             and name that by @FILE.",
        );
    }
    if args.reveal && judged.expected.is_none() {
        out.say(
            "note: no signature can be shown: the registered auth has none, or the id or timestamp that it signs is missing.",
        );
    }
    let code = if judged.explanation.valid { exit::DONE } else { exit::REFUSED };
    if out.json {
        return output::print_json(&in_json(&judged, args.reveal), code);
    }
    if out.measure == Measure::Quiet {
        if !judged.explanation.valid {
            output::complain(&format!("error: not valid: {}", visible(&judged.explanation.reason)));
        }
        let expected = judged.expected.as_ref().map(|expected| format!("{}\n", expected.expose()));
        return expected.map_or(Ok(code), |expected| output::print(&expected, code));
    }
    output::print(&in_words(&judged, out), code)
}

fn in_json(judged: &Judged, reveal: bool) -> Value {
    let found = &judged.explanation;
    let line = |line: &CodeLine| json!({ "framework": line.framework, "code": line.code });
    let mut json = json!({
        "schema_version": crate::cli::SCHEMA_VERSION,
        "valid": found.valid,
        "reason": found.reason,
        "fix": (!found.fix.is_empty()).then_some(&found.fix),
        "mistakes": found.mistakes.iter().map(Mistake::name).collect::<Vec<_>>(),
        "code": found.code.iter().map(line).collect::<Vec<_>>(),
    });
    if reveal {
        json["expected"] = judged.expected.as_ref().map(Secret::expose).into();
    }
    json
}

fn in_words(judged: &Judged, out: Out) -> String {
    let found = &judged.explanation;
    let (word, tone) = if found.valid { ("valid", Outcome::Delivered) } else { ("not valid", Outcome::Refused) };
    let mut text = format!("{}  {}\n", out.paint(word, Tone::Ended(tone)), visible(&found.reason));
    let mut rows = Vec::new();
    if !found.fix.is_empty() {
        rows.push(("Fix", found.fix.clone()));
    }
    if let Some(expected) = &judged.expected {
        rows.push(("Expected", expected.expose().to_owned()));
    }
    text.push_str(&table(&rows, out));
    if !found.code.is_empty() {
        let _ = writeln!(text, "\n{}", out.paint("In code", Tone::Label));
        let rows: Vec<_> = found.code.iter().map(|line| (line.framework, line.code.clone())).collect();
        text.push_str(&table(&rows, out));
    }
    text
}

fn at(text: Option<&str>) -> Result<i64, Failure> {
    let Some(text) = text else { return Ok(Timestamp::now().as_second()) };
    text.parse().map_err(|_| {
        Failure::usage(
            format!("--at: \"{}\" is not a whole number of seconds.", visible(text)),
            "Give Unix seconds, as date +%s prints them.",
        )
    })
}

fn headers(given: &[String]) -> Result<Vec<(String, String)>, Failure> {
    let mut all = Vec::new();
    for (index, text) in given.iter().enumerate() {
        // No header's name begins with it (RFC 9110 §5.6.2).
        let found = match text.strip_prefix(AT_FILE) {
            Some(path) => ops::header_lines(&head_file(Path::new(path), "--header")?)
                .map_err(|wrong| format!("{}: {wrong}.", visible(path))),
            None if text.trim().is_empty() || text.contains('\n') => Err("is not one header.".to_owned()),
            None => ops::header_lines(text).map_err(|wrong| format!("{}.", wrong.why)),
        };
        // The text is not repeated: it may be a secret.
        all.extend(found.map_err(|why| {
            Failure::usage(
                format!("--header: the {} {why}", nth(index + 1)),
                "Give each as 'Name: value', or @FILE for a file of them.",
            )
        })?);
    }
    Ok(all)
}

fn nth(number: usize) -> String {
    match number {
        1 => "first".to_owned(),
        2 => "second".to_owned(),
        3 => "third".to_owned(),
        other => format!("{other}th"),
    }
}

fn target(given: Option<&str>) -> Result<Option<String>, Failure> {
    let Some(given) = given else { return Ok(None) };
    let target = match given.strip_prefix(AT_FILE) {
        Some(path) => head_file(Path::new(path), "--target")?.trim_end_matches(['\r', '\n']).to_owned(),
        None => given.to_owned(),
    };
    if target.starts_with('/') && !target.contains(char::is_whitespace) {
        return Ok(Some(target));
    }
    Err(Failure::usage(
        "--target: is not a path and query as they stand in a request.",
        "Give it from the / behind the host on, or @FILE for a file with it.",
    ))
}

/// A small file, as text: what is not UTF-8 is no header's either.
fn head_file(path: &Path, flag: &str) -> Result<String, Failure> {
    let shown = visible(&path.to_string_lossy()).into_owned();
    let fix = "Name a file that you can read, behind the @.";
    let unread = |error: io::Error| {
        Failure::usage(format!("{flag}: {shown} cannot be read. The system says: {}.", ops::reason(&error)), fix)
    };
    let bytes = bounded(File::open(path).map_err(unread)?, MAX_HEAD).map_err(unread)?;
    let bytes = bytes.ok_or_else(|| Failure::usage(format!("{flag}: {shown} has more than {MAX_HEAD} bytes."), fix))?;
    String::from_utf8(bytes).map_err(|_| Failure::usage(format!("{flag}: {shown} is not UTF-8 text."), fix))
}

fn body(path: &Path) -> Result<Vec<u8>, Failure> {
    let shown = visible(&path.to_string_lossy()).into_owned();
    let wrong = |what: String, why: String, fix: &str| Failure::fields(vec![FieldError::new(field::BODY, what, why, fix)]);
    let unread = |name: &str, error: &io::Error| {
        let why = format!("The system says: {}.", ops::reason(error));
        wrong(format!("{name} cannot be read"), why, "Name a file with the body, or - for standard input.")
    };
    let (name, read) = if path.as_os_str() == "-" {
        ("standard input", bounded(io::stdin().lock(), MAX_BODY))
    } else {
        (shown.as_str(), File::open(path).and_then(|file| bounded(file, MAX_BODY)))
    };
    read.map_err(|error| unread(name, &error))?.ok_or_else(|| {
        wrong(format!("{name} has more than {MAX_BODY} bytes"), "No event is that large.".into(), "Give the body of one request.")
    })
}

/// All of it, or `None` when that is more than `most` bytes.
fn bounded(source: impl Read, most: usize) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    source.take(most as u64 + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() <= most).then_some(bytes))
}
