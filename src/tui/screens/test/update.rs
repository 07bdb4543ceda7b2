//! The test delivery: choosing, sending, watching, stopping, reading.

use crate::domain::curl;
use crate::domain::delivery::Delivery;
use crate::domain::delivery::diagnosis;
use crate::domain::destination::Settings;
use crate::domain::request::Request;
use crate::domain::url::EndpointUrl;
use crate::ops::Problem;
use crate::ops::probe::plain_name;
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::model::{MainFocus, Model, Popup};
use crate::tui::msg::{Id, Msg};
use crate::tui::screens::form::state::Form;
use crate::tui::screens::test::prompt;
use crate::tui::screens::test::state::{Asked, Editing, Flight, Life, Tab, TestButton, TestFocus, TestPopup};
use crate::tui::status::{Status, Tone};
use crate::tui::update::{close, edit, load};
use crate::tui::view;
use crate::tui::widgets::editor;
use crate::tui::widgets::editor::Editor;

/// How many deliveries are kept in memory; `waypost history` has the rest.
pub const LISTED: usize = 1000;

pub fn popup(model: &mut Model) -> Option<&mut TestPopup> {
    match &mut model.popup {
        Some(Popup::Test(test)) => Some(test),
        _ => None,
    }
}

/// Opens the popup, and reads the state file again: what is tested is what is registered.
pub fn open(model: &mut Model) -> Vec<Effect> {
    model.status = None;
    model.popup = Some(Popup::Test(Box::new(TestPopup::new(&model.events))));
    vec![load(model)]
}

/// Opens the popup right after a save, and sends.
pub fn open_and_send(model: &mut Model) -> Vec<Effect> {
    model.status = None;
    model.popup = Some(Popup::Test(Box::new(TestPopup::new(&model.events))));
    send(model)
}

/// Says something in the popup.
pub fn say(model: &mut Model, tone: Tone, text: impl Into<String>) {
    let said = Status { tone, text: text.into() };
    match popup(model) {
        Some(test) => test.said = Some(said),
        None => model.status = Some(said),
    }
}

