//! Deliveries in columns.
//!
//! In a terminal they fit its width, with ids as short as they can be; elsewhere nothing is left out.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr as _;

use crate::cli::failure::Failure;
use crate::cli::output::{Out, Tone, terminal};
use crate::domain::delivery::{Attempt, Delivery, Outcome};
use crate::domain::text::{ellipsis, visible};
use crate::ops::Waypost;
use crate::present::clock::Clock;
use crate::present::summary::{Mark, summary};

const HEAD: [&str; 6] = ["TIME", "OUTCOME", "TOOK", "EVENT", "ID", "WHY"];

/// Below that width the outcome is its status alone.
const WIDE: usize = 100;

/// The fewest columns that an event's name, and a reason, are cut to.
const SHORTEST_EVENT: usize = 12;
const SHORTEST_WHY: usize = 8;

/// The fewest characters of an id that are shown.
const SHORTEST_ID: usize = 9;

/// How a table is laid out.
pub struct Table<'a> {
    pub clock: &'a Clock,
    /// `None` for all that there is.
    pub width: Option<usize>,
    pub out: Out,
}

impl Table<'_> {
    /// With the head. `ids` are those of the deliveries, as they are shown.
    pub fn text(&self, deliveries: &[Delivery], ids: &[String]) -> String {
        let rows: Vec<_> = deliveries.iter().zip(ids).map(|(delivery, id)| self.cells(delivery, id)).collect();
        let widths = self.widths(&rows);
        let head = self.line(&HEAD.map(str::to_owned), widths, str::to_owned);
        let mut text = format!("{}\n", self.out.paint(&head, Tone::Label));
        text.push_str(&self.rows(deliveries, &rows, widths));
        text
    }

    /// Without the head, in columns that do not depend on the deliveries.
    pub fn more(&self, deliveries: &[Delivery], ids: &[String]) -> String {
        let rows: Vec<_> = deliveries.iter().zip(ids).map(|(delivery, id)| self.cells(delivery, id)).collect();
        let widths = if self.width.is_some() { [12, 9, 7, 16, 12, 0] } else { [19, 15, 7, 16, 36, 0] };
        self.rows(deliveries, &rows, widths)
    }

    fn rows(&self, deliveries: &[Delivery], rows: &[[String; 6]], widths: [usize; 6]) -> String {
        let mut text = String::new();
        for (row, delivery) in rows.iter().zip(deliveries) {
            let tone = tone(summary(delivery).mark);
            text.push_str(&self.line(row, widths, |cell| self.out.paint(cell, tone).into_owned()));
            text.push('\n');
        }
        text
    }

    fn cells(&self, delivery: &Delivery, id: &str) -> [String; 6] {
        let summary = summary(delivery);
        let is_wide = self.width.is_none_or(|width| width >= WIDE);
        let time = if self.width.is_some() {
            self.clock.time(delivery.at())
        } else {
            self.clock.moment(delivery.at()).chars().take(19).collect()
        };
        let ascii = terminal::is_ascii();
        let mark = match (summary.mark, ascii) {
            (Mark::Good, false) => "✓",
            (Mark::Bad, false) => "✗",
            (Mark::Stopped, false) => "■",
            (Mark::Good, true) => "OK",
            (Mark::Bad, true) => "FAIL",
            (Mark::Stopped, true) => "--",
            (Mark::Unclear, _) => "?",
        };
        let status = delivery.last().and_then(Attempt::status);
        let outcome = delivery.outcome().name();
        let end = match (&delivery.probe, status) {
            (Some(_), _) => "probe".to_owned(),
            (None, Some(status)) if is_wide => format!("{outcome} {status}"),
            (None, Some(status)) => status.to_string(),
            (None, None) => outcome.to_owned(),
        };
        let mut event = ellipsis(&visible(&summary.event), 40).into_owned();
        if summary.attempts > 1 {
            let times = if ascii { 'x' } else { '×' };
            let _ = write!(event, " {times}{}", summary.attempts);
        }
        // The outcome has no room for a reason.
        let why = if status.is_none() && delivery.probe.is_none() { &summary.end } else { &summary.why };
        let why = if why == outcome { String::new() } else { visible(why).into_owned() };
        [time, format!("{mark} {end}"), summary.took, event, visible(id).into_owned(), why]
    }

    /// As wide as the cells, and no wider together than the terminal.
    fn widths(&self, rows: &[[String; 6]]) -> [usize; 6] {
        let mut widths = HEAD.map(str::len);
        for row in rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.width());
            }
        }
        if let Some(most) = self.width {
            let too_wide = |widths: &[usize; 6]| (widths.iter().sum::<usize>() + 10).saturating_sub(most);
            widths[3] -= too_wide(&widths).min(widths[3].saturating_sub(SHORTEST_EVENT));
            widths[5] -= too_wide(&widths).min(widths[5].saturating_sub(SHORTEST_WHY));
        }
        widths
    }

    fn line(&self, cells: &[String; 6], widths: [usize; 6], paint: impl Fn(&str) -> String) -> String {
        let mut text = String::new();
        for (index, (cell, column)) in cells.iter().zip(widths).enumerate() {
            let before: usize = widths[..index].iter().map(|width| width + 2).sum();
            let cut = match (index, self.width) {
                (3, Some(_)) => ellipsis(cell, column).into_owned(),
                (5, Some(width)) => at_word(cell, width.saturating_sub(before)),
                _ => cell.clone(),
            };
            let pad = " ".repeat(column.saturating_sub(cut.width()));
            let _ = match index {
                1 => write!(text, "{}{pad}  ", paint(&cut)),
                // Numbers are aligned to the right.
                2 => write!(text, "{pad}{cut}  "),
                _ => write!(text, "{cut}{pad}  "),
            };
        }
        text.truncate(text.trim_end().len());
        text
    }
}

/// As many whole words as there is room for.
fn at_word(text: &str, room: usize) -> String {
    if text.width() <= room {
        return text.to_owned();
    }
    let mut cut = String::new();
    for word in text.split(' ') {
        if cut.width() + word.width() + 2 > room {
            break;
        }
        if !cut.is_empty() {
            cut.push(' ');
        }
        cut.push_str(word);
    }
    if cut.is_empty() { cut } else { cut + "…" }
}

const fn tone(mark: Mark) -> Tone {
    match mark {
        Mark::Good => Tone::Good(true),
        Mark::Bad => Tone::Good(false),
        Mark::Stopped | Mark::Unclear => Tone::Ended(Outcome::Stopped),
    }
}

/// In a terminal an id is as short as it can be.
pub fn shown_ids(waypost: &Waypost, deliveries: &[Delivery], width: Option<usize>) -> Result<Vec<String>, Failure> {
    match width {
        Some(_) => Ok(waypost.short_ids(deliveries, SHORTEST_ID)?),
        None => Ok(deliveries.iter().map(|delivery| delivery.id.clone()).collect()),
    }
}
