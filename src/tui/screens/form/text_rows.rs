//! A field of text in lines: what was typed, or what its being empty means, on a line that shows where it is.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::domain::field::Field;
use crate::domain::mask::with_dots;
use crate::domain::text::visible;
use crate::tui::screens::form::focus::Focus;
use crate::tui::screens::form::lines::{Rows, head, indent, rest, spaces, under};
use crate::tui::screens::form::state::Form;
use crate::tui::screens::form::text::{label, placeholder};
use crate::tui::theme::Theme;
use crate::tui::widgets::text;
use crate::tui::widgets::text_field::Window;

pub(super) fn text(rows: &mut Rows, form: &Form, theme: Theme, columns: usize, field: Field) {
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
    let Window { text: shown, cursor, skipped, more } = input.window(room.saturating_sub(count_room), theme.glyphs.dot, &parts);
    // Without the cursor the beginning says most: of a URL, the host.
    let shown = if focused || hidden { shown } else { text::end_cut(&visible(&with_dots(input.text(), &parts)), room) };
    let mut spans = head(rows, theme, columns, focused, label(form, field));
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
        let is_missing = form.missing.contains(&field) && form.error(field).is_none();
        let missing = if is_missing { format!(" {} Required", theme.glyphs.fail) } else { String::new() };
        let placeholder = text::end_cut(&placeholder(form, field), room.saturating_sub(text::width(&missing)));
        let left = room.saturating_sub(text::width(&placeholder) + text::width(&missing));
        spans.push(Span::styled(placeholder, theme.styles.dim));
        spans.push(rest(left));
        if is_missing {
            spans.push(Span::styled(missing, theme.styles.error));
        }
    } else {
        let left = room.saturating_sub(text::width(&shown) + text::width(&count));
        spans.push(Span::raw(shown));
        if more.1 {
            spans.push(Span::styled(after, theme.styles.dim));
        }
        if count.is_empty() {
            spans.push(rest(left.saturating_sub(usize::from(more.1))));
        } else {
            spans.push(spaces(left));
            spans.push(Span::styled(count, theme.styles.dim));
        }
    }
    if focused {
        rows.cursor = Some((indent + cursor, rows.lines.len()));
    }
    rows.texts.push((rows.lines.len(), if focused || hidden { skipped } else { 0 }));
    rows.lines.push(Line::from(spans));
    // A shown secret is to be carried elsewhere: never only a part of it.
    if field.is_secret() && !hidden && text::width(&visible(input.text())) > room {
        for line in text::broken(&visible(input.text()), room) {
            rows.lines.push(Line::raw(format!("{}{line}", " ".repeat(indent))));
        }
    }
    about_credential(rows, form, theme, columns, field);
}

/// What is said of a value that is a credential, or has one in it.
fn about_credential(rows: &mut Rows, form: &Form, theme: Theme, columns: usize, field: Field) {
    let mut say = |style: Style, mark: &str, text: &str| under(rows, style, mark, text, columns);
    if form.is_kept_masked(field) {
        say(theme.styles.dim, " ", "The dots are kept while you leave it as it is; else enter all of it.");
    } else if form.has_typed_credential(field) {
        let key = if form.revealed == Some(field) { "hides" } else { "shows" };
        say(theme.styles.warning, "!", &format!("a part of it is a credential, and sealed like one; ^R {key} it"));
    }
    if field.can_be_generated() && form.generated {
        let note = form.draft().public_key().map_or_else(
            || {
                let key = if form.revealed == Some(field) { "hides" } else { "shows" };
                format!("new secret: ^Y copies it; set it at the receiver before you save; ^R {key} it")
            },
            |key| format!("new key pair: the receiver needs only the public key (^Y copies it), {key}"),
        );
        say(theme.styles.warning, "!", &note);
    }
}