pub fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    if loses_the_body(model, action) && ask_discard(model, action) {
        return Vec::new();
    }
    let Some(test) = popup(model) else { return Vec::new() };
    test.said = None;
    match (action, test.focus) {
        (Action::SendTest, _) => return open(model),
        (Action::Edit, _) => edit(model),
        (Action::Delete, _) => crate::tui::screens::main::update::ask_delete(model),
        (Action::Back, _) if test.in_flight().is_some() => return stop(model),
        (Action::Back, _) => close(model),
        (Action::Next, _) => test.step(1),
        (Action::Previous, _) => test.step(-1),
        (Action::Press, TestFocus::Button(button)) => return press(model, button),
        (Action::Press, TestFocus::Event | TestFocus::Tabs) => test.step(1),
        (Action::Left, TestFocus::Event) => model.changed = test.choose(-1),
        (Action::Right, TestFocus::Event) => model.changed = test.choose(1),
        (Action::Left, TestFocus::Tabs) => model.changed = test.turn(-1),
        (Action::Right, TestFocus::Tabs) => model.changed = test.turn(1),
        (Action::Left, TestFocus::Button(button)) => beside(test, button, -1),
        (Action::Right, TestFocus::Button(button)) => beside(test, button, 1),
        (Action::TabOne, _) => test.show(Tab::ALL[0]),
        (Action::TabTwo, _) => test.show(Tab::ALL[1]),
        (Action::TabThree, _) => test.show(Tab::ALL[2]),
        (Action::Reveal, _) => test.revealed = !test.revealed,
        (Action::EditBody, _) => return edit_body(model),
        (Action::Find, _) => prompt::open(test, Asked::Find),
        (Action::Write, _) if test.body().is_none_or(<[u8]>::is_empty) => {
            say(model, Tone::Note, "There is no body here to write.");
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

/// Whether an action would lose a body that was edited and is nowhere else.
fn loses_the_body(model: &mut Model, action: Action) -> bool {
    let Some(test) = popup(model) else { return false };
    match action {
        Action::Back | Action::SendTest | Action::Edit | Action::Delete => test.in_flight().is_none(),
        Action::Press => test.focus == TestFocus::Button(TestButton::Close),
        Action::Left | Action::Right => test.focus == TestFocus::Event,
        _ => false,
    }
}

/// Asks before an edited body is lost. Returns whether it asks.
pub fn ask_discard(model: &mut Model, then: Action) -> bool {
    match popup(model) {
        Some(test) if test.is_dirty() => {
            test.discard = Some((false, then));
            true
        }
        _ => false,
    }
}

/// The answer to that.
pub fn discard(model: &mut Model, action: Action) -> Vec<Effect> {
    let Some(test) = popup(model) else { return Vec::new() };
    let Some((discard, then)) = &mut test.discard else { return Vec::new() };
    match action {
        Action::Press if *discard => {
            let then = *then;
            test.discard = None;
            test.edited = false;
            return if then == Action::Quit { crate::tui::update::quit(model, 0) } else { act(model, then) };
        }
        Action::Press | Action::Back => test.discard = None,
        Action::Left => *discard = false,
        Action::Right => *discard = true,
        _ => *discard = !*discard,
    }
    Vec::new()
}

fn press(model: &mut Model, button: TestButton) -> Vec<Effect> {
    match button {
        TestButton::Send | TestButton::SendAgain => return send(model),
        TestButton::Stop => return stop(model),
        TestButton::UseUrl => use_url(model),
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
    let (lines, page) = view::test_extent(model);
    let last = lines.saturating_sub(page);
    let Some(test) = popup(model) else { return };
    let to = match action {
        Action::Up => test.scroll.saturating_sub(1),
        Action::Down => test.scroll + 1,
        Action::PageUp => test.scroll.saturating_sub(page),
        Action::PageDown => test.scroll + page,
        Action::Home => 0,
        Action::End => last,
        _ => test.scroll,
    };
    let to = to.min(last);
    let changed = to != test.scroll;
    test.scroll = to;
    model.changed = changed;
}

/// What is under the tab: a body as it came, the timing as it stands.
fn copy(model: &mut Model) -> Vec<Effect> {
    let lines = view::test_lines(model);
    let Some(test) = popup(model) else { return Vec::new() };
    let text = match test.body() {
        Some(body) => match std::str::from_utf8(body) {
            Ok(text) => text.to_owned(),
            Err(_) => {
                say(model, Tone::Error, "Not copied: the body is not text. w writes it to a file.");
                return Vec::new();
            }
        },
        None if test.tab == Tab::Timing && test.delivery().is_some() => lines.join("\n"),
        None => {
            say(model, Tone::Note, "There is nothing here to copy.");
            return Vec::new();
        }
    };
    vec![Effect::Copy(text)]
}

fn send(model: &mut Model) -> Vec<Effect> {
    let id = model.id();
    let generation = model.generation;
    let Some(destination) = model.destination().cloned() else {
        say(model, Tone::Error, "There is no destination to send it to, or its secret has to be entered again first.");
        return Vec::new();
    };
    let Some(test) = popup(model) else { return Vec::new() };
    if test.past && test.delivery().and_then(Delivery::last).is_some_and(|attempt| !attempt.request.is_whole()) {
        say(model, Tone::Error, "It cannot be sent again: of its long body only the beginning is kept.");
        return Vec::new();
    }
    if test.past {
        test.repeats = test.delivery().map(|delivery| delivery.id.clone());
    }
    let limit_s = destination.timeout_s();
    test.life = Life::Flight(Flight { id, done: Vec::new(), phase: None, elapsed_ms: 0, limit_s, stopping: false });
    test.focus = TestFocus::Button(TestButton::Stop);
    test.sent = None;
    test.offer = None;
    test.said = None;
    test.past = false;
    test.revealed = false;
    test.show(Tab::Request);
    test.event.name = plain_name(&test.event.name).to_owned();
    let event = test.event.clone();
    model.witness = None;
    vec![Effect::Send { id, destination: Box::new(destination), generation, event }]
}

pub fn stop(model: &mut Model) -> Vec<Effect> {
    if let Some(Popup::Probe(_)) = model.popup {
        return crate::tui::screens::other_side::update::stop_probe(model);
    }
    let Some(TestPopup { life: Life::Flight(flight), .. }) = popup(model) else { return Vec::new() };
    if flight.stopping {
        return Vec::new();
    }
    flight.stopping = true;
    let id = flight.id;
    model.changed = true;
    vec![Effect::Stop { id }]
}

/// What comes back from a delivery on its way; dropped when it is of another than the one waited for.
pub fn report(model: &mut Model, msg: Msg) -> Vec<Effect> {
    let Some(test) = popup(model) else {
        model.changed = false;
        return Vec::new();
    };
    let Life::Flight(flight) = &mut test.life else {
        model.changed = false;
        return Vec::new();
    };
    match msg {
        Msg::Tick(elapsed_ms) => flight.elapsed_ms = elapsed_ms,
        Msg::Sending(id, request) if id == flight.id => test.sent = Some(request),
        Msg::Began(id, phase) if id == flight.id => flight.phase = Some(phase),
        Msg::Ended(id, phase, ms) if id == flight.id => {
            flight.phase = flight.phase.filter(|&current| current != phase);
            flight.done.push((phase, ms));
        }
        Msg::Delivered(id, delivery) if id == flight.id => answered(model, id, *delivery),
        _ => model.changed = false,
    }
    Vec::new()
}

/// A delivery that was not begun: the destination is another by now.
pub fn not_sent(model: &mut Model, id: Id, problem: &Problem) -> Vec<Effect> {
    match popup(model) {
        Some(test) if test.in_flight() == Some(id) => {
            test.life = Life::Idle;
            test.repeats = None;
            test.focus = TestFocus::Button(TestButton::Send);
            let text = format!("Not sent: {} {} Look at it, then send again.", sentence(&problem.what), problem.why);
            test.said = Some(Status { tone: Tone::Error, text });
            vec![load(model)]
        }
        _ => {
            model.changed = false;
            Vec::new()
        }
    }
}

fn sentence(what: &str) -> String {
    format!("{what}.")
}

/// A delivery that could not be recorded; said where it is shown, else above the keys.
pub fn unrecorded(model: &mut Model, id: Id, problem: &Problem) -> Vec<Effect> {
    let text = format!("Not recorded: {problem}");
    match popup(model) {
        Some(test) if test.answered == Some(id) => test.said = Some(Status { tone: Tone::Error, text }),
        _ => model.say(Tone::Error, text),
    }
    Vec::new()
}

/// Where a redirect leads, if it answered the destination as it is now.
pub fn offer(settings: &Settings, delivery: &Delivery) -> Option<EndpointUrl> {
    let attempt = delivery.last()?;
    let same = attempt.request.url == Request::preview(settings, b"").url.masked();
    diagnosis::redirect_target(settings, attempt.response.as_ref()?).filter(|_| same)
}

fn answered(model: &mut Model, id: Id, delivery: Delivery) {
    let offer = model.destination().and_then(|destination| offer(destination.settings(), &delivery));
    if let Some(test) = popup(model) {
        test.life = Life::Answered(Box::new(delivery.clone()));
        test.answered = Some(id);
        test.focus = TestFocus::Button(TestButton::SendAgain);
        test.offer = offer;
        test.show(Tab::Response);
        if let Some(repeated) = test.repeats.take() {
            let text = format!("Sent again as {}, a new delivery of what {repeated} was.", delivery.id);
            test.said = Some(Status { tone: Tone::Note, text });
        }
    }
    if model.filter.is_some_and(|filter| filter != delivery.outcome()) {
        return;
    }
    model.deliveries.insert(0, delivery);
    // The focus stays on the delivery that it was on.
    if let MainFocus::Delivery(at) = &mut model.focus {
        *at = (*at + 1).min(LISTED - 1);
    }
    if model.deliveries.len() > LISTED {
        model.deliveries.truncate(LISTED);
        model.more_deliveries = true;
    }
}

fn edit_body(model: &mut Model) -> Vec<Effect> {
    let outside = model.environment.editor;
    let Some(test) = popup(model) else { return Vec::new() };
    if outside {
        return vec![Effect::EditOutside { body: test.event.body.clone() }];
    }
    match std::str::from_utf8(&test.event.body) {
        Ok(text) if text.len() <= editor::MAX_BYTES => {
            test.editing = Some(Editing { editor: Editor::new(text), warned: None, refused: None });
        }
        _ => say(model, Tone::Error, "The body is not text, or too long to edit here. Set $EDITOR to edit it."),
    }
    Vec::new()
}

/// The offer of a redirect becomes the form's URL; nothing is changed before that is saved.
fn use_url(model: &mut Model) {
    let host = model.destination().map(|destination| destination.url().host().to_owned());
    let Some(url) = popup(model).and_then(|test| test.offer.clone()) else { return };
    if host.as_deref() != Some(url.host()) {
        if let Some(Popup::Test(test)) = model.popup.take() {
            model.beneath = Some(test);
        }
        model.popup = Some(Popup::Redirect { url: Box::new(url), change: false });
        return;
    }
    edit(model);
    if let Some(Popup::Form(form)) = &mut model.popup {
        form.suggest_url(url.as_str());
    }
}

/// The answer to "Send events to another host?".
pub fn redirect(model: &mut Model, action: Action) -> Vec<Effect> {
    let Some(Popup::Redirect { url, change }) = &mut model.popup else { return Vec::new() };
    match action {
        Action::Press if *change => {
            let url = url.as_str().to_owned();
            let Some(destination) = model.destination() else { return Vec::new() };
            let draft = crate::domain::draft::Draft::of(destination.settings());
            // Without the registered settings the secret is not kept: it goes to another host only when it is typed again.
            let mut form = Form::edit(model.generation, None, draft);
            form.suggest_url(&url);
            model.beneath = None;
            model.popup = Some(Popup::Form(Box::new(form)));
        }
        Action::Press | Action::Back => close(model),
        Action::Left => *change = false,
        Action::Right => *change = true,
        _ => *change = !*change,
    }
    Vec::new()
}

/// The same request for a shell, with references in the place of secrets.
fn copy_as_curl(model: &mut Model) -> Vec<Effect> {
    let Some(settings) = model.destination().map(|destination| destination.settings().clone()) else {
        say(model, Tone::Error, "The destination's secret has to be entered again first.");
        return Vec::new();
    };
    let Some(test) = popup(model) else { return Vec::new() };
    let Some(delivery) = test.delivery() else { return Vec::new() };
    let Some(attempt) = delivery.last() else { return Vec::new() };
    if !attempt.request.is_whole() {
        say(model, Tone::Error, "It cannot be copied: of its long body only the beginning is kept.");
        return Vec::new();
    }
    let (now, then) = (Request::preview(&settings, b"").url.masked(), attempt.request.url.clone());
    let command = curl::command(&settings, &delivery.id, &test.event.body, false);
    if now != then {
        say(model, Tone::Note, format!("The command is for the destination as it is now; this went to {then}."));
    }
    vec![Effect::Copy(command)]
}
