//! Many events of the history: chosen, listed, sent.

use std::cell::RefCell;
use std::io::{self, IsTerminal as _};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use jiff::tz::TimeZone;

use super::summary::{self, Ended, events, print_line};
use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::input::prompt;
use crate::cli::output::live::Live;
use crate::cli::output::{self, Out, Verbosity, clock};
use crate::cli::runtime;
use crate::cli::stops::Stops;
use crate::domain::delivery::filter::Filter;
use crate::domain::destination::Destination;
use crate::domain::text::visible;
use crate::ops::Waypost;
use crate::ops::relay::{AgainOptions, PastReport, Tally};
use crate::ops::resend::Selection;

const NO_TERMINAL: &str = "resend asks for confirmation before it sends many events, and there is no terminal to ask on.";

/// Which events.
pub enum Which<'a> {
    Named(&'a [String]),
    /// Those that were not delivered since.
    Meant(Box<Filter>),
}

impl Which<'_> {
    fn choose(&self, waypost: &Waypost, to: &Destination) -> Result<Selection, Failure> {
        Ok(match self {
            Self::Named(ids) => waypost.choose_named(to, ids)?,
            Self::Meant(filter) => waypost.choose(to, filter)?,
        })
    }
}

/// `--dry-run`: a line for each.
pub fn list(waypost: &Waypost, which: &Which, zone: TimeZone, out: Out) -> Result<u8, Failure> {
    let to = waypost.destination()?;
    let selection = which.choose(waypost, &to)?;
    let clock = clock::now_in(zone);
    if out.json {
        for (id, why) in &selection.left_out {
            print_line(summary::left_out_json(id, *why))?;
        }
    }
    waypost.each_chosen::<Failure>(&selection.chosen, |delivery| {
        if out.json {
            return print_line(summary::would_send_json(delivery));
        }
        let at: String = clock.moment(delivery.at()).chars().take(19).collect();
        output::print(&format!("{at}  {}\n", summary::line_of(delivery)), exit::DONE).map(drop)
    })?;
    if out.json {
        print_line(summary::dry_run_json(&selection))?;
        return Ok(exit::DONE);
    }
    say_left_out(&selection, out);
    out.say(&format!("{} would be sent to {}{}.", events(selection.chosen.len() as u64), host(&to), elsewhere(&selection)));
    Ok(exit::DONE)
}

pub fn send(waypost: &Waypost, which: &Which, how: &AgainOptions, yes: bool, out: Out) -> Result<u8, Failure> {
    let to = waypost.destination()?;
    let asks = !yes && matches!(which, Which::Meant(_));
    // Before the history is read: a script fails at its first run, not at the first that finds something.
    if asks && !io::stdin().is_terminal() {
        return Err(Failure::usage(NO_TERMINAL, "Use --yes to skip the question, or --dry-run to see what would be sent."));
    }
    let selection = which.choose(waypost, &to)?;
    if !out.json {
        say_left_out(&selection, out);
    }
    if asks && !selection.chosen.is_empty() {
        let count = events(selection.chosen.len() as u64);
        let question = format!("Send {count} again to {}{}?", host(&to), elsewhere(&selection));
        if !prompt::confirm(&question, NO_TERMINAL)? {
            let message = "Nothing was sent.".into();
            return Err(Failure::Other { code: exit::INTERRUPTED, field: None, message, fix: String::new() });
        }
    }
    if out.json {
        for (id, why) in &selection.left_out {
            print_line(summary::left_out_json(id, *why))?;
        }
    }
    if selection.chosen.is_empty() {
        return summary::print(&Ended { before: selection.left_out, ..Ended::default() }, out);
    }
    let ended = runtime::run(deliver(waypost, &to, selection, how, out))?;
    summary::print(&ended, out)
}

async fn deliver(
    waypost: &Waypost,
    to: &Destination,
    selection: Selection,
    how: &AgainOptions,
    out: Out,
) -> Result<Ended, Failure> {
    let stops = Stops::catch()?;
    let live = Live::new(None, out);
    let first_code = Arc::clone(&stops.code);
    let began = Instant::now();
    let unprinted = RefCell::new(None);
    let stop = async {
        stops.first.await;
        live.say(&stopping(&live.tally()));
    };
    let report = |happened: PastReport| {
        if out.json {
            let object = match happened {
                PastReport::Ended(delivery) => summary::ended_json(delivery),
                PastReport::LeftOut(id, why) => summary::left_out_json(id, why),
            };
            if let Err(failure) = print_line(object) {
                unprinted.borrow_mut().get_or_insert(failure);
            }
        } else if let (PastReport::Ended(delivery), Verbosity::Verbose) = (happened, out.verbosity) {
            live.say(&summary::line_of(delivery));
        }
    };
    let sent = waypost.send_again(to, selection.chosen, how, report, |now| live.progress(now), (stop, stops.second));
    let sent = tokio::select! {
        sent = sent => sent,
        never = live.draw() => match never {},
    };
    live.clear();
    let sent = sent?;
    let stopped_by = Some(first_code.load(Ordering::SeqCst)).filter(|&code| sent.stopped && code != 0);
    Ok(Ended { sent, before: selection.left_out, time: began.elapsed(), stopped_by, unprinted: unprinted.into_inner() })
}

fn say_left_out(selection: &Selection, out: Out) {
    for text in summary::left_out(&selection.left_out) {
        out.say(&text);
    }
}

fn stopping(tally: &Tally) -> String {
    format!("Stopping: waiting for {} in flight; the rest is not sent. Press ^C again to stop at once.", tally.in_flight)
}

fn host(to: &Destination) -> String {
    visible(&to.url().authority()).into_owned()
}

/// How many of them went to another destination before: this one may not be meant to get them.
fn elsewhere(selection: &Selection) -> String {
    match selection.elsewhere {
        0 => String::new(),
        count if count == selection.chosen.len() as u64 => " (sent to another destination before)".to_owned(),
        count => format!(" ({count} of them were sent to another destination before)"),
    }
}
