//! `waypost history`: lists, shows or deletes past deliveries.

mod follow;
mod table;

use clap::Subcommand;
use clap::builder::PossibleValuesParser;
use clap_complete::ArgValueCompleter;
use jiff::tz::TimeZone;
use serde_json::json;

use crate::cli::complete;
use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::input::number::number;
use crate::cli::input::{filter, prompt};
use crate::cli::output::delivery;
use crate::cli::output::terminal;
use crate::cli::output::{self, Out, Verbosity, clock, pager};
use crate::domain::delivery::Delivery;
use crate::ops::{self, Start, Waypost};
use table::{Table, shown_ids};

const LIMIT: u32 = 20;

const RESULTS: [&str; 5] = ["delivered", "refused", "failed", "stopped", "probe"];

const EXAMPLES: &str = "Examples:
  waypost history
  waypost history --outcome failed,refused --since 24h --limit 100
  waypost history --search 'status:5xx order_4711'
  waypost history --follow
  waypost history show last
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
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = number(1..=100_000))]
    limit: Option<u32>,

    /// List only deliveries with this outcome, or only probes; separate several with commas
    #[arg(long, value_name = "OUTCOME", value_delimiter = ',', value_parser = PossibleValuesParser::new(RESULTS))]
    outcome: Vec<String>,

    /// List only deliveries since then: 30m, 24h, 7d, 21:03, 2026-11-26 or 2026-11-26T21:03
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    since: Option<String>,

    /// List only deliveries until then
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    until: Option<String>,

    /// List only deliveries with these words in the event, status, reason, id or body; also status:5xx, event:order.*
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    search: Option<String>,

    /// Then wait, and print new deliveries as they appear
    #[arg(short, long)]
    follow: bool,
}

impl ListArgs {
    fn is_given(&self) -> bool {
        let Self { limit, outcome, since, until, search, follow } = self;
        limit.is_some() || !outcome.is_empty() || since.is_some() || until.is_some() || search.is_some() || *follow
    }
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List deliveries, newest first (the default)
    List(ListArgs),
    /// Show one delivery
    Show {
        /// The id of the delivery, or its beginning; "last" for the newest
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

pub fn run(waypost: &Waypost, args: &Args, out: Out) -> Result<u8, Failure> {
    match &args.action {
        None => list(waypost, &args.list, out),
        // clap's own conflict of options and subcommands would refuse the global options, too.
        Some(_) if args.list.is_given() => {
            Err(Failure::usage("The options of list come after it.", "Put them after waypost history list."))
        }
        Some(Action::List(args)) => list(waypost, args, out),
        Some(Action::Show { id }) => show(waypost, id, out),
        Some(Action::Clear { yes }) => clear(waypost, *yes, out),
    }
}

fn list(waypost: &Waypost, args: &ListArgs, out: Out) -> Result<u8, Failure> {
    let limit = usize::try_from(args.limit.unwrap_or(LIMIT)).unwrap_or(usize::MAX);
    let outcomes = args.outcome.iter().map(|outcome| ("outcome", Some(outcome.as_str())));
    let terms = outcomes.chain([("since", args.since.as_deref()), ("until", args.until.as_deref())]);
    let zone = clock::zone(waypost, out);
    let filter = filter::parse(args.search.as_deref(), terms, &zone, "history", out)?;
    // Before the page: what comes between the two is in it, or follows it.
    let end = waypost.end_of_history()?;
    let page = waypost.page(&filter, Start::Newest, limit)?;
    if page.unreadable > 0 && out.verbosity != Verbosity::Quiet {
        let damaged = match page.unreadable {
            1 => "1 damaged record was passed over, and left as it is".into(),
            count => format!("{count} damaged records were passed over, and left as they are"),
        };
        output::print_stderr(&format!("note: {damaged}."));
    }
    if out.json && !args.follow {
        let deliveries: Vec<_> = page.deliveries.iter().map(ops::delivery_json).collect();
        return output::print_json(json!({ "deliveries": deliveries }), exit::DONE);
    }
    if args.follow {
        if !out.json && !page.deliveries.is_empty() {
            // The oldest first: what is new is at the end.
            let mut deliveries = page.deliveries;
            deliveries.reverse();
            print_table(waypost, &deliveries, zone.clone(), out)?;
        }
        return follow::follow(waypost, &filter, end.max(page.newest.unwrap_or_default()), &zone, out);
    }
    if page.deliveries.is_empty() {
        out.say(&match args.outcome.first() {
            _ if filter.is_empty() => "No deliveries.".to_owned(),
            Some(outcome) if filter.is_of_one_result() => format!("No deliveries with the outcome {outcome}."),
            _ => "No deliveries match.".to_owned(),
        });
        return Ok(exit::DONE);
    }
    let code = print_table(waypost, &page.deliveries, zone, out)?;
    if page.more {
        let all = waypost.count(&filter)?;
        out.say(&format!("{} of {all} deliveries. --limit N lists older ones.", page.deliveries.len()));
    }
    Ok(code)
}

fn print_table(waypost: &Waypost, deliveries: &[Delivery], zone: TimeZone, out: Out) -> Result<u8, Failure> {
    let (clock, width) = (clock::now_in(zone), terminal::width());
    let ids = shown_ids(waypost, deliveries, width)?;
    pager::print(&Table { clock: &clock, width, out }.text(deliveries, &ids), exit::DONE)
}

fn show(waypost: &Waypost, id: &str, out: Out) -> Result<u8, Failure> {
    let delivery = waypost.delivery(id)?;
    if out.json {
        return output::print_json(delivery::json(&delivery), exit::DONE);
    }
    pager::print(&delivery::past(&delivery, &clock::clock(waypost, out), out.verbose()), exit::DONE)
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
