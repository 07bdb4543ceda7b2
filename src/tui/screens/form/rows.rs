//! The form in lines: labels, fields, choices, and what is said under them.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::domain::auth::hmac;
use crate::domain::field::{self, Field};
use crate::domain::mask::with_dots;
use crate::domain::request::DEFAULT_HEADERS;
use crate::domain::text::visible;
use crate::tui::screens::form::focus::Focus;
use crate::tui::screens::form::header_rows;
use crate::tui::screens::form::inputs::options;
use crate::tui::screens::form::lines::{BESIDE, LABEL, Rows, colour_mark, indent, remarks, under};
use crate::tui::screens::form::state::Form;
use crate::tui::screens::form::text::placeholder;
use crate::tui::theme::Theme;
use crate::tui::widgets::text;
use crate::tui::widgets::text_field::Window;

pub fn rows(form: &Form, theme: Theme, columns: usize) -> Rows {
    let mut rows = Rows::default();
    let field = |rows: &mut Rows, field: Field| {
        let from = rows.lines.len();
        if field.has_details() {
            format_choice(rows, form, theme, columns, field);
        } else if field.is_choice() {
            radios(rows, form, theme, columns, field);
        } else {
            text(rows, form, theme, columns, field);
        }
        remarks(rows, form, theme, columns, field);
        if form.focus == Focus::Field(field) {
            rows.focus = from..rows.lines.len();
            colour_mark(&mut rows.lines[from], theme);
        }
    };
    field(&mut rows, field::URL);
    rows.blank();
    field(&mut rows, field::AUTH);
    rows.blank();
    for &next in form.auth_type().fields.iter().filter(|field| form.inputs.applies(field)) {
        field(&mut rows, next);
    }
    if form.auth_type().fields.is_empty() {
        let text = format!("No authentication. Only the default headers are sent: {}.", DEFAULT_HEADERS.join(", "));
        rows.lines.extend(
            text::wrapped(&text, columns - 3).into_iter().map(|line| Line::styled(format!("  {line}"), theme.styles.dim)),
        );
    }
    advanced(&mut rows, form, theme);
    if form.advanced {
        header_rows::list(&mut rows, form, theme, columns);
        for next in field::OPTIONAL {
            field(&mut rows, next);
        }
    }
    rows
}

/// What precedes a field: its label, or, where that is above it, spaces.
fn head(rows: &mut Rows, form: &Form, columns: usize, field: Field) -> Span<'static> {
    let label = label(form, field);
    if columns >= BESIDE {
        return label;
    }
    rows.lines.push(Line::from(label));
    Span::raw(" ".repeat(indent(columns)))
}

fn label(form: &Form, field: Field) -> Span<'static> {
    let focused = form.focus == Focus::Field(field);
    // A choice of several lines has its mark at the option.
    let mark = if focused && (!field.is_choice() || field.has_details()) { ">" } else { " " };
    Span::raw(format!("{mark}{}", text::padded(field.label, LABEL - 1)))
}

fn radios(rows: &mut Rows, form: &Form, theme: Theme, columns: usize, field: Field) {
    let focused = form.focus == Focus::Field(field);
    let options = options(field).enumerate().map(|(at, label)| (label, at == form.inputs.chosen(field)));
    for (at, (text, chosen)) in options.enumerate() {
        let head = if at == 0 { head(rows, form, columns, field) } else { Span::raw("") };
        let mark = if focused && chosen { "> " } else { "  " };
        let head = Span::styled(text::padded(head.content.trim_end(), indent(columns) - 2), head.style);
        if focused && chosen {
            rows.chosen = Some(rows.lines.len());
        }
        let sign = if chosen { format!("({}) ", theme.glyphs.dot) } else { "( ) ".to_owned() };
        let style = if chosen { theme.styles.strong } else { Style::new() };
        let mark = Span::styled(mark, if focused && chosen { theme.styles.accent } else { Style::new() });
        rows.lines.push(Line::from(vec![head, mark, Span::raw(sign), Span::styled(text, style)]));
    }
}

