//! `listen`: a receiver that checks each request against what is registered, and prints a line for it.
//!
//! ```text
//! receiver (tokio) → Told → a thread that explains and prints → stdout
//! ```
//! The thread may wait for a slow reader, or count hashes; the runtime hears signals all the same.

use std::io::{self, IsTerminal as _, Write as _};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, poll};
use serde_json::{Value, json};
use tokio::sync::mpsc::{Receiver, channel};
use tokio::sync::oneshot;

use crate::cli::args;
use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::output::{self, Measure, Out, Tone};
use crate::cli::signals::Signals;
use crate::domain::delivery::Outcome;
use crate::domain::shell::quoted;
use crate::domain::signature::explain::{Explanation, Mistake};
use crate::domain::signature::verify::Verdict;
use crate::domain::text::{ellipsis, visible};
use crate::ops::{self, Explainer, Listen, NoRequest, Seen, Told, Waypost};

/// The longest delay, in seconds.
const MAX_DELAY_S: f64 = 600.0;

/// How many lines may wait to be printed before requests have to wait.
const WAITING: usize = 64;

/// How long what is waiting may take to be printed when a signal has come.
const DRAIN: Duration = Duration::from_secs(1);

/// The most characters of a target in a line for people.
const TARGET: usize = 200;

/// Receives until a signal comes, or nobody reads the lines any more.
///
/// # Errors
/// An input is not valid, nothing is registered, its secret cannot be opened, the port cannot be had, or a file or standard
/// output cannot be written.
pub fn listen(waypost: &Waypost, args: &args::Listen, out: Out) -> Result<u8, Failure> {
    let how = how(args)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::bug(format!("The runtime did not start: {error}.")))?;
    let ended = runtime.block_on(async {
        let mut signals = Signals::catch().map_err(|error| Failure::bug(format!("Signals cannot be caught: {error}.")))?;
        let (to_printer, told) = channel(WAITING);
        let listener = waypost.listen(how.clone(), to_printer).await?;
        if out.measure != Measure::Quiet {
            output::complain(&start(&how, listener.url(), listener.addr()));
        }
        let mut printed = printer(told, out);
        tokio::select! {
            code = signals.next() => {
                // What was answered is told, too: without the listener the printer ends when it has printed all there is.
                drop(listener);
                match tokio::time::timeout(DRAIN, printed).await {
                    Ok(Ok(Err(unwritten))) => Err(unwritten),
                    _ => Ok(code),
                }
            }
            ended = &mut printed => ended.unwrap_or(Ok(exit::DONE)),
            () = reader_gone() => Ok(exit::DONE),
        }
    });
    runtime.shutdown_background();
    ended
}

/// What is said when it starts.
fn start(how: &Listen, url: &str, addr: SocketAddr) -> String {
    let mut lines = Vec::new();
    if !addr.ip().is_loopback() {
        lines.push(format!(
            "warning: it listens on {addr}: whoever reaches that port can send requests here, and read why they are rejected."
        ));
        if how.name == "localhost" {
            lines.push("warning: its name is localhost; other machines need --name HOST.".to_owned());
        }
    }
    lines.push(format!("listening at {} (^C ends it)", visible(url)));
    lines.push(match &how.ca_out {
        Some(path) => {
            let path = quoted(path.as_os_str().as_encoded_bytes());
            format!("A sender trusts it by its CA's certificate: waypost register --url {url} --ca-cert {path} …")
        }
        None => {
            "A sender has to trust its certificate: --ca-out FILE writes the CA's, for the sender's --ca-cert FILE.".to_owned()
        }
    });
    lines.join("\n")
}

