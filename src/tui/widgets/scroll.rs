//! Scrolling by keys.

use crate::tui::action::Action;

/// Where a text of which `page` lines fit is scrolled to; `last` is as far as it goes.
pub fn scrolled(scroll: usize, action: Action, page: usize, last: usize) -> usize {
    match action {
        Action::Up => scroll.saturating_sub(1),
        Action::Down => scroll + 1,
        Action::PageUp => scroll.saturating_sub(page),
        Action::PageDown => scroll + page,
        Action::Home => 0,
        Action::End => last,
        _ => scroll,
    }
    .min(last)
}
