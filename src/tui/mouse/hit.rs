//! What is at a place of the screen. Pure, from the same layouts that `view` draws.

use ratatui::layout::{Margin, Position, Rect};

use crate::tui::layout::{Screen, below_guide};
use crate::tui::model::{Model, Popup};
use crate::tui::screens::delivery::state::shown_from;
use crate::tui::screens::form::layout::{self as form, Spot};
use crate::tui::screens::main::layout as main;
use crate::tui::screens::main::state::MainFocus;
use crate::tui::screens::palette::layout as palette;
use crate::tui::screens::question::words::asked;
use crate::tui::screens::queue::layout as queue;
use crate::tui::screens::queue::state::QueueScreen;
use crate::tui::screens::receiver::layout as receiver;
use crate::tui::screens::snippet::layout as snippet;
use crate::tui::screens::snippet::state::SnippetPopup;
use crate::tui::screens::test::state::{Mode, TestFocus, TestPopup};
use crate::tui::screens::test::tabs::Tab;
use crate::tui::screens::test::{head, layout as test};
use crate::tui::screens::verify::layout as verify;
use crate::tui::screens::verify::state::{VerifyFocus, VerifyPopup};
use crate::tui::widgets::buttons::{Side, choice_at, label_at};
use crate::tui::widgets::{boxes, confirm, editor};

/// What can be clicked, or scrolled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// On the destination screen: a button, a row of the list, the details.
    Main(MainFocus),
    /// The destination, beside its buttons.
    Destination,
    /// The list, beside its rows.
    List,
    Form(Spot),
    /// In a delivery: the event, a button.
    Test(TestFocus),
    Tab(Tab),
    /// The sign beside the choice that a popup begins with.
    Choice(Side),
    Verify(VerifyFocus),
    /// A text of it: line and column.
    VerifyText(VerifyFocus, (usize, usize)),
    /// The body that is edited: line and column.
    Body((usize, usize)),
    /// A request of the receiver.
    Request(usize),
    /// The selected one.
    RequestText,
    /// An event of the queue.
    Queued(usize),
    /// An action of the palette.
    Command(usize),
    /// A button of a question: whether it accepts.
    Answer(bool),
    /// A text that the arrows scroll.
    Text,
}

/// What is at a place: of what lies over one another, what is seen.
pub fn target(model: &Model, at: Position) -> Option<Target> {
    let area = below_guide(model);
    let theme = model.theme();
    let screen = Screen::new(model, area);
    if model.help.is_some() {
        return Some(Target::Text);
    }
    if let Some(palette) = &model.palette {
        let count = palette::items(model, palette.input.text()).len();
        let place = palette::place(area, count);
        let (inner, rows) = (palette::inside(place), palette::page(place));
        // The first two rows are the line that is typed into, and a rule.
        let row = usize::from(at.y).checked_sub(usize::from(inner.y) + 2).filter(|row| *row < rows && inner.contains(at));
        let selected = palette.selected.min(count.saturating_sub(1));
        return match row.map(|row| row + palette::top(selected, rows)).filter(|at| *at < count) {
            Some(at) => Some(Target::Command(at)),
            None => place.contains(at).then_some(Target::Text),
        };
    }
    if let Some(question) = &model.question {
        let (_, words, labels) = asked(model, question, theme);
        let area = screen.question(model, area);
        return confirm::accepts_at(&words, labels, question.confirm, theme, area, at).map(Target::Answer);
    }
    match &model.popup {
        Some(Popup::Form(it)) if it.comparing => None,
        Some(Popup::Form(it)) => {
            let whole = Rect::new(0, 0, model.size.0, model.size.1);
            form::spot(it, theme, whole, screen.above_help(), at).map(Target::Form)
        }
        Some(Popup::Test(it)) => {
            let (place, beside) = screen.delivery(model, area);
            match beside.filter(|beside| beside.contains(at)) {
                Some(beside) => in_receiver(model, beside, at),
                None => in_test(model, it, place, at),
            }
        }
        Some(Popup::Receiver) => in_receiver(model, screen.popup(area), at),
        Some(Popup::Snippet(it)) => in_snippet(model, it, screen.wide_popup(area), at),
        Some(Popup::Verify(it)) => in_verify(model, it, verify::place(screen.wide_popup(area)), at),
        Some(Popup::Queue(it)) => in_queue(model, it, screen.body, at),
        Some(Popup::Compare(_)) => screen.wide_popup(area).contains(at).then_some(Target::Text),
        Some(Popup::Probe(_)) => screen.popup(area).contains(at).then_some(Target::Text),
        None => on_main(model, screen.body, at),
    }
}

