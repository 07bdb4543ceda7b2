//! What came of many lines: one line for people, what they have to know beside it, one object for scripts.

use std::fmt::Write as _;
use std::ops::RangeInclusive;
use std::path::Path;

use serde_json::{Value, json};

use crate::cli::args::Globals;
use crate::cli::commands::send::failed_file::FailedFile;
use crate::cli::commands::send::lines::Done;
use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::input::body;
use crate::cli::output::progress::per_second;
use crate::cli::output::{self, Measure, Out};
use crate::domain::shell;
use crate::domain::text::visible;
use crate::ops::relay::{Summary, Tally};

/// How many ranges of lost lines are named.
const LOST_NAMED: usize = 10;

/// What a command to go on is made of.
pub struct Again<'a> {
    /// The failed file.
    pub failed: Option<&'a FailedFile>,
    /// What this run was given.
    pub globals: &'a Globals,
}

impl Again<'_> {
    /// `waypost send --lines FILE --failed NEW`, for the same destination.
    fn send(&self, source: &str) -> String {
        let mut text = "waypost".to_owned();
        for (name, dir) in [("--config-dir", &self.globals.config_dir), ("--state-dir", &self.globals.state_dir)] {
            if let Some(dir) = dir {
                let _ = write!(text, " {name} {}", shell::word(dir));
            }
        }
        // Its name is for the user to choose: the one of this run is not written over.
        let failed = if self.failed.is_some() { " --failed NEW" } else { "" };
        let _ = write!(text, " send --lines {source}{failed}");
        text
    }
}

/// Tells what came of the lines, and gives the exit code.
///
/// # Errors
/// Standard output cannot be written.
pub fn tell(done: &Done, unsynced: Option<String>, source: &Path, again: &Again, out: Out) -> Result<u8, Failure> {
    let summary = &done.summary;
    let broken = broken(summary, unsynced, again);
    let code = code(summary, broken.is_some(), done.stopped_by);
    if let Some(problem) = &summary.unrecorded {
        Out::say_problem("not recorded", problem);
    }
    if out.json {
        return output::print_json(&json(done, broken.as_ref(), again.failed), code);
    }
    let line = line(&summary.tally, done);
    if out.measure != Measure::Quiet {
        output::complain(&line);
        for text in remarks(summary, source, again) {
            output::complain(&text);
        }
    } else if code != exit::DONE {
        output::complain(&format!("error: {line}"));
    }
    if let Some(failure) = &broken {
        out.fail(failure);
    }
    Ok(code)
}

/// The worst that came: what was lost or left unread, the stop, a failure, a refusal, a line that was never sent.
fn code(summary: &Summary, broken: bool, stopped_by: Option<u8>) -> u8 {
    let tally = &summary.tally;
    match stopped_by {
        _ if broken => exit::DISK,
        Some(code) => code,
        None if tally.failed > 0 => exit::FAILED,
        None if tally.refused > 0 => exit::REFUSED,
        None if tally.unfit > 0 => exit::USAGE,
        None => exit::DONE,
    }
}

/// What went wrong on this side.
fn broken(summary: &Summary, unsynced: Option<String>, again: &Again) -> Option<Failure> {
    let fail = |message: String, fix: &str| Some(Failure::Other { code: exit::DISK, field: None, message, fix: fix.into() });
    let name = again.failed.map(FailedFile::shown).unwrap_or_default();
    if let Some(why) = &summary.unwritten {
        let lost = match summary.lost.as_slice() {
            [] => String::new(),
            lost => format!(" These lines were not delivered and are not in it: {}.", ranges(lost)),
        };
        let message = format!("--failed: {name} cannot be written. The system says: {}.{lost}", visible(why));
        return fail(message, &after_full(summary, again));
    }
    if let Some(why) = &summary.unreadable {
        let from = summary.unread_from.unwrap_or(1);
        let message = format!("The input cannot be read from line {from} on. The system says: {}.", visible(why));
        return fail(message, "What was read before is done with; send the rest when it can be read.");
    }
    let why = unsynced?;
    fail(format!("--failed: {name} may not survive a power cut. The system says: {}.", visible(&why)), "Look at the disk.")
}

