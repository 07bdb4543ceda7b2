//! A registered destination in lines.

use ratatui::text::{Line, Span};

use crate::domain::destination::Destination;
use crate::domain::draft::Draft;
use crate::domain::field;
use crate::domain::text::visible;
use crate::ops::Problem;
use crate::present::{self, Row, Value};
use crate::tui::theme::Theme;
use crate::tui::widgets::{message, rows, text};

const LABEL: usize = 16;

fn row(label: &str, value: impl Into<String>, theme: Theme) -> Line<'static> {
    Line::from(vec![Span::styled(format!(" {}", text::padded(label, LABEL)), theme.styles.dim), Span::raw(value.into())])
}

/// The same on as many lines as the value takes.
fn wrapped_row(label: &str, value: &str, theme: Theme, room: usize) -> Vec<Line<'static>> {
    let lines = text::wrapped(value, room).into_iter().enumerate();
    lines.map(|(at, line)| row(if at == 0 { label } else { "" }, line, theme)).collect()
}

/// A URL in at most three lines; what is cut can be seen whole by editing it.
fn url(text: &str, theme: Theme, columns: usize) -> Vec<Line<'static>> {
    let room = columns.saturating_sub(LABEL).max(10);
    let text = text::middle_cut(text, room * 3);
    text::broken(&text, room)
        .into_iter()
        .enumerate()
        .map(|(at, line)| row(if at == 0 { field::URL.label } else { "" }, line, theme))
        .collect()
}

pub fn registered(destination: &Destination, theme: Theme, columns: usize) -> Vec<Line<'static>> {
    let room = columns.saturating_sub(LABEL).max(10);
    let mut lines = Vec::new();
    let mut plain = Vec::new();
    let mut others = Vec::new();
    let mut headers = Vec::new();
    for Row { label, value } in present::destination::registered(destination) {
        match value {
            Value::Text(text) => plain.push((label, text)),
            Value::Choice(choice) => plain.push((label, choice.label.to_owned())),
            Value::Url(text) => lines.extend(url(&text, theme, columns)),
            Value::AuthType(auth_type) => lines.extend(wrapped_row(label, auth_type.label, theme, room)),
            Value::Path(path) => others.push(row(label, text::middle_cut(&visible(&path), room), theme)),
            Value::Header { name, .. } => headers.push(name),
            // The default goes without saying.
            Value::Timeout { is_default: true, .. } => {}
            Value::Secret { .. } | Value::Timeout { .. } | Value::Time(_) | Value::Fix(_) => {
                others.push(row(label, rows::value(&value), theme));
            }
        }
    }
    let cut = |text: &str| text::end_cut(&visible(text), room.saturating_sub(24).max(10));
    for two in plain.chunks(2) {
        match two {
            [first, second] => lines.extend(pair((first.0, cut(&first.1)), (second.0, &second.1), theme, room)),
            _ => lines.extend(two.iter().map(|one| row(one.0, text::end_cut(&visible(&one.1), room), theme))),
        }
    }
    if !headers.is_empty() {
        // Their values are in the form and in each request.
        lines.push(row(field::HEADERS.label, text::end_cut(&visible(&headers.join(", ")), room), theme));
    }
    lines.extend(others);
    lines
}

/// Two values on one line where they fit, else one under the other.
fn pair(first: (&str, String), second: (&str, &str), theme: Theme, room: usize) -> Vec<Line<'static>> {
    let tail = format!("{}  {}", second.0, second.1);
    let column = text::width(&first.1).max(19) + 3;
    if column + text::width(&tail) > room {
        return vec![row(first.0, first.1, theme), row(second.0, second.1, theme)];
    }
    let mut line = row(first.0, text::padded(&first.1, column), theme);
    line.push_span(Span::styled(second.0.to_owned(), theme.styles.dim));
    line.push_span(Span::raw(format!("  {}", second.1)));
    vec![line]
}

pub fn locked(draft: &Draft, problem: &Problem, theme: Theme, columns: usize) -> Vec<Line<'static>> {
    let mut lines = url(&visible(&field::URL.shown(draft.text(field::URL))), theme, columns);
    lines.extend(wrapped_row(field::AUTH.label, draft.auth_type().label, theme, columns.saturating_sub(LABEL).max(10)));
    lines.push(Line::default());
    lines.extend(message::problem(problem, theme, columns));
    lines
}
