//! The list of headers in lines.

use ratatui::text::{Line, Span};

use crate::domain::field::HEADERS;
use crate::domain::mask::DOTS;
use crate::domain::text::visible;
use crate::tui::screens::form::focus::{Focus, HeaderPart};
use crate::tui::screens::form::inputs::HeaderInput;
use crate::tui::screens::form::lines::{BESIDE, LABEL, Rows, colour_mark, indent, remarks};
use crate::tui::screens::form::state::Form;
use crate::tui::theme::Theme;
use crate::tui::widgets::text;
use crate::tui::widgets::text_field::TextField;

/// The headers, what is wrong with them, and the button that adds one.
pub fn list(rows: &mut Rows, form: &Form, theme: Theme, columns: usize) {
    for (at, header) in form.inputs.headers().iter().enumerate() {
        let label = if at == 0 { HEADERS.label } else { "" };
        if form.open_header == Some(at) {
            for part in HeaderPart::INPUTS {
                let from = rows.lines.len();
                input(rows, form, theme, columns, (at, part), header);
                mark(rows, form, theme, from, Focus::Header(at, part));
            }
            remarks(rows, form, theme, columns, HEADERS);
        } else {
            let from = rows.lines.len();
            let focus = Focus::Header(at, HeaderPart::Line);
            let head = head(rows, form, columns, focus, label);
            let room = columns.saturating_sub(indent(columns) + 1);
            rows.lines.push(Line::from(vec![head, Span::raw(text::end_cut(&visible(&shown(header, form, at)), room))]));
            mark(rows, form, theme, from, focus);
        }
    }
    let from = rows.lines.len();
    let label = if form.inputs.headers().is_empty() { HEADERS.label } else { "" };
    let head = head(rows, form, columns, Focus::AddHeader, label);
    rows.lines.push(Line::from(vec![head, Span::raw("[ Add a header ]")]));
    mark(rows, form, theme, from, Focus::AddHeader);
    if form.open_header.is_none() {
        remarks(rows, form, theme, columns, HEADERS);
    }
}

fn shown(header: &HeaderInput, form: &Form, at: usize) -> String {
    let value = match () {
        () if form.is_unchanged_header(at) || header.is_secret && !header.value.text().is_empty() => DOTS,
        () => header.value.text(),
    };
    format!("{}: {value}", header.name.text())
}

/// Notes where the focus is.
fn mark(rows: &mut Rows, form: &Form, theme: Theme, from: usize, focus: Focus) {
    if form.focus == focus {
        rows.focus = from..rows.lines.len();
        colour_mark(&mut rows.lines[from], theme);
    }
}

/// What precedes a value: its label, or, where that is above it, spaces.
fn head(rows: &mut Rows, form: &Form, columns: usize, focus: Focus, label: &str) -> Span<'static> {
    let mark = if form.focus == focus { ">" } else { " " };
    let label = Span::raw(format!("{mark}{}", text::padded(label, LABEL - 1)));
    if columns >= BESIDE {
        return label;
    }
    rows.lines.push(Line::from(label));
    Span::raw(" ".repeat(indent(columns)))
}

fn input(rows: &mut Rows, form: &Form, theme: Theme, columns: usize, (at, part): (usize, HeaderPart), header: &HeaderInput) {
    let focus = Focus::Header(at, part);
    match part {
        HeaderPart::Name => {
            let head = head(rows, form, columns, focus, "Header name");
            line(rows, theme, columns, head, (&header.name, form.focus == focus, false), HEADERS.placeholder);
        }
        HeaderPart::Value => {
            let head = head(rows, form, columns, focus, "Header value");
            let placeholder = if form.is_unchanged_header(at) { "unchanged" } else { "" };
            let hidden = header.is_secret && form.revealed != Some(HEADERS);
            line(rows, theme, columns, head, (&header.value, form.focus == focus, hidden), placeholder);
        }
        HeaderPart::Secret => {
            let (left, right) = theme.glyphs.choice;
            let head = head(rows, form, columns, focus, "Secret");
            let (value, detail) =
                if header.is_secret { ("yes", "sealed and never shown") } else { ("no", "stored and shown as it is") };
            let value = Span::raw(format!("{left} {value} {right}"));
            rows.lines.push(Line::from(vec![head, value, Span::styled(format!("  {detail}"), theme.styles.dim)]));
        }
        HeaderPart::Line => {}
    }
}

/// A text that is being typed, the cursor in it where it has the focus.
fn line(
    rows: &mut Rows,
    theme: Theme,
    columns: usize,
    head: Span<'static>,
    (input, focused, hidden): (&TextField, bool, bool),
    placeholder: &'static str,
) {
    let indent = indent(columns);
    let whole = 0..input.text().len();
    let parts = if hidden { std::slice::from_ref(&whole) } else { &[] };
    let window = input.window(columns.saturating_sub(indent + 1), theme.glyphs.dot, parts);
    if focused {
        rows.cursor = Some((indent + window.cursor, rows.lines.len()));
    }
    let shown = if input.text().is_empty() { Span::styled(placeholder, theme.styles.dim) } else { Span::raw(window.text) };
    rows.lines.push(Line::from(vec![head, shown]));
}
