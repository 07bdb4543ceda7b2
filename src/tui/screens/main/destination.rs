//! A registered destination in lines.

use ratatui::text::{Line, Span};

use crate::domain::destination::Destination;
use crate::domain::draft::Draft;
use crate::domain::field;
use crate::domain::mask::DOTS;
use crate::domain::text::visible;
use crate::ops::Problem;
use crate::tui::theme::Theme;
use crate::tui::widgets::{message, text};

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
    let mut lines = url(destination.url().as_str(), theme, columns);
    let room = columns.saturating_sub(LABEL).max(10);
    let auth = destination.auth();
    lines.extend(wrapped_row(field::AUTH.label, auth.auth_type().label, theme, room));
    let cut = |text: &str| text::end_cut(&visible(text), room.saturating_sub(24).max(10));
    let secret = format!("{DOTS}{}", auth.hint().unwrap_or_default());
    let shown: Vec<_> = auth
        .plain_values()
        .into_iter()
        .map(|(field, value)| (field.label, field.option(value).map_or(value, |it| it.label)))
        .collect();
    for two in shown.chunks(2) {
        match two {
            [first, second] => lines.extend(pair((first.0, cut(first.1)), *second, theme, room)),
            _ => lines.extend(two.iter().map(|one| row(one.0, text::end_cut(&visible(one.1), room), theme))),
        }
    }
    lines.extend(auth.auth_type().secret_fields().map(|field| row(field.label, secret.as_str(), theme)));
    if let Some(path) = destination.settings().ca_cert() {
        lines.push(row(field::CA_CERT.label, text::middle_cut(&visible(&path.to_string_lossy()), room), theme));
    }
    if let Some(seconds) = destination.settings().timeout_s() {
        lines.push(row(field::TIMEOUT.label, format!("{seconds} s"), theme));
    }
    let date = |time: jiff::Timestamp| time.strftime("%Y-%m-%d %H:%M UTC").to_string();
    lines.push(row("Registered", date(destination.created_at()), theme));
    if destination.updated_at() != destination.created_at() {
        lines.push(row("Changed", date(destination.updated_at()), theme));
    }
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
    let mut lines = url(&visible(draft.text(field::URL)), theme, columns);
    lines.extend(wrapped_row(field::AUTH.label, draft.auth_type().label, theme, columns.saturating_sub(LABEL).max(10)));
    lines.push(Line::default());
    lines.extend(message::problem(problem, theme, columns));
    lines
}
