//! A delivery as a row of the list.
//!
//! ```text
//!  > 03:14:07      ✓ 200 OK             14 ms  ping
//!    02:58:40      ✗ 401 Unauthorized    3 ms  ping           wrong credentials
//!    02:10:02      ✓ probe               4/4                 refuses what it should
//!    Nov 26 21:03  ✗ timed out           15 s  order.created ×4
//! ```

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::domain::delivery::Delivery;
use crate::domain::text::visible;
use crate::present::clock::Clock;
use crate::present::summary::{Summary, summary};
use crate::tui::screens::delivery::lines::{label_of, verdict};
use crate::tui::theme::Theme;
use crate::tui::widgets::text;

/// Columns of the time: `Nov 26 21:03`.
const TIME: usize = 12;

/// Columns of the outcome: `✗ connection refused` and a gap.
const OUTCOME: usize = 21;

/// The same in a row with room for the words of every status: `✗ 422 Unprocessable Entity`.
const WIDE_OUTCOME: usize = 27;

/// With at least this number of columns beside the time, there is that room.
const WIDE: usize = 76;

/// Columns of the time on a narrow screen: `Nov 26`.
const SHORT_TIME: usize = 6;

const DURATION: usize = 6;

/// Columns of the event, where why follows it.
const EVENT: usize = 15;

/// Columns of why from which on it is shown.
const WHY: usize = 12;

/// What a row is distinguished by.
#[derive(Clone, Copy)]
pub struct Marks {
    pub focused: bool,
    /// For a comparison.
    pub marked: bool,
}

pub fn row(delivery: &Delivery, marks: Marks, clock: &Clock, theme: Theme, columns: usize) -> Line<'static> {
    let focused = marks.focused;
    let sign = match (marks.marked, focused) {
        (true, true) => "●> ",
        (true, false) => "●  ",
        (false, true) => " > ",
        (false, false) => "   ",
    };
    let summary = summary(delivery);
    let (text, style) = verdict(&summary, theme);
    // In reverse video the colour would be the background; the mark says the same.
    let style = if focused { Style::new() } else { style };
    // On a narrow screen the day, or the hour, has to do.
    let head = if columns < 50 {
        format!("{:<SHORT_TIME$} ", clock.short(delivery.at()))
    } else {
        format!("{:<TIME$}  ", clock.time(delivery.at()))
    };
    let room = columns.saturating_sub(text::width(&head) + text::width(sign));
    let outcome = if room >= WIDE { WIDE_OUTCOME } else { OUTCOME.min(room) };
    let mut rest = format!("{:>DURATION$}  ", summary.took);
    let left = room.saturating_sub(outcome + text::width(&rest) + 1);
    let event = event(&summary);
    if !summary.why.is_empty() && left >= EVENT + WHY {
        // A probe has no event.
        let column = if event.is_empty() { 0 } else { EVENT.max(left / 3) };
        rest.push_str(&text::padded(&text::middle_cut(&event, column.saturating_sub(2)), column));
        rest.push_str(&text::whole_words(&visible(&summary.why), left - column));
    } else {
        rest.push_str(&text::middle_cut(&event, left));
    }
    if text::width(&rest) > room - outcome {
        rest = text::whole_words(&rest, room - outcome);
    }
    let text = text::padded(&text::whole_words(&text, outcome.saturating_sub(1)), outcome);
    let sign = Span::styled(sign, if marks.marked && !focused { theme.styles.accent } else { Style::new() });
    let line = Line::from(vec![sign, Span::raw(head), Span::styled(text, style), Span::raw(rest)]);
    if !focused {
        return line;
    }
    let rest = " ".repeat(columns.saturating_sub(line.width()));
    let mut line = line.style(theme.styles.selected);
    line.push_span(Span::raw(rest));
    line
}

/// `order.created ×4`
fn event(summary: &Summary) -> String {
    let label = label_of(&summary.event);
    match summary.attempts {
        0 | 1 => label,
        count => format!("{label} ×{count}"),
    }
}
