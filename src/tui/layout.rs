//! Where everything lies: from the model and a size to rectangles and extents. Below both `update`, which asks how far a text can
//! be scrolled, and `view`.
//!
//! ```text
//!  title
//! ╭ body ─────────╮  a popup covers title, body and status
//! ╰───────────────╯
//!  status
//!  keys
//! ```

use ratatui::layout::{Constraint, Layout, Rect};

use crate::domain::text::visible;
use crate::tui::guide;
use crate::tui::model::{Model, Popup};
use crate::tui::screens::form::text as form;
use crate::tui::screens::main::layout as main_screen;
use crate::tui::widgets::{boxes, confirm, text};

/// The smallest terminal that is drawn on, in columns and rows.
pub const SMALLEST: (u16, u16) = (40, 10);

/// The width from which on the request of a delivery is beside its response.
pub(crate) const SIDE_BY_SIDE: u16 = 200;

/// Whether a terminal is too small to draw on.
pub(crate) const fn too_small(size: (u16, u16)) -> bool {
    size.0 < SMALLEST.0 || size.1 < SMALLEST.1
}

/// The four bands of the screen.
pub(crate) struct Screen {
    pub(crate) title: Rect,
    pub(crate) body: Rect,
    pub(crate) status: Rect,
    pub(crate) keys: Rect,
}

impl Screen {
    pub(crate) fn new(model: &Model, area: Rect) -> Self {
        let rows = u16::try_from(status_lines(model, area).len()).unwrap_or(1);
        let [title, body, status, keys] =
            Layout::vertical([Constraint::Length(1), Constraint::Min(0), Constraint::Length(rows), Constraint::Length(1)])
                .areas(area);
        Self { title, body, status, keys }
    }

    /// All above the lines of help and keys.
    pub(crate) fn above_help(&self) -> Rect {
        Rect { height: self.title.height + self.body.height, ..self.title }
    }

    /// Where a popup that wants all the room it can have goes: over everything but the keys, no wider than can be read.
    pub(crate) fn popup(&self, area: Rect) -> Rect {
        let above_keys = area.height.saturating_sub(self.keys.height);
        // Where it does not cover the title, it is below it.
        let title = if area.width > boxes::READABLE { self.title.height } else { 0 };
        let room = Rect { y: area.y + title, height: above_keys.saturating_sub(title), ..area };
        boxes::centred(room, boxes::READABLE, room.height)
    }

    /// Where a delivery goes: as a popup, and over all columns where request and response fit side by side. On a wide screen the
    /// receiver is beside it, if one runs.
    pub(crate) fn delivery(&self, model: &Model, area: Rect) -> (Rect, Option<Rect>) {
        let popup = self.popup(area);
        if model.receiver.is_some() && area.width >= boxes::READABLE {
            let sender = area.width * 3 / 5;
            let beside = Rect { x: area.x + sender, width: area.width - sender, ..popup };
            return (Rect { x: area.x, width: sender, ..popup }, Some(beside));
        }
        (self.wide_popup(area), None)
    }

    /// A popup with two sides: over all columns of a very wide screen.
    pub(crate) fn wide_popup(&self, area: Rect) -> Rect {
        let popup = self.popup(area);
        if area.width < SIDE_BY_SIDE { popup } else { Rect { x: area.x, width: area.width, ..popup } }
    }

    /// Where a question goes: over a popup, or beside what it asks about.
    pub(crate) fn question(&self, model: &Model, area: Rect) -> Rect {
        if model.visible_popup().is_some() {
            return Rect { height: area.height.saturating_sub(1), ..area };
        }
        let asks_about_row = model.question.as_ref().is_some_and(|question| !question.is_about_destination());
        let areas = main_screen::areas(model, model.theme(), self.body).0;
        let above = if asks_about_row && areas.list.height > 2 {
            let row = model.main.focus.delivery().saturating_sub(model.main.top);
            let y = areas.list.y + 1 + u16::try_from(row).unwrap_or(0).min(areas.list.height - 2);
            if y.saturating_sub(area.y) > area.height / 2 {
                return Rect { height: y - area.y, ..area };
            }
            y + 1
        } else {
            areas.destination.bottom()
        };
        // Where there is no room for it below, it covers the end of what it asks about, never its beginning.
        let above = above.min(self.keys.y.saturating_sub(confirm::ROWS)).max(area.y);
        Rect { y: above, height: self.keys.y.saturating_sub(above).min(confirm::ROWS + 2), ..area }
    }
}

/// The line above the keys: what was said last, else a line of help for what has the focus.
fn status_text(model: &Model) -> String {
    match (&model.status, &model.popup) {
        // It may name a file, whose name is from outside.
        (Some(status), _) => format!("{} {}", status.tone.look(model.theme()).0, visible(&status.text)),
        (None, _) if model.question.is_some() => String::new(),
        (None, Some(Popup::Form(form))) => form::help_line(form),
        (None, Some(Popup::Queue(queue))) if queue.total() > 0 && queue.detail.is_none() => {
            "Events in delivery order, dead letters last.".to_owned()
        }
        (None, None) => main_screen::help_line(model),
        _ => String::new(),
    }
}

/// That line, wrapped. What was said may take half of the screen; a line of help has one row only on a low one.
pub(crate) fn status_lines(model: &Model, area: Rect) -> Vec<String> {
    let width = usize::from(area.width.min(boxes::READABLE).saturating_sub(2));
    let most = match &model.status {
        Some(_) => usize::from(area.height / 2),
        None if area.height < 16 => 1,
        None => 3,
    };
    text::cut_lines(text::wrapped(&status_text(model), width), most, width)
}

/// The whole screen but the demo's guide.
pub(crate) fn below_guide(model: &Model) -> Rect {
    guide::below(model.guide, Rect::new(0, 0, model.size.0, model.size.1))
}

/// Where a popup lies that takes all the room it can have.
pub(crate) fn popup_area(model: &Model) -> Rect {
    let area = below_guide(model);
    Screen::new(model, area).popup(area)
}

/// Where the popup of a delivery lies.
pub(crate) fn delivery_area(model: &Model) -> Rect {
    let area = below_guide(model);
    Screen::new(model, area).delivery(model, area).0
}

/// Where a popup with two sides lies.
pub(crate) fn wide_area(model: &Model) -> Rect {
    let area = below_guide(model);
    Screen::new(model, area).wide_popup(area)
}

/// How many lines of the destination do not fit on its screen.
pub(crate) fn main_overflow(model: &Model) -> usize {
    main_screen::overflow(model, model.theme(), Screen::new(model, below_guide(model)).body)
}

/// How many rows the list of deliveries has.
pub(crate) fn list_rows(model: &Model) -> usize {
    let body = Screen::new(model, below_guide(model)).body;
    usize::from(main_screen::areas(model, model.theme(), body).0.list.height.saturating_sub(2))
}

/// Where the details of a delivery lie on the destination screen, if they do.
pub(crate) fn details_area(model: &Model) -> Option<Rect> {
    let body = Screen::new(model, below_guide(model)).body;
    main_screen::areas(model, model.theme(), body).0.details
}

/// The most deliveries that the first screen shows in `rows` rows, at least one: ten are taken by the title, the destination, the
/// frame of the list, and the lines of help and keys.
#[must_use]
pub fn shown_at_most(rows: u16) -> usize {
    usize::from(rows.saturating_sub(10)).max(1)
}
