//! What the destination screen shows in lines, and where it lies.

use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};

use crate::domain::draft::Draft;
use crate::domain::field::URL;
use crate::domain::text::visible;
use crate::ops::{Problem, State};
use crate::tui::model::Model;
use crate::tui::screens::main::destination::{locked, registered};
use crate::tui::screens::main::state::{MainButton, MainFocus};
use crate::tui::theme::Theme;
use crate::tui::widgets::{buttons, message, text};

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
    let focused = match model.main.focus {
        MainFocus::Button(at) => model.buttons().get(at),
        MainFocus::Delivery(_) => return "Enter shows its request and response.".to_owned(),
    };
    match focused {
        Some(MainButton::Register) => "Enter the URL and the authentication.",
        Some(MainButton::SendTest) => "Send one event and see the response.",
        Some(MainButton::Edit) => "Change the URL or the authentication.",
        Some(MainButton::Delete) => "Remove it and erase its secret.",
        Some(MainButton::Reload) => "Reload the file once it is fixed.",
        None => "",
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
}

pub fn upper(model: &Model, theme: Theme, area: Rect) -> Upper {
    let columns = usize::from(area.width.saturating_sub(4));
    let mut text = match &model.state {
        State::Empty => nothing(columns),
        State::Open(destination) => registered(destination, theme, columns),
        State::Locked(draft, problem) => locked(draft, problem, theme, columns),
        State::Unreadable(problem) => message::problem(problem, theme, columns),
    };
    let focus = match model.main.focus {
        MainFocus::Button(at) if model.is_main_active() => Some(at),
        _ => None,
    };
    let buttons = model.buttons().iter().enumerate().map(|(at, button)| (button.label(), focus == Some(at)));
    let buttons = buttons::buttons(theme, buttons, 3, columns + 2);
    if let Some(problem) = history_problem(model) {
        let problem = message::problem(problem, theme, columns);
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
    let list = if matches!(model.state, State::Open(_)) && !model.history.deliveries.is_empty() { 3 } else { 0 };
    make_room(&mut text, rows.saturating_sub(list));
    Upper { text, buttons, hints }
}

/// On a low screen the list of deliveries matters more than when the destination was registered, or an empty line.
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

pub fn split(lines: usize, area: Rect) -> [Rect; 2] {
    let rows = u16::try_from(lines + 2).unwrap_or(u16::MAX).min(area.height);
    Layout::vertical([Constraint::Length(rows), Constraint::Min(0)]).areas(area)
}

/// How many lines of the destination do not fit into its box.
pub fn overflow(model: &Model, theme: Theme, area: Rect) -> usize {
    (upper(model, theme, area).rows() + 2).saturating_sub(usize::from(area.height))
}

/// Why there is nothing to list.
pub fn history_problem(model: &Model) -> Option<&Problem> {
    model
        .history
        .problem
        .as_ref()
        .filter(|_| model.history.deliveries.is_empty() && matches!(model.state, State::Open(_) | State::Locked(..)))
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
        &[("This is a demo.", "Its receiver runs on this machine; its URL is in the form.")]
    } else {
        &[("From a script:", "waypost register --url URL --auth TYPE"), ("No endpoint yet?", "waypost demo")]
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
