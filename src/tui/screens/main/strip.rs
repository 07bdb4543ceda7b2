//! The destination's health as it is drawn: a bar for each delivery, and what the numbers say.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::symbols::bar;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, RenderDirection, Sparkline, SparklineBar};

use crate::domain::delivery::gate::{State, Why};
use crate::domain::delivery::probe::Verdict;
use crate::domain::delivery::{Delivery, Outcome};
use crate::domain::text::visible;
use crate::ops::queue::View;
use crate::ops::{Health, Standing};
use crate::present::clock::Clock;
use crate::present::timing::duration;
use crate::tui::screens::main::known::Known;
use crate::tui::screens::queue::layout::{counts, gate};
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

/// `✓ works · delivered 03:14:07`, unless the relay may not deliver to it: what was delivered before shows nothing then. Where it does
/// not fit, without when something was delivered.
pub fn standing(known: &Known, clock: &Clock, theme: Theme, columns: usize) -> Option<(String, Style)> {
    let standing = known.health.as_ref().map(|health| health.standing);
    let gate = known.queue.as_ref().map_or(&State::Open, |queue| queue.gate.gate.state());
    let (word, style) = match (standing, gate) {
        (Some(Standing::Failing(since)), _) => {
            return Some((format!("{} failing since {}", theme.glyphs.fail, clock.time(since)), theme.styles.error));
        }
        (_, State::Held) => ("queue held".to_owned(), theme.styles.strong),
        // Whoever asks for a pause need not be down.
        (_, State::Closed { why: Why::Asked, .. } | State::Probing { why: Why::Asked, .. }) => {
            ("! the destination asked for a pause".to_owned(), theme.styles.warning)
        }
        (_, State::Closed { why: Why::Down, .. } | State::Probing { why: Why::Down, .. } | State::Gone) => {
            (format!("{} the relay cannot deliver", theme.glyphs.fail), theme.styles.error)
        }
        (Some(Standing::Works(at)), State::Open) => {
            return Some((format!("{} works · delivered {}", theme.glyphs.ok, clock.time(at)), theme.styles.ok));
        }
        (Some(Standing::NeverTested), State::Open) => return Some(("never tested".to_owned(), theme.styles.dim)),
        (None, State::Open) => return None,
    };
    // The gate knows when it was closed last, not when it first was: each probe that fails closes it again.
    let whole = match standing {
        Some(Standing::Works(at)) => format!("{word} · last delivered {}", clock.time(at)),
        _ => word.clone(),
    };
    Some((if text::width(&whole) <= columns { whole } else { word }, style))
}

/// `Probe ✓ 4 of 4, 02:10:02`
fn probe(delivery: &Delivery, clock: &Clock, theme: Theme) -> Option<Line<'static>> {
    let probe = delivery.probe.as_ref()?;
    let (mark, style) = match probe.verdict() {
        Verdict::Good => (theme.glyphs.ok, theme.styles.ok),
        Verdict::Bad => (theme.glyphs.fail, theme.styles.error),
        Verdict::Unclear => ("?", theme.styles.warning),
    };
    Some(Line::from(vec![
        Span::styled("Probe ", theme.styles.dim),
        Span::styled(format!("{mark} {} of {}", probe.good(), probe.planned), style),
        Span::styled(format!(", {}", clock.time(delivery.at())), theme.styles.dim),
    ]))
}

/// The milliseconds that each took, the newest first; `None` where it was not delivered. What the user stopped has no bar.
fn bars(health: &Health) -> Vec<Option<u64>> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a delivery takes two minutes at most")]
    let whole = |ms: f64| ms.round() as u64;
    let ended = health.newest.iter().filter(|row| row.outcome != Outcome::Stopped);
    ended.map(|row| (row.outcome == Outcome::Delivered).then(|| whole(row.duration_ms))).collect()
}

