//! `history`: the deliveries, the newest first; one of them; none of them any more.

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _};

use serde_json::json;
use unicode_width::UnicodeWidthStr as _;

use crate::cli::args::{self, HistoryAction};
use crate::cli::commands::app::ascii;
use crate::cli::delivering;
use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::input::prompt;
use crate::cli::output::delivery;
use crate::cli::output::{self, Measure, Out, Tone};
use crate::domain::delivery::{Delivery, Outcome};
use crate::domain::text::{ellipsis, visible};
use crate::ops::{self, Page, Waypost};

/// How many are listed when nothing else is said.
const LIMIT: u32 = 20;

/// In fewer columns a reason says nothing.
const SHORTEST_WHY: usize = 16;

/// Lists, shows or forgets deliveries.
///
/// # Errors
/// Options that do not go together, no such delivery, nobody to ask, or the history cannot be read or removed.
pub fn history(waypost: &Waypost, args: &args::History, out: Out) -> Result<u8, Failure> {
    let listing = args.limit.is_some() || args.outcome.is_some();
    let misplaced = match args.action {
        HistoryAction::List => [(args.id.is_some(), "an id"), (args.yes, "--yes")],
        HistoryAction::Show => [(listing, "--limit or --outcome"), (args.yes, "--yes")],
        HistoryAction::Clear => [(listing, "--limit or --outcome"), (args.id.is_some(), "an id")],
    };
    if let Some((_, what)) = misplaced.into_iter().find(|(given, _)| *given) {
        return Err(Failure::usage(format!("{what} does not belong here."), "See waypost history --help."));
    }
    match (args.action, &args.id) {
        (HistoryAction::List, _) => {
            let limit = usize::try_from(args.limit.unwrap_or(LIMIT)).unwrap_or(usize::MAX);
            list(&waypost.deliveries(args.outcome.as_deref().and_then(Outcome::from_name), 0, limit)?, out)
        }
        (HistoryAction::Show, Some(id)) => show(&waypost.delivery(id)?, out),
        (HistoryAction::Show, None) => {
            Err(Failure::usage("ID is missing.", "Give the id of a delivery, as waypost history lists it."))
        }
        (HistoryAction::Clear, _) => clear(waypost, args.yes, out),
    }
}

fn list(page: &Page, out: Out) -> Result<u8, Failure> {
    if page.unreadable > 0 && out.measure != Measure::Quiet {
        let lines = if page.unreadable == 1 { "line" } else { "lines" };
        output::complain(&format!("note: {} {lines} of the history cannot be read and are left as they are.", page.unreadable));
    }
    if out.json {
        let deliveries: Vec<_> = page.deliveries.iter().map(ops::delivery_json).collect();
        return output::print_json(
            &json!({ "schema_version": crate::cli::SCHEMA_VERSION, "deliveries": deliveries }),
            exit::DONE,
        );
    }
    if page.deliveries.is_empty() {
        out.say("No deliveries.");
        return Ok(exit::DONE);
    }
    let code = output::print(&table(&page.deliveries, width(), out), exit::DONE)?;
    if page.more {
        out.say("There are older ones: --limit N shows more.");
    }
    Ok(code)
}

/// The terminal's width; `None` where lines need not fit.
fn width() -> Option<usize> {
    let size = io::stdout().is_terminal().then(|| rustix::termios::tcgetwinsize(io::stdout()).ok()).flatten()?;
    (size.ws_col > 0).then_some(usize::from(size.ws_col))
}

/// A line for each: when, how it ended, how long it took, what it was, its id, and why where it was not delivered.
fn table(deliveries: &[Delivery], width: Option<usize>, out: Out) -> String {
    let rows: Vec<_> = deliveries.iter().map(cells).collect();
    let mut widths = HEAD.map(str::len);
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.width());
        }
    }
    let head = line(&HEAD.map(str::to_owned), widths, width, str::to_owned);
    let mut text = format!("{}\n", out.paint(&head, Tone::Label));
    for (row, delivery) in rows.iter().zip(deliveries) {
        let ended = |cell: &str| out.paint(cell, Tone::Ended(delivery.outcome())).into_owned();
        text.push_str(&line(row, widths, width, ended));
        text.push('\n');
    }
    text
}

