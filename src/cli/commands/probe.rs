//! `waypost probe`: does the endpoint verify requests?

use serde_json::{Value, json};

use crate::cli::exit;
use crate::cli::failure::{Failure, fix_text};
use crate::cli::input::prompt;
use crate::cli::output::delivery::cases;
use crate::cli::output::progress::ProgressLine;
use crate::cli::output::{self, Out, Tone, Verbosity, pager};
use crate::cli::runtime;
use crate::domain::delivery::{Attempt, Outcome, record};
use crate::domain::snippet::check::ReceiverCheck;
use crate::domain::text::visible;
use crate::ops::Waypost;
use crate::ops::probe::{Checked, Report, Verdict};

const DETAILS: &str = "The receiver may act on a ping that it accepts. Exits with 0 if the endpoint accepts the valid request \
and refuses the others with 400, 401 or 403; with 3 if it accepts one that it should refuse, refuses the valid one, or gives \
an inconclusive answer; with 4 if it was not reached; with 2 if the auth type is default, which leaves nothing to verify.";

const EXAMPLES: &str = "Examples:
  waypost probe
  waypost probe --yes --json";

#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES, after_help = DETAILS)]
pub struct Args {
    /// Do not ask for confirmation
    #[arg(short, long)]
    yes: bool,
}

pub fn run(waypost: &Waypost, args: &Args, out: Out) -> Result<u8, Failure> {
    let to = waypost.destination()?;
    if to.auth().receiver_check() == ReceiverCheck::Nothing {
        return Err(Failure::usage(
            "There is nothing to verify: the auth type is default, and requests carry no credentials.",
            "Choose another with waypost edit --auth.",
        ));
    }
    let authority = visible(&to.url().authority()).into_owned();
    let question =
        format!("Send pings with valid, missing and wrong credentials to {authority}? It may act on those it accepts.");
    let no_terminal = "probe asks for confirmation, since a receiver may act on a ping, and there is no terminal to ask on.";
    if !args.yes && !prompt::confirm(&question, no_terminal)? {
        let message = "Nothing was sent.".into();
        return Err(Failure::Other { code: exit::INTERRUPTED, field: None, message, fix: String::new() });
    }
    let (report, signal) = runtime::run_until_signal(async |stop| {
        let progress = ProgressLine::new(&to, out);
        Ok(waypost.probe(&to, |case| progress.show(case.label()), stop).await?)
    })?;
    let code = code(&report, signal);
    if let Some(problem) = &report.unrecorded {
        output::print_problem("not recorded", problem);
    }
    if out.json {
        return output::print_json(json(&report, code), code);
    }
    if out.verbosity == Verbosity::Quiet {
        if code != exit::DONE {
            output::print_stderr(&format!("error: {}", finding(&report)));
        }
        return Ok(code);
    }
    pager::print(&text(&report, code, out), code)
}

/// The first that holds: stopped; a finding; not reached; unclear; all is well.
fn code(report: &Report, signal: Option<u8>) -> u8 {
    let delivery = &report.delivery;
    match (delivery.outcome(), report.probe().verdict()) {
        (Outcome::Stopped, _) => signal.unwrap_or(exit::INTERRUPTED),
        (_, Verdict::Bad) => exit::REFUSED,
        (Outcome::Failed, _) => exit::for_delivery(delivery, None),
        (_, Verdict::Unclear) => exit::REFUSED,
        (_, Verdict::Good) => exit::DONE,
    }
}

/// The most important finding and its fix.
fn finding(report: &Report) -> String {
    let (finding, fix) = report.probe().finding();
    let fix = fix_text(&fix);
    visible(format!("{finding} {fix}").trim_end()).into_owned()
}

fn text(report: &Report, code: u8, out: Out) -> String {
    let finding = finding(report);
    let mut text = format!("{}\n\n", out.paint(&finding, Tone::Good(code == exit::DONE)));
    text.push_str(&cases(&report.delivery, out));
    if report.probe().is_cut_short() {
        text.push_str("The rest was not sent.\n");
    }
    text
}

fn json(report: &Report, code: u8) -> Value {
    let rows: Vec<_> = report.delivery.probed().map(|(case, attempt)| row_json(case, attempt)).collect();
    json!({
        "id": report.delivery.id,
        "checks": code == exit::DONE,
        "finding": finding(report),
        "cut_short": report.probe().is_cut_short(),
        "rows": rows,
    })
}

fn row_json(row: &Checked, attempt: Option<&Attempt>) -> Value {
    json!({
        "case": row.case.name(),
        "expected": row.case.expected().name(),
        "verdict": row.verdict.name(),
        "finding": row.finding,
        "fix": Some(fix_text(&row.fix)).filter(|fix| !fix.is_empty()),
        "attempt": attempt.map(record::attempt_to_json),
    })
}
