//! What the destination screen shows in lines, and where it lies.
//!
//! ```text
//! to 119 columns        from 120 columns
//! ╭ Destination ──╮     ╭ Destination ──╮╭ Health ───────────╮
//! ╭ Health ───────╮     ╰───────────────╯╰───────────────────╯
//! ╭ Deliveries ───╮     ╭ Deliveries ─╮╭ Details ────────────╮
//! ╰───────────────╯     ╰─────────────╯╰─────────────────────╯
//! ```

use ratatui::layout::{Constraint, Layout, Margin, Rect};
use ratatui::text::{Line, Span};

use crate::domain::auth;
use crate::domain::draft::Draft;
use crate::domain::field::URL;
use crate::domain::text::visible;
use crate::ops::{Problem, State};
use crate::tui::model::Model;
use crate::tui::screens::delivery::state::DAMAGED;
use crate::tui::screens::main::brief;
use crate::tui::screens::main::destination::{locked, registered};
use crate::tui::screens::main::state::MainFocus;
use crate::tui::theme::Theme;
use crate::tui::widgets::{buttons, message, text};

/// The width from which there is something beside the destination and beside the list.
pub const WIDE: u16 = 120;

/// Columns of the destination beside its health: its buttons are on one row.
const DESTINATION: u16 = 79;

/// Columns of the list beside the details.
const LIST: u16 = 66;

/// The same where there is room for why in it.
const WIDE_LIST: u16 = 80;

/// From this width on there is that room.
const VERY_WIDE: u16 = 200;

/// Rows of the list, its box included, from which on it does not take the whole screen when it has the focus.
const LIST_ROWS: u16 = 8;

/// Rows of the health, its box included.
const HEALTH_ROWS: u16 = 3;

/// The host of what is registered.
pub fn name_of(state: &State) -> Option<String> {
    match state {
        State::Open(destination) => Some(destination.url().authority()),
        State::Locked(draft, _) => Some(host_of(draft)),
        State::Empty | State::Unreadable(_) => None,
    }
}

fn host_of(draft: &Draft) -> String {
    let rest = draft.text(URL).split_once("://").map_or(draft.text(URL), |(_, rest)| rest);
    visible(rest.split(['/', '?']).next().unwrap_or_default()).into_owned()
}

pub fn help_line(model: &Model) -> String {
    match model.main.focus {
        MainFocus::Button(at) => model.buttons().get(at).map_or("", |button| button.help()),
        _ if model.history.search.is_some() => "Words, outcome:refused, status:5xx, event:order.*, since:1h, until:…",
        MainFocus::Delivery(at) if matches!(model.history.row(at), Some(Err(_))) => DAMAGED,
        MainFocus::Delivery(_) => match model.history.marked.len() {
            0 => "Enter opens it. Space marks it, to compare it with another.",
            1 => "Space marks a second one; = compares the two.",
            _ => "= compares the two that are marked.",
        },
        MainFocus::Details(_) => "← goes back to the list.",
    }
    .to_owned()
}

/// The contents of the upper box.
pub struct Upper {
    pub text: Vec<Line<'static>>,
    pub buttons: Vec<Line<'static>>,
    pub hints: Vec<Line<'static>>,
}

impl Upper {
    pub fn rows(&self) -> usize {
        self.text.len() + self.buttons.len() + self.hints.len()
    }

    /// Where the buttons lie in that box: below as much of the text as fits.
    pub fn buttons_place(&self, area: Rect, scroll: usize) -> Rect {
        let inner = area.inner(Margin::new(1, 1));
        let page = usize::from(inner.height).saturating_sub(self.buttons.len() + self.hints.len());
        let shown =
            u16::try_from(page.min(self.text.len() - scroll.min(self.text.len().saturating_sub(page)))).unwrap_or(u16::MAX);
        let rows = u16::try_from(self.buttons.len()).unwrap_or(u16::MAX);
        Rect { y: inner.y.saturating_add(shown), height: rows, ..inner }.intersection(inner)
    }
}

/// Where each box lies.
pub struct Areas {
    pub destination: Rect,
    pub health: Option<Rect>,
    /// Without rows where there is no list.
    pub list: Rect,
    pub details: Option<Rect>,
    /// The list has the screen for itself.
    pub list_alone: bool,
}

/// The screen laid out, and what is in its upper box.
pub fn areas(model: &Model, theme: Theme, area: Rect) -> (Areas, Upper) {
    let has_health = has_health(model);
    let health_rows = HEALTH_ROWS + u16::from(model.known.queue.is_some());
    let beside = has_health && area.width >= WIDE;
    let columns = match area.width {
        // As wide as the list below it.
        VERY_WIDE.. if beside => WIDE_LIST,
        _ if beside => DESTINATION,
        width => width,
    };
    let upper = upper(model, theme, Rect { width: columns, ..area });
    let [top, rest] = split(upper.rows(), area);
    if rest.height < LIST_ROWS && matches!(model.main.focus, MainFocus::Delivery(_) | MainFocus::Details(_)) {
        let (list, details) = beside_list(model, area);
        return (Areas { destination: top, health: None, list, details, list_alone: true }, upper);
    }
    let (destination, health, rest) = if beside {
        let [left, right] = Layout::horizontal([Constraint::Length(columns), Constraint::Min(0)]).areas(top);
        (left, Some(right), rest)
    } else if has_health && rest.height >= health_rows + LIST_ROWS {
        let [health, rest] = Layout::vertical([Constraint::Length(health_rows), Constraint::Min(0)]).areas(rest);
        (top, Some(health), rest)
    } else {
        (top, None, rest)
    };
    let (list, details) = beside_list(model, rest);
    (Areas { destination, health, list, details, list_alone: false }, upper)
}

