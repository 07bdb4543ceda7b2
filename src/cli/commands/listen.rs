//! `waypost listen`: a receiver that checks each request against the registered auth, and prints a line for it.
//!
//! ```text
//! receiver (tokio) → ReceiverEvent → a thread that explains and prints → stdout
//! ```
//! The thread may wait for a slow reader, or be busy with hashes; the runtime receives signals all the same.

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::ValueHint;
use rustix::event::{PollFd, PollFlags, poll};
use serde_json::{Value, json};
use tokio::sync::mpsc::{Receiver, channel};
use tokio::sync::oneshot;

use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::input::new_file::new_file;
use crate::cli::output::delivery::json_body;
use crate::cli::output::{self, Out, Tone, Verbosity, json};
use crate::cli::runtime;
use crate::cli::signals::Signals;
use crate::domain::delivery::{BODY_KEPT, Outcome};
use crate::domain::shell::quoted;
use crate::domain::signature::explain::{Explanation, Mistake};
use crate::domain::signature::verify::Verdict;
use crate::domain::text::{ellipsis, from_bytes, visible, visible_lines};
use crate::ops::{self, Explainer, Listen, Listener, NoRequest, ReceiverEvent, RequestEvent, Waypost};

/// The longest delay, in seconds.
const MAX_DELAY_S: f64 = 600.0;

/// When this many lines wait to be printed, requests have to wait.
const WAITING: usize = 64;

/// How long printing the waiting lines may take after a signal.
const DRAIN: Duration = Duration::from_secs(1);

/// The most characters of a target or an id in a line for people.
const TARGET: usize = 200;

/// Before each line of a request.
const INDENT: &str = "    ";

const DETAILS: &str = "Serves HTTPS with a generated certificate; the key of its CA is discarded. Bodies may be up to 1 MiB. \
At most 64 connections are open at a time, each for up to 30 s and the delay. The registration is read again for every request. \
Rejected requests with bodies of up to 64 KiB are diagnosed, at most 2 per second (bursts of 5); for the others, only the check \
that failed is reported. With the auth type oauth2 it issues tokens at /token to the registered client, and accepts no \
others. With -v, each request is printed whole: its headers, with credentials masked, and the first 16 KiB of \
its body. With --json, each line is an object.";

const EXAMPLES: &str = "Examples:
  waypost listen
  waypost listen --addr 0.0.0.0:8443 --name dev.example.com --ca-out ca.pem
  waypost listen --respond 500
  waypost listen --delay 20";

#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES, after_help = DETAILS)]
pub struct Args {
    /// The address and port to listen on; port 0 picks a free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8443")]
    addr: String,

    /// The host name or address that senders use; the certificate is issued for it
    #[arg(long, value_name = "HOST", default_value = "localhost", value_hint = ValueHint::Hostname)]
    name: String,

    /// The status to answer accepted requests with, 200 to 599 [default: 200]
    #[arg(long, value_name = "CODE", allow_hyphen_values = true)]
    respond: Option<String>,

    /// Seconds to wait before each answer, up to 600
    #[arg(long, value_name = "SECONDS", default_value = "0", allow_hyphen_values = true)]
    delay: String,

    /// The share of accepted requests, 0 to 1, to answer with 503
    #[arg(long, value_name = "SHARE", default_value = "0", allow_hyphen_values = true)]
    fail_rate: String,

    /// Ask for a client certificate (mutual TLS) of a CA in this PEM file, and report whose it is
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    client_ca: Option<PathBuf>,

    /// Write the CA certificate to this file, for senders to trust
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, value_parser = new_file())]
    ca_out: Option<PathBuf>,
}

/// Receives until a signal arrives or the reader of the lines has gone.
pub fn run(waypost: &Waypost, args: &Args, out: Out) -> Result<u8, Failure> {
    let how = how(args)?;
    runtime::run(async {
        let mut signals = Signals::catch()?;
        let panicked = runtime::panicked();
        let (to_printer, events) = channel(WAITING);
        let listener = waypost.listen(how.clone(), to_printer).await?;
        if out.verbosity != Verbosity::Quiet {
            output::print_stderr(&start(&how, &listener));
        }
        let mut printed = printer(events, out)?;
        tokio::select! {
            biased;
            // A connection's task, or the printer: the listener would go on without what it does.
            () = panicked => Ok(exit::PANICKED),
            code = signals.next() => {
                // Without the listener the printer ends when it has printed every answered request.
                drop(listener);
                match tokio::time::timeout(DRAIN, printed).await {
                    Ok(Ok(Err(unwritten))) => Err(unwritten),
                    _ => Ok(code),
                }
            }
            ended = &mut printed => ended.unwrap_or(Ok(exit::DONE)),
            () = reader_gone() => Ok(exit::DONE),
        }
    })
}

