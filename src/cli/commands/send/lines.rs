//! `send --lines`: many events, one JSON a line, and what came of all of them.

use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::fs::File;
use std::future::pending;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use tokio::sync::oneshot;

use crate::cli::args;
use crate::cli::commands::send::failed_file::FailedFile;
use crate::cli::commands::send::summary::{self, Again};
use crate::cli::delivering::{self, adjusted, has_line};
use crate::cli::exit;
use crate::cli::failure::{Failure, fix_text};
use crate::cli::input::body;
use crate::cli::output::Out;
use crate::cli::output::progress::{Bar, Counted, EVERY};
use crate::domain::delivery::Cause;
use crate::domain::delivery::diagnosis;
use crate::domain::delivery::retry::Policy;
use crate::domain::destination::{Destination, Settings};
use crate::domain::text::visible;
use crate::ops::Waypost;
use crate::ops::relay::{Lines, Options, Streams, Summary, Tally};

/// Where lines come from.
struct Source {
    input: Box<dyn Read + Send>,
    /// How many bytes it has, where that is known.
    bytes: Option<u64>,
}

/// What came of a run, and how long it took.
pub struct Done {
    /// What came of the lines.
    pub summary: Summary,
    /// From the first line to the last answer.
    pub time: Duration,
    /// The exit code of the first signal, if one came.
    pub stopped_by: Option<u8>,
}

/// Sends every line of a file, or of standard input, as an event of its own.
///
/// # Errors
/// An input is not valid, nothing is registered, its secret cannot be opened, or nothing could be sent at all. What comes of the
/// lines is told by the code.
pub fn send(waypost: &Waypost, args: &args::Send, globals: &args::Globals, out: Out) -> Result<u8, Failure> {
    let destination = adjusted(waypost.destination()?, args.timeout.as_deref(), None)?;
    let source = open(&args.source)?;
    let failed = args.failed.as_deref().map(FailedFile::open).transpose()?;
    let done = delivering::run(run(waypost, &destination, args, (source, failed.as_ref()), out))?;
    let unsynced = failed.as_ref().and_then(|file| file.sync().err());
    summary::tell(&done, unsynced, &args.source, &Again { failed: failed.as_ref(), globals }, out)
}

async fn run(
    waypost: &Waypost,
    to: &Destination,
    args: &args::Send,
    (source, failed): (Source, Option<&FailedFile>),
    out: Out,
) -> Result<Done, Failure> {
    let how = Lines {
        options: Options { policy: Policy { retries: args.retries }, ..Options::default() },
        concurrency: usize::try_from(args.concurrency).unwrap_or(usize::MAX),
        name: body::name_of(&args.source),
    };
    let stops = Stops::catch()?;
    let (input, bytes) = Counted::new(source.input);
    let streams = Streams { input, failed: failed.map(FailedFile::writer).transpose()? };
    let tally = Cell::new(Tally::default());
    let bar = RefCell::new(has_line(out).then(|| Bar::new(bytes, source.bytes)));
    let first_code = Arc::clone(&stops.code);
    let began = Instant::now();
    let stop = async {
        stops.first.await;
        clear(&bar);
        out.say(&stopping(&tally.get(), failed.is_some()));
    };
    let sent = waypost.send_lines(to, streams, &how, |now| tally.set(*now), stop, stops.second);
    let summary = tokio::select! {
        summary = sent => summary,
        never = draw(&tally, &bar) => match never {},
    };
    clear(&bar);
    let summary = summary.map_err(|cause| not_begun(to.settings(), &cause))?;
    let stopped_by = Some(first_code.load(Ordering::SeqCst)).filter(|&code| summary.stopped && code != 0);
    Ok(Done { summary, time: began.elapsed(), stopped_by })
}

/// The first and the second signal.
struct Stops {
    first: BoxFuture<'static, ()>,
    second: BoxFuture<'static, ()>,
    /// The exit code of the first; 0 as long as none came. Known whichever of the two is looked at first.
    code: Arc<AtomicU8>,
}

impl Stops {
    /// Catches them from now on.
    fn catch() -> Result<Self, Failure> {
        let mut signals = delivering::signals()?;
        let (on_first, first) = oneshot::channel();
        let (on_second, second) = oneshot::channel();
        let code = Arc::new(AtomicU8::new(0));
        let set = Arc::clone(&code);
        tokio::spawn(async move {
            set.store(signals.next().await, Ordering::SeqCst);
            // Nobody listens any more when all is done.
            let _ = on_first.send(());
            signals.next().await;
            let _ = on_second.send(());
        });
        Ok(Self { first: Box::pin(sent(first)), second: Box::pin(sent(second)), code })
    }
}

/// Ready when something comes by a channel; never when its other end is gone.
async fn sent(by: oneshot::Receiver<()>) {
    if by.await.is_err() {
        pending::<()>().await;
    }
}

async fn draw(tally: &Cell<Tally>, bar: &RefCell<Option<Bar>>) -> Infallible {
    let mut ticks = tokio::time::interval(EVERY);
    loop {
        ticks.tick().await;
        match bar.borrow_mut().as_mut() {
            Some(bar) => bar.draw(&tally.get(), Instant::now()),
            None => break,
        }
    }
    pending().await
}

fn clear(bar: &RefCell<Option<Bar>>) {
    if let Some(bar) = bar.borrow_mut().as_mut() {
        bar.clear();
    }
}

/// What is said at the first signal.
fn stopping(tally: &Tally, kept: bool) -> String {
    let rest = if kept { "the rest goes into the --failed file" } else { "the rest is not sent" };
    format!("Stopping: {} in flight are waited for, {rest}. Once more ends at once.", tally.in_flight)
}

fn open(path: &Path) -> Result<Source, Failure> {
    if body::is_stdin(path) {
        return Ok(Source { input: Box::new(io::stdin()), bytes: None });
    }
    let shown = visible(&path.to_string_lossy()).into_owned();
    let broken = |error: io::Error| body::unread(&shown, &error);
    let file = File::open(path).map_err(broken)?;
    let metadata = file.metadata().map_err(broken)?;
    if metadata.is_dir() {
        return Err(broken(io::ErrorKind::IsADirectory.into()));
    }
    Ok(Source { input: Box::new(file), bytes: metadata.is_file().then_some(metadata.len()) })
}

/// Nothing could be sent at all.
fn not_begun(to: &Settings, cause: &Cause) -> Failure {
    let diagnosis = diagnosis::of_cause(to, None, cause);
    // As of a single delivery: a variable that cannot be read as a proxy is a wrong input.
    let code = if matches!(cause, Cause::BadProxy(_)) { exit::USAGE } else { exit::FAILED };
    Failure::Other { code, field: None, fix: fix_text(&diagnosis.fix), message: diagnosis.why }
}
