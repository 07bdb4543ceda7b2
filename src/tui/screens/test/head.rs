//! The lines at the top of the popup: the event, and the tabs.

use ratatui::text::{Line, Span};

use crate::tui::screens::delivery::lines as answer;
use crate::tui::screens::test::state::{TestFocus, TestPopup};
use crate::tui::screens::test::tabs::Tab;
use crate::tui::theme::Theme;
use crate::tui::widgets::text;

pub fn event(test: &TestPopup, theme: Theme, columns: usize) -> Line<'static> {
    let focused = test.focus == TestFocus::Event;
    let style = if focused { theme.styles.accent } else { theme.styles.dim };
    let (left, right) = theme.glyphs.choice;
    let name = answer::label_of(&test.event.name);
    let name = if test.choices.is_empty() { name } else { format!("{left} {name} {right}") };
    let edited = if test.edited { "  (edited)" } else { "" };
    let mark = Span::raw(if focused { "> " } else { "" });
    let mut line = Line::from(vec![mark, Span::styled("Event   ", style), Span::raw(name), Span::raw(edited)]);
    let hint = "^E edit the body";
    let gap = columns.saturating_sub(line.width() + text::width(hint));
    if test.can_edit() && gap > 2 {
        line.push_span(Span::styled(format!("{}{hint}", " ".repeat(gap)), theme.styles.dim));
    }
    line
}

pub fn tabs(test: &TestPopup, theme: Theme) -> Line<'static> {
    let mut spans = vec![Span::raw(if test.focus == TestFocus::Tabs { ">" } else { " " })];
    for tab in Tab::ALL {
        let style = if tab == test.tabs.front { theme.styles.selected } else { theme.styles.dim };
        spans.push(Span::styled(format!(" {} ", tab.label()), style));
        spans.push(Span::raw(" "));
    }
    Line::from(spans)
}

/// The tab at that column of their line.
pub fn tab_at(column: usize) -> Option<Tab> {
    let mut right = 1;
    Tab::ALL.into_iter().find(|tab| {
        let left = right;
        right = left + text::width(tab.label()) + 3;
        (left..right - 1).contains(&column)
    })
}
