//! `waypost verify`: was this request made with the registered auth, and if not, what is the mistake?

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::ValueHint;
use serde_json::{Value, json};

use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::input::{body, read};
use crate::cli::output::rows::table;
use crate::cli::output::{self, Out, Tone, Verbosity, pager};
use crate::domain::delivery::Outcome;
use crate::domain::secret::Secret;
use crate::domain::signature::explain::{CodeLine, Mistake};
use crate::domain::snippet::check::ReceiverCheck;
use crate::domain::text::visible;
use crate::ops::Waypost;
use crate::ops::verify::{self, ReceivedRequest, Verified};

/// The most bytes of a file with headers or a target: servers accept a fraction of it.
const MAX_HEAD: usize = 1024 * 1024;

/// Said of a stale timestamp where --at was not given.
const BY_NOW: &str = " It was checked against the current time; use --at to give the time at which it arrived.";

/// Begins a value that names a file, for what may be a secret.
const AT_FILE: char = '@';

const DETAILS: &str = "A password, token or API key must not be given as an argument, where every user of the machine can read it: \
put the header into a file and pass it with --header @FILE. Signatures are not secret. Exits with 0 if the request is valid, with 3 \
if it is not.";

const EXAMPLES: &str = "Examples:
  waypost verify --body body.json --header @headers.txt
  waypost verify --body body.json --header 'X-Signature: 5257a8…'";

#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES, after_help = DETAILS)]
pub struct Args {
    /// A file with the body, byte for byte as received; - for standard input
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    body: PathBuf,

    /// A header of the request, as 'Name: value', or @FILE for a file with one per line; can be repeated
    #[arg(long = "header", value_name = "HEADER", allow_hyphen_values = true)]
    headers: Vec<String>,

    /// The time to check the timestamp against, in Unix seconds [default: now]
    #[arg(long, value_name = "SECONDS", allow_hyphen_values = true)]
    at: Option<String>,

    /// The method of the request
    #[arg(long, default_value = "POST")]
    method: String,

    /// The path and query of the request, or @FILE for a file with them; the registered path by default; required for an API key in the query
    #[arg(long, value_name = "PATH")]
    target: Option<String>,

    /// Print the expected signature, too: anyone who has it can send this body in your name
    #[arg(long)]
    reveal: bool,
}

pub fn run(waypost: &Waypost, args: &Args, out: Out) -> Result<u8, Failure> {
    let at = args.at.as_deref().map(at).transpose()?;
    let headers = headers(&args.headers)?;
    let target = target(args.target.as_deref())?;
    let body = body::read(&args.body)?;
    let destination = waypost.destination()?;
    if target.is_none()
        && let ReceiverCheck::Query(_) = destination.auth().receiver_check()
    {
        return Err(Failure::usage(
            "--target is required: the registered API key is in the query.",
            "Put the path and query of the request into a file, and pass it with --target @FILE.",
        ));
    }
    let request = ReceivedRequest { method: &args.method, target: target.as_deref(), headers: &headers, body: &body, at };
    let mut verified = verify::verify(destination.settings(), &request, args.reveal);
    if args.at.is_none() && verified.explanation.mistakes.iter().any(|mistake| matches!(mistake, Mistake::Stale(_))) {
        verified.explanation.fix.push_str(BY_NOW);
    }
    if args.headers.iter().chain(&args.target).any(|text| verified.reveals_the_secret(text)) {
        out.say(
            "note: the arguments contain the secret, and every user of this machine can read them. Put it into a file, and pass \
             it with @FILE.",
        );
    }
    if args.reveal && verified.expected.is_none() {
        out.say(
            "note: there is no signature to show: the registered auth has none, or the id or timestamp that it signs is missing.",
        );
    }
    let code = if verified.explanation.valid { exit::DONE } else { exit::REFUSED };
    if out.json {
        return output::print_json(in_json(&verified, args.reveal), code);
    }
    if out.verbosity == Verbosity::Quiet {
        if !verified.explanation.valid {
            output::print_stderr(&format!("error: not valid: {}", visible(&verified.explanation.reason)));
        }
        let expected = verified.expected.as_ref().map(|expected| format!("{}\n", expected.expose()));
        return expected.map_or(Ok(code), |expected| output::print(&expected, code));
    }
    pager::print(&in_words(&verified, out), code)
}

fn in_json(verified: &Verified, reveal: bool) -> Value {
    let found = &verified.explanation;
    let line = |line: &CodeLine| json!({ "framework": line.framework, "code": line.code });
    let mut json = json!({
        "valid": found.valid,
        "reason": found.reason,
        "fix": (!found.fix.is_empty()).then_some(&found.fix),
        "mistakes": found.mistakes.iter().map(Mistake::name).collect::<Vec<_>>(),
        "code": found.code.iter().map(line).collect::<Vec<_>>(),
    });
    if reveal {
        json["expected"] = verified.expected.as_ref().map(Secret::expose).into();
    }
    json
}

fn in_words(verified: &Verified, out: Out) -> String {
    let found = &verified.explanation;
    let (word, tone) = if found.valid { ("valid", Outcome::Delivered) } else { ("not valid", Outcome::Refused) };
    let mut text = format!("{}  {}\n", out.paint(word, Tone::Ended(tone)), visible(&found.reason));
    let mut rows = Vec::new();
    if !found.fix.is_empty() {
        rows.push(("Fix", found.fix.clone()));
    }
    if let Some(expected) = &verified.expected {
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

fn at(text: &str) -> Result<i64, Failure> {
    text.parse().map_err(|_| {
        Failure::usage(
            format!("--at: \"{}\" is not a whole number of seconds.", visible(text)),
            "Use Unix seconds, as printed by date +%s.",
        )
    })
}

fn headers(given: &[String]) -> Result<Vec<(String, String)>, Failure> {
    let mut all = Vec::new();
    for (index, text) in given.iter().enumerate() {
        // The name of a header cannot begin with it (RFC 9110 §5.6.2).
        let found = match text.strip_prefix(AT_FILE) {
            Some(path) => verify::header_lines(&head_file(Path::new(path), "--header")?)
                .map_err(|wrong| format!("{}: {wrong}.", visible(path))),
            None if text.trim().is_empty() || text.contains('\n') => Err("is not a header.".to_owned()),
            None => verify::header_lines(text).map_err(|wrong| format!("{}.", wrong.why)),
        };
        // The text is not repeated: it may be a secret.
        all.extend(found.map_err(|why| {
            Failure::usage(
                format!("--header: the {} {why}", nth(index + 1)),
                "Use 'Name: value', or @FILE for a file with one per line.",
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
        "--target: this is not a path and query of a request.",
        "Start with the / after the host, or use @FILE to read it from a file.",
    ))
}

/// A small file as text: what is not UTF-8 is not a header.
fn head_file(path: &Path, flag: &str) -> Result<String, Failure> {
    let shown = visible(&path.to_string_lossy()).into_owned();
    let fix = "Name a readable file after the @.";
    let bytes = read::file(path, MAX_HEAD).map_err(|error| Failure::usage(format!("{flag}: {}.", error.reason(&shown)), fix))?;
    String::from_utf8(bytes).map_err(|_| Failure::usage(format!("{flag}: {shown} is not UTF-8 text."), fix))
}
