//! The Timing tab: phase under phase, each bar where it lay in time; of a delivery in flight, as they come.

use ratatui::text::{Line, Span};

use crate::domain::delivery::{Attempt, Phase};
use crate::present;
use crate::present::clock::Clock;
use crate::present::timing::{PhaseTime, duration};
use crate::tui::theme::Theme;
use crate::tui::widgets::rows;

/// Columns before the bars.
const LABELS: usize = 22;

/// What the bars of a delivery in flight are drawn against, in milliseconds: the first that is longer than it took so far. So a bar
/// grows, and the others shrink only now and then.
const SCALES: [u32; 9] = [100, 250, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000];

/// Of an attempt that ended, with what it connected to.
pub fn ended(attempt: &Attempt, clock: &Clock, theme: Theme, columns: usize) -> Vec<Line<'static>> {
    let phases = present::timing::phases(attempt);
    let total = phases.iter().map(|it| it.ms).sum::<f64>().max(attempt.duration_ms);
    let mut lines: Vec<Line> = phases.iter().map(|phase| bar(phase, total, theme, columns)).collect();
    lines.push(sum(&duration(attempt.duration_ms), theme));
    lines.push(Line::default());
    lines.extend(rows::lines(&present::timing::connection(attempt, clock), theme, columns));
    lines
}

/// Of one in flight: the phases that ended, and the one that it is in, which grows.
pub fn growing(done: &[(Phase, f64)], now: Option<Phase>, elapsed_ms: f64, theme: Theme, columns: usize) -> Vec<Line<'static>> {
    let scale = SCALES.into_iter().map(f64::from).find(|scale| *scale > elapsed_ms).unwrap_or(120_000.0);
    let (mut lines, mut begin_ms) = (Vec::new(), 0.0);
    for &(phase, ms) in done {
        lines.push(bar(&PhaseTime { phase, begin_ms, ms }, scale, theme, columns));
        begin_ms += ms;
    }
    let ms = (elapsed_ms - begin_ms).max(0.0);
    lines.extend(now.map(|phase| bar(&PhaseTime { phase, begin_ms, ms }, scale, theme, columns)));
    let mut sum = sum(&duration(elapsed_ms), theme);
    sum.push_span(Span::styled("  so far", theme.styles.dim));
    lines.push(sum);
    lines
}

fn sum(text: &str, theme: Theme) -> Line<'static> {
    Line::from(vec![Span::styled(format!("{:<9}", "total"), theme.styles.dim), Span::raw(format!("{text:>9}"))])
}

fn bar(time: &PhaseTime, total: f64, theme: Theme, columns: usize) -> Line<'static> {
    let room = columns.saturating_sub(LABELS).max(5);
    let column = |ms: f64| {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a share of a few hundred columns"
        )]
        let at = (ms / total.max(0.001) * room as f64) as usize;
        at.min(room)
    };
    let from = column(time.begin_ms).min(room - 1);
    let length = column(time.begin_ms + time.ms).saturating_sub(from).max(1);
    Line::from(vec![
        Span::styled(format!("{:<9}", time.phase.label()), theme.styles.dim),
        Span::raw(format!("{:>9}  {}", duration(time.ms), " ".repeat(from))),
        Span::styled("█".repeat(length), theme.styles.accent),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn must_not_11_the_bar_of_the_phase_in_flight_grows_and_those_that_ended_are_known() {
        let theme = Theme::new(None, false);
        let bars = |elapsed| {
            let lines = growing(&[(Phase::Dns, 10.0), (Phase::Connect, 20.0)], Some(Phase::Tls), elapsed, theme, 80);
            lines.iter().map(|line| line.to_string().matches('█').count()).collect::<Vec<_>>()
        };
        let (early, late, later) = (bars(40.0), bars(90.0), bars(120.0));
        assert_eq!(early.len(), 4);
        assert!(early[2] < late[2] && early[..2] == late[..2], "{early:?} {late:?}");
        // Against a longer scale.
        assert!(later[2] < late[2] && later[0] < late[0], "{late:?} {later:?}");
    }
}
