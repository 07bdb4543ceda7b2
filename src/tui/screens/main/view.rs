//! The destination screen: what is registered, its buttons, the deliveries.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::domain::auth::Auth;
use crate::domain::destination::Destination;
use crate::domain::draft::Draft;
use crate::domain::field::Field;
use crate::domain::mask::DOTS;
use crate::domain::text::visible;
use crate::ops::{Problem, State};
use crate::tui::model::{MainButton, MainFocus, Model, Popup};
use crate::tui::screens::delivery::view as deliveries;
use crate::tui::screens::other_side::state::ProbePopup;
use crate::tui::theme::Theme;
use crate::tui::widgets::fix::fix_text;
use crate::tui::widgets::{boxes, buttons, text};

/// Columns of a label.
const LABEL: usize = 16;

const READABLE: usize = boxes::READABLE as usize;

pub fn title(model: &Model, theme: Theme, frame: &mut Frame, area: Rect) {
    let name = match &model.state {
        State::Empty => "no destination".to_owned(),
        State::Open(destination) => destination.url().authority(),
        State::Locked(draft, _) => host_of(draft),
        State::Unreadable(_) => "not readable".to_owned(),
    };
    let left = if model.environment.demo.is_some() { " waypost demo" } else { " waypost" };
    let room = usize::from(area.width).saturating_sub(text::width(left) + 2);
    let name = text::middle_cut(&name, room);
    let gap = usize::from(area.width).saturating_sub(text::width(left) + text::width(&name) + 1);
    let line = Line::from(vec![Span::styled(left, theme.styles.strong), Span::raw(" ".repeat(gap)), Span::raw(name)]);
    frame.render_widget(line, area);
}

pub fn host_of(draft: &Draft) -> String {
    let rest = draft.url.split_once("://").map_or(draft.url.as_str(), |(_, rest)| rest);
    visible(rest.split(['/', '?']).next().unwrap_or_default()).into_owned()
}

pub fn help_line(model: &Model) -> String {
    let focused = match model.focus {
        MainFocus::Button(at) => model.buttons().get(at),
        MainFocus::Delivery(_) => return "Enter shows its request and answer.".to_owned(),
    };
    match focused {
        Some(MainButton::Register) => "Enter the URL and the authentication.",
        Some(MainButton::SendTest) => "Send one event, and see the answer.",
        Some(MainButton::Edit) => "Change the URL or the authentication.",
        Some(MainButton::Delete) => "Forget it, and erase its secret.",
        Some(MainButton::Reload) => "Read the file again, once mended.",
        None => "",
    }
    .to_owned()
}

/// What stands in the upper box.
struct Upper {
    text: Vec<Line<'static>>,
    buttons: Vec<Line<'static>>,
    hints: Vec<Line<'static>>,
}

impl Upper {
    fn rows(&self) -> usize {
        self.text.len() + self.buttons.len() + self.hints.len()
    }
}

fn upper(model: &Model, theme: Theme, area: Rect) -> Upper {
    let columns = usize::from(area.width.saturating_sub(4));
    let mut text = match &model.state {
        State::Empty => nothing(columns),
        State::Open(destination) => registered(destination, theme, columns),
        State::Locked(draft, problem) => locked(draft, problem, theme, columns),
        State::Unreadable(problem) => told(problem, theme, columns),
    };
    let focus = match (model.focus, &model.popup) {
        (MainFocus::Button(at), None) => Some(at),
        _ => None,
    };
    let buttons = model.buttons().iter().enumerate().map(|(at, button)| (button.label(), focus == Some(at)));
    let buttons = buttons::buttons(theme, buttons, 3, columns + 2);
    if let Some(problem) = history_problem(model) {
        let problem = told(problem, theme, columns);
        // Where it does not fit into a box of its own it can be scrolled in this one.
        if text.len() + 1 + buttons.len() + 2 + problem.len() + 2 > usize::from(area.height) {
            text.push(Line::default());
            text.extend(problem);
        }
    }
    text.push(Line::default());
    let rows = usize::from(area.height).saturating_sub(2 + buttons.len());
    let mut hints = match model.state {
        State::Empty => hints(model, theme, columns),
        _ => Vec::new(),
    };
    if hints.len() + text.len() > rows {
        hints.clear();
    }
    let list = if matches!(model.state, State::Open(_)) && !model.deliveries.is_empty() { 3 } else { 0 };
    make_room(&mut text, rows.saturating_sub(list));
    Upper { text, buttons, hints }
}

/// On a low screen the list of deliveries is worth more than when the destination was registered, or a blank line.
fn make_room(lines: &mut Vec<Line<'static>>, rows: usize) {
    let is = |line: &Line, label: &str| line.spans.first().is_some_and(|span| span.content.trim() == label);
    for label in ["Changed", "Registered", ""] {
        while lines.len() > rows {
            let at = lines.iter().rposition(|line| if label.is_empty() { line.width() == 0 } else { is(line, label) });
            let Some(at) = at else { break };
            lines.remove(at);
        }
    }
}

fn split(lines: usize, area: Rect) -> [Rect; 2] {
    let rows = u16::try_from(lines + 2).unwrap_or(u16::MAX).min(area.height);
    Layout::vertical([Constraint::Length(rows), Constraint::Min(0)]).areas(area)
}

/// Rows of the list under the destination, its box included, from which on it does not take the whole screen when it has the
/// focus.
const LIST_ROWS: u16 = 6;

