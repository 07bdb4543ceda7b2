//! The destination's health as it is drawn: a bar for each delivery, and what the numbers say.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::symbols::bar;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, RenderDirection, Sparkline, SparklineBar};

use crate::domain::delivery::probe::Verdict;
use crate::present::clock::Clock;
use crate::present::timing::duration;
use crate::tui::screens::main::health::{Health, Probed, Standing};
use crate::tui::theme::Theme;
use crate::tui::widgets::{boxes, text};

/// The least that was delivered has a bar, too: nothing at all would look like a gap.
const BARS: bar::Set<'static> = bar::Set { empty: bar::ONE_EIGHTH, ..bar::NINE_LEVELS };

const ASCII_BARS: bar::Set<'static> = bar::Set {
    full: "#",
    seven_eighths: "#",
    three_quarters: "=",
    five_eighths: "=",
    half: "-",
    three_eighths: "-",
    one_quarter: "_",
    one_eighth: "_",
    empty: "_",
};

/// `✓ works · delivered 03:14:07`
pub fn standing(health: &Health, clock: &Clock, theme: Theme) -> (String, Style) {
    match health.standing {
        Standing::Works(at) => (format!("{} works · delivered {}", theme.glyphs.ok, clock.time(at)), theme.styles.ok),
        Standing::Failing(since) => (format!("{} failing since {}", theme.glyphs.fail, clock.time(since)), theme.styles.error),
        Standing::NeverTested => ("never tested".to_owned(), theme.styles.dim),
    }
}

/// `Probe ✓ 4 of 4, 02:10:02`
fn probe(probed: Probed, clock: &Clock, theme: Theme) -> Line<'static> {
    let (mark, style) = match probed.verdict {
        Verdict::Good => (theme.glyphs.ok, theme.styles.ok),
        Verdict::Bad => (theme.glyphs.fail, theme.styles.error),
        Verdict::Unclear => ("?", theme.styles.warning),
    };
    Line::from(vec![
        Span::styled("Probe ", theme.styles.dim),
        Span::styled(format!("{mark} {} of {}", probed.good, probed.planned), style),
        Span::styled(format!(", {}", clock.time(probed.at)), theme.styles.dim),
    ])
}

pub fn draw(health: &Health, clock: &Clock, theme: Theme, frame: &mut Frame, area: Rect, style: Style) {
    let summary = summary(health);
    let is_titled = text::width(&summary) + 14 <= usize::from(area.width);
    let block = boxes::boxed(theme, "Health", style);
    let block = if is_titled { block.title_top(Line::raw(format!(" {summary} ")).right_aligned()) } else { block };
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let inside = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    let probe = health.probe.map(|probed| probe(probed, clock, theme));
    // Beside the strip, or under it where there is room for that.
    let (beside, under) = if inside.height > 2 { (None, probe) } else { (probe, None) };
    let beside_columns = beside.as_ref().map_or(0, |line| u16::try_from(line.width() + 2).unwrap_or(0));
    let shown = health.bars.len().min(inside.width.saturating_sub(beside_columns).into());
    let mut lines = Vec::new();
    if !is_titled {
        lines.push(Line::raw(summary));
    }
    if inside.height > 1 {
        lines.push(Line::styled(scale(health, shown), theme.styles.dim));
    }
    lines.splice(0..0, under);
    let [strip, below] = Layout::vertical([Constraint::Length(1), Constraint::Min(0)]).areas(inside);
    let bars = health.bars.iter().take(shown).rev();
    let bars = bars.map(|ms| SparklineBar::from(*ms).style(ms.map(|_| theme.styles.ok)));
    let sparkline = Sparkline::default()
        .direction(RenderDirection::LeftToRight)
        .bar_set(if theme.glyphs.ascii { ASCII_BARS } else { BARS })
        .absent_value_symbol(if theme.glyphs.ascii { "x" } else { "✗" })
        .absent_value_style(theme.styles.error)
        .data(bars);
    frame.render_widget(sparkline, Rect { width: u16::try_from(shown).unwrap_or(strip.width), ..strip });
    if let Some(line) = beside {
        frame.render_widget(line.right_aligned(), strip);
    }
    frame.render_widget(Paragraph::new(lines), below);
}

/// `38 of 40 ok · p50 41 ms · p95 160 ms`
fn summary(health: &Health) -> String {
    let mut summary = format!("{} of {} ok", health.delivered(), health.bars.len());
    for (name, ms) in [("p50", health.p50_ms), ("p95", health.p95_ms)] {
        summary.extend(ms.map(|ms| format!(" · {name} {}", duration(ms))));
    }
    summary
}

/// What is seen.
fn scale(health: &Health, shown: usize) -> String {
    let slowest = health.bars.iter().take(shown).flatten().max();
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of two minutes at most")]
    let slowest = slowest.map(|&ms| format!(", up to {}", duration(ms as f64))).unwrap_or_default();
    format!("the last {shown}{slowest}")
}