/// What is printed at the start.
fn start(how: &Listen, listener: &Listener) -> String {
    let (url, addr) = (listener.url(), listener.addr());
    let mut lines = Vec::new();
    if !addr.ip().is_loopback() {
        lines.push(format!(
            "warning: listening on {addr}: anyone who can reach that port can send requests and read why they are rejected."
        ));
        if how.name == "localhost" {
            lines.push("warning: the certificate is for localhost; to receive from other machines, use --name HOST.".to_owned());
        }
    }
    lines.push(format!("listening on {} (^C to stop)", visible(url)));
    if let Some(url) = listener.token_url() {
        lines.push(format!("issuing tokens at {}", visible(&url)));
    }
    lines.push(format!("SHA-256 of its CA: {}", listener.ca_fingerprint()));
    lines.push(match &how.ca_out {
        Some(path) => {
            let path = quoted(path.as_os_str().as_encoded_bytes());
            format!("To send from waypost: waypost register --url {url} --ca-cert {path} …")
        }
        None => "Senders must trust its CA: write the certificate with --ca-out FILE, and pass it to them with --ca-cert FILE."
            .to_owned(),
    });
    lines.join("\n")
}

fn how(args: &Args) -> Result<Listen, Failure> {
    let addr = args.addr.parse().map_err(|_| {
        Failure::usage(
            format!("--addr: \"{}\" is not an address and port.", visible(&args.addr)),
            "Use the form 127.0.0.1:8443 or [::1]:8443.",
        )
    })?;
    let respond = args.respond.as_deref().map(|text| {
        text.parse().ok().filter(|status| (200..=599).contains(status)).ok_or_else(|| {
            Failure::usage(format!("--respond: \"{}\" is not a status code.", visible(text)), "Use a number from 200 to 599.")
        })
    });
    let share = |flag: &str, text: &str, most: f64, fix: &str| {
        text.parse().ok().filter(|number| (0.0..=most).contains(number)).ok_or_else(|| {
            Failure::usage(format!("{flag}: \"{}\" is not a number from 0 to {most}.", visible(text)), fix.to_owned())
        })
    };
    Ok(Listen {
        addr,
        name: args.name.clone(),
        respond: respond.transpose()?,
        delay: Duration::from_secs_f64(share("--delay", &args.delay, MAX_DELAY_S, "Use seconds, such as 2 or 0.5.")?),
        fail_rate: share("--fail-rate", &args.fail_rate, 1.0, "Use a share of requests, such as 0.3.")?,
        client_ca: args.client_ca.clone(),
        ca_out: args.ca_out.clone(),
    })
}

/// Prints on a thread of its own. The receiver gets the end: all is printed, the reader has gone, or stdout cannot be written.
fn printer(mut events: Receiver<ReceiverEvent>, out: Out) -> Result<oneshot::Receiver<Result<u8, Failure>>, Failure> {
    let (end, ended) = oneshot::channel();
    let print = move || {
        let mut explainer = Explainer::default();
        while let Some(event) = events.blocking_recv() {
            let line = line(&event, &mut explainer, out);
            match write_line(&line) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => break,
                Err(error) => {
                    let _ = end.send(Err(output::unwritten(&error)));
                    return;
                }
            }
        }
        let _ = end.send(Ok(exit::DONE));
    };
    let thread = std::thread::Builder::new().name("printer".into()).spawn(print);
    thread.map_err(|error| Failure::limit(&error))?;
    Ok(ended)
}

fn write_line(line: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{line}").and_then(|()| stdout.flush())
}

/// Ready when the other end of a pipe on stdout has closed, even if there is nothing to print.
async fn reader_gone() {
    let (end, ended) = oneshot::channel();
    // A terminal that closes sends a signal.
    if !io::stdout().is_terminal() {
        let watch = move || {
            if wait_for_reader_to_go() {
                let _ = end.send(());
            }
        };
        // Without the thread, or where stdout cannot be polled, the next print shows it.
        let _ = std::thread::Builder::new().name("stdout".into()).spawn(watch);
        if ended.await.is_ok() {
            return;
        }
    }
    std::future::pending::<()>().await;
}

/// False where stdout cannot be polled.
fn wait_for_reader_to_go() -> bool {
    let stdout = io::stdout();
    loop {
        let mut fds = [PollFd::new(&stdout, PollFlags::empty())];
        match poll(&mut fds, None) {
            Ok(_) => return fds[0].revents().intersects(PollFlags::ERR | PollFlags::HUP),
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return false,
        }
    }
}

