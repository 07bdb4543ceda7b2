//! What the parts of the form have in common: their columns, their marks, and what is said under them.

use std::borrow::Cow;
use std::ops::Range;

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::domain::field::Field;
use crate::domain::problem::{IS_REQUIRED, Problem, sentences};
use crate::domain::text::{capitalised, visible};
use crate::tui::screens::form::focus::Focus;
use crate::tui::screens::form::state::Form;
use crate::tui::theme::Theme;
use crate::tui::widgets::fix::fix_text;
use crate::tui::widgets::text;

/// Columns of a label, with the mark before it.
pub(super) const LABEL: usize = 24;

/// Columns of the mark, with the space around it.
pub(super) const MARK: usize = 3;

/// Columns from which on labels are beside their fields, not above them.
pub(super) const BESIDE: usize = 50;

pub(super) const fn indent(columns: usize) -> usize {
    if columns < BESIDE { MARK } else { LABEL }
}

/// The form in lines: where the focus is in them, and where the cursor.
#[derive(Default)]
pub struct Rows {
    pub lines: Vec<Line<'static>>,
    pub focus: Range<usize>,
    /// The line of the option that the cursor is on.
    pub chosen: Option<usize>,
    pub cursor: Option<(usize, usize)>,
    /// The lines of texts that are typed, and the columns of each that are scrolled out of view.
    pub texts: Vec<(usize, usize)>,
    /// The lines of what can have the focus.
    pub stops: Vec<(Range<usize>, Focus)>,
}

impl Rows {
    pub fn blank(&mut self) {
        self.lines.push(Line::default());
    }
}

const LINE: &str = "________________________________________________________________________________________________________________________________";

const SPACES: &str = "                                                                                                                                ";

/// That many columns of one sign. A form has many of them in each frame: they are not allocated.
fn filled(all: &'static str, columns: usize) -> Span<'static> {
    all.get(..columns).map_or_else(|| Span::raw(all[..1].repeat(columns)), Span::raw)
}

/// The line under what is typed, to the end of the field. In the style of what is typed: a letter more or less is then one byte.
pub(super) fn rest(columns: usize) -> Span<'static> {
    filled(LINE, columns)
}

/// Columns between what is at the left and what is at the right.
pub(super) fn spaces(columns: usize) -> Span<'static> {
    filled(SPACES, columns)
}

/// The mark of what has the focus, and that alone: to colour the label too would cost as many bytes again at each move.
pub(super) fn mark(focused: bool, theme: Theme) -> Span<'static> {
    if focused { Span::styled(">", theme.styles.accent) } else { Span::raw(" ") }
}

/// What precedes a value: the mark and the label; where the label is above the value, that is a line of its own.
pub(super) fn head(
    rows: &mut Rows,
    theme: Theme,
    columns: usize,
    focused: bool,
    label: impl Into<Cow<'static, str>>,
) -> Vec<Span<'static>> {
    let label = label.into();
    let mut spans = Vec::with_capacity(8);
    spans.extend([Span::raw(" "), mark(focused, theme), Span::raw(" ")]);
    if columns >= BESIDE {
        let gap = (LABEL - MARK).saturating_sub(text::width(&label));
        spans.extend([Span::raw(label), spaces(gap)]);
        return spans;
    }
    if !label.is_empty() {
        spans.push(Span::raw(label));
        rows.lines.push(Line::from(spans));
        return vec![spaces(indent(columns))];
    }
    spans.push(spaces(indent(columns) - MARK));
    spans
}

/// A choice, and at the right end what there is to say about it, if there is room for both.
pub(super) fn choice(rows: &mut Rows, theme: Theme, columns: usize, mut head: Vec<Span<'static>>, value: &str, about: &[&str]) {
    let (left, right) = theme.glyphs.choice;
    let value = format!("{left} {value} {right}");
    let room = columns.saturating_sub(indent(columns) + 1 + text::width(&value));
    let about = about.iter().find(|about| text::width(about) + 2 <= room).copied().unwrap_or_default();
    head.push(Span::raw(value));
    head.push(spaces(room - text::width(about)));
    head.push(Span::styled(about.to_owned(), theme.styles.dim));
    rows.lines.push(Line::from(head));
}

/// An error as sentences, without its label: that is beside it. One that is required says so, and what to do.
fn sentence(error: &Problem) -> String {
    let fix = fix_text(&error.fix);
    if error.what == IS_REQUIRED {
        return format!("Required: {}", uncapitalised(&fix));
    }
    sentences(&[&capitalised(&error.message()), &fix])
}

fn uncapitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

/// What is wrong with a field, or worth knowing.
pub(super) fn remarks(rows: &mut Rows, form: &Form, theme: Theme, columns: usize, field: Field) {
    if let Some(error) = form.error(field) {
        under(rows, theme.styles.error, theme.glyphs.fail, &sentence(error), columns);
    }
    // What was said when pasting replaces what would be said of the text in general.
    let own: Vec<&str> = form.notes.iter().filter(|note| note.field == field).map(|note| note.text.as_str()).collect();
    let general = form.notices().iter().filter(|note| note.field == field && own.is_empty() && form.error(field).is_none());
    for note in own.iter().copied().chain(general.map(|note| note.text.as_str())) {
        under(rows, theme.styles.warning, "!", note, columns);
    }
    if form.focus == Focus::Field(field) && form.correction(field).is_some() {
        under(rows, theme.styles.dim, " ", "^F corrects it.", columns);
    }
    if let Some((_, names)) = form.candidates.as_ref().filter(|(own, _)| *own == field) {
        under(rows, Style::new(), " ", names, columns);
    }
}

/// A remark below a field, wrapped after its mark.
pub(super) fn under(rows: &mut Rows, style: Style, mark: &str, text: &str, columns: usize) {
    let from = indent(columns);
    let indent = from + text::width(mark) + 1;
    for (at, line) in text::wrapped(&visible(text), columns.saturating_sub(indent + 1)).into_iter().enumerate() {
        let head = if at == 0 { format!("{}{mark} ", " ".repeat(from)) } else { " ".repeat(indent) };
        rows.lines.push(Line::styled(format!("{head}{line}"), style));
    }
}
