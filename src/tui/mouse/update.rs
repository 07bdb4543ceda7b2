//! What the mouse does: a click moves the focus and means a key there, so that it asks, and does, what that key would.

use ratatui::layout::Position;

use crate::domain::field::AUTH;
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::layout::{self, Screen, below_guide};
use crate::tui::model::{Model, Popup};
use crate::tui::mouse::hit::{Target, target};
use crate::tui::msg::{Mouse, MouseAct, Press};
use crate::tui::screens::delivery::update as deliveries;
use crate::tui::screens::form::focus::Focus;
use crate::tui::screens::form::layout::Spot;
use crate::tui::screens::form::state::Form;
use crate::tui::screens::main::details;
use crate::tui::screens::main::state::MainFocus;
use crate::tui::screens::queue::update as queue;
use crate::tui::screens::receiver::layout as receiver;
use crate::tui::screens::test::state::{Mode, TestFocus};
use crate::tui::screens::verify::state::VerifyFocus;
use crate::tui::widgets::buttons::Side;
use crate::tui::widgets::scroll::scrolled;

/// The lines that a turn of the wheel moves.
const LINES: usize = 3;

/// Takes what the mouse did. Returns the keys that it means, after what it did itself.
pub fn point(model: &mut Model, mouse: Mouse) -> (Vec<Effect>, Vec<Press>) {
    let Some(target) = target(model, Position { x: mouse.column, y: mouse.row }) else { return nothing(model) };
    match mouse.act {
        MouseAct::WheelUp => wheel(model, target, Action::Up),
        MouseAct::WheelDown => wheel(model, target, Action::Down),
        MouseAct::Click => click(model, target),
        // What the first click has opened gets none of the second.
        MouseAct::ClickAgain => match target {
            Target::Main(focus @ MainFocus::Delivery(_)) if model.main.focus == focus => (Vec::new(), vec![Press::Enter]),
            Target::Queued(at) if is_selected(model, at) => (Vec::new(), vec![Press::Enter]),
            Target::Main(MainFocus::Delivery(_)) | Target::Queued(_) => click(model, target),
            _ => nothing(model),
        },
    }
}

const fn nothing(model: &mut Model) -> (Vec<Effect>, Vec<Press>) {
    model.changed = false;
    (Vec::new(), Vec::new())
}

fn is_selected(model: &Model, at: usize) -> bool {
    matches!(&model.popup, Some(Popup::Queue(queue)) if queue.at == at && queue.detail.is_none())
}

fn click(model: &mut Model, target: Target) -> (Vec<Effect>, Vec<Press>) {
    let press = match (target, &mut model.popup) {
        (Target::Main(MainFocus::Delivery(at)), _) => return (deliveries::select(model, at), Vec::new()),
        (Target::Main(focus @ MainFocus::Button(_)), _) => {
            model.main.focus = focus;
            Some(Press::Enter)
        }
        (Target::Main(focus), _) => {
            model.main.focus = focus;
            None
        }
        (Target::Form(spot), Some(Popup::Form(form))) => in_form(form, spot),
        // In flight only Esc and ^C do anything.
        (Target::Test(_) | Target::Choice(_), Some(Popup::Test(test))) if test.in_flight().is_some() => return nothing(model),
        (Target::Test(focus), Some(Popup::Test(test))) => {
            test.focus = focus;
            matches!(focus, TestFocus::Button(_)).then_some(Press::Enter)
        }
        (Target::Choice(side), popup) => {
            if let Some(Popup::Test(test)) = popup {
                test.focus = TestFocus::Event;
            }
            Some(toward(side))
        }
        (Target::Tab(tab), Some(Popup::Test(test))) => {
            test.tabs.show(tab);
            test.focus = TestFocus::Tabs;
            None
        }
        (Target::VerifyText(focus, (line, column)), Some(Popup::Verify(verify))) => {
            verify.focus = focus;
            if let Some(editor) = verify.focused() {
                editor.go_to_shown(line, column);
            }
            None
        }
        (Target::Body((line, column)), Some(Popup::Test(test))) => {
            if let Mode::Edit(editing) = &mut test.mode {
                editing.editor.go_to_shown(line, column);
            }
            None
        }
        (Target::Verify(focus), Some(Popup::Verify(verify))) => {
            verify.focus = focus;
            verify.focused().is_none().then_some(Press::Enter)
        }
        (Target::Queued(at), Some(Popup::Queue(queue))) if queue.detail.is_none() => {
            queue.at = at;
            return (queue::settle(model), Vec::new());
        }
        (Target::Request(at), _) => {
            let Some(receiver) = &mut model.receiver else { return nothing(model) };
            (receiver.selected, receiver.scroll) = (at, 0);
            None
        }
        (Target::Command(at), _) => {
            let Some(palette) = &mut model.palette else { return nothing(model) };
            palette.selected = at;
            Some(Press::Enter)
        }
        (Target::Answer(accepts), _) => {
            let Some(question) = &mut model.question else { return nothing(model) };
            question.confirm.focus(accepts);
            Some(Press::Enter)
        }
        _ => return nothing(model),
    };
    (Vec::new(), press.into_iter().collect())
}

