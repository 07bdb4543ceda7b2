//! The lines of the snippet popup and their places: the code, and beside or below it the request that this code gets.

use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};

use crate::domain::event::BuiltIn;
use crate::domain::request::Request;
use crate::domain::snippet;
use crate::domain::text::visible;
use crate::tui::layout::{SIDE_BY_SIDE, wide_area};
use crate::tui::model::{Model, Popup};
use crate::tui::screens::delivery::lines::{self as request, section};
use crate::tui::screens::snippet::state::SnippetPopup;
use crate::tui::theme::Theme;
use crate::tui::widgets::{boxes, text};

/// The parts of the popup, and their places.
pub struct Laid {
    pub place: Rect,
    pub choice: Rect,
    pub code_place: Rect,
    pub code: Vec<Line<'static>>,
    /// The request that the code gets, at the right of it.
    pub beside: Option<(Rect, Vec<Line<'static>>)>,
    pub foot: Rect,
}

/// How many lines of code there are, and how many of them fit.
pub fn extent(model: &Model) -> (usize, usize) {
    let Some(Popup::Snippet(popup)) = &model.popup else { return (0, 0) };
    let laid = laid(model, popup, wide_area(model));
    (laid.code.len(), usize::from(laid.code_place.height))
}

/// In a tall room only the rows that are needed: what is below the popup stays visible.
pub fn laid(model: &Model, popup: &SnippetPopup, room: Rect) -> Laid {
    let columns = usize::from(boxes::inside(room).width);
    let theme = model.theme();
    let is_beside = room.width >= SIDE_BY_SIDE;
    let left = if is_beside { columns * 3 / 5 } else { columns };
    let mut code: Vec<Line> = code(model, popup, left).into_iter().map(Line::raw).collect();
    let right = columns - left;
    let mut arrives = arrives(model, theme, if is_beside { right.saturating_sub(2) } else { columns });
    // A section begins with an empty line, for the gap above it. Beside the code it needs none.
    let beside = is_beside.then(|| arrives.split_off(1.min(arrives.len())));
    let rows = |lines: usize| u16::try_from(lines).unwrap_or(u16::MAX);
    // In a tall room there is a row for a gap.
    let gap = u16::from(room.height + 2 >= boxes::TALL);
    let most = usize::from(parts(room, gap)[1].height);
    if beside.is_none() && code.len() + arrives.len() <= most {
        code.append(&mut arrives);
    }
    let taken = code.len().max(beside.as_ref().map_or(0, Vec::len));
    let place = boxes::fitted(room, rows(most.saturating_sub(taken)));
    let [choice, code_place, foot] = parts(place, gap);
    let beside = beside.map(|lines| {
        let width = rows(right.saturating_sub(2));
        (Rect { x: code_place.right() - width, width, ..code_place }, lines)
    });
    Laid { place, choice, code_place, code, beside, foot }
}

/// The language, the code and, after a gap, a hint.
fn parts(place: Rect, gap: u16) -> [Rect; 3] {
    let one = Constraint::Length(1);
    let areas: [Rect; 5] =
        Layout::vertical([one, one, Constraint::Min(1), Constraint::Length(gap), one]).areas(boxes::inside(place));
    [areas[0], areas[2], areas[4]]
}

/// The choice of the language.
pub fn language(popup: &SnippetPopup, theme: Theme) -> Line<'static> {
    let (left, right) = theme.glyphs.choice;
    Line::from(vec![
        Span::raw("> "),
        Span::styled("Language   ", theme.styles.accent),
        Span::raw(format!("{left} {} {right}", popup.lang.label())),
    ])
}

fn code(model: &Model, popup: &SnippetPopup, columns: usize) -> Vec<String> {
    let Some(destination) = model.destination() else { return Vec::new() };
    let text = snippet::snippet(destination.settings(), popup.lang).replace('\t', "    ");
    text.trim_end().split('\n').flat_map(|line| text::broken_after_spaces(&visible(line), columns)).collect()
}

/// The request that the code gets, by the example of a test delivery.
fn arrives(model: &Model, theme: Theme, columns: usize) -> Vec<Line<'static>> {
    let Some(destination) = model.destination() else { return Vec::new() };
    let ping = BuiltIn::Ping.event();
    let preview = Request::preview(destination.settings(), &ping.name, &ping.body);
    section("A request that it gets", request::request(&preview, false, theme, columns), theme, columns)
}