/// Whether there is any health to show. Until it is read, the listed deliveries decide, so that what lies below does not move.
fn has_health(model: &Model) -> bool {
    let State::Open(destination) = &model.state else { return false };
    match &model.known.health {
        Some(health) => !health.newest.is_empty() || health.last_probe.is_some() || model.known.queue.is_some(),
        None => model.history.rows.iter().flatten().any(|delivery| delivery.destination_id == *destination.id()),
    }
}

/// The list, and the details beside it.
fn beside_list(model: &Model, area: Rect) -> (Rect, Option<Rect>) {
    if area.width < WIDE || model.history.total == 0 {
        return (area, None);
    }
    let columns = if area.width >= VERY_WIDE { WIDE_LIST } else { LIST };
    let [list, details] = Layout::horizontal([Constraint::Length(columns), Constraint::Min(0)]).areas(area);
    (list, Some(details))
}

fn upper(model: &Model, theme: Theme, area: Rect) -> Upper {
    let columns = usize::from(area.width.saturating_sub(4));
    let mut text = match &model.state {
        State::Empty => nothing(columns),
        State::Open(destination) => registered(model, destination, theme, columns),
        State::Locked(draft, problem) => locked(draft, problem, theme, columns),
        State::Unreadable(problem) => message::problem(problem, theme, columns),
    };
    let focus = match model.main.focus {
        MainFocus::Button(at) if model.is_main_active() => Some(at),
        _ => None,
    };
    let labels = model.buttons().iter().enumerate().map(|(at, button)| (button.label(), focus == Some(at)));
    let indent = if matches!(model.state, State::Empty) { 3 } else { 1 };
    let buttons = buttons::buttons(theme, labels, indent, columns + 2);
    if let Some(problem) = history_problem(model) {
        let problem = message::problem(problem, theme, columns);
        // Where it does not fit into a box of its own it can be scrolled in this one.
        if text.len() + 1 + buttons.len() + 2 + problem.len() + 2 > usize::from(area.height) {
            text.push(Line::default());
            text.extend(problem);
        }
    }
    if !matches!(model.state, State::Open(_)) {
        text.push(Line::default());
    }
    let rows = usize::from(area.height).saturating_sub(2 + buttons.len());
    let mut hints = match model.state {
        State::Empty => hints(model, theme, columns),
        _ => Vec::new(),
    };
    // On a low screen the hints go one after the other, the examples last.
    while hints.len() + text.len() > rows && hints.pop().is_some() {}
    while text.len() > rows && text.last().is_some_and(|line| line.width() == 0) {
        text.pop();
    }
    Upper { text, buttons, hints }
}

fn split(lines: usize, area: Rect) -> [Rect; 2] {
    let rows = u16::try_from(lines + 2).unwrap_or(u16::MAX).min(area.height);
    Layout::vertical([Constraint::Length(rows), Constraint::Min(0)]).areas(area)
}

/// How many lines of the destination do not fit into its box.
pub fn overflow(model: &Model, theme: Theme, area: Rect) -> usize {
    let (areas, upper) = areas(model, theme, area);
    (upper.rows() + 2).saturating_sub(usize::from(areas.destination.height))
}

/// Why there is nothing to list.
pub fn history_problem(model: &Model) -> Option<&Problem> {
    model
        .history
        .problem
        .as_ref()
        .filter(|_| model.history.total == 0 && matches!(model.state, State::Open(_) | State::Locked(..)))
}

fn nothing(columns: usize) -> Vec<Line<'static>> {
    let mut lines = vec![Line::default()];
    for text in ["No destination is registered.", "Register the HTTPS endpoint that will receive your events."] {
        lines.extend(text::wrapped(text, columns.saturating_sub(2)).into_iter().map(|line| Line::raw(format!("   {line}"))));
    }
    lines
}

/// What there is to choose from, and what else can be done.
fn hints(model: &Model, theme: Theme, columns: usize) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let types: Vec<_> = auth::ALL.into_iter().map(brief::listed).collect();
    let column = types.iter().map(|(name, _)| text::width(name)).max().unwrap_or(0) + 4;
    // Below are the deliveries to what was registered before.
    if model.history.total == 0 && types.iter().all(|(_, about)| column + text::width(about) + 3 <= columns) {
        lines.push(Line::default());
        lines.extend(types.into_iter().map(|(name, about)| {
            Line::from(vec![Span::raw(format!("   {}", text::padded(name, column))), Span::styled(about, theme.styles.dim)])
        }));
    }
    let pairs: &[(&str, &str)] = if model.environment.demo.is_some() {
        &[("This is a demo.", "Its receiver runs on this machine; its URL is in the form.")]
    } else {
        &[
            ("From a script:", "waypost register --url URL --auth TYPE"),
            ("No endpoint yet?", "waypost demo   or   waypost listen"),
        ]
    };
    lines.push(Line::default());
    for (text, command) in pairs {
        if text::width(text) + text::width(command) + 5 <= columns {
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
