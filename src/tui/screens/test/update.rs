//! What happens at a key in the test delivery popup.

use crate::domain::delivery::Delivery;
use crate::domain::event::Event;
use crate::domain::json;
use crate::domain::text::visible_lines;
use crate::ops::Problem;
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::model::Model;
use crate::tui::navigation::{ask, close, edit};
use crate::tui::screens::delivery::update as deliveries;
use crate::tui::screens::question::state::{AfterBody, Pending};
use crate::tui::screens::test::access::{popup, say};
use crate::tui::screens::test::copy::{copy, copy_as_curl};
use crate::tui::screens::test::life::Life;
use crate::tui::screens::test::send::{again, open, resend, send, stop};
use crate::tui::screens::test::state::{Asked, Editing, Mode, TestButton, TestFocus, TestPopup, choices};
use crate::tui::screens::test::tabs::Tab;
use crate::tui::screens::test::{fix, layout, prompt};
use crate::tui::status::Tone;
use crate::tui::widgets::editor::{self, Editor};
use crate::tui::widgets::scroll::scrolled;

pub fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    if ask_about_body(model, action) {
        return Vec::new();
    }
    let Some(test) = popup(model) else { return Vec::new() };
    test.said = None;
    match (action, test.focus) {
        (Action::SendTest, _) => return open(model),
        (Action::Resend, _) => return resend(model),
        (Action::Edit, _) => edit(model),
        (Action::Fix, _) => return fix::apply(model),
        (Action::Delete, _) => ask(model, Pending::Delete),
        (Action::Back, _) if test.in_flight().is_some() => return stop(model),
        (Action::Back, _) => close(model),
        (Action::Next, _) => test.step(1),
        (Action::Previous, _) => test.step(-1),
        (Action::Press, TestFocus::Button(button)) => return press(model, button),
        // Over an answer, the next stop would be the button that sends again.
        (Action::Press, TestFocus::Tabs) if !matches!(test.life, Life::Idle) => model.changed = false,
        (Action::Press, TestFocus::Event | TestFocus::Tabs) => test.step(1),
        (Action::Left, TestFocus::Event) => model.changed = test.choose(-1),
        (Action::Right, TestFocus::Event) => model.changed = test.choose(1),
        (Action::Left, TestFocus::Tabs) => model.changed = test.tabs.turn(-1),
        (Action::Right, TestFocus::Tabs) => model.changed = test.tabs.turn(1),
        (Action::Left, TestFocus::Button(button)) => beside(test, button, -1),
        (Action::Right, TestFocus::Button(button)) => beside(test, button, 1),
        (Action::TabOne, _) => test.tabs.show(Tab::ALL[0]),
        (Action::TabTwo, _) => test.tabs.show(Tab::ALL[1]),
        (Action::TabThree, _) => test.tabs.show(Tab::ALL[2]),
        (Action::Reveal, _) => test.tabs.revealed = !test.tabs.revealed,
        (Action::NewerDelivery, _) => return deliveries::beside(model, -1),
        (Action::OlderDelivery, _) => return deliveries::beside(model, 1),
        (Action::Fold, _) => {
            test.tabs.folded = !test.tabs.folded;
            test.tabs.scroll = 0;
            test.tabs.found = None;
        }
        (Action::Page, _) => return page(test),
        (Action::EditBody, _) => return edit_body(model),
        (Action::Find, _) => prompt::open(test, Asked::Find),
        (Action::Write, _) if test.body().is_none_or(<[u8]>::is_empty) => {
            say(model, Tone::Note, "There is no body to write here.");
        }
        (Action::Write, _) => prompt::open(test, Asked::Write),
        (Action::Keep, _) => prompt::open(test, Asked::Keep),
        (Action::FindNext, _) => prompt::find(model, true),
        (Action::FindPrevious, _) => prompt::find(model, false),
        (Action::Copy, _) => return copy(model),
        (Action::CopyAsCurl, _) => return copy_as_curl(model),
        _ => scroll(model, action),
    }
    Vec::new()
}

