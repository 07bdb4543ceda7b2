//! How a delivery ended, in lines: outcome, why, fix, what changed since it last worked, and the attempts before.

use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use crate::domain::delivery::{Attempt, Delivery, diagnosis};
use crate::domain::field::URL;
use crate::domain::problem::{FieldChange, Fix};
use crate::present::clock::Clock;
use crate::present::summary::summary;
use crate::present::{self, since};
use crate::tui::screens::delivery::lines::verdict;
use crate::tui::theme::Theme;
use crate::tui::widgets::fix::{fix_text, name_key};
use crate::tui::widgets::{boxes, message, text};

/// Columns of the labels.
const LABEL: usize = 7;

/// What the app adds to a delivery that it shows.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    pub clock: &'a Clock,
    /// What the key of the fix does, in a word.
    pub fix: Option<&'static str>,
    /// Each attempt before the last with its reason, in a line of its own; else all of them in one.
    pub each_attempt: bool,
}

/// The outcome with its time, why, the fix, and the rest.
pub fn lines(delivery: &Delivery, shown: Shown<'_>, theme: Theme, columns: usize) -> Vec<Line<'static>> {
    let Some((last, before)) = delivery.attempts.split_last() else { return Vec::new() };
    // Longer lines are hard to read, and the key of the fix would be far from it.
    let columns = columns.min(boxes::READABLE.into());
    let summary = summary(delivery);
    let (outcome, style) = verdict(&summary, theme);
    let mut lines = vec![Line::from(vec![
        Span::styled(outcome, style.add_modifier(Modifier::BOLD)),
        Span::raw(format!("   {}   {}", summary.took, time(last, shown.clock))),
    ])];
    let said = |label: &str, words: &str| message::labelled_at(LABEL, label, words, theme, columns);
    if !last.diagnosis.why.is_empty() {
        lines.extend(said("Why", &shown.clock.in_sentence(&last.diagnosis.why)));
    }
    lines.extend(fix(&present::delivery::fix(&last.diagnosis.fix, shown.clock), shown.fix, theme, columns));
    if let Some(since) = &delivery.since_last_delivered {
        lines.extend(said(since::LABEL, &since::line(since, shown.clock)));
    }
    if delivery.probe.is_some() {
        // Its attempts are its cases, which are no tries.
    } else if shown.each_attempt {
        for (at, attempt) in before.iter().enumerate() {
            let label = if at == 0 { "Tries" } else { "" };
            lines.extend(said(
                label,
                &format!("{}  {}", time(attempt, shown.clock), present::delivery::line(attempt, shown.clock)),
            ));
        }
    } else if !before.is_empty() {
        let each = |attempt: &Attempt| format!("{} at {}", end(attempt), time(attempt, shown.clock));
        let all: Vec<_> = delivery.attempts.iter().map(each).collect();
        lines.extend(said("Tries", &all.join(", ")));
    }
    for notice in diagnosis::notices(last) {
        lines.extend(said("Note", &fix_text(&present::delivery::fix(&notice, shown.clock))));
    }
    lines
}

/// The values that are proposed, then the words; at the right, the key that does it.
fn fix(fix: &Fix, verb: Option<&'static str>, theme: Theme, columns: usize) -> Vec<Line<'static>> {
    let room = columns.saturating_sub(verb.map_or(0, |verb| text::width("f ") + text::width(verb) + 2));
    let change = |change: &FieldChange| format!("{}: {} → {}", change.field.label, change.before, change.after);
    let mut words: Vec<_> = fix.changes().iter().map(change).collect();
    // Of a URL they say no more than that.
    if !matches!(fix.changes(), [only] if only.field == URL) && !fix.is_empty() {
        words.push(fix.text.clone());
    }
    let labelled =
        |(at, words): (usize, &String)| message::labelled_at(LABEL, if at == 0 { "Fix" } else { "" }, words, theme, room);
    let mut lines: Vec<Line> = words.iter().enumerate().flat_map(labelled).collect();
    if let Some(verb) = verb {
        name_key(&mut lines, "f", verb, theme, columns);
    }
    lines
}

/// `401`, `TLS`, `stopped`
fn end(attempt: &Attempt) -> String {
    match (attempt.status(), attempt.phase) {
        (Some(status), _) => status.to_string(),
        (None, Some(phase)) => format!("{} at {}", attempt.outcome.name(), phase.label()),
        (None, None) => attempt.outcome.name().to_owned(),
    }
}

/// When it began, to the second.
fn time(attempt: &Attempt, clock: &Clock) -> String {
    clock.second(attempt.started_at)
}