const fn toward(side: Side) -> Press {
    match side {
        Side::Left => Press::Left,
        Side::Right => Press::Right,
    }
}

fn in_form(form: &mut Form, spot: Spot) -> Option<Press> {
    match spot {
        Spot::Stop(focus) => {
            form.go(focus);
            matches!(focus, Focus::More | Focus::AddHeader | Focus::Button(_)).then_some(Press::Enter)
        }
        Spot::Text(focus, column) => {
            form.go(focus);
            form.go_to_column(column);
            None
        }
        Spot::AuthType(at) => {
            form.go(Focus::Field(AUTH));
            form.option = at;
            Some(Press::Char(' '))
        }
        Spot::Choice(focus, side) => {
            form.go(focus);
            Some(toward(side))
        }
    }
}

/// A turn of the wheel scrolls what is under the pointer; in a form, where no text is scrolled, it does nothing.
fn wheel(model: &mut Model, target: Target, action: Action) -> (Vec<Effect>, Vec<Press>) {
    let press = if action == Action::Up { Press::Up } else { Press::Down };
    match target {
        Target::Main(MainFocus::Delivery(_)) | Target::List => {
            let last = model.history.total.saturating_sub(1);
            let to = turned(model.main.focus.delivery(), action, last);
            (deliveries::select(model, to), Vec::new())
        }
        Target::Main(MainFocus::Details(_)) => {
            let Some(area) = layout::details_area(model) else { return nothing(model) };
            let (last, _) = details::extent(model, area);
            let before = model.main.details.min(last);
            model.main.details = turned(before, action, last);
            model.changed = model.main.details != before;
            (Vec::new(), Vec::new())
        }
        Target::Main(MainFocus::Button(_)) | Target::Destination => {
            let last = layout::main_overflow(model);
            let before = model.main.scroll.min(last);
            model.main.scroll = turned(before, action, last);
            model.changed = model.main.scroll != before;
            (Vec::new(), Vec::new())
        }
        Target::RequestText => {
            let area = below_guide(model);
            let screen = Screen::new(model, area);
            let place = screen.delivery(model, area).1.filter(|_| matches!(model.popup, Some(Popup::Test(_))));
            let (lines, page) = receiver::extent(model, place.unwrap_or_else(|| screen.popup(area)));
            let Some(receiver) = &mut model.receiver else { return nothing(model) };
            let before = receiver.scroll;
            receiver.scroll = turned(before, action, lines.saturating_sub(page));
            model.changed = receiver.scroll != before;
            (Vec::new(), Vec::new())
        }
        Target::Request(_) => {
            let Some(receiver) = &mut model.receiver else { return nothing(model) };
            let to = scrolled(receiver.selected, action, LINES, receiver.requests.len().saturating_sub(1));
            model.changed = to != receiver.selected;
            if model.changed {
                (receiver.selected, receiver.scroll) = (to, 0);
            }
            (Vec::new(), Vec::new())
        }
        Target::Command(_) | Target::Queued(_) | Target::Text | Target::Body(_) | Target::VerifyText(..) => {
            (Vec::new(), vec![press; LINES])
        }
        Target::Verify(VerifyFocus::Headers | VerifyFocus::Body) => (Vec::new(), vec![press; LINES]),
        _ => nothing(model),
    }
}

fn turned(from: usize, action: Action, last: usize) -> usize {
    (0..LINES).fold(from, |at, _| scrolled(at, action, LINES, last))
}