pub fn draw(known: &Known, clock: &Clock, theme: Theme, frame: &mut Frame, area: Rect, style: Style) {
    let summary = known.health.as_ref().map(summary).unwrap_or_default();
    let is_titled = !summary.is_empty() && text::width(&summary) + 14 <= usize::from(area.width);
    let block = boxes::boxed(theme, "Health", style);
    let block = if is_titled { block.title_top(Line::raw(format!(" {summary} ")).right_aligned()) } else { block };
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let inside = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    let queue = known.queue.as_ref().map(|queue| queued(queue, clock, theme, inside.width.into()));
    let Some(health) = &known.health else { return };
    let probe = health.last_probe.as_deref().and_then(|delivery| probe(delivery, clock, theme));
    // Beside the strip, or under it where there is room for that.
    let others = 1 + usize::from(!is_titled && !summary.is_empty()) + usize::from(queue.is_some());
    let (beside, under) = if usize::from(inside.height) > others.max(2) { (None, probe) } else { (probe, None) };
    let beside_columns = beside.as_ref().map_or(0, |line| u16::try_from(line.width() + 2).unwrap_or(0));
    let bars = bars(health);
    let shown = bars.len().min(inside.width.saturating_sub(beside_columns).into());
    let mut lines = Vec::new();
    if !is_titled && !summary.is_empty() {
        lines.push(Line::raw(summary));
    }
    lines.extend(under);
    lines.extend(queue);
    if inside.height > 1 && shown > 0 {
        lines.push(Line::styled(scale(&bars[..shown]), theme.styles.dim));
    }
    let strip_rows = u16::from(shown > 0 || beside.is_some());
    let [strip, below] = Layout::vertical([Constraint::Length(strip_rows), Constraint::Min(0)]).areas(inside);
    let bars = bars.iter().take(shown).rev();
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

/// `Queue  12 ready · 3 waiting · 1 dead · gate closed until 03:15:10 (timed out)`; where that does not fit, without what is zero, then
/// without why the gate is closed, and at last without when it opens, and without an open gate.
pub fn queued(queue: &View, clock: &Clock, theme: Theme, columns: usize) -> Line<'static> {
    let state = gate(&queue.gate.gate, clock, theme);
    let word = state.content.split(' ').next().unwrap_or_default().to_owned();
    let line = |all: bool, state: Option<Span<'static>>| {
        let mut spans = vec![Span::styled("Queue  ", theme.styles.dim)];
        spans.extend(counts(queue.counts, all, theme));
        if let Some(state) = state {
            spans.extend([Span::styled(" · ", theme.styles.dim), Span::raw("gate "), state]);
        }
        Line::from(spans)
    };
    let failure = queue.gate.gate.failure().map(|failure| format!(" ({})", visible(failure))).unwrap_or_default();
    let with_reason = |all: bool| {
        let mut line = line(all, Some(state.clone()));
        line.push_span(Span::raw(failure.clone()));
        line
    };
    let is_open = *queue.gate.gate.state() == State::Open;
    let word = (!is_open).then(|| Span::styled(word, state.style));
    let [whole, short, shortest] = [line(true, Some(state.clone())), line(false, Some(state.clone())), line(false, word)];
    [with_reason(true), with_reason(false), whole, short].into_iter().find(|line| line.width() <= columns).unwrap_or(shortest)
}

/// `38 of 40 ok · p50 41 ms · p95 160 ms`; empty where nothing was sent.
fn summary(health: &Health) -> String {
    let stats = &health.stats;
    if stats.ended() == 0 {
        return String::new();
    }
    let mut summary = format!("{} of {} ok", stats.delivered, stats.ended());
    for (name, ms) in [("p50", stats.percentile(50)), ("p95", stats.percentile(95))] {
        summary.extend(ms.map(|ms| format!(" · {name} {}", duration(ms))));
    }
    summary
}

/// What is seen.
fn scale(shown: &[Option<u64>]) -> String {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of two minutes at most")]
    let slowest = shown.iter().flatten().max().map(|&ms| format!(", up to {}", duration(ms as f64))).unwrap_or_default();
    format!("the last {}{slowest}", shown.len())
}
