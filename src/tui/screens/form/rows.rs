//! The form in lines: labels, fields, choices, and what is said under them.

use std::borrow::Cow;

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::domain::auth;
use crate::domain::convention::ALL;
use crate::domain::draft::Draft;
use crate::domain::field::{self, AUTH, Field};
use crate::domain::rotation::PERIODS;
use crate::tui::screens::form::convention;
use crate::tui::screens::form::focus::Focus;
use crate::tui::screens::form::header_rows;
use crate::tui::screens::form::lines::{BESIDE, MARK, Rows, choice, head, indent, mark, remarks, spaces, under};
use crate::tui::screens::form::state::Form;
use crate::tui::screens::form::text::{label, summary};
use crate::tui::screens::form::text_rows;
use crate::tui::theme::Theme;
use crate::tui::widgets::text;

pub fn rows(form: &Form, theme: Theme, columns: usize) -> Rows {
    let mut rows = Rows::default();
    let draft = &form.examined().0;
    for stop in form.stops() {
        let from = rows.lines.len();
        match stop {
            Focus::Field(field) if field == field::URL => {
                of_field(&mut rows, form, theme, columns, field);
                pasted(&mut rows, form, theme, columns);
                rows.blank();
            }
            Focus::Field(field) if field == AUTH => group(&mut rows, form, theme, columns),
            Focus::Field(field) => of_field(&mut rows, form, theme, columns, field),
            Focus::Convention => {
                let at = convention::place(draft);
                let place = (at, ALL.len() + 1);
                of_choice(&mut rows, form, theme, columns, (stop, "Receiver".into()), convention::label(at), place);
            }
            Focus::KeepOld => {
                let value = PERIODS[form.keep_old].1;
                of_choice(&mut rows, form, theme, columns, (stop, KEEP_OLD.into()), value, (form.keep_old, PERIODS.len()));
            }
            Focus::More => {
                sends(&mut rows, draft, theme, columns);
                rows.blank();
                let line = rows.lines.len();
                more(&mut rows, form, theme, columns);
                rows.stops.push((line..rows.lines.len(), stop));
                if form.unfolded {
                    header_rows::list(&mut rows, form, theme, columns);
                }
            }
            // The headers mark their own focus.
            Focus::Header(..) | Focus::AddHeader | Focus::Button(_) => continue,
        }
        if stop != Focus::More {
            rows.stops.push((from..rows.lines.len(), stop));
        }
        if form.focus == stop {
            rows.focus = from..rows.lines.len();
        }
    }
    rows
}

const COMPARE: &str = " · ? compare";

const KEEP_OLD: &str = "Old secret valid for";

fn of_field(rows: &mut Rows, form: &Form, theme: Theme, columns: usize, field: Field) {
    if field.is_choice() {
        let at = form.inputs.chosen(field);
        let place = (at, field.options().len());
        let stop = Focus::Field(field);
        of_choice(rows, form, theme, columns, (stop, label(form, field)), field.options()[at].label, place);
    } else {
        text_rows::text(rows, form, theme, columns, field);
    }
    remarks(rows, form, theme, columns, field);
}

fn of_choice(
    rows: &mut Rows,
    form: &Form,
    theme: Theme,
    columns: usize,
    (stop, label): (Focus, Cow<'static, str>),
    value: &str,
    (at, count): (usize, usize),
) {
    let head = head(rows, theme, columns, form.focus == stop, label);
    let can_compare = matches!(stop, Focus::Field(field) if field.has_details());
    let about = format!("{} of {count}{}", at + 1, if can_compare { COMPARE } else { "" });
    let short = about.strip_suffix(COMPARE).unwrap_or_default();
    choice(rows, theme, columns, head, value, &[&about, short]);
}

/// The auth types, each on a line, with the cursor at one of them.
fn group(rows: &mut Rows, form: &Form, theme: Theme, columns: usize) {
    let focused = form.focus == Focus::Field(AUTH);
    let before = indent(columns) - 2;
    if columns < BESIDE {
        rows.lines.push(Line::raw(format!("{}{}", " ".repeat(MARK), AUTH.label)));
    }
    for (at, auth_type) in auth::ALL.into_iter().enumerate() {
        let mut line = Vec::with_capacity(5);
        if at == 0 && columns >= BESIDE {
            line.extend([spaces(MARK), Span::raw(AUTH.label), spaces(before - MARK - text::width(AUTH.label))]);
        } else {
            line.push(spaces(before));
        }
        let is_here = focused && at == form.option;
        if is_here {
            rows.chosen = Some(rows.lines.len());
        }
        let chosen = auth_type == form.auth_type();
        line.push(mark(is_here, theme));
        line.push(if chosen { Span::raw(format!(" ({}) ", theme.glyphs.dot)) } else { Span::raw(" ( ) ") });
        line.push(Span::styled(auth_type.label, if chosen { theme.styles.strong } else { Style::new() }));
        rows.lines.push(Line::from(line));
    }
    remarks(rows, form, theme, columns, AUTH);
}

/// What the auth type adds to a request.
fn sends(rows: &mut Rows, draft: &Draft, theme: Theme, columns: usize) {
    let text = (draft.auth_type().sends)(draft.values());
    let room = columns.saturating_sub(indent(columns) + 1);
    let mut head = head(rows, theme, columns, false, "Sends");
    for line in text::wrapped(&text, room) {
        let mut spans = std::mem::replace(&mut head, vec![Span::raw(" ".repeat(indent(columns)))]);
        spans.push(Span::styled(line, theme.styles.dim));
        rows.lines.push(Line::from(spans));
    }
}

/// What a pasted curl command brought.
fn pasted(rows: &mut Rows, form: &Form, theme: Theme, columns: usize) {
    let Some(pasted) = &form.pasted else { return };
    under(rows, theme.styles.ok, theme.glyphs.ok, &format!("from the curl command: {}", pasted.taken), columns);
    for part in &pasted.not_taken {
        under(rows, theme.styles.warning, "!", &format!("not taken: {part}"), columns);
    }
}

/// The line that unfolds the rarely used fields: folded, it says what they have.
fn more(rows: &mut Rows, form: &Form, theme: Theme, columns: usize) {
    let mut head = head(rows, theme, columns, form.focus == Focus::More, "More");
    let sign = match (form.unfolded, theme.glyphs.ascii) {
        (true, true) => "v",
        (true, false) => "▾",
        (false, true) => ">",
        (false, false) => "›",
    };
    let room = columns.saturating_sub(indent(columns) + 3);
    let summary = if form.unfolded { String::new() } else { text::end_cut(&summary(form), room) };
    let gap = room + 1 - text::width(&summary);
    head.push(Span::styled(summary, theme.styles.dim));
    head.push(spaces(gap));
    head.push(Span::raw(sign));
    rows.lines.push(Line::from(head));
}
