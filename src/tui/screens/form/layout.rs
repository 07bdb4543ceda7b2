//! Where the form lies, and what is where in it.

use ratatui::layout::{Margin, Position, Rect};
use ratatui::text::Line;

use crate::domain::auth;
use crate::domain::field::AUTH;
use crate::tui::screens::form::below;
use crate::tui::screens::form::focus::{Focus, FormButton};
use crate::tui::screens::form::header_rows::ADD;
use crate::tui::screens::form::lines::{BESIDE, Rows, indent};
use crate::tui::screens::form::rows::rows;
use crate::tui::screens::form::state::Form;
use crate::tui::theme::Theme;
use crate::tui::widgets::buttons::{Side, choice_at, label_at};
use crate::tui::widgets::{boxes, buttons, text};

/// The rows of the popup with the most usual fields.
const USUAL_ROWS: u16 = 22;

/// The widest that the popup gets, and on a high and wide screen.
const COLUMNS: u16 = 78;
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

const fn labels(form: &Form) -> [&'static str; 3] {
    if form.is_edit() { ["Save", "Save and test", "Cancel"] } else { ["Register", "Register and test", "Cancel"] }
}

fn buttons(form: &Form, theme: Theme, columns: usize) -> Vec<Line<'static>> {
    if form.saving.is_some() {
        return vec![Line::raw("   Saving…")];
    }
    let buttons = FormButton::ALL.iter().zip(labels(form)).map(|(&button, label)| (label, form.focus == Focus::Button(button)));
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

fn rows_of(lines: &[Line]) -> u16 {
    u16::try_from(lines.len()).unwrap_or(u16::MAX)
}

/// The form laid out.
pub struct Laid {
    pub place: Rect,
    /// The fields, and the first of their lines that is shown.
    pub rows: Rows,
    pub body: Rect,
    pub scroll: usize,
    /// What is below them: why the last save failed, and the buttons.
    pub foot: Vec<Line<'static>>,
    pub foot_area: Rect,
    /// What a high screen has room for.
    pub below: Vec<Line<'static>>,
    pub rest: Rect,
}

/// Lays the form out in the room above the lines of help and keys; `area` is the whole screen.
pub fn laid(form: &Form, theme: Theme, area: Rect, room: Rect) -> Laid {
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
        spare if high && spare >= SPARE => below::lines(form, theme, inner_columns, spare - 2),
        _ => Vec::new(),
    };
    let place = match (small, below.is_empty()) {
        (true, _) => room,
        (false, true) => top_centred(room, columns, wanted),
        // Below the title, where its top edge stays; it has no more rows than it needs.
        (false, false) => {
            let below_title = Rect { y: room.y + 1, height: room.height - 1, ..room };
            let rows = (wanted + 1 + rows_of(&below)).min(below_title.height);
            Rect { height: rows, ..boxes::centred(below_title, columns, below_title.height) }
        }
    };
    let inner = place.inner(Margin::new(1, 1));
    let foot_rows = u16::try_from(foot.len()).unwrap_or(0).min(inner.height);
    let gap = u16::from(foot_rows > 0 && inner.height > foot_rows + 8);
    let body_rows = inner.height - foot_rows - gap;
    let used = u16::try_from(rows.lines.len()).unwrap_or(u16::MAX);
    let body = Rect { height: if below.is_empty() { body_rows } else { body_rows.min(used) }, ..inner };
    let page = usize::from(body.height);
    // The focused field is in view, and as much before it as fits; of a choice that is longer, the option.
    let scroll = rows.focus.end.saturating_sub(page).min(rows.focus.start);
    let scroll = rows.chosen.map_or(scroll, |chosen| scroll.max((chosen + 1).saturating_sub(page)));
    let foot_area = Rect { y: body.bottom() + gap, height: foot_rows, ..inner };
    let rest = inner.bottom().saturating_sub(foot_area.bottom() + 1);
    let rest = Rect { y: inner.bottom() - rest, height: rest, ..inner };
    Laid { place, rows, body, scroll, foot, foot_area, below, rest }
}

/// What is at a place of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spot {
    Stop(Focus),
    /// A text, and the column in it.
    Text(Focus, usize),
    /// The auth type at that place of the list.
    AuthType(usize),
    /// The sign beside a choice.
    Choice(Focus, Side),
}

pub fn spot(form: &Form, theme: Theme, area: Rect, room: Rect, at: Position) -> Option<Spot> {
    let Laid { rows, body, scroll, foot, foot_area, .. } = laid(form, theme, area, room);
    let button = |label: &str| {
        let at = labels(form).iter().position(|other| *other == label)?;
        Some(Spot::Stop(Focus::Button(FormButton::ALL[at])))
    };
    if let Some(label) = label_at(&foot, foot_area, at) {
        return button(label);
    }
    if !body.contains(at) {
        return None;
    }
    let lines = rows.lines.get(scroll..)?;
    if let Some(label) = label_at(lines, body, at).filter(|label| *label != ADD) {
        return button(label);
    }
    let line = scroll + usize::from(at.y - body.y);
    let (range, stop) = rows.stops.iter().find(|(range, _)| range.contains(&line))?;
    if *stop == Focus::Field(AUTH) {
        // On a narrow screen the label is above them.
        let first = range.start + usize::from(usize::from(body.width) < BESIDE);
        return line.checked_sub(first).filter(|&at| at < auth::ALL.len()).map(Spot::AuthType);
    }
    if let Some((_, skipped)) = rows.texts.iter().find(|(at, _)| *at == line) {
        let from = usize::from(body.x) + indent(usize::from(body.width));
        return Some(Spot::Text(*stop, (usize::from(at.x) + skipped).saturating_sub(from)));
    }
    let side = if stop.is_choice() { choice_at(theme, &rows.lines[line], body.x, at) } else { None };
    Some(side.map_or(Spot::Stop(*stop), |side| Spot::Choice(*stop, side)))
}
