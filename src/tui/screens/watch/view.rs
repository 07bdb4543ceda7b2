//! A watch in the title, while it runs.

use ratatui::style::Style;

use crate::present::clock::Clock;
use crate::tui::screens::watch::state::Watch;
use crate::tui::theme::Theme;
use crate::tui::widgets::text;

/// `✓ watching every 10 s · 42 of 43 ok · next 03:14:17`, as much of it as fits. The next one by its clock time: nothing has to
/// count down.
pub fn title(watch: &Watch, clock: &Clock, theme: Theme, room: usize) -> (String, Style) {
    let (mark, style) = match &watch.newest {
        None => (theme.glyphs.busy, theme.styles.accent),
        Some((true, _)) => (theme.glyphs.ok, theme.styles.ok),
        Some((false, _)) => (theme.glyphs.fail, theme.styles.error),
    };
    let every = format!(" every {}", watch.every.label());
    let count = if watch.ended > 0 { format!(" · {} of {} ok", watch.delivered, watch.ended) } else { String::new() };
    let next = watch.next.map(|next| format!(" · next {}", clock.time(next))).unwrap_or_default();
    let forms = [[every.as_str(), count.as_str(), next.as_str()], ["", &count, &next], ["", &count, ""], ["", "", ""]];
    let words = |form: [&str; 3]| format!("{mark} watching{}", form.concat());
    let fitting = forms.into_iter().map(words).find(|words| text::width(words) <= room);
    (fitting.unwrap_or_else(|| format!("{mark} watching")), style)
}
