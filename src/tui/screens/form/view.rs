//! The Register and Edit popup as it is drawn.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;
use ratatui::widgets::{Clear, Paragraph};

use crate::domain::auth::hmac;
use crate::tui::screens::form::focus::{Focus, FormButton};
use crate::tui::screens::form::lines::Rows;
use crate::tui::screens::form::rows::rows;
use crate::tui::screens::form::state::Form;
use crate::tui::screens::form::{below, compare};
use crate::tui::theme::Theme;
use crate::tui::widgets::{boxes, buttons, text};

/// The rows of the popup with the most usual fields.
const USUAL_ROWS: u16 = 22;

/// The widest that the popup gets, and on a high and wide screen.
const COLUMNS: u16 = 76;
const WIDE_COLUMNS: u16 = 100;

/// The number of rows from which there may be room below the form.
pub(crate) const HIGH: u16 = 34;

/// The fewest rows that anything below it needs.
const SPARE: usize = 7;

/// The popup's place: its top edge stays where it is when fields and remarks come and go.
fn top_centred(room: Rect, columns: u16, rows: u16) -> Rect {
    let place = boxes::centred(room, columns, rows);
    let top = 1 + room.height.saturating_sub(USUAL_ROWS) / 2;
    Rect { y: room.y + top.min(room.height - place.height), ..place }
}

/// Why the last save failed, or what came between.
fn problem(form: &Form, theme: Theme, columns: usize) -> Vec<Line<'static>> {
    let (text, style) = match (&form.problem, &form.followed) {
        (Some(problem), _) => (format!("{} Not saved: {problem}", theme.glyphs.fail), theme.styles.error),
        (None, Some(followed)) => (format!("! {followed}"), theme.styles.warning),
        (None, None) => return Vec::new(),
    };
    text::wrapped(&text, columns.saturating_sub(2)).into_iter().map(|line| Line::styled(format!(" {line}"), style)).collect()
}

fn buttons(form: &Form, theme: Theme, columns: usize) -> Vec<Line<'static>> {
    if form.saving.is_some() {
        return vec![Line::raw("   Saving…")];
    }
    let labels = if form.is_edit() { ["Save", "Save and test", "Cancel"] } else { ["Register", "Register and test", "Cancel"] };
    let buttons = FormButton::ALL.iter().zip(labels).map(|(&button, label)| (label, form.focus == Focus::Button(button)));
    buttons::buttons(theme, buttons, 1, columns)
}

/// What is below the fields: why the last save failed, then the buttons. Where that would leave the fields too little room
/// it scrolls with them, and only a failure is said here.
fn foot(rows: &mut Rows, form: &Form, theme: Theme, columns: usize, room: Rect) -> Vec<Line<'static>> {
    let (problem, buttons) = (problem(form, theme, columns), buttons(form, theme, columns));
    let fixed = room.height >= boxes::LOW && problem.len() <= usize::from(room.height / 3);
    if fixed || form.saving.is_some() {
        return if form.saving.is_some() { buttons } else { [problem, buttons].concat() };
    }
    let failed = form
        .problem
        .is_some()
        .then(|| Line::styled(format!(" {} Not saved: the reason is below.", theme.glyphs.fail), theme.styles.error));
    rows.blank();
    rows.lines.extend(problem);
    if matches!(form.focus, Focus::Button(_)) {
        rows.focus = rows.lines.len()..rows.lines.len() + buttons.len();
    }
    rows.lines.extend(buttons);
    failed.into_iter().collect()
}

/// Draws the form in the room above the lines of help and keys; `area` is the whole screen. The cursor is shown
/// where the form is active: no question is over it.
pub fn draw(form: &Form, active: bool, theme: Theme, frame: &mut Frame, area: Rect, room: Rect) {
    let small = area.width < 80 || area.height < 24;
    let high = !small && room.height >= HIGH;
    let columns = match (small, high && area.width > WIDE_COLUMNS) {
        (true, _) => area.width,
        (false, true) => WIDE_COLUMNS,
        (false, false) => COLUMNS,
    };
    let inner_columns = usize::from(columns.saturating_sub(2));
    let mut rows = rows(form, theme, inner_columns);
    let foot = foot(&mut rows, form, theme, inner_columns, room);
    let gap = usize::from(!small);
    let wanted = u16::try_from(rows.lines.len() + gap + foot.len() + 2).unwrap_or(u16::MAX);
    // A high screen has room for more below the form, which then has all of its height.
    let below = match usize::from(room.height.saturating_sub(wanted)) {
        spare if high && spare >= SPARE => below::lines(form, theme, inner_columns, spare - 1),
        _ => Vec::new(),
    };
    let place = match (small, below.is_empty()) {
        (true, _) => room,
        (false, true) => top_centred(room, columns, wanted),
        (false, false) => boxes::centred(room, columns, room.height),
    };
    if place.y == room.y {
        // Of the title only its ends would be left.
        frame.render_widget(Clear, Rect { height: 1, ..room });
    }
    let inner = boxes::popup(theme, if form.is_edit() { "Edit destination" } else { "Register destination" }, frame, place);
    let foot_rows = u16::try_from(foot.len()).unwrap_or(0).min(inner.height);
    let gap = u16::from(foot_rows > 0 && inner.height > foot_rows + 8);
    let body_rows = inner.height - foot_rows - gap;
    let used = u16::try_from(rows.lines.len()).unwrap_or(u16::MAX);
    let body = Rect { height: if below.is_empty() { body_rows } else { body_rows.min(used) }, ..inner };
    let page = usize::from(body.height);
    // The focused field is in view, and as much before it as fits; of a choice that is longer, the option.
    let scroll = rows.focus.end.saturating_sub(page).min(rows.focus.start);
    let scroll = rows.chosen.map_or(scroll, |chosen| scroll.max((chosen + 1).saturating_sub(page)));
    let total = rows.lines.len();
    frame.render_widget(Paragraph::new(rows.lines).scroll((u16::try_from(scroll).unwrap_or(0), 0)), body);
    let foot_area = Rect { y: body.bottom() + gap, height: foot_rows, ..inner };
    frame.render_widget(Paragraph::new(foot), foot_area);
    let rest = inner.bottom().saturating_sub(foot_area.bottom() + 1);
    frame.render_widget(Paragraph::new(below), Rect { y: inner.bottom() - rest, height: rest, ..inner });
    boxes::more(theme, total.saturating_sub(scroll + page), frame, place);
    if form.comparing {
        compare::draw(form.inputs.chosen(hmac::FORMAT), theme, frame, room);
        return;
    }
    if active
        && let Some((column, row)) = rows.cursor
        && (scroll..scroll + page).contains(&row)
    {
        let x = body.x + u16::try_from(column).unwrap_or(0).min(body.width.saturating_sub(1));
        let y = body.y + u16::try_from(row - scroll).unwrap_or(0);
        frame.set_cursor_position(Position { x, y });
    }
}