fn format_choice(rows: &mut Rows, form: &Form, theme: Theme, columns: usize, field: Field) {
    let (left, right) = theme.glyphs.choice;
    let format = field.options()[form.inputs.chosen(field)];
    let default = form.inputs.default(hmac::HEADER_KEY);
    let key = form.inputs.text(hmac::HEADER_KEY).map(|text| visible(text.text()).into_owned()).unwrap_or_default();
    let key = if key.is_empty() { default.unwrap_or("signature").to_owned() } else { key };
    let value = format!("{left} {} {right}", format.label);
    let room = columns.saturating_sub(indent(columns));
    let shape = format!("{key}: {}", format.detail);
    let head = head(rows, form, columns, field);
    if text::width(&value) + 2 + text::width(&shape) <= room {
        rows.lines.push(Line::from(vec![head, Span::raw(value), Span::styled(format!("  {shape}"), theme.styles.dim)]));
    } else {
        rows.lines.push(Line::from(vec![head, Span::raw(value)]));
        rows.lines
            .push(Line::styled(format!("{}{}", " ".repeat(indent(columns)), text::end_cut(&shape, room)), theme.styles.dim));
    }
    if default.is_some() || form.inputs.text(hmac::SIGNING_SECRET).is_some_and(|secret| !secret.text().is_empty()) {
        under(rows, theme.styles.warning, "!", "the receiver must use the same secret and format", columns);
    }
}

fn text(rows: &mut Rows, form: &Form, theme: Theme, columns: usize, field: Field) {
    let Some(input) = form.inputs.text(field) else { return };
    let focused = form.focus == Focus::Field(field);
    let indent = indent(columns);
    let room = columns.saturating_sub(indent + 1);
    let hidden = field.is_secret() && form.revealed != Some(field);
    let parts = form.hidden(field);
    let count = match input.text().chars().count() {
        0 => String::new(),
        _ if !hidden => String::new(),
        1 => "1 char".to_owned(),
        count => format!("{count} chars"),
    };
    let count_room = if count.is_empty() { 0 } else { text::width(&count) + 2 };
    let Window { text: shown, cursor, more } = input.window(room.saturating_sub(count_room), theme.glyphs.dot, &parts);
    // Without the cursor the beginning says most: of a URL, the host.
    let shown = if focused || hidden { shown } else { text::end_cut(&visible(&with_dots(input.text(), &parts)), room) };
    let mut spans = vec![head(rows, form, columns, field)];
    let (before, after) = theme.glyphs.choice;
    // Of dots the count says how many there are.
    let more = if focused && !hidden { more } else { (false, false) };
    if more.0
        && let Some(head) = spans.last_mut()
    {
        let length = head.content.len() - 1;
        head.content.to_mut().truncate(length);
        spans.push(Span::styled(before, theme.styles.dim));
    }
    if input.text().is_empty() {
        spans.push(Span::styled(placeholder(form, field), theme.styles.dim));
    } else {
        let gap = room.saturating_sub(text::width(&shown) + text::width(&count));
        spans.push(Span::raw(shown));
        if more.1 {
            spans.push(Span::styled(after, theme.styles.dim));
        }
        if !count.is_empty() {
            spans.push(Span::styled(format!("{}{count}", " ".repeat(gap)), theme.styles.dim));
        }
    }
    if focused {
        rows.cursor = Some((indent + cursor, rows.lines.len()));
    }
    rows.lines.push(Line::from(spans));
    // A shown secret is to be carried elsewhere: never only a part of it.
    if field.is_secret() && !hidden && text::width(&visible(input.text())) > room {
        for line in text::broken(&visible(input.text()), room) {
            rows.lines.push(Line::raw(format!("{}{line}", " ".repeat(indent))));
        }
    }
    if form.is_kept_masked(field) {
        under(rows, theme.styles.dim, " ", "The dots are kept while you leave it as it is; else enter all of it.", columns);
    } else if form.has_typed_credential(field) {
        let key = if form.revealed == Some(field) { "hides" } else { "shows" };
        under(
            rows,
            theme.styles.warning,
            "!",
            &format!("a part of it is a credential, and sealed like one; ^R {key} it"),
            columns,
        );
    }
    if field.can_be_generated() && form.generated {
        let note = form.draft().public_key().map_or_else(
            || "new secret: copy it to the receiver before you save; ^R hides it".to_owned(),
            |key| format!("new key pair: the receiver needs the public key alone, {key}"),
        );
        under(rows, theme.styles.warning, "!", &note, columns);
    }
}

fn advanced(rows: &mut Rows, form: &Form, theme: Theme) {
    let focused = form.focus == Focus::Advanced;
    let sign = match (form.advanced, theme.glyphs.ascii) {
        (true, _) => "v",
        (false, true) => ">",
        (false, false) => "›",
    };
    if focused {
        rows.focus = rows.lines.len()..rows.lines.len() + 1;
    }
    let mark = if focused { Span::styled(">", theme.styles.accent) } else { Span::raw(" ") };
    rows.lines.push(Line::from(vec![mark, Span::styled(format!("Advanced {sign}"), theme.styles.dim)]));
}