/// How many lines of the destination do not fit into its box.
pub fn overflow(model: &Model, theme: Theme, area: Rect) -> usize {
    (upper(model, theme, area).rows() + 2).saturating_sub(usize::from(area.height))
}

pub fn body(model: &Model, theme: Theme, frame: &mut Frame, area: Rect) {
    let upper = upper(model, theme, area);
    let [top, rest] = split(upper.rows(), area);
    // The frame stands back while a popup has the keys.
    let style = if model.popup.is_none() { Style::new() } else { theme.styles.dim };
    if rest.height < LIST_ROWS && matches!((model.focus, &model.popup), (MainFocus::Delivery(_), None)) {
        deliveries::draw(model, theme, frame, area, style);
        return;
    }
    let block = boxes::boxed(theme, "Destination", style);
    let inner = block.inner(top);
    frame.render_widget(block, top);
    let Upper { mut text, buttons, hints } = upper;
    // Of a box that does not fit, the buttons are seen always, and the text can be scrolled.
    let page = usize::from(inner.height).saturating_sub(buttons.len() + hints.len());
    let scroll = model.scroll.min(text.len().saturating_sub(page));
    let below = text.len().saturating_sub(scroll + page);
    text.drain(..scroll);
    text.truncate(page);
    text.extend(buttons);
    text.extend(hints);
    frame.render_widget(Paragraph::new(text), inner);
    boxes::more(theme, below, frame, top);
    if matches!(model.state, State::Empty) || asked_about(model) {
        return;
    }
    let least =
        history_problem(model).map_or(3, |problem| told(problem, theme, usize::from(area.width.saturating_sub(4))).len() + 2);
    if usize::from(rest.height) >= least {
        deliveries::draw(model, theme, frame, rest, style);
    } else if !model.deliveries.is_empty() {
        let count = format!(" ↓ {} ", deliveries::counted(model));
        let line =
            Line::styled(format!("{count}{} ", if count.trim() == "↓ 1" { "delivery" } else { "deliveries" }), theme.styles.dim);
        frame.render_widget(line, Rect { x: top.x + 1, y: top.bottom() - 1, width: top.width.min(20), height: 1 });
    }
}

/// Why there is nothing to list.
fn history_problem(model: &Model) -> Option<&Problem> {
    model
        .history_problem
        .as_ref()
        .filter(|_| model.deliveries.is_empty() && matches!(model.state, State::Open(_) | State::Locked(..)))
}

/// Whether a question stands where the list would be.
pub const fn asked_about(model: &Model) -> bool {
    matches!(
        model.popup,
        Some(Popup::Delete { .. } | Popup::Clear { .. } | Popup::Redirect { .. } | Popup::Probe(ProbePopup::Asking(_)))
    )
}

/// The room under the destination.
pub fn under(model: &Model, theme: Theme, area: Rect) -> Rect {
    split(upper(model, theme, area).rows(), area)[1]
}

fn nothing(columns: usize) -> Vec<Line<'static>> {
    let mut lines = vec![Line::default()];
    for text in ["No destination is registered.", "Register the HTTPS endpoint that will receive your events."] {
        lines.extend(text::wrapped(text, columns.saturating_sub(2)).into_iter().map(|line| Line::raw(format!("   {line}"))));
    }
    lines
}

fn hints(model: &Model, theme: Theme, columns: usize) -> Vec<Line<'static>> {
    let pairs: &[(&str, &str)] = if model.environment.demo.is_some() {
        &[("This is a demo.", "Its receiver runs on this machine; the form has its URL.")]
    } else {
        &[("From a script:", "waypost register --url URL --auth TYPE"), ("No endpoint at hand?", "waypost demo")]
    };
    let mut lines = vec![Line::default()];
    for (text, command) in pairs {
        if text::width(text) + text::width(command) + 4 <= columns {
            lines.push(Line::from(vec![Span::styled(format!("   {text}"), theme.styles.dim), Span::raw(format!("  {command}"))]));
        } else {
            lines.push(Line::styled(format!("   {text}"), theme.styles.dim));
            lines.extend(
                text::wrapped(command, columns.saturating_sub(4)).into_iter().map(|line| Line::raw(format!("     {line}"))),
            );
        }
    }
    lines
}

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

fn registered(destination: &Destination, theme: Theme, columns: usize) -> Vec<Line<'static>> {
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

fn locked(draft: &Draft, problem: &Problem, theme: Theme, columns: usize) -> Vec<Line<'static>> {
    let mut lines = url(&visible(&draft.url), theme, columns);
    lines.extend(wrapped_row(Field::AuthType.label(), draft.auth_type.label(), theme, columns.saturating_sub(LABEL).max(10)));
    lines.push(Line::default());
    lines.extend(told(problem, theme, columns));
    lines
}

/// A problem in words: what, why, how to mend it.
pub fn told(problem: &Problem, theme: Theme, columns: usize) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for (at, text) in
        [format!("{} {}.", theme.glyphs.fail, text::capitalised(&problem.what)), problem.why.clone(), fix_text(&problem.fix)]
            .into_iter()
            .enumerate()
    {
        let style = if at == 0 { theme.styles.bad } else { Style::new() };
        lines.extend(
            text::wrapped(&text, columns.saturating_sub(1).min(READABLE))
                .into_iter()
                .map(|line| Line::styled(format!("  {line}"), style)),
        );
    }
    lines
}
