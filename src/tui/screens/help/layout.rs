//! The keys of the current screen in lines, by groups, and where they lie.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::tui::keys::{self, Binding, Group, group};
use crate::tui::layout::below_guide;
use crate::tui::model::Model;
use crate::tui::theme::Theme;
use crate::tui::widgets::{boxes, text};

/// Columns of a column of keys.
const COLUMN: u16 = 62;

/// The width from which on there are two.
const TWO: u16 = 120;

const KEY: usize = 16;

/// The bindings that are listed, in the order of the table.
fn bindings(model: &Model) -> Vec<&'static Binding> {
    let context = keys::under_help(model);
    let here = || keys::all().filter(|binding| binding.contexts.contains(&context));
    let mut listed: Vec<&Binding> = Vec::new();
    for binding in here() {
        // Of the bindings of one key the one that holds now; where none does, the first.
        let mut others = here().filter(|other| other.label == binding.label);
        let holds = (binding.when)(model) || !others.any(|other| (other.when)(model));
        if holds && !listed.iter().any(|other| other.label == binding.label) {
            listed.push(binding);
        }
    }
    listed
}

/// A group under its heading.
fn lines(model: &Model, of: Group, bindings: &[&Binding], theme: Theme, columns: usize) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for binding in bindings.iter().filter(|binding| binding.keys.first().is_some_and(|&(_, action)| group(action) == of)) {
        if lines.is_empty() {
            lines.push(Line::from(Span::styled(format!(" {}", of.label()), theme.styles.accent)));
        }
        let mut key = format!(" {:<KEY$}", theme.glyphs.key(&keys::label(model, binding)));
        let room = columns.saturating_sub(KEY + 2).max(10);
        if text::width(binding.help) <= room {
            lines.push(Line::from(vec![Span::styled(key, theme.styles.strong), Span::raw(binding.help)]));
            continue;
        }
        for text in text::wrapped(binding.help, room) {
            lines.push(Line::from(vec![Span::styled(key, theme.styles.strong), Span::raw(text)]));
            key = " ".repeat(KEY + 1);
        }
    }
    lines
}

/// Where the help lies, and what is in each of its columns.
pub fn place(model: &Model, theme: Theme, area: Rect) -> (Rect, Vec<Vec<Line<'static>>>) {
    let count = if area.width >= TWO { 2 } else { 1 };
    // Narrow strips of what is beneath would only look torn.
    let columns = if count == 1 && area.width <= COLUMN + 18 { area.width } else { count * (COLUMN - 3) + 2 };
    let room = usize::from((columns - 2) / count);
    let bindings = bindings(model);
    let groups = Group::ALL.map(|group| lines(model, group, &bindings, theme, room));
    let all: usize = groups.iter().map(|lines| lines.len() + 1).sum();
    let mut parts: Vec<Vec<Line<'static>>> = vec![Vec::new()];
    for group in groups.into_iter().filter(|group| !group.is_empty()) {
        let half = parts.last().map_or(0, Vec::len);
        // What is more than half goes into the second column.
        if count == 2 && parts.len() == 1 && half > 0 && half + group.len() / 2 > all / 2 {
            parts.push(Vec::new());
        }
        let Some(part) = parts.last_mut() else { continue };
        if !part.is_empty() {
            part.push(Line::default());
        }
        part.extend(group);
    }
    let rows = u16::try_from(parts.iter().map(Vec::len).max().unwrap_or(0)).unwrap_or(u16::MAX).saturating_add(2);
    (boxes::centred(Rect { height: area.height.saturating_sub(1), ..area }, columns, rows), parts)
}

/// How many lines do not fit.
pub fn overflow(model: &Model) -> usize {
    let (area, parts) = place(model, model.theme(), below_guide(model));
    parts.iter().map(Vec::len).max().unwrap_or(0).saturating_sub(usize::from(area.height.saturating_sub(2)))
}
