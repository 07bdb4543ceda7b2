//! `waypost send --lines`: many events, one JSON per line.

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
use crate::cli::output::Out;
use crate::cli::output::live::Live;
use crate::cli::runtime;
use crate::cli::stops::Stops;
use crate::domain::destination::Destination;
use crate::ops::Waypost;
use crate::ops::relay::{LineOptions, Options, Streams, Tally};

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
    let live = Live::new(source.bytes, out);
    let first_code = Arc::clone(&stops.code);
    let began = Instant::now();
    let stop = async {
        stops.first.await;
        live.say(&stopping(&live.tally(), failed.is_some()));
    };
    let sent = waypost.send_lines(to, streams, lines, |now| live.progress(now), stop, stops.second);
    let summary = tokio::select! {
        summary = sent => summary,
        never = live.draw() => match never {},
    };
    live.clear();
    let summary = summary?;
    let stopped_by = Some(first_code.load(Ordering::SeqCst)).filter(|&code| summary.stopped && code != 0);
    Ok(Ended { summary, time: began.elapsed(), stopped_by })
}

fn stopping(tally: &Tally, kept: bool) -> String {
    let rest = if kept { "the remaining lines go to the --failed file" } else { "the remaining lines are not sent" };
    format!("Stopping: waiting for {} in flight; {rest}. Press ^C again to stop at once.", tally.in_flight)
}