/// Asks before an action that would lose a body that was edited and is nowhere else. Returns whether it asks.
fn ask_about_body(model: &mut Model, action: Action) -> bool {
    let Some(test) = popup(model) else { return false };
    if test.in_flight().is_some() {
        return false;
    }
    let then = match (action, test.focus) {
        (Action::Back, _) | (Action::Press, TestFocus::Button(TestButton::Close)) => AfterBody::Close,
        (Action::SendTest, _) => AfterBody::SendTest,
        (Action::Edit, _) => AfterBody::Edit,
        (Action::Delete, _) => AfterBody::Delete,
        (Action::Left, TestFocus::Event) => AfterBody::Choose(-1),
        (Action::Right, TestFocus::Event) => AfterBody::Choose(1),
        _ => return false,
    };
    ask_discard(model, then)
}

/// Asks before an edited body is lost. Returns whether it asks.
pub fn ask_discard(model: &mut Model, then: AfterBody) -> bool {
    let dirty = popup(model).is_some_and(|test| test.is_dirty());
    if dirty {
        ask(model, Pending::DiscardBody(then));
    }
    dirty
}

fn press(model: &mut Model, button: TestButton) -> Vec<Effect> {
    match button {
        TestButton::Send => return send(model),
        TestButton::SendAgain => return again(model),
        TestButton::CopyAsCurl => return copy_as_curl(model),
        TestButton::Close => close(model),
    }
    Vec::new()
}

fn beside(test: &mut TestPopup, button: TestButton, by: isize) {
    let buttons = test.buttons();
    let at = buttons.iter().position(|&other| other == button).unwrap_or(0);
    test.focus = TestFocus::Button(buttons[at.saturating_add_signed(by).min(buttons.len() - 1)]);
}

fn scroll(model: &mut Model, action: Action) {
    let (lines, page) = layout::content(model);
    let Some(test) = popup(model) else { return };
    let to = scrolled(test.tabs.scroll, action, page, lines.len().saturating_sub(page));
    let changed = to != test.tabs.scroll;
    test.tabs.scroll = to;
    model.changed = changed;
}

/// The body in front as text that is safe for a terminal: a pager may pass on what it is given.
fn page(test: &TestPopup) -> Vec<Effect> {
    let response = test.delivery().and_then(Delivery::last).and_then(|attempt| attempt.response.as_ref());
    let text = match (test.tabs.front, response) {
        (Tab::Request, _) => String::from_utf8_lossy(&test.event.body).into_owned(),
        (_, Some(response)) => {
            let text = String::from_utf8_lossy(&response.decoded().bytes).into_owned();
            json::indented(&text).unwrap_or(text)
        }
        (_, None) => return Vec::new(),
    };
    vec![Effect::Page { text: visible_lines(&text).into_owned() }]
}

fn edit_body(model: &mut Model) -> Vec<Effect> {
    let outside = model.environment.editor;
    let Some(test) = popup(model) else { return Vec::new() };
    if outside {
        return vec![Effect::EditOutside { body: test.event.body.clone() }];
    }
    match std::str::from_utf8(&test.event.body) {
        Ok(text) if text.len() <= editor::MAX_BYTES => {
            test.mode = Mode::Edit(Editing { editor: Editor::new(text), warned: None, refused: None });
        }
        _ => say(model, Tone::Error, "The body is not text, or too long to edit here. Set $EDITOR to edit it."),
    }
    Vec::new()
}

/// Says what came of something that was done beside the popup.
pub fn done(model: &mut Model, result: Result<String, Problem>) -> Vec<Effect> {
    match result {
        Ok(text) => say(model, Tone::Done, text),
        Err(problem) => say(model, Tone::Error, problem.to_string()),
    }
    Vec::new()
}

/// The body was kept as an event, or not.
pub fn kept(model: &mut Model, result: Result<(Event, Vec<Event>), Problem>) -> Vec<Effect> {
    let result = result.map(|(Event { name, body }, events)| {
        model.events = events;
        let own = model.events.clone();
        // If the body was changed since, something else was kept.
        if let Some(test) = popup(model).filter(|test| test.event.body == body) {
            test.event.name.clone_from(&name);
            test.edited = false;
        }
        if let Some(test) = popup(model).filter(|test| !test.choices.is_empty() && test.event.name == name) {
            test.choices = choices(&own);
            test.choice = test.choices.iter().position(|event| event.name == name).unwrap_or(0);
        }
        format!("Saved as the event {name}.")
    });
    done(model, result)
}