/// How to go on when the failed file took no more.
fn after_full(summary: &Summary, again: &Again) -> String {
    let lost: u64 = summary.lost.iter().map(|range| range.end() - range.start() + 1).sum();
    let in_file = (summary.tally.ended() - summary.tally.delivered).saturating_sub(lost);
    let mut text = "Make room, and send those lines again from the input.".to_owned();
    // Where no line is named, it is not known which of them the file has.
    if let (Some(file), true) = (again.failed, lost > 0 && in_file > 0) {
        let _ = write!(text, " The lines before are in {}; to go on: {}", file.shown(), again.send(&file.word()));
    }
    text
}

/// `1000 lines: 990 delivered, 6 refused, 4 failed; 12 retries, 3.2 s, 312/s`
fn line(tally: &Tally, done: &Done) -> String {
    let ended = tally.ended();
    let lines = if ended == 1 { "line" } else { "lines" };
    let mut text = format!("{ended} {lines}: {} delivered, {} refused, {} failed", tally.delivered, tally.refused, tally.failed);
    for (count, what) in [(tally.unfit, "unfit"), (tally.stopped, "stopped in flight"), (tally.unsent, "not sent")] {
        if count > 0 {
            let _ = write!(text, ", {count} {what}");
        }
    }
    let retries = if tally.retries == 1 { "retry" } else { "retries" };
    let _ = write!(text, "; {} {retries}, {:.1} s, {}/s", tally.retries, done.time.as_secs_f64(), per_second(ended, done.time));
    text
}

/// What there is to know beside the numbers.
fn remarks(summary: &Summary, source: &Path, again: &Again) -> Vec<String> {
    let tally = &summary.tally;
    let mut texts: Vec<_> = summary.unfit.iter().map(|unfit| format!("line {}: {}", unfit.line, unfit.why)).collect();
    let untold = tally.unfit.saturating_sub(summary.unfit.len() as u64);
    if untold > 0 {
        texts.push(format!("{untold} more lines like that"));
    }
    if tally.stopped > 0 {
        texts.push(format!("{} were in flight at the end: the endpoint may have taken them.", tally.stopped));
    }
    let undelivered = tally.ended() - tally.delivered;
    match again.failed {
        _ if undelivered == 0 || summary.unwritten.is_some() => {}
        Some(file) => texts.push(format!(
            "{undelivered} not delivered: they are in {}. To go on: {}",
            file.shown(),
            again.send(&file.word())
        )),
        None => {
            let tried = tally.refused + tally.failed + tally.stopped;
            if tried > 0 {
                let history = match summary.unrecorded {
                    None => " They are in the history, with bodies up to 64 KiB; waypost resend ID sends such a one again.",
                    Some(_) => "",
                };
                texts.push(format!("{tried} not delivered.{history} To keep such lines, give --failed FILE."));
            }
        }
    }
    if let (Some(from), None) = (summary.unread_from, &summary.unreadable) {
        let rest = if body::is_stdin(source) {
            String::new()
        } else {
            format!(" To go on: tail -n +{from} {} | {}", shell::word(source), again.send("-"))
        };
        texts.push(format!("From line {from} on, nothing was sent.{rest}"));
    }
    texts
}

fn ranges(ranges: &[RangeInclusive<u64>]) -> String {
    let named = ranges.iter().take(LOST_NAMED).map(|range| match (range.start(), range.end()) {
        (start, end) if start == end => start.to_string(),
        (start, end) => format!("{start}-{end}"),
    });
    let mut text = named.collect::<Vec<_>>().join(", ");
    if ranges.len() > LOST_NAMED {
        text.push_str(" and more");
    }
    text
}

fn json(done: &Done, broken: Option<&Failure>, failed: Option<&FailedFile>) -> Value {
    let Summary { tally, unfit, unread_from, lost, .. } = &done.summary;
    json!({
        "schema_version": crate::cli::SCHEMA_VERSION,
        "delivered": tally.delivered,
        "refused": tally.refused,
        "failed": tally.failed,
        "unfit": tally.unfit,
        "stopped": tally.stopped,
        "unsent": tally.unsent,
        "retries": tally.retries,
        "duration_ms": u64::try_from(done.time.as_millis()).unwrap_or(u64::MAX),
        "unfit_lines": unfit.iter().map(|unfit| json!({ "line": unfit.line, "why": unfit.why })).collect::<Vec<_>>(),
        "failed_file": failed.filter(|_| tally.ended() > tally.delivered).map(FailedFile::shown),
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
        let all = Tally { delivered: 1, refused: 1, failed: 1, unfit: 1, ..Tally::default() };
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
