//! The test delivery popup: choose the event, see the request, send, watch, read the answer. Pure.

use crate::domain::delivery::{Delivery, Phase};
use crate::domain::event::{BuiltIn, Event};
use crate::domain::request::Request;
use crate::domain::url::EndpointUrl;
use crate::tui::action::Action;
use crate::tui::msg::Id;
use crate::tui::status::Status;
use crate::tui::widgets::editor::Editor;
use crate::tui::widgets::text_field::TextField;

/// Where the delivery is in its life.
#[derive(Clone, Debug, PartialEq)]
pub enum Life {
    /// Not sent yet.
    Idle,
    /// On its way.
    Flight(Flight),
    /// Ended.
    Answered(Box<Delivery>),
}

/// A delivery on its way.
#[derive(Clone, Debug, PartialEq)]
pub struct Flight {
    /// Of the effect.
    pub id: Id,
    /// The phases that ended, with their milliseconds.
    pub done: Vec<(Phase, f64)>,
    /// The phase that it is in.
    pub phase: Option<Phase>,
    /// Milliseconds since it began.
    pub elapsed_ms: u64,
    /// The whole time it may take, in seconds.
    pub limit_s: u16,
    /// Stop was pressed.
    pub stopping: bool,
}

/// The tabs, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    /// What was answered.
    Response,
    /// What is or was sent.
    Request,
    /// Time per phase.
    Timing,
}

impl Tab {
    /// In order.
    pub const ALL: [Self; 3] = [Self::Response, Self::Request, Self::Timing];

    /// The words on it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Response => "Response",
            Self::Request => "Request",
            Self::Timing => "Timing",
        }
    }
}

/// The buttons at the popup's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestButton {
    /// `[ Send ]`
    Send,
    /// `[ Send again ]`
    SendAgain,
    /// `[ Use this URL ]`
    UseUrl,
    /// `[ Copy as curl ]`
    CopyAsCurl,
    /// `[ Stop ]`
    Stop,
    /// `[ Close ]`
    Close,
}

impl TestButton {
    /// The words on it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Send => "Send",
            Self::SendAgain => "Send again",
            Self::UseUrl => "Use this URL",
            Self::CopyAsCurl => "Copy as curl",
            Self::Stop => "Stop",
            Self::Close => "Close",
        }
    }
}

/// What has the focus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestFocus {
    /// The choice of the event.
    Event,
    /// The tabs and what is under them.
    Tabs,
    /// A button.
    Button(TestButton),
}

/// What a line at the popup's end asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// A text to find under the tabs.
    Find,
    /// A file to write the body to.
    Write,
    /// A name to keep the body under, as an own event.
    Keep,
}

/// A line that asks for something.
#[derive(Clone, Debug, PartialEq)]
pub struct Prompt {
    /// What for.
    pub asked: Asked,
    /// What is typed.
    pub input: TextField,
    /// It is still what was suggested: the first letter typed replaces it.
    pub suggested: bool,
}

/// The body in an editor of our own.
#[derive(Clone, Debug, PartialEq)]
pub struct Editing {
    /// The text.
    pub editor: Editor,
    /// Said once: the body is not JSON. Pressing again takes it all the same.
    pub warned: Option<String>,
    /// Why nothing was typed or pasted.
    pub refused: Option<String>,
}

/// The popup's state.
#[derive(Clone, Debug, PartialEq)]
pub struct TestPopup {
    /// The events to choose from; empty when it shows a past delivery.
    pub choices: Vec<Event>,
    /// The chosen one.
    pub choice: usize,
    /// What is sent.
    pub event: Event,
    /// The body was changed since it was chosen.
    pub edited: bool,
    /// What has the focus.
    pub focus: TestFocus,
    /// The tab in front.
    pub tab: Tab,
    /// The first line of the tab that is shown.
    pub scroll: usize,
    /// Where the delivery is in its life.
    pub life: Life,
    /// The request as it went out; gone with the popup.
    pub sent: Option<Box<Request>>,
    /// Whether the request's secret parts are shown.
    pub revealed: bool,
    /// The id of the effect that brought the answer.
    pub answered: Option<Id>,
    /// Whether it shows a past delivery.
    pub past: bool,
    /// The delivery that this one repeats.
    pub repeats: Option<String>,
    /// Where a redirect leads, when that could be registered.
    pub offer: Option<EndpointUrl>,
    /// The line that asks for something.
    pub prompt: Option<Prompt>,
    /// What was searched for last.
    pub query: String,
    /// The line in which it was found.
    pub found: Option<usize>,
    /// What was said last about this popup.
    pub said: Option<Status>,
    /// The body being edited.
    pub editing: Option<Editing>,
    /// "Discard the edited body?" is asked: whether `[ Discard ]` has the focus, and what is done then.
    pub discard: Option<(bool, Action)>,
}

impl TestPopup {
    /// The popup before anything was sent, with the user's own events behind the built-in ones.
    #[must_use]
    pub fn new(own: &[Event]) -> Self {
        let choices: Vec<Event> = BuiltIn::ALL.into_iter().map(BuiltIn::event).chain(own.iter().cloned()).collect();
        Self {
            choices,
            choice: 0,
            event: BuiltIn::default().event(),
            edited: false,
            focus: TestFocus::Button(TestButton::Send),
            tab: Tab::Request,
            scroll: 0,
            life: Life::Idle,
            sent: None,
            revealed: false,
            answered: None,
            past: false,
            repeats: None,
            offer: None,
            prompt: None,
            query: String::new(),
            found: None,
            said: None,
            editing: None,
            discard: None,
        }
    }

