//! What the parts of the form have in common: their columns, their marks, and what is said under them.

use std::ops::Range;

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::domain::field::Field;
use crate::domain::problem::{Problem, sentences};
use crate::domain::text::{capitalised, visible};
use crate::tui::screens::form::state::Form;
use crate::tui::theme::Theme;
use crate::tui::widgets::fix::fix_text;
use crate::tui::widgets::text;

/// Columns of a label, with the mark before it.
pub(super) const LABEL: usize = 17;

/// Columns from which on labels are beside their fields, not above them.
pub(super) const BESIDE: usize = 50;

pub(super) const fn indent(columns: usize) -> usize {
    if columns < BESIDE { 2 } else { LABEL }
}

/// The form in lines: where the focus is in them, and where the cursor.
#[derive(Default)]
pub struct Rows {
    pub lines: Vec<Line<'static>>,
    pub focus: Range<usize>,
    /// The line of the option that is chosen in the focused field.
    pub chosen: Option<usize>,
    pub cursor: Option<(usize, usize)>,
}

impl Rows {
    pub fn blank(&mut self) {
        self.lines.push(Line::default());
    }
}

/// Colours the mark of what has the focus, and that alone: to colour the label too would cost as many bytes again at each move.
pub(super) fn colour_mark(line: &mut Line<'static>, theme: Theme) {
    let Some(first) = line.spans.first_mut() else { return };
    if let Some(rest) = first.content.strip_prefix('>').map(str::to_owned) {
        first.content = rest.into();
        line.spans.insert(0, Span::styled(">", theme.styles.accent));
    }
}

/// An error as sentences, without its label: that is beside it.
fn sentence(error: &Problem) -> String {
    sentences(&[&capitalised(&error.message()), &fix_text(&error.fix)])
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