const HEAD: [&str; 6] = ["TIME (UTC)", "OUTCOME", "TOOK", "EVENT", "ID", "WHY"];

fn cells(delivery: &Delivery) -> [String; 6] {
    let outcome = delivery.outcome();
    let Some(last) = delivery.last() else { return Default::default() };
    let mark = match (outcome, ascii()) {
        (Outcome::Delivered, false) => "✓",
        (_, false) => "✗",
        (Outcome::Delivered, true) => "OK",
        (_, true) => "FAIL",
    };
    let end = match (last.status(), last.phase) {
        (Some(status), _) => format!(" {status}"),
        (None, Some(phase)) => format!(" {}", phase.label()),
        (None, None) => String::new(),
    };
    let mut ended = format!("{mark} {}{end}", outcome.name());
    if delivery.attempts.len() > 1 {
        let _ = write!(ended, " ({} attempts)", delivery.attempts.len());
    }
    let why = if outcome == Outcome::Delivered { String::new() } else { visible(&last.diagnosis.why).into_owned() };
    let began = delivery.attempts.first().unwrap_or(last).started_at;
    let took: f64 = delivery.attempts.iter().map(|attempt| attempt.duration_ms).sum();
    [
        began.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        ended,
        format!("{took:.0} ms"),
        ellipsis(&visible(&delivery.event), 40).into_owned(),
        visible(&delivery.id).into_owned(),
        why,
    ]
}

/// The cells below those of the other lines. The last one is cut where the line must fit.
fn line(cells: &[String; 6], widths: [usize; 6], width: Option<usize>, paint: impl Fn(&str) -> String) -> String {
    let before: usize = widths[..5].iter().map(|width| width + 2).sum();
    let mut text = String::new();
    for (index, (cell, column)) in cells.iter().zip(widths).enumerate() {
        let pad = " ".repeat(column.saturating_sub(cell.width()));
        let _ = match index {
            1 => write!(text, "{}{pad}  ", paint(cell)),
            // Numbers stand below each other by their ends.
            2 => write!(text, "{pad}{cell}  "),
            5 => match width.map(|width| width.saturating_sub(before)) {
                Some(rest) if rest >= SHORTEST_WHY => write!(text, "{}", ellipsis(cell, rest)),
                // It does not fit on a line anyway.
                _ => write!(text, "{cell}"),
            },
            _ => write!(text, "{cell}{pad}  "),
        };
    }
    text.truncate(text.trim_end().len());
    text
}

/// All of one, as the app's details show it.
fn show(delivery: &Delivery, out: Out) -> Result<u8, Failure> {
    if out.json {
        return output::print_json(&delivering::json(delivery), exit::DONE);
    }
    output::print(&delivery::delivery_text(delivery, out.verbose()), exit::DONE)
}

fn clear(waypost: &Waypost, yes: bool, out: Out) -> Result<u8, Failure> {
    let told = |cleared: bool, text: &str| {
        if out.json {
            return output::print_json(&json!({ "schema_version": crate::cli::SCHEMA_VERSION, "cleared": cleared }), exit::DONE);
        }
        out.say(text);
        Ok(exit::DONE)
    };
    if !yes {
        if !io::stdin().is_terminal() {
            return Err(Failure::usage(
                "history clear asks first, and there is no terminal to ask on.",
                "Give --yes to forget every delivery without being asked.",
            ));
        }
        if !prompt::confirm("Forget every delivery?")? {
            return told(false, "Nothing was forgotten.");
        }
    }
    waypost.clear_history()?;
    told(true, "Every delivery is forgotten.")
}
