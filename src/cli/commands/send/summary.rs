//! The outcome of `send --lines`: one line and remarks for people, one object for scripts.

use std::fmt::Write as _;
use std::ops::RangeInclusive;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use super::failed_file::FailedFile;
use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::globals::Globals;
use crate::cli::input::read::is_stdin;
use crate::cli::output::progress::per_second;
use crate::cli::output::{self, Out, Verbosity, live};
use crate::domain::shell;
use crate::domain::text::visible;
use crate::ops::relay::{Summary, Tally};

/// At most this many ranges of lost lines are listed.
const MAX_LOST_RANGES: usize = 10;

pub struct Ended {
    pub summary: Summary,
    /// From the first line to the last answer.
    pub time: Duration,
    /// The exit code of the first signal, if one came.
    pub stopped_by: Option<u8>,
}

/// What a command that continues the run is made of.
pub struct Rerun<'a> {
    pub failed: Option<&'a FailedFile>,
    pub globals: &'a Globals,
}

impl Rerun<'_> {
    /// `waypost send --lines FILE --failed NEW`, for the same destination.
    fn send(&self, source: &str) -> String {
        let mut text = "waypost".to_owned();
        for (name, dir) in [("--config-dir", &self.globals.config_dir), ("--state-dir", &self.globals.state_dir)] {
            if let Some(dir) = dir {
                let _ = write!(text, " {name} {}", shell::word(dir));
            }
        }
        // A new file, since that of this run is not overwritten.
        let failed = if self.failed.is_some() { " --failed NEW" } else { "" };
        let _ = write!(text, " send --lines {source}{failed}");
        text
    }
}

/// Prints the outcome of the lines, and returns the exit code.
pub fn print(ended: &Ended, unsynced: Option<String>, source: &Path, rerun: &Rerun, out: Out) -> Result<u8, Failure> {
    let summary = &ended.summary;
    let broken = broken(summary, unsynced, rerun);
    let code = code(summary, broken.is_some(), ended.stopped_by);
    if let Some(problem) = &summary.unrecorded {
        output::print_problem("not recorded", problem);
    }
    if out.json {
        return output::print_json(json(ended, broken.as_ref(), rerun.failed), code);
    }
    let line = line(&summary.tally, ended.time);
    if out.verbosity != Verbosity::Quiet {
        output::print_stderr(&line);
        for text in remarks(summary, source, rerun) {
            output::print_stderr(&text);
        }
    } else if code != exit::DONE {
        output::print_stderr(&format!("error: {line}"));
    }
    if let Some(failure) = &broken {
        out.fail(failure);
    }
    Ok(code)
}

/// The worst of it decides: lines lost or unread, a stop, a failure, a refusal, an invalid line.
fn code(summary: &Summary, broken: bool, stopped_by: Option<u8>) -> u8 {
    let tally = &summary.tally;
    match stopped_by {
        _ if broken => exit::DISK,
        Some(code) => code,
        None if tally.failed > 0 => exit::FAILED,
        None if tally.refused > 0 => exit::REFUSED,
        None if tally.invalid > 0 => exit::USAGE,
        None => exit::DONE,
    }
}

/// What went wrong on this machine.
fn broken(summary: &Summary, unsynced: Option<String>, rerun: &Rerun) -> Option<Failure> {
    let fail = |message: String, fix: &str| Some(Failure::Other { code: exit::DISK, field: None, message, fix: fix.into() });
    let name = rerun.failed.map(FailedFile::shown).unwrap_or_default();
    if let Some(why) = &summary.unwritten {
        let lost = match summary.lost.as_slice() {
            [] => String::new(),
            lost => format!(" These lines were not delivered and are not in it: {}.", ranges(lost)),
        };
        let message = format!("--failed: {name} cannot be written: {}.{lost}", visible(why));
        return fail(message, &after_full(summary, rerun));
    }
    if let Some(why) = &summary.unreadable {
        let from = summary.unread_from.unwrap_or(1);
        let message = format!("The input cannot be read from line {from} on: {}.", visible(why));
        return fail(message, "The lines before it were processed. Send the rest when it can be read.");
    }
    let why = unsynced?;
    fail(format!("--failed: {name} may not survive a power failure: {}.", visible(&why)), "Check the disk.")
}

/// The number of lines in the failed file.
fn in_file(summary: &Summary) -> u64 {
    let lost: u64 = summary.lost.iter().map(|range| range.end() - range.start() + 1).sum();
    (summary.tally.ended() - summary.tally.delivered).saturating_sub(lost)
}

/// How to continue when the failed file could not take more.
fn after_full(summary: &Summary, rerun: &Rerun) -> String {
    let in_file = in_file(summary);
    let mut text = "Free some space, and send those lines again from the input.".to_owned();
    // Without ranges it is not known which lines the file has.
    if let (Some(file), true) = (rerun.failed, !summary.lost.is_empty() && in_file > 0) {
        let _ = write!(text, " The lines before them are in {}. To continue: {}", file.shown(), rerun.send(&file.word()));
    }
    text
}

