//! `waypost history`: lists, shows or deletes past deliveries.

use std::fmt::Write as _;

use clap::Subcommand;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap_complete::ArgValueCompleter;
use serde_json::json;
use unicode_width::UnicodeWidthStr as _;

use crate::cli::complete;
use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::input::prompt;
use crate::cli::output::delivery;
use crate::cli::output::terminal;
use crate::cli::output::{self, Out, Tone, Verbosity, pager};
use crate::domain::delivery::{Delivery, Outcome};
use crate::domain::text::{ellipsis, visible};
use crate::ops::{self, Waypost};
use crate::present::timing;

const LIMIT: u32 = 20;

/// A reason cut to fewer columns would say nothing.
const SHORTEST_WHY: usize = 16;

const EXAMPLES: &str = "Examples:
  waypost history
  waypost history --outcome failed --limit 100
  waypost history show msg_2vZ8k1Qx
  waypost history --json | jq '.deliveries[0]'";

#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub struct Args {
    #[command(subcommand)]
    action: Option<Action>,

    #[command(flatten)]
    list: ListArgs,
}

#[derive(Debug, clap::Args)]
struct ListArgs {
    /// Maximum number of deliveries to list [default: 20]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    limit: Option<u32>,

    /// List only deliveries with this outcome
    #[arg(long, value_parser = outcome())]
    outcome: Option<Outcome>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List deliveries, newest first (the default)
    List(ListArgs),
    /// Show one delivery
    Show {
        /// The id of the delivery
        #[arg(add = ArgValueCompleter::new(complete::ids))]
        id: String,
    },
    /// Delete all deliveries
    Clear {
        /// Do not ask for confirmation
        #[arg(short, long)]
        yes: bool,
    },
}

fn outcome() -> impl TypedValueParser<Value = Outcome> {
    PossibleValuesParser::new(Outcome::ALL.map(Outcome::name)).try_map(|name| Outcome::from_name(&name).ok_or("not an outcome"))
}

pub fn run(waypost: &Waypost, args: &Args, out: Out) -> Result<u8, Failure> {
    match &args.action {
        None => list(waypost, &args.list, out),
        // clap's own conflict of options and subcommands would refuse the global options, too.
        Some(_) if args.list.limit.is_some() || args.list.outcome.is_some() => {
            Err(Failure::usage("--limit and --outcome belong to list.", "Put them after waypost history list."))
        }
        Some(Action::List(args)) => list(waypost, args, out),
        Some(Action::Show { id }) => show(&waypost.delivery(id)?, out),
        Some(Action::Clear { yes }) => clear(waypost, *yes, out),
    }
}

fn list(waypost: &Waypost, args: &ListArgs, out: Out) -> Result<u8, Failure> {
    let limit = usize::try_from(args.limit.unwrap_or(LIMIT)).unwrap_or(usize::MAX);
    let page = waypost.deliveries(args.outcome, 0, limit)?;
    if page.unreadable > 0 && out.verbosity != Verbosity::Quiet {
        let damaged = match page.unreadable {
            1 => "1 record of the history is damaged and was left as it is".into(),
            count => format!("{count} records of the history are damaged and were left as they are"),
        };
        output::print_stderr(&format!("note: {damaged}."));
    }
    if out.json {
        let deliveries: Vec<_> = page.deliveries.iter().map(ops::delivery_json).collect();
        return output::print_json(json!({ "deliveries": deliveries }), exit::DONE);
    }
    if page.deliveries.is_empty() {
        out.say(&match args.outcome {
            Some(outcome) => format!("No deliveries with the outcome {}.", outcome.name()),
            None => "No deliveries.".to_owned(),
        });
        return Ok(exit::DONE);
    }
    let code = pager::print(&table(&page.deliveries, terminal::width(), out), exit::DONE)?;
    if page.more {
        out.say("There are older deliveries; --limit N lists more.");
    }
    Ok(code)
}

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
    let mark = match (outcome, terminal::is_ascii()) {
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
        timing::duration(took),
        ellipsis(&visible(&delivery.event), 40).into_owned(),
        visible(&delivery.id).into_owned(),
        why,
    ]
}

/// The cells in columns. The last one is cut to `width`.
fn line(cells: &[String; 6], widths: [usize; 6], width: Option<usize>, paint: impl Fn(&str) -> String) -> String {
    let before: usize = widths[..5].iter().map(|width| width + 2).sum();
    let mut text = String::new();
    for (index, (cell, column)) in cells.iter().zip(widths).enumerate() {
        let pad = " ".repeat(column.saturating_sub(cell.width()));
        let _ = match index {
            1 => write!(text, "{}{pad}  ", paint(cell)),
            // Numbers are aligned to the right.
            2 => write!(text, "{pad}{cell}  "),
            5 => match width.map(|width| width.saturating_sub(before)) {
                Some(rest) if rest >= SHORTEST_WHY => write!(text, "{}", ellipsis(cell, rest)),
                // Unlimited, or too little room for a reason.
                _ => write!(text, "{cell}"),
            },
            _ => write!(text, "{cell}{pad}  "),
        };
    }
    text.truncate(text.trim_end().len());
    text
}

fn show(delivery: &Delivery, out: Out) -> Result<u8, Failure> {
    if out.json {
        return output::print_json(delivery::json(delivery), exit::DONE);
    }
    pager::print(&delivery::text(delivery, out.verbose()), exit::DONE)
}

fn clear(waypost: &Waypost, yes: bool, out: Out) -> Result<u8, Failure> {
    let report = |cleared: bool, text: &str| {
        if out.json {
            return output::print_json(json!({ "cleared": cleared }), exit::DONE);
        }
        out.say(text);
        Ok(exit::DONE)
    };
    if !yes
        && !prompt::confirm("Delete all deliveries?", "history clear asks for confirmation, and there is no terminal to ask on.")?
    {
        return report(false, "Nothing was deleted.");
    }
    waypost.clear_history()?;
    report(true, "All deliveries were deleted.")
}
