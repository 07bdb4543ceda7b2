//! A registered destination in lines.

use ratatui::text::{Line, Span};

use crate::domain::auth::Auth;
use crate::domain::destination::Destination;
use crate::domain::draft::Draft;
use crate::domain::field::Field;
use crate::domain::mask::DOTS;
use crate::domain::text::visible;
use crate::ops::Problem;
use crate::tui::theme::Theme;
use crate::tui::widgets::{message, text};

/// Columns of a label.
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
        .map(|(at, line)| row(if at == 0 { Field::Url.label() } else { "" }, line, theme))
        .collect()
}

pub fn registered(destination: &Destination, theme: Theme, columns: usize) -> Vec<Line<'static>> {
    let mut lines = url(destination.url().as_str(), theme, columns);
    let room = columns.saturating_sub(LABEL).max(10);
    let auth = destination.auth();
    lines.extend(wrapped_row(Field::AuthType.label(), auth.auth_type().label(), theme, room));
    let cut = |text: &str| text::end_cut(&visible(text), room.saturating_sub(24).max(10));
    let secret = format!("{DOTS}{}", auth.hint().unwrap_or_default());
    match auth {
        Auth::Default => {}
        Auth::Hmac { header_key, secret: signing } => {
            lines.extend(pair(
                (Field::HeaderKey.label(), cut(header_key.as_str())),
                (Field::Format.label(), signing.format().label()),
                theme,
                room,
            ));
            lines.push(row(Field::SigningSecret.label(), secret, theme));
        }
        Auth::Basic { username, .. } => {
            lines.push(row(Field::Username.label(), text::end_cut(&visible(username), room), theme));
            lines.push(row(Field::Password.label(), secret, theme));
        }
        Auth::Bearer { .. } => lines.push(row(Field::Token.label(), secret, theme)),
        Auth::ApiKey { place, .. } => {
            lines.extend(pair(
                (Field::Key.label(), cut(place.key())),
                (Field::AddTo.label(), place.add_to().label()),
                theme,
                room,
            ));
            lines.push(row(Field::Value.label(), secret, theme));
        }
    }
    if let Some(path) = destination.settings().ca_cert() {
        lines.push(row(Field::CaCert.label(), text::middle_cut(&visible(&path.to_string_lossy()), room), theme));
    }
    if let Some(seconds) = destination.settings().timeout_s() {
        lines.push(row(Field::Timeout.label(), format!("{seconds} s"), theme));
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
    let mut lines = url(&visible(&draft.url), theme, columns);
    lines.extend(wrapped_row(Field::AuthType.label(), draft.auth_type.label(), theme, columns.saturating_sub(LABEL).max(10)));
    lines.push(Line::default());
    lines.extend(message::problem(problem, theme, columns));
    lines
}