fn on_main(model: &Model, body: Rect, at: Position) -> Option<Target> {
    let (areas, upper) = main::areas(model, model.theme(), body);
    if !areas.list_alone && areas.destination.contains(at) {
        let place = upper.buttons_place(areas.destination, model.main.scroll);
        let label = label_at(&upper.buttons, place, at);
        let button = label.and_then(|label| model.buttons().iter().position(|button| button.label() == label));
        return Some(button.map_or(Target::Destination, |at| Target::Main(MainFocus::Button(at))));
    }
    let selected = model.main.focus.delivery();
    if areas.details.is_some_and(|place| place.contains(at)) {
        return Some(Target::Main(MainFocus::Details(selected)));
    }
    if model.history.total == 0 || !areas.list.contains(at) {
        return None;
    }
    let inner = areas.list.inner(Margin::new(1, 1));
    let top = shown_from(model.main.top, selected, usize::from(inner.height), model.history.total);
    let row = row_at(inner, top, model.history.total, at);
    Some(row.map_or(Target::List, |at| Target::Main(MainFocus::Delivery(at))))
}

/// The row at a place of a list of which the first one shown is `top`.
fn row_at(inner: Rect, top: usize, total: usize, at: Position) -> Option<usize> {
    let row = top + usize::from(at.y.checked_sub(inner.y)?);
    (inner.contains(at) && row < total).then_some(row)
}

fn in_test(model: &Model, it: &TestPopup, place: Rect, at: Position) -> Option<Target> {
    if !place.contains(at) {
        return None;
    }
    let theme = model.theme();
    match &it.mode {
        Mode::Browse => {}
        Mode::Edit(editing) => {
            let [_, body, _] = test::editor_parts(it, theme, boxes::inside(place));
            return Some(editor::place_at(&editing.editor, body, at).map_or(Target::Text, Target::Body));
        }
        Mode::Prompt(_) => return Some(Target::Text),
    }
    let (place, test::Laid { parts, buttons, .. }) = test::fitted(model, it, theme, place);
    if !place.contains(at) {
        return None;
    }
    if let Some(label) = label_at(&buttons, parts.buttons, at) {
        let button = it.buttons().iter().copied().find(|button| button.label() == label);
        return button.map(|button| Target::Test(TestFocus::Button(button)));
    }
    if parts.event.contains(at) {
        let can_choose = it.stops().contains(&TestFocus::Event);
        let side = choice_at(theme, &head::event(it, theme, usize::from(parts.event.width)), parts.event.x, at);
        return can_choose.then(|| side.map_or(Target::Test(TestFocus::Event), Target::Choice));
    }
    if parts.tabs.contains(at) {
        return head::tab_at(usize::from(at.x - parts.tabs.x)).map(Target::Tab);
    }
    Some(Target::Text)
}

fn in_receiver(model: &Model, place: Rect, at: Position) -> Option<Target> {
    let inner = boxes::inside(place);
    let row = inner.contains(at).then(|| usize::from(at.y - inner.y))?;
    Some(receiver::request_at(model, inner, row).map_or(Target::RequestText, Target::Request))
}

fn in_snippet(model: &Model, it: &SnippetPopup, place: Rect, at: Position) -> Option<Target> {
    let snippet::Laid { place, choice, .. } = snippet::laid(model, it, place);
    let theme = model.theme();
    let side = if choice.contains(at) { choice_at(theme, &snippet::language(it, theme), choice.x, at) } else { None };
    side.map(Target::Choice).or_else(|| place.contains(at).then_some(Target::Text))
}

fn in_verify(model: &Model, it: &VerifyPopup, place: Rect, at: Position) -> Option<Target> {
    let inner = boxes::inside(place);
    let verify::Parts { headers_label, headers, body_label, body, foot, .. } = verify::parts(it, inner);
    let text = |focus, editor, area| editor::place_at(editor, area, at).map(|place| Target::VerifyText(focus, place));
    let in_text = text(VerifyFocus::Headers, &it.headers, headers).or_else(|| text(VerifyFocus::Body, &it.body, body));
    let buttons = verify::buttons(it, model.theme(), usize::from(inner.width));
    match label_at(&buttons, foot, at) {
        Some("Check") => Some(Target::Verify(VerifyFocus::Check)),
        Some(_) => Some(Target::Verify(VerifyFocus::Close)),
        None if headers_label.contains(at) => Some(Target::Verify(VerifyFocus::Headers)),
        None if body_label.contains(at) => Some(Target::Verify(VerifyFocus::Body)),
        None => in_text.or_else(|| inner.contains(at).then_some(Target::Text)),
    }
}

fn in_queue(model: &Model, it: &QueueScreen, body: Rect, at: Position) -> Option<Target> {
    let areas = queue::areas(model, it, body);
    // An open event may lie over the list.
    if areas.event.is_some_and(|place| place.contains(at)) {
        return it.detail.is_some().then_some(Target::Text);
    }
    let inner = areas.list.inner(Margin::new(1, 1));
    let top = shown_from(it.top, it.at, usize::from(inner.height), it.total());
    row_at(inner, top, it.total(), at).map(Target::Queued)
}
