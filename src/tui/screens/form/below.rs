//! What a high screen has room for below the form: the request as it will be sent, and the formats beside each other.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::domain::auth::hmac;
use crate::domain::event::BuiltIn;
use crate::domain::request::Request;
use crate::tui::screens::delivery::lines as answer;
use crate::tui::screens::form::compare;
use crate::tui::screens::form::lines::MARK;
use crate::tui::screens::form::state::Form;
use crate::tui::theme::Theme;
use crate::tui::widgets::text;

/// At most `most` lines of that many columns.
pub(super) fn lines(form: &Form, theme: Theme, columns: usize, most: usize) -> Vec<Line<'static>> {
    let mut lines = vec![rule("Request", theme, columns)];
    match form.complete().check() {
        Ok(checked) => {
            let ping = BuiltIn::Ping.event();
            let request = Request::preview(&checked.settings, &ping.name, &ping.body);
            let indented =
                answer::request(&request, false, theme, columns.saturating_sub(MARK + 1)).into_iter().map(|mut line| {
                    line.spans.insert(0, Span::raw(" ".repeat(MARK)));
                    line
                });
            lines.extend(indented);
        }
        Err(_) => lines.push(Line::styled("   It is shown here once what is required (*) is filled in.", theme.styles.dim)),
    }
    if form.auth_type() == hmac::SPEC {
        let formats = compare::lines(form.inputs.chosen(hmac::FORMAT), theme, columns.saturating_sub(2));
        if lines.len() + formats.len() + 2 <= most {
            lines.push(Line::default());
            lines.push(rule("Formats", theme, columns));
            lines.extend(formats);
        }
    }
    lines.truncate(most);
    lines
}

fn rule(title: &str, theme: Theme, columns: usize) -> Line<'static> {
    let rest = columns.saturating_sub(text::width(title) + 5);
    let line = |count: usize| Span::styled("─".repeat(count), theme.styles.dim);
    Line::from(vec![
        Span::styled(" ", Style::new()),
        line(1),
        Span::styled(format!(" {title} "), theme.styles.strong),
        line(rest),
    ])
}
