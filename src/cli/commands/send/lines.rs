//! `waypost send --lines`: many events, one JSON per line.

use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::future::pending;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use super::failed_file::FailedFile;
use super::summary::{self, Ended, Rerun};
use crate::cli::failure::Failure;
use crate::cli::globals::Globals;
use crate::cli::input::body;
use crate::cli::input::fields::with_overrides;
use crate::cli::input::lines::{self, Lines};
use crate::cli::output::progress::{Bar, INTERVAL, paused_for};
use crate::cli::output::{Out, Verbosity};
use crate::cli::runtime;
use crate::cli::stops::Stops;
use crate::domain::delivery::gate::Why;
use crate::domain::destination::Destination;
use crate::ops::Waypost;
use crate::ops::relay::{LineOptions, Options, Paused, Streams, Tally};

/// What a run of `send --lines` is given.
pub struct Run<'a> {
    pub source: &'a Path,
    pub options: Options,
    pub concurrency: u32,
    pub timeout: Option<&'a str>,
    pub failed: Option<&'a Path>,
    pub globals: &'a Globals,
}

impl Run<'_> {
    pub fn send(self, waypost: &Waypost, out: Out) -> Result<u8, Failure> {
        let destination = with_overrides(waypost.destination()?, self.timeout, None)?;
        let source = lines::open(self.source)?;
        let failed = self.failed.map(FailedFile::open).transpose()?;
        let how = LineOptions {
            options: self.options,
            concurrency: usize::try_from(self.concurrency).unwrap_or(usize::MAX),
            name: body::name_of(self.source),
        };
        let ended = runtime::run(deliver(waypost, &destination, &how, (source, failed.as_ref()), out))?;
        let unsynced = failed.as_ref().and_then(|file| file.sync().err());
        summary::print(&ended, unsynced, self.source, &Rerun { failed: failed.as_ref(), globals: self.globals }, out)
    }
}

async fn deliver(
    waypost: &Waypost,
    to: &Destination,
    lines: &LineOptions,
    (source, failed): (Lines, Option<&FailedFile>),
    out: Out,
) -> Result<Ended, Failure> {
    let stops = Stops::catch()?;
    let streams = Streams { input: source.input, failed: failed.map(FailedFile::writer).transpose()? };
    let tally = Cell::new(Tally::default());
    let bar = RefCell::new(out.shows_progress().then(|| Bar::new(source.bytes)));
    let first_code = Arc::clone(&stops.code);
    let began = Instant::now();
    let stop = async {
        stops.first.await;
        clear(&bar);
        out.say(&stopping(&tally.get(), failed.is_some()));
    };
    let progress = |now: &Tally| {
        if let Some(paused) = now.paused.filter(|_| now.paused != tally.get().paused && out.verbosity == Verbosity::Verbose) {
            clear(&bar);
            out.say(&pausing(paused));
        }
        tally.set(*now);
    };
    let sent = waypost.send_lines(to, streams, lines, progress, stop, stops.second);
    let summary = tokio::select! {
        summary = sent => summary,
        never = draw(&tally, &bar) => match never {},
    };
    clear(&bar);
    let summary = summary.map_err(|cause| Failure::not_started(to.settings(), &cause))?;
    let stopped_by = Some(first_code.load(Ordering::SeqCst)).filter(|&code| summary.stopped && code != 0);
    Ok(Ended { summary, time: began.elapsed(), stopped_by })
}

async fn draw(tally: &Cell<Tally>, bar: &RefCell<Option<Bar>>) -> Infallible {
    let mut ticks = tokio::time::interval(INTERVAL);
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

/// `Paused for 60 s: the endpoint asked for it.`
fn pausing(paused: Paused) -> String {
    let why = match paused.why {
        Why::Asked => "the endpoint asked for it",
        Why::Down => "too many attempts in a row failed",
    };
    format!("Paused for {}: {why}. Then one event goes out as a probe.", paused_for(paused))
}

fn stopping(tally: &Tally, kept: bool) -> String {
    let rest = if kept { "the remaining lines go to the --failed file" } else { "the remaining lines are not sent" };
    format!("Stopping: waiting for {} in flight; {rest}. Press ^C again to stop at once.", tally.in_flight)
}
