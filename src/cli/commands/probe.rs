//! `probe`: does the endpoint check?

use std::cell::Cell;
use std::fmt::Write as _;
use std::io::{self, IsTerminal as _};

use serde_json::{Value, json};

use crate::cli::delivering::{self, ProgressLine};
use crate::cli::exit;
use crate::cli::failure::{Failure, fix_text};
use crate::cli::input::prompt;
use crate::cli::output::{self, Measure, Out, Tone};
use crate::domain::auth::Auth;
use crate::domain::delivery::Outcome;
use crate::domain::text::visible;
use crate::ops::probe::{Report, Row, Verdict};
use crate::ops::{self, Waypost};

/// Sends the ping in all ways, and tells which the endpoint took.
///
/// # Errors
/// Nothing is registered, there is nothing to check, nobody can be asked, or the answer is no. What the endpoint does is told by
/// the code.
pub fn probe(waypost: &Waypost, yes: bool, out: Out) -> Result<u8, Failure> {
    let to = waypost.destination()?;
    if matches!(to.auth(), Auth::Default) {
        return Err(Failure::usage(
            "There is nothing to check: the auth type is default, and requests carry no credentials.",
            "Choose another with waypost edit --auth.",
        ));
    }
    let authority = visible(&to.url().authority()).into_owned();
    if !yes {
        if !io::stdin().is_terminal() {
            return Err(Failure::usage(
                "probe asks first, since a receiver may act on a ping that it takes, and there is no terminal to ask on.",
                "Give --yes to send without being asked.",
            ));
        }
        let question = format!("Send {authority} pings with and without good credentials? It may act on those it takes.");
        if !prompt::confirm(&question)? {
            let message = "Nothing was sent.".into();
            return Err(Failure::Other { code: exit::INTERRUPTED, field: None, message, fix: String::new() });
        }
    }
    let stopped_by = Cell::new(None);
    let report = delivering::run(async {
        let mut signals = delivering::signals()?;
        let stop = async { stopped_by.set(Some(signals.next().await)) };
        let progress = ProgressLine::new(&to, out);
        Ok(waypost.probe(&to, |case| progress.show(case.label()), stop).await?)
    })?;
    let code = code(&report, stopped_by.get());
    if let Some(problem) = &report.unrecorded {
        Out::say_problem("not recorded", problem);
    }
    if out.json {
        return output::print_json(&json(&report, code), code);
    }
    if out.measure == Measure::Quiet {
        if code != exit::DONE {
            output::complain(&format!("error: {}", finding(&report)));
        }
        return Ok(code);
    }
    output::print(&text(&report, code, out), code)
}

/// Stopped; takes what it must not; not reached; cannot be told; or all is well.
fn code(report: &Report, stopped_by: Option<u8>) -> u8 {
    let last = report.rows.last().map(|row| &row.delivery);
    match last.map(|delivery| (delivery.outcome(), delivery)) {
        Some((Outcome::Stopped, _)) => stopped_by.unwrap_or(exit::INTERRUPTED),
        _ if report.findings().next().is_some() => exit::REFUSED,
        Some((Outcome::Failed, delivery)) => exit::of_delivery(delivery, None),
        _ if report.rows.iter().any(|row| row.verdict != Verdict::Good) => exit::REFUSED,
        _ => exit::DONE,
    }
}

/// What matters most, in words.
fn finding(report: &Report) -> String {
    let (finding, fix) = report.finding();
    let fix = fix_text(&fix);
    visible(format!("{finding} {fix}").trim_end()).into_owned()
}

fn text(report: &Report, code: u8, out: Out) -> String {
    let finding = finding(report);
    let mut text = format!("{}\n\n", out.paint(&finding, Tone::Good(code == exit::DONE)));
    let label = report.rows.iter().map(|row| row.case.label().len()).max().unwrap_or(0);
    let ended = report.rows.iter().map(|row| ended(row).chars().count()).max().unwrap_or(0);
    for row in &report.rows {
        let verdict = match row.verdict {
            Verdict::Good => out.paint("good", Tone::Good(true)),
            Verdict::Bad => out.paint("bad", Tone::Good(false)),
            Verdict::Unclear => "unclear".into(),
        };
        let _ = writeln!(text, "{:<label$}  {:<ended$}  {verdict}", row.case.label(), self::ended(row));
    }
    if report.cut_short {
        text.push_str("The rest was not sent.\n");
    }
    text
}

/// `refused 401`, `failed at TLS`
fn ended(row: &Row) -> String {
    let outcome = row.delivery.outcome().name();
    match row.delivery.last().map(|last| (last.status(), last.phase)) {
        Some((Some(status), _)) => format!("{outcome} {status}"),
        Some((None, Some(phase))) => format!("{outcome} at {}", phase.label()),
        _ => outcome.to_owned(),
    }
}

fn json(report: &Report, code: u8) -> Value {
    let rows: Vec<_> = report.rows.iter().map(row_json).collect();
    json!({
        "schema_version": crate::cli::SCHEMA_VERSION,
        "checks": code == exit::DONE,
        "finding": finding(report),
        "cut_short": report.cut_short,
        "rows": rows,
    })
}

fn row_json(row: &Row) -> Value {
    let verdict = match row.verdict {
        Verdict::Good => "good",
        Verdict::Bad => "bad",
        Verdict::Unclear => "unclear",
    };
    json!({
        "case": row.case.name(),
        "expected": row.case.expected().name(),
        "verdict": verdict,
        "finding": row.finding,
        "fix": Some(fix_text(&row.fix)).filter(|fix| !fix.is_empty()),
        "delivery": ops::delivery_json(&row.delivery),
    })
}