    /// The popup of a past delivery.
    #[must_use]
    pub fn past(delivery: Delivery) -> Self {
        let body = delivery.last().map(|attempt| attempt.request.body.clone()).unwrap_or_default();
        Self {
            choices: Vec::new(),
            event: Event { name: delivery.event.clone(), body },
            focus: TestFocus::Button(TestButton::SendAgain),
            tab: Tab::Response,
            life: Life::Answered(Box::new(delivery)),
            past: true,
            ..Self::new(&[])
        }
    }

    /// The id of the delivery on its way.
    #[must_use]
    pub const fn in_flight(&self) -> Option<Id> {
        match &self.life {
            Life::Flight(flight) => Some(flight.id),
            _ => None,
        }
    }

    /// The delivery that ended.
    #[must_use]
    pub const fn delivery(&self) -> Option<&Delivery> {
        match &self.life {
            Life::Answered(delivery) => Some(delivery),
            _ => None,
        }
    }

    /// Whether the request as it went out has secret parts that could be shown.
    #[must_use]
    pub fn has_secret(&self) -> bool {
        self.sent
            .as_ref()
            .is_some_and(|sent| sent.url.has_secret() || sent.headers.iter().any(|header| header.value.has_secret()))
    }

    /// Whether the body can be edited now.
    #[must_use]
    pub fn can_edit(&self) -> bool {
        let whole = !self.past || self.delivery().and_then(Delivery::last).is_some_and(|attempt| attempt.request.is_whole());
        !matches!(self.life, Life::Flight(_)) && whole
    }

    /// Whether there is an edited body that is nowhere else.
    #[must_use]
    pub fn is_dirty(&self) -> bool {
        let editing = self.editing.as_ref().is_some_and(|editing| editing.editor.text().as_bytes() != self.event.body);
        // Once it was sent it is in the history, and can be sent again from there.
        editing || (self.edited && matches!(self.life, Life::Idle))
    }

    /// The body of what is under the tabs, to copy or to write; `None` where there is none.
    #[must_use]
    pub fn body(&self) -> Option<&[u8]> {
        match (self.tab, self.delivery().and_then(Delivery::last)) {
            (Tab::Request, _) => Some(&self.event.body),
            (Tab::Response, Some(attempt)) => attempt.response.as_ref().map(|response| response.body.as_slice()),
            _ => None,
        }
    }

    /// The buttons on show, in order.
    #[must_use]
    pub const fn buttons(&self) -> &'static [TestButton] {
        match (&self.life, &self.offer) {
            (Life::Idle, _) => &[TestButton::Send, TestButton::Close],
            (Life::Flight(_), _) => &[TestButton::Stop],
            (Life::Answered(_), None) => &[TestButton::SendAgain, TestButton::CopyAsCurl, TestButton::Close],
            (Life::Answered(_), Some(_)) => {
                &[TestButton::SendAgain, TestButton::UseUrl, TestButton::CopyAsCurl, TestButton::Close]
            }
        }
    }

    /// Everything that can have the focus, in order.
    #[must_use]
    pub fn stops(&self) -> Vec<TestFocus> {
        let mut stops = Vec::new();
        if !self.choices.is_empty() && !matches!(self.life, Life::Flight(_)) {
            stops.push(TestFocus::Event);
        }
        stops.push(TestFocus::Tabs);
        stops.extend(self.buttons().iter().copied().map(TestFocus::Button));
        stops
    }

    /// Moves the focus by so many stops, around the ends.
    pub fn step(&mut self, by: isize) {
        let stops = self.stops();
        let at = stops.iter().position(|&stop| stop == self.focus).unwrap_or(0);
        self.focus = stops[(at.cast_signed() + by).rem_euclid(stops.len().cast_signed()).cast_unsigned()];
    }

    /// Moves the choice of the event by one, without wrapping: back to before anything was sent.
    pub fn choose(&mut self, by: isize) -> bool {
        if self.choices.is_empty() {
            return false;
        }
        let next = self.choice.saturating_add_signed(by).min(self.choices.len() - 1);
        if next == self.choice {
            return false;
        }
        self.choice = next;
        self.edited = false;
        self.take(self.choices[next].clone());
        true
    }

    /// Takes another event: back to before anything was sent.
    pub fn take(&mut self, event: Event) {
        self.event = event;
        self.life = Life::Idle;
        self.sent = None;
        self.offer = None;
        self.said = None;
        if matches!(self.focus, TestFocus::Button(_)) {
            self.focus = TestFocus::Button(TestButton::Send);
        }
        self.show(Tab::Request);
    }

    /// Takes an edited body.
    pub fn take_body(&mut self, body: Vec<u8>) {
        // Nothing changed: the answer that is shown stays.
        if body == self.event.body {
            return;
        }
        self.edited = true;
        self.past = false;
        self.take(Event { name: self.event.name.clone(), body });
    }

    /// Moves the tab by one, without wrapping.
    pub fn turn(&mut self, by: isize) -> bool {
        let at = Tab::ALL.iter().position(|&tab| tab == self.tab).unwrap_or(0);
        let next = at.saturating_add_signed(by).min(Tab::ALL.len() - 1);
        let moved = next != at;
        if moved {
            self.show(Tab::ALL[next]);
        }
        moved
    }

    /// Puts a tab in front.
    pub const fn show(&mut self, tab: Tab) {
        self.tab = tab;
        self.scroll = 0;
        self.found = None;
        self.revealed = false;
    }
}