/// `1000 lines: 990 delivered, 6 refused, 4 failed; 12 retries, 3.2 s, 312/s`
fn line(tally: &Tally, time: Duration) -> String {
    let ended = tally.ended();
    let lines = if ended == 1 { "line" } else { "lines" };
    let mut text = format!("{ended} {lines}: {} delivered, {} refused, {} failed", tally.delivered, tally.refused, tally.failed);
    for (count, what) in [(tally.invalid, "invalid"), (tally.stopped, "stopped in flight"), (tally.unsent, "not sent")] {
        if count > 0 {
            let _ = write!(text, ", {count} {what}");
        }
    }
    let retries = if tally.retries == 1 { "retry" } else { "retries" };
    let _ = write!(text, "; {} {retries}, {:.1} s, {}/s", tally.retries, time.as_secs_f64(), per_second(ended, time));
    text
}

/// What there is to know besides the numbers.
fn remarks(summary: &Summary, source: &Path, rerun: &Rerun) -> Vec<String> {
    let tally = &summary.tally;
    let mut texts: Vec<_> = summary.invalid.iter().map(|invalid| format!("line {}: {}", invalid.line, invalid.why)).collect();
    let untold = tally.invalid.saturating_sub(summary.invalid.len() as u64);
    if untold > 0 {
        texts.push(format!("… and {untold} more"));
    }
    if let Some(gave_up) = &summary.gave_up {
        texts.push(live::gave_up(gave_up));
    }
    if tally.stopped > 0 {
        texts.push(live::stopped_in_flight(tally.stopped));
    }
    let in_file = in_file(summary);
    match rerun.failed {
        _ if tally.ended() == tally.delivered || summary.unwritten.is_some() => {}
        Some(_) if in_file == 0 => {}
        Some(file) => texts.push(format!(
            "{in_file} not delivered; they are in {}. To continue: {}",
            file.shown(),
            rerun.send(&file.word())
        )),
        None => {
            let tried = tally.refused + tally.failed + tally.stopped;
            if tried > 0 {
                let history = match summary.unrecorded {
                    None => " See waypost history; waypost resend sends those again whose bodies have at most 64 KiB.",
                    Some(_) => "",
                };
                texts.push(format!("{tried} not delivered.{history} Use --failed FILE to keep undelivered lines."));
            }
        }
    }
    if let (Some(from), None) = (summary.unread_from, &summary.unreadable) {
        let rest = if is_stdin(source) {
            String::new()
        } else {
            format!(" To continue: tail -n +{from} {} | {}", shell::word(source), rerun.send("-"))
        };
        texts.push(format!("Nothing was sent from line {from} on.{rest}"));
    }
    texts
}

fn ranges(ranges: &[RangeInclusive<u64>]) -> String {
    let named = ranges.iter().take(MAX_LOST_RANGES).map(|range| match (range.start(), range.end()) {
        (start, end) if start == end => start.to_string(),
        (start, end) => format!("{start}-{end}"),
    });
    let mut text = named.collect::<Vec<_>>().join(", ");
    if ranges.len() > MAX_LOST_RANGES {
        text.push_str(" and more");
    }
    text
}

fn json(ended: &Ended, broken: Option<&Failure>, failed: Option<&FailedFile>) -> Value {
    let Summary { tally, invalid, gave_up, unread_from, lost, .. } = &ended.summary;
    json!({
        "delivered": tally.delivered,
        "refused": tally.refused,
        "failed": tally.failed,
        "invalid": tally.invalid,
        "stopped": tally.stopped,
        "unsent": tally.unsent,
        "retries": tally.retries,
        "duration_ms": u64::try_from(ended.time.as_millis()).unwrap_or(u64::MAX),
        "invalid_lines": invalid.iter().map(|invalid| json!({ "line": invalid.line, "why": invalid.why })).collect::<Vec<_>>(),
        "failed_file": failed.filter(|_| in_file(&ended.summary) > 0).map(FailedFile::shown),
        "gave_up": gave_up.as_ref().map(|gave_up| json!({ "probes": gave_up.probes, "why": gave_up.why })),
        "unread_from": unread_from,
        "lost": lost.iter().map(|range| json!({ "from": range.start(), "to": range.end() })).collect::<Vec<_>>(),
        "error": broken.map(Failure::error_json),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_decides() {
        let of = |tally, broken, signal| code(&Summary { tally, ..Summary::default() }, broken, signal);
        let all = Tally { delivered: 1, refused: 1, failed: 1, invalid: 1, ..Tally::default() };
        assert_eq!(of(all, true, Some(130)), exit::DISK);
        assert_eq!(of(all, false, Some(143)), 143);
        assert_eq!(of(all, false, None), exit::FAILED);
        assert_eq!(of(Tally { failed: 0, ..all }, false, None), exit::REFUSED);
        assert_eq!(of(Tally { failed: 0, refused: 0, ..all }, false, None), exit::USAGE);
        assert_eq!(of(Tally { delivered: 1, ..Tally::default() }, false, None), exit::DONE);
    }

    #[test]
    fn lost_lines_are_named() {
        assert_eq!(ranges(&[1..=1, 5..=9]), "1, 5-9");
        let many: Vec<_> = (0..20).map(|n| 3 * n..=3 * n).collect();
        assert!(ranges(&many).ends_with("27 and more"), "{}", ranges(&many));
    }
}
