//! The list of headers in lines.

use ratatui::text::{Line, Span};

use crate::domain::field::HEADERS;
use crate::domain::mask::DOTS;
use crate::domain::text::visible;
use crate::tui::screens::form::focus::{Focus, HeaderPart};
use crate::tui::screens::form::inputs::HeaderInput;
use crate::tui::screens::form::lines::{Rows, choice, head, indent, remarks, rest};
use crate::tui::screens::form::state::Form;
use crate::tui::theme::Theme;
use crate::tui::widgets::text;
use crate::tui::widgets::text_field::TextField;

/// The button that adds one.
pub const ADD: &str = "Add a header";

/// The headers, what is wrong with them, and the button that adds one.
pub fn list(rows: &mut Rows, form: &Form, theme: Theme, columns: usize) {
    for (at, header) in form.inputs.headers().iter().enumerate() {
        if form.open_header == Some(at) {
            for part in HeaderPart::INPUTS {
                let from = rows.lines.len();
                input(rows, form, theme, columns, (at, part), header);
                mark(rows, form, from, Focus::Header(at, part));
            }
            remarks(rows, form, theme, columns, HEADERS);
        } else {
            let from = rows.lines.len();
            let focus = Focus::Header(at, HeaderPart::Line);
            let mut line = head(rows, theme, columns, form.focus == focus, if at == 0 { HEADERS.label } else { "" });
            let room = columns.saturating_sub(indent(columns) + 1);
            line.push(Span::raw(text::end_cut(&visible(&shown(header, form, at)), room)));
            rows.lines.push(Line::from(line));
            mark(rows, form, from, focus);
        }
    }
    let from = rows.lines.len();
    let label = if form.inputs.headers().is_empty() { HEADERS.label } else { "" };
    let mut line = head(rows, theme, columns, form.focus == Focus::AddHeader, label);
    line.push(Span::raw(format!("[ {ADD} ]")));
    rows.lines.push(Line::from(line));
    mark(rows, form, from, Focus::AddHeader);
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

/// Notes where it is, and where the focus is.
fn mark(rows: &mut Rows, form: &Form, from: usize, focus: Focus) {
    rows.stops.push((from..rows.lines.len(), focus));
    if form.focus == focus {
        rows.focus = from..rows.lines.len();
    }
}

fn input(rows: &mut Rows, form: &Form, theme: Theme, columns: usize, (at, part): (usize, HeaderPart), header: &HeaderInput) {
    let focused = form.focus == Focus::Header(at, part);
    match part {
        HeaderPart::Name => {
            let head = head(rows, theme, columns, focused, "Header name *");
            let example = format!("e.g. {}", HEADERS.placeholder);
            line(rows, theme, columns, head, (&header.name, focused, false), &example);
        }
        HeaderPart::Value => {
            let head = head(rows, theme, columns, focused, "Header value *");
            let placeholder = if form.is_unchanged_header(at) { "unchanged" } else { "" };
            let hidden = header.is_secret && form.revealed != Some(HEADERS);
            line(rows, theme, columns, head, (&header.value, focused, hidden), placeholder);
        }
        HeaderPart::Secret => {
            let head = head(rows, theme, columns, focused, "Secret");
            let (value, about) =
                if header.is_secret { ("yes", "sealed and never shown") } else { ("no", "stored and shown as it is") };
            choice(rows, theme, columns, head, value, &[about]);
        }
        HeaderPart::Line => {}
    }
}

/// A text that is being typed, the cursor in it where it has the focus.
fn line(
    rows: &mut Rows,
    theme: Theme,
    columns: usize,
    mut head: Vec<Span<'static>>,
    (input, focused, hidden): (&TextField, bool, bool),
    placeholder: &str,
) {
    let indent = indent(columns);
    let room = columns.saturating_sub(indent + 1);
    let whole = 0..input.text().len();
    let parts = if hidden { std::slice::from_ref(&whole) } else { &[] };
    let window = input.window(room, theme.glyphs.dot, parts);
    if focused {
        rows.cursor = Some((indent + window.cursor, rows.lines.len()));
    }
    rows.texts.push((rows.lines.len(), window.skipped));
    let is_empty = input.text().is_empty();
    let shown = if is_empty { text::end_cut(placeholder, room) } else { window.text };
    let left = room.saturating_sub(text::width(&shown));
    head.push(if is_empty { Span::styled(shown, theme.styles.dim) } else { Span::raw(shown) });
    head.push(rest(left));
    rows.lines.push(Line::from(head));
}