fn how(args: &args::Listen) -> Result<Listen, Failure> {
    let addr = args.addr.parse().map_err(|_| {
        Failure::usage(
            format!("--addr: \"{}\" is not an address and a port.", visible(&args.addr)),
            "Give them as 127.0.0.1:8443, or [::1]:8443.",
        )
    })?;
    let respond = args.respond.as_deref().map(|text| {
        text.parse().ok().filter(|status| (200..=599).contains(status)).ok_or_else(|| {
            Failure::usage(
                format!("--respond: \"{}\" is not a status to answer with.", visible(text)),
                "Give one from 200 to 599.",
            )
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
        delay: Duration::from_secs_f64(share(
            "--delay",
            &args.delay,
            MAX_DELAY_S,
            "Give the seconds to wait, such as 2 or 0.5.",
        )?),
        fail_rate: share("--fail-rate", &args.fail_rate, 1.0, "Give the share of requests to fail, such as 0.3.")?,
        ca_out: args.ca_out.clone(),
    })
}

/// Prints on a thread of its own; the answer comes when standard output cannot be written any more.
fn printer(mut told: Receiver<Told>, out: Out) -> oneshot::Receiver<Result<u8, Failure>> {
    let (end, ended) = oneshot::channel();
    std::thread::spawn(move || {
        let mut explainer = Explainer::default();
        while let Some(told) = told.blocking_recv() {
            let line = line(&told, &mut explainer, out);
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
    });
    ended
}

fn write_line(line: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{line}").and_then(|()| stdout.flush())
}

/// Comes when the other end of a pipe on standard output has gone, though there may be nothing to print.
async fn reader_gone() {
    let (end, ended) = oneshot::channel();
    // A terminal that goes sends a signal.
    if !io::stdout().is_terminal() {
        std::thread::spawn(move || {
            if wait_for_reader_to_go() {
                let _ = end.send(());
            }
        });
        // Otherwise it shows when something is printed.
        if ended.await.is_ok() {
            return;
        }
    }
    std::future::pending::<()>().await;
}

/// Whether it has gone; otherwise this cannot be told of what standard output is.
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

fn line(told: &Told, explainer: &mut Explainer, out: Out) -> String {
    match told {
        Told::Request(seen) => {
            let explanation = explainer.explain(seen, Instant::now());
            if out.json {
                request_json(seen, explanation.as_ref()).to_string()
            } else {
                request_text(seen, explanation.as_ref(), out)
            }
        }
        Told::NoRequest(what) if out.json => no_request_json(what).to_string(),
        Told::NoRequest(NoRequest { at, from, why }) => {
            let word = out.paint("no request", Tone::Ended(Outcome::Stopped));
            format!("{}  {word}  from {from}: {}", seconds(*at), visible(why))
        }
    }
}

fn request_text(seen: &Seen, explanation: Option<&Explanation>, out: Out) -> String {
    let accepted = seen.verdict.as_ref().is_some_and(Verdict::is_accepted);
    let (word, outcome) = if accepted { ("accepted", Outcome::Delivered) } else { ("rejected", Outcome::Refused) };
    let reason = match explanation {
        Some(found) => format!("{}. {}", found.reason, found.fix),
        None => seen.verdict.as_ref().map_or("", Verdict::reason).to_owned(),
    };
    let id = seen.webhook_id.as_ref().map(|id| format!("  {}", ellipsis(&visible(id), TARGET))).unwrap_or_default();
    format!(
        "{}  {}  {}  {} {}  {} bytes{id}  {}",
        seconds(seen.at),
        out.paint(word, Tone::Ended(outcome)),
        seen.status,
        ellipsis(&visible(&seen.method), TARGET),
        ellipsis(&visible(&seen.target), TARGET),
        seen.body_bytes,
        visible(reason.trim_end()),
    )
}

fn request_json(seen: &Seen, explanation: Option<&Explanation>) -> Value {
    let reason = explanation.map_or_else(|| seen.verdict.as_ref().map_or("", Verdict::reason), |found| found.reason.as_str());
    let mistakes = explanation.map(|found| found.mistakes.iter().map(Mistake::name).collect::<Vec<_>>());
    json!({
        "schema_version": crate::cli::SCHEMA_VERSION,
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
        "body_bytes": seen.body_bytes,
    })
}

fn no_request_json(what: &NoRequest) -> Value {
    json!({
        "schema_version": crate::cli::SCHEMA_VERSION,
        "kind": "no-request",
        "at": what.at,
        "from": what.from,
        "reason": what.why,
    })
}

fn seconds(at: jiff::Timestamp) -> String {
    ops::whole_seconds(at).to_string()
}