fn line(event: &ReceiverEvent, explainer: &mut Explainer, out: Out) -> String {
    match event {
        ReceiverEvent::Request(seen) => {
            let explanation = explainer.explain(seen, Instant::now());
            if out.json {
                json::line(request_json(seen, explanation.as_ref()))
            } else {
                request_text(seen, explanation.as_ref(), out)
            }
        }
        ReceiverEvent::NoRequest(what) if out.json => json::line(no_request_json(what)),
        ReceiverEvent::NoRequest(NoRequest { at, from, why }) => {
            let word = out.paint("no request", Tone::Ended(Outcome::Stopped));
            format!("{}  {word}  from {from}: {}", seconds(*at), visible(why))
        }
    }
}

fn request_text(seen: &RequestEvent, explanation: Option<&Explanation>, out: Out) -> String {
    let accepted = seen.verdict.as_ref().is_some_and(Verdict::is_accepted);
    let (word, outcome) = if accepted { ("accepted", Outcome::Delivered) } else { ("rejected", Outcome::Refused) };
    let reason = match explanation {
        Some(found) => format!("{}. {}", found.reason, found.fix),
        None => seen.verdict.as_ref().map_or("", Verdict::reason).to_owned(),
    };
    let client = seen.client.as_ref().map(|client| format!("  client {}", ellipsis(&visible(&client.subject), TARGET)));
    let client = client.unwrap_or_default();
    let id = seen.webhook_id.as_ref().map(|id| format!("  {}", ellipsis(&visible(id), TARGET))).unwrap_or_default();
    format!(
        "{}  {}  {}  {} {}  {} bytes{id}{client}  {}",
        seconds(seen.at),
        out.paint(word, Tone::Ended(outcome)),
        seen.status,
        ellipsis(&visible(&seen.method), TARGET),
        ellipsis(&visible(&seen.target), TARGET),
        seen.body_bytes,
        visible(reason.trim_end()),
    ) + &message(seen, out)
}

/// With -v, the request itself, as lines of their own.
fn message(seen: &RequestEvent, out: Out) -> String {
    if out.verbosity != Verbosity::Verbose {
        return String::new();
    }
    let mut text = format!("\n{INDENT}{} {}", visible(&seen.method), visible(&seen.target));
    if let Some(client) = &seen.client {
        let _ = write!(text, "\n{INDENT}client certificate: {}, SHA-256 {}", visible(&client.subject), client.sha256);
    }
    for (name, value) in &seen.headers {
        let _ = write!(text, "\n{INDENT}{}: {}", visible(name), visible(value));
    }
    text.push('\n');
    match &seen.body {
        None => {}
        Some(body) if body.bytes.is_empty() => {
            let _ = write!(text, "\n{INDENT}(no body)");
        }
        Some(body) => {
            // A carriage return before a line feed is a line's end, too.
            let body = from_bytes(&body.bytes).replace("\r\n", "\n");
            for line in visible_lines(&body).trim_end_matches('\n').split('\n') {
                let _ = write!(text, "\n{INDENT}{line}");
            }
        }
    }
    if seen.body.as_ref().is_some_and(|body| body.truncated) {
        let _ = write!(text, "\n{INDENT}(the first {BODY_KEPT} of {} bytes)", seen.body_bytes);
    }
    text.push('\n');
    text
}

fn request_json(seen: &RequestEvent, explanation: Option<&Explanation>) -> Value {
    let reason = explanation.map_or_else(|| seen.verdict.as_ref().map_or("", Verdict::reason), |found| found.reason.as_str());
    let mistakes = explanation.map(|found| found.mistakes.iter().map(Mistake::name).collect::<Vec<_>>());
    json!({
        "kind": "request",
        "at": seen.at,
        "accepted": seen.verdict.as_ref().is_some_and(Verdict::is_accepted),
        "status": seen.status,
        "reason": reason,
        "fix": explanation.map(|found| found.fix.as_str()),
        "mistakes": mistakes,
        "method": seen.method,
        "target": seen.target,
        "id": seen.webhook_id,
        "client": seen.client.as_ref().map(|client| json!({ "subject": client.subject, "sha256": client.sha256 })),
        "headers": seen.headers,
        "body": seen.body.as_ref().map(|body| json_body(&body.bytes)),
        "body_bytes": seen.body_bytes,
        "body_truncated": seen.body.as_ref().is_some_and(|body| body.truncated),
    })
}

fn no_request_json(what: &NoRequest) -> Value {
    json!({
        "kind": "no-request",
        "at": what.at,
        "from": what.from,
        "reason": what.why,
    })
}

fn seconds(at: jiff::Timestamp) -> String {
    ops::whole_seconds(at).to_string()
}
